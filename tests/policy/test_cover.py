"""Who may be second staff by the rules that decide, and in which order people are asked."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from service.policy.admission import Knock, Place, Presence, Room, waits_for
from service.policy.case import CaseFile, HandOver
from service.policy.clearance import Blocker, outstanding
from service.policy.cover import (
    Candidate,
    Reason,
    in_fair_order,
    newcomer_must_go,
    objections,
    reasons_against,
)
from service.policy.eligibility import known_on
from service.policy.organisation import Hours, Windows
from service.policy.people import StaffId
from service.policy.rules import Stage
from service.policy.session import Session, SessionState, Span
from service.policy.staff import Assignment, CheckScheme, Evidence, EvidenceKind
from tests.builders import (
    CHILD,
    ENDS,
    MOTHER,
    NOW,
    ORGANISATION,
    SECOND,
    STARTS,
    TUTOR,
    a_case,
    a_session,
    a_staff_member,
    elsewhere,
)
from tests.policy.broken import BROKEN, Broken, checked_by

MINUTE = timedelta(minutes=1)
NEWCOMER = StaffId("staff_newcomer")


def against(case: CaseFile) -> list[str]:
    """The codes of what speaks against second staff of a case."""
    return [one.code for one in objections(case, NOW)]


ABOUT_SECOND = [one for one in BROKEN if one.code.startswith("second_staff")]


@pytest.mark.parametrize("broken", ABOUT_SECOND, ids=lambda one: one.code)
def test_whatever_a_rule_says_of_second_staff_speaks_against_choosing_them(broken: Broken) -> None:
    assert against(broken.case) == [broken.code]


@pytest.mark.parametrize(
    "broken", [one for one in BROKEN if one not in ABOUT_SECOND], ids=lambda one: one.code
)
def test_what_the_rules_say_of_others_speaks_against_nobody(broken: Broken) -> None:
    assert against(broken.case) == []


def test_whoever_has_least_to_do_comes_first_then_whoever_is_least_with_this_tutor() -> None:
    busy = Candidate(StaffId("a"), (), 3, 0)
    paired = Candidate(StaffId("b"), (), 1, 9)
    fresh = Candidate(StaffId("c"), (), 1, 2)
    lift = ("R-02", ("POL-03",), "a coordinator", STARTS)
    suspended, absent = (
        Blocker("suspended", "Suspended.", *lift),
        Blocker("absent", "Away.", *lift),
    )
    barred = Candidate(StaffId("d"), (suspended, absent), 0, 0)
    away = Candidate(StaffId("e"), (absent,), 0, 0)
    assert in_fair_order([busy, barred, paired, fresh]) == (fresh, paired, busy)
    assert reasons_against([busy, barred, away]) == (
        Reason("absent", "Away.", 2, "a coordinator", STARTS),
        Reason("suspended", "Suspended.", 1, "a coordinator", STARTS),
    )


# --- working hours, absences, gaps ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opens", "closes", "clear"),
    [
        (time(16, 0), time(16, 45), True),
        (time(16, 1), time(20, 0), False),
        (time(8, 0), time(16, 44), False),
        (None, None, False),
    ],
)
def test_the_whole_session_lies_in_working_hours(
    opens: time | None, closes: time | None, clear: bool
) -> None:
    day = Hours(opens, closes) if opens and closes else None
    works = (None, day, None, None, None, None, None)  # it is a Tuesday
    case = a_case(second_staff=a_staff_member(SECOND, works=works))
    assert against(case) == ([] if clear else ["second_staff_off_duty"])


def test_an_absence_that_ends_when_the_session_starts_is_none() -> None:
    before = Span(STARTS - 60 * MINUTE, STARTS)
    assert against(a_case(second_staff_away=(before,))) == []
    touching = Span(STARTS - 60 * MINUTE, STARTS + MINUTE)
    assert against(a_case(second_staff_away=(touching,))) == ["second_staff_absent"]


@pytest.mark.pitfall(25)
@pytest.mark.parametrize(("gap", "clear"), [(0, True), (10, True), (11, False)])
def test_second_staff_have_the_organisations_gap_between_rooms(gap: int, clear: bool) -> None:
    organisation = replace(ORGANISATION, windows=Windows(second_staff_gap=gap))
    room = elsewhere(STARTS - 40 * MINUTE, STARTS - 10 * MINUTE)
    case = a_case(organisation=organisation, second_staff_elsewhere=(room,))
    assert against(case) == ([] if clear else ["second_staff_no_gap"])


def test_a_gap_out_of_bounds_is_refused_with_the_bound() -> None:
    (problem,) = Windows(second_staff_gap=61).problems()
    assert problem.field == "windows.second_staff_gap"
    assert "between 0 and 60" in problem.sentence


# --- checks and connections -------------------------------------------------------------------------


def checked(scheme: CheckScheme | None, accepted: frozenset[str] = frozenset()) -> list[str]:
    case = a_case(
        tutor=checked_by(TUTOR, scheme),
        organisation=replace(ORGANISATION, accepted_checks=accepted),
    )
    found = outstanding(case, Stage.OPEN, NOW).everything
    return [blocker.code for blocker in found if blocker.code.startswith("tutor")]


@pytest.mark.parametrize("scheme", [CheckScheme.DBS_BASIC, CheckScheme.ACCESS_NI_BASIC])
def test_a_basic_check_never_suffices(scheme: CheckScheme) -> None:
    assert checked(scheme) == ["tutor_check_too_weak"]
    assert checked(scheme, frozenset({scheme.value})) == ["tutor_check_too_weak"]


@pytest.mark.pitfall(27)
def test_a_check_whose_scheme_nobody_noted_counts_nowhere() -> None:
    assert checked(None) == checked(None, frozenset({"pvg"})) == ["tutor_check_unnamed"]


def test_an_organisation_that_names_schemes_takes_no_other() -> None:
    scotland = frozenset({"pvg"})
    assert checked(CheckScheme.PVG, scotland) == []
    assert checked(CheckScheme.DBS_ENHANCED, scotland) == ["tutor_check_too_weak"]
    assert checked(CheckScheme.DBS_ENHANCED) == []


@pytest.mark.pitfall(30)
def test_what_was_known_of_somebody_is_told_without_numbers() -> None:
    check = Evidence(
        EvidenceKind.BACKGROUND_CHECK, date(2026, 1, 1), date(2028, 1, 1), None,
        CheckScheme.DBS_ENHANCED, "digest",
    )  # fmt: skip
    known = known_on(replace(a_staff_member(TUTOR), evidence=(check,)), date(2026, 11, 24))
    assert known == {
        "check_seen_on": "2026-01-01",
        "check_until": "2028-01-01",
        "check_scheme": "dbs_enhanced",
    }
    taken_back = replace(check, invalidated=True)
    endless = replace(check, trusted_until=None)
    member = a_staff_member(TUTOR, evidence=(taken_back, endless))
    assert known_on(member, date(2026, 11, 24)) == {}


@pytest.mark.pitfall(28)
def test_a_leads_word_tells_two_entries_apart_and_no_word_makes_one_person_two() -> None:
    one = a_staff_member(TUTOR, contact_keys=frozenset({"k"}), distinct_from=frozenset({SECOND}))
    other = a_staff_member(SECOND, contact_keys=frozenset({"k"}))
    assert not one.same_person_as(other)
    assert not other.same_person_as(one)
    assert one.same_person_as(replace(other, staff_id=TUTOR))


@pytest.mark.pitfall(10)
def test_a_declared_connection_stops_the_child_whose_family_it_is() -> None:
    neighbour = a_staff_member(TUTOR, connections=frozenset({MOTHER}))
    found = outstanding(a_case(tutor=neighbour), Stage.OPEN, NOW)
    assert [(one.code, one.child_id) for one in found.everything] == [("tutor_is_connected", CHILD)]
    stranger = a_staff_member(TUTOR, connections=frozenset({"parent_9"}))
    assert outstanding(a_case(tutor=stranger), Stage.OPEN, NOW).everything == ()


# --- handing over -----------------------------------------------------------------------------------

LIVE: Session = a_session(state=SessionState.LIVE)
ROOM = Room(Presence.BY_PROVIDER, call_started=True)


def handing_over(admitted: bool = False, **changes: object) -> CaseFile:
    newcomer = a_staff_member(NEWCOMER)
    after = a_case(session=LIVE, second_staff=newcomer, assignment=Assignment(NEWCOMER, NOW))
    after = replace(after, **changes)  # type: ignore[arg-type]
    change = HandOver("handover_1", after, NOW, NOW if admitted else None)
    return a_case(session=LIVE, hand_over=change)


def codes_at_the_door(case: CaseFile, who: StaffId) -> list[str]:
    knock = Knock(Place.SECOND_STAFF, staff_id=who)
    return [wait.code for wait in waits_for(case, ROOM, knock, STARTS)]


@pytest.mark.pitfall(24)
def test_both_may_come_in_while_one_takes_over_from_the_other() -> None:
    assert codes_at_the_door(handing_over(), SECOND) == []
    assert codes_at_the_door(handing_over(), NEWCOMER) == []
    assert codes_at_the_door(a_case(session=LIVE), NEWCOMER) == ["not_expected"]


@pytest.mark.parametrize(
    "changes",
    [
        {"assignment": Assignment(NEWCOMER, None)},
        {"second_staff": a_staff_member(NEWCOMER, suspended=True)},
        {"second_staff": a_staff_member(NEWCOMER, relations=frozenset({CHILD}))},
        {"second_staff": a_staff_member(NEWCOMER, contact_keys=frozenset({f"key-of-{TUTOR}"}))},
        {"second_staff_elsewhere": (elsewhere(STARTS, ENDS),)},
    ],
    ids=["has not accepted", "suspended", "family", "is the tutor", "elsewhere"],
)
def test_a_newcomer_comes_in_only_by_every_rule(changes: dict[str, object]) -> None:
    case = handing_over(**changes)
    assert codes_at_the_door(case, NEWCOMER) == ["not_clear"]
    assert codes_at_the_door(case, SECOND) == []


def test_a_newcomer_with_the_key_in_hand_must_go_when_a_rule_speaks_against_them() -> None:
    suspended = a_staff_member(NEWCOMER, suspended=True)
    assert newcomer_must_go(handing_over(admitted=True, second_staff=suspended), NOW)
    assert not newcomer_must_go(handing_over(admitted=False, second_staff=suspended), NOW)
    assert not newcomer_must_go(handing_over(admitted=True), NOW)
