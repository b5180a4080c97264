"""Alerts: open until a named person closes them; a repeat folds into the one that is open."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.audit.events import Entry, Event
from service.audit.leaves import Fact
from service.errors import NotFound
from service.policy.alerting import OF_CONCERNS
from service.policy.escalation import rings_again
from service.policy.people import SessionId
from service.store import work
from service.store.tables import AlertRow, table_of
from service.store.transactions import Reader, Tx

ALERTS = table_of(AlertRow)
ESCALATION = "escalate_alerts"
"""Which reconciler brings open alerts to people."""


@dataclass(frozen=True)
class Alert:
    """A broken rule, or a thing a person must see to.

    `over_since`: what it is about holds no more. `rings_since`: from when on people are reached.
    """

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
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    over_since: datetime | None
    rings_since: datetime

    @property
    def is_unanswered(self) -> bool:
        """Whether it is open, and nobody is on it."""
        return self.closed_at is None and self.acknowledged_at is None

    @property
    def scope(self) -> str:
        """The record its entries belong to."""
        return self.session_id or self.subject_id


def raise_alert(
    tx: Tx, subject_id: str, code: str, session_id: SessionId | None, *, once: bool = False
) -> None:
    """Open an alert and have people reached for it, or count a repeat of the open one (for the same
    thing and code). The code is one of `policy.alerting.KINDS`. `once`: what is looked at again and
    again is no repeat, as long as the open one holds."""
    if once and _holds(tx, subject_id, code):
        return
    if _repeated(tx, subject_id, code, session_id):
        return
    alert_id = tx.new_id("alert")
    row = {
        "id": alert_id,
        "subject_id": subject_id,
        "session_id": session_id,
        "code": code,
        "times": 1,
        "opened_at": tx.now,
        "last_at": tx.now,
    }
    if tx.try_write(ALERTS.insert().values(row)) is not None:
        # Another transaction opened it a moment ago.
        _repeated(tx, subject_id, code, session_id)
        return
    work.begin(tx, alert_id, ESCALATION, tx.now)
    scope = session_id or subject_id
    tx.record(Entry(Event.ALERT_OPENED, scope, {"about": subject_id}, {"code": code}))


def _repeated(tx: Tx, subject_id: str, code: str, session_id: SessionId | None) -> bool:
    """Fold a repeat into the open alert; False if there is none. It holds again, if it was over; and
    after some time over, whoever acknowledged it before is asked anew."""
    row = _held(tx, subject_id, code)
    if row is None:
        return False
    values: dict[str, object] = {"times": row.times + 1, "last_at": tx.now, "over_since": None}
    facts: dict[str, Fact] = {"code": code}
    if row.over_since is not None:
        facts["rings_again"] = rings_again(row.over_since, tx.now)
        if facts["rings_again"]:
            values |= {"rings_since": tx.now, "acknowledged_at": None, "acknowledged_by": None}
        if facts["rings_again"] or row.acknowledged_at is None:
            work.put(tx, row.id, ESCALATION, tx.now)
    tx.conn.execute(ALERTS.update().where(ALERTS.c.id == row.id).values(values))
    tx.record(Entry(Event.ALERT_REPEATED, session_id or subject_id, facts=facts))
    return True


def note_over(tx: Tx, subject_id: str, code: str) -> None:
    """What an open alert is about holds no more, since now. It stays open for a person to close, and
    a repeat makes it hold again. Without such an alert, or if it is over already: nothing."""
    row = _held(tx, subject_id, code)
    if row is None or row.over_since is not None:
        return
    tx.conn.execute(ALERTS.update().where(ALERTS.c.id == row.id).values(over_since=tx.now))
    scope = row.session_id or subject_id
    tx.record(Entry(Event.ALERT_OVER, scope, {"about": subject_id}, {"code": code}))


def _held(tx: Tx, subject_id: str, code: str) -> sa.Row[Any] | None:
    """The open alert, held against every other change until this transaction is over."""
    query = sa.select(ALERTS).where(_is_open(subject_id, code)).with_for_update()
    return tx.conn.execute(query).one_or_none()


def _holds(tx: Tx, subject_id: str, code: str) -> bool:
    query = sa.select(ALERTS.c.id).where(_is_open(subject_id, code), ALERTS.c.over_since.is_(None))
    return tx.conn.execute(query).first() is not None


def _is_open(subject_id: str, code: str) -> sa.ColumnElement[bool]:
    return sa.and_(
        ALERTS.c.subject_id == subject_id, ALERTS.c.code == code, ALERTS.c.closed_at.is_(None)
    )


def is_open(reader: Tx | Reader, subject_id: str, code: str) -> bool:
    """Whether such an alert about this is open."""
    query = sa.select(ALERTS.c.id).where(_is_open(subject_id, code))
    return reader.conn.execute(query).first() is not None


def holds(reader: Tx | Reader, subject_id: str, code: str) -> bool:
    """Whether such an alert is open, and what it is about is not over."""
    query = sa.select(ALERTS.c.id).where(_is_open(subject_id, code), ALERTS.c.over_since.is_(None))
    return reader.conn.execute(query).first() is not None


def acknowledge(tx: Tx, alert_id: str) -> bool:
    """Note that whoever acts is on it; nobody else is reached from now on. False unless the alert is
    open and nobody is on it yet."""
    mine = sa.and_(
        ALERTS.c.id == alert_id, ALERTS.c.closed_at.is_(None), ALERTS.c.acknowledged_at.is_(None)
    )
    values = {"acknowledged_at": tx.now, "acknowledged_by": tx.by.subject}
    return _settled(tx, alert_id, mine, values)


def close(tx: Tx, alert_id: str, outcome: str) -> bool:
    """Close an alert with what came of it. False unless it is open."""
    mine = sa.and_(ALERTS.c.id == alert_id, ALERTS.c.closed_at.is_(None))
    values = {"closed_at": tx.now, "closed_by": tx.by.subject, "outcome": outcome}
    return _settled(tx, alert_id, mine, values)


def _settled(
    tx: Tx, alert_id: str, mine: sa.ColumnElement[bool], values: dict[str, object]
) -> bool:
    done = tx.conn.execute(ALERTS.update().where(mine).values(values)).rowcount == 1
    if done:
        work.drop(tx, alert_id)
    return done


def hold(tx: Tx, alert_id: str) -> Alert:
    """An alert, held against every other change of it. `NotFound` if there is none."""
    tx.lock(ALERTS, (alert_id,))
    return get(tx, alert_id)


def get(reader: Tx | Reader, alert_id: str) -> Alert:
    """An alert. `NotFound` if there is none."""
    row = reader.conn.execute(sa.select(ALERTS).where(ALERTS.c.id == alert_id)).one_or_none()
    if row is None:
        raise NotFound
    return _alert(row)


def listed(
    reader: Reader,
    *,
    after: str,
    limit: int,
    open_only: bool,
    concerns: Collection[str] = (),
) -> tuple[Alert, ...]:
    """Alerts behind the given id, oldest first. Of those about concerns only those are shown whose
    concern is among `concerns`: whom a concern is about must not learn that there is one."""
    shown = ALERTS.c.code.not_in(OF_CONCERNS) | ALERTS.c.subject_id.in_(sorted(concerns))
    query = sa.select(ALERTS).where(ALERTS.c.id > after, shown).order_by(ALERTS.c.id).limit(limit)
    if open_only:
        query = query.where(ALERTS.c.closed_at.is_(None))
    return tuple(_alert(row) for row in reader.conn.execute(query))


def subjects_with(reader: Reader, codes: Collection[str]) -> tuple[str, ...]:
    """What there ever were alerts with these codes about, by id."""
    query = sa.select(ALERTS.c.subject_id).where(ALERTS.c.code.in_(codes)).distinct()
    return tuple(reader.conn.execute(query).scalars())


def open_about(reader: Tx | Reader, subject_id: str) -> tuple[Alert, ...]:
    """The open alerts about one thing."""
    mine = (ALERTS.c.subject_id == subject_id) & ALERTS.c.closed_at.is_(None)
    return tuple(_alert(row) for row in reader.conn.execute(sa.select(ALERTS).where(mine)))


def of_session(reader: Reader, session_id: SessionId) -> tuple[Alert, ...]:
    """Every alert there ever was about a session, oldest first; none about a concern."""
    query = (
        sa.select(ALERTS)
        .where(ALERTS.c.session_id == session_id, ALERTS.c.code.not_in(OF_CONCERNS))
        .order_by(ALERTS.c.id)
    )
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
        acknowledged_at=values["acknowledged_at"],
        acknowledged_by=values["acknowledged_by"],
        over_since=values["over_since"],
        rings_since=values["rings_since"] or values["opened_at"],
    )
