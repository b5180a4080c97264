"""Who teaches a child: they never put a consent for it on record, nor a promise (POL-02, POL-04)."""

from service.errors import NotAllowed
from service.policy.case import CaseFile
from service.policy.people import ChildId, StaffId
from service.store import sessions, staff
from service.store.transactions import Tx


def teaches(tx: Tx, staff_id: str, child_id: ChildId) -> bool:
    """Whether this person, under whichever entry of the register, is the tutor of a session of the child
    that is not over (pitfall 28)."""
    tutors = {
        sessions.get(tx, session_id).tutor_id
        for session_id in sessions.running_of_child(tx, child_id)
    }
    known = staff.members(tx, frozenset({*tutors, StaffId(staff_id)}))
    asked = known.get(StaffId(staff_id))
    if asked is None:
        return staff_id in tutors
    return any(asked.same_person_as(known[tutor]) for tutor in tutors)


def must_not_teach(tx: Tx, child_id: ChildId) -> None:
    """Refuse whoever acts if they teach the child."""
    if teaches(tx, tx.by.subject, child_id):
        raise NotAllowed("You teach this child: let somebody else put the consent on record.")


def must_not_be_the_tutor(tx: Tx, case: CaseFile, recorded_by: StaffId | None) -> None:
    """The tutor never takes down a family's word for their own session, in whatever role or under
    whichever entry of the register."""
    if recorded_by is None:
        return
    member = staff.members(tx, frozenset({recorded_by}))[recorded_by]
    if member.same_person_as(case.tutor):
        raise NotAllowed("The tutor cannot record what a parent said about their own session.")
