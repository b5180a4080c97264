"""What the watch over running rooms found."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.store.tables.base import INSTANT, at_most_one, record


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
