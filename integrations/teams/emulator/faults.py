"""How Graph answers when an ordered fault strikes."""

from datetime import datetime
from typing import Any

from aiohttp import web

from integrations.emulation.faults import AFTER, BEFORE, Fault, cut, dropped, hung, retry_after

SHAPING = ("no_passcode", "weaker")
"""Carried out, and answered well: but what was made is not what was asked for."""

KINDS = BEFORE + AFTER + SHAPING

FRACTIONAL = {"Retry-After": "2.128"}


async def before(request: web.Request, fault: Fault, now: datetime) -> web.StreamResponse:
    """The answer of a call that was not carried out."""
    match fault.kind:
        case "drop_before":
            return dropped(request)
        case "hang_before":
            return await hung(request)
        case "status_before":
            return _error(fault.status, "InternalServerError", "An internal error occurred.", now)
        case "rate_limit":
            headers = FRACTIONAL if fault.form == "fractional" else retry_after(fault.form, now)
            return _error(429, "TooManyRequests", "Too many requests.", now, headers)
        case "html":
            return web.Response(
                status=502, text="<html>Bad gateway</html>", content_type="text/html"
            )
        case "redirect":
            return web.Response(status=302, headers={"Location": "http://127.0.0.1:9/elsewhere"})
        case "unauthorised":
            message = "Lifetime validation failed, the token is expired."
            return _error(401, "InvalidAuthenticationToken", message, now)
        case "ok_with_error":
            return _error(200, "InternalServerError", "Something is wrong.", now)
        case _:
            return web.Response(status=204)


async def after(
    request: web.Request, fault: Fault, answer: web.StreamResponse, now: datetime
) -> web.StreamResponse:
    """What is left of the answer of a call that was carried out."""
    match fault.kind:
        case "drop_after":
            return dropped(request)
        case "hang_after":
            return await hung(request)
        case "cut_after":
            return await cut(request, answer)
        case _:
            return _error(fault.status, "InternalServerError", "An internal error occurred.", now)


def stated(code: str, message: str, now: datetime, request_id: str) -> dict[str, Any]:
    """The body of every error.

    https://learn.microsoft.com/graph/errors
    """
    inner = {
        "date": now.strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": request_id,
        "client-request-id": request_id,
    }
    return {"error": {"code": code, "message": message, "innerError": inner}}


def _error(
    status: int, code: str, message: str, now: datetime, headers: dict[str, str] | None = None
) -> web.Response:
    body = stated(code, message, now, "00000000-0000-4000-8000-000000000000")
    return web.json_response(body, status=status, headers=headers)
