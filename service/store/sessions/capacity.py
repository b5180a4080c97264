"""What is booked on each provider, and which accounts there are to run it on."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from service.policy.session import ENGAGED, Span
from service.store.sessions.sessions import SESSIONS
from service.store.staff.hosts import HOSTS
from service.store.transactions import Reader


def booked(reader: Reader, provider: str, since: datetime) -> tuple[Span, ...]:
    """The times of every session of a provider that is still to come or running."""
    query = sa.select(SESSIONS.c.starts_at, SESSIONS.c.ends_at).where(
        SESSIONS.c.provider == provider,
        SESSIONS.c.ends_at > since,
        SESSIONS.c.state.in_([state.value for state in ENGAGED]),
    )
    return tuple(Span(row.starts_at, row.ends_at) for row in reader.conn.execute(query))


def accounts(reader: Reader) -> Mapping[str, tuple[str, ...]]:
    """The provider's names of all host accounts in use, by provider."""
    query = (
        sa.select(HOSTS.c.provider, HOSTS.c.account)
        .where(HOSTS.c.withdrawn_at.is_(None))
        .order_by(HOSTS.c.id)
    )
    found: dict[str, tuple[str, ...]] = {}
    for row in reader.conn.execute(query):
        found[row.provider] = (*found.get(row.provider, ()), row.account)
    return found
