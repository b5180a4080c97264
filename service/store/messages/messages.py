"""Outgoing messages, kept word for word, each at most once (POL-22, POL-25)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from pydantic import SecretStr

from service.policy.people import ChildId, ParentId, SessionId
from service.store import work
from service.store.tables import MessageRow, table_of
from service.store.transactions import Reader, Tx

MESSAGES = table_of(MessageRow)
DELIVERY = "deliver_messages"

_INSERT = MESSAGES.insert()


@dataclass(frozen=True)
class Letter:
    """One message to write, to a parent or as a copy of one; a second with one `once_key` is none."""

    once_key: str
    template: str
    subject: str
    text: SecretStr
    parent_id: ParentId | None = None
    session_id: SessionId | None = None
    copy_of: str | None = None
    child_id: ChildId | None = None


@dataclass(frozen=True)
class StoredMessage:
    """A message as it is kept."""

    message_id: str
    template: str
    subject: str
    text: SecretStr
    parent_id: ParentId | None
    session_id: SessionId | None
    copy_of: str | None
    created_at: datetime
    settled_at: datetime | None
    outcome: str | None
    child_id: ChildId | None


def insert(tx: Tx, letter: Letter, send_after: datetime) -> str | None:
    """Store a message to be sent from an instant on; None if it was written before."""
    message_id = tx.new_id("message")
    row = {
        "id": message_id,
        "once_key": letter.once_key,
        "template": letter.template,
        "parent_id": letter.parent_id,
        "child_id": letter.child_id,
        "session_id": letter.session_id,
        "copy_of": letter.copy_of,
        "subject": letter.subject,
        "text_sealed": tx.house.seal(letter.text, f"messages.text:{message_id}"),
        "created_at": tx.now,
    }
    if tx.try_write(_INSERT, row) is not None:
        return None
    work.begin(tx, message_id, DELIVERY, send_after)
    return message_id


def get(reader: Tx | Reader, message_id: str) -> StoredMessage:
    """A message that is known to exist."""
    row = reader.conn.execute(sa.select(MESSAGES).where(MESSAGES.c.id == message_id)).one()
    return _message(reader, row)


def is_written(reader: Tx | Reader, once_key: str) -> bool:
    """Whether this was written before."""
    query = sa.select(MESSAGES.c.id).where(MESSAGES.c.once_key == once_key)
    return reader.conn.execute(query).first() is not None


def settle(tx: Tx, message_id: str, outcome: str) -> None:
    """Note what became of a message: sent, refused, or skipped and why."""
    tx.conn.execute(
        MESSAGES.update()
        .where(MESSAGES.c.id == message_id)
        .values(settled_at=tx.now, outcome=outcome)
    )
    work.drop(tx, message_id)


def of_session(reader: Reader, session_id: SessionId) -> tuple[StoredMessage, ...]:
    """Every message about a session, oldest first."""
    rows = reader.conn.execute(
        sa.select(MESSAGES).where(MESSAGES.c.session_id == session_id).order_by(MESSAGES.c.id)
    )
    return tuple(_message(reader, row) for row in rows)


def waiting_beyond(
    reader: Tx | Reader, session_id: SessionId, instant: datetime
) -> tuple[str, ...]:
    """The messages about a session that are to go out after the instant, and not before."""
    query = (
        sa.select(MESSAGES.c.id)
        .join(work.WORK, work.WORK.c.subject_id == MESSAGES.c.id)
        .where(MESSAGES.c.session_id == session_id, work.WORK.c.due_at > instant)
        .order_by(MESSAGES.c.id)
    )
    return tuple(reader.conn.execute(query).scalars())


def unsent_to(reader: Tx | Reader, parent_id: ParentId) -> tuple[SecretStr, ...]:
    """The texts of what waits to go to a parent and nobody has tried to send yet."""
    untried = (work.WORK.c.kind == DELIVERY) & (work.WORK.c.tries == 0)
    query = (
        sa.select(MESSAGES)
        .join(work.WORK, work.WORK.c.subject_id == MESSAGES.c.id)
        .where(untried, MESSAGES.c.parent_id == parent_id)
    )
    return tuple(_message(reader, row).text for row in reader.conn.execute(query))


def parents_written_to(reader: Tx | Reader, session_id: SessionId) -> frozenset[ParentId]:
    """Every parent who was sent something about a session."""
    query = sa.select(MESSAGES.c.parent_id).where(
        MESSAGES.c.session_id == session_id, MESSAGES.c.parent_id.is_not(None)
    )
    return frozenset(ParentId(found) for found in reader.conn.execute(query).scalars())


def _message(reader: Tx | Reader, row: sa.Row[tuple[object, ...]]) -> StoredMessage:
    values = row._mapping
    where = f"messages.text:{values['id']}"
    return StoredMessage(
        message_id=values["id"],
        template=values["template"],
        subject=values["subject"],
        text=reader.house.unseal(values["text_sealed"], where),
        parent_id=values["parent_id"],
        session_id=values["session_id"],
        copy_of=values["copy_of"],
        created_at=values["created_at"],
        settled_at=values["settled_at"],
        outcome=values["outcome"],
        child_id=values["child_id"],
    )
