"""The staff register, host accounts and policy versions."""

import json
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa
from pydantic import SecretStr

from service.errors import NotFound
from service.policy.case import HostCase
from service.policy.organisation import Organisation
from service.policy.people import HostId, StaffId
from service.policy.staff import Evidence, EvidenceKind, StaffMember
from service.store.tables import (
    CustodianRow,
    EngagementRow,
    EvidenceRow,
    HostRow,
    PolicyRow,
    RelationRow,
    StaffRow,
    table_of,
)
from service.store.transactions import Reader, Tx

STAFF = table_of(StaffRow)
EVIDENCE = table_of(EvidenceRow)
RELATIONS = table_of(RelationRow)
HOSTS = table_of(HostRow)
CUSTODIANS = table_of(CustodianRow)
POLICIES = table_of(PolicyRow)
ENGAGEMENTS = table_of(EngagementRow)

_IDS: sa.BindParameter[list[str]] = sa.bindparam("ids", expanding=True)
_WANTED: sa.BindParameter[str] = sa.bindparam("wanted")
_IS_THERE = sa.select(STAFF.c.id).where(STAFF.c.id == _WANTED)
_MEMBERS = sa.select(STAFF).where(STAFF.c.id.in_(_IDS))
_EVIDENCE_OF = sa.select(EVIDENCE).where(EVIDENCE.c.staff_id.in_(_IDS))
_RELATIONS_OF = sa.select(RELATIONS).where(RELATIONS.c.staff_id.in_(_IDS))
_HOST = sa.select(HOSTS).where(HOSTS.c.id == _WANTED)
_FREE_HOSTS = (
    sa.select(HOSTS.c.id)
    .where(
        HOSTS.c.provider == sa.bindparam("provider"),
        HOSTS.c.withdrawn_at.is_(None),
        # By host, so that the index answers: what else is booked costs nothing.
        ~sa.exists().where(
            ENGAGEMENTS.c.subject_id == HOSTS.c.id,
            ENGAGEMENTS.c.taken_from < sa.bindparam("until"),
            ENGAGEMENTS.c.taken_until > sa.bindparam("since"),
        ),
    )
    .order_by(HOSTS.c.id)
    .limit(20)
)
_ACTIVE_CUSTODIANS = (
    sa.select(CUSTODIANS.c.staff_id)
    .join(STAFF, STAFF.c.id == CUSTODIANS.c.staff_id)
    .where(
        CUSTODIANS.c.host_id == _WANTED,
        CUSTODIANS.c.until.is_(None),
        STAFF.c.suspended_at.is_(None),
        sa.or_(STAFF.c.left_on.is_(None), STAFF.c.left_on > sa.bindparam("today")),
    )
)
_POLICIES = sa.select(POLICIES.c.version, POLICIES.c.asks_fresh_agreement).order_by(
    POLICIES.c.position.desc()
)


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
    contacts = [contact for contact in (record.account, record.phone) if contact is not None]
    return {
        "name_sealed": seal.seal(record.name, f"staff.name:{key}"),
        "account_sealed": seal.seal(record.account, f"staff.account:{key}"),
        "account_domain": domain_of(record.account),
        "phone_sealed": seal.seal_if_any(record.phone, f"staff.phone:{key}"),
        "contact_keys": json.dumps([seal.contact_digest(contact) for contact in contacts]),
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
            seen_by=seen_by,
            at=tx.now,
        )
    )


def put_relation(tx: Tx, staff_id: StaffId, related_id: str) -> None:
    """Declare a relation; declaring it again changes nothing."""
    tx.try_write(
        RELATIONS.insert().values(staff_id=staff_id, related_id=related_id, declared_at=tx.now)
    )


def members(reader: Tx | Reader, ids: frozenset[StaffId]) -> dict[StaffId, StaffMember]:
    """The members with these ids as a decision sees them; unknown ids are left out."""
    these = {"ids": sorted(ids)}
    evidence: dict[str, list[Evidence]] = {staff_id: [] for staff_id in ids}
    for row in reader.conn.execute(_EVIDENCE_OF, these):
        evidence[row.staff_id].append(
            Evidence(EvidenceKind(row.kind), row.seen_on, row.trusted_until, row.policy_version)
        )
    relations: dict[str, set[str]] = {staff_id: set() for staff_id in ids}
    for row in reader.conn.execute(_RELATIONS_OF, these):
        relations[row.staff_id].add(row.related_id)
    return {
        StaffId(row.id): StaffMember(
            staff_id=StaffId(row.id),
            account_domain=row.account_domain,
            evidence=tuple(evidence[row.id]),
            suspended=row.suspended_at is not None,
            left_on=row.left_on,
            relations=frozenset(relations[row.id]),
            contact_keys=frozenset(json.loads(row.contact_keys)),
        )
        for row in reader.conn.execute(_MEMBERS, these)
    }


# --- host accounts ------------------------------------------------------------------------------


@dataclass(frozen=True)
class HostAccount:
    """A host account: `account` is the provider's own name for it."""

    host_id: HostId
    provider: str
    account: str


