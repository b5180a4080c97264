"""Rows as a program gone wrong might write them, right in everything that a test does not change."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlmodel import SQLModel

from service.store import schema

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
STARTS, ENDS = AT + timedelta(hours=1), AT + timedelta(hours=2)
DAY = date(2026, 1, 1)
SEALED = b"sealed"

METADATA = schema.declared(SQLModel.metadata)

Row = dict[str, Any]


def session(session_id: str, **changes: Any) -> Row:
    """A booked session."""
    return {
        "id": session_id,
        "state": "booked",
        "starts_at": STARTS,
        "ends_at": ENDS,
        "local_start": "2026-11-24T16:00",
        "zone": "Europe/London",
        "purpose": "Fractions",
        "tutor_id": "staff_1",
        "provider": "zoom",
        "host_id": "host_1",
        "cover_mode": "throughout",
        "terms": 1,
        "opens_at": AT,
        "lapses_at": STARTS,
        "booked_by": "staff_1",
        "created_at": AT,
        "version": 1,
    } | changes


def clearance(clearance_id: str, **changes: Any) -> Row:
    """A clearance of the first session."""
    return {
        "id": clearance_id,
        "session_id": "session_1",
        "terms": 1,
        "tutor_id": "staff_1",
        "second_staff_id": "staff_2",
        "host_id": "host_1",
        "at": AT,
    } | changes


def cleared_child(clearance_id: str, **changes: Any) -> Row:
    """What a child's clearance rests on."""
    return {
        "clearance_id": clearance_id,
        "child_id": "child_1",
        "consent_id": "consent_1",
        "pledge_id": "pledge_1",
        "adult_id": "parent_1",
    } | changes


def meeting(meeting_id: str, **changes: Any) -> Row:
    """An intended meeting of the first session."""
    return {
        "id": meeting_id,
        "session_id": "session_1",
        "clearance_id": "clearance_1",
        "host_id": "host_1",
        "provider": "zoom",
        "host_account": "hostA",
        "reference": f"REF{meeting_id}",
        "stage": "intended",
        "intended_at": AT,
    } | changes


def engagement(session_id: str, starts: int, ends: int, **changes: Any) -> Row:
    """A tutor taken for some minutes counted from `AT`."""
    return {
        "session_id": session_id,
        "subject_id": "staff_1",
        "taken_as": "tutor",
        "taken_from": AT + timedelta(minutes=starts),
        "taken_until": AT + timedelta(minutes=ends),
    } | changes


def assignment(assignment_id: str, **changes: Any) -> Row:
    """The second member of staff of the first session."""
    return {
        "id": assignment_id,
        "session_id": "session_1",
        "staff_id": "staff_2",
        "assigned_by": "staff_1",
        "assigned_at": AT,
    } | changes


def consent(consent_id: str, position: int, **changes: Any) -> Row:
    """A yes by link."""
    return {
        "id": consent_id,
        "child_id": "child_1",
        "position": position,
        "purpose": "take_part",
        "giver_id": "parent_1",
        "kind": "given",
        "route": "link",
        "at": AT,
        "policy_version": "v1",
        "wording": "I agree.",
        "language": "en",
    } | changes


def pledge(pledge_id: str, **changes: Any) -> Row:
    """A promise by link."""
    return {
        "id": pledge_id,
        "session_id": "session_1",
        "child_id": "child_1",
        "adult_id": "parent_1",
        "terms": 1,
        "mode": "in_the_room",
        "route": "link",
        "made_at": AT,
    } | changes


def admission(admission_id: str, **changes: Any) -> Row:
    """The child's household is let in."""
    return {
        "id": admission_id,
        "session_id": "session_1",
        "meeting_id": "meeting_1",
        "place": "household",
        "subject_id": "child_1",
        "child_id": "child_1",
        "second_staff_presence": "by_provider",
        "at": AT,
    } | changes


def evidence(evidence_id: str, **changes: Any) -> Row:
    """A background check, seen by a colleague."""
    return {
        "id": evidence_id,
        "staff_id": "staff_1",
        "kind": "background_check",
        "seen_on": DAY,
        "seen_by": "staff_2",
        "at": AT,
    } | changes


def alert(alert_id: str, **changes: Any) -> Row:
    """An open alert."""
    return {
        "id": alert_id,
        "subject_id": "session_1",
        "session_id": "session_1",
        "code": "overran",
        "times": 1,
        "opened_at": AT,
        "last_at": AT,
    } | changes


def breach(breach_id: str, **changes: Any) -> Row:
    """A broken rule of the watch that stands."""
    return {
        "id": breach_id,
        "session_id": "session_1",
        "subject_id": "session_1",
        "code": "unknown_person",
        "since": AT,
        "noticed_at": AT,
    } | changes


def message(message_id: str, **changes: Any) -> Row:
    """A message to a parent."""
    return {
        "id": message_id,
        "once_key": message_id,
        "template": "session_off",
        "parent_id": "parent_1",
        "subject": "A session does not take place",
        "text_sealed": SEALED,
        "created_at": AT,
    } | changes


def way_in(way_in_id: str, **changes: Any) -> Row:
    """The household's way in."""
    return {
        "id": way_in_id,
        "meeting_id": "meeting_1",
        "place": "household",
        "subject_id": "child_1",
        "door_code": "ABC234",
        "registrant_id": "reg_1",
        "url_sealed": SEALED,
    } | changes


HAND_OVER: Row = {
    "id": "handover_1",
    "session_id": "session_1",
    "leaving_id": "staff_2",
    "coming_id": "staff_3",
    "reason": "Ill",
    "asked_by": "staff_3",
    "asked_at": AT,
}
