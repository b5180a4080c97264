"""Which sub-rules were set aside, for which sessions, by whom: what an inspector asks about first."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.policy.case import Override
from service.policy.people import SessionId, StaffId
from service.policy.session import Span
from service.store.presence import OVERRIDES
from service.store.sessions import SESSIONS
from service.store.transactions import Reader


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
            Override(row.code, StaffId(row.staff_id), row.reason, row.expires_at),
        )
        for row in reader.conn.execute(query)
    )
