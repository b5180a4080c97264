"""Some lines of one list are one decision: all are kept in one transaction, or none is.

`try_lines` does everything that the lines ask for, one after the other, and undoes it, so a list can
be checked before anything is kept, and lines that clash with each other are found too. `keep_lines`
does the same and keeps it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from service.errors import ChaperoneError, Conflict
from service.policy.people import ParentId, StaffId
from service.store.families import people
from service.store.sessions import cases, sessions
from service.store.sessions.cases import Held
from service.store.transactions import Tx
from service.store.who_is_who import contacts
from service.workflows.importing import bringing_in, doubting, paper
from service.workflows.importing.bringing_in import FamilyRow, Outcome, Row, StaffRow, Step
from service.workflows.importing.doubting import Doubt
from service.workflows.importing.paper import PaperRow
from service.workflows.importing.staff_from_lists import steps_of_staff
from service.workflows.meetings import falling

Known = Row | PaperRow
T = TypeVar("T")


@dataclass(frozen=True)
class Lines:
    """Lines of one list, in their order. Those in doubt are kept only if somebody has looked."""

    rows: tuple[Known, ...]
    accept_doubts: bool = False


@dataclass(frozen=True)
class Told:
    """What came of a line, or would, and whom it looks like of those who were there before it."""

    result: Outcome | ChaperoneError
    doubts: tuple[Doubt, ...]


def try_lines(tx: Tx, command: Lines) -> tuple[Told, ...]:
    """What would come of each line if all are kept. It leaves no trace."""
    with tx.undone():
        _hold(tx, command.rows)
        return tuple(_try(tx, row) for row in command.rows)


def _try(tx: Tx, row: Known) -> Told:
    doubts = _doubts(tx, row)
    return Told(tx.attempt(partial(_do, tx, row)), doubts)


def keep_lines(tx: Tx, command: Lines) -> tuple[Told, ...]:
    """Keep every line; the first that is refused, or in doubt, refuses all."""
    _hold(tx, command.rows)
    return tuple(_keep(tx, row, accept_doubts=command.accept_doubts) for row in command.rows)


def _keep(tx: Tx, row: Known, *, accept_doubts: bool) -> Told:
    doubts = _doubts(tx, row)
    if doubts and not accept_doubts:
        raise Conflict("A line is in doubt, and nobody has looked at it.", code="in_doubt")
    return Told(_do(tx, row), doubts)


def _doubts(tx: Tx, row: Known) -> tuple[Doubt, ...]:
    return () if isinstance(row, PaperRow) else doubting.doubts_about(tx, row)


def _do(tx: Tx, row: Known) -> Outcome:
    outcomes = []
    for request, command in _steps_of(row):
        tx.next_step()
        outcomes.append(request(tx, command))
    return bringing_in.sum_of(outcomes)


def _steps_of(row: Known) -> tuple[Step, ...]:
    if isinstance(row, FamilyRow):
        return bringing_in.steps_of_family(row)
    return steps_of_staff(row) if isinstance(row, StaffRow) else paper.steps_of_paper(row)


# --- what is held meanwhile -----------------------------------------------------------------------


def _hold(tx: Tx, rows: Sequence[Known]) -> None:
    """Hold everybody whom the lines name, and the sessions round them, at once: what a line locks
    later is held already, so a list does not wait for anybody in a ring."""
    named = [_named(tx, row) for row in rows]
    parents = frozenset[ParentId]().union(*(one.parents for one in named))
    children = {child for one in named for child in one.children}
    children |= {child for parent_id in parents for child in people.children_of(tx, parent_id)}
    colleagues = frozenset[StaffId]().union(*(one.staff for one in named))
    affected = {one for child in children for one in sessions.running_of_child(tx, child)}
    affected |= {one for staff_id in colleagues for one in falling.resting_on(tx, staff_id)}
    others, of_others = falling.round_those_known_by(tx, _digests(tx, rows))
    affected |= of_others
    held = Held(children=others.union(children), parents=parents, staff=colleagues)
    cases.hold(tx, tuple(sorted(affected)), held)


def _digests(tx: Tx, rows: Iterable[Known]) -> list[str | None]:
    """By what the people of these lines are about to be known."""
    told: list[dict[str, str | None]] = []
    for row in rows:
        if isinstance(row, StaffRow):
            told.append(contacts.keys_for(tx.house, row.account, row.phone))
        elif isinstance(row, FamilyRow):
            told += [contacts.keys_for(tx.house, one.email, one.phone) for one in row.adults]
    return [digest for one in told for digest in one.values()]


def _named(tx: Tx, row: Known) -> Held:
    if isinstance(row, StaffRow):
        return Held(staff=_there(bringing_in.colleague_called, tx, row.ref))
    if isinstance(row, FamilyRow):
        adults = (adult.ref for adult in row.adults)
        return Held(
            children=_there(bringing_in.child_called, tx, row.ref),
            parents=_there(bringing_in.adult_called, tx, *adults),
        )
    return Held(
        children=_there(bringing_in.child_called, tx, row.child),
        staff=_there(bringing_in.colleague_called, tx, row.taken_by, row.checked_by),
    )


def _there(called: Callable[[Tx, str], T | None], tx: Tx, *refs: str) -> frozenset[T]:
    """Those of them who are on record already."""
    found = (called(tx, ref) for ref in refs)
    return frozenset(one for one in found if one is not None)
