"""Clearances, the meetings they opened, ways in, admissions and signals."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from service.policy.admission import Place
from service.policy.signs import Manner
from service.ports import SignalKind
from service.store.tables.base import (
    INSTANT,
    at_most_one,
    found_by,
    holds,
    one_of,
    record,
    unique,
)


class ClearanceRow(SQLModel, table=True):
    """The recorded proof that a session was clear; a meeting cannot be stored without one."""

    __tablename__ = "clearances"
    __table_args__ = (
        holds("two_different_staff", "tutor_id <> second_staff_id"),
        record(append_only=True),
    )
    id: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="sessions.id", index=True)
    terms: int
    tutor_id: str = Field(foreign_key="staff.id")
    second_staff_id: str = Field(foreign_key="staff.id")
    host_id: str = Field(foreign_key="hosts.id")
    at: datetime = Field(sa_type=INSTANT)


class ClearedChildRow(SQLModel, table=True):
    """What one child's clearance rests on. No column may be empty."""

    __tablename__ = "cleared_children"
    __table_args__ = (record(append_only=True),)
    clearance_id: str = Field(primary_key=True, foreign_key="clearances.id")
    child_id: str = Field(primary_key=True, foreign_key="children.id")
    consent_id: str = Field(foreign_key="consents.id")
    pledge_id: str = Field(foreign_key="pledges.id")
    adult_id: str = Field(foreign_key="parents.id")


class MeetingStage(StrEnum):
    """How far our record of a meeting has come.

    Intended: written down, the provider may have been asked. Open: verified and released.
    Closing: to be removed at the provider. Closed: confirmed gone. Failed: surely never made.
    """

    INTENDED = "intended"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    FAILED = "failed"


class MeetingRow(SQLModel, table=True):
    """One meeting at a provider, from the intent on.

    `holder` is the provider's id of the second staff's account, where that account holds the room.
    `link_key` stands for the link where all share one. `verified_at` is when its settings were last
    read back; empty means in doubt. `weak_since`: they were found weaker than required.
    """

    __tablename__ = "meetings"
    __table_args__ = (
        unique("reference"),
        one_of("stage", MeetingStage),
        holds("open_is_known", "stage <> 'open' OR (provider_id IS NOT NULL)"),
        holds("closing_has_a_reason", "stage NOT IN ('closing', 'closed') OR reason IS NOT NULL"),
        at_most_one("uq_meetings_live", "session_id", where="stage IN ('intended', 'open')"),
        found_by("ix_meetings_provider", "provider", "provider_id"),
        found_by("ix_meetings_link", "provider", "link_key", where="link_key <> ''"),
        record(60),
    )
    id: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="sessions.id", index=True)
    clearance_id: str = Field(foreign_key="clearances.id")
    host_id: str = Field(foreign_key="hosts.id")
    provider: str
    host_account: str
    reference: str
    stage: str
    provider_id: str | None = None
    holder: str = ""
    link_key: str = ""
    passcode_sealed: bytes | None = None
    intended_at: datetime = Field(sa_type=INSTANT)
    opened_at: datetime | None = Field(default=None, sa_type=INSTANT)
    verified_at: datetime | None = Field(default=None, sa_type=INSTANT)
    weak_since: datetime | None = Field(default=None, sa_type=INSTANT)
    shut_at: datetime | None = Field(default=None, sa_type=INSTANT)
    closed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    reason: str | None = None


class WayInRow(SQLModel, table=True):
    """A personal way into a meeting, in custody: sealed, and released by an admission alone.

    From `revoked_at` on we release it no more; from `taken_back_at` on the provider opens it no more.
    """

    __tablename__ = "ways_in"
    __table_args__ = (
        at_most_one("uq_ways_in_standing", "meeting_id", "subject_id", where="revoked_at IS NULL"),
        one_of("place", Place),
        holds("revoked_before_taken_back", "taken_back_at IS NULL OR revoked_at IS NOT NULL"),
        record(),
    )
    id: str = Field(primary_key=True)
    meeting_id: str = Field(foreign_key="meetings.id")
    place: str
    subject_id: str
    door_code: str
    registrant_id: str
    url_sealed: bytes
    revoked_at: datetime | None = Field(default=None, sa_type=INSTANT)
    taken_back_at: datetime | None = Field(default=None, sa_type=INSTANT)


class AdmissionRow(SQLModel, table=True):
    """The recorded proof that one person could go in; no way in is released without one.

    `way_in_id` is the one that was released; second staff have none, as their link is never stored.
    """

    __tablename__ = "admissions"
    __table_args__ = (
        one_of("place", Place),
        holds("households_name_the_child", "(place = 'household') = (child_id IS NOT NULL)"),
        record(append_only=True),
    )
    id: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="sessions.id", index=True)
    meeting_id: str = Field(foreign_key="meetings.id")
    place: str
    subject_id: str
    child_id: str | None = Field(default=None, foreign_key="children.id")
    second_staff_presence: str
    way_in_id: str | None = None
    at: datetime = Field(sa_type=INSTANT)


class SignalRow(SQLModel, table=True):
    """What a provider told us, once each; both clocks are kept (pitfalls 38 and 47).

    `looked_at`: it did not tell us, we found it when we looked into the room ourselves.
    """

    __tablename__ = "signals"
    __table_args__ = (
        unique("digest"),
        one_of("kind", SignalKind),
        one_of("manner", Manner),
        found_by("ix_signals_meeting", "meeting_id", "happened_at"),
        record(append_only=True),
    )
    id: str = Field(primary_key=True)
    digest: str
    provider: str
    provider_id: str
    meeting_id: str | None = Field(default=None, foreign_key="meetings.id")
    kind: str
    occurrence: str
    registrant_id: str
    account_id: str
    connection: str
    new_role: str
    as_host: bool
    manner: str = Field(default="", sa_column_kwargs={"server_default": ""})
    happened_at: datetime = Field(sa_type=INSTANT)
    received_at: datetime = Field(sa_type=INSTANT)
    looked_at: datetime | None = Field(default=None, sa_type=INSTANT)


class AttendanceReportRow(SQLModel, table=True):
    """One reading of a provider's attendance report; a later one may know more."""

    __tablename__ = "attendance_reports"
    __table_args__ = (record(append_only=True),)
    id: str = Field(primary_key=True)
    meeting_id: str = Field(foreign_key="meetings.id", index=True)
    lone_calls_missing: bool
    at: datetime = Field(sa_type=INSTANT)


class AttendanceRow(SQLModel, table=True):
    """One stay of one connection in a call, by a report. `left_at` is empty where it is unknown."""

    __tablename__ = "attendances"
    __table_args__ = (
        holds("left_after_joining", "left_at IS NULL OR joined_at <= left_at"),
        record(append_only=True),
    )
    report_id: str = Field(primary_key=True, foreign_key="attendance_reports.id")
    position: int = Field(primary_key=True)
    registrant_id: str
    account_id: str
    joined_at: datetime = Field(sa_type=INSTANT)
    left_at: datetime | None = Field(default=None, sa_type=INSTANT)
