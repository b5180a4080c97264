"""How Zoom answers when an ordered fault strikes."""

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from integrations.emulation.faults import BEFORE as COMMON
from integrations.emulation.faults import Fault, cut, dropped, hung, retry_after

BEFORE = (*COMMON, "refuse", "xml")

_LIMIT_TEXTS = {
    "daily": "You have reached the maximum daily rate limit for this API.",
    "concurrent": "Too many concurrent requests.",
}
_PER_SECOND = "You have reached the maximum per-second rate limit for this API. Try again later."
_QUEUED = ("control_meeting",)


@dataclass
class ZoomFault(Fault):
    """`refuse` answers any documented error: `status`, `code` and `message` as ordered.

    A rate limit's `form` is also `daily`, `concurrent`, or nothing for the per-second one.
    """

    code: int = 300
    message: str = "Validation Failed."


async def before(request: web.Request, fault: Fault, now: datetime) -> web.StreamResponse:
    """The answer of a call that was not carried out."""
    match fault.kind:
        case "drop_before":
            return dropped(request)
        case "hang_before":
            return await hung(request)
        case "rate_limit":
            return _limited(fault.form, now)
        case "redirect":
            return web.Response(status=302, headers={"Location": "http://127.0.0.1:9/elsewhere"})
        case "unauthorised":
            return web.json_response({"code": 124, "message": "Invalid access token."}, status=401)
        case "lie":
            return web.Response(status=202 if fault.call in _QUEUED else 204)
        case _:
            return _stated(request, fault)


async def after(
    request: web.Request, fault: Fault, answer: web.StreamResponse
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
            return web.json_response({"code": 500, "message": "Oops."}, status=fault.status)


def _stated(request: web.Request, fault: Fault) -> web.Response:
    """An error in words: as HTML, as XML although JSON was asked for, or under a 200."""
    code, message = 300, "Validation Failed."
    if isinstance(fault, ZoomFault):
        code, message = fault.code, fault.message
    if fault.kind == "html":
        return web.Response(status=502, text="<html>Bad gateway</html>", content_type="text/html")
    if fault.kind == "xml":
        text = f"<result><code>{code}</code><message>{message}</message></result>"
        return web.Response(status=fault.status, text=text, content_type="application/xml")
    if fault.kind == "ok_with_error":
        return web.json_response({"code": 300, "message": "Something is wrong."})
    if fault.kind == "status_before":
        code, message = fault.status, "Internal error."
    if request.path == "/oauth/token":  # its errors have a shape of their own
        body: dict[str, object] = {"reason": message, "error": fault.form}
    else:
        body = {"code": code, "message": message}
    return web.json_response(body, status=fault.status)


def _limited(form: str, now: datetime) -> web.Response:
    headers = retry_after(form, now)
    if form == "daily":
        headers["X-RateLimit-Type"] = "Daily-limit"
    body = {"code": 429, "message": _LIMIT_TEXTS.get(form, _PER_SECOND)}
    return web.json_response(body, status=429, headers=headers)
