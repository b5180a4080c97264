"""Designated people, and when each of them is on duty (POL-11)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time, timedelta

import sqlalchemy as sa

from service.errors import NotFound
from service.policy.duty_rota import Channel, Designated, Standing, Turn, on_duty
from service.policy.escalation import Reachable
from service.policy.people import StaffId
from service.policy.session import Span
from service.store.sessions.sessions import SESSIONS
from service.store.staff import duties
from service.store.staff.staff import STAFF
from service.store.tables import DesignationRow, DutyTurnRow, table_of
from service.store.transactions import Reader, Tx

DESIGNATIONS = table_of(DesignationRow)
TURNS = table_of(DutyTurnRow)
MOMENT = timedelta(seconds=1)


@dataclass(frozen=True)
class KeptTurn:
    """A turn under its id."""

    turn_id: str
    turn: Turn


# --- designated people ----------------------------------------------------------------------------


def designate(tx: Tx, person: Designated) -> str:
    """Put a person on record, in place of what they were designated as before; answers the id."""
    end_designation(tx, person.staff_id)
    designation_id = tx.new_id("designation")
    tx.conn.execute(
        DESIGNATIONS.insert().values(
            id=designation_id,
            staff_id=person.staff_id,
            standing=person.standing.value,
            channels=json.dumps([channel.value for channel in person.channels]),
            named_by=tx.by.subject,
            named_at=tx.now,
        )
    )
    return designation_id


def end_designation(tx: Tx, staff_id: StaffId) -> bool:
    """Alerts reach this person no more; False if they did not."""
    mine = sa.and_(DESIGNATIONS.c.staff_id == staff_id, DESIGNATIONS.c.ended_at.is_(None))
    ended = {"ended_at": tx.now, "ended_by": tx.by.subject}
    return tx.conn.execute(DESIGNATIONS.update().where(mine).values(ended)).rowcount == 1


def designated(reader: Tx | Reader) -> tuple[Designated, ...]:
    """Everybody designated who is neither suspended nor gone, those who are absent now too."""
    today = reader.house.organisation.local_day(reader.now)
    query = (
        sa.select(DESIGNATIONS)
        .join(STAFF, STAFF.c.id == DESIGNATIONS.c.staff_id)
        .where(
            DESIGNATIONS.c.ended_at.is_(None),
            STAFF.c.suspended_at.is_(None),
            sa.or_(STAFF.c.left_on.is_(None), STAFF.c.left_on > today),
        )
        .order_by(DESIGNATIONS.c.id)
    )
    rows = reader.conn.execute(query).all()
    now = Span(reader.now, reader.now + MOMENT)
    away = duties.away(reader, [StaffId(row.staff_id) for row in rows], now)
    return tuple(
        Designated(
            StaffId(row.staff_id),
            Standing(row.standing),
            tuple(Channel(one) for one in json.loads(row.channels)),
            away=row.staff_id in away,
        )
        for row in rows
    )


def is_needed(reader: Tx | Reader) -> bool:
    """Whether there is anything that alerts could be about: a session was ever booked."""
    return reader.conn.execute(sa.select(SESSIONS.c.id).limit(1)).first() is not None


# --- turns ----------------------------------------------------------------------------------------


def insert_turn(tx: Tx, turn: Turn) -> str:
    """Put a turn on the rota; answers its id."""
    turn_id = tx.new_id("turn")
    tx.conn.execute(
        TURNS.insert().values(
            id=turn_id,
            staff_id=turn.staff_id,
            weekdays=json.dumps(sorted(turn.weekdays)),
            starts=turn.starts.isoformat("minutes"),
            ends=turn.ends.isoformat("minutes"),
            first_day=turn.first_day,
            last_day=turn.last_day,
            place=turn.place,
            noted_by=tx.by.subject,
            noted_at=tx.now,
        )
    )
    return turn_id


def end_turn(tx: Tx, turn_id: str) -> KeptTurn:
    """Take a turn off the rota, from now on. `NotFound` unless it is there."""
    mine = sa.and_(TURNS.c.id == turn_id, TURNS.c.ended_at.is_(None))
    row = tx.conn.execute(sa.select(TURNS).where(mine).with_for_update()).one_or_none()
    if row is None:
        raise NotFound
    ended = {"ended_at": tx.now, "ended_by": tx.by.subject}
    tx.conn.execute(TURNS.update().where(TURNS.c.id == turn_id).values(ended))
    return _kept(row)


def turns(reader: Tx | Reader) -> tuple[KeptTurn, ...]:
    """Every turn that is or will be, by its first day."""
    yesterday = reader.house.organisation.local_day(reader.now) - timedelta(days=1)
    query = (
        sa.select(TURNS)
        .where(
            TURNS.c.ended_at.is_(None),
            sa.or_(TURNS.c.last_day.is_(None), TURNS.c.last_day >= yesterday),
        )
        .order_by(TURNS.c.first_day, TURNS.c.place, TURNS.c.id)
    )
    return tuple(_kept(row) for row in reader.conn.execute(query))


def _kept(row: sa.Row[tuple[object, ...]]) -> KeptTurn:
    values = row._mapping
    turn = Turn(
        staff_id=StaffId(values["staff_id"]),
        weekdays=frozenset(json.loads(values["weekdays"])),
        starts=time.fromisoformat(values["starts"]),
        ends=time.fromisoformat(values["ends"]),
        first_day=values["first_day"],
        last_day=values["last_day"],
        place=values["place"],
    )
    return KeptTurn(values["id"], turn)


def reachable(reader: Tx | Reader) -> Reachable:
    """Who of the designated people is on duty at this instant, in order, and who is not."""
    people = designated(reader)
    there = on_duty(people, _only(turns(reader)), reader.now, reader.house.organisation.zone)
    off_duty = tuple(one for one in people if one not in there)
    return Reachable(there, off_duty)


def _only(kept: Iterable[KeptTurn]) -> tuple[Turn, ...]:
    return tuple(one.turn for one in kept)
