"""The rehearsal: sessions are loaded and families asked while no meeting is made.

An organisation that moves to Chaperone sets `rehearsal = true`. Every child then has the blocker
`rehearsal` until its family is switched over; what is still missing shows beside it. Messages to
families that rehearse are written and held, unless the organisation has them sent.
"""

from collections import Counter
from dataclasses import dataclass, field

from service.audit.events import Entry, Event
from service.errors import Conflict, NotFound
from service.policy.clearance import outstanding
from service.policy.people import ChildId, SessionId
from service.policy.rules import Stage
from service.store import work
from service.store.families import people, rehearsal
from service.store.messages import messages
from service.store.sessions import cases, sessions
from service.store.sessions.cases import Held
from service.store.transactions import Reader, Tx
from service.workflows.deps import Deps
from service.workflows.meetings import falling

REHEARSAL = "rehearsal"
NO_SESSION = "no_session"
"""What a child lacks that has no coming session: nothing can be said about it yet."""

NOT_BOOKED = ("No session is booked for this child yet.", "a coordinator or the tutor")
Words = tuple[str, str]

PAGE = 50
"""How many children one reading looks at, so that no reading lasts long."""


@dataclass(frozen=True)
class SwitchOver:
    """A child's family leaves the rehearsal, or goes back to it."""

    child_id: ChildId
    switched_over: bool


def switch_over(tx: Tx, command: SwitchOver) -> ChildId:
    """Switch one family over or back; what was held for it goes out in the organisation's hours, and what
    is to go out later still does so later.

    Going back makes nothing of the family's happen any more, so it is never refused.
    """
    affected = sessions.running_of_child(tx, command.child_id)
    cases.hold(tx, affected, Held(children=frozenset({command.child_id})))
    if not people.has_child(tx, command.child_id):
        raise NotFound
    if not tx.house.organisation.rehearsal:
        raise Conflict("The organisation does not rehearse.", code="no_rehearsal")
    rehearses = command.child_id in rehearsal.rehearsing(tx, (command.child_id,))
    if rehearses is not command.switched_over:
        return command.child_id
    rehearsal.append(tx, command.child_id, switched_over=command.switched_over)
    event = Event.CHILD_SWITCHED_OVER if command.switched_over else Event.CHILD_SWITCHED_BACK
    tx.record(Entry(event, command.child_id, {"child": command.child_id}))
    if command.switched_over:
        for message_id in rehearsal.held_messages(tx, command.child_id):
            work.put(tx, message_id, messages.DELIVERY, tx.now)
    falling.decide_again(tx, affected)
    return command.child_id


@dataclass(frozen=True)
class Standing:
    """How far the rehearsal has come. `lacking` counts, by blocker code, the children kept by it;
    `words` says for each code what it means and who can lift it."""

    is_on: bool
    children: int = 0
    switched_over: int = 0
    ready: tuple[ChildId, ...] = ()
    lacking: Counter[str] = field(default_factory=Counter)
    words: dict[str, Words] = field(default_factory=dict)


async def standing(deps: Deps) -> Standing:
    """What stands in the way of each child's next session, rehearsal apart, counted by code."""
    if not deps.organisation.rehearsal:
        return Standing(is_on=False)
    total, switched, ready, lacking = 0, 0, list[ChildId](), Counter[str]()
    words: dict[str, Words] = {}
    after = ""
    while ids := await deps.store.read(rehearsal.children_after, after, PAGE):
        after = ids[-1]
        page = await deps.store.read(_page, ids)
        total += len(ids)
        switched += page.switched_over
        ready += page.ready
        lacking += page.lacking
        words |= page.words
    return Standing(True, total, switched, tuple(ready), lacking, words)


def _page(reader: Reader, ids: tuple[ChildId, ...]) -> Standing:
    waiting = sorted(rehearsal.rehearsing(reader, ids))
    coming = rehearsal.next_sessions(reader, tuple(waiting))
    ready: list[ChildId] = []
    lacking: Counter[str] = Counter()
    words: dict[str, Words] = {}
    for child_id in waiting:
        lacks = {NO_SESSION: NOT_BOOKED}
        if child_id in coming:
            lacks = _lacks(reader, child_id, coming[child_id])
        lacking.update(lacks.keys())
        words |= lacks
        if not lacks:
            ready.append(child_id)
    return Standing(True, len(ids), len(ids) - len(waiting), tuple(ready), lacking, words)


def _lacks(reader: Reader, child_id: ChildId, session_id: SessionId) -> dict[str, Words]:
    found = outstanding(cases.load(reader, session_id), Stage.OPEN, reader.now)
    blockers = (*found.of_session, *found.of_children.get(child_id, ()))
    return {
        blocker.code: (blocker.sentence, blocker.lifted_by)
        for blocker in blockers
        if blocker.code != REHEARSAL
    }
