"""Personal ways into meetings, in our custody, and the admissions that release them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from service.policy.admission import Knock, Place, Presence
from service.policy.people import MeetingId, SessionId
from service.ports import WayIn
from service.store.tables import AdmissionRow, WayInRow, table_of
from service.store.transactions import Reader, Tx

K = TypeVar("K")

WAYS_IN = table_of(WayInRow)
ADMISSIONS = table_of(AdmissionRow)

# Built once: each webhook asks.
_EVER_HELD = (
    sa.select(WAYS_IN).where(WAYS_IN.c.meeting_id == sa.bindparam("wanted")).order_by(WAYS_IN.c.id)
)
_HELD = _EVER_HELD.where(WAYS_IN.c.revoked_at.is_(None))
_ADMITTED = sa.select(ADMISSIONS.c.subject_id).where(
    ADMISSIONS.c.meeting_id == sa.bindparam("wanted")
)


@dataclass(frozen=True)
class HeldWayIn:
    """A personal way in that we keep until an admission releases it."""

    place: Place
    subject_id: str
    door_code: str
    registrant_id: str
    url_sealed: bytes
    way_in_id: str
    revoked: bool
    taken_back: bool


def insert(tx: Tx, meeting_id: MeetingId, place: Place, subject_id: str, way_in: WayIn) -> None:
    """Take a way in into custody; one that is there already stays."""
    way_in_id = tx.new_id("wayin")
    tx.try_write(
        WAYS_IN.insert().values(
            id=way_in_id,
            meeting_id=meeting_id,
            place=place.value,
            subject_id=subject_id,
            door_code=way_in.door_code,
            registrant_id=way_in.registrant_id,
            url_sealed=tx.house.seal(way_in.url, f"ways_in.url:{way_in_id}"),
        )
    )


def held(
    reader: Tx | Reader, meeting_id: MeetingId, *, revoked_too: bool = False
) -> tuple[HeldWayIn, ...]:
    """The ways into a meeting that we hold."""
    return _all(reader, _EVER_HELD if revoked_too else _HELD, {"wanted": meeting_id})


def to_take_back(reader: Tx | Reader, meeting_id: MeetingId) -> tuple[HeldWayIn, ...]:
    """Ways in that we release no more and the provider may still open."""
    query = sa.select(WAYS_IN).where(
        WAYS_IN.c.meeting_id == meeting_id,
        WAYS_IN.c.revoked_at.is_not(None),
        WAYS_IN.c.taken_back_at.is_(None),
    )
    return _all(reader, query.order_by(WAYS_IN.c.id))


def note_taken_back(tx: Tx, way_in_ids: Iterable[str]) -> None:
    """Note that the provider opens these no more."""
    mine = WAYS_IN.c.id.in_(sorted(way_in_ids))
    tx.conn.execute(WAYS_IN.update().where(mine).values(taken_back_at=tx.now))


def _all(
    reader: Tx | Reader, query: sa.Select[Any], given: Mapping[str, str] | None = None
) -> tuple[HeldWayIn, ...]:
    return tuple(
        HeldWayIn(
            Place(row.place),
            row.subject_id,
            row.door_code,
            row.registrant_id,
            row.url_sealed,
            row.id,
            row.revoked_at is not None,
            row.taken_back_at is not None,
        )
        for row in reader.conn.execute(query, given)
    )


def revoke(tx: Tx, meeting_id: MeetingId, subject_id: str) -> None:
    """Make one way in worth nothing."""
    tx.conn.execute(
        WAYS_IN.update()
        .where(
            WAYS_IN.c.meeting_id == meeting_id,
            WAYS_IN.c.subject_id == subject_id,
            WAYS_IN.c.revoked_at.is_(None),
        )
        .values(revoked_at=tx.now)
    )


def revoke_all(tx: Tx, meeting_id: MeetingId) -> None:
    """Make every way into a meeting worth nothing."""
    tx.conn.execute(
        WAYS_IN.update()
        .where(WAYS_IN.c.meeting_id == meeting_id, WAYS_IN.c.revoked_at.is_(None))
        .values(revoked_at=tx.now)
    )


def insert_admission(
    tx: Tx,
    session_id: SessionId,
    meeting_id: MeetingId,
    knock: Knock,
    subject_id: str,
    presence: Presence,
    way_in_id: str | None,
) -> None:
    """Store the proof that a person could go in, by the way in that is released, if we hold one."""
    tx.conn.execute(
        ADMISSIONS.insert().values(
            id=tx.new_id("admission"),
            session_id=session_id,
            meeting_id=meeting_id,
            place=knock.place.value,
            subject_id=subject_id,
            child_id=knock.child_id,
            second_staff_presence=presence.value,
            way_in_id=way_in_id,
            at=tx.now,
        )
    )


def let_in_at(reader: Tx | Reader, meeting_id: MeetingId) -> dict[str, datetime]:
    """When each person was first let into a meeting, by a way in that is still worth something: whoever
    had theirs taken back is let in anew, or not."""
    standing = ADMISSIONS.c.way_in_id.is_(None) | WAYS_IN.c.revoked_at.is_(None)
    query = (
        sa.select(ADMISSIONS.c.subject_id, sa.func.min(ADMISSIONS.c.at).label("at"))
        .join(WAYS_IN, WAYS_IN.c.id == ADMISSIONS.c.way_in_id, isouter=True)
        .where(ADMISSIONS.c.meeting_id == meeting_id, standing)
        .group_by(ADMISSIONS.c.subject_id)
    )
    return {row.subject_id: row.at for row in reader.conn.execute(query)}


def admitted_subjects(reader: Tx | Reader, meeting_id: MeetingId) -> frozenset[str]:
    """Everyone who was admitted to a meeting."""
    found = reader.conn.execute(_ADMITTED, {"wanted": meeting_id})
    return frozenset(found.scalars())


@dataclass(frozen=True)
class Admitted:
    """One admission as it is recorded; without a way in for whoever has none that we keep."""

    place: Place
    subject_id: str
    at: datetime
    way_in_id: str | None

    @property
    def key(self) -> str:
        """The way in that it released, or else the person."""
        return self.way_in_id or self.subject_id


def first_admitted(
    reader: Tx | Reader, meeting_id: MeetingId, by: Callable[[Admitted], K]
) -> dict[K, datetime]:
    """When each person, place or way in was first admitted to a meeting, whatever became of the way in
    since; oldest first."""
    query = sa.select(ADMISSIONS).where(ADMISSIONS.c.meeting_id == meeting_id)
    found: dict[K, datetime] = {}
    for one in _admitted(reader, query):
        found.setdefault(by(one), one.at)
    return found


def admissions(reader: Reader, session_id: SessionId) -> tuple[Admitted, ...]:
    """Every admission to a session's meetings, oldest first."""
    return _admitted(reader, sa.select(ADMISSIONS).where(ADMISSIONS.c.session_id == session_id))


def _admitted(reader: Tx | Reader, query: sa.Select[Any]) -> tuple[Admitted, ...]:
    rows = reader.conn.execute(query.order_by(ADMISSIONS.c.at, ADMISSIONS.c.id))
    return tuple(Admitted(Place(row.place), row.subject_id, row.at, row.way_in_id) for row in rows)
