"""When staff are away, for which stretches they have accepted beforehand, and who takes over from whom."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.policy.staff import DutyKind
from service.store.tables.base import INSTANT, at_most_one, found_by, holds, one_of, record


class AbsenceRow(SQLModel, table=True):
    """A stretch in which a member of staff is away; from `ended_at` on it counts no more."""

    __tablename__ = "absences"
    __table_args__ = (
        holds("starts_before_it_ends", "starts_at < ends_at"),
        found_by("ix_absences_staff", "staff_id", "starts_at", where="ended_at IS NULL"),
        record(),
    )
    id: str = Field(primary_key=True)
    staff_id: str = Field(foreign_key="staff.id")
    starts_at: datetime = Field(sa_type=INSTANT)
    ends_at: datetime = Field(sa_type=INSTANT)
    noted_by: str
    noted_at: datetime = Field(sa_type=INSTANT)
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)


class DutyRow(SQLModel, table=True):
    """A stretch for which somebody has said yes to every session: on the rota, or standing by.

    `own_word`: they said so themselves; otherwise `noted_by` recorded what they said.
    """

    __tablename__ = "duties"
    __table_args__ = (
        one_of("kind", DutyKind),
        holds("starts_before_it_ends", "starts_at < ends_at"),
        found_by("ix_duties_staff", "staff_id", "starts_at", where="ended_at IS NULL"),
        record(),
    )
    id: str = Field(primary_key=True)
    staff_id: str = Field(foreign_key="staff.id")
    kind: str
    position: int
    starts_at: datetime = Field(sa_type=INSTANT)
    ends_at: datetime = Field(sa_type=INSTANT)
    own_word: bool
    noted_by: str
    noted_at: datetime = Field(sa_type=INSTANT)
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)


class HandOverRow(SQLModel, table=True):
    """Second staff changing during a call (pitfall 24). The gap is how long the room had nobody; it is
    empty while the newcomer is not in, and where the provider told us nothing."""

    __tablename__ = "hand_overs"
    __table_args__ = (
        holds("two_different_people", "leaving_id <> coming_id"),
        holds("reason_stated", "length(trim(reason)) > 0"),
        holds(
            "in_order", "arrived_at IS NULL OR (admitted_at IS NOT NULL AND ended_at IS NOT NULL)"
        ),
        at_most_one("uq_hand_overs_open", "session_id", where="ended_at IS NULL"),
        found_by("ix_hand_overs_coming", "coming_id", where="ended_at IS NULL"),
        record(),
    )
    id: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="sessions.id", index=True)
    leaving_id: str = Field(foreign_key="staff.id")
    coming_id: str = Field(foreign_key="staff.id")
    reason: str
    asked_by: str
    asked_at: datetime = Field(sa_type=INSTANT)
    accepted_at: datetime | None = Field(default=None, sa_type=INSTANT)
    admitted_at: datetime | None = Field(default=None, sa_type=INSTANT)
    arrived_at: datetime | None = Field(default=None, sa_type=INSTANT)
    gap_seconds: int | None = None
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)
