"""Rows about lessons: their hosts, their cover, who comes, and by which link."""

from tests.store.schema.rows import AT, ENDS, Row

HOST: Row = {
    "provider": "zoom",
    "account_domain": "tuition.example",
    "created_at": AT,
    "version": 1,
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
DUTY: Row = STRETCH | {"id": "duty_1", "kind": "rota", "position": 0, "own_word": True}
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
