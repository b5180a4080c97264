"""What Graph's answers mean, without any input or output: errors by remedy.

https://learn.microsoft.com/graph/errors and https://learn.microsoft.com/graph/throttling
Graph's own message texts are never kept: they hold addresses and ids.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from integrations.http import Answer
from integrations.retry_after import parse_retry_after
from integrations.teams.reading import Json, object_of, part, text
from service.errors import (
    ProviderBusy,
    ProviderError,
    ProviderGone,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnsure,
)

PAUSE_UNTOLD = timedelta(seconds=10)
"""How long to wait after a 429 that does not say."""

_PLAIN_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")
# Messages are coarse and their wording varies; these two mark a missing access policy (pages of
# 2022 and of today).
_NO_POLICY = ("application access policy", "on behalf of user")


class TokenRefused(ProviderRefused):
    """The bearer token was not accepted; the call was not executed, a fresh token may help."""

    sentence = "Microsoft does not accept our sign-in. Check that the app is active."


class AlreadyThere(ProviderRefused):
    """A thing of which there may be only one is there already (409)."""

    sentence = "Microsoft says that this is there already."


class NoAccessPolicy(ProviderRefused):
    """The app has no Teams access policy for the account in the path.

    https://learn.microsoft.com/graph/cloud-communication-online-meeting-application-access-policy
    """

    sentence = (
        "Teams does not let our app act for this account. A Teams administrator must grant it an"
        " application access policy for the account, which takes up to half an hour to work."
    )


def read_answer(answer: Answer, now: datetime) -> Json:
    """The JSON object of a successful answer, `{}` when empty; else the error, by remedy."""
    found = object_of(answer.body)
    if not 200 <= answer.status < 300:
        raise noted(_error_of(answer, found or {}, now), answer, found or {})
    if not answer.body.strip():
        return {}
    if found is None:
        raise noted(ProviderUnsure(), answer, {})
    return found


def _error_of(answer: Answer, found: Json, now: datetime) -> ProviderError:
    # A redirect, or a fault on their side: it may have acted before it failed.
    if answer.status >= 500 or 300 <= answer.status < 400 or answer.status == 408:
        return ProviderUnsure()
    match answer.status:
        case 401:
            return _not_signed_in(found)
        case 403:
            return _forbidden(found)
        case 404:
            return ProviderGone()
        case 409:
            return AlreadyThere()
        case 429:
            return ProviderBusy(retry_at=retry_at(answer, now))
        case _:
            return ProviderRefused()


def _not_signed_in(found: Json) -> ProviderError:
    if _code_of(found) == "AuthenticationError":
        # Teams behind Graph refused a token that Graph took: it passes.
        return ProviderUnavailable("Teams did not accept our sign-in just now.")
    return TokenRefused()


def _forbidden(found: Json) -> ProviderError:
    told = text(part(found, "error"), "message").lower()
    if any(mark in told for mark in _NO_POLICY):
        return NoAccessPolicy()
    return ProviderRefused(
        "Microsoft refused this: our app lacks a permission, or an access policy for the account."
        " An administrator must look at both."
    )


def noted(error: ProviderError, answer: Answer, found: Json) -> ProviderError:
    """The error with what support asks for: status, code and request id, and nothing else."""
    error.details["status"] = answer.status
    code = _code_of(found)
    if _PLAIN_CODE.fullmatch(code):
        error.details["provider_code"] = code
    request_id = header(answer.headers, "request-id")
    if _PLAIN_CODE.fullmatch(request_id):
        error.details["request_id"] = request_id
    return error


def _code_of(found: Json) -> str:
    return text(part(found, "error"), "code")


def retry_at(answer: Answer, now: datetime) -> datetime:
    """When to ask again: as the answer says, which may be in fractions of a second, else soon."""
    told = parse_retry_after(header(answer.headers, "retry-after"), now)
    return told if told is not None else now + PAUSE_UNTOLD


def header(headers: Mapping[str, str], name: str) -> str:
    """A header by its name in any case, empty if there is none."""
    return next((value for key, value in headers.items() if key.lower() == name), "")
