"""Two records of one child, or of one adult, become one: an event, and no history is rewritten.

Nobody is ever merged by a name. The merged record keeps its ids, its ledger and its sessions and
forwards to the other; what was refused in it counts until a lead has reviewed it, and whoever has a
say in either has it from then on (pitfalls 3, 22).
"""

from dataclasses import dataclass

from service.audit.events import Entry, Event
from service.errors import Conflict, InvalidInput, NotFound
from service.policy.consent import (
    Basis,
    Purpose,
    Resolution,
    is_decided_against,
    open_refusals,
)
from service.policy.people import BARRING, Child, ChildId, ParentId, Restriction, SessionId, StaffId
from service.store.alerts import alerts
from service.store.consents import consent
from service.store.consents.consent import Grounds
from service.store.families import family, links, people, restrictions, ties, wishes
from service.store.families.people import ParentRecord
from service.store.sessions import cases, sessions
from service.store.sessions.cases import Held
from service.store.transactions import Tx
from service.store.who_is_who import known_by
from service.workflows.families import carrying, wishing
from service.workflows.families.kin import must_not_be_family
from service.workflows.meetings import falling
from service.workflows.who_may import must_be_lead


@dataclass(frozen=True)
class MergeChild:
    """One child is on record twice; `into` is the record that stays in use."""

    child_id: ChildId
    into: ChildId
    reason: str


def merge_child(tx: Tx, command: MergeChild) -> ChildId:
    """Join two records of a child. Sessions of the merged one are shut: book them for the other."""
    by = must_be_lead(tx)
    both = (command.child_id, command.into)
    affected = _sessions_of(tx, both)
    cases.hold(tx, affected, Held(children=frozenset(both)))
    known = people.children(tx, both)
    if set(known) != set(both):
        raise NotFound
    _must_be_two([child.merged_into for child in known.values()], command.child_id, command.into)
    must_not_be_family(tx, *both)
    restrictions.merge_child(tx, command.child_id, command.into)
    refused = _refused(tx, known[command.child_id])
    for purpose in refused:
        _await_review(tx, command, purpose, by)
    _keep_flags(tx, known[command.child_id], known[command.into])
    _keep_adults(tx, command, affected)
    _keep_links(tx, command)
    _keep_wish(tx, command)
    tx.record(
        Entry(
            Event.CHILD_MERGED,
            command.into,
            {"child": command.into, "merged": command.child_id},
            {"refused": [purpose.value for purpose in refused]},
            {"reason": command.reason},
        )
    )
    falling.decide_again(tx, affected)
    return command.into


def _sessions_of(tx: Tx, children: tuple[ChildId, ...]) -> tuple[SessionId, ...]:
    running = {one for child_id in children for one in sessions.running_of_child(tx, child_id)}
    return tuple(sorted(running))


def _must_be_two(
    merged: list[ChildId | None] | list[ParentId | None], one: str, other: str
) -> None:
    if one == other:
        raise InvalidInput.of("into", "same", "These are one record already.")
    if any(merged):
        raise Conflict("One of these records was joined with another before.", code="merged")


def _refused(tx: Tx, child: Child) -> tuple[Purpose, ...]:
    """For which purposes somebody says no in the record that is merged away."""
    ledgers = consent.ledgers(tx, (child.child_id,))
    words = ledgers[child.child_id]
    settled = consent.resolutions(tx, ledgers, {child.child_id: child}).get(child.child_id, ())
    return tuple(
        purpose
        for purpose in Purpose
        if open_refusals(words, purpose, child.deciders, settled)
        or is_decided_against(purpose, settled)
    )


def _await_review(tx: Tx, command: MergeChild, purpose: Purpose, by: StaffId) -> None:
    """Nothing stands in the joined record until a lead has weighed the refusal of the other one."""
    position = consent.next_position(tx, command.into)
    review = Resolution(position, purpose, Basis.MERGE, stands=False, settles=frozenset())
    grounds = Grounds(command.reason, None, by)
    resolution_id = consent.append_resolution(tx, command.into, review, grounds)
    tx.record(
        Entry(
            Event.CONSENT_RESOLVED,
            command.into,
            {"child": command.into, "resolution": resolution_id},
            {
                "purpose": purpose.value,
                "position": position,
                "basis": Basis.MERGE.value,
                "stands": False,
                "settles": [],
            },
            {"reason": command.reason, "document": None},
        )
    )
    alerts.raise_alert(tx, command.into, "merge_needs_review", None)


