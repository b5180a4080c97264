"""Who attended, by Teams' own reports: one report for each call that was held in a meeting.

https://learn.microsoft.com/graph/api/resources/meetingattendancereport
"""

from collections.abc import Iterable, Iterator

from integrations.teams.identities import who_attended
from integrations.teams.reading import Json, instant, part, rows, text
from service.ports import Attendance, Attended


def read_records(records: Iterable[Json], tenant_id: str) -> Attendance | None:
    """Every stay in the records; None if there is no record, as while a call still runs."""
    known = list(records)
    if not known:
        return None
    return Attendance(tuple(stay for record in known for stay in _stays(record, tenant_id)))


def _stays(record: Json, tenant_id: str) -> Iterator[Attended]:
    who = who_attended(part(record, "identity"), text(record, "role"), tenant_id)
    for interval in rows(record, "attendanceIntervals"):
        joined_at = instant(interval, "joinDateTime")
        # Microsoft leaves a time out where it has lost it; a stay without a beginning is none.
        if joined_at is not None:
            left_at = instant(interval, "leaveDateTime")
            yield Attended(who.registrant_id, who.account_id, joined_at, left_at)
