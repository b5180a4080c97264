"""Short words of the board, looked up once for each language: a board says them hundreds of times."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from service.policy.admission import Place
from service.policy.board import Seat, Standing
from service.policy.session import SessionState
from service.web.pages.languages import catalogues

PLACES: Mapping[Place | None, str] = {
    Place.SECOND_STAFF: "Second staff",
    Place.TUTOR: "Tutor",
    Place.HOUSEHOLD: "Household",
    None: "Unknown people",
}
STANDINGS: Mapping[Standing, str] = {
    Standing.LATER: "not expected yet",
    Standing.MISSING: "not there",
    Standing.WAITING: "waiting to be let in",
    Standing.INSIDE: "in the room",
    Standing.GONE: "has left",
    Standing.ABSENT: "was not there",
}
STATES: Mapping[SessionState, str] = {
    SessionState.BOOKED: "booked",
    SessionState.OPENING: "being opened",
    SessionState.OPEN: "open",
    SessionState.LIVE: "under way",
    SessionState.ENDED: "ended",
    SessionState.CLOSED: "closed",
    SessionState.LAPSED: "did not take place",
    SessionState.CANCELLED: "cancelled",
}


@dataclass(frozen=True)
class Words:
    """The words in one language."""

    places: Mapping[Place | None, str]
    standings: Mapping[Standing, str]
    states: Mapping[SessionState, str]

    def called(self, place: Place | None, name: str) -> str:
        """What a person is called: as whom they are there, and their name if there is one."""
        return f"{self.places[place]} {name}".rstrip()

    def of(self, seat: Seat) -> str:
        """What whoever sits there is called."""
        return self.called(seat.place, seat.name)


@cache
def words_in(language: str) -> Words:
    """The words in a language."""
    say = catalogues()[language].gettext
    return Words(
        {place: say(word) for place, word in PLACES.items()},
        {standing: say(word) for standing, word in STANDINGS.items()},
        {state: say(word) for state, word in STATES.items()},
    )
