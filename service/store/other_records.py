"""Under which other records somebody may be on file: a second entry of the register, an adult of a family.

Found by the digests of contacts and of check numbers, never by name; a lead's word that two records are
two people settles it (pitfalls 9 and 28).
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from service.policy.people import ParentId, StaffId
from service.store import staff
from service.store.people import PARENTS
from service.store.staff import EVIDENCE, STAFF
from service.store.transactions import Reader, Tx

_OTHER = STAFF.alias("other")
_NUMBER = EVIDENCE.alias("number")
_SEEN = EVIDENCE.alias("seen")
_STAFF: sa.BindParameter[list[str]] = sa.bindparam("staff", expanding=True)
_ADULTS: sa.BindParameter[list[str]] = sa.bindparam("adults", expanding=True)
_KEYS = ("mail_key", "phone_key")
_WANTED_ADULT = PARENTS.c.id.in_(_ADULTS)
_WANTED_STAFF = STAFF.c.id.in_(_STAFF)


def _entries_sharing(key: str) -> sa.Select[Any]:
    same = (_OTHER.c[key] == STAFF.c[key]) & (_OTHER.c.id != STAFF.c.id)
    return sa.select(STAFF.c.id, _OTHER.c.id).join(_OTHER, same).where(_WANTED_STAFF)


def _families_sharing(key: str, wanted: sa.ColumnElement[bool]) -> sa.Select[Any]:
    both = sa.select(STAFF.c.id, PARENTS.c.id).join(PARENTS, PARENTS.c[key] == STAFF.c[key])
    return both.where(wanted)


_SHARING: sa.CompoundSelect[Any] = sa.union(
    *(_entries_sharing(key) for key in _KEYS),
    sa.select(_SEEN.c.staff_id, _NUMBER.c.staff_id)
    .join(
        _NUMBER,
        (_NUMBER.c.number_key == _SEEN.c.number_key) & (_NUMBER.c.staff_id != _SEEN.c.staff_id),
    )
    .where(_SEEN.c.staff_id.in_(_STAFF)),
    *(_families_sharing(key, wanted) for key in _KEYS for wanted in (_WANTED_STAFF, _WANTED_ADULT)),
)


@dataclass(frozen=True)
class OtherRecords:
    """Who of the staff may be the same human being as another entry, or as an adult of a family."""

    entries: dict[StaffId, frozenset[StaffId]]
    adults: dict[StaffId, frozenset[ParentId]]

    def entries_of(self, staff_id: StaffId) -> frozenset[StaffId]:
        """This entry of the register, and the others of the same person."""
        return self.entries.get(staff_id, frozenset()) | {staff_id}

    def adults_of(self, staff_id: StaffId) -> frozenset[ParentId]:
        """The adults of families who may be this person, under whichever entry."""
        each = (self.adults.get(one, frozenset()) for one in self.entries_of(staff_id))
        return frozenset[ParentId]().union(*each)

    def staff_of(self, adult_id: ParentId) -> frozenset[StaffId]:
        """The entries of the register who may be this adult."""
        return frozenset(one for one, adults in self.adults.items() if adult_id in adults)


NONE = OtherRecords({}, {})


def of(
    reader: Tx | Reader, ids: Collection[StaffId], adults: Collection[ParentId] = ()
) -> OtherRecords:
    """The other records of these members of staff and of these adults."""
    wanted = {"staff": sorted(ids), "adults": sorted(adults)}
    pairs = [(StaffId(one), other) for one, other in reader.conn.execute(_SHARING, wanted)]
    if not pairs:
        return NONE
    named = {one for one, _ in pairs} | {StaffId(other) for _, other in pairs}
    known = staff.members(reader, frozenset(named))
    entries: dict[StaffId, set[StaffId]] = defaultdict(set)
    families: dict[StaffId, set[ParentId]] = defaultdict(set)
    for one, other in pairs:
        colleague = known.get(StaffId(other))
        if colleague is not None and known[one].same_person_as(colleague):
            entries[one].add(colleague.staff_id)
        elif colleague is None and other not in known[one].distinct_from:
            families[one].add(ParentId(other))
    return OtherRecords(
        {one: frozenset(others) for one, others in entries.items()},
        {one: frozenset(others) for one, others in families.items()},
    )
