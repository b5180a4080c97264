"""Raising a concern, adding to it, and the clock that runs until somebody acts (POL-40, 43, 44).

Raising asks for as little as can be: only words are needed. What cannot be matched is kept as words.
No entry, alert or log line holds a word of it, or whom it is about.
"""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from pydantic import SecretStr

from service.audit.events import Entry, Event
from service.errors import InvalidInput, NotFound
from service.policy.concern import (
    About,
    ConcernKind,
    Lateness,
    ReporterAs,
    Severity,
    Step,
    StepKind,
)
from service.policy.concerns import LOOK_AGAIN_EVERY, Concern, desk_for, has_raised, may_handle
from service.policy.people import ChildId, ParentId, Role, SessionId, system
from service.store import work
from service.store.alerts import alerts
from service.store.concerns import concerns, record_holds
from service.store.concerns.concerns import Said
from service.store.families import kin, people
from service.store.second_staff import staffing
from service.store.sessions import sessions
from service.store.staff import staff
from service.store.transactions import Tx
from service.store.work import Claim, Settle
from service.workflows.deps import Deps

WATCH = "watch_concerns"
LATELY = timedelta(days=180)
LATE = {
    Lateness.UNACKNOWLEDGED: "concern_unacknowledged",
    Lateness.UNDECIDED: "concern_undecided",
}


@dataclass(frozen=True)
class ToldBy:
    """Whose concern is passed on: somebody with a record here, or somebody known by words alone."""

    reporter_as: ReporterAs
    reporter_id: str | None = None
    words: SecretStr | None = None


@dataclass(frozen=True)
class RaiseConcern:
    """A concern. `people` are ids of those it is about, where they are known; `child_id` is the child
    whose page a parent wrote on; `told_by` says whose it is, if it is passed on."""

    kind: ConcernKind
    severity: Severity
    words: SecretStr
    about: frozenset[About] = frozenset()
    about_words: SecretStr | None = None
    people: frozenset[str] = frozenset()
    session_id: SessionId | None = None
    child_id: ChildId | None = None
    told_by: ToldBy | None = None
    write_back: bool = True


def raise_concern(tx: Tx, command: RaiseConcern) -> str:
    """Keep a concern for good, tell those who may handle it at once, and start its clock; answers its
    id. The records round it are kept from deletion in the same transaction (pitfall 67)."""
    if not command.words.get_secret_value().strip():
        raise InvalidInput.of("words", "missing", "Say in your own words what it is about.")
    around = _around(tx, command)
    concern = _concern(tx, command, around)
    said = Said(
        command.words, command.about_words, command.told_by.words if command.told_by else None
    )
    sealed = concerns.insert(tx, concern, said)
    concerns.add_subjects(tx, concern.concern_id, concern.subjects)
    reporter = {concern.reporter_id} if concern.reporter_id else set()
    record_holds.put(tx, concern.concern_id, {*around, *concern.subjects, *reporter})
    tell(tx, concern)
    due = concern.next_deadline(tx.house.organisation)
    work.begin(tx, concern.concern_id, WATCH, due or tx.now)
    tx.record(
        Entry(
            Event.CONCERN_RAISED,
            concern.concern_id,
            {"reporter": concern.reporter_id or concern.raised_by},
            payload={"sealed_sha256": sha256(sealed).hexdigest()},
        )
    )
    return concern.concern_id


def tell(tx: Tx, concern: Concern) -> None:
    """Tell whoever may handle it, at once: danger rings at whatever hour. The alert belongs to no
    session, so that nobody in one comes upon it."""
    danger = concern.counts_as is Severity.DANGER
    code = "concern_of_danger" if danger else "concern_raised"
    alerts.raise_alert(tx, concern.concern_id, code, None)


def _concern(tx: Tx, command: RaiseConcern, around: frozenset[str]) -> Concern:
    reporter_as, reporter_id = _reporter(tx, command.told_by)
    named = command.people | _in_session(tx, command) | _at_home(tx, command, around, reporter_id)
    desk = desk_for(command.about, names_a_lead=kin.names_a_lead(tx, named))
    return Concern(
        concern_id=tx.new_id("concern"),
        desk=desk,
        number=concerns.next_number(tx, desk),
        kind=command.kind,
        severity=command.severity,
        about=command.about,
        subjects=named | kin.staff_close_to(tx, named),
        reporter_id=reporter_id,
        reporter_as=reporter_as,
        raised_by=tx.by.subject,
        session_id=command.session_id,
        child_id=command.child_id,
        write_back=command.write_back,
        raised_at=tx.now,
    )


def _reporter(tx: Tx, told_by: ToldBy | None) -> tuple[ReporterAs, str | None]:
    if told_by is None:
        if tx.by.has(Role.MACHINE):
            raise InvalidInput.of("told_by", "missing", "Say whose concern is passed on.")
        own = ReporterAs.PARENT if tx.by.has(Role.PARENT) else ReporterAs.STAFF
        return own, tx.by.subject
    who = told_by.reporter_id
    known = {
        ReporterAs.PARENT: lambda: people.has_parent(tx, ParentId(who or "")),
        ReporterAs.STAFF: lambda: staff.has_staff(tx, who or ""),
        ReporterAs.OTHER: lambda: who is None,
    }
    if not known[told_by.reporter_as]():
        raise InvalidInput.of("told_by", "unknown", "There is no such person on record.")
    return told_by.reporter_as, who


