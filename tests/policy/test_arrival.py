"""Who came in to take over, and how long the room had nobody before (pitfall 24)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.policy.room import HOST, Arrival, arrival
from service.policy.signs import Seen, Sign, fold

START = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


def at(second: int) -> datetime:
    return START + timedelta(seconds=second)


def host(seen: Seen, second: int, connection: str) -> Sign:
    return Sign(seen, at(second), "u1", connection, HOST)


def test_whoever_comes_while_the_other_is_in_leaves_no_gap() -> None:
    signs = [
        host(Seen.JOINED, 0, "a"),
        host(Seen.JOINED, 60, "b"),
        host(Seen.LEFT, 70, "a"),
    ]
    assert arrival(fold(signs), HOST, at(30)) == Arrival(at(60), timedelta(0))


@pytest.mark.pitfall(24)
def test_the_gap_is_the_time_in_which_nobody_was_in() -> None:
    signs = [
        host(Seen.JOINED, 0, "a"),
        host(Seen.LEFT, 50, "a"),
        host(Seen.JOINED, 60, "b"),
    ]
    assert arrival(fold(signs), HOST, at(30)) == Arrival(at(60), timedelta(seconds=10))


@pytest.mark.parametrize(
    "signs",
    [
        [],
        [host(Seen.JOINED, 0, "a")],
        [host(Seen.JOINED, 0, "a"), host(Seen.JOINED, 60, "b"), host(Seen.LEFT, 61, "b")],
        [host(Seen.JOINED, 60, "b"), Sign(Seen.ENDED, at(90), "u1")],
        [Sign(Seen.JOINED, at(60), "u1", "b", "registrant_1")],
    ],
    ids=["nobody", "only the one before", "came and went", "the call is over", "somebody else"],
)
def test_nobody_has_arrived(signs: list[Sign]) -> None:
    assert arrival(fold(signs), HOST, at(30)) is None


def test_a_left_in_the_instant_of_its_joined_counts_as_after_it() -> None:
    signs = [
        host(Seen.LEFT, 0, "a"),
        host(Seen.JOINED, 0, "a"),
        host(Seen.JOINED, 45, "b"),
    ]
    assert arrival(fold(signs), HOST, at(30)) == Arrival(at(45), timedelta(seconds=45))


STAYS = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 300)), min_size=1, max_size=6)


@given(STAYS, st.randoms(use_true_random=False))
def test_order_and_repeats_of_signals_change_nothing(
    stays: list[tuple[int, int]], shuffled: object
) -> None:
    signs = []
    for number, (came, stayed) in enumerate(stays):
        signs.append(host(Seen.JOINED, came, f"c{number}"))
        if number % 2 == 0:
            signs.append(host(Seen.LEFT, came + stayed, f"c{number}"))
    found = arrival(fold(signs), HOST, at(100))
    twice = [*signs, *signs]
    shuffled.shuffle(twice)  # type: ignore[attr-defined]
    again = arrival(fold(twice), HOST, at(100))
    assert found == again
    if found is not None:
        assert timedelta(0) <= found.gap <= found.at - START
