"""What the watch over running rooms found, and whom people telephoned to empty one."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.policy.call_down import CallOutcome
from service.store.tables.base import INSTANT, at_most_one, holds, one_of, record


class BreachRow(SQLModel, table=True):
    """One rule of the watch that was broken, about one person or the session, from when to when.

    `since` goes by the provider's word, `noticed_at` by ours (pitfall 38). `acted_at`: a child was
    shut out, or the room was ended, because of it.
    """

    __tablename__ = "breaches"
    __table_args__ = (
        at_most_one(
            "uq_breaches_standing", "session_id", "code", "subject_id", where="over_at IS NULL"
        ),
        record(),
    )
    id: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="sessions.id", index=True)
    subject_id: str
    code: str
    since: datetime = Field(sa_type=INSTANT)
    noticed_at: datetime = Field(sa_type=INSTANT)
    standby_called_at: datetime | None = Field(default=None, sa_type=INSTANT)
    acted_at: datetime | None = Field(default=None, sa_type=INSTANT)
    over_at: datetime | None = Field(default=None, sa_type=INSTANT)


class CallDownRow(SQLModel, table=True):
    """One telephone call with which somebody was asked to leave a call, or to end it (pitfall 54)."""

    __tablename__ = "call_downs"
    __table_args__ = (
        one_of("outcome", CallOutcome),
        holds("to_one_person", "(staff_id IS NULL) <> (adult_id IS NULL)"),
        record(append_only=True),
    )
    id: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="sessions.id", index=True)
    meeting_id: str = Field(foreign_key="meetings.id", index=True)
    staff_id: str | None = Field(default=None, foreign_key="staff.id")
    adult_id: str | None = Field(default=None, foreign_key="parents.id")
    outcome: str
    noted_by: str
    at: datetime = Field(sa_type=INSTANT)
