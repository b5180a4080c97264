"""Series: the single occasions of a recurring meeting with fixed times."""

from datetime import timedelta
from typing import Any

from integrations.zoom.emulator.records import Meeting
from integrations.zoom.emulator.settings import zoom_time
from integrations.zoom.emulator.state import ApiError

Json = dict[str, Any]

FIXED_TIMES = 8
_MOST_OCCASIONS = 60
_STEPS = {1: timedelta(days=1), 2: timedelta(days=7)}


def occurrences_of(body: Json, meeting: Meeting) -> list[Json]:
    """Daily and weekly ones; a monthly rhythm is not emulated."""
    if meeting.type != FIXED_TIMES:
        return []
    rule = body.get("recurrence") or {}
    step, times = _STEPS.get(rule.get("type", 2)), rule.get("end_times", 1)
    if step is None or not isinstance(times, int) or not 1 <= times <= _MOST_OCCASIONS:
        raise ApiError(400, 300, "Validation Failed.", "recurrence")
    starts = [meeting.start_time + step * rule.get("repeat_interval", 1) * n for n in range(times)]
    return [
        {
            "occurrence_id": str(int(at.timestamp() * 1000)),
            "start_time": zoom_time(at),
            "duration": meeting.duration,
            "status": "available",
        }
        for at in starts
    ]
