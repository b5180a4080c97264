"""Every error leaves here, as a problem document (RFC 9457): one shape, one table of statuses."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aiohttp import web
from pydantic import Field
from pydantic_core import to_jsonable_python

from service.errors import (
    ChaperoneError,
    Conflict,
    FieldProblem,
    InvalidInput,
    Misconfigured,
    NotAllowed,
    NotFound,
    NotReady,
    NotSignedIn,
    ProviderBusy,
    ProviderError,
    ProviderUnavailable,
    StaleVersion,
    TooLarge,
    TooMany,
)
from service.web.bodies import Instant, View
from service.web.logs import bare_traceback

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

STATUS_OF_ERROR: Mapping[type[ChaperoneError], int] = {
    InvalidInput: 422,
    NotSignedIn: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    StaleVersion: 412,
    TooLarge: 413,
    TooMany: 429,
    NotReady: 503,
    ProviderBusy: 503,
    ProviderUnavailable: 503,
    ProviderError: 502,
    Misconfigured: 503,
    ChaperoneError: 500,
}
"""The nearest class in an error's line of descent decides."""

STATUS_OF_CODE: Mapping[str, int] = {
    "malformed_json": 400,
    "malformed_body": 400,
    "malformed_cursor": 400,
    "malformed_header": 400,
    "token_in_url": 400,
    "too_slow": 408,
    "unsupported_media_type": 415,
    "if_match_missing": 428,
}
"""Codes that HTTP has a word of its own for."""

CODE_OF_STATUS: Mapping[int, tuple[str, str]] = {
    404: (NotFound.code, NotFound.sentence),
    405: ("method_not_allowed", "This address does not take this method."),
    413: (TooLarge.code, TooLarge.sentence),
}
"""For what aiohttp itself refuses."""


class FieldView(View):
    """One thing wrong with one field, said like a blocker: who can lift it, and until when it helps."""

    field: str = Field(description="Dotted path into the request.", examples=["children.0"])
    code: str
    sentence: str
    lifted_by: str | None = Field(
        default=None,
        description="Who can lift this; left out where the request itself has to be another.",
        examples=["a coordinator"],
    )
    lift_before: Instant | None = Field(
        default=None, description="Until when lifting it helps, where that is known."
    )


def field_view(problem: FieldProblem) -> FieldView:
    """A problem as it is shown."""
    return FieldView(**vars(problem))


class Problem(View):
    """Why a request was not carried out (RFC 9457). `code` never changes meaning."""

    type: str = Field(description="Relative reference naming the code.")
    title: str
    status: int
    detail: str = Field(description="A sentence for people.")
    code: str
    request_id: str
    fields: tuple[FieldView, ...] = Field(
        default=(), description="Everything that stands in the way of the request, field by field."
    )
    blockers: tuple[str | Mapping[str, Any], ...] = Field(
        default=(), description="For `not_clear`: each reason why, in full or by its code."
    )
    details: Mapping[str, Any] = Field(default={}, description="More, depending on the code.")


def status_of(error: ChaperoneError) -> int:
    """The HTTP status for one of our errors."""
    if error.code in STATUS_OF_CODE:
        return STATUS_OF_CODE[error.code]
    return next(STATUS_OF_ERROR[kind] for kind in type(error).__mro__ if kind in STATUS_OF_ERROR)


def problem_of(error: ChaperoneError, request_id: str) -> Problem:
    """One of our errors as a problem document."""
    # Details may hold any value of ours; what has no form in JSON is left out, never a second error.
    more = to_jsonable_python(error.details, fallback=lambda _: None)
    blockers = more.pop("blockers", None)
    return _problem(
        status_of(error),
        error.code,
        error.sentence,
        request_id,
        fields=tuple(map(field_view, error.fields)),
        blockers=tuple(one for one in blockers or () if isinstance(one, str | dict)),
        details=more,
    )


def problem_of_http(error: web.HTTPException, request_id: str) -> Problem:
    """What aiohttp refused, without its words: they may repeat the address that was asked for."""
    code, sentence = CODE_OF_STATUS.get(error.status, (InvalidInput.code, InvalidInput.sentence))
    return _problem(error.status, code, sentence, request_id)


def problem_of_bug(error: BaseException, request_id: str) -> Problem:
    """A mistake of ours: logged by place and kind, never with a value; the caller gets an id."""
    log.error("bug: %s", bare_traceback(error), extra={"request_id": request_id})
    sentence = "Something went wrong on our side. Quote the request id when you report it."
    return _problem(500, "bug", sentence, request_id)


def _problem(status: int, code: str, sentence: str, request_id: str, **more: Any) -> Problem:
    return Problem(
        type=f"/problems/{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=sentence,
        code=code,
        request_id=request_id,
        **more,
    )


def headers_for(error: Exception, now_seconds: float) -> dict[str, str]:
    """The HTTP headers that belong to an error: how to sign in, when to retry, what is allowed."""
    if isinstance(error, NotSignedIn):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, TooMany) and "retry_after_seconds" in error.details:
        return {"Retry-After": str(error.details["retry_after_seconds"])}
    if isinstance(error, ProviderBusy) and error.retry_at is not None:
        return {"Retry-After": str(max(1, round(error.retry_at.timestamp() - now_seconds)))}
    if isinstance(error, web.HTTPMethodNotAllowed):
        return {"Allow": error.headers.get("Allow", "")}
    return {}


def problem_response(problem: Problem, headers: Mapping[str, str]) -> web.Response:
    """The document on the wire."""
    return web.Response(
        status=problem.status,
        body=problem.model_dump_json(exclude_defaults=True).encode(),
        content_type=MEDIA_TYPE,
        headers=headers,
    )
