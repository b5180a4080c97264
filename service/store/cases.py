"""Loads a case: one session with everything a decision may look at, on one view of the database."""

from dataclasses import dataclass, replace

from service.policy.case import CaseFile, ChildCase, HandOver, HostCase
from service.policy.organisation import Organisation
from service.policy.people import ChildId, HostId, ParentId, SessionId, StaffId
from service.policy.presence import Pledge
from service.policy.session import Session, SessionState, Span
from service.policy.staff import Elsewhere, StaffMember
from service.store import (
    at_the_door,
    consent,
    duties,
    family,
    hosts,
    people,
    policies,
    presence,
    rehearsal,
    sessions,
    staff,
    staffing,
)
from service.store.outcomes import Overtaken
from service.store.staffing import Coming, CurrentAssignment
from service.store.transactions import Reader, Tx


def load(reader: Tx | Reader, session_id: SessionId) -> CaseFile:
    """The case of a session as it is recorded now. `NotFound` if there is no such session."""
    return of(reader, sessions.get(reader, session_id), staffing.current(reader, session_id))


def of(reader: Tx | Reader, session: Session, current: CurrentAssignment | None) -> CaseFile:
    """The case of a session that was read, with its second staff, in this same view."""
    people_of = current.people if current else frozenset[StaffId]()
    custodians = hosts.active_custodians(reader, session.host_id) if session.host_id else people_of
    overrides = presence.overrides(reader, session.session_id)
    leads = frozenset(override.by for override in overrides)
    members = staff.members(reader, people_of | {session.tutor_id} | custodians | leads)
    away = duties.away(reader, people_of, span_of(session)) if people_of else {}
    case = CaseFile(
        session=session,
        organisation=_organisation(reader, session),
        tutor=members[session.tutor_id],
        children=_children(reader, session),
        second_staff=members[current.staff_id] if current else None,
        assignment=current.accepted if current else None,
        second_staff_elsewhere=_elsewhere(reader, session, current),
        second_staff_away=away.get(current.staff_id, ()) if current else (),
        host=_host(reader, session, [members[one] for one in sorted(custodians)]),
        overrides=tuple(replace(one, lead=members.get(one.by)) for one in overrides),
    )
    if current is None or current.coming is None or session.state is not SessionState.LIVE:
        return case
    coming = current.coming
    return replace(
        case, hand_over=_hand_over(reader, case, coming, members, away.get(coming.staff_id, ()))
    )


def _hand_over(
    reader: Tx | Reader,
    case: CaseFile,
    coming: Coming,
    members: dict[StaffId, StaffMember],
    away: tuple[Span, ...],
) -> HandOver:
    """The case as it will be once the newcomer has taken over."""
    mine = CurrentAssignment(
        coming.hand_over_id, coming.staff_id, coming.accepted, case.session.terms
    )
    after = replace(
        case,
        second_staff=members[coming.staff_id],
        assignment=coming.accepted,
        second_staff_elsewhere=_elsewhere(reader, case.session, mine),
        second_staff_away=away,
    )
    return HandOver(coming.hand_over_id, after, coming.asked_at, coming.admitted_at)


def _organisation(reader: Tx | Reader, session: Session) -> Organisation:
    """With the policy versions that count on the session's own day."""
    day = reader.house.organisation.local_day(session.ends_at)
    return policies.organisation_now(reader, day)


def span_of(session: Session) -> Span:
    """The planned time of a session."""
    return Span(session.starts_at, session.ends_at)


def _elsewhere(
    reader: Tx | Reader, session: Session, current: CurrentAssignment | None
) -> tuple[Elsewhere, ...]:
    if current is None:
        return ()
    span = reader.house.organisation.with_second_staff_gap(span_of(session))
    return staffing.elsewhere(reader, current.staff_id, span, current, session.session_id)


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
    known = staff.members(reader, took | {session.tutor_id})
    return frozenset(one for one in took if known[one].same_person_as(known[session.tutor_id]))


def _children(reader: Tx | Reader, session: Session) -> tuple[ChildCase, ...]:
    pledges = presence.pledges(reader, session.session_id)
    check_ins = presence.check_ins(reader, session.session_id)
    took = {one.taken_down_by for made in pledges.values() for one in made if one.taken_down_by}
    took |= {one.taken_down_by for said in check_ins.values() for one in said if one.taken_down_by}
    sightings = presence.sightings(reader, session.session_id)
    door = at_the_door.of_session(reader, session)
    rehearsing = rehearsal.rehearsing(reader, session.children)
    elsewhere = _promised_elsewhere(reader, session, pledges)
    known = families(reader, session, frozenset(took))
    related = family.of_children(reader, {one.child.child_id: one.child for one in known})
    return tuple(
        replace(
            one,
            pledges=pledges.get(child_id, ()),
            promised_elsewhere=elsewhere,
            check_ins=check_ins.get(child_id, ()),
            sightings=sightings.get(child_id, ()),
            kin=related[child_id].people,
            adult_keys=related[child_id].contact_keys,
            rehearsing=child_id in rehearsing,
            second_device=door.second_devices.get(child_id),
            departures=door.departures.get(child_id, ()),
            handed_on=child_id in door.handed_on,
        )
        for one in known
        for child_id in (one.child.child_id,)
    )


def _promised_elsewhere(
    reader: Tx | Reader, session: Session, pledges: dict[ChildId, tuple[Pledge, ...]]
) -> tuple[Pledge, ...]:
    adults = {
        pledge.adult_id
        for made in pledges.values()
        for pledge in made
        if pledge.holds_for(session.terms)
    }
    span = Span(session.starts_at, session.ends_at)
    return presence.promised_elsewhere(reader, frozenset(adults), span, session.session_id)


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
