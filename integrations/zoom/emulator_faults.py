"""Faults to order, in pairs: it failed, or it worked and failed to tell us."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from aiohttp import web

BEFORE = (
    "drop_before",
    "hang_before",
    "status_before",
    "rate_limit",
    "html",
    "redirect",
    "unauthorised",
    "lie",
    "ok_with_error",
)
AFTER = ("drop_after", "hang_after", "status_after", "cut_after")

_POLL = 0.02
_LONGEST_HANG = 60.0


@dataclass
class Fault:
    """One fault for `times` calls of one name, after the next `skip` have gone through.

    `form` shapes a rate limit's answer.
    """

    call: str
    kind: str
    times: int = 1
    status: int = 503
    form: str = "none"
    skip: int = 0


def take(faults: list[Fault], call: str, kinds: tuple[str, ...]) -> Fault | None:
    """The first ordered fault for this call; it is used up by one."""
    for fault in faults:
        if fault.call == call and fault.kind in kinds:
            if fault.skip > 0:
                fault.skip -= 1
                return None
            fault.times -= 1
            if fault.times < 1:
                faults.remove(fault)
            return fault
    return None


async def before(request: web.Request, fault: Fault, now: datetime) -> web.StreamResponse:
    """The answer of a call that was not carried out."""
    match fault.kind:
        case "drop_before":
            return _dropped(request)
        case "hang_before":
            return await _hung(request)
        case "status_before":
            body = {"code": fault.status, "message": "Internal error."}
            return web.json_response(body, status=fault.status)
        case "rate_limit":
            return _limited(fault.form, now)
        case "html":
            return web.Response(
                status=502, text="<html>Bad gateway</html>", content_type="text/html"
            )
        case "redirect":
            return web.Response(status=302, headers={"Location": "http://127.0.0.1:9/elsewhere"})
        case "unauthorised":
            return web.json_response({"code": 124, "message": "Invalid access token."}, status=401)
        case "ok_with_error":
            return web.json_response({"code": 300, "message": "Something is wrong."})
        case _:
            return web.Response(status=204)


async def after(
    request: web.Request, fault: Fault, answer: web.StreamResponse
) -> web.StreamResponse:
    """What is left of the answer of a call that was carried out."""
    match fault.kind:
        case "drop_after":
            return _dropped(request)
        case "hang_after":
            return await _hung(request)
        case "cut_after":
            return await _cut(request, answer)
        case _:
            return web.json_response({"code": 500, "message": "Oops."}, status=fault.status)


def _dropped(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _hung(request: web.Request) -> web.Response:
    """Silent until the caller gives up."""
    waited = 0.0
    while waited < _LONGEST_HANG and request.transport and not request.transport.is_closing():
        await asyncio.sleep(_POLL)
        waited += _POLL
    return _dropped(request)


async def _cut(request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    whole = answer.body if isinstance(answer, web.Response) else b""
    text = whole if isinstance(whole, bytes) and whole else b"{}"
    half = web.StreamResponse(status=answer.status, headers={"Content-Length": str(len(text))})
    await half.prepare(request)
    await half.write(text[: len(text) // 2])
    if request.transport is not None:
        request.transport.close()
    return half


def _limited(form: str, now: datetime) -> web.Response:
    later = now.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=90)
    stated = {
        "seconds": "90",
        "http_date": format_datetime(later, usegmt=True),
        "iso": later.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    headers = {"Retry-After": stated[form]} if form in stated else {}
    if form == "daily":
        headers["X-RateLimit-Type"] = "Daily-limit"
    body = {"code": 429, "message": "You have reached the rate limit of this API."}
    return web.json_response(body, status=429, headers=headers)