def insert_host(tx: Tx, host: HostAccount, external_id: str | None, domain: str) -> str | None:
    """Store a new host account; answers the violated constraint if it is there already."""
    return tx.try_write(
        HOSTS.insert().values(
            id=host.host_id,
            external_id=external_id,
            provider=host.provider,
            account=host.account,
            account_domain=domain,
            created_at=tx.now,
            version=1,
        )
    )


def host_account(reader: Tx | Reader, host_id: HostId) -> HostAccount:
    """A host account. `NotFound` if there is none."""
    row = reader.conn.execute(sa.select(HOSTS).where(HOSTS.c.id == host_id)).one_or_none()
    if row is None:
        raise NotFound
    return HostAccount(HostId(row.id), row.provider, row.account)


def free_hosts(
    reader: Tx | Reader, provider: str, taken_from: datetime, taken_until: datetime
) -> tuple[HostId, ...]:
    """Host accounts of a provider that nobody holds in that time."""
    during = {"provider": provider, "since": taken_from, "until": taken_until}
    return tuple(HostId(found) for found in reader.conn.execute(_FREE_HOSTS, during).scalars())


def host_by_external_id(reader: Tx | Reader, external_id: str) -> HostId | None:
    """Our id for a host account that was brought in under another."""
    query = sa.select(HOSTS.c.id).where(HOSTS.c.external_id == external_id)
    found = reader.conn.execute(query).scalar_one_or_none()
    return None if found is None else HostId(found)


def withdraw_host(tx: Tx, host_id: HostId) -> None:
    """Take a host account out of use."""
    tx.conn.execute(HOSTS.update().where(HOSTS.c.id == host_id).values(withdrawn_at=tx.now))


def put_custodian(tx: Tx, host_id: HostId, staff_id: StaffId) -> bool:
    """Put a custodian on a host account's register; False if already there."""
    row = {"id": tx.new_id("custodian"), "host_id": host_id, "staff_id": staff_id, "since": tx.now}
    return tx.try_write(CUSTODIANS.insert().values(row)) is None


def custodians(reader: Tx | Reader, host_id: HostId) -> frozenset[StaffId]:
    """The custodians on a host account's register now."""
    query = sa.select(CUSTODIANS.c.staff_id).where(
        CUSTODIANS.c.host_id == host_id, CUSTODIANS.c.until.is_(None)
    )
    return frozenset(StaffId(found) for found in reader.conn.execute(query).scalars())


def end_custodian(tx: Tx, host_id: HostId, staff_id: StaffId) -> bool:
    """Take a custodian off the register; False if not on it."""
    current = (
        (CUSTODIANS.c.host_id == host_id)
        & (CUSTODIANS.c.staff_id == staff_id)
        & CUSTODIANS.c.until.is_(None)
    )
    return bool(tx.conn.execute(CUSTODIANS.update().where(current).values(until=tx.now)).rowcount)


def host_case(reader: Tx | Reader, host_id: HostId) -> HostCase:
    """A host account as a decision sees it: custodians who are suspended or gone do not count."""
    host = reader.conn.execute(_HOST, {"wanted": host_id}).one()
    today = reader.house.organisation.local_day(reader.now)
    active = reader.conn.execute(_ACTIVE_CUSTODIANS, {"wanted": host_id, "today": today}).scalars()
    return HostCase(
        host_id=host_id,
        account_domain=host.account_domain,
        active_custodians=frozenset(StaffId(staff_id) for staff_id in active),
        withdrawn=host.withdrawn_at is not None,
    )


# --- the policy's versions ------------------------------------------------------------------------


@dataclass(frozen=True)
class PolicyVersion:
    """One version of the organisation's policy (POL-34)."""

    version: str
    owner: str
    text: str
    review_on: date
    asks_fresh_agreement: bool


def append_policy(tx: Tx, policy: PolicyVersion) -> str | None:
    """Publish a version; answers the violated constraint if the version is already there."""
    newest = tx.conn.execute(sa.select(sa.func.max(POLICIES.c.position))).scalar_one() or 0
    return tx.try_write(
        POLICIES.insert().values(
            version=policy.version,
            position=newest + 1,
            owner=policy.owner,
            text=policy.text,
            review_on=policy.review_on,
            asks_fresh_agreement=policy.asks_fresh_agreement,
            published_at=tx.now,
        )
    )


def has_policy(reader: Tx | Reader, version: str) -> bool:
    """Whether a version of the policy was ever published."""
    query = sa.select(POLICIES.c.version).where(POLICIES.c.version == version)
    return reader.conn.execute(query).scalar_one_or_none() is not None


def newest_policy(reader: Tx | Reader) -> PolicyVersion | None:
    """The policy now in force, None before the first was published."""
    row = reader.conn.execute(
        sa.select(POLICIES).order_by(POLICIES.c.position.desc()).limit(1)
    ).one_or_none()
    if row is None:
        return None
    return PolicyVersion(row.version, row.owner, row.text, row.review_on, row.asks_fresh_agreement)


def organisation_now(reader: Tx | Reader) -> Organisation:
    """The organisation with the policy versions that an agreement may name to count today."""
    in_force: list[str] = []
    for row in reader.conn.execute(_POLICIES):
        in_force.append(row.version)
        if row.asks_fresh_agreement:
            break
    return replace(reader.house.organisation, policy_versions_in_force=frozenset(in_force))
