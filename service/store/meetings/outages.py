"""Providers that somebody found out of order, and the sessions that an outage is about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.errors import NotFound
from service.policy.people import SessionId
from service.policy.session import SessionState
from service.store.sessions.sessions import SESSIONS
from service.store.tables import ProviderOutageRow, table_of
from service.store.transactions import Reader, Tx
from service.store.work import WORK

OUTAGES = table_of(ProviderOutageRow)


@dataclass(frozen=True)
class Outage:
    """A provider out of order: since when, and up to which start sessions are dealt with."""

    outage_id: str
    provider: str
    reason: str
    began_at: datetime
    until: datetime
    lifted_at: datetime | None


def begin(tx: Tx, provider: str, reason: str, until: datetime) -> Outage | None:
    """Store that a provider is out; None if that is on record already."""
    outage_id = tx.new_id("outage")
    row = {
        "id": outage_id,
        "provider": provider,
        "reason": reason,
        "began_at": tx.now,
        "until": until,
        "begun_by": tx.by.subject,
    }
    if tx.try_write(OUTAGES.insert().values(row)) is not None:
        return None
    return Outage(outage_id, provider, reason, tx.now, until, None)


def reach(tx: Tx, outage: Outage, until: datetime) -> None:
    """Have an outage reach to another instant."""
    tx.conn.execute(OUTAGES.update().where(OUTAGES.c.id == outage.outage_id).values(until=until))


def lift(tx: Tx, outage: Outage) -> bool:
    """Store that the provider works again; False if somebody was faster."""
    standing = (OUTAGES.c.id == outage.outage_id) & OUTAGES.c.lifted_at.is_(None)
    values = {"lifted_at": tx.now, "lifted_by": tx.by.subject}
    return bool(tx.conn.execute(OUTAGES.update().where(standing).values(values)).rowcount)


def standing(reader: Tx | Reader, provider: str) -> Outage | None:
    """The outage of a provider that nobody has lifted, if there is one."""
    return _one(reader, (OUTAGES.c.provider == provider) & OUTAGES.c.lifted_at.is_(None))


def get(reader: Tx | Reader, outage_id: str) -> Outage:
    """An outage. `NotFound` if there is none."""
    found = _one(reader, OUTAGES.c.id == outage_id)
    if found is None:
        raise NotFound
    return found


def _one(reader: Tx | Reader, condition: sa.ColumnElement[bool]) -> Outage | None:
    row = reader.conn.execute(sa.select(OUTAGES).where(condition)).one_or_none()
    if row is None:
        return None
    return Outage(row.id, row.provider, row.reason, row.began_at, row.until, row.lifted_at)


def sessions_on(
    reader: Tx | Reader, provider: str, states: Iterable[SessionState], until: datetime
) -> tuple[SessionId, ...]:
    """Sessions of a provider in these states that are not past and start before `until`."""
    query = (
        sa.select(SESSIONS.c.id)
        .where(
            SESSIONS.c.provider == provider,
            SESSIONS.c.starts_at < until,
            SESSIONS.c.ends_at > reader.now,
            SESSIONS.c.state.in_(sorted(state.value for state in states)),
        )
        .order_by(SESSIONS.c.starts_at, SESSIONS.c.id)
    )
    return tuple(SessionId(found) for found in reader.conn.execute(query).scalars())


def left_to_do(reader: Tx | Reader, outage: Outage) -> int:
    """How many sessions of an outage have still to be dealt with."""
    mine = WORK.c.subject_id.startswith(f"{outage.outage_id}:", autoescape=True)
    query = sa.select(sa.func.count()).select_from(WORK).where(mine)
    return int(reader.conn.execute(query).scalar_one())
