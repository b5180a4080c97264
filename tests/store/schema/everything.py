"""One row in every table of records: a session that was opened, with everything it rests on."""

from typing import Any

import sqlalchemy as sa

from tests.store.schema.rows import (
    AT,
    DAY,
    ENDS,
    HAND_OVER,
    METADATA,
    SEALED,
    Row,
    admission,
    alert,
    assignment,
    breach,
    clearance,
    cleared_child,
    consent,
    engagement,
    evidence,
    meeting,
    message,
    pledge,
    session,
    way_in,
)


def staff(staff_id: str) -> Row:
    """A member of staff."""
    return {
        "id": staff_id,
        "name_sealed": SEALED,
        "account_sealed": SEALED,
        "account_domain": "tuition.example",
        "mail_key": "digest_1",
        "phone_key": None,
        "created_at": AT,
        "version": 1,
    }


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


def parent(parent_id: str) -> Row:
    """A parent."""
    return {
        "id": parent_id,
        "name_sealed": SEALED,
        "mail_key": "digest_1",
        "phone_key": None,
        "language": "en",
        "details_hidden": False,
        "created_at": AT,
        "version": 1,
    }


def child(child_id: str, **changes: Any) -> Row:
    """A child."""
    return {
        "id": child_id,
        "name_sealed": SEALED,
        "born_on": DAY,
        "ledger_position": 1,
        "looked_after": False,
        "visiting_never": False,
        "has_merged": False,
        "created_at": AT,
        "version": 1,
    } | changes


