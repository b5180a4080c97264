"""Sessions, who is taken for them, and what was promised, said and seen for them."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.policy.admission import Place
from service.policy.consent import Route
from service.policy.presence import PresenceMode, SightingResult
from service.policy.session import CoverMode, SessionState
from service.policy.staff import AcceptedBy
from service.store.tables.base import (
    INSTANT,
    at_most_one,
    found_by,
    holds,
    one_of,
    plumbing,
    record,
    unique,
)

TAKEN_DOWN = "(route = 'link') = (recorded_by IS NULL)"


class SeriesRow(SQLModel, table=True):
    """Sessions at the same wall-clock time each week. `asked` is what was asked for, as JSON."""

    __tablename__ = "series"
    __table_args__ = (unique("external_id"), record(append_only=True))
    id: str = Field(primary_key=True)
    external_id: str | None = None
    tutor_id: str = Field(foreign_key="staff.id")
    asked: str
    booked_by: str
    created_at: datetime = Field(sa_type=INSTANT)


class SeriesRefusalRow(SQLModel, table=True):
    """An occurrence of a series that could not be booked, and why: the first problem, and all of them
    as JSON. The others stand."""

    __tablename__ = "series_refusals"
    __table_args__ = (holds("number_counts", "number >= 1"), record(append_only=True))
    series_id: str = Field(primary_key=True, foreign_key="series.id")
    number: int = Field(primary_key=True)
    local_start: str
    code: str
    field: str
    sentence: str
    problems: str = Field(default="[]", sa_column_kwargs={"server_default": "[]"})


class SessionRow(SQLModel, table=True):
    """A booked lesson. `local_start` and `zone` keep the time that was asked for (pitfall 34)."""

    __tablename__ = "sessions"
    __table_args__ = (
        unique("external_id"),
        one_of("state", SessionState),
        one_of("cover_mode", CoverMode),
        holds("starts_before_it_ends", "starts_at < ends_at"),
        holds("over_has_a_reason", "state NOT IN ('cancelled', 'ended') OR reason IS NOT NULL"),
        found_by("ix_sessions_starts", "starts_at", "id"),
        found_by("ix_sessions_series", "series_id", where="series_id IS NOT NULL"),
        record(50),
    )
    id: str = Field(primary_key=True)
    external_id: str | None = None
    series_id: str | None = Field(default=None, foreign_key="series.id")
    state: str
    starts_at: datetime = Field(sa_type=INSTANT)
    ends_at: datetime = Field(sa_type=INSTANT)
    local_start: str
    zone: str
    purpose: str
    tutor_id: str = Field(foreign_key="staff.id", index=True)
    provider: str
    host_id: str | None = Field(default=None, foreign_key="hosts.id")
    cover_mode: str
    terms: int = 1
    opens_at: datetime = Field(sa_type=INSTANT)
    lapses_at: datetime = Field(sa_type=INSTANT)
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)
    reason: str | None = None
    booked_by: str
    created_at: datetime = Field(sa_type=INSTANT)
    version: int = 1


class SessionChildRow(SQLModel, table=True):
    """A child in a session."""

    __tablename__ = "session_children"
    __table_args__ = (record(),)
    session_id: str = Field(primary_key=True, foreign_key="sessions.id")
    child_id: str = Field(primary_key=True, foreign_key="children.id", index=True)


class EngagementRow(SQLModel, table=True):
    """Who is taken for a session's time: tutor, child, host. No two may overlap for one subject.

    The database keeps it (exclusion on PostgreSQL, trigger on SQLite, see `store.fences`). Rows go
    when the session is over or moved.
    """

    __tablename__ = "engagements"
    __table_args__ = (
        holds("taken_as_known", "taken_as IN ('tutor', 'child', 'host')"),
        holds("from_before_until", "taken_from < taken_until"),
        found_by("ix_engagements_subject", "subject_id", "taken_from"),
        record(),
    )
    session_id: str = Field(primary_key=True, foreign_key="sessions.id")
    subject_id: str = Field(primary_key=True)
    taken_as: str
    taken_from: datetime = Field(sa_type=INSTANT)
    taken_until: datetime = Field(sa_type=INSTANT)


class HoldRow(SQLModel, table=True):
    """How long a session that is not clear keeps everybody's time, once that is no more what the
    booking says (`policy.holds`). What was decided about it are entries."""

    __tablename__ = "holds"
    __table_args__ = (holds("since_before_until", "since < until"), plumbing())
    session_id: str = Field(primary_key=True, foreign_key="sessions.id")
    since: datetime = Field(sa_type=INSTANT)
    until: datetime = Field(sa_type=INSTANT)
    reminded_at: datetime | None = Field(default=None, sa_type=INSTANT)
    warned_at: datetime | None = Field(default=None, sa_type=INSTANT)


class AssignmentRow(SQLModel, table=True):
    """A second member of staff on a session (POL-03). `accepted_terms` are those the acceptance was for,
    `recorded_by` is who put it on record, where that was somebody else, `accepted_by` the earlier word
    that it rests on, if not on one for this session."""

    __tablename__ = "assignments"
    __table_args__ = (
        at_most_one("uq_assignments_current", "session_id", where="released_at IS NULL"),
        found_by("ix_assignments_staff", "staff_id", where="released_at IS NULL"),
        holds("released_with_reason", "(released_at IS NULL) = (release_reason IS NULL)"),
        one_of("accepted_by", AcceptedBy),
        record(),
    )
    id: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="sessions.id")
    staff_id: str = Field(foreign_key="staff.id")
    assigned_by: str
    assigned_at: datetime = Field(sa_type=INSTANT)
    accepted_at: datetime | None = Field(default=None, sa_type=INSTANT)
    accepted_terms: int | None = None
    recorded_by: str | None = None
    accepted_by: str | None = None
    released_at: datetime | None = Field(default=None, sa_type=INSTANT)
    release_reason: str | None = None


class PledgeRow(SQLModel, table=True):
    """A present adult's promise for one session on its terms (POL-02, POL-21)."""

    __tablename__ = "pledges"
    __table_args__ = (
        one_of("mode", PresenceMode),
        one_of("route", Route),
        holds("taken_down_by_a_person", TAKEN_DOWN),
        at_most_one(
            "uq_pledges_standing",
            "session_id",
            "child_id",
            "adult_id",
            "terms",
            where="revoked_at IS NULL",
        ),
        found_by("ix_pledges_adult", "adult_id", "made_at"),
        record(),
    )
    id: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="sessions.id", index=True)
    child_id: str = Field(foreign_key="children.id")
    adult_id: str = Field(foreign_key="parents.id")
    terms: int
    mode: str
    shared: bool = False
    route: str
    recorded_by: str | None = Field(default=None, foreign_key="staff.id")
    made_at: datetime = Field(sa_type=INSTANT)
    revoked_at: datetime | None = Field(default=None, sa_type=INSTANT)


