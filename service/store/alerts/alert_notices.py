"""What people were told of alerts, word for word, each at most once (POL-11, POL-25)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.policy.duty_rota import Channel
from service.policy.escalation import Contact, Reach, Recipient
from service.policy.notice_text import Told
from service.policy.people import StaffId
from service.store import work
from service.store.alerts.alerts import Alert
from service.store.tables import AlertNoticeRow, table_of
from service.store.transactions import Reader, Tx

NOTICES = table_of(AlertNoticeRow)
DELIVERY = "deliver_notices"
SENT = "sent"
SHOWN = "shown"
OVERTAKEN = "overtaken"
"""Somebody was on the alert, or it was closed, before the notice went out."""


def people_reached(reader: Tx | Reader, alert_ids: Iterable[str]) -> dict[str, int]:
    """How many members of staff the carriers took a notice for, by alert; zero is left out."""
    query = (
        sa.select(NOTICES.c.alert_id, sa.func.count(NOTICES.c.staff_id.distinct()).label("people"))
        .where(
            NOTICES.c.alert_id.in_(sorted(alert_ids)),
            NOTICES.c.outcome == SENT,
            NOTICES.c.channel != Channel.PAGE.value,
            NOTICES.c.staff_id.is_not(None),
        )
        .group_by(NOTICES.c.alert_id)
    )
    return {row.alert_id: row.people for row in reader.conn.execute(query)}


@dataclass(frozen=True)
class Notice:
    """What one recipient was told of an alert, by one channel."""

    notice_id: str
    alert_id: str
    to: Recipient
    channel: Channel
    step: int
    subject: str
    text: str
    written_at: datetime
    settled_at: datetime | None
    outcome: str | None


def insert(tx: Tx, alert: Alert, reach: Reach, words: Told) -> str | None:
    """Write a notice down, to be handed over at once; None if this one was written before. On the
    page it is there by being written."""
    notice_id = tx.new_id("notice")
    on_page = reach.channel is Channel.PAGE
    is_contact = isinstance(reach.to, Contact)
    row = {
        "id": notice_id,
        "once_key": _once_key(alert, reach),
        "alert_id": alert.alert_id,
        "staff_id": None if is_contact else reach.to,
        "contact": reach.to if is_contact else None,
        "channel": reach.channel.value,
        "step": reach.step,
        "subject": words.subject,
        "text": words.text,
        "written_at": tx.now,
        "settled_at": tx.now if on_page else None,
        "outcome": SHOWN if on_page else None,
    }
    if tx.try_write(NOTICES.insert(), row) is not None:
        return None
    if not on_page:
        work.begin(tx, notice_id, DELIVERY, tx.now)
    return notice_id


def _once_key(alert: Alert, reach: Reach) -> str:
    since = alert.rings_since.isoformat()
    return f"{alert.alert_id}:{since}:{reach.step}:{reach.to}:{reach.channel}"


def written(reader: Tx | Reader, alert: Alert) -> frozenset[Reach]:
    """What was written down already of those who are to be reached since the alert rings."""
    mine = sa.and_(NOTICES.c.alert_id == alert.alert_id, NOTICES.c.written_at >= alert.rings_since)
    rows = reader.conn.execute(sa.select(NOTICES).where(mine))
    return frozenset(Reach(notice.to, notice.channel, notice.step) for notice in map(_notice, rows))


def failed_since(
    reader: Tx | Reader, alert_id: str, since: datetime
) -> frozenset[tuple[str, Channel]]:
    """The ways to recipients that did not work for an alert since an instant."""
    query = sa.select(NOTICES).where(
        NOTICES.c.alert_id == alert_id,
        NOTICES.c.settled_at >= since,
        NOTICES.c.outcome.not_in([SENT, SHOWN, OVERTAKEN]),
    )
    found = map(_notice, reader.conn.execute(query))
    return frozenset((str(notice.to), notice.channel) for notice in found)


def get(reader: Tx | Reader, notice_id: str) -> Notice:
    """A notice that is known to exist."""
    return _notice(reader.conn.execute(sa.select(NOTICES).where(NOTICES.c.id == notice_id)).one())


def settle(tx: Tx, notice_id: str, outcome: str) -> None:
    """Note what became of a notice."""
    mine = NOTICES.c.id == notice_id
    tx.conn.execute(NOTICES.update().where(mine).values(settled_at=tx.now, outcome=outcome))
    work.drop(tx, notice_id)


def of_alert(reader: Reader, alert_id: str) -> tuple[Notice, ...]:
    """Everything anybody was told of an alert, oldest first."""
    query = sa.select(NOTICES).where(NOTICES.c.alert_id == alert_id).order_by(NOTICES.c.id)
    return tuple(map(_notice, reader.conn.execute(query)))


def _notice(row: sa.Row[Any]) -> Notice:
    return Notice(
        notice_id=row.id,
        alert_id=row.alert_id,
        to=StaffId(row.staff_id) if row.staff_id is not None else Contact(row.contact),
        channel=Channel(row.channel),
        step=row.step,
        subject=row.subject,
        text=row.text,
        written_at=row.written_at,
        settled_at=row.settled_at,
        outcome=row.outcome,
    )
