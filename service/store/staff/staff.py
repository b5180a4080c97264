"""The staff register."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from pydantic import SecretStr

from service.errors import NotFound
from service.policy.people import StaffId
from service.policy.staff import (
    Evidence,
    RelationKind,
    WorkingHours,
)
from service.store.tables import (
    EvidenceInvalidationRow,
    EvidenceRow,
    RelationRow,
    StaffRow,
    table_of,
)
from service.store.transactions import Reader, Tx
from service.store.who_is_who import contacts, known_by

STAFF = table_of(StaffRow)
EVIDENCE = table_of(EvidenceRow)
INVALIDATIONS = table_of(EvidenceInvalidationRow)
RELATIONS = table_of(RelationRow)

_WANTED: sa.BindParameter[str] = sa.bindparam("wanted")
_IS_THERE = sa.select(STAFF.c.id).where(STAFF.c.id == _WANTED)


@dataclass(frozen=True)
class StaffRecord:
    """A member of staff with the details, for those who may read them."""

    staff_id: StaffId
    external_id: str | None
    name: SecretStr
    account: SecretStr
    phone: SecretStr | None
    suspended: bool
    left_on: date | None
    version: int


def insert_staff(tx: Tx, record: StaffRecord) -> str | None:
    """Store a new member of staff; answers the violated constraint if the external id is taken."""
    violated = tx.try_write(
        STAFF.insert().values(
            id=record.staff_id,
            external_id=record.external_id,
            created_at=tx.now,
            version=1,
            **_details(tx, record),
        )
    )
    if violated is None:
        contacts.remember(tx, record.staff_id, record.account, record.phone)
    return violated


def change_staff(tx: Tx, record: StaffRecord) -> None:
    """Replace a member of staff's details."""
    tx.conn.execute(
        STAFF.update()
        .where(STAFF.c.id == record.staff_id)
        .values(version=STAFF.c.version + 1, **_details(tx, record))
    )
    contacts.remember(tx, record.staff_id, record.account, record.phone)


def _details(tx: Tx, record: StaffRecord) -> dict[str, object]:
    seal, key = tx.house, record.staff_id
    return {
        "name_sealed": seal.seal(record.name, f"staff.name:{key}"),
        "account_sealed": seal.seal(record.account, f"staff.account:{key}"),
        "account_domain": domain_of(record.account),
        "phone_sealed": seal.seal_if_any(record.phone, f"staff.phone:{key}"),
        **contacts.keys_for(seal, record.account, record.phone),
        "left_on": record.left_on,
    }


def domain_of(account: SecretStr) -> str:
    """The domain of a mail-shaped account name, lower case; empty if it has none."""
    return account.get_secret_value().rpartition("@")[2].casefold()


def staff_record(reader: Tx | Reader, staff_id: StaffId) -> StaffRecord:
    """A member of staff with the details. `NotFound` if there is none."""
    row = reader.conn.execute(sa.select(STAFF).where(STAFF.c.id == staff_id)).one_or_none()
    if row is None:
        raise NotFound
    open_ = reader.house
    return StaffRecord(
        staff_id=StaffId(row.id),
        external_id=row.external_id,
        name=open_.unseal(row.name_sealed, f"staff.name:{row.id}"),
        account=open_.unseal(row.account_sealed, f"staff.account:{row.id}"),
        phone=open_.unseal_if_any(row.phone_sealed, f"staff.phone:{row.id}"),
        suspended=row.suspended_at is not None,
        left_on=row.left_on,
        version=row.version,
    )


def staff_by_external_id(reader: Tx | Reader, external_id: str) -> StaffId | None:
    """Our id for a member of staff that a booking platform knows by its own."""
    query = sa.select(STAFF.c.id).where(STAFF.c.external_id == external_id)
    found = reader.conn.execute(query).scalar_one_or_none()
    return None if found is None else StaffId(found)


def has_staff(reader: Tx | Reader, staff_id: str) -> bool:
    """Whether there is such a member of staff."""
    return reader.conn.execute(_IS_THERE, {"wanted": staff_id}).scalar_one_or_none() is not None


