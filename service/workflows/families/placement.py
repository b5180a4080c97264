"""A looked-after child moves: everything agreed for the old home ends at once (pitfall 6)."""

from dataclasses import dataclass
from datetime import date, timedelta

from service.audit.events import Entry, Event
from service.errors import Conflict, InvalidInput, NotFound
from service.policy.people import (
    ENDS_WITH_PLACEMENT,
    Authority,
    Child,
    ChildId,
    ParentId,
    SessionId,
    system,
)
from service.policy.session import SessionState
from service.store import work
from service.store.alerts import alerts
from service.store.families import links, people, pins, restrictions
from service.store.sessions import cases, sessions
from service.store.sessions.cases import Held
from service.store.transactions import Tx
from service.store.work import Claim
from service.workflows.consents import asking
from service.workflows.consents.refusals import must_not_silence
from service.workflows.deps import Deps
from service.workflows.families import having_say, onboarding, parting
from service.workflows.families.kin import must_not_be_family
from service.workflows.families.onboarding import PutTie
from service.workflows.families.parting import EndTie
from service.workflows.meetings import falling
from service.workflows.sessions import holding
from service.workflows.who_may import must_be_a_person

HELD_FOR = timedelta(days=14)
"""How long the child's coming slots wait for the new home before somebody is told."""

SETTLING = "settle_placements"


@dataclass(frozen=True)
class NewCarer:
    """An adult of the new home, who is on record already; delegated authority names its paper."""

    parent_id: ParentId
    relation: str
    authority: Authority = Authority.NONE
    document: str | None = None
    document_on: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class ChangePlacement:
    """A looked-after child lives elsewhere from now on. `old_carers` None: all of the old home."""

    child_id: ChildId
    reason: str
    old_carers: tuple[ParentId, ...] | None
    new_carers: tuple[NewCarer, ...]


def change_placement(tx: Tx, command: ChangePlacement) -> ChildId:
    """End the old home's part in one transaction, keep the slots, and ask the authority anew.

    Sessions stay booked; one that was open is shut, since every promise for the child has ended.
    """
    must_be_a_person(tx.by)
    affected = sessions.running_of_child(tx, command.child_id)
    child = _held(tx, command, affected)
    _must_be_in_care(child)
    if any(carer.authority is not Authority.NONE for carer in command.new_carers):
        coming = (carer.parent_id for carer in command.new_carers)
        must_not_be_family(tx, command.child_id, *coming)
    leaving = _leaving(command, child)
    must_not_silence(tx, child, frozenset(leaving))
    for parent_id in leaving:
        parting.part(tx, EndTie(command.child_id, parent_id, command.reason), affected)
        _forget_proofs(tx, parent_id)
    parting.revoke_pledges(tx, affected, child_id=command.child_id)
    links.revoke_all_session_links(tx, command.child_id)
    for carer in command.new_carers:
        if carer.parent_id in child.deciders - set(leaving):
            raise InvalidInput.of(
                "new_carers",
                "has_a_say",
                "This adult has a say already: name them as present adult.",
            )
        _take_in(tx, child, carer)
    restrictions.flag_child(
        tx, command.child_id, looked_after=True, visiting_never=child.visiting_never
    )
    tx.record(
        Entry(
            Event.PLACEMENT_CHANGED,
            command.child_id,
            {"child": command.child_id},
            {"left": len(leaving), "came": len(command.new_carers)},
            {"reason": command.reason},
        )
    )
    work.put(tx, command.child_id, SETTLING, tx.now + HELD_FOR)
    _keep_slots(tx, affected)
    _ask_authority(tx, command.child_id)
    falling.decide_again(tx, affected)
    return command.child_id


def _keep_slots(tx: Tx, affected: tuple[SessionId, ...]) -> None:
    """The child's slots wait for the new home, however long they have waited for the old one."""
    for session_id in affected:
        holding.hold_until(tx, sessions.get(tx, session_id), tx.now + HELD_FOR)


