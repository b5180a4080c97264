"""What the organisation set for itself, and which families have left the rehearsal."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from service.store.tables.base import INSTANT, record, unique


class OrganisationSettingsRow(SQLModel, table=True):
    """The organisation's settings as they were from an instant on, newest position last."""

    __tablename__ = "organisation_settings"
    __table_args__ = (record(append_only=True),)
    position: int = Field(primary_key=True)
    digest: str
    settings_sealed: bytes
    at: datetime = Field(sa_type=INSTANT)


class SwitchOverRow(SQLModel, table=True):
    """A child's family left the rehearsal, or went back to it; the newest position counts."""

    __tablename__ = "switch_overs"
    __table_args__ = (unique("child_id", "position"), record(append_only=True))
    id: str = Field(primary_key=True)
    child_id: str = Field(foreign_key="children.id")
    position: int
    switched_over: bool
    by: str
    at: datetime = Field(sa_type=INSTANT)
