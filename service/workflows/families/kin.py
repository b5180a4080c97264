"""Whoever decides for a family is not one of it (pitfall 9).

A no is taken down by anybody. What loosens, and a spoken yes, is for somebody else: else a sister on the
staff would settle what her brother-in-law refused.
"""

from service.errors import NotAllowed
from service.policy.people import ChildId, ParentId, StaffId
from service.store.families import deputies, family, kin, people
from service.store.staff import colleagues
from service.store.transactions import Reader, Tx


def is_family(tx: Tx, staff_id: str, *persons: str) -> bool:
    """Whether a member of staff, under whichever entry of the register, is close to one of these children
    and adults, or to anybody else on the same records."""
    return colleagues.is_one_of(tx, staff_id, kin.staff_close_to(tx, _families(tx, persons)))


def must_not_be_family(tx: Tx, *persons: str, instead: str = "Another lead must decide") -> None:
    """Refuse whoever acts if they are close to one of these families; `instead` says who can act."""
    if is_family(tx, tx.by.subject, *persons):
        raise NotAllowed(f"{instead}: you are family of this child or of an adult on its record.")


def must_not_be_close_to(tx: Tx, staff_id: StaffId) -> None:
    """Refuse whoever acts if they are family or household of this colleague, under whichever entries."""
    own = colleagues.of(tx, frozenset({staff_id})).get(staff_id)
    if own is None:
        return
    if colleagues.is_one_of(tx, tx.by.subject, kin.staff_close_to(tx, own.entries)):
        raise NotAllowed("Another lead must decide: you are family of this colleague.")


def must_not_take_down_yes(tx: Tx, child_id: ChildId) -> None:
    """Refuse whoever takes down a spoken yes if they are close to the child's family."""
    must_not_be_family(tx, child_id, instead="Another colleague must take this down")


def _families(reader: Tx | Reader, persons: tuple[str, ...]) -> frozenset[str]:
    """These people, every child whose kin they are, and all kin of such a child, with those who answer for
    them."""
    theirs = family.children_of(reader, [ParentId(person) for person in persons])
    children = people.children(reader, tuple(ChildId(one) for one in sorted({*persons, *theirs})))
    kin_of = family.of_children(reader, children).values()
    found = frozenset(persons).union(*(one.people for one in kin_of))
    adults = frozenset(ParentId(one) for one in found)
    return found | deputies.of_teams(reader, adults)
