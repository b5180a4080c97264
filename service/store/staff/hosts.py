"""Host accounts and their custodians."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.errors import NotFound
from service.policy.case import HostCase
from service.policy.people import HostId, SessionId, StaffId
from service.policy.session import SessionState
from service.policy.staff import StaffMember
from service.store.staff.staff import STAFF
from service.store.tables import (
    CustodianRow,
    EngagementRow,
    HostRow,
    ProviderOutageRow,
    SessionRow,
    table_of,
)
from service.store.transactions import Reader, Tx

HOSTS = table_of(HostRow)
CUSTODIANS = table_of(CustodianRow)
ENGAGEMENTS = table_of(EngagementRow)
OUTAGES = table_of(ProviderOutageRow)
SESSIONS = table_of(SessionRow)

_WANTED: sa.BindParameter[str] = sa.bindparam("wanted")
_OUT = sa.exists().where(OUTAGES.c.provider == HOSTS.c.provider, OUTAGES.c.lifted_at.is_(None))
_HOST = sa.select(HOSTS, _OUT.label("provider_out")).where(HOSTS.c.id == _WANTED)
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


def withdraw(tx: Tx, host_id: HostId) -> bool:
    """Give a host account no more sessions; False if it had none already or is unknown."""
    there = (HOSTS.c.id == host_id) & HOSTS.c.withdrawn_at.is_(None)
    values = {"withdrawn_at": tx.now, "version": HOSTS.c.version + 1}
    return bool(tx.conn.execute(HOSTS.update().where(there).values(values)).rowcount)


def reinstate(tx: Tx, host_id: HostId) -> bool:
    """Give a host account sessions again; False if it was in use."""
    gone = (HOSTS.c.id == host_id) & HOSTS.c.withdrawn_at.is_not(None)
    values = {"withdrawn_at": None, "version": HOSTS.c.version + 1}
    return bool(tx.conn.execute(HOSTS.update().where(gone).values(values)).rowcount)


def active_custodians(reader: Tx | Reader, host_id: HostId) -> frozenset[StaffId]:
    """The custodians of a host account who are neither suspended nor gone."""
    today = reader.house.organisation.local_day(reader.now)
    active = reader.conn.execute(_ACTIVE_CUSTODIANS, {"wanted": host_id, "today": today})
    return frozenset(StaffId(staff_id) for staff_id in active.scalars())


def opened_on_accounts_of(reader: Tx | Reader, custodian: StaffId) -> tuple[SessionId, ...]:
    """The sessions whose meeting is being made or is open on an account that this person keeps. A
    booked one is decided when it opens, and a call under way needs the account no more."""
    kept = sa.select(CUSTODIANS.c.host_id).where(
        CUSTODIANS.c.staff_id == custodian, CUSTODIANS.c.until.is_(None)
    )
    open_now = [SessionState.OPENING.value, SessionState.OPEN.value]
    query = sa.select(SESSIONS.c.id).where(
        SESSIONS.c.host_id.in_(kept), SESSIONS.c.state.in_(open_now)
    )
    return tuple(SessionId(found) for found in reader.conn.execute(query).scalars())


def is_withdrawn(reader: Tx | Reader, host_id: HostId) -> bool:
    """Whether a host account was taken out of use."""
    there = (HOSTS.c.id == host_id) & HOSTS.c.withdrawn_at.is_not(None)
    return reader.conn.execute(sa.select(HOSTS.c.id).where(there)).one_or_none() is not None


def host_case(reader: Tx | Reader, host_id: HostId, custodians: Iterable[StaffMember]) -> HostCase:
    """A host account as a decision sees it, with its active custodians."""
    host = reader.conn.execute(_HOST, {"wanted": host_id}).one()
    return HostCase(
        host_id=host_id,
        account_domain=host.account_domain,
        active_custodians=tuple(custodians),
        withdrawn=host.withdrawn_at is not None,
        provider_out=bool(host.provider_out),
    )
