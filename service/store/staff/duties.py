"""When staff are away, and the stretches for which they have accepted beforehand."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.errors import NotFound
from service.policy.people import StaffId
from service.policy.session import Span
from service.policy.staff import DutyKind
from service.store.tables import AbsenceRow, DutyRow, table_of
from service.store.transactions import Reader, Tx

ABSENCES = table_of(AbsenceRow)
DUTIES = table_of(DutyRow)

_IDS: sa.BindParameter[list[str]] = sa.bindparam("ids", expanding=True)
_AWAY = sa.select(ABSENCES.c.staff_id, ABSENCES.c.starts_at, ABSENCES.c.ends_at).where(
    ABSENCES.c.staff_id.in_(_IDS),
    ABSENCES.c.ended_at.is_(None),
    ABSENCES.c.starts_at < sa.bindparam("until"),
    ABSENCES.c.ends_at > sa.bindparam("since"),
)


@dataclass(frozen=True)
class Stretch:
    """A stretch of time of one member of staff: an absence or a duty, under its id."""

    stretch_id: str
    staff_id: StaffId
    span: Span
    noted_by: str


# --- absences -------------------------------------------------------------------------------------


def insert_absence(tx: Tx, staff_id: StaffId, span: Span) -> str:
    """Note that somebody will be away; answers the absence's id."""
    absence_id = tx.new_id("absence")
    tx.conn.execute(
        ABSENCES.insert().values(
            id=absence_id,
            staff_id=staff_id,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            noted_by=tx.by.subject,
            noted_at=tx.now,
        )
    )
    return absence_id


def end_absence(tx: Tx, staff_id: StaffId, absence_id: str) -> None:
    """Note that somebody will be there after all. `NotFound` unless the absence stands."""
    mine = (
        (ABSENCES.c.id == absence_id)
        & (ABSENCES.c.staff_id == staff_id)
        & ABSENCES.c.ended_at.is_(None)
    )
    if tx.conn.execute(ABSENCES.update().where(mine).values(ended_at=tx.now)).rowcount != 1:
        raise NotFound


def away(
    reader: Tx | Reader, ids: Iterable[StaffId], span: Span
) -> dict[StaffId, tuple[Span, ...]]:
    """The absences of these people that touch the span."""
    found: dict[StaffId, list[Span]] = defaultdict(list)
    wanted = {"ids": sorted(ids), "since": span.starts_at, "until": span.ends_at}
    for row in reader.conn.execute(_AWAY, wanted):
        found[StaffId(row.staff_id)].append(Span(row.starts_at, row.ends_at))
    return {staff_id: tuple(spans) for staff_id, spans in found.items()}


def absences_of(reader: Tx | Reader, staff_id: StaffId, since: datetime) -> tuple[Stretch, ...]:
    """A person's absences that are not over, by start."""
    query = (
        sa.select(ABSENCES)
        .where(
            ABSENCES.c.staff_id == staff_id,
            ABSENCES.c.ended_at.is_(None),
            ABSENCES.c.ends_at > since,
        )
        .order_by(ABSENCES.c.starts_at, ABSENCES.c.id)
    )
    return tuple(_stretch(row) for row in reader.conn.execute(query))


# --- duties ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Duty:
    """A stretch for which somebody says yes beforehand."""

    staff_id: StaffId
    kind: DutyKind
    span: Span
    position: int
    own_word: bool


def insert_duty(tx: Tx, duty: Duty) -> str:
    """Note a duty; answers its id."""
    duty_id = tx.new_id("duty")
    tx.conn.execute(
        DUTIES.insert().values(
            id=duty_id,
            staff_id=duty.staff_id,
            kind=duty.kind.value,
            position=duty.position,
            starts_at=duty.span.starts_at,
            ends_at=duty.span.ends_at,
            own_word=duty.own_word,
            noted_by=tx.by.subject,
            noted_at=tx.now,
        )
    )
    return duty_id


def rota_of(reader: Tx | Reader, staff_id: StaffId) -> tuple[Stretch, ...]:
    """A person's stretches of the rota that are not over, by start."""
    query = (
        sa.select(DUTIES)
        .where(
            DUTIES.c.staff_id == staff_id,
            DUTIES.c.kind == DutyKind.ROTA.value,
            DUTIES.c.ended_at.is_(None),
            DUTIES.c.ends_at > reader.now,
        )
        .order_by(DUTIES.c.starts_at, DUTIES.c.id)
    )
    return tuple(_stretch(row) for row in reader.conn.execute(query))


def end_rota(tx: Tx, staff_id: StaffId, duty_id: str) -> Stretch:
    """Note that a stretch of the rota counts no more. `NotFound` unless it stands and is not over."""
    there = {one.stretch_id: one for one in rota_of(tx, staff_id)}
    if duty_id not in there:
        raise NotFound
    tx.conn.execute(DUTIES.update().where(DUTIES.c.id == duty_id).values(ended_at=tx.now))
    return there[duty_id]


def end_standby(tx: Tx, span: Span) -> tuple[Stretch, ...]:
    """Take everybody off the standby list for exactly this stretch; answers who stood on it."""
    mine = sa.and_(
        DUTIES.c.kind == DutyKind.STANDBY.value,
        DUTIES.c.ended_at.is_(None),
        DUTIES.c.starts_at == span.starts_at,
        DUTIES.c.ends_at == span.ends_at,
    )
    there = tuple(_stretch(row) for row in tx.conn.execute(sa.select(DUTIES).where(mine)))
    if there:
        tx.conn.execute(DUTIES.update().where(mine).values(ended_at=tx.now))
    return there


def standing(
    reader: Tx | Reader, kind: DutyKind, span: Span, staff_id: StaffId | None = None
) -> tuple[Stretch, ...]:
    """The duties that cover the whole span, in their order: first the one listed first."""
    query = sa.select(DUTIES).where(
        DUTIES.c.kind == kind.value,
        DUTIES.c.ended_at.is_(None),
        DUTIES.c.starts_at <= span.starts_at,
        DUTIES.c.ends_at >= span.ends_at,
    )
    if staff_id is not None:
        query = query.where(DUTIES.c.staff_id == staff_id)
    query = query.order_by(DUTIES.c.position, DUTIES.c.id)
    return tuple(_stretch(row) for row in reader.conn.execute(query))


def listed(reader: Reader, kind: DutyKind) -> tuple[Stretch, ...]:
    """Every duty of a kind that is not over, by start and order."""
    query = (
        sa.select(DUTIES)
        .where(
            DUTIES.c.kind == kind.value,
            DUTIES.c.ended_at.is_(None),
            DUTIES.c.ends_at > reader.now,
        )
        .order_by(DUTIES.c.starts_at, DUTIES.c.position, DUTIES.c.id)
        .limit(500)
    )
    return tuple(_stretch(row) for row in reader.conn.execute(query))


def _stretch(row: sa.Row[tuple[object, ...]]) -> Stretch:
    values = row._mapping
    span = Span(values["starts_at"], values["ends_at"])
    return Stretch(values["id"], StaffId(values["staff_id"]), span, values["noted_by"])
