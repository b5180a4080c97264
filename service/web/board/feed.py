"""Follows what is recorded and tells every open board what changed in it, within a second.

One look at the database serves everybody who follows in this process, whatever their number. Commits
of this process are heard at once; those of other replicas by a hint, or by the next look of our own.
A follower who is slow gets the newest of each piece and never a queue.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from service.errors import TooMany
from service.store.staff import colleagues
from service.store.transactions import Reader, Store
from service.web.board.pieces import Piece, Pieces
from service.web.board.view import NOTHING, Board, Memory, look

log = logging.getLogger(__name__)

MOST_FOLLOWERS = 100
MOST_OF_ONE = 6
LOOK_EVERY_SECONDS = 0.5
"""How long a change of another replica may go unseen if its hint is lost."""

PAUSE_SECONDS = 0.1
"""Between two looks: what happens meanwhile is told together."""

AFTER_FAILURE_SECONDS = 1.0
AT_A_TIME = 10
"""Pieces made before others get their turn."""


@dataclass(eq=False)
class Follower:
    """One open board: what it holds already, and what waits to be sent to it.

    `hung_up` says whether the line is dead: that shows sooner than by writing to it.
    """

    subject: str
    language: str
    hung_up: Callable[[], bool] = lambda: False
    held: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    state: str = ""
    dismissed: bool = False

    def put(self, name: str, key: str, data: dict[str, str]) -> None:
        """Have something sent; it takes the place of what waits under the same key."""
        self.waiting.pop(key, None)
        self.waiting[key] = (name, data)
        self.bell.set()

    def take(self) -> list[tuple[str, dict[str, str]]]:
        """What waits, which then waits no more."""
        taken, self.waiting = list(self.waiting.values()), {}
        self.bell.clear()
        return taken

    def dismiss(self) -> None:
        """They may not look any more, or nobody will tell them anything any more."""
        self.dismissed = True
        self.bell.set()


class Feed:
    """The boards that are open in this process, and the one look that serves them all."""

    def __init__(self, store: Store, pieces: Pieces) -> None:
        self._store = store
        self._pieces = pieces
        self._followers: list[Follower] = []
        self._memory: Memory = NOTHING
        self._looking = asyncio.Lock()
        self._changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = False

    async def look(self) -> Board:
        """The board as it is now."""
        board, _ = await self._look()
        return board

    @contextmanager
    def following(
        self, subject: str, language: str, hung_up: Callable[[], bool] = lambda: False
    ) -> Iterator[Follower]:
        """Somebody follows. `TooMany` while as many do as this process serves."""
        there = [one for one in self._followers if not one.hung_up()]
        own = sum(one.subject == subject for one in there)
        if own >= MOST_OF_ONE or len(there) >= MOST_FOLLOWERS or self._closed:
            raise TooMany(details={"retry_after_seconds": 30})
        for one in self._followers:
            if one not in there:
                one.dismiss()
        follower = Follower(subject, language, hung_up)
        self._followers.append(follower)
        self._changed.set()
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._serve())]
        try:
            yield follower
        finally:
            self._followers.remove(follower)
            if not self._followers:
                self._stop()

    def close(self) -> None:
        """Dismiss everybody."""
        self._closed = True
        for follower in self._followers:
            follower.dismiss()
        self._stop()

    def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks = []

    # --- looking ----------------------------------------------------------------------------------

    async def _listen(self) -> None:
        async for _ in self._store.changes():
            self._changed.set()

    async def _serve(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_SECONDS):
                    await self._changed.wait()
            self._changed.clear()
            try:
                await self._tell()
                self._say("seen")
            except Exception as error:  # whatever it is: the boards must say that they are blind
                log.warning("the board could not be looked at", exc_info=error)
                self._say("blind")
                await asyncio.sleep(AFTER_FAILURE_SECONDS)
            await asyncio.sleep(PAUSE_SECONDS)

    def _say(self, state: str) -> None:
        """Have every board say whether we see, where that is news to it."""
        for follower in self._followers:
            if follower.state != state:
                follower.state = state
                follower.put(state, "state", {})

    async def _look(self) -> tuple[Board, frozenset[str]]:
        async with self._looking:
            subjects = frozenset(one.subject for one in self._followers)
            board, barred = await self._store.read(_look, self._memory, subjects)
            self._memory = board.known
            return board, barred

    async def _tell(self) -> None:
        board, barred = await self._look()
        for follower in [one for one in self._followers if one.subject in barred]:
            follower.dismiss()
        for language in {one.language for one in self._followers}:
            pieces = [piece async for piece in self._made(board, language)]
            for follower in self._followers:
                if follower.language == language and not follower.dismissed:
                    _hand_out(follower, pieces)

    async def _made(self, board: Board, language: str) -> AsyncIterator[Piece]:
        yield self._pieces.of_alerts(board, language)
        for number, piece in enumerate(self._pieces.of_rooms(board, language)):
            if number % AT_A_TIME == 0:
                await asyncio.sleep(0)
            yield piece


def _look(reader: Reader, memory: Memory, subjects: frozenset[str]) -> tuple[Board, frozenset[str]]:
    """The board, and which of those who follow it may not act any more."""
    barred = colleagues.barred(reader, subjects)
    return look(reader, memory), barred


def _hand_out(follower: Follower, pieces: list[Piece]) -> None:
    now = {piece.key: piece.mark for piece in pieces}
    for piece in pieces:
        if follower.held.get(piece.key) != piece.mark:
            follower.put("piece", piece.key, _wire(piece))
    for key in follower.held.keys() - now.keys():
        follower.put("gone", key, {"key": key})
    follower.held = now


def _wire(piece: Piece) -> dict[str, str]:
    return {"key": piece.key, "line": piece.line, "mark": piece.mark, "html": piece.html}
