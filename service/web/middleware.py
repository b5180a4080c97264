"""Round every request: an id, protective headers, and one way out for errors."""

import logging
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping

import uuid_utils
from aiohttp import web
from aiohttp.typedefs import Middleware

from service.errors import ChaperoneError, InvalidInput
from service.ports import Clock
from service.web.logs import REQUEST_ID, ROUTE, UNMATCHED
from service.web.problems import (
    Problem,
    headers_for,
    problem_of,
    problem_of_bug,
    problem_of_http,
    problem_response,
)
from service.web.tokens import TokenRefused

log = logging.getLogger(__name__)

Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]
ErrorPage = Callable[[web.Request, Problem], web.StreamResponse]

ID_HEADER = "X-Request-Id"
PAGE_PLACES = ("/p/", "/staff", "/live", "/inspect")
"""Where people look rather than programs; errors there are pages, if there is a maker of pages."""

CSP = "Content-Security-Policy"
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""What a page's handler sets; nothing inline, nothing from elsewhere (ASVS 3.4.3)."""

HEADERS: Mapping[str, str] = {
    CSP: DATA_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
"""On every answer, unless its handler chose another value (ASVS 3.4)."""

HSTS = "max-age=31536000; includeSubDomains"
_GIVEN_ID = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)


def request_id_of(request: web.Request) -> str:
    """The id that came with the request, if it is harmless, or a new one."""
    given = request.headers.get(ID_HEADER, "")
    return given if _GIVEN_ID.fullmatch(given) else str(uuid.UUID(int=uuid_utils.uuid7().int))


@web.middleware
async def identified(request: web.Request, handler: Handle) -> web.StreamResponse:
    """Give the request its id, and the only name of its route that is ever logged."""
    request[REQUEST_ID] = request_id_of(request)
    resource = request.match_info.route.resource
    request[ROUTE] = resource.canonical if resource else UNMATCHED
    return await handler(request)


def errors_become_problems(clock: Clock, error_page: ErrorPage | None) -> Middleware:
    """The middleware that turns whatever is raised into a problem document, or into a page."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handle) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            failed: Exception = error
        except Exception as error:  # the last place where a bug can be answered decently
            failed = error
        problem = _problem(request, failed)
        if request.writer.output_size > 0:
            # A stream had begun. A second answer inside it would corrupt it: cut it off, visibly.
            raise ConnectionAbortedError from None
        headers = headers_for(failed, clock.now().timestamp())
        if error_page is None or not request.path.startswith(PAGE_PLACES):
            return problem_response(problem, headers)
        try:
            page = error_page(request, problem)
            page.headers.update(headers)
            return page  # noqa: TRY300 - the page may fail up to its headers
        except Exception as error:  # even the page about an error may have one
            return problem_response(problem_of_bug(error, request[REQUEST_ID]), headers)

    return middleware


def _problem(request: web.Request, error: Exception) -> Problem:
    request_id = request[REQUEST_ID]
    if isinstance(error, ChaperoneError):
        _tell(request, error)
        return problem_of(error, request_id)
    if isinstance(error, web.HTTPException) and error.status < 500:
        return problem_of_http(error, request_id)
    if isinstance(error, ConnectionError) and _hung_up(request):
        return problem_of(InvalidInput("The caller hung up.", code="malformed_body"), request_id)
    return problem_of_bug(error, request_id)


def _hung_up(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _tell(request: web.Request, error: ChaperoneError) -> None:
    """Refusals are worth a line (ASVS 16.3): code, route and id, nothing of what was sent."""
    reason = f" ({error.reason})" if isinstance(error, TokenRefused) else ""
    more = {"request_id": request[REQUEST_ID], "route": request[ROUTE]}
    log.info("refused: %s%s", error.code, reason, extra=more)


def protect(base_url: str) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """The last hand on every answer before its head is sent; streams pass here too."""
    headers = dict(HEADERS)
    if base_url.startswith("https:"):
        headers["Strict-Transport-Security"] = HSTS

    async def before_sending(request: web.Request, response: web.StreamResponse) -> None:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        response.headers[ID_HEADER] = request.get(REQUEST_ID) or request_id_of(request)
        response.headers.popall("Server", None)

    return before_sending
