"""A child died, or its family is to be left alone: nothing is sent, and no session takes place.

From that commit on no message about the child goes out, not even one that was written before: what
a family in mourning would get from a program, a person says or does not say (pitfall 21).
"""

from dataclasses import dataclass

from service.audit.events import Entry, Event
from service.errors import InvalidInput, NotFound
from service.policy.people import OF_A_CHILD, Child, ChildId, Restriction, SessionId, loosens
from service.policy.session import BEFORE_LIVE
from service.store.families import links, people, restrictions
from service.store.sessions import cases, sessions
from service.store.sessions.cases import Held
from service.store.transactions import Tx
from service.workflows.families import parting
from service.workflows.families.kin import must_not_be_family
from service.workflows.meetings import falling
from service.workflows.sessions import calling_off
from service.workflows.who_may import must_be_a_person, must_be_lead

CALLED_OFF = "Called off by the office."
"""All that anybody reads of why: tutors and programs see it."""


@dataclass(frozen=True)
class RestrictChild:
    """Nothing is to be sent about a child any more, and none of its sessions takes place; or again."""

    child_id: ChildId
    kind: Restriction | None
    reason: str


def restrict_child(tx: Tx, command: RestrictChild) -> ChildId:
    """Silence everything about a child at once. Any lead or coordinator may; loosening it is for the DSL."""
    must_be_a_person(tx.by)
    if command.kind is not None and command.kind not in OF_A_CHILD:
        raise InvalidInput.of("kind", "not_of_a_child", "This says something about an adult.")
    calling_off.must_say_why(command.reason, "Say who told us, and when.")
    affected = sessions.running_of_child(tx, command.child_id)
    cases.hold(tx, affected, Held(children=frozenset({command.child_id})))
    before = people.children(tx, (command.child_id,)).get(command.child_id)
    if before is None:
        raise NotFound
    _must_be_allowed(tx, before, command.kind)
    restrictions.restrict_child(tx, command.child_id, command.kind)
    tx.record(
        Entry(
            Event.CHILD_RESTRICTED,
            command.child_id,
            {"child": command.child_id},
            {"kind": command.kind.value if command.kind else None},
            {"reason": command.reason},
        )
    )
    if command.kind is not None:
        links.revoke_about_child(tx, command.child_id)
        parting.revoke_pledges(tx, affected, child_id=command.child_id)
        _call_off(tx, command.child_id, affected)
    falling.decide_again(tx, affected)
    return command.child_id


def _must_be_allowed(tx: Tx, before: Child, kind: Restriction | None) -> None:
    if loosens(before.restriction, kind):
        must_be_lead(tx, "Only the safeguarding lead lifts a restriction.")
        must_not_be_family(tx, before.child_id)


def _call_off(tx: Tx, child_id: ChildId, affected: tuple[SessionId, ...]) -> None:
    """Sessions of this child alone are off. In a group the others go on: the child is not let in."""
    for session_id in affected:
        session = sessions.get(tx, session_id)
        if session.children == (child_id,) and session.state in BEFORE_LIVE:
            calling_off.call_off(tx, session, CALLED_OFF)