def _held(tx: Tx, command: ChangePlacement, affected: tuple[SessionId, ...]) -> Child:
    child = people.children(tx, (command.child_id,)).get(command.child_id)
    if child is None:
        raise NotFound
    held = Held(children=frozenset({command.child_id}), parents=child.adults)
    cases.hold(tx, affected, held)
    return people.children(tx, (command.child_id,))[command.child_id]


def _must_be_in_care(child: Child) -> None:
    """What parents arranged is ended by the parents, or adult by adult; a placement is the authority's."""
    tied = {tie.authority for tie in child.ties}
    if not child.looked_after and Authority.LOCAL_AUTHORITY not in tied:
        raise Conflict(
            "This child is not on record as looked after: flag the record first, or end the ties of "
            "those who left.",
            code="not_looked_after",
        )


def _leaving(command: ChangePlacement, child: Child) -> tuple[ParentId, ...]:
    """The adults of the old home. Whoever has a say of their own keeps it wherever the child lives."""
    may_leave = {tie.parent_id for tie in child.ties if tie.authority in ENDS_WITH_PLACEMENT}
    staying = {carer.parent_id for carer in command.new_carers}
    if command.old_carers is None:
        return tuple(sorted(may_leave - staying))
    if not set(command.old_carers) <= may_leave:
        raise InvalidInput.of(
            "old_carers", "not_a_carer", "Name adults of the old home whose part was given to them."
        )
    return tuple(sorted(set(command.old_carers) - staying))


def _forget_proofs(tx: Tx, parent_id: ParentId) -> None:
    """PIN and devices end with the last child that an adult is on record for."""
    if people.children_of(tx, parent_id):
        return
    pins.put(tx, parent_id, None)
    links.revoke_devices(tx, parent_id)


def _take_in(tx: Tx, child: Child, carer: NewCarer) -> None:
    if carer.authority not in ENDS_WITH_PLACEMENT:
        raise InvalidInput.of(
            "new_carers", "not_given", "A carer has authority by delegation, or none."
        )
    wanted = PutTie(
        child.child_id,
        carer.parent_id,
        carer.relation,
        carer.authority,
        carer.document,
        carer.document_on,
        carer.until,
    )
    onboarding.must_name_paper(wanted)
    having_say.must_give_back_as_lead(tx, child, wanted.tie)
    onboarding.put_on_record(tx, wanted)


def _ask_authority(tx: Tx, child_id: ChildId) -> None:
    """Ask the local authority who may be present now and what is delegated; nobody there: an alert."""
    child = people.children(tx, (child_id,))[child_id]
    asked = sorted(
        tie.parent_id
        for tie in child.ties
        if tie.authority is Authority.LOCAL_AUTHORITY
        and tie.parent_id in child.givers & child.hearers
    )
    if not asked:
        alerts.raise_alert(tx, child_id, "placement_without_authority", None)
    for giver_id in asked:
        about = f"{child_id}:{tx.now.isoformat()}"
        asking.write_to_giver(tx, "placement_changed", child_id, giver_id, about)


async def settle_placement(deps: Deps, claim: Claim) -> None:
    """Look at one child whose slots were held long enough."""
    await deps.store.do(_settle, claim, by=system(SETTLING))


def _settle(tx: Tx, claim: Claim) -> None:
    """Tell somebody if a slot of the child still rests on nobody's promise."""
    if not work.holds(tx, claim):
        return
    child_id = ChildId(claim.subject_id)
    work.drop(tx, child_id)
    for session_id in sessions.running_of_child(tx, child_id):
        case = cases.load(tx, session_id)
        waiting = [
            child
            for child in case.children
            if child.child.child_id == child_id and child.pledge_for(case.session) is None
        ]
        if waiting and case.session.state is SessionState.BOOKED:
            alerts.raise_alert(tx, child_id, "placement_unsettled", None)
            return
