"""Members of staff as decisions see them: one human being, whatever entries of the register they have."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import time

import sqlalchemy as sa

from service.policy.organisation import Hours
from service.policy.people import StaffId
from service.policy.staff import (
    CheckScheme,
    Evidence,
    EvidenceKind,
    RelationKind,
    StaffMember,
    WorkingHours,
    as_one_person,
)
from service.store.staff.staff import EVIDENCE, INVALIDATIONS, RELATIONS, STAFF
from service.store.transactions import Reader, Tx
from service.store.who_is_who import contacts, known_by
from service.store.who_is_who.known_by import NOBODY_ALIKE, Alike

_IDS: sa.BindParameter[list[str]] = sa.bindparam("ids", expanding=True)
_MEMBERS = sa.select(STAFF).where(STAFF.c.id.in_(_IDS))
_STANDING = sa.select(STAFF.c.id, STAFF.c.suspended_at, STAFF.c.left_on).where(STAFF.c.id.in_(_IDS))
_EVIDENCE_OF = (
    sa.select(EVIDENCE, INVALIDATIONS.c.at.label("invalidated_at"))
    .outerjoin(INVALIDATIONS, INVALIDATIONS.c.evidence_id == EVIDENCE.c.id)
    .where(EVIDENCE.c.staff_id.in_(_IDS))
)
_RELATIONS_OF = sa.select(RELATIONS).where(RELATIONS.c.staff_id.in_(_IDS))


def of(reader: Tx | Reader, ids: frozenset[StaffId]) -> dict[StaffId, StaffMember]:
    """The members with these ids as a decision sees them; unknown ids are left out.

    What is on record of one human being counts under each of their entries (pitfall 28).
    """
    alike = known_by.alike(reader, ids)
    others = frozenset(StaffId(other) for one in alike.values() for other in one.staff)
    entries = _entries(reader, ids | others)
    if alike:
        alike |= known_by.alike(reader, others)
    return {
        staff_id: as_one_person(_same(entries, staff_id, alike))
        for staff_id in ids
        if staff_id in entries
    }


def _same(
    entries: dict[StaffId, StaffMember], own: StaffId, alike: dict[str, Alike]
) -> tuple[StaffMember, ...]:
    """The person's entries, their own first, each with the adults of families who may be them."""
    found = [own]
    for other in sorted(alike.get(own, NOBODY_ALIKE).staff):
        if not entries[own].is_told_apart(entries[StaffId(other)]):
            found.append(StaffId(other))
    return tuple(
        replace(entries[one], adults=frozenset(alike.get(one, NOBODY_ALIKE).adults))
        for one in found
    )


def _entries(reader: Tx | Reader, ids: frozenset[StaffId]) -> dict[StaffId, StaffMember]:
    these = {"ids": sorted(ids)}
    evidence: dict[str, list[Evidence]] = {staff_id: [] for staff_id in ids}
    for row in reader.conn.execute(_EVIDENCE_OF, these):
        evidence[row.staff_id].append(
            Evidence(
                EvidenceKind(row.kind),
                row.seen_on,
                row.trusted_until,
                row.policy_version,
                None if row.scheme is None else CheckScheme(row.scheme),
                row.number_key,
                row.id,
                row.invalidated_at is not None,
            )
        )
    relations: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in reader.conn.execute(_RELATIONS_OF, these):
        if row.accepted_at is None:
            relations[row.staff_id, row.kind].add(row.related_id)
    return {
        StaffId(row.id): StaffMember(
            staff_id=StaffId(row.id),
            account_domain=row.account_domain,
            evidence=tuple(evidence[row.id]),
            suspended=row.suspended_at is not None,
            left_on=row.left_on,
            relations=frozenset(relations[row.id, RelationKind.FAMILY]),
            connections=frozenset(relations[row.id, RelationKind.CONNECTION]),
            distinct_from=frozenset(relations[row.id, RelationKind.DISTINCT]),
            contact_keys=contacts.keys_of(row) | _numbers(evidence[row.id]),
            works=None if row.works is None else _works(row.works),
        )
        for row in reader.conn.execute(_MEMBERS, these)
    }


def is_one_of(reader: Tx | Reader, person: str, others: Collection[StaffId]) -> bool:
    """Whether somebody, under whichever entry of the register, is one of these (pitfall 28)."""
    if person in others:
        return True
    known = of(reader, frozenset({*others, StaffId(person)}))
    own = known.pop(StaffId(person), None)
    return own is not None and any(own.same_person_as(other) for other in known.values())


def _works(text: str) -> WorkingHours:
    return tuple(
        None if day is None else Hours(time.fromisoformat(day[0]), time.fromisoformat(day[1]))
        for day in json.loads(text)
    )


def _numbers(evidence: list[Evidence]) -> frozenset[str]:
    return frozenset(item.number_key for item in evidence if item.number_key is not None)


def may_act(reader: Tx | Reader, subject: str) -> bool:
    """Whether a signed-in subject may do anything: not if suspended or gone. Subjects who are not on
    the register (programs, inspectors) are judged by their token alone."""
    return subject not in barred(reader, [subject])


def barred(reader: Tx | Reader, subjects: Iterable[str]) -> frozenset[str]:
    """Which of these may do nothing any more: whoever is suspended, under whichever entry, or gone."""
    today = reader.house.organisation.local_day(reader.now)
    these = sorted(subjects)
    gone = {
        str(row.id)
        for row in reader.conn.execute(_STANDING, {"ids": these})
        if row.suspended_at is not None or (row.left_on is not None and row.left_on <= today)
    }
    # Asked at every request: the other entries are read only of those few who may have some.
    twice = [one for one, alike in known_by.alike(reader, these).items() if alike.staff]
    known = of(reader, frozenset(StaffId(one) for one in twice)) if twice else {}
    return frozenset(gone | {one for one, member in known.items() if member.suspended})