def set_suspended(tx: Tx, staff_id: StaffId, at: datetime | None) -> None:
    """Suspend from an instant, or reinstate with None."""
    values = {"suspended_at": at, "version": STAFF.c.version + 1}
    tx.conn.execute(STAFF.update().where(STAFF.c.id == staff_id).values(values))


def set_works(tx: Tx, staff_id: StaffId, hours: WorkingHours | None) -> None:
    """Set the working hours of a member of staff, or take them off the record."""
    values = {
        "works": None if hours is None else works_text(hours),
        "version": STAFF.c.version + 1,
    }
    tx.conn.execute(STAFF.update().where(STAFF.c.id == staff_id).values(values))


def works_text(hours: WorkingHours) -> str:
    """Working hours as they are stored: seven days, each "from" and "until" or nothing."""
    days = [None if day is None else [str(day.opens), str(day.closes)] for day in hours]
    return json.dumps(days)


def append_evidence(tx: Tx, staff_id: StaffId, item: Evidence, seen_by: str | None) -> None:
    """Append one thing seen about a member of staff."""
    tx.conn.execute(
        EVIDENCE.insert().values(
            id=tx.new_id("evidence"),
            staff_id=staff_id,
            kind=item.kind.value,
            seen_on=item.seen_on,
            trusted_until=item.trusted_until,
            policy_version=item.policy_version,
            scheme=item.scheme.value if item.scheme else None,
            number_key=item.number_key,
            seen_by=seen_by,
            at=tx.now,
        )
    )
    known_by.remember(tx, staff_id, [item.number_key])


def append_invalidation(tx: Tx, evidence_id: str) -> None:
    """Append that one thing seen counts no more."""
    row = {"evidence_id": evidence_id, "by": tx.by.subject, "at": tx.now}
    tx.conn.execute(INVALIDATIONS.insert().values(row))


def put_relation(tx: Tx, staff_id: StaffId, related_id: str, kind: RelationKind) -> bool:
    """Declare a relation; False if it stands already. One that was accepted stands open again: what is
    declared anew may be another thing than what the lead accepted."""
    row = {"staff_id": staff_id, "related_id": related_id, "kind": kind.value}
    if tx.try_write(RELATIONS.insert().values(declared_at=tx.now, **row)) is None:
        return True
    mine = sa.and_(*(RELATIONS.c[name] == value for name, value in row.items()))
    if tx.conn.execute(sa.select(RELATIONS.c.accepted_at).where(mine)).scalar_one() is None:
        return False
    values = {"declared_at": tx.now, "accepted_at": None, "accepted_by": None}
    tx.conn.execute(RELATIONS.update().where(mine).values(values))
    return True


def accept_connection(tx: Tx, staff_id: StaffId, related_id: str) -> bool:
    """Accept a declared connection; False if none stands that is not accepted already."""
    mine = sa.and_(
        RELATIONS.c.staff_id == staff_id,
        RELATIONS.c.related_id == related_id,
        RELATIONS.c.kind == RelationKind.CONNECTION.value,
        RELATIONS.c.accepted_at.is_(None),
    )
    values = {"accepted_at": tx.now, "accepted_by": tx.by.subject}
    return tx.conn.execute(RELATIONS.update().where(mine).values(values)).rowcount == 1


def sharing_keys(reader: Tx | Reader, keys: Iterable[str], own: StaffId) -> tuple[StaffId, ...]:
    """Other entries of the register that hold one of these digests. For writing, never for deciding."""
    wanted = sorted(keys)
    if not wanted:
        return ()
    numbers = sa.select(EVIDENCE.c.staff_id).where(EVIDENCE.c.number_key.in_(wanted))
    query = (
        sa.select(STAFF.c.id)
        .where(contacts.reached(STAFF, wanted) | STAFF.c.id.in_(numbers), STAFF.c.id != own)
        .order_by(STAFF.c.id)
    )
    return tuple(StaffId(found) for found in reader.conn.execute(query).scalars())
