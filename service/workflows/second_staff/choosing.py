"""Second staff chosen by the rules that decide: suggested, or put on a session at once (POL-03)."""

from dataclasses import dataclass

from service.policy.cover import Candidate, Reason, in_fair_order, reasons_against
from service.policy.people import SessionId, StaffId
from service.policy.session import ENGAGED, IllegalMove
from service.store.second_staff import candidates
from service.store.sessions import cases
from service.store.sessions.cases import Held
from service.store.transactions import Reader, Tx
from service.workflows.second_staff import eligible, staffing


@dataclass(frozen=True)
class Suggestions:
    """Who could be second staff, fairest first, and how many people each reason keeps out."""

    eligible: tuple[Candidate, ...]
    reasons: tuple[Reason, ...]


def suggest(reader: Reader, session_id: SessionId) -> Suggestions:
    """Everybody who could be second staff of a session. `NotFound` if there is no such session."""
    found = candidates.candidates(reader, cases.load(reader, session_id))
    return Suggestions(in_fair_order(found), reasons_against(found))


@dataclass(frozen=True)
class ChooseSecondStaff:
    """Put the first of those who could be second staff on a session."""

    session_id: SessionId


def choose(tx: Tx, command: ChooseSecondStaff) -> SessionId:
    """Assign the fairest eligible person; they still accept, unless they have beforehand."""
    case = cases.load(tx, command.session_id)
    if case.session.state not in ENGAGED:
        raise IllegalMove("This session is over.")
    chosen = first(candidates.candidates(tx, case))
    case = cases.lock(tx, command.session_id, Held(staff=frozenset({chosen})))
    # Now that nobody else can change it:
    eligible.must_be_eligible(candidates.candidates(tx, case, [chosen]))
    return staffing.put_on(tx, case, chosen)


def first(found: tuple[Candidate, ...]) -> StaffId:
    """The fairest of the eligible. `NobodyEligible` if there is none."""
    in_order = in_fair_order(found)
    if not in_order:
        raise eligible.nobody(found)
    return in_order[0].staff_id
