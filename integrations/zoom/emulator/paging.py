"""Lists in pages, as Zoom wraps them: a token stands for a place in one list, for 15 minutes."""

from datetime import timedelta
from typing import Any

from aiohttp import web

from integrations.zoom.emulator.keys import STATE
from integrations.zoom.emulator.records import Page
from integrations.zoom.emulator.state import ApiError

Json = dict[str, Any]

_LIVES = timedelta(minutes=15)
_USUAL = 30


def paged(request: web.Request, rows: list[Json], key: str, *, most: int = 300) -> Json:
    """One page; the token is empty after the last. 400/300 for a token that is wrong or too old."""
    state = request.app[STATE]
    size = max(1, min(_number(request, "page_size", _USUAL), most, state.options.page_cap))
    first = _first(request, size)
    last = first + size
    # On order, a page that is short of its own total, as has been seen of the real lists.
    shown = rows[first : max(first, last - state.options.rows_left_out)]
    return {
        "next_page_token": _token(request, last) if last < len(rows) else "",
        "page_count": -(-len(rows) // size),
        "page_number": first // size + 1,
        "page_size": size,
        "total_records": len(rows),
        key: shown,
    }


def _first(request: web.Request, size: int) -> int:
    token = request.query.get("next_page_token", "")
    if not token:
        return (max(1, _number(request, "page_number", 1)) - 1) * size
    state = request.app[STATE]
    page = state.pages.get(token)
    if page is None or page.asked != _asked(request) or page.lives_until <= state.clock.now():
        raise ApiError(400, 300, "The next page token is invalid or expired.")
    return page.first


def _token(request: web.Request, first: int) -> str:
    state = request.app[STATE]
    token = state.new_token(24)
    state.pages[token] = Page(_asked(request), first, state.clock.now() + _LIVES)
    return token


def _asked(request: web.Request) -> str:
    """The list without its page: a token is good for no other."""
    rest = sorted(pair for pair in request.query.items() if pair[0] != "next_page_token")
    return f"{request.path} {rest}"


def _number(request: web.Request, name: str, otherwise: int) -> int:
    text = request.query.get(name, "")
    if text and not (text.isascii() and text.isdigit()):
        raise ApiError(400, 300, "Validation Failed.", name)
    return int(text) if text else otherwise
