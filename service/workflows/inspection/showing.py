"""What each person may see of a session and of a child's consent (pitfall 69).

Coordinators, safeguarding leads, inspectors and the organisation's own programs see every reason why a
session is not clear; what was said on consent, and by whom, no program sees.
Tutor and second staff see only their own sessions, whether the family has agreed, whether the session is
covered, and whether a colleague may take part: never which parent refused, what a colleague lacks, or
that a child is looked after or flagged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from service.errors import NotFound
from service.policy.case import ChildCase
from service.policy.clearance import Blocker, outstanding
from service.policy.consent import (
    ConsentEntry,
    ConsentStatus,
    Purpose,
    Resolution,
    Wish,
    consent_status,
)
from service.policy.people import Actor, Child, ChildId, ParentId, Role, SessionId
from service.policy.rules import Stage
from service.policy.session import OVER, SessionState
from service.policy.visits import Visit
from service.store.consents import consent
from service.store.consents.consent import Word
from service.store.families import people, wishes
from service.store.inspection import listings
from service.store.meetings import meetings
from service.store.second_staff import staffing
from service.store.second_staff.staffing import CurrentAssignment
from service.store.sessions import cases, holds, sessions
from service.store.sessions.sessions import SessionRecord
from service.store.tables import MeetingStage
from service.store.transactions import Reader, Tx
from service.workflows.attending import sighting
from service.workflows.second_staff.visiting import visits_of

SEES_WHY = frozenset({Role.COORDINATOR, Role.DSL, Role.INSPECTOR})
SEES_ALL = SEES_WHY | {Role.MACHINE}

STAGE_NOW = {
    SessionState.BOOKED: Stage.OPEN,
    SessionState.OPENING: Stage.OPEN,
    SessionState.OPEN: Stage.ADMIT,
    SessionState.LIVE: Stage.STAY,
}


@dataclass(frozen=True)
class Plain:
    """Several rules in one blocker, for people to whom it must not tell which of them it is."""

    rules: frozenset[str]
    code: str
    sentence: str
    rule: str
    clauses: tuple[str, ...]
    lifted_by: str


IN_PLAIN_WORDS = (
    Plain(
        frozenset({"R-01", "R-02", "R-03", "R-16", "R-17", "R-18"}),
        "consent_not_in_place",
        "What this child's family has to agree to is not all in place.",
        "R-01",
        ("POL-04",),
        "a parent",
    ),
    Plain(
        frozenset({"R-08", "R-14"}),
        "promise_not_in_place",
        "The promise to be present is not in place for this child.",
        "R-08",
        ("POL-02", "POL-21"),
        "a parent",
    ),
    # R-09 rests on the children too: beside R-04 it tells nothing of them, even while nobody is assigned.
    Plain(
        frozenset({"R-04", "R-09"}),
        "second_staff_not_in_place",
        "No second member of staff is in place for this session.",
        "R-04",
        ("POL-03",),
        "a coordinator",
    ),
    Plain(
        frozenset({"R-05", "R-06", "R-07", "R-10", "R-15"}),
        "staff_not_eligible",
        "A member of staff may not be in this session.",
        "R-07",
        ("POL-03", "POL-12"),
        "a coordinator",
    ),
)


@dataclass(frozen=True)
class SessionShown:
    """A session as one person may see it. `stage` is None once the session is over; `held_until` is set
    while the session is booked and something is outstanding."""

    record: SessionRecord
    second_staff: CurrentAssignment | None
    meeting_open: bool
    stage: Stage | None
    blockers: Mapping[Stage, tuple[Blocker, ...]]
    clear_children: tuple[ChildId, ...]
    wishes: Mapping[ChildId, Wish] = field(default_factory=dict)
    supervised_since: Mapping[ChildId, datetime] = field(default_factory=dict)
    held_until: datetime | None = None
    visits: tuple[Visit, ...] = ()


def look(reader: Reader, session_id: SessionId, actor: Actor) -> SessionShown:
    """A session with what stands in its way now. `NotFound` for staff who are not in it."""
    record = sessions.record_of(reader, session_id)
    current = staffing.current(reader, session_id)
    must_be_in_it(record, current, actor)
    meeting = meetings.live_of_session(reader, session_id)
    stage = STAGE_NOW.get(record.session.state)
    blockers, clear = _blockers(reader, record, current, stage, actor)
    held_until = _held_until(reader, record, clear)
    if held_until is not None:
        blockers = {each: _lift_by(held_until, found) for each, found in blockers.items()}
    if not actor.has(*SEES_ALL) and record.session.state is not SessionState.CANCELLED:
        record = replace(record, reason=None)  # it may be the code of what a parent said
    return SessionShown(
        record=record,
        second_staff=current,
        meeting_open=meeting is not None and meeting.stage is MeetingStage.OPEN,
        stage=stage,
        blockers=blockers,
        clear_children=clear,
        wishes=wishes.newest(reader, record.session.children),
        supervised_since={} if stage is Stage.OPEN else sighting.supervised(reader, record.session),
        held_until=held_until,
        visits=visits_of(reader, record.session),
    )


def _held_until(
    reader: Reader, record: SessionRecord, clear: tuple[ChildId, ...]
) -> datetime | None:
    if clear or record.session.state is not SessionState.BOOKED:
        return None
    lapses_at = reader.house.organisation.lapses_at(record.session.starts_at)
    return min(holds.of(reader, record.session.session_id).until, lapses_at)


def _lift_by(held_until: datetime, blockers: tuple[Blocker, ...]) -> tuple[Blocker, ...]:
    """What lifts a blocker must come before the hold is over."""
    return tuple(
        replace(blocker, lift_before=min(blocker.lift_before, held_until)) for blocker in blockers
    )


def must_be_in_it(record: SessionRecord, current: CurrentAssignment | None, actor: Actor) -> None:
    """Staff without a wider duty see only the sessions they are in."""
    own = {record.session.tutor_id} | (current.people if current else frozenset())
    if not actor.has(*SEES_ALL) and actor.subject not in own:
        raise NotFound


def _blockers(
    reader: Reader,
    record: SessionRecord,
    current: CurrentAssignment | None,
    stage: Stage | None,
    actor: Actor,
) -> tuple[Mapping[Stage, tuple[Blocker, ...]], tuple[ChildId, ...]]:
    if stage is None or record.session.state in OVER:
        return {}, ()
    case = cases.of(reader, record.session, current)
    found = {each: outstanding(case, each, reader.now) for each in Stage}
    shown = {each: shown_to(actor, part.everything) for each, part in found.items()}
    return shown, found[stage].clear_children


def shown_to(actor: Actor, blockers: Iterable[Blocker]) -> tuple[Blocker, ...]:
    """The blockers in the words this person may read; those that then read the same become one."""
    if actor.has(*SEES_ALL):
        return tuple(blockers)
    return tuple(dict.fromkeys(_plain(blocker) for blocker in blockers))


def _plain(blocker: Blocker) -> Blocker:
    for plain in IN_PLAIN_WORDS:
        if blocker.rule in plain.rules:
            return replace(
                blocker,
                code=plain.code,
                sentence=plain.sentence,
                rule=plain.rule,
                clauses=plain.clauses,
                lifted_by=plain.lifted_by,
                overridable=False,
            )
    return blocker


# --- consent --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ConsentShown:
    """Whether consent is there, by purpose; the words and the named adults only for leads."""

    child_id: ChildId
    status: Mapping[Purpose, ConsentStatus]
    words: tuple[tuple[ConsentEntry, Word], ...]
    present_adults: tuple[ParentId, ...]
    resolutions: tuple[Resolution, ...] = ()


def sees_words(actor: Actor) -> bool:
    """Whether somebody may read what was said on consent, and by whom: named people alone."""
    return actor.has(*SEES_WHY) and not actor.has(Role.MACHINE)


def consent_of(reader: Tx | Reader, child_id: ChildId, actor: Actor) -> ConsentShown:
    """What a child's ledger amounts to now. `NotFound` for staff with no session of the child."""
    child = people.children(reader, (child_id,)).get(child_id)
    mine = actor.has(*SEES_ALL) or listings.has_worked_with(reader, actor.subject, child_id)
    if child is None or not mine:
        raise NotFound
    ledgers = consent.ledgers(reader, (child_id,))
    ledger = ledgers[child_id]
    settled = consent.resolutions(reader, ledgers, {child_id: child}).get(child_id, ())
    named = consent.nominated(reader, (child_id,))[child_id]
    family = ChildCase(child, consents=ledger, nominated=named)
    kept = consent.words_kept(reader, child_id)
    return ConsentShown(
        child_id,
        {each: _status(each, child, ledger, settled, reader.now) for each in Purpose},
        tuple((entry, kept[entry.entry_id]) for entry in ledger),
        tuple(one for one in sorted(child.adults) if family.may_be_present(one, reader.now)),
        settled,
    )


def _status(
    purpose: Purpose,
    child: Child,
    ledger: tuple[ConsentEntry, ...],
    settled: tuple[Resolution, ...],
    now: datetime,
) -> ConsentStatus:
    return consent_status(
        ledger, purpose, child.givers, now, deciders=child.deciders, resolutions=settled
    )
