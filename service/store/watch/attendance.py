"""What providers' reports say of who attended. Each reading is kept as it was."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.policy.people import MeetingId
from service.ports import Attendance, Attended
from service.store.tables import AttendanceReportRow, AttendanceRow, table_of
from service.store.transactions import Reader, Tx

REPORTS = table_of(AttendanceReportRow)
STAYS = table_of(AttendanceRow)


@dataclass(frozen=True)
class KeptReport:
    """One reading of a report."""

    report_id: str
    meeting_id: MeetingId
    read_at: datetime
    attendance: Attendance


def insert(tx: Tx, meeting_id: MeetingId, attendance: Attendance) -> str:
    """Keep one reading."""
    report_id = tx.new_id("report")
    tx.conn.execute(
        REPORTS.insert().values(
            id=report_id,
            meeting_id=meeting_id,
            lone_calls_missing=attendance.lone_calls_missing,
            at=tx.now,
        )
    )
    if attendance.stays:
        tx.conn.execute(
            STAYS.insert(),
            [
                {
                    "report_id": report_id,
                    "position": position,
                    "registrant_id": stay.registrant_id,
                    "account_id": stay.account_id,
                    "joined_at": stay.joined_at,
                    "left_at": stay.left_at,
                }
                for position, stay in enumerate(attendance.stays)
            ],
        )
    return report_id


def newest(reader: Tx | Reader, meeting_id: MeetingId) -> KeptReport | None:
    """The last reading for a meeting, if there is any."""
    row = reader.conn.execute(
        sa.select(REPORTS)
        .where(REPORTS.c.meeting_id == meeting_id)
        .order_by(REPORTS.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    attendance = Attendance(_stays(reader, row.id), row.lone_calls_missing)
    return KeptReport(row.id, MeetingId(row.meeting_id), row.at, attendance)


def _stays(reader: Tx | Reader, report_id: str) -> tuple[Attended, ...]:
    rows = reader.conn.execute(
        sa.select(STAYS).where(STAYS.c.report_id == report_id).order_by(STAYS.c.position)
    )
    return tuple(
        Attended(row.registrant_id, row.account_id, row.joined_at, row.left_at) for row in rows
    )