def _around(tx: Tx, command: RaiseConcern) -> frozenset[str]:
    """The records round it: the session, everybody in it, and the child."""
    found: set[str] = {command.child_id} if command.child_id else set()
    if command.child_id and not people.has_child(tx, command.child_id):
        raise InvalidInput.of("child_id", "unknown", "There is no such child.")
    if command.session_id is None:
        return frozenset(found)
    try:
        session = sessions.get(tx, command.session_id)
    except NotFound:
        raise InvalidInput.of("session_id", "unknown", "There is no such session.") from None
    found |= {session.session_id, session.tutor_id, *session.children}
    return frozenset(found | _second_staff(tx, command.session_id))


def _in_session(tx: Tx, command: RaiseConcern) -> set[str]:
    """Who the ticked roles are in the session; without one, everybody who lately had them with the
    child, as any of them may be meant."""
    found: set[str] = set()
    session_id, child_id, since = command.session_id, command.child_id, tx.now - LATELY
    if About.TUTOR in command.about and session_id is not None:
        found.add(sessions.get(tx, session_id).tutor_id)
    elif About.TUTOR in command.about and child_id is not None:
        found |= kin.tutors_of(tx, child_id, since)
    if About.SECOND_STAFF in command.about and session_id is not None:
        found |= _second_staff(tx, session_id)
    elif About.SECOND_STAFF in command.about and child_id is not None:
        found |= kin.second_staff_of(tx, child_id, since)
    return found


def _second_staff(tx: Tx, session_id: SessionId) -> set[str]:
    """Everybody who is, was or is about to be second staff: any of them may be meant."""
    current = staffing.current(tx, session_id)
    coming = current.people if current else frozenset()
    return {*coming, *staffing.ever_second_staff(tx, session_id)}


def _at_home(
    tx: Tx, command: RaiseConcern, around: frozenset[str], reporter_id: str | None
) -> set[str]:
    """The adults round the children it is about, without the one who speaks."""
    if About.ADULT_AT_HOME not in command.about:
        return set()
    ids = tuple(ChildId(one) for one in around if one.startswith("child_"))
    known = people.children(tx, ids).values()
    return {str(adult) for child in known for adult in child.adults} - {reporter_id or ""}


# --- adding words -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class AddWords:
    """Words added to a concern; nothing that was said before ever changes."""

    concern_id: str
    words: SecretStr


def add_words(tx: Tx, command: AddWords) -> str:
    """Add to a concern: whoever raised it, or whoever may handle it. A closed one is open again."""
    concern = concerns.lock(tx, command.concern_id)
    handles = may_handle(concern, tx.by, tx.house.organisation, tx.now)
    if not handles and not has_raised(concern, tx.by):
        raise NotFound
    if not command.words.get_secret_value().strip():
        raise InvalidInput.of("words", "missing", "Say in your own words what it is about.")
    step_id = take_step(tx, concern, Step(StepKind.ADDED_TO, tx.by.subject, tx.now), command.words)
    if not handles:
        alerts.raise_alert(tx, concern.concern_id, "concern_added_to", None)
    return step_id


EVENTS = {
    StepKind.ACKNOWLEDGED: Event.CONCERN_ACKNOWLEDGED,
    StepKind.TAKEN_ON: Event.CONCERN_TAKEN_ON,
    StepKind.ADDED_TO: Event.CONCERN_ADDED_TO,
    StepKind.DECIDED: Event.CONCERN_DECIDED,
    StepKind.SUBJECT_NAMED: Event.CONCERN_SUBJECT_NAMED,
    StepKind.PASSED_ON: Event.CONCERN_PASSED_ON,
    StepKind.CLOSED: Event.CONCERN_CLOSED,
}


def take_step(tx: Tx, concern: Concern, step: Step, words: SecretStr | None = None) -> str:
    """Add a step to a locked concern, and set its clock by what it is now; answers the step's id."""
    step_id = concerns.append_step(tx, concern, step, words)
    tx.record(Entry(EVENTS[step.kind], concern.concern_id, {"step": step_id}))
    due = concerns.get(tx, concern.concern_id).next_deadline(tx.house.organisation)
    if due is None:
        work.drop(tx, concern.concern_id)
    else:
        work.put(tx, concern.concern_id, WATCH, due)
    return step_id


# --- the clock --------------------------------------------------------------------------------------


async def watch(deps: Deps, claim: Claim) -> None:
    """Look at one concern whose time has come."""
    await deps.store.do(_watch, claim, by=system(WATCH))


def _watch(tx: Tx, claim: Claim) -> None:
    if not work.holds(tx, claim):
        return
    concern = concerns.get(tx, claim.subject_id)
    late = concern.lateness(tx.house.organisation, tx.now)
    if late is None:
        work.settle(tx, Settle(claim, concern.next_deadline(tx.house.organisation)))
        return
    alerts.raise_alert(tx, concern.concern_id, LATE[late], None)
    work.settle(tx, Settle(claim, tx.now + LOOK_AGAIN_EVERY))
