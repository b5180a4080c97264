"""Bodies that come late, never, or in pieces that do not fit; streams that break off."""

import asyncio
from collections.abc import Callable

import pytest
from aiohttp import web

from service.web.intake import read_bytes
from tests.web.house import House, a_house
from tests.web.toy import SECRET

HEAD = b"POST /soon HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"


async def sent(house: House, *pieces: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return answer


def reading(within_seconds: float) -> Callable[[web.Application], None]:
    async def handle(request: web.Request) -> web.Response:
        return web.Response(body=await read_bytes(request, 100, within_seconds))

    return lambda app: (app.router.add_post("/soon", handle), None)[1]


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async with a_house(extra_setup=reading(0.01)) as house:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(HEAD + b"Content-Length: 10\r\n\r\nabc")
        line = await asyncio.wait_for(reader.readline(), 5)
        writer.write(b"defghij")
        writer.close()
    assert line.split()[1] == b"408"


async def test_a_body_announced_as_too_large_is_refused_before_it_comes() -> None:
    async with a_house(extra_setup=reading(5)) as house:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(HEAD + b"Content-Length: 101\r\n\r\n")
        line = await asyncio.wait_for(reader.readline(), 2)
        writer.write(b"x" * 101)
        writer.close()
    assert line.split()[1] == b"413"


@pytest.mark.parametrize(
    "rest",
    [
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcdefgh\r\n",
        b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: -1\r\n\r\n",
    ],
)
async def test_a_body_of_doubtful_length_is_refused(rest: bytes) -> None:
    async with a_house(extra_setup=reading(5)) as house:
        answer = await sent(house, HEAD + rest)
        assert answer.split()[1] == b"400"
        assert "bug" not in house.lines.text


async def test_a_caller_who_hangs_up_is_no_bug() -> None:
    done: asyncio.Future[BaseException | None] = asyncio.get_running_loop().create_future()

    async def handle(request: web.Request) -> web.Response:
        try:
            await read_bytes(request, 100)
        except BaseException as error:
            done.set_result(error)
            raise
        done.set_result(None)
        return web.Response()

    async with a_house(
        extra_setup=lambda app: (app.router.add_post("/soon", handle), None)[1]
    ) as house:
        _, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(HEAD + b"Content-Length: 10\r\n\r\nabc")
        await writer.drain()
        writer.close()
        await asyncio.wait_for(done, 5)
        assert "bug" not in house.lines.text
    assert "bug" not in house.lines.text


async def test_a_stream_that_fails_midway_is_cut_off_and_never_continued_by_an_error() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"first")
        raise KeyError(SECRET)

    async with a_house(
        extra_setup=lambda app: (app.router.add_post("/soon", handle), None)[1]
    ) as house:
        answer = await sent(house, HEAD + b"Content-Length: 0\r\n\r\n")
        assert answer.count(b"HTTP/1.1") == 1
        assert b"first" in answer
        assert not answer.endswith(b"0\r\n\r\n")
        assert "builtins.KeyError" in house.lines.text
        assert SECRET not in house.lines.text


async def test_a_caller_who_hangs_up_on_a_stream_is_no_bug() -> None:
    done = asyncio.Event()

    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 65536)
                await asyncio.sleep(0)
        finally:
            done.set()

    async with a_house(
        extra_setup=lambda app: (app.router.add_post("/soon", handle), None)[1]
    ) as house:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(HEAD + b"Content-Length: 0\r\n\r\n")
        await reader.readexactly(1000)
        writer.transport.abort()
        await asyncio.wait_for(done.wait(), 5)
    assert "bug" not in house.lines.text
