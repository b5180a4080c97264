"""When second staff are there: working hours, absences, the rota and the standby list (POL-03)."""

import json
from dataclasses import dataclass

from service.audit.events import Entry, Event
from service.audit.leaves import Fact
from service.errors import FieldProblem, InvalidInput, NotFound
from service.policy.eligibility import shortcomings
from service.policy.people import Actor, SessionId, StaffId
from service.policy.session import ENGAGED, SessionState, Span
from service.policy.staff import AcceptedBy, DutyKind, WorkingHours
from service.store.alerts import alerts
from service.store.consents import policies
from service.store.second_staff import staffing
from service.store.sessions import cases, sessions
from service.store.sessions.cases import Held
from service.store.staff import colleagues, duties, staff
from service.store.staff.duties import Duty, Stretch
from service.store.transactions import Reader, Tx
from service.workflows.meetings import falling
from service.workflows.second_staff.staffing import note_acceptance, yes_by_rota
from service.workflows.who_may import must_be_office

THEIRS = "Only they themselves, or a coordinator who recorded their word, can say that."
NOT_BEGUN = ENGAGED - {SessionState.LIVE}


def _must_be_theirs(by: Actor, staff_id: StaffId) -> None:
    """People speak for themselves; a coordinator or lead records what somebody said."""
    if by.subject != staff_id:
        must_be_office(by, THEIRS)


def _hold(tx: Tx, staff_id: StaffId, during: Span | None) -> tuple[SessionId, ...]:
    """Hold the person and their coming sessions as second staff, those in the span if one is given."""
    if not staff.has_staff(tx, staff_id):
        raise NotFound
    covered = staffing.running_covered_by(tx, staff_id)
    spans = {one: cases.span_of(sessions.get(tx, one)) for one in covered}
    ids = tuple(one for one in covered if during is None or during.overlaps(spans[one]))
    cases.hold(tx, ids, Held(staff=frozenset({staff_id})))
    return ids


# --- working hours and absences -------------------------------------------------------------------


@dataclass(frozen=True)
class SetHours:
    """The weekly hours in which somebody works; None takes them off the record."""

    staff_id: StaffId
    hours: WorkingHours | None


def set_hours(tx: Tx, command: SetHours) -> StaffId:
    """Set somebody's working hours; sessions outside them are blocked from now on."""
    affected = _hold(tx, command.staff_id, None)
    staff.set_works(tx, command.staff_id, command.hours)
    told = None if command.hours is None else json.loads(staff.works_text(command.hours))
    tx.record(
        Entry(
            Event.STAFF_HOURS_SET,
            command.staff_id,
            {"staff": command.staff_id},
            payload={"works": told},
        )
    )
    falling.decide_again(tx, affected)
    return command.staff_id


@dataclass(frozen=True)
class NoteAbsence:
    """Somebody will be away."""

    staff_id: StaffId
    span: Span


def note_absence(tx: Tx, command: NoteAbsence) -> str:
    """Note an absence; every session it touches is blocked, and the coordinator is alerted."""
    _must_be_theirs(tx.by, command.staff_id)
    _must_be_ahead(tx, command.span)
    affected = _hold(tx, command.staff_id, command.span)
    absence_id = duties.insert_absence(tx, command.staff_id, command.span)
    tx.record(
        Entry(
            Event.ABSENCE_NOTED, command.staff_id, {"staff": command.staff_id}, _told(command.span)
        )
    )
    for session_id in affected:
        alerts.raise_alert(tx, session_id, "second_staff_absent", session_id)
    falling.decide_again(tx, affected)
    return absence_id


@dataclass(frozen=True)
class EndAbsence:
    """Somebody will be there after all."""

    staff_id: StaffId
    absence_id: str


def end_absence(tx: Tx, command: EndAbsence) -> str:
    """Take an absence back. `NotFound` unless it stands."""
    _must_be_theirs(tx.by, command.staff_id)
    affected = _hold(tx, command.staff_id, None)
    duties.end_absence(tx, command.staff_id, command.absence_id)
    tx.record(Entry(Event.ABSENCE_ENDED, command.staff_id, {"staff": command.staff_id}))
    sessions.touch(tx, affected)
    return command.absence_id


def _must_be_ahead(tx: Tx, span: Span) -> None:
    if span.ends_at <= span.starts_at:
        raise InvalidInput.of("ends_at", "before_start", "The end must be after the start.")
    if span.ends_at <= tx.now:
        raise InvalidInput.of("ends_at", "in_the_past", "It must not be over already.")


def _told(span: Span) -> dict[str, str]:
    return {"starts_at": span.starts_at.isoformat(), "ends_at": span.ends_at.isoformat()}


# --- rota and standby -----------------------------------------------------------------------------


@dataclass(frozen=True)
class AcceptRota:
    """Somebody says yes to every session they are put on within a stretch of time."""

    staff_id: StaffId
    span: Span


