"""Visits are told as the provider told of them: never longer, never joined over a gap."""

from datetime import datetime, timedelta

import pytest

from service.policy.attestation import visited
from service.policy.room import Person, Stay
from service.policy.visits import Visit, visits
from tests.builders import ORGANISATION, STARTS


def at(minutes: int) -> datetime:
    return STARTS + timedelta(minutes=minutes)


def stay(since: int, until: int | None) -> Stay:
    return Stay(at(since), None if until is None else at(until), f"c{since}")


@pytest.mark.parametrize(
    ("stays", "expected"),
    [
        ([], []),
        ([(0, 5), (20, 25)], [(0, 5), (20, 25)]),
        ([(20, 25), (0, 5)], [(0, 5), (20, 25)]),
        ([(0, 5), (3, 9)], [(0, 9)]),
        ([(0, 9), (3, 5)], [(0, 9)]),
        ([(0, 5), (3, None)], [(0, None)]),
        ([(0, None), (3, 5)], [(0, None)]),
    ],
)
def test_connections_that_overlap_are_one_visit_and_gaps_stay(
    stays: list[tuple[int, int | None]], expected: list[tuple[int, int | None]]
) -> None:
    person = Person("host", tuple(stay(*one) for one in stays))
    times = [(at(since), None if until is None else at(until)) for since, until in expected]
    assert [(one.since, one.until) for one in visits(person)] == times


def test_findings_tell_each_visit_and_never_say_throughout() -> None:
    told = list(visited((Visit(at(0), at(5)), Visit(at(20), None)), ORGANISATION.zone))
    assert [one.code for one in told] == ["visit", "visit"]
    assert "its end was not told" in told[1].sentence
    assert all("throughout" not in one.sentence for one in told)


def test_no_visit_is_said_too() -> None:
    assert [one.code for one in visited((), ORGANISATION.zone)] == ["no_visit"]
