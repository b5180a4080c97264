"""Alerts, whom they reach, and when those people are on duty."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from service.policy.duty_rota import Channel, Standing
from service.store.tables.base import (
    INSTANT,
    at_most_one,
    found_by,
    holds,
    one_of,
    record,
    unique,
)


class AlertRow(SQLModel, table=True):
    """A broken rule or a thing a person must see to; open until a named person closes it.

    `over_since`: what it is about holds no more since then. `rings_since`: people are reached for it
    as from this instant on, if it came up again after it was over.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        at_most_one("uq_alerts_open", "subject_id", "code", where="closed_at IS NULL"),
        holds("closed_with_outcome", "(closed_at IS NULL) = (outcome IS NULL)"),
        record(80),
    )
    id: str = Field(primary_key=True)
    subject_id: str
    session_id: str | None = Field(default=None, foreign_key="sessions.id", index=True)
    code: str
    times: int = 1
    opened_at: datetime = Field(sa_type=INSTANT)
    last_at: datetime = Field(sa_type=INSTANT)
    closed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    closed_by: str | None = None
    outcome: str | None = None
    acknowledged_at: datetime | None = Field(default=None, sa_type=INSTANT)
    acknowledged_by: str | None = None
    over_since: datetime | None = Field(default=None, sa_type=INSTANT)
    rings_since: datetime | None = Field(default=None, sa_type=INSTANT)


class DesignationRow(SQLModel, table=True):
    """A member of staff whom alerts may reach: as what, and by which channels, the first one first."""

    __tablename__ = "designations"
    __table_args__ = (
        one_of("standing", Standing),
        holds("ended_by_somebody", "(ended_at IS NULL) = (ended_by IS NULL)"),
        at_most_one("uq_designations_current", "staff_id", where="ended_at IS NULL"),
        record(),
    )
    id: str = Field(primary_key=True)
    staff_id: str = Field(foreign_key="staff.id")
    standing: str
    channels: str
    named_by: str
    named_at: datetime = Field(sa_type=INSTANT)
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)
    ended_by: str | None = None


class DutyTurnRow(SQLModel, table=True):
    """Weekly hours, by the clock on the wall, in which a designated person is on duty."""

    __tablename__ = "duty_turns"
    __table_args__ = (
        holds("place_in_the_order", "place >= 1"),
        holds("first_before_last", "last_day IS NULL OR first_day <= last_day"),
        holds("ended_by_somebody", "(ended_at IS NULL) = (ended_by IS NULL)"),
        found_by("ix_duty_turns_current", "staff_id", where="ended_at IS NULL"),
        record(),
    )
    id: str = Field(primary_key=True)
    staff_id: str = Field(foreign_key="staff.id")
    weekdays: str
    starts: str
    ends: str
    first_day: date
    last_day: date | None = None
    place: int
    noted_by: str
    noted_at: datetime = Field(sa_type=INSTANT)
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)
    ended_by: str | None = None


class AlertNoticeRow(SQLModel, table=True):
    """What one person was told of an alert, by one channel, word for word (POL-11, POL-25).

    Without `staff_id` it went to the contact of the organisation that `contact` names.
    """

    __tablename__ = "alert_notices"
    __table_args__ = (
        unique("once_key"),
        one_of("channel", Channel),
        holds("to_a_person_or_a_contact", "(staff_id IS NULL) <> (contact IS NULL)"),
        holds("settled_with_outcome", "(settled_at IS NULL) = (outcome IS NULL)"),
        record(),
    )
    id: str = Field(primary_key=True)
    once_key: str
    alert_id: str = Field(foreign_key="alerts.id", index=True)
    staff_id: str | None = Field(default=None, foreign_key="staff.id")
    contact: str | None = None
    channel: str
    step: int
    subject: str
    text: str
    written_at: datetime = Field(sa_type=INSTANT)
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)
    outcome: str | None = None