def accept_rota(tx: Tx, command: AcceptRota) -> str:
    """Accept a stretch at once: sessions assigned in it count as accepted by it, now and later."""
    _must_be_theirs(tx.by, command.staff_id)
    _must_be_ahead(tx, command.span)
    affected = _hold(tx, command.staff_id, command.span)
    own = tx.by.subject == command.staff_id
    duty_id = duties.insert_duty(
        tx, Duty(command.staff_id, DutyKind.ROTA, command.span, 0, own_word=own)
    )
    facts: dict[str, Fact] = {**_told(command.span), "own_word": own}
    tx.record(Entry(Event.ROTA_ACCEPTED, command.staff_id, {"staff": command.staff_id}, facts))
    for session_id in affected:
        _accept_by_rota(tx, session_id, command)
    sessions.touch(tx, affected)
    return duty_id


def _accept_by_rota(tx: Tx, session_id: SessionId, command: AcceptRota) -> None:
    case = cases.load(tx, session_id)
    asked = case.assignment
    if asked is None or asked.staff_id != command.staff_id or asked.accepted_at is not None:
        return
    earlier = yes_by_rota(tx, case, command.staff_id)
    if earlier is not None:
        note_acceptance(tx, case, earlier)


def rota_of(reader: Reader, staff_id: StaffId, by: Actor) -> tuple[Stretch, ...]:
    """The stretches that somebody accepted and that are not over: their own, or for the office."""
    _must_be_theirs(by, staff_id)
    return duties.rota_of(reader, staff_id)


@dataclass(frozen=True)
class EndRota:
    """A stretch of the rota is taken back: it was mistyped, or they cannot be there."""

    staff_id: StaffId
    duty_id: str


def end_rota(tx: Tx, command: EndRota) -> str:
    """Take a stretch back. What was accepted by it alone is accepted no more, unless it has begun: nobody
    said yes to these sessions themselves, so they are asked."""
    _must_be_theirs(tx.by, command.staff_id)
    covered = _hold(tx, command.staff_id, None)
    ended = duties.end_rota(tx, command.staff_id, command.duty_id)
    who = {"staff": command.staff_id}
    tx.record(Entry(Event.ROTA_TAKEN_BACK, command.staff_id, who, _told(ended.span)))
    fallen = tuple(one for one in covered if _rests_on_no_stretch(tx, one, command.staff_id))
    for session_id in fallen:
        staffing.unaccept(tx, session_id)
        asked = {"second_staff": command.staff_id}
        tx.record(Entry(Event.SECOND_STAFF_UNACCEPTED, session_id, asked))
    falling.decide_again(tx, fallen)
    return command.duty_id


def _rests_on_no_stretch(tx: Tx, session_id: SessionId, staff_id: StaffId) -> bool:
    """Whether their yes to a session that has not begun was given by the rota, and no stretch is left."""
    current = staffing.current(tx, session_id)
    if current is None or current.staff_id != staff_id:
        return False
    if current.accepted_by is not AcceptedBy.ROTA:
        return False
    case = cases.load(tx, session_id)
    return case.session.state in NOT_BEGUN and yes_by_rota(tx, case, staff_id) is None


@dataclass(frozen=True)
class SetStandby:
    """Who stands by for a stretch of time, first to be asked first. All of them have said yes."""

    span: Span
    staff: tuple[StaffId, ...]


def set_standby(tx: Tx, command: SetStandby) -> int:
    """Put a list of people on standby for a stretch, in place of the list there was; answers how many.

    Only people who are clear for that day: a standby who could not step in helps nobody.
    """
    must_be_office(tx.by, THEIRS)
    _must_be_ahead(tx, command.span)
    tx.lock(staff.STAFF, command.staff)
    problems = tuple(_not_clear(tx, command))
    if problems:
        raise InvalidInput(fields=list(problems))
    before = duties.end_standby(tx, command.span)
    for position, staff_id in enumerate(command.staff):
        own = tx.by.subject == staff_id
        duties.insert_duty(
            tx, Duty(staff_id, DutyKind.STANDBY, command.span, position, own_word=own)
        )
        told: dict[str, Fact] = {**_told(command.span), "own_word": own}
        tx.record(Entry(Event.STANDBY_ACCEPTED, staff_id, {"staff": staff_id}, told))
    people = {f"staff_{place}": staff_id for place, staff_id in enumerate(command.staff, 1)}
    facts: dict[str, Fact] = {
        **_told(command.span),
        "people": len(command.staff),
        "before": len(before),
    }
    tx.record(Entry(Event.STANDBY_SET, "standby", people, facts))
    return len(command.staff)


def _not_clear(tx: Tx, command: SetStandby) -> list[FieldProblem]:
    day = tx.house.organisation.local_day(command.span.starts_at)
    organisation = policies.organisation_now(tx, day)
    known = colleagues.of(tx, frozenset(command.staff))
    found = []
    for place, staff_id in enumerate(command.staff):
        member = known.get(staff_id)
        if member is None:
            found.append(FieldProblem(f"staff.{place}", "unknown", "There is no such person."))
        elif short := next(iter(shortcomings(member, day, organisation)), None):
            sentence = f"This person {short.sentence}."
            found.append(FieldProblem(f"staff.{place}", short.code, sentence))
    return found
