"""Alerts: open until a named person closes them; a repeat folds into the one that is open."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.audit.events import Entry, Event
from service.errors import NotFound
from service.policy.people import SessionId
from service.store.tables import AlertRow, table_of
from service.store.transactions import Reader, Tx

ALERTS = table_of(AlertRow)


@dataclass(frozen=True)
class Alert:
    """A broken rule, or a thing a person must see to."""

    alert_id: str
    subject_id: str
    session_id: SessionId | None
    code: str
    times: int
    opened_at: datetime
    last_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    outcome: str | None


def raise_alert(tx: Tx, subject_id: str, code: str, session_id: SessionId | None) -> None:
    """Open an alert, or count a repeat of the open one (for the same thing and code)."""
    same = (
        (ALERTS.c.subject_id == subject_id) & (ALERTS.c.code == code) & ALERTS.c.closed_at.is_(None)
    )
    repeated = tx.conn.execute(
        ALERTS.update().where(same).values(times=ALERTS.c.times + 1, last_at=tx.now)
    )
    scope = session_id or subject_id
    if repeated.rowcount:
        tx.record(Entry(Event.ALERT_REPEATED, scope, facts={"code": code}))
        return
    tx.conn.execute(
        ALERTS.insert().values(
            id=tx.new_id("alert"),
            subject_id=subject_id,
            session_id=session_id,
            code=code,
            times=1,
            opened_at=tx.now,
            last_at=tx.now,
        )
    )
    tx.record(Entry(Event.ALERT_OPENED, scope, {"about": subject_id}, {"code": code}))


def is_open(reader: Tx | Reader, subject_id: str, code: str) -> bool:
    """Whether such an alert about this is open."""
    query = sa.select(ALERTS.c.id).where(
        ALERTS.c.subject_id == subject_id, ALERTS.c.code == code, ALERTS.c.closed_at.is_(None)
    )
    return reader.conn.execute(query).first() is not None


def close(tx: Tx, alert_id: str, outcome: str) -> Alert:
    """Close an alert with what came of it. `NotFound` unless it is open."""
    alert = get(tx, alert_id)
    changed = tx.conn.execute(
        ALERTS.update()
        .where(ALERTS.c.id == alert_id, ALERTS.c.closed_at.is_(None))
        .values(closed_at=tx.now, closed_by=tx.by.subject, outcome=outcome)
    )
    if changed.rowcount != 1:
        raise NotFound
    return alert


def get(reader: Tx | Reader, alert_id: str) -> Alert:
    """An alert. `NotFound` if there is none."""
    row = reader.conn.execute(sa.select(ALERTS).where(ALERTS.c.id == alert_id)).one_or_none()
    if row is None:
        raise NotFound
    return _alert(row)


def listed(reader: Reader, *, after: str, limit: int, open_only: bool) -> tuple[Alert, ...]:
    """Alerts behind the given id, oldest first."""
    query = sa.select(ALERTS).where(ALERTS.c.id > after).order_by(ALERTS.c.id).limit(limit)
    if open_only:
        query = query.where(ALERTS.c.closed_at.is_(None))
    return tuple(_alert(row) for row in reader.conn.execute(query))


def _alert(row: sa.Row[tuple[object, ...]]) -> Alert:
    values = row._mapping
    return Alert(
        alert_id=values["id"],
        subject_id=values["subject_id"],
        session_id=values["session_id"],
        code=values["code"],
        times=values["times"],
        opened_at=values["opened_at"],
        last_at=values["last_at"],
        closed_at=values["closed_at"],
        closed_by=values["closed_by"],
        outcome=values["outcome"],
    )