HOST: Row = {
    "provider": "zoom",
    "account_domain": "tuition.example",
    "created_at": AT,
    "version": 1,
}
POLICY: Row = {
    "version": "v1",
    "position": 1,
    "owner": "The board",
    "text": "Be kind.",
    "review_on": DAY,
    "asks_fresh_agreement": False,
    "published_at": AT,
}
ORGANISATION_SETTINGS: Row = {
    "position": 1,
    "digest": "d",
    "settings_sealed": SEALED,
    "at": AT,
}
SWITCH_OVER: Row = {
    "id": "switchover_1",
    "child_id": "child_1",
    "position": 1,
    "switched_over": True,
    "by": "staff_9",
    "at": AT,
}
NOMINATION: Row = {
    "id": "nomination_1",
    "child_id": "child_1",
    "position": 1,
    "giver_id": "parent_1",
    "adult_id": "parent_1",
    "named": True,
    "route": "link",
    "at": AT,
}
WISH: Row = {
    "id": "wish_1",
    "child_id": "child_1",
    "position": 3,
    "wish": "camera_off",
    "recorded_by": "staff_2",
    "at": AT,
}
INVALIDATION: Row = {"evidence_id": "evidence_1", "by": "staff_2", "at": AT}
RESOLUTION: Row = {
    "id": "resolution_1",
    "child_id": "child_1",
    "position": 2,
    "purpose": "take_part",
    "basis": "agreement",
    "stands": True,
    "settles": "[1]",
    "reason": "Both agree now",
    "recorded_by": "staff_3",
    "at": AT,
}
CHECK_IN: Row = {
    "id": "checkin_1",
    "session_id": "session_1",
    "child_id": "child_1",
    "adult_id": "parent_1",
    "terms": 1,
    "route": "link",
    "at": AT,
}
STAFF_CHECK_IN: Row = {
    "id": "staffcheckin_1",
    "session_id": "session_1",
    "staff_id": "staff_2",
    "place": "second_staff",
    "in_the_room": True,
    "at": AT,
}
SIGHTING: Row = {
    "id": "sighting_1",
    "session_id": "session_1",
    "child_id": "child_1",
    "staff_id": "staff_2",
    "result": "seen",
    "at": AT,
}
SLIP: Row = {
    "id": "slip_1",
    "code_hash": "h1",
    "purpose": "way_in",
    "session_id": "session_1",
    "child_id": "child_1",
    "adult_id": "parent_1",
    "made_at": AT,
    "expires_at": ENDS,
}
DEPARTURE: Row = {
    "id": "departure_1",
    "session_id": "session_1",
    "child_id": "child_1",
    "adult_id": "parent_1",
    "route": "link",
    "at": AT,
}
SECOND_DEVICE: Row = {
    "id": "seconddevice_1",
    "token_hash": "h2",
    "session_id": "session_1",
    "child_id": "child_1",
    "adult_id": "parent_1",
    "registered_at": AT,
}
LINK: Row = {
    "id": "link_1",
    "token_hash": "h3",
    "purpose": "session",
    "parent_id": "parent_1",
    "child_id": "child_1",
    "session_id": "session_1",
    "created_at": AT,
    "expires_at": ENDS,
}
LINK_USE: Row = {
    "id": "linkuse_1",
    "link_id": "link_1",
    "browser_hash": "h4",
    "deed": "here",
    "at": AT,
}
SERIES: Row = {
    "id": "series_1",
    "tutor_id": "staff_1",
    "asked": "{}",
    "booked_by": "staff_1",
    "created_at": AT,
}
SERIES_REFUSAL: Row = {
    "series_id": "series_1",
    "number": 1,
    "local_start": "2026-11-24T16:00:00",
    "code": "taken",
    "field": "tutor_id",
    "sentence": "The tutor has another session at that time.",
    "problems": "[]",
}
OVERRIDE: Row = {
    "id": "override_1",
    "session_id": "session_1",
    "code": "outside_hours",
    "staff_id": "staff_9",
    "reason": "Exam",
    "expires_at": ENDS,
    "at": AT,
}
STRETCH: Row = {
    "staff_id": "staff_2",
    "starts_at": AT,
    "ends_at": ENDS,
    "noted_by": "staff_2",
    "noted_at": AT,
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
DUTY: Row = STRETCH | {"id": "duty_1", "kind": "rota", "position": 0, "own_word": True}
ENTRY: Row = {
    "scope": "session_1",
    "id": 1,
    "uid": "entry_1",
    "kind": "session.booked",
    "leaf": b"{}",
    "at": AT,
}

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

ROWS: list[tuple[str, Row]] = [
    *(("staff", staff(f"staff_{n}")) for n in (1, 2, 3)),
    *(("parents", parent(f"parent_{n}")) for n in (1, 2)),
    *(("children", child(f"child_{n}")) for n in (1, 2)),
    *(("hosts", HOST | {"id": f"host_{n}", "account": f"host{n}"}) for n in (1, 2)),
    ("policies", POLICY),
    ("organisation_settings", ORGANISATION_SETTINGS),
    ("switch_overs", SWITCH_OVER),
    ("staff_evidence", evidence("evidence_1")),
    ("known_by", {"owner_id": "staff_1", "key": "digest_1"}),
    ("evidence_invalidations", INVALIDATION),
    ("sessions", session("session_1")),
    ("sessions", session("session_2")),
    ("session_children", {"session_id": "session_1", "child_id": "child_1"}),
    ("engagements", engagement("session_1", 60, 120)),
    ("holds", {"session_id": "session_1", "since": AT, "until": ENDS}),
    ("assignments", assignment("assignment_1")),
    ("absences", STRETCH | {"id": "absence_1"}),
    ("duties", DUTY),
    ("hand_overs", HAND_OVER),
    ("consents", consent("consent_1", 1)),
    ("nominations", NOMINATION),
    ("consent_resolutions", RESOLUTION),
    ("wishes", WISH),
    (
        "deputies",
        {
            "id": "deputy_1",
            "team_id": "parent_1",
            "parent_id": "parent_2",
            "named_by": "staff_1",
            "named_at": AT,
        },
    ),
    ("pledges", pledge("pledge_1")),
    ("check_ins", CHECK_IN),
    ("staff_check_ins", STAFF_CHECK_IN),
    ("sightings", SIGHTING),
    ("slips", SLIP),
    ("departures", DEPARTURE),
    ("second_devices", SECOND_DEVICE),
    ("taps", {"id": "tap_1", "device_id": "seconddevice_1", "at": AT}),
    ("links", LINK),
    ("link_uses", LINK_USE),
    ("overrides", OVERRIDE),
    ("series", SERIES),
    ("series_refusals", SERIES_REFUSAL),
    ("clearances", clearance("clearance_1")),
    ("cleared_children", cleared_child("clearance_1")),
    ("clearances", clearance("clearance_empty")),
    ("meetings", meeting("meeting_1")),
    ("ways_in", way_in("wayin_1")),
    ("signals", signal("signal_1")),
    ("attendance_reports", ATTENDANCE_REPORT),
    ("attendances", ATTENDANCE),
    ("alerts", alert("alert_1")),
    ("designations", DESIGNATION),
    ("duty_turns", DUTY_TURN),
    ("alert_notices", ALERT_NOTICE),
    ("blind_times", BLIND_TIME),
    ("blind_rooms", {"blind_time_id": "blind_1", "session_id": "session_1"}),
    ("provider_outages", PROVIDER_OUTAGE),
    ("breaches", breach("breach_1")),
    ("call_downs", CALL_DOWN),
    ("messages", message("message_1")),
    ("concerns", CONCERN),
    ("concern_steps", CONCERN_STEP),
    ("concern_subjects", KEPT),
    ("record_holds", KEPT),
    ("statements", statement("statement_1")),
    ("entries", ENTRY),
    ("leaves", {"position": 0, "entry_id": 1}),
    ("tree_nodes", {"level": 0, "position": 0, "hash": b"x" * 32}),
    ("checkpoints", {"size": 1, "note": "note", "at": AT}),
]


def insert(conn: sa.Connection, table: str, row: Row) -> None:
    """Write one row past everything but the database itself."""
    conn.execute(METADATA.tables[table].insert().values(row))


def fill(conn: sa.Connection) -> None:
    """Write every row, open the meeting, and let the household in."""
    for table, row in ROWS:
        insert(conn, table, row)
    conn.execute(sa.text("UPDATE meetings SET stage = 'open', provider_id = '81'"))
    insert(conn, "admissions", admission("admission_1"))
