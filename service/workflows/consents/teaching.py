"""Who teaches a child: they never put a consent for it on record, nor a promise (POL-02, POL-04)."""

from service.errors import NotAllowed
from service.policy.case import CaseFile
from service.policy.people import ChildId, StaffId
from service.store.sessions import sessions
from service.store.staff import colleagues
from service.store.transactions import Tx
from service.workflows.families.kin import must_not_take_down_yes


def teaches(tx: Tx, staff_id: str, child_id: ChildId) -> bool:
    """Whether this person, under whichever entry of the register, is the tutor of a session of the child
    that is not over (pitfall 28)."""
    tutors = {
        sessions.get(tx, session_id).tutor_id
        for session_id in sessions.running_of_child(tx, child_id)
    }
    return colleagues.is_one_of(tx, staff_id, tutors)


def must_not_teach(tx: Tx, child_id: ChildId) -> None:
    """Refuse whoever acts if they teach the child."""
    if teaches(tx, tx.by.subject, child_id):
        raise NotAllowed("You teach this child: let somebody else put the consent on record.")


def must_not_be_the_tutor(tx: Tx, case: CaseFile, recorded_by: StaffId | None) -> None:
    """The tutor never takes down a family's word for their own session, in whatever role or under
    whichever entry of the register."""
    if recorded_by is not None and colleagues.is_one_of(tx, recorded_by, [case.tutor.staff_id]):
        raise NotAllowed("The tutor cannot record what a parent said about their own session.")


def must_take_down_yes(
    tx: Tx, case: CaseFile, child_id: ChildId, recorded_by: StaffId | None
) -> None:
    """A family's spoken yes to a session is taken down by neither its tutor nor one of the family."""
    must_not_be_the_tutor(tx, case, recorded_by)
    if recorded_by is not None:
        must_not_take_down_yes(tx, child_id)
