"""An adult's second devices, the taps they gave, and the departures of adults."""

from collections import defaultdict
from dataclasses import dataclass

import sqlalchemy as sa

from service.policy.consent import Route
from service.policy.people import ChildId, ParentId, SessionId, StaffId
from service.policy.presence import Departure, SecondDevice
from service.store.families.people import PARENTS
from service.store.tables import DepartureRow, SecondDeviceRow, TapRow, table_of
from service.store.transactions import Reader, Tx

SECOND_DEVICES = table_of(SecondDeviceRow)
TAPS = table_of(TapRow)
DEPARTURES = table_of(DepartureRow)


@dataclass(frozen=True)
class Registered:
    """A second device as it is registered for one child's session."""

    device_id: str
    session_id: SessionId
    child_id: ChildId
    adult_id: ParentId


def insert(
    tx: Tx, session_id: SessionId, child_id: ChildId, adult_id: ParentId, token_hash: str
) -> str:
    """Register a device under the hash of its token; answers its id. End the one before it first."""
    device_id = tx.new_id("seconddevice")
    tx.conn.execute(
        SECOND_DEVICES.insert().values(
            id=device_id,
            token_hash=token_hash,
            session_id=session_id,
            child_id=child_id,
            adult_id=adult_id,
            registered_at=tx.now,
        )
    )
    return device_id


def end(tx: Tx, session_id: SessionId, child_id: ChildId) -> str | None:
    """Ask a child's second device no more; answers which it was, if there was one."""
    mine = (
        (SECOND_DEVICES.c.session_id == session_id)
        & (SECOND_DEVICES.c.child_id == child_id)
        & SECOND_DEVICES.c.ended_at.is_(None)
    )
    device_id: str | None = tx.conn.execute(
        sa.select(SECOND_DEVICES.c.id).where(mine)
    ).scalar_one_or_none()
    if device_id is not None:
        tx.conn.execute(SECOND_DEVICES.update().where(mine).values(ended_at=tx.now))
    return device_id


def by_token(reader: Tx | Reader, token_hash: str) -> tuple[Registered, ...]:
    """Everything for which the device with this token is still asked, oldest first; nothing of an
    adult who is restricted."""
    query = (
        sa.select(SECOND_DEVICES)
        .join(PARENTS, PARENTS.c.id == SECOND_DEVICES.c.adult_id)
        .where(
            PARENTS.c.restriction.is_(None),
            SECOND_DEVICES.c.token_hash == token_hash,
            SECOND_DEVICES.c.ended_at.is_(None),
        )
    )
    return tuple(
        Registered(row.id, SessionId(row.session_id), ChildId(row.child_id), ParentId(row.adult_id))
        for row in reader.conn.execute(query.order_by(SECOND_DEVICES.c.id))
    )


def append_tap(tx: Tx, device_id: str) -> None:
    """Append "I am still here"."""
    tx.conn.execute(TAPS.insert().values(id=tx.new_id("tap"), device_id=device_id, at=tx.now))


def of_session(reader: Tx | Reader, session_id: SessionId) -> dict[ChildId, SecondDevice]:
    """The second device of each child that has one, with its taps."""
    query = (
        sa.select(SECOND_DEVICES, TAPS.c.at)
        .join(TAPS, TAPS.c.device_id == SECOND_DEVICES.c.id, isouter=True)
        .where(SECOND_DEVICES.c.session_id == session_id, SECOND_DEVICES.c.ended_at.is_(None))
        .order_by(TAPS.c.id)
    )
    rows = reader.conn.execute(query).all()
    return {
        ChildId(row.child_id): SecondDevice(
            adult_id=ParentId(row.adult_id),
            registered_at=row.registered_at,
            taps=tuple(one.at for one in rows if one.id == row.id and one.at is not None),
        )
        for row in rows
    }


# --- leaving ------------------------------------------------------------------------------------------


def append_departure(
    tx: Tx, session_id: SessionId, departure: Departure, route: Route, by: StaffId | None
) -> None:
    """Append that a child's adult left."""
    tx.conn.execute(
        DEPARTURES.insert().values(
            id=tx.new_id("departure"),
            session_id=session_id,
            child_id=departure.child_id,
            adult_id=departure.adult_id,
            route=route.value,
            recorded_by=by,
            at=departure.at,
        )
    )


def departures(reader: Tx | Reader, session_id: SessionId) -> dict[ChildId, tuple[Departure, ...]]:
    """Every "I have to leave" for a session, by child."""
    query = (
        sa.select(DEPARTURES).where(DEPARTURES.c.session_id == session_id).order_by(DEPARTURES.c.id)
    )
    found: dict[ChildId, list[Departure]] = defaultdict(list)
    for row in reader.conn.execute(query):
        child_id = ChildId(row.child_id)
        found[child_id].append(Departure(child_id, ParentId(row.adult_id), row.at))
    return {child_id: tuple(left) for child_id, left in found.items()}
