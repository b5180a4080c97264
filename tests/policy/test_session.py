"""States, moves, and how many rooms one person is in at once."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.policy.session import (
    BEFORE_LIVE,
    ENGAGED,
    MOVES,
    OVER,
    WITH_MEETING,
    IllegalMove,
    SessionState,
    Span,
    moved,
    peak_overlap,
)
from tests.builders import STARTS, a_session

S = SessionState
PAIRS = [(one, other) for one in S for other in S]


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_a_session_moves_by_the_table_and_in_no_other_way(before: S, after: S) -> None:
    session = a_session(state=before, version=7)
    if (before, after) in MOVES:
        assert moved(session, after) == a_session(state=after, version=8)
        return
    with pytest.raises(IllegalMove) as refused:
        moved(session, after)
    assert refused.value.details == {"state": before.value, "wanted": after.value}


def test_every_move_says_what_it_means() -> None:
    assert all(MOVES.values())


def test_what_is_over_never_runs_again() -> None:
    assert not any(before in OVER and after not in OVER for before, after in MOVES)


@pytest.mark.pitfall(64)
def test_lapsed_cancelled_and_closed_are_the_last_states() -> None:
    assert {state for state in S if not any(before is state for before, _ in MOVES)} == {
        S.LAPSED,
        S.CANCELLED,
        S.CLOSED,
    }


def test_a_session_becomes_open_only_from_opening_and_live_only_from_open() -> None:
    assert [before for before, after in MOVES if after is S.OPEN] == [S.OPENING]
    assert [before for before, after in MOVES if after is S.LIVE] == [S.OPEN]


@pytest.mark.pitfall(31)
def test_any_session_before_live_can_be_cancelled() -> None:
    assert {before for before, after in MOVES if after is S.CANCELLED} == BEFORE_LIVE


def test_the_groups_of_states_fit_together() -> None:
    assert set(S) == ENGAGED | OVER
    assert not ENGAGED & OVER
    assert WITH_MEETING <= ENGAGED


# --- overlap ------------------------------------------------------------------------------------


def span(starts: int, ends: int) -> Span:
    return Span(STARTS + timedelta(minutes=starts), STARTS + timedelta(minutes=ends))


@pytest.mark.parametrize(
    ("other", "overlaps"),
    [((0, 45), True), ((44, 60), True), ((45, 60), False), ((-30, 0), False), ((10, 20), True)],
)
def test_touching_ends_do_not_overlap(other: tuple[int, int], overlaps: bool) -> None:
    assert span(0, 45).overlaps(span(*other)) is overlaps
    assert span(*other).overlaps(span(0, 45)) is overlaps


@pytest.mark.pitfall(25)
def test_three_that_meet_this_one_but_not_each_other_make_two() -> None:
    assert peak_overlap(span(0, 45), (span(0, 15), span(15, 30), span(30, 60))) == 2


SPANS = st.tuples(st.integers(-30, 30), st.integers(1, 30)).map(
    lambda pair: (pair[0], pair[0] + pair[1])
)


@pytest.mark.pitfall(25)
@given(SPANS, st.lists(SPANS, max_size=8))
def test_the_peak_is_what_counting_every_minute_gives(
    mine: tuple[int, int], others: list[tuple[int, int]]
) -> None:
    counted = max(
        1 + sum(starts <= minute < ends for starts, ends in others) for minute in range(*mine)
    )
    assert peak_overlap(span(*mine), tuple(span(*other) for other in others)) == counted
