"""What the board says of a room: how it stands with each person, and which room comes first."""

from datetime import timedelta

import pytest

from service.policy.board import Standing, now_and_next, place_in_line, standing, together
from service.policy.people import SessionId
from service.policy.room import NOBODY, Person, Stay
from service.policy.session import SessionState, Span
from tests.builders import ENDS, STARTS, a_session

MINUTE = timedelta(minutes=1)
CAME = STARTS - 5 * MINUTE
WENT = STARTS + 5 * MINUTE
IN = Person("a", stays=(Stay(CAME, None, "c1"),))
LEFT = Person("a", stays=(Stay(CAME, WENT, "c1"),))
WAITS = Person("a", waits=(Stay(CAME, None, "c1"),))


@pytest.mark.parametrize(
    ("person", "state", "now", "found"),
    [
        (NOBODY, SessionState.OPEN, STARTS - MINUTE, Standing.LATER),
        (NOBODY, SessionState.OPEN, STARTS, Standing.MISSING),
        (NOBODY, SessionState.LIVE, STARTS + MINUTE, Standing.MISSING),
        (NOBODY, SessionState.ENDED, ENDS, Standing.ABSENT),
        (NOBODY, SessionState.LAPSED, STARTS, Standing.ABSENT),
        (WAITS, SessionState.LIVE, STARTS, Standing.WAITING),
        (IN, SessionState.LIVE, STARTS, Standing.INSIDE),
        (IN, SessionState.ENDED, ENDS, Standing.INSIDE),
        (LEFT, SessionState.LIVE, STARTS + 6 * MINUTE, Standing.GONE),
        (LEFT, SessionState.ENDED, ENDS, Standing.GONE),
    ],
)
def test_how_it_stands_with_a_person(
    person: Person, state: SessionState, now: object, found: Standing
) -> None:
    assert standing(person, a_session(state=state), now) is found  # type: ignore[arg-type]


def test_a_room_whose_session_is_over_and_whose_call_goes_on_still_shows_who_is_in_it() -> None:
    assert standing(IN, a_session(state=SessionState.ENDED), ENDS + MINUTE) is Standing.INSIDE


def test_whoever_is_unknown_has_one_place_with_every_connection() -> None:
    other = Person("b", stays=(Stay(CAME - MINUTE, WENT, "c2"),), waits=(Stay(CAME, CAME, "c3"),))
    both = together((IN, other))
    assert [stay.connection for stay in both.stays] == ["c2", "c1"]
    assert both.devices == 1
    assert together(()) == NOBODY


def line(
    name: str, state: SessionState, alerts: int = 0, *, immediate: bool = False, later: int = 0
) -> str:
    starts = STARTS + later * MINUTE
    session = a_session(session_id=SessionId(name), state=state, starts_at=starts)
    return place_in_line(session, alerts, immediate=immediate)


def test_what_is_wrong_comes_first_then_what_runs_then_what_comes_next() -> None:
    order = [
        line("danger", SessionState.BOOKED, 1, immediate=True, later=60),
        line("wrong", SessionState.LIVE, 2),
        line("wrong_next", SessionState.OPEN, 1),
        line("live", SessionState.LIVE, later=30),
        line("next", SessionState.OPEN),
        line("after", SessionState.BOOKED, later=10),
        line("over", SessionState.ENDED),
    ]
    assert sorted(order) == order


def test_now_and_next_reaches_back_half_an_hour_and_ahead_three() -> None:
    assert now_and_next(STARTS) == Span(STARTS - 30 * MINUTE, STARTS + 180 * MINUTE)
