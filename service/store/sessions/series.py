"""Series: what was asked for, which occurrences were refused, and the sessions that came of it."""

import json
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.errors import FieldProblem, NotFound
from service.policy.people import SessionId, StaffId
from service.policy.session import SessionState
from service.store.sessions.sessions import SESSIONS
from service.store.tables import SeriesRefusalRow, SeriesRow, table_of
from service.store.transactions import Reader, Tx

SERIES = table_of(SeriesRow)
REFUSALS = table_of(SeriesRefusalRow)


@dataclass(frozen=True)
class Series:
    """Sessions at the same wall-clock time each week. `asked` is what was asked for, as JSON."""

    series_id: str
    external_id: str | None
    tutor_id: StaffId
    asked: str
    booked_by: str
    created_at: datetime


@dataclass(frozen=True)
class Refusal:
    """An occurrence that was not booked, and everything that stood in its way (one problem at least)."""

    number: int
    local_start: str
    problems: tuple[FieldProblem, ...]


@dataclass(frozen=True)
class BookedOne:
    """A session of a series as it is now."""

    session_id: SessionId
    state: SessionState
    local_start: str
    starts_at: datetime


def insert(tx: Tx, one: Series) -> str | None:
    """Store a series; answers the violated constraint, if any."""
    return tx.try_write(
        SERIES.insert().values(
            id=one.series_id,
            external_id=one.external_id,
            tutor_id=one.tutor_id,
            asked=one.asked,
            booked_by=one.booked_by,
            created_at=one.created_at,
        )
    )


def insert_refusals(tx: Tx, series_id: str, refused: tuple[Refusal, ...]) -> None:
    """Store which occurrences were not booked."""
    rows = [
        {
            "series_id": series_id,
            "number": one.number,
            "local_start": one.local_start,
            "code": one.problems[0].code,
            "field": one.problems[0].field,
            "sentence": one.problems[0].sentence,
            "problems": json.dumps([_written(problem) for problem in one.problems]),
        }
        for one in refused
    ]
    if rows:
        tx.conn.execute(REFUSALS.insert(), rows)


def _written(problem: FieldProblem) -> dict[str, str | None]:
    by = problem.lift_before
    return vars(problem) | {"lift_before": by and by.isoformat()}


def _read(values: dict[str, str]) -> FieldProblem:
    by = values["lift_before"]
    return FieldProblem(**values | {"lift_before": by and datetime.fromisoformat(by)})  # type: ignore[arg-type]


def get(reader: Tx | Reader, series_id: str) -> Series:
    """A series. `NotFound` if there is none."""
    row = reader.conn.execute(sa.select(SERIES).where(SERIES.c.id == series_id)).one_or_none()
    if row is None:
        raise NotFound
    return _series(row)


def by_external_id(reader: Tx | Reader, external_id: str) -> Series | None:
    """The series that a booking platform knows by its own id."""
    query = sa.select(SERIES).where(SERIES.c.external_id == external_id)
    row = reader.conn.execute(query).one_or_none()
    return None if row is None else _series(row)


def _series(row: sa.Row[tuple[object, ...]]) -> Series:
    values = row._mapping
    return Series(
        values["id"],
        values["external_id"],
        StaffId(values["tutor_id"]),
        values["asked"],
        values["booked_by"],
        values["created_at"],
    )


def refusals(reader: Tx | Reader, series_id: str) -> tuple[Refusal, ...]:
    """The occurrences of a series that were not booked."""
    query = sa.select(REFUSALS).where(REFUSALS.c.series_id == series_id).order_by(REFUSALS.c.number)
    return tuple(
        Refusal(row.number, row.local_start, _problems(row)) for row in reader.conn.execute(query)
    )


def _problems(row: sa.Row[tuple[object, ...]]) -> tuple[FieldProblem, ...]:
    """All of them; of a series booked before they were kept, the first."""
    values = row._mapping
    first = FieldProblem(values["field"], values["code"], values["sentence"])
    return tuple(map(_read, json.loads(values["problems"]))) or (first,)


def sessions_of(reader: Tx | Reader, series_id: str) -> tuple[BookedOne, ...]:
    """The sessions of a series, in the order in which they start."""
    query = (
        sa.select(SESSIONS.c.id, SESSIONS.c.state, SESSIONS.c.local_start, SESSIONS.c.starts_at)
        .where(SESSIONS.c.series_id == series_id)
        .order_by(SESSIONS.c.starts_at, SESSIONS.c.id)
    )
    return tuple(
        BookedOne(SessionId(row.id), SessionState(row.state), row.local_start, row.starts_at)
        for row in reader.conn.execute(query)
    )
