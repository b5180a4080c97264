"""Each way a call can go wrong, on real sockets, and what it is taken to mean."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from tenacity import wait_none

from integrations.http import Call, Limits, persist, send
from service.errors import ProviderBusy, ProviderError, ProviderUnavailable, ProviderUnsure

QUICK = Limits(total_for=0.3, connect_for=0.3, largest_answer=1000, pause=wait_none())
Reply = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


async def say(session: aiohttp.ClientSession, raw: bytes, method: str = "POST") -> object:
    """One call to a server that answers with exactly these bytes and hangs up."""

    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(reply, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        return await send(session, Call(method, f"http://127.0.0.1:{port}/x?tk=secret"), QUICK)
    finally:
        server.close()


async def test_status_headers_and_bytes_come_back_as_they_are(
    session: aiohttp.ClientSession,
) -> None:
    raw = b"HTTP/1.1 418 Odd\r\nX-One: a\r\nContent-Length: 2\r\n\r\n\xff\x00"
    answer = await say(session, raw)
    assert (answer.status, answer.headers["x-one"], answer.body) == (418, "a", b"\xff\x00")  # type: ignore[attr-defined]


async def test_a_redirect_is_an_answer_and_is_not_followed(session: aiohttp.ClientSession) -> None:
    raw = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    assert (await say(session, raw)).status == 302  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/", "http://no-such-name.invalid/", "nonsense"],
)
async def test_what_was_never_sent_surely_did_not_act(
    session: aiohttp.ClientSession, url: str
) -> None:
    with pytest.raises(ProviderUnavailable):
        await send(session, Call("POST", url), QUICK)


async def test_a_failed_tls_handshake_surely_did_not_act(session: aiohttp.ClientSession) -> None:
    async def hello(request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_post("/", hello)
    async with TestServer(app) as server:
        url = f"https://127.0.0.1:{server.port}/"
        with pytest.raises(ProviderUnavailable):
            await send(session, Call("POST", url), QUICK)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + b"x" * 1001,
    ],
    ids=["hung up", "cut headers", "cut body", "cut chunk", "not http", "too large"],
)
async def test_what_was_sent_and_not_answered_whole_may_have_acted(
    session: aiohttp.ClientSession, raw: bytes
) -> None:
    with pytest.raises(ProviderUnsure):
        await say(session, raw)


async def test_silence_after_sending_may_have_acted(session: aiohttp.ClientSession) -> None:
    heard = asyncio.Event()

    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        heard.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(reply, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        with pytest.raises(ProviderUnsure):
            await send(session, Call("POST", url), QUICK)
    assert heard.is_set()


async def test_an_error_never_shows_the_address(session: aiohttp.ClientSession) -> None:
    with pytest.raises(ProviderUnsure) as fault:
        await say(session, b"")
    shown = f"{fault.value!r} {fault.value.details} {fault.value.__cause__!r}"
    assert "secret" not in shown
    assert fault.value.__suppress_context__
    assert "secret" not in repr(Call("GET", "http://x/?tk=secret", {"Authorization": "secret"}))


@pytest.mark.parametrize("error", [ProviderUnavailable, ProviderUnsure])
async def test_a_repeatable_call_is_repeated_a_bounded_number_of_times(
    error: type[ProviderError],
) -> None:
    tries = []

    async def attempt() -> str:
        tries.append(1)
        raise error

    with pytest.raises(error):
        await persist(attempt, QUICK)
    assert len(tries) == QUICK.attempts


async def test_an_answered_no_is_not_asked_again() -> None:
    tries = []

    async def attempt() -> str:
        tries.append(1)
        raise ProviderBusy

    with pytest.raises(ProviderBusy):
        await persist(attempt, QUICK)
    assert len(tries) == 1