def _keep_flags(tx: Tx, merged: Child, into: Child) -> None:
    restrictions.flag_child(
        tx,
        into.child_id,
        looked_after=merged.looked_after or into.looked_after,
        visiting_never=merged.visiting_never or into.visiting_never,
    )
    there = (into.restriction, merged.restriction)
    kept = Restriction.DECEASED if Restriction.DECEASED in there else there[0] or there[1]
    if kept is not into.restriction:
        restrictions.restrict_child(tx, into.child_id, kept)


def _keep_adults(tx: Tx, command: MergeChild, affected: tuple[SessionId, ...]) -> None:
    """Carry the ties over; only a person brings back whom staff took off the record that is kept."""
    there = ties.of_child(tx, command.into)
    taken_off = {one.parent_id for one in there if one.place.ended}
    for one in ties.of_child(tx, command.child_id):
        if one.parent_id in taken_off:
            links.revoke_of_parent(tx, one.parent_id, command.child_id)
        else:
            carrying.carry(tx, one, (command.into, one.parent_id), command.reason, affected)


def _keep_links(tx: Tx, command: MergeChild) -> None:
    """Whoever may answer for the one record finds the other behind their link; links to sessions end."""
    if not restrictions.is_restricted(tx, command.into):
        links.move_consent_links(tx, command.child_id, command.into)
    links.revoke_about_child(tx, command.child_id)


def _keep_wish(tx: Tx, command: MergeChild) -> None:
    """What the child said last is what it wants, whichever record it was noted in (pitfall 8)."""
    said, known = (wishes.last_heard(tx, one) for one in (command.child_id, command.into))
    if said is not None and (known is None or known.at < said.at):
        wishing.keep(tx, command.into, said)


@dataclass(frozen=True)
class MergeParent:
    """One adult is on record twice; `into` is the record that stays in use."""

    parent_id: ParentId
    into: ParentId
    reason: str


def merge_parent(tx: Tx, command: MergeParent) -> ParentId:
    """Join two records of an adult: the one in use gets the other's children, and answers anew.

    A yes or a promise made under the merged record counts no more; a no does, until it is settled.
    """
    must_be_lead(tx)
    both = (command.parent_id, command.into)
    children = family.children_of(tx, both)
    affected = _sessions_of(tx, children)
    held = Held(children=frozenset(children), parents=frozenset(both))
    cases.hold(tx, affected, held)
    merged, into = (people.parent_record(tx, parent_id) for parent_id in both)
    _must_be_two([merged.merged_into, into.merged_into], *both)
    must_not_be_family(tx, *both)
    for one in ties.of_parent(tx, command.parent_id):
        carrying.carry(tx, one, (one.child_id, command.into), command.reason, affected)
    _keep_restrictions(tx, merged, into)
    restrictions.merge_parent(tx, command.parent_id, command.into)
    known_by.inherit(tx, command.into, command.parent_id)
    links.revoke_of_parent(tx, command.parent_id)
    links.revoke_devices(tx, command.parent_id)
    tx.record(
        Entry(
            Event.PARENT_MERGED,
            command.into,
            {"parent": command.into, "merged": command.parent_id},
            payload={"reason": command.reason},
        )
    )
    falling.decide_again(tx, affected)
    return command.into


def _keep_restrictions(tx: Tx, merged: ParentRecord, into: ParentRecord) -> None:
    """Whatever restricted either record restricts the one in use, a court order or death before a mere
    wish not to be written to; the other is out of use, and nothing said under it counts."""
    hidden = merged.details_hidden or into.details_hidden
    barring = [one for one in (into.restriction, merged.restriction) if one in BARRING]
    kept = barring[0] if barring else into.restriction or merged.restriction
    restrictions.restrict(tx, into.parent_id, kept, details_hidden=hidden)
    out_of_use = merged.restriction if merged.restriction in BARRING else Restriction.MERGED
    restrictions.restrict(tx, merged.parent_id, out_of_use, details_hidden=hidden)
