"""What happens at the door beside going in: slips, adults who leave, second devices, uses of links."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.policy.admission import SlipPurpose
from service.policy.consent import Route
from service.store.tables.base import (
    INSTANT,
    at_most_one,
    found_by,
    holds,
    one_of,
    record,
    unique,
)
from service.store.tables.sessions import TAKEN_DOWN


class SlipRow(SQLModel, table=True):
    """A one-use code for another device of a household, known by its hash alone.

    `used_at`: the device went in by it. `ended_at`: it is worth nothing any more, and why.
    """

    __tablename__ = "slips"
    __table_args__ = (
        unique("code_hash"),
        one_of("purpose", SlipPurpose),
        holds("ended_with_reason", "(ended_at IS NULL) = (end_reason IS NULL)"),
        at_most_one(
            "uq_slips_standing", "session_id", "child_id", "purpose", where="ended_at IS NULL"
        ),
        record(),
    )
    id: str = Field(primary_key=True)
    code_hash: str
    purpose: str
    session_id: str = Field(foreign_key="sessions.id", index=True)
    child_id: str = Field(foreign_key="children.id")
    adult_id: str = Field(foreign_key="parents.id")
    made_at: datetime = Field(sa_type=INSTANT)
    expires_at: datetime = Field(sa_type=INSTANT)
    used_at: datetime | None = Field(default=None, sa_type=INSTANT)
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)
    end_reason: str | None = None


class DepartureRow(SQLModel, table=True):
    """ "I have to leave" of a child's adult who had said "I am here" (pitfall 15)."""

    __tablename__ = "departures"
    __table_args__ = (
        one_of("route", Route),
        holds("taken_down_by_a_person", TAKEN_DOWN),
        record(append_only=True),
    )
    id: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="sessions.id", index=True)
    child_id: str = Field(foreign_key="children.id")
    adult_id: str = Field(foreign_key="parents.id")
    route: str
    recorded_by: str | None = Field(default=None, foreign_key="staff.id")
    at: datetime = Field(sa_type=INSTANT)


class SecondDeviceRow(SQLModel, table=True):
    """An adult's own second device that asks for "I am still here" while the child uses another."""

    __tablename__ = "second_devices"
    __table_args__ = (
        at_most_one(
            "uq_second_devices_standing", "session_id", "child_id", where="ended_at IS NULL"
        ),
        found_by("ix_second_devices_token", "token_hash"),
        record(),
    )
    id: str = Field(primary_key=True)
    token_hash: str
    session_id: str = Field(foreign_key="sessions.id", index=True)
    child_id: str = Field(foreign_key="children.id")
    adult_id: str = Field(foreign_key="parents.id")
    registered_at: datetime = Field(sa_type=INSTANT)
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)


class TapRow(SQLModel, table=True):
    """ "I am still here", said on a second device (POL-02)."""

    __tablename__ = "taps"
    __table_args__ = (record(append_only=True),)
    id: str = Field(primary_key=True)
    device_id: str = Field(foreign_key="second_devices.id", index=True)
    at: datetime = Field(sa_type=INSTANT)


class LinkUseRow(SQLModel, table=True):
    """One form sent by a personal link, and from which browser (pitfall 17)."""

    __tablename__ = "link_uses"
    __table_args__ = (record(append_only=True),)
    id: str = Field(primary_key=True)
    link_id: str = Field(foreign_key="links.id", index=True)
    browser_hash: str
    deed: str
    at: datetime = Field(sa_type=INSTANT)
