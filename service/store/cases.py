"""Loads a case: one session with everything a decision may look at, on one view of the database."""

from dataclasses import dataclass

from service.errors import StaleVersion
from service.policy.case import CaseFile, ChildCase, HostCase
from service.policy.people import Child, ChildId, HostId, ParentId, SessionId, StaffId
from service.policy.session import Session, Span
from service.store import consent, hosts, people, policies, presence, sessions, staff, staffing
from service.store.staffing import CurrentAssignment
from service.store.transactions import Reader, Tx


def load(reader: Tx | Reader, session_id: SessionId) -> CaseFile:
    """The case of a session as it is recorded now. `NotFound` if there is no such session."""
    return of(reader, sessions.get(reader, session_id), staffing.current(reader, session_id))


def of(reader: Tx | Reader, session: Session, current: CurrentAssignment | None) -> CaseFile:
    """The case of a session that was read, with its second staff, in this same view."""
    ids = frozenset({session.tutor_id} | ({current.staff_id} if current else set()))
    members = staff.members(reader, ids)
    return CaseFile(
        session=session,
        organisation=policies.organisation_now(reader),
        tutor=members[session.tutor_id],
        children=_children(reader, session),
        second_staff=members[current.staff_id] if current else None,
        assignment=current.accepted if current else None,
        second_staff_elsewhere=_elsewhere(reader, session, current),
        host=_host(reader, session),
        overrides=presence.overrides(reader, session.session_id),
    )


def _elsewhere(
    reader: Tx | Reader, session: Session, current: CurrentAssignment | None
) -> tuple[Span, ...]:
    if current is None:
        return ()
    span = Span(session.starts_at, session.ends_at)
    return staffing.elsewhere(reader, current.staff_id, span, current, session.session_id)


def _host(reader: Tx | Reader, session: Session) -> HostCase | None:
    return None if session.host_id is None else hosts.host_case(reader, session.host_id)


def _children(reader: Tx | Reader, session: Session) -> tuple[ChildCase, ...]:
    ids = session.children
    known = people.children(reader, ids)
    consents = consent.ledgers(reader, ids)
    nominated = consent.nominated(reader, ids)
    pledges = presence.pledges(reader, session.session_id)
    check_ins = presence.check_ins(reader, session.session_id)
    sightings = presence.sightings(reader, session.session_id)
    return tuple(
        ChildCase(
            child=known[child_id],
            consents=consents[child_id],
            nominated=nominated[child_id],
            pledges=pledges.get(child_id, ()),
            check_ins=check_ins.get(child_id, ()),
            sightings=sightings.get(child_id, ()),
            adult_keys=_adult_keys(reader, known[child_id]),
        )
        for child_id in ids
    )


def _adult_keys(reader: Tx | Reader, child: Child) -> frozenset[str]:
    keys = people.adult_keys(reader, child.adults)
    return frozenset().union(*keys.values())


@dataclass(frozen=True)
class Held:
    """Which rows a transaction holds still, beside those of the sessions themselves."""

    children: frozenset[ChildId] = frozenset()
    parents: frozenset[ParentId] = frozenset()
    staff: frozenset[StaffId] = frozenset()
    hosts: frozenset[HostId] = frozenset()


def hold(tx: Tx, ids: tuple[SessionId, ...], also: Held | None = None) -> None:
    """Hold still every row that decisions about these sessions rest on, and the named ones.

    One call per transaction, in the fixed order of tables, so that no two transactions wait for
    each other in a ring. `StaleVersion` if second staff or host changed while we waited: the caller
    decides on the newest, next time.
    """
    also = also or Held()
    before = {session_id: _rests_on(tx, session_id) for session_id in ids}
    tx.lock(people.CHILDREN, also.children.union(*(held.children for held in before.values())))
    tx.lock(people.PARENTS, also.parents)
    tx.lock(staff.STAFF, also.staff.union(*(held.staff for held in before.values())))
    tx.lock(hosts.HOSTS, also.hosts.union(*(held.hosts for held in before.values())))
    tx.lock(sessions.SESSIONS, ids)
    if any(_rests_on(tx, session_id) != held for session_id, held in before.items()):
        raise StaleVersion


def lock(tx: Tx, session_id: SessionId, also: Held | None = None) -> CaseFile:
    """The case of a session, held still until this transaction ends."""
    hold(tx, (session_id,), also)
    return load(tx, session_id)


def _rests_on(tx: Tx, session_id: SessionId) -> Held:
    session = sessions.get(tx, session_id)
    current = staffing.current(tx, session_id)
    return Held(
        children=frozenset(session.children),
        staff=frozenset({session.tutor_id} | ({current.staff_id} if current else set())),
        hosts=frozenset({session.host_id} if session.host_id else ()),
    )
