"""The breaches that the watch found: begun, acted on, over. They stay as evidence (pitfall 57)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.policy.people import ChildId, SessionId
from service.policy.watched import Breach
from service.store.attending.presence import CHECK_INS
from service.store.sessions.sessions import SESSION_CHILDREN
from service.store.tables import BreachRow, table_of
from service.store.transactions import Reader, Tx

BREACHES = table_of(BreachRow)
WATCHING = "watch_live"

_OF_SESSION = (
    sa.select(BREACHES)
    .where(BREACHES.c.session_id == sa.bindparam("wanted"))
    .order_by(BREACHES.c.id)
)
_STANDING = _OF_SESSION.where(BREACHES.c.over_at.is_(None))


@dataclass(frozen=True)
class NotedBreach:
    """A breach as it is on record."""

    breach_id: str
    session_id: SessionId
    subject_id: str
    code: str
    since: datetime
    noticed_at: datetime
    standby_called_at: datetime | None = None
    acted_at: datetime | None = None
    over_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What is broken, about whom."""
        return (self.code, self.subject_id)


def errand(session_id: SessionId) -> str:
    """Under which name the watch over a session's room stands in the list of work."""
    return f"{session_id}/room"


def session_of(subject_id: str) -> SessionId:
    """Which session an errand of the watch is about."""
    return SessionId(subject_id.removesuffix("/room"))


def begin(tx: Tx, session_id: SessionId, breach: Breach) -> NotedBreach:
    """Note that a rule is broken from now on."""
    noted = NotedBreach(
        tx.new_id("breach"), session_id, breach.subject_id, breach.code, breach.since, tx.now
    )
    tx.conn.execute(
        BREACHES.insert().values(
            id=noted.breach_id,
            session_id=session_id,
            subject_id=breach.subject_id,
            code=breach.code,
            since=breach.since,
            noticed_at=tx.now,
        )
    )
    return noted


def _set(tx: Tx, ids: Iterable[str], column: str) -> None:
    wanted = sorted(ids)
    if not wanted:
        return
    mine = BREACHES.c.id.in_(wanted)
    tx.conn.execute(BREACHES.update().where(mine).values({column: tx.now}))


def note_standby(tx: Tx, ids: Iterable[str]) -> None:
    """Note that somebody standing by was called."""
    _set(tx, ids, "standby_called_at")


def note_acted(tx: Tx, breach_id: str) -> None:
    """Note that a child was shut out, or the room ended, because of it."""
    _set(tx, [breach_id], "acted_at")


def end(tx: Tx, ids: Iterable[str]) -> None:
    """Note that the rule holds again, or that there is no room any more."""
    _set(tx, ids, "over_at")


def standing(reader: Tx | Reader, session_id: SessionId) -> tuple[NotedBreach, ...]:
    """The breaches of a session that are not over."""
    rows = reader.conn.execute(_STANDING, {"wanted": session_id})
    return tuple(_noted(row) for row in rows)


def of_session(reader: Tx | Reader, session_id: SessionId) -> tuple[NotedBreach, ...]:
    """Every breach there was in a session, oldest first."""
    rows = reader.conn.execute(_OF_SESSION, {"wanted": session_id})
    return tuple(_noted(row) for row in rows)


def sessions_failed(
    reader: Tx | Reader, child_id: ChildId, codes: Collection[str], since: datetime
) -> frozenset[SessionId]:
    """In which sessions of a child such a breach was noticed from `since` on, of the child or of the
    whole session. An adult who had said "I am here" in time did not fail."""
    here_in_time = sa.exists().where(
        CHECK_INS.c.session_id == BREACHES.c.session_id,
        CHECK_INS.c.child_id == child_id,
        CHECK_INS.c.at <= BREACHES.c.noticed_at,
    )
    of_session = (BREACHES.c.subject_id == BREACHES.c.session_id) & ~here_in_time
    query = (
        sa.select(BREACHES.c.session_id)
        .join(SESSION_CHILDREN, SESSION_CHILDREN.c.session_id == BREACHES.c.session_id)
        .where(
            SESSION_CHILDREN.c.child_id == child_id,
            BREACHES.c.code.in_(sorted(codes)),
            BREACHES.c.noticed_at >= since,
            (BREACHES.c.subject_id == child_id) | of_session,
        )
    )
    return frozenset(map(SessionId, reader.conn.execute(query).scalars()))


def _noted(row: sa.Row[tuple[object, ...]]) -> NotedBreach:
    values = row._mapping
    return NotedBreach(
        breach_id=values["id"],
        session_id=SessionId(values["session_id"]),
        subject_id=values["subject_id"],
        code=values["code"],
        since=values["since"],
        noticed_at=values["noticed_at"],
        standby_called_at=values["standby_called_at"],
        acted_at=values["acted_at"],
        over_at=values["over_at"],
    )
