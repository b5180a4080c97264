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
_LIMITED_FOR = timedelta(seconds=90)


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


def dropped(request: web.Request) -> web.Response:
    """The connection is gone without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def hung(request: web.Request) -> web.Response:
    """Silent until the caller gives up."""
    waited = 0.0
    while waited < _LONGEST_HANG and request.transport and not request.transport.is_closing():
        await asyncio.sleep(_POLL)
        waited += _POLL
    return dropped(request)


async def cut(request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    """Half of the answer, then nothing."""
    whole = answer.body if isinstance(answer, web.Response) else b""
    text = whole if isinstance(whole, bytes) and whole else b"{}"
    half = web.StreamResponse(status=answer.status, headers={"Content-Length": str(len(text))})
    await half.prepare(request)
    await half.write(text[: len(text) // 2])
    if request.transport is not None:
        request.transport.close()
    return half


def retry_after(form: str, now: datetime) -> dict[str, str]:
    """`Retry-After`, 90 seconds from now, as `seconds`, `http_date` or `iso`; else no header."""
    later = now.astimezone(UTC).replace(microsecond=0) + _LIMITED_FOR
    stated = {
        "seconds": str(int(_LIMITED_FOR.total_seconds())),
        "http_date": format_datetime(later, usegmt=True),
        "iso": later.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return {"Retry-After": stated[form]} if form in stated else {}
