"""What those who handle a concern do: read it, take it up, decide, name whom it is about, close it.

Who may is `policy.concerns.may_handle`; to everybody else the concern does not exist.
"""

from dataclasses import dataclass

from pydantic import SecretStr

from service.audit.events import Entry, Event
from service.errors import Conflict, InvalidInput, NotAllowed, NotFound
from service.policy.alerting import OF_CONCERNS
from service.policy.concern import Desk, Outcome, Step, StepKind
from service.policy.concerns import Concern, may_be_written_to, may_handle
from service.policy.people import Actor, ParentId, Role
from service.store.alerts import alerts
from service.store.concerns import concerns, record_holds
from service.store.concerns.concerns import Said, SaidLater
from service.store.families import kin, people
from service.store.staff import staff
from service.store.transactions import Reader, Tx
from service.workflows.concerns.concerns import take_step, tell
from service.workflows.messages import messaging
from service.workflows.messages.messaging import Notice

TAKEN_UP = (
    "concern_of_danger",
    "concern_raised",
    "concern_added_to",
    "concern_unacknowledged",
)
DONE = (*TAKEN_UP, "concern_undecided")
"""Codes of the alerts that a step settles."""
PAGE = 200


@dataclass(frozen=True)
class Read:
    """A concern with every word of it."""

    concern: Concern
    said: Said
    later: tuple[SaidLater, ...]


@dataclass(frozen=True)
class OneConcern:
    """Which concern."""

    concern_id: str


def read_concern(tx: Tx, command: OneConcern) -> Read:
    """Every word of a concern; that it was read, and by whom, is noted with it (pitfall 66)."""
    concern = _theirs(tx, concerns.get(tx, command.concern_id))
    tx.record(Entry(Event.RECORD_READ, concern.concern_id, facts={"part": "concern"}))
    mine = concern.concern_id
    return Read(concern, concerns.said(tx, mine), concerns.said_later(tx, mine))


def visible(reader: Reader, actor: Actor, after: str, limit: int) -> tuple[Concern, ...]:
    """The concerns this person may handle behind the given id, oldest first, without their words."""
    found: list[Concern] = []
    while len(found) < limit:
        some = concerns.after(reader, after, PAGE)
        found += [one for one in some if _is_theirs(reader, one, actor)]
        if len(some) < PAGE:
            break
        after = some[-1].concern_id
    return tuple(found[:limit])


def at_hand(reader: Reader, actor: Actor, limit: int) -> tuple[Concern, ...]:
    """What this person sees on the page: every open one, the one waiting longest first; then those
    closed among the last ones raised, newest first."""
    open_ones = concerns.still_open(reader)
    closed = [one for one in concerns.newest(reader, limit) if one.now.closed_at is not None]
    return tuple(one for one in (*open_ones, *closed) if _is_theirs(reader, one, actor))


def alerting(reader: Reader, actor: Actor) -> frozenset[str]:
    """Ids of concerns whose alerts this person may see."""
    ids = alerts.subjects_with(reader, OF_CONCERNS)
    found = concerns.among(reader, ids)
    return frozenset(one.concern_id for one in found if _is_theirs(reader, one, actor))


def has_news(reader: Tx | Reader, concern_id: str) -> bool:
    """Whether something about it waits for somebody to say that they have seen it."""
    return any(alert.code in TAKEN_UP for alert in alerts.open_about(reader, concern_id))


def _is_theirs(reader: Tx | Reader, concern: Concern, actor: Actor) -> bool:
    return may_handle(concern, actor, reader.house.organisation, reader.now)


def _theirs(tx: Tx, concern: Concern) -> Concern:
    if not _is_theirs(tx, concern, tx.by):
        raise NotFound
    return concern


# --- steps ------------------------------------------------------------------------------------------


def acknowledge(tx: Tx, command: OneConcern) -> str:
    """Say that it has been seen, or what was added to it. A parent is told, if they wish and it is not
    about staff."""
    concern = _to_act_on(tx, command.concern_id)
    if concern.now.acknowledged_at is None or has_news(tx, concern.concern_id):
        _step(tx, concern, StepKind.ACKNOWLEDGED, TAKEN_UP)
    return concern.concern_id


def take_on(tx: Tx, command: OneConcern) -> str:
    """Become the one who looks after it; whoever had it before need not agree."""
    concern = _to_act_on(tx, command.concern_id)
    if concern.now.handler != tx.by.subject:
        _step(tx, concern, StepKind.TAKEN_ON, TAKEN_UP)
    return concern.concern_id


