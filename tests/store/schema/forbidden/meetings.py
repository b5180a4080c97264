"""Forbidden writes about sessions, who staffs and clears them, and the way into a meeting."""

from tests.store.schema.forbidden.write import Forbidden
from tests.store.schema.lessons import OVERRIDE
from tests.store.schema.rows import (
    AT,
    HAND_OVER,
    admission,
    assignment,
    clearance,
    cleared_child,
    engagement,
    meeting,
    session,
    way_in,
)

CLOSED = "UPDATE meetings SET stage = 'closed', reason = 'x' WHERE id = 'meeting_1'"
OTHER_CLEARANCE = (
    ("clearances", clearance("clearance_2", session_id="session_2", host_id="host_2")),
    ("cleared_children", cleared_child("clearance_2")),
)

MEETINGS = {
    "a meeting without a clearance": Forbidden(
        "meetings_need_clearance", "meetings", meeting("m", clearance_id="nothing"), (CLOSED,)
    ),
    "a meeting under a clearance of no child": Forbidden(
        "meetings_need_clearance",
        "meetings",
        meeting("m", clearance_id="clearance_empty"),
        (CLOSED,),
    ),
    "a meeting under the clearance of another session": Forbidden(
        "meetings_need_clearance",
        "meetings",
        meeting("m", clearance_id="clearance_2"),
        (CLOSED, *OTHER_CLEARANCE),
    ),
    "a meeting on another host than was cleared": Forbidden(
        "meetings_need_clearance", "meetings", meeting("m", host_id="host_2"), (CLOSED,)
    ),
    "a meeting that begins open": Forbidden(
        "meetings_begin_intended",
        "meetings",
        meeting("m", stage="open", provider_id="9"),
        (CLOSED,),
    ),
    "a second live meeting": Forbidden("uq_meetings_live", "meetings", meeting("m")),
    "a meeting with a reference that was used": Forbidden(
        "uq_meetings_reference", "meetings", meeting("m", reference="REFmeeting_1"), (CLOSED,)
    ),
    "an admission to a closed meeting": Forbidden(
        "admissions_need_open_meeting", "admissions", admission("a"), (CLOSED,)
    ),
    "an admission to another session's meeting": Forbidden(
        "admissions_need_open_meeting", "admissions", admission("a", session_id="session_2")
    ),
    "a household without a child": Forbidden(
        "ck_admissions_households_name_the_child", "admissions", admission("a", child_id=None)
    ),
    "a tutor as their own second staff": Forbidden(
        "ck_clearances_two_different_staff",
        "clearances",
        clearance("c", second_staff_id="staff_1"),
    ),
    "a clearance without second staff": Forbidden(
        "nn_clearances_second_staff_id", "clearances", clearance("c", second_staff_id=None)
    ),
    "a clearance without a host": Forbidden(
        "nn_clearances_host_id", "clearances", clearance("c", host_id=None)
    ),
    **{
        f"a cleared child without {column}": Forbidden(
            f"nn_cleared_children_{column}",
            "cleared_children",
            cleared_child("clearance_empty", **{column: None}),
        )
        for column in ("consent_id", "pledge_id", "adult_id")
    },
    "a hand-over from somebody to themselves": Forbidden(
        "ck_hand_overs_two_different_people",
        "hand_overs",
        HAND_OVER | {"id": "h", "session_id": "session_2", "coming_id": "staff_2"},
    ),
    "a second open hand-over": Forbidden(
        "uq_hand_overs_open", "hand_overs", HAND_OVER | {"id": "h"}
    ),
    "an arrival of somebody who was never admitted": Forbidden(
        "ck_hand_overs_in_order",
        "hand_overs",
        HAND_OVER | {"id": "h", "session_id": "session_2", "arrived_at": AT, "ended_at": AT},
    ),
    "a second current assignment": Forbidden(
        "uq_assignments_current", "assignments", assignment("a", staff_id="staff_3")
    ),
    "a release without a reason": Forbidden(
        "ck_assignments_released_with_reason",
        "assignments",
        assignment("a", session_id="session_2", released_at=AT),
    ),
    "a session that ends before it starts": Forbidden(
        "ck_sessions_starts_before_it_ends", "sessions", session("s", ends_at=AT)
    ),
    "a person in two sessions at once": Forbidden(
        "no_overlap", "engagements", engagement("session_2", 119, 130)
    ),
    "a person in a session inside another": Forbidden(
        "no_overlap", "engagements", engagement("session_2", 70, 80)
    ),
    "an override of consent": Forbidden(
        "ck_overrides_code_may_be_overridden",
        "overrides",
        OVERRIDE | {"id": "o", "code": "consent_missing"},
    ),
    "an override without a reason": Forbidden(
        "ck_overrides_reason_stated", "overrides", OVERRIDE | {"id": "o", "reason": " "}
    ),
    "a second way in for one person": Forbidden("uq_ways_in_standing", "ways_in", way_in("w")),
}
