"""Lists in pages, for the JSON interface: ordered by something that never changes, cut after a place."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from service.policy.people import ChildId, HostId, ParentId, SessionId, StaffId
from service.policy.session import ENGAGED, CoverMode, Session, SessionState, Span
from service.policy.staff import count_people
from service.store.consents.policies import POLICIES, PolicyVersion, policy_of
from service.store.families.people import CHILDREN, PARENTS
from service.store.second_staff.staffing import ASSIGNMENTS
from service.store.sessions.sessions import SESSION_CHILDREN, SESSIONS
from service.store.staff import colleagues
from service.store.staff.hosts import HOSTS, active_custodians, custodians
from service.store.staff.staff import STAFF
from service.store.transactions import Reader, Tx


@dataclass(frozen=True)
class Key:
    """A person's record by its ids alone: lists show nobody's details."""

    record_id: str
    external_id: str | None
    version: int


def children(reader: Reader, *, after: str, limit: int, external_id: str | None) -> tuple[Key, ...]:
    """Children behind the given id; only the one with that `external_id`, if named."""
    return _keys(reader, CHILDREN, after, limit, external_id)


def parents(reader: Reader, *, after: str, limit: int, external_id: str | None) -> tuple[Key, ...]:
    """Parents behind the given id; only the one with that `external_id`, if named."""
    return _keys(reader, PARENTS, after, limit, external_id)


def _keys(
    reader: Reader, table: sa.Table, after: str, limit: int, external_id: str | None
) -> tuple[Key, ...]:
    query = (
        sa.select(table.c.id, table.c.external_id, table.c.version)
        .where(table.c.id > after)
        .order_by(table.c.id)
        .limit(limit)
    )
    if external_id is not None:
        query = query.where(table.c.external_id == external_id)
    return tuple(Key(row.id, row.external_id, row.version) for row in reader.conn.execute(query))


def child_key(reader: Reader, child_id: ChildId) -> Key:
    """The ids of one child that is there."""
    return _key(reader, CHILDREN, child_id)


def parent_key(reader: Reader, parent_id: ParentId) -> Key:
    """The ids of one parent who is there."""
    return _key(reader, PARENTS, parent_id)


def staff_key(reader: Reader, staff_id: StaffId) -> Key:
    """The ids of one member of staff who is there."""
    return _key(reader, STAFF, staff_id)


def _key(reader: Reader, table: sa.Table, record_id: str) -> Key:
    query = sa.select(table.c.external_id, table.c.version).where(table.c.id == record_id)
    row = reader.conn.execute(query).one()
    return Key(record_id, row.external_id, row.version)


@dataclass(frozen=True)
class Colleague:
    """A member of staff as colleagues see one: no account, no number."""

    staff_id: StaffId
    external_id: str | None
    name: str
    suspended: bool
    left_on: date | None
    version: int


def register(reader: Reader, *, after: str, limit: int) -> tuple[Colleague, ...]:
    """The staff register behind the given id."""
    query = sa.select(STAFF).where(STAFF.c.id > after).order_by(STAFF.c.id).limit(limit)
    return tuple(
        Colleague(
            StaffId(row.id),
            row.external_id,
            reader.house.unseal(row.name_sealed, f"staff.name:{row.id}").get_secret_value(),
            row.suspended_at is not None,
            row.left_on,
            row.version,
        )
        for row in reader.conn.execute(query)
    )


@dataclass(frozen=True)
class HostEntry:
    """A host account with its custodians. `active` counts those who are neither suspended nor gone."""

    host_id: HostId
    external_id: str | None
    provider: str
    account: str
    domain: str
    withdrawn: bool
    custodians: tuple[StaffId, ...]
    active: int


def hosts(reader: Reader, *, after: str, limit: int) -> tuple[HostEntry, ...]:
    """Host accounts behind the given id."""
    query = sa.select(HOSTS).where(HOSTS.c.id > after).order_by(HOSTS.c.id).limit(limit)
    return tuple(_host(reader, row) for row in reader.conn.execute(query).all())


def host(reader: Reader, host_id: HostId) -> HostEntry:
    """One host account that is there."""
    return _host(reader, reader.conn.execute(sa.select(HOSTS).where(HOSTS.c.id == host_id)).one())


def _host(reader: Reader, row: sa.Row[tuple[object, ...]]) -> HostEntry:
    values = row._mapping
    host_id = HostId(values["id"])
    return HostEntry(
        host_id,
        values["external_id"],
        values["provider"],
        values["account"],
        values["account_domain"],
        values["withdrawn_at"] is not None,
        tuple(sorted(custodians(reader, host_id))),
        count_people(colleagues.of(reader, active_custodians(reader, host_id)).values()),
    )


@dataclass(frozen=True)
class Published:
    """A version of the policy with its place and time."""

    position: int
    policy: PolicyVersion
    published_at: datetime


def policies(reader: Reader, *, after: int, limit: int) -> tuple[Published, ...]:
    """Policy versions behind the given position, oldest first."""
    query = (
        sa.select(POLICIES)
        .where(POLICIES.c.position > after)
        .order_by(POLICIES.c.position)
        .limit(limit)
    )
    return tuple(_published(row) for row in reader.conn.execute(query))


def policy(reader: Reader, version: str) -> Published:
    """One version that is there."""
    query = sa.select(POLICIES).where(POLICIES.c.version == version)
    return _published(reader.conn.execute(query).one())


def _published(row: sa.Row[tuple[object, ...]]) -> Published:
    values = row._mapping
    return Published(
        values["position"],
        policy_of(row),
        values["published_at"],
    )


# --- sessions ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """Which sessions. `staffed_by`: only those this person teaches or is second staff on."""

    starts_from: datetime | None = None
    starts_before: datetime | None = None
    state: SessionState | None = None
    staffed_by: str | None = None


def sessions(
    reader: Reader, wanted: Wanted, *, after: tuple[datetime, str] | None, limit: int
) -> tuple[Session, ...]:
    """Sessions behind the given start and id, in the order in which they start."""
    query = sa.select(SESSIONS).where(*_conditions(wanted))
    if after is not None:
        query = query.where(
            sa.tuple_(SESSIONS.c.starts_at, SESSIONS.c.id) > sa.tuple_(*_typed(after))
        )
    query = query.order_by(SESSIONS.c.starts_at, SESSIONS.c.id).limit(limit)
    rows = reader.conn.execute(query).all()
    taking_part = _children_of(reader, [row.id for row in rows])
    return tuple(_session(row, taking_part[row.id]) for row in rows)


def coming_of_child(reader: Tx | Reader, child_id: ChildId, span: Span) -> tuple[Session, ...]:
    """The sessions of a child that start in the span and are not over, in that order."""
    mine = sa.select(SESSION_CHILDREN.c.session_id).where(SESSION_CHILDREN.c.child_id == child_id)
    query = (
        sa.select(SESSIONS)
        .where(
            SESSIONS.c.id.in_(mine),
            SESSIONS.c.starts_at >= span.starts_at,
            SESSIONS.c.starts_at <= span.ends_at,
            SESSIONS.c.state.in_([state.value for state in ENGAGED]),
        )
        .order_by(SESSIONS.c.starts_at, SESSIONS.c.id)
    )
    rows = reader.conn.execute(query).all()
    taking_part = _children_of(reader, [row.id for row in rows])
    return tuple(_session(row, taking_part[row.id]) for row in rows)


def _typed(after: tuple[datetime, str]) -> tuple[sa.ColumnElement[datetime], sa.ColumnElement[str]]:
    return sa.literal(after[0], SESSIONS.c.starts_at.type), sa.literal(after[1])


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found = []
    if wanted.starts_from is not None:
        found.append(SESSIONS.c.starts_at >= wanted.starts_from)
    if wanted.starts_before is not None:
        found.append(SESSIONS.c.starts_at < wanted.starts_before)
    if wanted.state is not None:
        found.append(SESSIONS.c.state == wanted.state.value)
    if wanted.staffed_by is not None:
        found.append(_staffed_by(wanted.staffed_by))
    return found


def _staffed_by(staff_id: str) -> sa.ColumnElement[bool]:
    covered = sa.select(ASSIGNMENTS.c.session_id).where(
        ASSIGNMENTS.c.staff_id == staff_id, ASSIGNMENTS.c.released_at.is_(None)
    )
    return sa.or_(SESSIONS.c.tutor_id == staff_id, SESSIONS.c.id.in_(covered))


def _children_of(reader: Tx | Reader, ids: list[str]) -> dict[str, list[ChildId]]:
    found: dict[str, list[ChildId]] = defaultdict(list)
    query = (
        sa.select(SESSION_CHILDREN)
        .where(SESSION_CHILDREN.c.session_id.in_(ids))
        .order_by(SESSION_CHILDREN.c.child_id)
    )
    for row in reader.conn.execute(query):
        found[row.session_id].append(ChildId(row.child_id))
    return found


def _session(row: sa.Row[tuple[object, ...]], children: list[ChildId]) -> Session:
    values = row._mapping
    return Session(
        session_id=SessionId(values["id"]),
        state=SessionState(values["state"]),
        starts_at=values["starts_at"],
        ends_at=values["ends_at"],
        purpose=values["purpose"],
        tutor_id=StaffId(values["tutor_id"]),
        children=tuple(children),
        terms=values["terms"],
        version=values["version"],
        provider=values["provider"],
        cover_mode=CoverMode(values["cover_mode"]),
        host_id=None if values["host_id"] is None else HostId(values["host_id"]),
    )


def has_worked_with(reader: Tx | Reader, staff_id: str, child_id: ChildId) -> bool:
    """Whether a member of staff teaches or covers any session of the child."""
    query = (
        sa.select(SESSIONS.c.id)
        .join(SESSION_CHILDREN, SESSION_CHILDREN.c.session_id == SESSIONS.c.id)
        .where(SESSION_CHILDREN.c.child_id == child_id, _staffed_by(staff_id))
        .limit(1)
    )
    return reader.conn.execute(query).scalar_one_or_none() is not None
