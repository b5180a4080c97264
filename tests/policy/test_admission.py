"""Who may go in, and what each still waits for."""

from dataclasses import FrozenInstanceError, replace
from datetime import date, timedelta

import pytest

from service.errors import NotClear
from service.policy.admission import (
    Admission,
    Knock,
    Place,
    Presence,
    Room,
    admit,
    has_checked_in,
    waits_for,
)
from service.policy.case import CaseFile
from service.policy.people import Child, ChildId, StaffId
from service.policy.presence import CheckIn
from service.policy.session import SessionState
from tests.builders import (
    CHILD,
    ENDS,
    FATHER,
    MOTHER,
    NOW,
    SECOND,
    STARTS,
    TUTOR,
    a_case,
    a_child_case,
    a_pledge,
    a_session,
)

OPEN = a_session(state=SessionState.OPEN)
CASE = a_case(session=OPEN)
READY = Room(Presence.BY_PROVIDER, call_started=True)
EMPTY = Room(Presence.ABSENT, call_started=False)
FAMILY = Knock(Place.HOUSEHOLD, child_id=CHILD)
AS_SECOND = Knock(Place.SECOND_STAFF, staff_id=SECOND)
AS_TUTOR = Knock(Place.TUTOR, staff_id=TUTOR)
EVERYBODY = [FAMILY, AS_SECOND, AS_TUTOR]
MINUTE = timedelta(minutes=1)


def waits(knock: Knock, case: CaseFile = CASE, room: Room = READY, now: object = NOW) -> list[str]:
    return [wait.code for wait in waits_for(case, room, knock, now)]  # type: ignore[arg-type]


def with_child(**changes: object) -> CaseFile:
    return a_case(session=OPEN, children=(a_child_case(**changes),))


@pytest.mark.parametrize("knock", EVERYBODY)
def test_whom_nothing_keeps_out_goes_in(knock: Knock) -> None:
    assert waits(knock) == []
    assert admit(CASE, READY, knock, NOW).knock is knock


def test_second_staff_come_first_into_an_empty_room() -> None:
    assert waits(AS_SECOND, room=EMPTY) == []
    assert waits(FAMILY, room=EMPTY) == ["second_staff_not_in"]


def test_second_staffs_own_word_lets_the_family_in_while_signals_fail() -> None:
    assert waits(FAMILY, room=Room(Presence.CLAIMED, call_started=False)) == []


@pytest.mark.parametrize("state", [s for s in SessionState if s not in ("open", "live")])
@pytest.mark.parametrize("knock", EVERYBODY)
def test_nobody_goes_into_a_session_that_is_not_open(knock: Knock, state: SessionState) -> None:
    assert "not_open" in waits(knock, a_case(session=a_session(state=state)))


@pytest.mark.parametrize("knock", EVERYBODY)
def test_the_door_opens_with_the_check_in_window_and_shuts_at_the_planned_end(
    knock: Knock,
) -> None:
    assert waits(knock, now=STARTS - 20 * MINUTE) == []
    assert waits(knock, now=STARTS - 21 * MINUTE) == ["too_early"]
    assert waits(knock, now=ENDS - MINUTE) == []
    assert waits(knock, now=ENDS) == ["over"]


@pytest.mark.parametrize("knock", EVERYBODY)
def test_nobody_goes_in_while_a_condition_of_the_session_does_not_hold(knock: Knock) -> None:
    suspended = replace(CASE.tutor, suspended=True)
    assert "not_clear" in waits(knock, replace(CASE, tutor=suspended))


@pytest.mark.pitfall(4)
def test_a_child_without_consent_stays_out() -> None:
    assert "not_clear" in waits(FAMILY, with_child(consents=()))


@pytest.mark.parametrize(
    "check_in",
    [
        CheckIn(CHILD, FATHER, 1, NOW),
        CheckIn(CHILD, MOTHER, 2, NOW),
    ],
)
def test_only_the_adult_who_promised_counts_on_the_terms_of_today(check_in: CheckIn) -> None:
    assert waits(FAMILY, with_child(check_ins=(check_in,))) == ["adult_not_here"]


