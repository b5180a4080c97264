"""Is it alive, is it ready: for whoever runs it, without a sign-in and without a detail."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

WITHIN_SECONDS = 2.0


@dataclass(frozen=True)
class Readiness:
    """Whether one part can do its work; `sentence` says what to do if it cannot, and holds no secret."""

    name: str
    ready: bool
    sentence: str = ""


ReadyCheck = Callable[[], Awaitable[Readiness]]


async def alive(request: web.Request) -> web.Response:
    """`GET /healthz`: the process answers. Restart it if not."""
    return web.json_response({"status": "alive"})


def readiness(
    checks: Sequence[ReadyCheck], within_seconds: float = WITHIN_SECONDS
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler of `GET /readyz`: 200 when every check holds, else 503. No check at all is ready."""

    async def handle(request: web.Request) -> web.Response:
        found = await asyncio.gather(*(_outcome(check, within_seconds) for check in checks))
        ready = all(one.ready for one in found)
        parts = [{"name": one.name, "ready": one.ready, "sentence": one.sentence} for one in found]
        body = {"status": "ready" if ready else "not_ready", "parts": parts}
        return web.json_response(body, status=200 if ready else 503)

    return handle


async def _outcome(check: ReadyCheck, within_seconds: float) -> Readiness:
    name = getattr(check, "__name__", "check")
    try:
        async with asyncio.timeout(within_seconds):
            return await check()
    except TimeoutError:
        return Readiness(name, False, "The check did not finish in time.")
    except Exception:  # a check that fails is an answer, whatever the reason
        return Readiness(name, False, "The check failed.")
