"""Who attended, by Zoom's own report, once the call is over.

https://developers.zoom.us/docs/api/meetings/ (meeting participant reports, past meetings)
Names and addresses in the rows are left behind. By a meeting's number Zoom reports its newest call
only, so each call is asked for by its own uuid.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.links import segment
from integrations.zoom.calls import ZoomCalls
from integrations.zoom.limits import (
    LIST_INSTANCES,
    LIST_PAST_PARTICIPANTS,
    READ_PAST,
    REPORT_PARTICIPANTS,
    Operation,
)
from integrations.zoom.links import uuid_segment
from integrations.zoom.protocol import Json, instant_of, rows_of
from service.errors import ProviderGone, ProviderUnavailable
from service.ports import Attendance, Attended, MeetingHandle

# How long after the last of its instants a row that says "0 seconds" is taken for unfinished. Later
# it is what it says: somebody who was in for less than a second.
_PROCESSING = timedelta(hours=1)
_WITH_REGISTRANTS = {"include_fields": "registrant_id"}


@dataclass(frozen=True)
class _CallReport:
    """The rows of one call; `is_awaited` if Zoom knows of more people than it shows."""

    rows: tuple[Json, ...]
    is_awaited: bool = False


async def read_attendance(
    calls: ZoomCalls, handle: MeetingHandle, occurrences: tuple[str, ...]
) -> Attendance | None:
    """See `MeetingProvider.read_attendance`."""
    reports = [
        await _report_of(calls, uuid)
        for uuid in occurrences or await _occurrences_of(calls, handle)
    ]
    if any(report.is_awaited for report in reports):
        return None
    rows = [row for report in reports for row in report.rows]
    if not rows or any(_is_unfinished(row, calls.now()) for row in rows):
        return None
    # A call with one row shows that this account's reports have calls of one person.
    shows_lone_calls = any(len(report.rows) == 1 for report in reports)
    stays = tuple(_stay_of(row) for row in rows if _was_inside(row))
    return Attendance(stays, lone_calls_missing=not shows_lone_calls)


async def _occurrences_of(calls: ZoomCalls, handle: MeetingHandle) -> tuple[str, ...]:
    """The uuids of all past calls of a meeting; none as long as none has ended."""
    path = f"/past_meetings/{segment(handle.provider_id)}/instances"
    try:
        found = await calls.read(LIST_INSTANCES, path)
    except ProviderGone:
        return ()
    uuids = [row.get("uuid") for row in rows_of(found, "meetings")]
    return tuple(uuid for uuid in uuids if isinstance(uuid, str) and uuid)


async def _report_of(calls: ZoomCalls, uuid: str) -> _CallReport:
    """The report; where it is empty, the past meeting's list, which some accounts fill earlier."""
    place = uuid_segment(uuid)
    rows = await _rows(calls, REPORT_PARTICIPANTS, f"/report/meetings/{place}/participants")
    if not rows:
        path = f"/past_meetings/{place}/participants"
        rows = await _rows(calls, LIST_PAST_PARTICIPANTS, path)
    if rows:
        return _CallReport(rows)
    return _CallReport((), is_awaited=await _had_company(calls, f"/past_meetings/{place}"))


async def _rows(calls: ZoomCalls, operation: Operation, path: str) -> tuple[Json, ...]:
    try:
        return tuple(await calls.read_all(operation, path, _WITH_REGISTRANTS, "participants"))
    except ProviderGone:  # not ended, not processed, or nobody but one person
        return ()


async def _had_company(calls: ZoomCalls, path: str) -> bool:
    """Whether a call without rows had two people or more, so that its rows must still come."""
    try:
        past = await calls.read(READ_PAST, path)
    except ProviderGone:
        return False
    count = past.get("participants_count")
    return isinstance(count, int) and count > 1


# --- rows -----------------------------------------------------------------------------------------


def _was_inside(row: Mapping[str, object]) -> bool:
    return row.get("status") != "in_waiting_room"


def _is_unfinished(row: Mapping[str, object], now: datetime) -> bool:
    if row.get("duration") != 0 or not _was_inside(row):
        return False
    last = instant_of(row.get("leave_time")) or _joined_at(row)
    return now - last < _PROCESSING


def _stay_of(row: Mapping[str, object]) -> Attended:
    return Attended(
        registrant_id=_id(row.get("registrant_id")),
        # Only people signed in to an account have one; `id` is the older name of the same.
        account_id=_id(row.get("participant_user_id")) or _id(row.get("id")),
        joined_at=_joined_at(row),
        left_at=instant_of(row.get("leave_time")),
    )


def _joined_at(row: Mapping[str, object]) -> datetime:
    at = instant_of(row.get("join_time"))
    if at is None:
        # Leaving the row out would hide a person: better no report than such a one.
        raise ProviderUnavailable("Zoom's report holds a stay without a beginning.")
    return at


def _id(value: object) -> str:
    return value if isinstance(value, str) else ""
