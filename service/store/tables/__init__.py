"""The tables, declared once. Rows never leave `store`; values do."""

import sqlalchemy as sa
from sqlmodel import SQLModel

from service.store.tables.meetings import (
    AdmissionRow,
    AlertRow,
    ClearanceRow,
    ClearedChildRow,
    MeetingRow,
    MeetingStage,
    SignalRow,
    WayInRow,
)
from service.store.tables.people import (
    ChildRow,
    ConsentRow,
    DeviceRow,
    LinkRow,
    NominationRow,
    ParentRow,
    TieRow,
)
from service.store.tables.records import (
    CheckpointRow,
    EntryPayloadRow,
    EntryRow,
    IdempotencyRow,
    InstallationRow,
    LeafRow,
    MessageRow,
    NodeRow,
    PinTryRow,
    PseudonymKeyRow,
    StatementRow,
    UnsequencedRow,
    WorkRow,
)
from service.store.tables.sessions import (
    AssignmentRow,
    CheckInRow,
    EngagementRow,
    OverrideRow,
    PledgeRow,
    SessionChildRow,
    SessionRow,
    SightingRow,
    StaffCheckInRow,
)
from service.store.tables.staff import (
    CustodianRow,
    EvidenceRow,
    HostRow,
    PolicyRow,
    RelationRow,
    StaffRow,
)

__all__ = [
    "AdmissionRow",
    "AlertRow",
    "AssignmentRow",
    "CheckInRow",
    "CheckpointRow",
    "ChildRow",
    "ClearanceRow",
    "ClearedChildRow",
    "ConsentRow",
    "CustodianRow",
    "DeviceRow",
    "EngagementRow",
    "EntryPayloadRow",
    "EntryRow",
    "EvidenceRow",
    "HostRow",
    "IdempotencyRow",
    "InstallationRow",
    "LeafRow",
    "LinkRow",
    "MeetingRow",
    "MeetingStage",
    "MessageRow",
    "NodeRow",
    "NominationRow",
    "OverrideRow",
    "ParentRow",
    "PinTryRow",
    "PledgeRow",
    "PolicyRow",
    "PseudonymKeyRow",
    "RelationRow",
    "SessionChildRow",
    "SessionRow",
    "SightingRow",
    "SignalRow",
    "StaffCheckInRow",
    "StaffRow",
    "StatementRow",
    "TieRow",
    "UnsequencedRow",
    "WayInRow",
    "WorkRow",
    "table_of",
]


def table_of(row: type[SQLModel]) -> sa.Table:
    """The SQLAlchemy table that a row class declares."""
    return SQLModel.metadata.tables[str(row.__tablename__)]
