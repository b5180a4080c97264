"""Concerns: text frozen, only added to; whom they are about; which records they keep (POL-40 to 44)."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.policy.concern import (
    WORDED,
    ConcernKind,
    Desk,
    Outcome,
    ReporterAs,
    Severity,
    StepKind,
)
from service.store.tables.base import (
    INSTANT,
    found_by,
    holds,
    one_of,
    plumbing,
    record,
    unique,
)

WORDED_KINDS = ", ".join(f"'{kind.value}'" for kind in sorted(WORDED))


class ConcernRow(SQLModel, table=True):
    """A concern as it was raised. `about`: what was ticked, as a JSON list. `raised_by` is who sent it,
    `reporter_id` whose concern it is, if that person has a record here."""

    __tablename__ = "concerns"
    __table_args__ = (
        unique("desk", "number"),
        one_of("desk", Desk),
        one_of("kind", ConcernKind),
        one_of("severity", Severity),
        one_of("reporter_as", ReporterAs),
        holds("numbered_from_one", "number >= 1"),
        holds("reporter_known", "reporter_as = 'other' OR reporter_id IS NOT NULL"),
        found_by("ix_concerns_reporter", "reporter_id", "id"),
        record(70, append_only=True),
    )
    id: str = Field(primary_key=True)
    desk: str
    number: int
    kind: str
    severity: str
    about: str
    words_sealed: bytes
    about_words_sealed: bytes | None = None
    told_by_sealed: bytes | None = None
    session_id: str | None = Field(default=None, foreign_key="sessions.id")
    child_id: str | None = Field(default=None, foreign_key="children.id")
    reporter_id: str | None = None
    reporter_as: str
    raised_by: str
    write_back: bool
    raised_at: datetime = Field(sa_type=INSTANT)


class ConcernSubjectRow(SQLModel, table=True):
    """Somebody a concern is about, or who is family to them: never to read it."""

    __tablename__ = "concern_subjects"
    __table_args__ = (record(append_only=True),)
    concern_id: str = Field(primary_key=True, foreign_key="concerns.id")
    subject_id: str = Field(primary_key=True)
    at: datetime = Field(sa_type=INSTANT)


class ConcernStepRow(SQLModel, table=True):
    """One thing that was done about a concern, or words added to it."""

    __tablename__ = "concern_steps"
    __table_args__ = (
        unique("concern_id", "position"),
        one_of("kind", StepKind),
        one_of("outcome", Outcome),
        holds("closed_with_outcome", "(kind = 'closed') = (outcome IS NOT NULL)"),
        holds("said_in_words", f"(kind IN ({WORDED_KINDS})) = (words_sealed IS NOT NULL)"),
        record(append_only=True),
    )
    id: str = Field(primary_key=True)
    concern_id: str = Field(foreign_key="concerns.id")
    position: int
    kind: str
    by: str
    words_sealed: bytes | None = None
    outcome: str | None = None
    at: datetime = Field(sa_type=INSTANT)


class RecordHoldRow(SQLModel, table=True):
    """A record that a concern keeps from being deleted: a session, or a person's (pitfall 67)."""

    __tablename__ = "record_holds"
    __table_args__ = (
        found_by("ix_record_holds_subject", "subject_id"),
        record(append_only=True),
    )
    concern_id: str = Field(primary_key=True, foreign_key="concerns.id")
    subject_id: str = Field(primary_key=True)
    at: datetime = Field(sa_type=INSTANT)


class ConcernNumberRow(SQLModel, table=True):
    """The last running number of a desk; whoever takes the next one makes the others wait."""

    __tablename__ = "concern_numbers"
    __table_args__ = (one_of("desk", Desk), plumbing())
    desk: str = Field(primary_key=True)
    last: int
