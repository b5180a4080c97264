"""The staff register."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa
from pydantic import SecretStr

from service.errors import NotFound
from service.policy.organisation import Hours
from service.policy.people import StaffId
from service.policy.staff import (
    CheckScheme,
    Evidence,
    EvidenceKind,
    RelationKind,
    StaffMember,
    WorkingHours,
)
from service.store import contacts
from service.store.tables import (
    EvidenceInvalidationRow,
    EvidenceRow,
    RelationRow,
    StaffRow,
    table_of,
)
from service.store.transactions import Reader, Tx

STAFF = table_of(StaffRow)
EVIDENCE = table_of(EvidenceRow)
INVALIDATIONS = table_of(EvidenceInvalidationRow)
RELATIONS = table_of(RelationRow)

_IDS: sa.BindParameter[list[str]] = sa.bindparam("ids", expanding=True)
_WANTED: sa.BindParameter[str] = sa.bindparam("wanted")
_IS_THERE = sa.select(STAFF.c.id).where(STAFF.c.id == _WANTED)
_MEMBERS = sa.select(STAFF).where(STAFF.c.id.in_(_IDS))
_EVIDENCE_OF = (
    sa.select(EVIDENCE, INVALIDATIONS.c.at.label("invalidated_at"))
    .outerjoin(INVALIDATIONS, INVALIDATIONS.c.evidence_id == EVIDENCE.c.id)
    .where(EVIDENCE.c.staff_id.in_(_IDS))
)
_RELATIONS_OF = sa.select(RELATIONS).where(RELATIONS.c.staff_id.in_(_IDS))


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
    return tx.try_write(
        STAFF.insert().values(
            id=record.staff_id,
            external_id=record.external_id,
            created_at=tx.now,
            version=1,
            **_details(tx, record),
        )
    )


def change_staff(tx: Tx, record: StaffRecord) -> None:
    """Replace a member of staff's details."""
    tx.conn.execute(
        STAFF.update()
        .where(STAFF.c.id == record.staff_id)
        .values(version=STAFF.c.version + 1, **_details(tx, record))
    )


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


def may_act(reader: Tx | Reader, subject: str) -> bool:
    """Whether a signed-in subject may do anything: not if suspended or gone. Subjects who are not on
    the register (programs, inspectors) are judged by their token alone."""
    query = sa.select(STAFF.c.suspended_at, STAFF.c.left_on).where(STAFF.c.id == subject)
    row = reader.conn.execute(query).one_or_none()
    if row is None:
        return True
    today = reader.house.organisation.local_day(reader.now)
    return row.suspended_at is None and (row.left_on is None or row.left_on > today)


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


def _works(text: str) -> WorkingHours:
    return tuple(
        None if day is None else Hours(time.fromisoformat(day[0]), time.fromisoformat(day[1]))
        for day in json.loads(text)
    )


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


def _numbers(evidence: list[Evidence]) -> frozenset[str]:
    return frozenset(item.number_key for item in evidence if item.number_key is not None)


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


def members(reader: Tx | Reader, ids: frozenset[StaffId]) -> dict[StaffId, StaffMember]:
    """The members with these ids as a decision sees them; unknown ids are left out."""
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
    known = members(reader, frozenset({*others, StaffId(person)}))
    own = known.pop(StaffId(person), None)
    return own is not None and any(own.same_person_as(other) for other in known.values())