@dataclass(frozen=True)
class Decide:
    """What is done about it, or what the lead advised, in words (POL-41)."""

    concern_id: str
    words: SecretStr


def decide(tx: Tx, command: Decide) -> str:
    """Record a decision on the concern."""
    concern = _to_act_on(tx, command.concern_id)
    _step(tx, concern, StepKind.DECIDED, DONE, _stated(command.words))
    return concern.concern_id


@dataclass(frozen=True)
class CloseConcern:
    """How it ended, with the reasons: for doing nothing most of all."""

    concern_id: str
    outcome: Outcome
    words: SecretStr


def close(tx: Tx, command: CloseConcern) -> str:
    """Close it, as the named person who does so. Words added later open it again."""
    concern = _to_act_on(tx, command.concern_id)
    words = _stated(command.words)
    _step(tx, concern, StepKind.CLOSED, DONE, words, command.outcome)
    return concern.concern_id


@dataclass(frozen=True)
class NameSubject:
    """Whom it is about turned out: a member of staff, a parent or a child, by id."""

    concern_id: str
    subject_id: str


def name_subject(tx: Tx, command: NameSubject) -> str:
    """Note whom it is about: from now on that person does not know of it. If it is one of the leads or
    the management, the concern goes to the independent contact (pitfall 65)."""
    concern = _to_act_on(tx, command.concern_id)
    who = command.subject_id
    if not _is_known(tx, who):
        raise InvalidInput.of("subject_id", "unknown", "There is no such person on record.")
    named = {who} | kin.staff_close_to(tx, {who})
    concerns.add_subjects(tx, concern.concern_id, named)
    record_holds.put(tx, concern.concern_id, named)
    _step(tx, concern, StepKind.SUBJECT_NAMED, ())
    if kin.names_a_lead(tx, {who}) and concern.goes_to is Desk.LEADS:
        _pass_on(tx, concerns.get(tx, concern.concern_id))
    return concern.concern_id


def pass_on(tx: Tx, command: OneConcern) -> str:
    """Hand it to the independent contact, for good: the leads know of it no more."""
    concern = _to_act_on(tx, command.concern_id)
    if concern.goes_to is Desk.LEADS:
        _pass_on(tx, concern)
    return concern.concern_id


def _pass_on(tx: Tx, concern: Concern) -> None:
    _step(tx, concern, StepKind.PASSED_ON, DONE)
    tell(tx, concern)


def _is_known(tx: Tx, who: str) -> bool:
    return (
        staff.has_staff(tx, who)
        or people.has_parent(tx, ParentId(who))
        or people.has_child(tx, who)
    )


def _to_act_on(tx: Tx, concern_id: str) -> Concern:
    """The concern, held, for a named person who may handle it, while it is open."""
    concern = _theirs(tx, concerns.lock(tx, concern_id))
    if tx.by.has(Role.DSL) and not staff.has_staff(tx, tx.by.subject):
        raise NotAllowed("Only somebody on the staff register can decide this.")
    if concern.now.closed_at is not None:
        raise Conflict("This concern is closed. Words added to it open it again.", code="closed")
    return concern


def _stated(words: SecretStr) -> SecretStr:
    if not words.get_secret_value().strip():
        raise InvalidInput.of("words", "missing", "Say in words what was decided, and why.")
    return words


def _step(
    tx: Tx,
    concern: Concern,
    kind: StepKind,
    settles: tuple[str, ...],
    words: SecretStr | None = None,
    outcome: Outcome | None = None,
) -> None:
    take_step(tx, concern, Step(kind, tx.by.subject, tx.now, outcome), words)
    for alert in alerts.open_about(tx, concern.concern_id):
        if alert.code in settles and alerts.close(tx, alert.alert_id, kind.value):
            facts = {"code": alert.code}
            tx.record(Entry(Event.ALERT_CLOSED, concern.concern_id, facts=facts))
    first = concern.now.acknowledged_at is None and kind is not StepKind.SUBJECT_NAMED
    if first and kind is not StepKind.PASSED_ON:
        _write_back(tx, concern)


def _write_back(tx: Tx, concern: Concern) -> None:
    """Tell the parent who raised it that somebody looks after it: no word of what it is about."""
    if not may_be_written_to(concern) or concern.child_id is None:
        return
    parent_id = ParentId(concern.reporter_id or "")
    if people.parent_record(tx, parent_id).email is not None:
        about = f"{concern.concern_id}:{len(concern.steps)}"
        messaging.write(tx, Notice("word_received", parent_id, concern.child_id, about))
