"""How often the account may call: per second and day and label, for all its apps together.

https://developers.zoom.us/docs/api/rate-limits/
"""

from datetime import datetime, time, timedelta

from aiohttp import web

from integrations.zoom.emulator.settings import zoom_time
from integrations.zoom.emulator.state import ApiError, State

_PER_SECOND = "QPS"
_PER_DAY = "Daily-limit"
_TEXTS = {
    _PER_SECOND: "You have reached the maximum per-second rate limit for this API. Try again later.",
    _PER_DAY: "You have reached the maximum daily rate limit for this API.",
}


def spend(state: State, label: str) -> None:
    """Count one call; 429 once a limit is reached, and then nothing is counted."""
    for kind in (_PER_SECOND, _PER_DAY):
        most = _most(state, kind, label)
        if most and _used(state, kind, label) >= most:
            headers = _stated(state, kind, label) | _retry(state, kind)
            raise ApiError(429, 429, _TEXTS[kind], headers=headers)
    for kind in (_PER_SECOND, _PER_DAY):
        used = _used(state, kind, label)
        state.spent[f"{kind} {label}"] = (_window(state, kind), used + 1)


def stamp(state: State, label: str, answer: web.StreamResponse) -> None:
    """Put the headers on an answer that an account of this kind sends with it."""
    if label and not answer.prepared:
        answer.headers.update(_stated(state, _PER_SECOND, label))


def _stated(state: State, kind: str, label: str) -> dict[str, str]:
    form = state.options.rate_headers
    found = {"X-RateLimit-Category": label.capitalize()} if form != "none" else {}
    most = _most(state, kind, label)
    if form == "all" and most:
        found["X-RateLimit-Type"] = kind
        found["X-RateLimit-Limit"] = str(most)
        found["X-RateLimit-Remaining"] = str(max(0, most - _used(state, kind, label)))
    return found


def _retry(state: State, kind: str) -> dict[str, str]:
    """When to come back, as an instant, not in seconds."""
    if state.options.rate_headers != "all":
        return {}
    now = state.clock.now()
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
    later = midnight if kind == _PER_DAY else now + timedelta(seconds=1)
    return {"Retry-After": zoom_time(later)}


def _most(state: State, kind: str, label: str) -> int:
    limits = state.options.per_second if kind == _PER_SECOND else state.options.per_day
    return limits.get(label, 0)


def _used(state: State, kind: str, label: str) -> int:
    window, used = state.spent.get(f"{kind} {label}", ("", 0))
    return used if window == _window(state, kind) else 0


def _window(state: State, kind: str) -> str:
    now = state.clock.now()
    return now.date().isoformat() if kind == _PER_DAY else str(int(now.timestamp()))
