"""W-18: no child stays in the room whose adult had to leave (POL-02, pitfall 15)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.policy.admission import Place
from service.policy.presence import Departure
from service.policy.session import SessionState
from service.policy.signs import Seen, Sign, fold
from service.policy.watch import breaches
from service.policy.watched import Act, Breach, Expected, Watched
from tests.builders import CHILD, MOTHER, NOW, STARTS, a_case, a_child_case, a_session

LEFT_AT = STARTS + timedelta(minutes=10)


def a_room(*departures: Departure, inside: bool = True) -> Watched:
    """A running room whose household was let in at the start; its way in is shut."""
    child = a_child_case(departures=departures)
    signs = [Sign(Seen.JOINED, STARTS, "call", "connection", "registrant")]
    if not inside:
        signs.append(Sign(Seen.LEFT, LEFT_AT, "call", "connection", "registrant"))
    case = a_case(session=a_session(state=SessionState.LIVE), children=(child,))
    expected = Expected(Place.HOUSEHOLD, "registrant", CHILD, STARTS, shut=True)
    return Watched(case, fold(signs), (expected,))


def left(room: Watched) -> list[Breach]:
    return [breach for breach in breaches(room) if breach.code == "adult_left"]


@pytest.mark.pitfall(15)
def test_a_child_inside_whose_adult_left_is_a_breach_from_that_moment_on() -> None:
    (breach,) = left(a_room(Departure(CHILD, MOTHER, LEFT_AT)))
    assert (breach.subject_id, breach.since) == (CHILD, LEFT_AT)
    assert breach.due(LEFT_AT, LEFT_AT) == {Act.ALERT}
    assert Act.END not in breach.due(LEFT_AT + timedelta(minutes=6), LEFT_AT)
    assert Act.END in breach.due(LEFT_AT + timedelta(minutes=7), LEFT_AT)


def test_nothing_is_broken_while_the_adult_is_there_or_the_child_is_outside() -> None:
    departure = Departure(CHILD, MOTHER, LEFT_AT)
    assert left(a_room()) == []
    assert left(a_room(departure, inside=False)) == []
    assert left(a_room(replace(departure, at=NOW - timedelta(minutes=1)))) == []
