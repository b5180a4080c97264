"""Concerns: past whom they go, who may know of one, the clock, and what they keep (POL-40 to 44)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from service.policy.concern import (
    About,
    ConcernKind,
    Desk,
    Lateness,
    Outcome,
    ReporterAs,
    Severity,
    Status,
    Step,
    StepKind,
)
from service.policy.concerns import (
    Concern,
    counted_as,
    desk_for,
    has_raised,
    held_until,
    may_be_written_to,
    may_handle,
)
from service.policy.organisation import BOUNDS
from service.policy.people import Actor, Role
from tests.builders import ORGANISATION

AT = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
"""A Saturday night."""

HOUSE = ORGANISATION
LEAD = Actor("staff_lead", frozenset({Role.DSL}))
CHAIR = Actor("chair", frozenset({Role.INDEPENDENT}))
NOBODYS_BUSINESS = [role for role in Role if role not in (Role.DSL, Role.INDEPENDENT)]


def a_concern(**changes: object) -> Concern:
    """A parent's concern about a tutor."""
    whole: dict[str, object] = {
        "concern_id": "concern_1",
        "desk": Desk.LEADS,
        "number": 7,
        "kind": ConcernKind.OTHER,
        "severity": Severity.SERIOUS,
        "about": frozenset(),
        "subjects": frozenset({"staff_tutor"}),
        "reporter_id": "parent_1",
        "reporter_as": ReporterAs.PARENT,
        "raised_by": "parent_1",
        "session_id": None,
        "child_id": None,
        "write_back": True,
        "raised_at": AT,
    }
    return Concern(**whole | changes)  # type: ignore[arg-type]


def steps(*kinds: StepKind, by: str = "staff_lead", after: int = 5) -> tuple[Step, ...]:
    """Steps, five minutes apart."""
    return tuple(
        Step(
            kind,
            by,
            AT + timedelta(minutes=after * place),
            Outcome.REFERRED if kind is StepKind.CLOSED else None,
        )
        for place, kind in enumerate(kinds, 1)
    )


def late(concern: Concern, minutes: float) -> Lateness | None:
    return concern.lateness(HOUSE, AT + timedelta(minutes=minutes))


# --- who may know of it -----------------------------------------------------------------------------


@pytest.mark.pitfall(65)
@pytest.mark.parametrize("about", [About.LEAD, About.MANAGEMENT])
def test_a_concern_about_a_lead_or_the_management_goes_past_every_lead(about: About) -> None:
    assert desk_for({about, About.CHILD}, names_a_lead=False) is Desk.INDEPENDENT
    concern = a_concern(desk=Desk.INDEPENDENT, about=frozenset({about}))
    assert not may_handle(concern, LEAD, HOUSE, AT)
    assert may_handle(concern, CHAIR, HOUSE, AT)


def test_so_does_one_about_somebody_who_is_a_lead_whatever_was_ticked() -> None:
    assert desk_for({About.TUTOR}, names_a_lead=True) is Desk.INDEPENDENT
    assert desk_for({About.TUTOR}, names_a_lead=False) is Desk.LEADS


@pytest.mark.pitfall(65)
@pytest.mark.parametrize("role", [Role.DSL, Role.INDEPENDENT])
@pytest.mark.parametrize("desk", Desk)
def test_nobody_it_is_about_ever_knows_of_it(role: Role, desk: Desk) -> None:
    concern = a_concern(desk=desk, subjects=frozenset({"me"}))
    me = Actor("me", frozenset({role, Role.ADMIN}))
    assert not may_handle(concern, me, HOUSE, AT + timedelta(days=30))


@pytest.mark.pitfall(66)
@pytest.mark.pitfall(69)
@pytest.mark.parametrize("role", NOBODYS_BUSINESS)
@pytest.mark.parametrize("desk", Desk)
def test_no_other_role_knows_of_it_however_late_it_is(role: Role, desk: Desk) -> None:
    somebody = Actor("somebody", frozenset({role}))
    assert not may_handle(a_concern(desk=desk), somebody, HOUSE, AT + timedelta(days=30))


def test_a_program_handles_nothing_whatever_roles_it_holds() -> None:
    program = Actor("program", frozenset({Role.MACHINE, Role.DSL}))
    assert not may_handle(a_concern(), program, HOUSE, AT)


def test_the_independent_contact_reads_what_the_leads_let_lie() -> None:
    concern = a_concern()
    allowed = timedelta(minutes=HOUSE.windows.serious_acknowledged)
    assert not may_handle(concern, CHAIR, HOUSE, AT + allowed - timedelta(seconds=1))
    assert may_handle(concern, CHAIR, HOUSE, AT + allowed)
    taken_up = a_concern(steps=steps(StepKind.TAKEN_ON, by="chair"))
    assert may_handle(taken_up, CHAIR, HOUSE, AT + allowed)
    by_a_lead = a_concern(steps=steps(StepKind.TAKEN_ON))
    assert not may_handle(by_a_lead, CHAIR, HOUSE, AT + allowed)


def test_what_the_leads_pass_on_is_theirs_no_more_and_begins_anew() -> None:
    concern = a_concern(steps=steps(StepKind.TAKEN_ON, StepKind.PASSED_ON))
    assert not may_handle(concern, LEAD, HOUSE, AT)
    assert may_handle(concern, CHAIR, HOUSE, AT)
    assert concern.now.status is Status.RAISED
    assert concern.label == "7", "its number stays"


