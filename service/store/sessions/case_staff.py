"""The staff of a case: for what else they are taken at that time, under whichever record of theirs."""

from collections.abc import Collection
from dataclasses import replace

from service.policy.case import CaseFile
from service.policy.people import ParentId, StaffId
from service.policy.session import Session, Span
from service.policy.staff import Elsewhere, StaffMember
from service.store.attending import presence
from service.store.second_staff import staffing
from service.store.second_staff.staffing import CurrentAssignment
from service.store.staff import colleagues, duties
from service.store.transactions import Reader, Tx
from service.store.who_is_who import known_by


def with_second_staff(
    reader: Tx | Reader,
    case: CaseFile,
    mine: CurrentAssignment,
    members: dict[StaffId, StaffMember],
) -> CaseFile:
    """The case with this person as second staff: who is, or who is to take over."""
    own, span = case.session.session_id, case.span
    around = case.organisation.with_second_staff_gap(span)
    member, taker = members[mine.staff_id], mine.accepted.taken_down_by
    return replace(
        case,
        second_staff=member,
        assignment=mine.accepted,
        acceptance_taken_by=members.get(taker) if taker else None,
        second_staff_elsewhere=staffing.elsewhere(reader, member.entries, around, mine, own),
        second_staff_away=duties.away(reader, [mine.staff_id], span).get(mine.staff_id, ()),
        second_staff_at_home=presence.promised_elsewhere(reader, member.adults, span, own),
    )


def adults_at_work(
    reader: Tx | Reader, session: Session, adults: Collection[ParentId]
) -> tuple[tuple[ParentId, Elsewhere], ...]:
    """The rooms that these adults teach or cover at the same time, if they may be on the staff."""
    alike = known_by.alike(reader, adults)
    ids = frozenset(StaffId(entry) for one in alike.values() for entry in one.staff)
    if not ids:
        return ()
    members = colleagues.of(reader, ids)
    span = Span(session.starts_at, session.ends_at)
    rooms = staffing.at_work(reader, frozenset(members), span, session.session_id)
    return tuple(
        (adult_id, room)
        for adult_id in sorted(adults)
        for staff_id, member in sorted(members.items())
        if adult_id in member.adults
        for room in rooms.get(staff_id, ())
    )
