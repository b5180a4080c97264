"""One HTTP call to a provider, every transport fault sorted by what it means for the caller.

No redirects are followed, so a bearer token never travels to an address we did not choose. Nothing
here logs, and no error keeps the library's own text: URLs and bodies carry tokens.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import aiohttp
from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)
from tenacity.wait import wait_base
from yarl import URL

from service.errors import ProviderError, ProviderUnavailable, ProviderUnsure

T = TypeVar("T")

_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Call:
    """What to send. `url` is already percent-encoded and goes out byte for byte."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: object | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Answer:
    """What came back, whole. Header names are found in any case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Limits:
    """How long and how often we try. Seconds; `largest_answer` in bytes after decompression."""

    total_for: float = 20.0
    connect_for: float = 5.0
    largest_answer: int = 4 * 1024 * 1024
    attempts: int = 3
    pause: wait_base = field(default_factory=lambda: wait_random_exponential(multiplier=0.3, max=5))


async def send(session: aiohttp.ClientSession, call: Call, limits: Limits) -> Answer:
    """Send once. `ProviderUnavailable`: surely not sent; `ProviderUnsure`: the answer was lost."""
    try:
        return await _exchange(session, call, limits)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as fault:
        # Refused, no such name, TLS or connect time-out: not one byte of the request left.
        raise _because(ProviderUnavailable(), fault) from None
    except (aiohttp.InvalidURL, aiohttp.ServerFingerprintMismatch) as fault:
        raise _because(ProviderUnavailable(), fault) from None
    except (aiohttp.ClientError, TimeoutError, OSError) as fault:
        raise _because(ProviderUnsure(), fault) from None


async def persist(attempt: Callable[[], Awaitable[T]], limits: Limits) -> T:
    """Repeat a call that is safe to repeat, a bounded number of times, while it stays unanswered."""
    retrying = AsyncRetrying(
        stop=stop_after_attempt(limits.attempts),
        wait=limits.pause,
        retry=retry_if_exception_type((ProviderUnavailable, ProviderUnsure)),
        reraise=True,
    )

    async def awaited() -> T:  # tenacity does not await what a plain lambda returns
        return await attempt()

    return await retrying(awaited)


async def _exchange(session: aiohttp.ClientSession, call: Call, limits: Limits) -> Answer:
    headers = dict(call.headers)
    data: bytes | Mapping[str, str] | None = call.form
    if call.json is not None:
        headers["Content-Type"] = "application/json"
        data = json.dumps(call.json, ensure_ascii=False, separators=(",", ":")).encode()
    async with session.request(
        call.method,
        URL(call.url, encoded=True),
        headers=headers,
        data=data,
        allow_redirects=False,
        timeout=aiohttp.ClientTimeout(total=limits.total_for, connect=limits.connect_for),
    ) as response:
        body = await _read(response, limits.largest_answer)
        return Answer(response.status, response.headers, body)


async def _read(response: aiohttp.ClientResponse, largest: int) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > largest:
            response.close()
            raise ProviderUnsure("The provider's answer was larger than we accept.")
    return bytes(body)


def _because(error: ProviderError, fault: BaseException) -> ProviderError:
    error.details["fault"] = type(fault).__name__
    return error
