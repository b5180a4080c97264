"""The ledger of consent, and what it amounts to."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.policy.consent import (
    NO_KINDS,
    SPOKEN_ROUTES,
    ConsentEntry,
    ConsentKind,
    ConsentStatus,
    Purpose,
    Route,
    consent_status,
    live_consent,
    standing,
)
from service.policy.people import ConsentEntryId, ParentId
from tests.builders import CHILD, ENDS, FATHER, MOTHER, NOW, a_consent

STRANGER = ParentId("parent_9")
GIVERS = frozenset({MOTHER, FATHER})


def status(*entries: ConsentEntry, purpose: Purpose = Purpose.TAKE_PART) -> ConsentStatus:
    return consent_status(entries, purpose, GIVERS, ENDS)


def said(*words: tuple[ParentId, ConsentKind]) -> tuple[ConsentEntry, ...]:
    return tuple(
        a_consent(giver, position=place, kind=kind, entry_id=ConsentEntryId(f"consent_{place}"))
        for place, (giver, kind) in enumerate(words, 1)
    )


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ((), ConsentStatus.MISSING),
        (((MOTHER, ConsentKind.GIVEN),), ConsentStatus.LIVE),
        (((MOTHER, ConsentKind.REFUSED),), ConsentStatus.REFUSED),
        (
            ((MOTHER, ConsentKind.GIVEN), (MOTHER, ConsentKind.WITHDRAWN)),
            ConsentStatus.REFUSED,
        ),
        (
            ((MOTHER, ConsentKind.REFUSED), (MOTHER, ConsentKind.GIVEN)),
            ConsentStatus.LIVE,
        ),
        (
            ((MOTHER, ConsentKind.GIVEN), (FATHER, ConsentKind.REFUSED)),
            ConsentStatus.CONFLICT,
        ),
        (
            ((FATHER, ConsentKind.REFUSED), (MOTHER, ConsentKind.GIVEN)),
            ConsentStatus.CONFLICT,
        ),
        (
            ((MOTHER, ConsentKind.GIVEN), (MOTHER, ConsentKind.LAPSED)),
            ConsentStatus.LAPSED,
        ),
        (
            ((MOTHER, ConsentKind.GIVEN), (MOTHER, ConsentKind.INVALIDATED)),
            ConsentStatus.MISSING,
        ),
        (
            (
                (MOTHER, ConsentKind.GIVEN),
                (FATHER, ConsentKind.GIVEN),
                (MOTHER, ConsentKind.INVALIDATED),
            ),
            ConsentStatus.LIVE,
        ),
    ],
)
def test_a_ledger_amounts_to(
    words: tuple[tuple[ParentId, ConsentKind], ...], wanted: ConsentStatus
) -> None:
    assert status(*said(*words)) is wanted


YES, NO, WRONG = ConsentKind.GIVEN, ConsentKind.REFUSED, ConsentKind.INVALIDATED


@pytest.mark.pitfall(1)
@pytest.mark.parametrize(
    ("words", "counts"),
    [
        ((NO, YES, WRONG), 1),
        ((YES, ConsentKind.WITHDRAWN, YES, WRONG), 2),
        ((NO, YES, YES, WRONG), 1),
        ((NO, NO, YES, WRONG), 2),
        ((NO, YES, WRONG, YES, WRONG), 1),
        ((NO, YES, WRONG, YES), 4),
        ((YES, WRONG), 2),
        ((YES, YES, WRONG), 3),
    ],
)
def test_that_a_yes_was_never_right_takes_no_earlier_no_away_and_brings_no_yes_back(
    words: tuple[ConsentKind, ...], counts: int
) -> None:
    ledger = said(*((FATHER, kind) for kind in words))
    (word,) = standing(ledger, Purpose.TAKE_PART, GIVERS)
    assert word.position == counts
    assert word.kind in (NO, ConsentKind.WITHDRAWN, WRONG) or words[-1] is YES


def test_consent_to_one_purpose_says_nothing_about_another() -> None:
    assert status(a_consent(), purpose=Purpose.RECORD) is ConsentStatus.MISSING


@pytest.mark.parametrize(
    ("until", "wanted"),
    [
        (None, ConsentStatus.LIVE),
        (ENDS, ConsentStatus.LIVE),
        (ENDS - timedelta(microseconds=1), ConsentStatus.LAPSED),
    ],
)
def test_a_yes_holds_through_its_last_instant(until: object, wanted: ConsentStatus) -> None:
    assert status(a_consent(valid_until=until)) is wanted


def test_only_the_personal_link_is_walked_alone() -> None:
    assert frozenset(Route) - SPOKEN_ROUTES == {Route.LINK}


# --- for any ledger ---------------------------------------------------------------------------------


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[ConsentEntry, ...]:
    words = draw(
        st.lists(
            st.tuples(
                st.sampled_from([MOTHER, FATHER, STRANGER]),
                st.sampled_from(ConsentKind),
                st.sampled_from(Purpose),
                st.integers(-60, 60),
                st.sampled_from([None, ENDS, ENDS - timedelta(days=1)]),
            ),
            max_size=8,
        )
    )
    return tuple(
        ConsentEntry(
            entry_id=ConsentEntryId(f"consent_{place}"),
            child_id=CHILD,
            position=place,
            purpose=purpose,
            giver_id=giver,
            kind=kind,
            at=NOW + timedelta(days=days),
            policy_version="v3",
            valid_until=until,
        )
        for place, (giver, kind, purpose, days, until) in enumerate(words, 1)
    )


def word_of(ledger: tuple[ConsentEntry, ...], giver: ParentId) -> ConsentEntry | None:
    mine = [
        entry for entry in ledger if entry.giver_id == giver and entry.purpose is Purpose.TAKE_PART
    ]
    if mine and mine[-1].kind is ConsentKind.INVALIDATED:
        mine = [entry for entry in mine if entry.kind in NO_KINDS] or mine
    return mine[-1] if mine else None


@pytest.mark.pitfall(1)
@given(ledgers())
def test_the_latest_word_of_one_giver_never_outvotes_anothers(
    ledger: tuple[ConsentEntry, ...],
) -> None:
    refuses = any(
        word is not None and word.kind in NO_KINDS
        for word in (word_of(ledger, giver) for giver in GIVERS)
    )
    found = status(*ledger)
    assert (found in (ConsentStatus.REFUSED, ConsentStatus.CONFLICT)) is refuses
    more = a_consent(MOTHER, position=len(ledger) + 1)
    father = word_of(ledger, FATHER)
    if father is not None and father.kind in NO_KINDS:
        assert status(*ledger, more) is ConsentStatus.CONFLICT
    else:
        assert status(*ledger, more) is ConsentStatus.LIVE


@given(ledgers())
def test_of_somebody_whose_yes_was_never_right_only_what_they_refused_counts(
    ledger: tuple[ConsentEntry, ...],
) -> None:
    invalidated = a_consent(MOTHER, position=len(ledger) + 1, kind=ConsentKind.INVALIDATED)
    without = [entry for entry in ledger if entry.giver_id != MOTHER or entry.kind in NO_KINDS]
    assert status(*ledger, invalidated) is status(*without)


@given(ledgers().flatmap(lambda one: st.tuples(st.just(one), st.permutations(one))))
def test_entries_count_in_the_order_of_their_positions_however_they_are_read(
    both: tuple[tuple[ConsentEntry, ...], list[ConsentEntry]],
) -> None:
    ledger, shuffled = both
    assert status(*shuffled) is status(*ledger)


@given(ledgers(), st.lists(st.integers(-9, 9), min_size=8, max_size=8))
def test_the_time_of_an_entry_decides_nothing(
    ledger: tuple[ConsentEntry, ...], days: list[int]
) -> None:
    moved = [
        replace(entry, at=entry.at + timedelta(days=day))
        for entry, day in zip(ledger, days, strict=False)
    ]
    assert status(*moved) is status(*ledger)


@given(ledgers())
def test_who_has_no_authority_counts_for_nothing(ledger: tuple[ConsentEntry, ...]) -> None:
    without = [entry for entry in ledger if entry.giver_id != STRANGER]
    assert status(*ledger) is status(*without)


@given(ledgers())
def test_a_live_ledger_names_the_yes_it_rests_on(ledger: tuple[ConsentEntry, ...]) -> None:
    rests_on = live_consent(ledger, Purpose.TAKE_PART, GIVERS, ENDS)
    agrees = status(*ledger) in (ConsentStatus.LIVE, ConsentStatus.CONFLICT)
    assert (rests_on is not None) is agrees
    if rests_on is not None:
        assert rests_on.kind is ConsentKind.GIVEN
        assert word_of(ledger, rests_on.giver_id) is rests_on


@given(ledgers())
def test_each_giver_has_one_standing_word(ledger: tuple[ConsentEntry, ...]) -> None:
    words = standing(ledger, Purpose.TAKE_PART, GIVERS)
    assert len({word.giver_id for word in words}) == len(words)
    assert [word.position for word in words] == sorted(word.position for word in words)