def test_who_raised_it_sees_only_how_far_it_is() -> None:
    mother = Actor("parent_1", frozenset({Role.PARENT}))
    assert has_raised(a_concern(), mother)
    assert not may_handle(a_concern(), mother, HOUSE, AT)
    assert not has_raised(a_concern(), Actor("parent_2", frozenset({Role.PARENT})))
    assert has_raised(a_concern(raised_by="platform"), Actor("platform", frozenset({Role.MACHINE})))


# --- the clock --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [ConcernKind.DISCLOSURE, ConcernKind.ADULT_CONDUCT])
def test_a_disclosure_and_an_adults_conduct_are_never_minor(kind: ConcernKind) -> None:
    assert counted_as(kind, Severity.MINOR) is Severity.SERIOUS
    assert counted_as(kind, Severity.DANGER) is Severity.DANGER
    assert counted_as(ConcernKind.BULLYING, Severity.MINOR) is Severity.MINOR


@pytest.mark.pitfall(37)
@pytest.mark.parametrize(
    ("severity", "acknowledged", "decided"),
    [(Severity.DANGER, 15, 60), (Severity.SERIOUS, 120, 480), (Severity.MINOR, 3 * 1440, None)],
)
def test_the_clock_runs_on_a_saturday_night(
    severity: Severity, acknowledged: int, decided: int | None
) -> None:
    concern = a_concern(severity=severity)
    assert late(concern, acknowledged - 0.1) is None
    assert late(concern, acknowledged) is Lateness.UNACKNOWLEDGED
    seen = a_concern(severity=severity, steps=steps(StepKind.ACKNOWLEDGED))
    assert late(seen, acknowledged) is None
    assert late(seen, decided or 100 * 1440) == (Lateness.UNDECIDED if decided else None)
    done = a_concern(severity=severity, steps=steps(StepKind.ACKNOWLEDGED, StepKind.DECIDED))
    assert late(done, 100 * 1440) is None


def test_no_setting_lets_a_severe_concern_wait_longer_than_two_days() -> None:
    assert BOUNDS["danger_acknowledged"].most == 60
    assert BOUNDS["danger_decided"].most == 4 * 60
    assert BOUNDS["serious_acknowledged"].most == 24 * 60
    assert BOUNDS["serious_decided"].most == 48 * 60


def test_every_open_concern_is_looked_at_when_its_time_comes() -> None:
    assert a_concern().next_deadline(HOUSE) == AT + timedelta(hours=2)
    seen = a_concern(steps=steps(StepKind.ACKNOWLEDGED))
    assert seen.next_deadline(HOUSE) == AT + timedelta(hours=8)
    closed = a_concern(steps=steps(StepKind.ACKNOWLEDGED, StepKind.CLOSED))
    assert closed.next_deadline(HOUSE) is None


# --- how far it has come ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        ((), Status.RAISED),
        ((StepKind.ADDED_TO, StepKind.SUBJECT_NAMED), Status.RAISED),
        ((StepKind.ACKNOWLEDGED,), Status.ACKNOWLEDGED),
        ((StepKind.TAKEN_ON,), Status.IN_HAND),
        ((StepKind.TAKEN_ON, StepKind.DECIDED, StepKind.ADDED_TO), Status.IN_HAND),
        ((StepKind.TAKEN_ON, StepKind.CLOSED), Status.CLOSED),
        ((StepKind.TAKEN_ON, StepKind.CLOSED, StepKind.ADDED_TO), Status.RAISED),
    ],
)
def test_steps_say_how_far_it_has_come(kinds: tuple[StepKind, ...], status: Status) -> None:
    assert a_concern(steps=steps(*kinds)).now.status is status


def test_words_added_to_a_closed_concern_start_its_clock_again() -> None:
    concern = a_concern(
        steps=steps(StepKind.TAKEN_ON, StepKind.CLOSED, StepKind.ADDED_TO, after=1440)
    )
    assert concern.now.opened_at == AT + timedelta(days=3)
    assert concern.now.closed_by is None
    assert concern.now.handler == "staff_lead", "who had it before is still named"
    assert late(concern, 3 * 1440 + 120) is Lateness.UNACKNOWLEDGED


def test_closing_names_who_closed_it_and_how() -> None:
    now = a_concern(steps=steps(StepKind.CLOSED)).now
    assert (now.closed_by, now.outcome) == ("staff_lead", Outcome.REFERRED)
    assert now.decided_at == now.acknowledged_at == now.closed_at


# --- who is written to, what is kept ------------------------------------------------------------------


@pytest.mark.parametrize("about", [About.TUTOR, About.SECOND_STAFF, About.COLLEAGUE, About.LEAD])
def test_nothing_is_written_where_a_copy_would_reach_whom_it_is_about(about: About) -> None:
    nobodys = {"subjects": frozenset({"parent_2"})}
    assert may_be_written_to(a_concern(**nobodys))
    assert not may_be_written_to(a_concern(**nobodys, about=frozenset({about})))
    assert not may_be_written_to(a_concern(**nobodys, desk=Desk.INDEPENDENT))
    assert not may_be_written_to(a_concern(**nobodys, write_back=False))
    assert not may_be_written_to(a_concern(**nobodys, reporter_as=ReporterAs.STAFF))
    assert not may_be_written_to(a_concern(subjects=frozenset({"parent_2", "staff_aunt"})))


@pytest.mark.pitfall(67)
def test_records_stay_while_it_is_open_and_until_each_child_would_be_25() -> None:
    assert held_until(None, [date(2017, 5, 5)]) is None
    closed = datetime(2027, 1, 1, tzinfo=UTC)
    assert held_until(closed, [date(2017, 5, 5), date(2012, 2, 29)]) == date(2042, 5, 5)
    assert held_until(closed, [date(2012, 2, 29)]) == date(2037, 3, 1)
    assert held_until(closed, []) == date(2037, 1, 1)