def test_without_a_check_in_the_family_waits() -> None:
    assert waits(FAMILY, with_child(check_ins=())) == ["adult_not_here"]


def test_a_check_in_without_a_pledge_is_nothing() -> None:
    case = with_child(pledges=(a_pledge(revoked_at=NOW),))
    assert not has_checked_in(case, case.children[0])


@pytest.mark.parametrize(
    "knock",
    [
        Knock(Place.SECOND_STAFF, staff_id=TUTOR),
        Knock(Place.TUTOR, staff_id=SECOND),
        Knock(Place.TUTOR, staff_id=StaffId("staff_other")),
        Knock(Place.TUTOR),
        Knock(Place.SECOND_STAFF),
        Knock(Place.HOUSEHOLD),
        Knock(Place.HOUSEHOLD, child_id=ChildId("child_9")),
        Knock(Place.HOUSEHOLD, staff_id=TUTOR),
    ],
)
def test_who_is_not_expected_stays_out(knock: Knock) -> None:
    assert waits(knock) == ["not_expected"]


def test_nobody_is_second_staff_where_none_is_assigned() -> None:
    case = replace(CASE, second_staff=None, assignment=None)
    assert "not_expected" in waits(Knock(Place.SECOND_STAFF), case)


@pytest.mark.pitfall(11)
def test_one_childs_block_keeps_that_child_alone_out() -> None:
    other = ChildId("child_2")
    child = a_child_case()
    blocked = replace(
        a_child_case(consents=(), check_ins=(CheckIn(other, MOTHER, 1, NOW),)),
        child=Child(other, date(2016, 1, 1), child.child.ties, child.child.on),
    )
    case = a_case(session=replace(OPEN, children=(CHILD, other)), children=(child, blocked))
    assert waits(FAMILY, case) == []
    assert waits(Knock(Place.HOUSEHOLD, child_id=other), case) == ["not_clear", "adult_not_here"]


@pytest.mark.pitfall(12)
def test_what_is_waited_for_is_said_by_role_and_with_a_clause() -> None:
    found = waits_for(with_child(consents=(), check_ins=()), EMPTY, FAMILY, ENDS)
    assert [wait.code for wait in found] == [
        "over", "not_clear", "not_clear", "adult_not_here", "second_staff_not_in",
    ]  # fmt: skip
    for wait in found:
        assert wait.clauses
        assert not any(person in wait.sentence for person in (CHILD, MOTHER, TUTOR, SECOND))


def test_an_admission_cannot_be_made_while_something_is_waited_for() -> None:
    with pytest.raises(NotClear) as refused:
        Admission(CASE, EMPTY, FAMILY, NOW)
    assert refused.value.code == "not_admitted"
    assert refused.value.details["waits"] == ["second_staff_not_in"]
    assert refused.value.details["reasons"] == [
        {"code": "second_staff_not_in", "sentence": refused.value.sentence}
    ]


def test_an_admission_cannot_be_changed_into_another() -> None:
    given = admit(CASE, READY, FAMILY, NOW)
    with pytest.raises(NotClear):
        replace(given, room=EMPTY)
    with pytest.raises(NotClear):
        replace(given, at=ENDS)
    with pytest.raises(FrozenInstanceError):
        given.knock = AS_TUTOR  # type: ignore[misc]


def test_an_i_am_here_from_before_the_promise_does_not_count() -> None:
    early = CheckIn(CHILD, MOTHER, 1, NOW - timedelta(hours=2))
    promised = a_pledge(made_at=NOW - timedelta(hours=1))
    child = a_child_case(pledges=(promised,), check_ins=(early,))
    assert not has_checked_in(a_case(children=(child,)), child)
    again = a_child_case(pledges=(promised,), check_ins=(early, CheckIn(CHILD, MOTHER, 1, NOW)))
    assert has_checked_in(a_case(children=(again,)), again)
