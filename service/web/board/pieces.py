"""The board in pieces: each room, and the list of alerts, as HTML that can be exchanged alone.

A piece carries a mark of its own text, so that whoever holds it already is not sent it again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from service.policy.alerting import URGENCY_WORDS, kind_of
from service.policy.people import SessionId
from service.web.board.ribbons import draw
from service.web.board.view import Board, Room, is_dangerous
from service.web.board.words import words_in
from service.web.pages.rendering import Pages

ALERT_WORDS: Mapping[str, object] = {
    "kind_of": kind_of, "urgency_words": URGENCY_WORDS, "is_dangerous": is_dangerous
}  # fmt: skip
"""How the templates say what an alert is about."""

ALERTS = "alerts"
"""The key of the piece that lists the open alerts."""


@dataclass(frozen=True)
class Piece:
    """What stands inside one element of the page, escaped by its template. `key` is the element's id,
    `line` its place."""

    key: str
    line: str
    mark: str
    html: str


class Pieces:
    """Makes pieces, and keeps those of rooms that are still the same."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._made: dict[tuple[str, SessionId], tuple[Room, Piece]] = {}

    def of_rooms(self, board: Board, language: str) -> Iterator[Piece]:
        """A piece for each room, in the order of the board."""
        for room in board.rooms:
            yield self._of_room(room, language)
        self._forget(board)

    def of_alerts(self, board: Board, language: str) -> Piece:
        """The list of everything that is wrong."""
        return self._piece(language, ALERTS, "", "board_alerts.html", {"alerts": board.alerts})

    def _of_room(self, room: Room, language: str) -> Piece:
        place = (language, room.session.session_id)
        before = self._made.get(place)
        if before is not None and before[0] is room:
            return before[1]
        drawing = draw(room.session, room.seats, room.at, self._pages.zone)
        context = {"room": room, "drawing": drawing}
        key = f"room-{room.session.session_id}"
        piece = self._piece(language, key, room.line, "board_room.html", context)
        self._made[place] = (room, piece)
        return piece

    def _piece(
        self, language: str, key: str, line: str, template: str, context: dict[str, object]
    ) -> Piece:
        html = self._pages.text(
            language, template, {**context, **ALERT_WORDS, "words": words_in(language)}
        )
        return Piece(key, line, sha256(f"{line}{html}".encode()).hexdigest()[:16], html)

    def _forget(self, board: Board) -> None:
        self._made = {place: made for place, made in self._made.items() if place[1] in board.known}
