"""Sub-rules that the lead set aside, for one session each: what an inspector asks about first."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.policy.case import Override
from service.policy.people import SessionId, StaffId
from service.policy.session import Span
from service.store.sessions.sessions import SESSIONS
from service.store.tables import OverrideRow, table_of
from service.store.transactions import Reader, Tx

OVERRIDES = table_of(OverrideRow)
_OF_SESSION = (
    sa.select(OVERRIDES)
    .where(OVERRIDES.c.session_id == sa.bindparam("wanted"))
    .order_by(OVERRIDES.c.id)
)


def append(tx: Tx, session_id: SessionId, override: Override) -> None:
    """Append that a named sub-rule is set aside for a session."""
    tx.conn.execute(
        OVERRIDES.insert().values(
            id=tx.new_id("override"),
            session_id=session_id,
            code=override.code,
            staff_id=override.by,
            reason=override.reason,
            expires_at=override.expires_at,
            at=tx.now,
        )
    )


def of_session(reader: Tx | Reader, session_id: SessionId) -> tuple[Override, ...]:
    """Every override of a session, lapsed ones too."""
    rows = reader.conn.execute(_OF_SESSION, {"wanted": session_id})
    return tuple(_override(row) for row in rows)


def _override(row: sa.Row[tuple[object, ...]]) -> Override:
    values = row._mapping
    return Override(
        values["code"], StaffId(values["staff_id"]), values["reason"], values["expires_at"]
    )


@dataclass(frozen=True)
class SetAside:
    """A sub-rule set aside at `at` for a session that starts at `starts_at`."""

    session_id: SessionId
    starts_at: datetime
    at: datetime
    override: Override


def set_aside(reader: Reader, span: Span) -> tuple[SetAside, ...]:
    """Everything that was set aside in the span, what has ended since too; the newest first."""
    query = (
        sa.select(OVERRIDES, SESSIONS.c.starts_at)
        .join(SESSIONS, SESSIONS.c.id == OVERRIDES.c.session_id)
        .where(OVERRIDES.c.at >= span.starts_at, OVERRIDES.c.at < span.ends_at)
        .order_by(OVERRIDES.c.at.desc(), OVERRIDES.c.id)
    )
    return tuple(
        SetAside(
            SessionId(row.session_id),
            row.starts_at,
            row.at,
            _override(row),
        )
        for row in reader.conn.execute(query)
    )
