"""Loads a case: one session with everything a decision may look at, on one view of the database."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from service.policy.case import CaseFile, ChildCase, HandOver, HostCase
from service.policy.organisation import Organisation
from service.policy.people import ChildId, HostId, ParentId, SessionId, StaffId
from service.policy.presence import Pledge
from service.policy.session import Session, SessionState, Span
from service.policy.staff import StaffMember
from service.store.attending import at_the_door, presence
from service.store.consents import consent, policies
from service.store.families import family, people, rehearsal
from service.store.outcomes import Overtaken
from service.store.second_staff import staffing
from service.store.second_staff.staffing import CurrentAssignment
from service.store.sessions import case_staff, overrides, sessions
from service.store.staff import colleagues, hosts, staff
from service.store.transactions import Reader, Tx


def load(reader: Tx | Reader, session_id: SessionId) -> CaseFile:
    """The case of a session as it is recorded now. `NotFound` if there is no such session."""
    return of(reader, sessions.get(reader, session_id), staffing.current(reader, session_id))


def of(reader: Tx | Reader, session: Session, current: CurrentAssignment | None) -> CaseFile:
    """The case of a session that was read, with its second staff, in this same view."""
    people_of = current.people if current else frozenset[StaffId]()
    custodians = _custodians(reader, session)
    set_aside = overrides.of_session(reader, session.session_id)
    also = {override.by for override in set_aside} | {session.tutor_id}
    if current and current.accepted.taken_down_by:
        also.add(current.accepted.taken_down_by)
    members = colleagues.of(reader, people_of | custodians | also)
    case = CaseFile(
        session=session,
        organisation=_organisation(reader, session),
        tutor=members[session.tutor_id],
        children=_children(reader, session),
        host=_host(reader, session, [members[one] for one in sorted(custodians)]),
        overrides=tuple(replace(one, lead=members.get(one.by)) for one in set_aside),
    )
    if current is None:
        return case
    case = case_staff.with_second_staff(reader, case, current, members)
    if current.coming is None or session.state is not SessionState.LIVE:
        return case
    coming = current.coming
    mine = CurrentAssignment(coming.hand_over_id, coming.staff_id, coming.accepted, session.terms)
    after = case_staff.with_second_staff(reader, case, mine, members)
    change = HandOver(coming.hand_over_id, after, coming.asked_at, coming.admitted_at)
    return replace(case, hand_over=change)


def _custodians(reader: Tx | Reader, session: Session) -> frozenset[StaffId]:
    if session.host_id is None:
        return frozenset()
    return hosts.active_custodians(reader, session.host_id)


def _organisation(reader: Tx | Reader, session: Session) -> Organisation:
    """With the policy versions that count on the session's own day."""
    day = reader.house.organisation.local_day(session.ends_at)
    return policies.organisation_now(reader, day)


def span_of(session: Session) -> Span:
    """The planned time of a session."""
    return Span(session.starts_at, session.ends_at)


def _host(reader: Tx | Reader, session: Session, custodians: list[StaffMember]) -> HostCase | None:
    if session.host_id is None:
        return None
    return hosts.host_case(reader, session.host_id, custodians)


def families(
    reader: Tx | Reader, session: Session, also_took: frozenset[StaffId] = frozenset()
) -> tuple[ChildCase, ...]:
    """What was said about each child of a session, and whom its givers named: all that says who is to be
    asked; nothing yet of promises and of the day. `also_took` took something else down."""
    ids = session.children
    day = reader.house.organisation.local_day
    known = people.children(reader, ids, on=day(session.starts_at), through=day(session.ends_at))
    consents = consent.ledgers(reader, ids)
    resolutions = consent.resolutions(reader, consents, known)
    nominated = consent.nominated(reader, ids)
    took = (word.taken_down_by for said in consents.values() for word in said)
    tutor_ids = _tutor_ids(reader, session, also_took.union(*took))
    return tuple(
        ChildCase(
            child=known[child_id],
            consents=consents[child_id],
            nominated=nominated[child_id],
            resolutions=resolutions.get(child_id, ()),
            tutor_ids=tutor_ids,
        )
        for child_id in ids
    )


def _tutor_ids(
    reader: Tx | Reader, session: Session, took: frozenset[StaffId]
) -> frozenset[StaffId]:
    """Which of those who took something down are the session's tutor (pitfall 28)."""
    if not took:
        return frozenset()
    known = colleagues.of(reader, took | {session.tutor_id})
    return frozenset(one for one in took if known[one].same_person_as(known[session.tutor_id]))


def _children(reader: Tx | Reader, session: Session) -> tuple[ChildCase, ...]:
    pledges = presence.pledges(reader, session.session_id)
    check_ins = presence.check_ins(reader, session.session_id)
    took = {one.taken_down_by for made in pledges.values() for one in made if one.taken_down_by}
    took |= {one.taken_down_by for said in check_ins.values() for one in said if one.taken_down_by}
    sightings = presence.sightings(reader, session.session_id)
    door = at_the_door.of_session(reader, session)
    rehearsing = rehearsal.rehearsing(reader, session.children)
    promising = _promising(session, pledges.values())
    elsewhere = presence.promised_elsewhere(reader, promising, span_of(session), session.session_id)
    at_work = case_staff.adults_at_work(reader, session, promising) if promising else ()
    known = families(reader, session, frozenset(took))
    related = family.of_children(reader, {one.child.child_id: one.child for one in known})
    return tuple(
        replace(
            one,
            pledges=pledges.get(child_id, ()),
            promised_elsewhere=elsewhere,
            at_work=at_work,
            check_ins=check_ins.get(child_id, ()),
            sightings=sightings.get(child_id, ()),
            kin=related[child_id].people,
            adult_keys=related[child_id].contact_keys,
            speakers=related[child_id].speakers,
            rehearsing=child_id in rehearsing,
            second_device=door.second_devices.get(child_id),
            departures=door.departures.get(child_id, ()),
            handed_on=child_id in door.handed_on,
        )
        for one in known
        for child_id in (one.child.child_id,)
    )


def _promising(session: Session, pledges: Iterable[tuple[Pledge, ...]]) -> frozenset[ParentId]:
    """Whose promises are on the session's terms of now."""
    every = (one for made in pledges for one in made)
    return frozenset(one.adult_id for one in every if one.holds_for(session.terms))


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
    each other in a ring. `Overtaken` if people or host changed while we waited: the store runs the
    transaction again, on the newest.
    """
    also = also or Held()
    before = {session_id: _rests_on(tx, session_id) for session_id in ids}
    tx.lock(people.CHILDREN, also.children.union(*(held.children for held in before.values())))
    tx.lock(people.PARENTS, also.parents)
    tx.lock(staff.STAFF, also.staff.union(*(held.staff for held in before.values())))
    tx.lock(hosts.HOSTS, also.hosts.union(*(held.hosts for held in before.values())))
    tx.lock(sessions.SESSIONS, ids)
    if any(_rests_on(tx, session_id) != held for session_id, held in before.items()):
        raise Overtaken


def lock(tx: Tx, session_id: SessionId, also: Held | None = None) -> CaseFile:
    """The case of a session, held still until this transaction ends."""
    hold(tx, (session_id,), also)
    return load(tx, session_id)


def _rests_on(tx: Tx, session_id: SessionId) -> Held:
    session = sessions.get(tx, session_id)
    current = staffing.current(tx, session_id)
    return Held(
        children=frozenset(session.children),
        staff=(current.people if current else frozenset()) | {session.tutor_id},
        hosts=frozenset({session.host_id} if session.host_id else ()),
    )
