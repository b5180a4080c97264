"""An adult has nothing to do with a child any more: the tie, their yes, the links and the promises end."""

from dataclasses import dataclass

from service.audit.events import Entry, Event
from service.errors import Conflict, NotFound
from service.policy.people import ChildId, ParentId, Restriction, SessionId, loosens
from service.store.attending import presence
from service.store.families import links, people, restrictions, ties
from service.store.sessions import cases, sessions
from service.store.sessions.cases import Held
from service.store.transactions import Tx
from service.workflows.consents import lapsing
from service.workflows.consents.contradicting import look_for_conflict
from service.workflows.consents.refusals import must_not_silence
from service.workflows.families import having_say
from service.workflows.families.kin import must_not_be_family
from service.workflows.meetings import falling
from service.workflows.who_may import must_be_a_person, must_be_lead


@dataclass(frozen=True)
class EndTie:
    """An adult is to be on a child's record no more."""

    child_id: ChildId
    parent_id: ParentId
    reason: str


def end_tie(tx: Tx, command: EndTie) -> ChildId:
    """End a tie; it stays on record as ended, and what rested on it falls."""
    must_be_a_person(tx.by)
    affected = sessions.running_of_child(tx, command.child_id)
    cases.hold(tx, affected, Held(children=frozenset({command.child_id})))
    child = people.children(tx, (command.child_id,)).get(command.child_id)
    if child is None or command.parent_id not in child.adults:
        raise NotFound
    if command.parent_id in child.deciders:
        having_say.must_take_as_lead(tx, child)
    must_not_silence(tx, child, frozenset({command.parent_id}))
    part(tx, command, affected)
    falling.decide_again(tx, affected)
    return command.child_id


def part(tx: Tx, command: EndTie, affected: tuple[SessionId, ...]) -> None:
    """End a tie with the adult's yes, links and promises. The caller holds the rows and decides again."""
    if not ties.end_tie(tx, command.child_id, command.parent_id):
        raise NotFound
    tx.record(
        Entry(
            Event.TIE_ENDED,
            command.child_id,
            {"child": command.child_id, "parent": command.parent_id},
            payload={"reason": command.reason},
        )
    )
    lapsing.lapse(tx, command.child_id, command.parent_id)
    look_for_conflict(tx, command.child_id)
    links.revoke_of_parent(tx, command.parent_id, command.child_id)
    revoke_pledges(tx, affected, child_id=command.child_id, adult_id=command.parent_id)


def revoke_pledges(
    tx: Tx,
    affected: tuple[SessionId, ...],
    *,
    child_id: ChildId | None = None,
    adult_id: ParentId | None = None,
) -> None:
    """Take back the standing promises for a child, of an adult, or both."""
    for session_id in affected:
        promised = presence.pledges(tx, session_id)
        for pledge in (one for of_child in promised.values() for one in of_child):
            meant = child_id in (None, pledge.child_id) and adult_id in (None, pledge.adult_id)
            if pledge.revoked_at is not None or not meant:
                continue
            presence.revoke_pledge(tx, pledge.pledge_id)
            tx.record(
                Entry(
                    Event.PLEDGE_REVOKED,
                    session_id,
                    {
                        "child": pledge.child_id,
                        "adult": pledge.adult_id,
                        "pledge": pledge.pledge_id,
                    },
                    {"route": "staff"},
                )
            )


@dataclass(frozen=True)
class Restrict:
    """An adult is not to be written to, or is again; and whether the details are hidden (None: as before)."""

    parent_id: ParentId
    kind: Restriction | None
    details_hidden: bool | None
    reason: str
    document: str | None = None


def restrict(tx: Tx, command: Restrict) -> ParentId:
    """Stop every message and link of an adult at once (pitfalls 2 and 21).

    Any lead or coordinator may restrict, and restrict more; loosening a restriction or showing details
    again is for the DSL.
    """
    must_be_a_person(tx.by)
    affected = falling.hold_sessions_round(tx, command.parent_id)
    before = people.parent_record(tx, command.parent_id)
    if before.merged_into is not None or command.kind is Restriction.MERGED:
        raise Conflict("This record was joined with another: restrict that one.", code="merged")
    hidden = before.details_hidden if command.details_hidden is None else command.details_hidden
    if loosens(before.restriction, command.kind) or before.details_hidden > hidden:
        must_be_lead(tx, "Only the safeguarding lead lifts a restriction.")
        must_not_be_family(tx, command.parent_id)
    restrictions.restrict(tx, command.parent_id, command.kind, details_hidden=hidden)
    tx.record(
        Entry(
            Event.PARENT_RESTRICTED,
            command.parent_id,
            {"parent": command.parent_id},
            {
                "kind": command.kind.value if command.kind else None,
                "details_hidden": hidden,
            },
            {"reason": command.reason, "document": command.document},
        )
    )
    if command.kind is not None:
        links.revoke_of_parent(tx, command.parent_id)
        links.revoke_devices(tx, command.parent_id)
    for child_id in people.children_of(tx, command.parent_id):
        look_for_conflict(tx, child_id)
    falling.decide_again(tx, affected)
    return command.parent_id
