"""Concerns as they were raised, and what was added to them since; their words stay sealed here."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import SecretStr

from service.errors import NotFound
from service.policy.concern import (
    About,
    ConcernKind,
    Desk,
    Outcome,
    ReporterAs,
    Severity,
    Step,
    StepKind,
)
from service.policy.concerns import Concern
from service.policy.people import ChildId, SessionId
from service.store.tables import (
    ConcernNumberRow,
    ConcernRow,
    ConcernStepRow,
    ConcernSubjectRow,
    table_of,
)
from service.store.transactions import Reader, Tx

CONCERNS = table_of(ConcernRow)
SUBJECTS = table_of(ConcernSubjectRow)
STEPS = table_of(ConcernStepRow)
NUMBERS = table_of(ConcernNumberRow)


@dataclass(frozen=True)
class Said:
    """The words of a concern: what was said, about whom, and who told it if somebody passed it on."""

    words: SecretStr
    about_words: SecretStr | None = None
    told_by: SecretStr | None = None


@dataclass(frozen=True)
class SaidLater:
    """One step, with its words if it has any."""

    step: Step
    words: SecretStr | None


# --- writing ----------------------------------------------------------------------------------------


def next_number(tx: Tx, desk: Desk) -> int:
    """The next running number of a desk. Nobody else gets one before this transaction is over, so that
    none is ever left out."""
    grow = (
        NUMBERS.update()
        .where(NUMBERS.c.desk == desk.value)
        .values(last=NUMBERS.c.last + 1)
        .returning(NUMBERS.c.last)
    )
    number = tx.conn.execute(grow).scalar_one_or_none()
    if number is None:
        # If another transaction began the row first, ours is refused and theirs is there.
        tx.try_write(NUMBERS.insert().values(desk=desk.value, last=0))
        number = tx.conn.execute(grow).scalar_one()
    return int(number)


def insert(tx: Tx, concern: Concern, said: Said) -> bytes:
    """Keep a concern; answers the words as they were sealed. It can never be changed."""
    mine = concern.concern_id
    sealed = tx.house.seal(said.words, f"concerns.words:{mine}")
    tx.conn.execute(
        CONCERNS.insert().values(
            id=mine,
            desk=concern.desk.value,
            number=concern.number,
            kind=concern.kind.value,
            severity=concern.severity.value,
            about=json.dumps(sorted(one.value for one in concern.about)),
            words_sealed=sealed,
            about_words_sealed=tx.house.seal_if_any(
                said.about_words, f"concerns.about_words:{mine}"
            ),
            told_by_sealed=tx.house.seal_if_any(said.told_by, f"concerns.told_by:{mine}"),
            session_id=concern.session_id,
            child_id=concern.child_id,
            reporter_id=concern.reporter_id,
            reporter_as=concern.reporter_as.value,
            raised_by=concern.raised_by,
            write_back=concern.write_back,
            raised_at=tx.now,
        )
    )
    return sealed


def add_subjects(tx: Tx, concern_id: str, subjects: Iterable[str]) -> None:
    """Note whom it is about, by id."""
    known = tx.conn.execute(
        sa.select(SUBJECTS.c.subject_id).where(SUBJECTS.c.concern_id == concern_id)
    ).scalars()
    new = sorted(set(subjects) - set(known))
    if new:
        rows = [{"concern_id": concern_id, "subject_id": one, "at": tx.now} for one in new]
        tx.conn.execute(SUBJECTS.insert(), rows)


def append_step(tx: Tx, concern: Concern, step: Step, words: SecretStr | None) -> str:
    """Add a step to a concern that this transaction has locked; answers its id."""
    step_id = tx.new_id("concernstep")
    tx.conn.execute(
        STEPS.insert().values(
            id=step_id,
            concern_id=concern.concern_id,
            position=len(concern.steps) + 1,
            kind=step.kind.value,
            by=step.by,
            words_sealed=tx.house.seal_if_any(words, f"concern_steps.words:{step_id}"),
            outcome=step.outcome.value if step.outcome else None,
            at=step.at,
        )
    )
    return step_id


# --- reading ----------------------------------------------------------------------------------------


def lock(tx: Tx, concern_id: str) -> Concern:
    """A concern, held until the end of the transaction. `NotFound` if there is none."""
    tx.lock(CONCERNS, [concern_id])
    return get(tx, concern_id)


def get(reader: Tx | Reader, concern_id: str) -> Concern:
    """A concern without its words. `NotFound` if there is none."""
    found = _concerns(reader, sa.select(CONCERNS).where(CONCERNS.c.id == concern_id))
    if not found:
        raise NotFound
    return found[0]


def among(reader: Tx | Reader, ids: Collection[str]) -> tuple[Concern, ...]:
    """Those of these ids that are concerns, oldest first."""
    if not ids:
        return ()
    query = sa.select(CONCERNS).where(CONCERNS.c.id.in_(sorted(ids))).order_by(CONCERNS.c.id)
    return _concerns(reader, query)


def after(reader: Reader, concern_id: str, limit: int) -> tuple[Concern, ...]:
    """Concerns behind the given id, oldest first, whoever may know of them."""
    query = (
        sa.select(CONCERNS).where(CONCERNS.c.id > concern_id).order_by(CONCERNS.c.id).limit(limit)
    )
    return _concerns(reader, query)


def still_open(reader: Reader) -> tuple[Concern, ...]:
    """Every concern whose last step did not close it, oldest first, whoever may know of it."""
    later = STEPS.alias("later")
    mine = STEPS.c.concern_id == CONCERNS.c.id
    after_it = sa.exists().where(
        later.c.concern_id == STEPS.c.concern_id, later.c.position > STEPS.c.position
    )
    closing = sa.exists().where(mine, STEPS.c.kind == StepKind.CLOSED.value, ~after_it)
    return _concerns(reader, sa.select(CONCERNS).where(~closing).order_by(CONCERNS.c.id))


def newest(reader: Reader, limit: int) -> tuple[Concern, ...]:
    """The concerns raised last, newest first, whoever may know of them."""
    return _concerns(reader, sa.select(CONCERNS).order_by(CONCERNS.c.id.desc()).limit(limit))


def raised_by(reader: Reader, subject: str) -> tuple[Concern, ...]:
    """What one person raised, or passed on for somebody, oldest first."""
    mine = (CONCERNS.c.reporter_id == subject) | (CONCERNS.c.raised_by == subject)
    return _concerns(reader, sa.select(CONCERNS).where(mine).order_by(CONCERNS.c.id))


def said(reader: Tx | Reader, concern_id: str) -> Said:
    """The words of a concern. Whoever asks has noted that they are read."""
    row = reader.conn.execute(sa.select(CONCERNS).where(CONCERNS.c.id == concern_id)).one()
    unseal = reader.house.unseal_if_any
    return Said(
        reader.house.unseal(row.words_sealed, f"concerns.words:{concern_id}"),
        unseal(row.about_words_sealed, f"concerns.about_words:{concern_id}"),
        unseal(row.told_by_sealed, f"concerns.told_by:{concern_id}"),
    )


def said_later(reader: Tx | Reader, concern_id: str) -> tuple[SaidLater, ...]:
    """Every step with its words, in order."""
    query = sa.select(STEPS).where(STEPS.c.concern_id == concern_id).order_by(STEPS.c.position)
    return tuple(
        SaidLater(
            _step(row),
            reader.house.unseal_if_any(row.words_sealed, f"concern_steps.words:{row.id}"),
        )
        for row in reader.conn.execute(query)
    )


def _concerns(reader: Tx | Reader, query: sa.Select[Any]) -> tuple[Concern, ...]:
    rows = reader.conn.execute(query).all()
    ids = [row.id for row in rows]
    subjects = _subjects(reader, ids)
    steps = _steps(reader, ids)
    return tuple(_concern(row, subjects[row.id], steps[row.id]) for row in rows)


def _concern(row: sa.Row[Any], subjects: Iterable[str], steps: Iterable[Step]) -> Concern:
    return Concern(
        concern_id=row.id,
        desk=Desk(row.desk),
        number=row.number,
        kind=ConcernKind(row.kind),
        severity=Severity(row.severity),
        about=frozenset(About(one) for one in json.loads(row.about)),
        subjects=frozenset(subjects),
        reporter_id=row.reporter_id,
        reporter_as=ReporterAs(row.reporter_as),
        raised_by=row.raised_by,
        session_id=SessionId(row.session_id) if row.session_id else None,
        child_id=ChildId(row.child_id) if row.child_id else None,
        write_back=row.write_back,
        raised_at=row.raised_at,
        steps=tuple(steps),
    )


def _subjects(reader: Tx | Reader, ids: list[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in reader.conn.execute(sa.select(SUBJECTS).where(SUBJECTS.c.concern_id.in_(ids))):
        found[row.concern_id].append(row.subject_id)
    return found


def _steps(reader: Tx | Reader, ids: list[str]) -> Mapping[str, list[Step]]:
    found: dict[str, list[Step]] = defaultdict(list)
    query = sa.select(STEPS).where(STEPS.c.concern_id.in_(ids)).order_by(STEPS.c.position)
    for row in reader.conn.execute(query):
        found[row.concern_id].append(_step(row))
    return found


def _step(row: sa.Row[Any]) -> Step:
    at: datetime = row.at
    return Step(StepKind(row.kind), row.by, at, Outcome(row.outcome) if row.outcome else None)