class CheckInRow(SQLModel, table=True):
    """ "I am here" of a child's adult, on the terms shown (POL-02, POL-21)."""

    __tablename__ = "check_ins"
    __table_args__ = (
        one_of("route", Route),
        holds("taken_down_by_a_person", TAKEN_DOWN),
        record(append_only=True),
    )
    id: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="sessions.id", index=True)
    child_id: str = Field(foreign_key="children.id")
    adult_id: str = Field(foreign_key="parents.id")
    terms: int
    route: str
    recorded_by: str | None = Field(default=None, foreign_key="staff.id")
    at: datetime = Field(sa_type=INSTANT)


class StaffCheckInRow(SQLModel, table=True):
    """A member of staff says "I am here" or, as second staff, "I am in the room" (claimed)."""

    __tablename__ = "staff_check_ins"
    __table_args__ = (one_of("place", Place), record(append_only=True))
    id: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="sessions.id", index=True)
    staff_id: str = Field(foreign_key="staff.id")
    place: str
    in_the_room: bool
    at: datetime = Field(sa_type=INSTANT)


class SightingRow(SQLModel, table=True):
    """What second staff noted about a child's adult (POL-02)."""

    __tablename__ = "sightings"
    __table_args__ = (one_of("result", SightingResult), record(append_only=True))
    id: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="sessions.id", index=True)
    child_id: str = Field(foreign_key="children.id")
    staff_id: str = Field(foreign_key="staff.id")
    result: str
    at: datetime = Field(sa_type=INSTANT)


class OverrideRow(SQLModel, table=True):
    """A named sub-rule set aside for one session by the safeguarding lead (pitfall 26)."""

    __tablename__ = "overrides"
    __table_args__ = (
        holds(
            "code_may_be_overridden",
            "code IN ('outside_hours', 'tutor_training_lapsed', 'second_staff_training_lapsed')",
        ),
        holds("reason_stated", "length(trim(reason)) > 0"),
        record(append_only=True),
    )
    id: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="sessions.id", index=True)
    code: str
    staff_id: str
    reason: str
    expires_at: datetime = Field(sa_type=INSTANT)
    at: datetime = Field(sa_type=INSTANT)
