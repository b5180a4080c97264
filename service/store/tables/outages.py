"""Our own looks into rooms, the times nobody watched, and providers that are out of order."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.policy.outage import BlindCause
from service.store.tables.base import INSTANT, at_most_one, holds, one_of, plumbing, record


class LookRow(SQLModel, table=True):
    """What our looks into a meeting's room came to.

    `seen_at`: the newest that showed everybody, or no call. `still_since`: every look since then found
    that the call does not run. `missed_at`: when we learned that words of the provider were lost.
    """

    __tablename__ = "looks"
    __table_args__ = (plumbing(),)
    meeting_id: str = Field(primary_key=True, foreign_key="meetings.id")
    looked_at: datetime | None = Field(default=None, sa_type=INSTANT)
    seen_at: datetime | None = Field(default=None, sa_type=INSTANT)
    still_since: datetime | None = Field(default=None, sa_type=INSTANT)
    missed_at: datetime | None = Field(default=None, sa_type=INSTANT)


class BeatRow(SQLModel, table=True):
    """When our watch over rooms was last known to go round."""

    __tablename__ = "beats"
    __table_args__ = (plumbing(),)
    name: str = Field(primary_key=True)
    at: datetime = Field(sa_type=INSTANT)


class HookSilenceRow(SQLModel, table=True):
    """A provider has told us nothing of what looks found, since then."""

    __tablename__ = "hook_silences"
    __table_args__ = (plumbing(),)
    provider: str = Field(primary_key=True)
    since: datetime = Field(sa_type=INSTANT)


class BlindTimeRow(SQLModel, table=True):
    """A time in which rooms were not watched, known once it is over."""

    __tablename__ = "blind_times"
    __table_args__ = (
        one_of("cause", BlindCause),
        holds("begins_before_it_ends", "began_at < ended_at"),
        record(append_only=True),
    )
    id: str = Field(primary_key=True)
    cause: str
    provider: str | None = None
    began_at: datetime = Field(sa_type=INSTANT)
    ended_at: datetime = Field(sa_type=INSTANT)
    at: datetime = Field(sa_type=INSTANT)


class BlindRoomRow(SQLModel, table=True):
    """A session whose room was not watched in a blind time."""

    __tablename__ = "blind_rooms"
    __table_args__ = (record(append_only=True),)
    blind_time_id: str = Field(primary_key=True, foreign_key="blind_times.id")
    session_id: str = Field(primary_key=True, foreign_key="sessions.id", index=True)


class ProviderOutageRow(SQLModel, table=True):
    """A provider that somebody found out of order, until somebody says that it works again.

    `until`: sessions that start before then are called off, or moved.
    """

    __tablename__ = "provider_outages"
    __table_args__ = (
        at_most_one("uq_provider_outages_standing", "provider", where="lifted_at IS NULL"),
        holds("lifted_by_somebody", "(lifted_at IS NULL) = (lifted_by IS NULL)"),
        holds("reason_stated", "length(trim(reason)) > 0"),
        record(),
    )
    id: str = Field(primary_key=True)
    provider: str
    reason: str
    began_at: datetime = Field(sa_type=INSTANT)
    until: datetime = Field(sa_type=INSTANT)
    begun_by: str
    lifted_at: datetime | None = Field(default=None, sa_type=INSTANT)
    lifted_by: str | None = None
