"""Who on the staff is family to somebody, or the same person under another record; and who the leads are."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from pydantic import SecretStr

from service.policy.concern import Desk
from service.policy.concerns import Concern
from service.policy.duty_rota import Standing
from service.policy.people import ParentId, StaffId
from service.policy.staff import RelationKind
from service.store.staff import colleagues, staff
from service.store.staff.staff import RELATIONS, STAFF
from service.store.tables import (
    AssignmentRow,
    DesignationRow,
    SessionChildRow,
    SessionRow,
    table_of,
)
from service.store.transactions import Reader, Tx
from service.store.who_is_who import contacts, known_by

ASSIGNMENTS = table_of(AssignmentRow)
DESIGNATIONS = table_of(DesignationRow)
SESSIONS = table_of(SessionRow)
TAUGHT = table_of(SessionChildRow)
LEADING = frozenset({Standing.LEAD, Standing.DEPUTY})
NOBODY = StaffId("")


def staff_close_to(reader: Tx | Reader, ids: Collection[str]) -> frozenset[StaffId]:
    """Members of staff whose declared family one of these people is, or who may be the same person, or
    of one household (pitfalls 9 and 28)."""
    these = sorted(ids)
    family = RELATIONS.c.kind == RelationKind.FAMILY.value
    declared = sa.select(RELATIONS.c.staff_id).where(family, RELATIONS.c.related_id.in_(these))
    named = sa.select(RELATIONS.c.related_id).where(family, RELATIONS.c.staff_id.in_(these))
    found = set(reader.conn.execute(declared).scalars()) | set(reader.conn.execute(named).scalars())
    declared_ones = frozenset(StaffId(one) for one in found if _is_staff(one))
    return declared_ones | sharing_contacts(reader, ids)


def sharing_contacts(reader: Tx | Reader, ids: Collection[str]) -> frozenset[StaffId]:
    """Members of staff with the address or number of one of these people, themselves among them; or who
    ever had it, unless a lead knows that they are somebody else."""
    now = staff.sharing_keys(reader, _keys(reader, sorted(ids)), NOBODY)
    ever = known_by.alike(reader, ids)
    entries = frozenset(StaffId(one) for alike in ever.values() for one in alike.staff)
    people_of = colleagues.of(reader, entries)
    may_be = {
        staff_id
        for staff_id, member in people_of.items()
        if not (member.adults | member.entries).isdisjoint(ids)
    }
    return frozenset({*now, *may_be})


def names_a_lead(reader: Tx | Reader, ids: Collection[str]) -> bool:
    """Whether one of these people is a lead or in the management, be it under another record."""
    return not leads(reader).isdisjoint({*ids, *sharing_contacts(reader, ids)})


def _is_staff(subject_id: str) -> bool:
    return subject_id.startswith("staff_")


def _keys(reader: Tx | Reader, ids: list[str]) -> set[str]:
    parents = contacts.adult_keys(reader, frozenset(ParentId(one) for one in ids))
    colleagues = sa.select(STAFF.c.mail_key, STAFF.c.phone_key).where(STAFF.c.id.in_(ids))
    own = [contacts.keys_of(row) for row in reader.conn.execute(colleagues)]
    return {key for keys in (*parents.values(), *own) for key in keys}


def tutors_of(reader: Tx | Reader, child_id: str, since: datetime) -> frozenset[str]:
    """Who teaches a child, or has since the instant."""
    query = sa.select(SESSIONS.c.tutor_id).where(_lately(child_id, since)).distinct()
    return frozenset(reader.conn.execute(query).scalars())


def second_staff_of(reader: Tx | Reader, child_id: str, since: datetime) -> frozenset[str]:
    """Who covers a child's sessions, or has since the instant."""
    query = (
        sa.select(ASSIGNMENTS.c.staff_id)
        .join(SESSIONS, SESSIONS.c.id == ASSIGNMENTS.c.session_id)
        .where(_lately(child_id, since))
        .distinct()
    )
    return frozenset(reader.conn.execute(query).scalars())


def _lately(child_id: str, since: datetime) -> sa.ColumnElement[bool]:
    theirs = sa.select(TAUGHT.c.session_id).where(TAUGHT.c.child_id == child_id)
    return SESSIONS.c.id.in_(theirs) & (SESSIONS.c.starts_at >= since)


def leads(reader: Tx | Reader) -> frozenset[str]:
    """Ids of the designated leads and deputies, and of the management, whose accounts the organisation
    names: a concern about one of them goes past the leads (POL-40)."""
    accounts = reader.house.organisation.contacts.management
    keys = {reader.house.contact_digest(SecretStr(account)) for account in accounts}
    return _designated(reader, LEADING) | frozenset(staff.sharing_keys(reader, keys, NOBODY))


def kept_from(reader: Tx | Reader, concern: Concern) -> frozenset[str]:
    """Who on the staff must not be reached by an alert about a concern."""
    past_the_leads = concern.goes_to is Desk.INDEPENDENT
    kept = _designated(reader, set(Standing) if past_the_leads else set(Standing) - LEADING)
    return kept | concern.subjects


def _designated(reader: Tx | Reader, standings: Collection[Standing]) -> frozenset[str]:
    these = DESIGNATIONS.c.standing.in_(sorted(one.value for one in standings))
    query = sa.select(DESIGNATIONS.c.staff_id).where(these, DESIGNATIONS.c.ended_at.is_(None))
    return frozenset(reader.conn.execute(query).scalars())
