"""How Zoom answers when an ordered fault strikes."""

from datetime import datetime

from aiohttp import web

from integrations.emulation.faults import Fault, cut, dropped, hung, retry_after


async def before(request: web.Request, fault: Fault, now: datetime) -> web.StreamResponse:
    """The answer of a call that was not carried out."""
    match fault.kind:
        case "drop_before":
            return dropped(request)
        case "hang_before":
            return await hung(request)
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
            return dropped(request)
        case "hang_after":
            return await hung(request)
        case "cut_after":
            return await cut(request, answer)
        case _:
            return web.json_response({"code": 500, "message": "Oops."}, status=fault.status)


def _limited(form: str, now: datetime) -> web.Response:
    headers = retry_after(form, now)
    if form == "daily":
        headers["X-RateLimit-Type"] = "Daily-limit"
    body = {"code": 429, "message": "You have reached the rate limit of this API."}
    return web.json_response(body, status=429, headers=headers)
