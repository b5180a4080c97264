"""The times in which rooms were not watched, and how we come to know of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from service.policy.outage import BlindCause
from service.policy.people import SessionId
from service.policy.session import SessionState
from service.store.meetings.meetings import MEETINGS
from service.store.meetings.ways_in import ADMISSIONS
from service.store.sessions.sessions import SESSIONS
from service.store.tables import (
    BeatRow,
    BlindRoomRow,
    BlindTimeRow,
    HookSilenceRow,
    table_of,
)
from service.store.transactions import Reader, Tx

BLIND_TIMES = table_of(BlindTimeRow)
BLIND_ROOMS = table_of(BlindRoomRow)
BEATS = table_of(BeatRow)
SILENCES = table_of(HookSilenceRow)

LONGEST_ROOM = timedelta(hours=5)
"""No room runs for longer, with all that may go before and after its planned time."""


@dataclass(frozen=True)
class BlindTime:
    """A time in which rooms were not watched: why, from when to when, and which."""

    blind_time_id: str
    cause: BlindCause
    provider: str | None
    began_at: datetime
    ended_at: datetime
    sessions: tuple[SessionId, ...] = ()


def insert(tx: Tx, blind: BlindTime) -> None:
    """Keep a blind time with its rooms."""
    tx.conn.execute(
        BLIND_TIMES.insert().values(
            id=blind.blind_time_id,
            cause=blind.cause.value,
            provider=blind.provider,
            began_at=blind.began_at,
            ended_at=blind.ended_at,
            at=tx.now,
        )
    )
    rows = [
        {"blind_time_id": blind.blind_time_id, "session_id": one} for one in sorted(blind.sessions)
    ]
    tx.conn.execute(BLIND_ROOMS.insert(), rows)


def of_session(reader: Tx | Reader, session_id: SessionId) -> tuple[BlindTime, ...]:
    """The blind times of a session's room, in order."""
    query = (
        sa.select(BLIND_TIMES)
        .join(BLIND_ROOMS, BLIND_ROOMS.c.blind_time_id == BLIND_TIMES.c.id)
        .where(BLIND_ROOMS.c.session_id == session_id)
        .order_by(BLIND_TIMES.c.began_at, BLIND_TIMES.c.id)
    )
    return tuple(_blind(row, (session_id,)) for row in reader.conn.execute(query))


def listed(reader: Reader, *, after: str, limit: int) -> tuple[BlindTime, ...]:
    """Blind times behind the given id, oldest first, each with its rooms."""
    query = sa.select(BLIND_TIMES).where(BLIND_TIMES.c.id > after)
    rows = reader.conn.execute(query.order_by(BLIND_TIMES.c.id).limit(limit)).all()
    return tuple(_blind(row, _rooms(reader, row.id)) for row in rows)


def _rooms(reader: Reader, blind_time_id: str) -> tuple[SessionId, ...]:
    mine = BLIND_ROOMS.c.blind_time_id == blind_time_id
    query = sa.select(BLIND_ROOMS.c.session_id).where(mine).order_by(BLIND_ROOMS.c.session_id)
    return tuple(SessionId(found) for found in reader.conn.execute(query).scalars())


def _blind(row: sa.Row[tuple[object, ...]], rooms: Iterable[SessionId]) -> BlindTime:
    values = row._mapping
    return BlindTime(
        blind_time_id=values["id"],
        cause=BlindCause(values["cause"]),
        provider=values["provider"],
        began_at=values["began_at"],
        ended_at=values["ended_at"],
        sessions=tuple(rooms),
    )


def rooms_between(reader: Tx | Reader, began: datetime, ended: datetime) -> tuple[SessionId, ...]:
    """Sessions whose room ran during a time that is just over: live, ended meanwhile, or open with
    somebody let in of whom the provider said nothing."""
    somebody_in = sa.exists().where(
        MEETINGS.c.session_id == SESSIONS.c.id,
        MEETINGS.c.stage == "open",
        ADMISSIONS.c.meeting_id == MEETINGS.c.id,
    )
    ran = sa.or_(
        SESSIONS.c.state == SessionState.LIVE.value,
        sa.and_(SESSIONS.c.state == SessionState.OPEN.value, somebody_in),
        sa.and_(
            SESSIONS.c.state.in_([SessionState.ENDED.value, SessionState.CLOSED.value]),
            SESSIONS.c.ended_at > began,
            SESSIONS.c.reason != "nobody_started",
        ),
    )
    query = sa.select(SESSIONS.c.id).where(
        SESSIONS.c.starts_at > began - LONGEST_ROOM,
        SESSIONS.c.starts_at < ended + LONGEST_ROOM,
        ran,
    )
    return tuple(SessionId(found) for found in reader.conn.execute(query).scalars())


# --- our own beat -------------------------------------------------------------------------------------


def last_beat(tx: Tx, name: str) -> datetime | None:
    """When this watch was last known to go round; held until the end of the transaction."""
    query = sa.select(BEATS.c.at).where(BEATS.c.name == name).with_for_update()
    found: datetime | None = tx.conn.execute(query).scalar_one_or_none()
    return found


def beat(tx: Tx, name: str) -> None:
    """Note that this watch goes round."""
    mine = BEATS.c.name == name
    if not tx.conn.execute(BEATS.update().where(mine).values(at=tx.now)).rowcount:
        tx.try_write(BEATS.insert(), {"name": name, "at": tx.now})


# --- a provider's hook --------------------------------------------------------------------------------


def silent_since(reader: Tx | Reader, provider: str) -> datetime | None:
    """Since when a provider has not told us what looks found, if that is so."""
    query = sa.select(SILENCES.c.since).where(SILENCES.c.provider == provider)
    found: datetime | None = reader.conn.execute(query).scalar_one_or_none()
    return found


def note_silent(tx: Tx, provider: str, since: datetime) -> None:
    """Note that a look found what the provider should have told us."""
    tx.try_write(SILENCES.insert(), {"provider": provider, "since": since})


def note_speaking(tx: Tx, provider: str) -> None:
    """Note that the provider tells us again."""
    tx.conn.execute(SILENCES.delete().where(SILENCES.c.provider == provider))
