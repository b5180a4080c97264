"""What is promised when the way to PostgreSQL is cut."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from service.errors import Misconfigured, NotReady
from service.store.transactions import Done, Store, Tx
from tests.store.toy import (
    SOMEONE,
    Count,
    HandClock,
    Open,
    count,
    open_counter,
    open_toy,
    value_of,
)

pytestmark = pytest.mark.postgres


@dataclass
class Line:
    """A wire to the server that can be cut just before or just after a COMMIT arrives."""

    server: str
    near: Path
    cut: str = ""
    ends: list[asyncio.StreamWriter] = field(default_factory=list)

    async def carry(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Join one client to the server."""
        server, ahead = await asyncio.open_unix_connection(self.server)
        self.ends += [back, ahead]
        answering = asyncio.ensure_future(self._pass_on(server, back))
        with contextlib.suppress(ConnectionError):
            while data := await client.read(65536):
                if self.cut and b"COMMIT;" in data:
                    await self._cut_at_commit(data, answering, server, ahead)
                    break
                ahead.write(data)
        answering.cancel()
        ahead.close()
        back.close()

    async def _cut_at_commit(
        self,
        data: bytes,
        answering: "asyncio.Future[None]",
        server: asyncio.StreamReader,
        ahead: asyncio.StreamWriter,
    ) -> None:
        when, self.cut = self.cut, ""
        answering.cancel()
        await asyncio.wait([answering])
        if when == "after":
            ahead.write(data)
            assert b"COMMIT" in await server.read(65536)  # and nobody else shall hear it

    async def _pass_on(self, server: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await server.read(65536):
                back.write(data)
            back.close()

    def cut_now(self) -> None:
        """Every connection falls at once."""
        for end in self.ends:
            end.close()


@pytest.fixture
async def line(toy_url: str) -> AsyncIterator[Line]:
    """A wire to the server of `toy_url`."""
    folder = parse_qs(urlsplit(toy_url).query)["host"][0]
    with tempfile.TemporaryDirectory(prefix="wire-") as near:
        line = Line(f"{folder}/.s.PGSQL.5432", Path(near))
        listening = await asyncio.start_unix_server(line.carry, f"{near}/.s.PGSQL.5432")
        yield line
        line.cut_now()
        listening.close()


@pytest.fixture
async def wired(toy_url: str, line: Line, clock: HandClock) -> AsyncIterator[Store]:
    """A store behind the wire, with the counter "a"."""
    store = await open_toy(f"{toy_url.partition('?')[0]}?host={line.near}", clock)
    await store.transact(open_counter, Open("a"), by=SOMEONE)
    yield store
    await store.close()


async def test_a_line_cut_before_commit_arrives_is_unsure_and_nothing_is_stored(
    wired: Store, line: Line
) -> None:
    line.cut = "before"
    with pytest.raises(NotReady) as caught:
        await wired.transact(count, Count("a"), by=SOMEONE)
    assert caught.value.code == "commit_unsure"
    assert await wired.read(value_of, "a") == 0


async def test_a_line_cut_after_commit_arrived_is_unsure_and_stored_once(
    wired: Store, line: Line
) -> None:
    line.cut = "after"
    with pytest.raises(NotReady) as caught:
        await wired.transact(count, Count("a"), by=SOMEONE)
    assert caught.value.code == "commit_unsure"
    assert await wired.read(value_of, "a") == 1


async def test_a_line_cut_during_the_work_means_nothing_was_changed(
    wired: Store, line: Line
) -> None:
    def cut(tx: Tx, command: Count) -> int:
        count(tx, command)
        line.cut_now()
        return count(tx, command)

    with pytest.raises(NotReady) as caught:
        await wired.transact(cut, Count("a"), by=SOMEONE)
    assert caught.value.code == "not_ready"
    assert await wired.read(value_of, "a") == 0


async def test_after_a_lost_line_the_next_request_is_served(wired: Store, line: Line) -> None:
    line.cut_now()
    for _ in range(3):
        with contextlib.suppress(NotReady):
            await wired.transact(count, Count("a"), by=SOMEONE)
    assert isinstance(await wired.transact(count, Count("a"), by=SOMEONE), Done)


async def test_a_server_that_is_not_there_is_refused(tmp_path: Path, clock: HandClock) -> None:
    with pytest.raises(Misconfigured):
        await open_toy(f"postgresql://postgres@/none?host={tmp_path}", clock)
