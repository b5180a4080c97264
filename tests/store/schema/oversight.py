"""Rows about what is watched over: rooms, alerts, concerns, statements, and the log itself."""

from typing import Any

from tests.store.schema.rows import AT, DAY, ENDS, SEALED, Row


def signal(signal_id: str, **changes: Any) -> Row:
    """The call started."""
    return {
        "id": signal_id,
        "digest": signal_id,
        "provider": "zoom",
        "provider_id": "81",
        "meeting_id": "meeting_1",
        "kind": "started",
        "occurrence": "u1",
        "registrant_id": "",
        "account_id": "",
        "connection": "",
        "new_role": "",
        "as_host": False,
        "happened_at": AT,
        "received_at": AT,
    } | changes


ATTENDANCE_REPORT = {
    "id": "report_1",
    "meeting_id": "meeting_1",
    "lone_calls_missing": False,
    "at": AT,
}
ATTENDANCE = {
    "report_id": "report_1",
    "position": 0,
    "registrant_id": "reg_1",
    "account_id": "",
    "joined_at": AT,
    "left_at": None,
}

BLIND_TIME: Row = {
    "id": "blind_1",
    "cause": "our_service",
    "provider": None,
    "began_at": AT,
    "ended_at": ENDS,
    "at": ENDS,
}
PROVIDER_OUTAGE: Row = {
    "id": "outage_1",
    "provider": "zoom",
    "reason": "Their status page says so",
    "began_at": AT,
    "until": ENDS,
    "begun_by": "staff_9",
}
DESIGNATION: Row = {
    "id": "designation_1",
    "staff_id": "staff_3",
    "standing": "lead",
    "channels": '["email"]',
    "named_by": "staff_1",
    "named_at": AT,
}
DUTY_TURN: Row = {
    "id": "turn_1",
    "staff_id": "staff_3",
    "weekdays": "[0, 1]",
    "starts": "18:00",
    "ends": "08:00",
    "first_day": DAY,
    "place": 1,
    "noted_by": "staff_1",
    "noted_at": AT,
}
ALERT_NOTICE: Row = {
    "id": "notice_1",
    "once_key": "once",
    "alert_id": "alert_1",
    "staff_id": "staff_3",
    "channel": "email",
    "step": 1,
    "subject": "Urgent",
    "text": "Look.",
    "written_at": AT,
}
CALL_DOWN: Row = {
    "id": "call_1",
    "session_id": "session_1",
    "meeting_id": "meeting_1",
    "staff_id": "staff_2",
    "adult_id": None,
    "outcome": "reached",
    "noted_by": "staff_9",
    "at": AT,
}
CONCERN: Row = {
    "id": "concern_1",
    "desk": "leads",
    "number": 1,
    "kind": "disclosure",
    "severity": "danger",
    "about": "[]",
    "words_sealed": SEALED,
    "session_id": "session_1",
    "child_id": "child_1",
    "reporter_id": "parent_1",
    "reporter_as": "parent",
    "raised_by": "parent_1",
    "write_back": True,
    "raised_at": AT,
}
CONCERN_STEP: Row = {
    "id": "concernstep_1",
    "concern_id": "concern_1",
    "position": 1,
    "kind": "acknowledged",
    "by": "staff_3",
    "at": AT,
}
KEPT: Row = {"concern_id": "concern_1", "subject_id": "staff_1", "at": AT}


def statement(statement_id: str, **changes: Any) -> Row:
    """The tutor's statement."""
    return {
        "id": statement_id,
        "session_id": "session_1",
        "witness": "tutor",
        "witness_id": "staff_1",
        "took_place": "yes",
        "adult_present": "yes",
        "second_staff_present": "yes",
        "route": "link",
        "jws": "a.b.c",
        "made_at": AT,
    } | changes


ENTRY: Row = {
    "scope": "session_1",
    "id": 1,
    "uid": "entry_1",
    "kind": "session.booked",
    "leaf": b"{}",
    "at": AT,
}
