"""Writes that must not be possible, each with the name under which the database refuses it."""

from dataclasses import dataclass
from datetime import timedelta

from tests.store.schema.everything import (
    ALERT_NOTICE,
    BLIND_TIME,
    CALL_DOWN,
    CONCERN,
    CONCERN_STEP,
    DEPARTURE,
    DESIGNATION,
    DUTY_TURN,
    OVERRIDE,
    PROVIDER_OUTAGE,
    SECOND_DEVICE,
    SLIP,
    child,
)
from tests.store.schema.rows import (
    AT,
    DAY,
    ENDS,
    HAND_OVER,
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


@dataclass(frozen=True)
class Forbidden:
    """A write, what has to be there first, and the name under which it is refused."""

    by: str
    table: str
    row: Row
    first: tuple[tuple[str, Row] | str, ...] = ()


CLOSED = "UPDATE meetings SET stage = 'closed', reason = 'x' WHERE id = 'meeting_1'"
OTHER_CLEARANCE = (
    ("clearances", clearance("clearance_2", session_id="session_2", host_id="host_2")),
    ("cleared_children", cleared_child("clearance_2")),
)

FORBIDDEN = {
    "a child restricted for a reason that is an adult's": Forbidden(
        "ck_children_restriction_known", "children", child("child_9", restriction="no_contact")
    ),
    "a second code for one purpose while one stands": Forbidden(
        "uq_slips_standing", "slips", SLIP | {"id": "slip_2", "code_hash": "h9"}
    ),
    "a code that ended for no reason": Forbidden(
        "ck_slips_ended_with_reason",
        "slips",
        SLIP | {"id": "slip_2", "code_hash": "h9", "ended_at": AT},
    ),
    "a code for nothing we know": Forbidden(
        "ck_slips_purpose_known",
        "slips",
        SLIP | {"id": "slip_2", "code_hash": "h9", "purpose": "host"},
    ),
    "one code twice": Forbidden(
        "uq_slips_code_hash", "slips", SLIP | {"id": "slip_2", "purpose": "second_device"}
    ),
    "a second device beside another of the same household": Forbidden(
        "uq_second_devices_standing", "second_devices", SECOND_DEVICE | {"id": "seconddevice_2"}
    ),
    "a departure by telephone that nobody took down": Forbidden(
        "ck_departures_taken_down_by_a_person",
        "departures",
        DEPARTURE | {"id": "departure_2", "route": "phone"},
    ),
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
    "a place in a ledger twice": Forbidden(
        "uq_consents_child_id_position", "consents", consent("c", 1)
    ),
    "a spoken word that nobody took down": Forbidden(
        "ck_consents_taken_down_by_a_person", "consents", consent("c", 2, route="phone")
    ),
    "a word taken down without evidence": Forbidden(
        "ck_consents_taken_down_by_a_person",
        "consents",
        consent("c", 2, route="phone", recorded_by="staff_1"),
    ),
    "a word by link that staff recorded": Forbidden(
        "ck_consents_taken_down_by_a_person",
        "consents",
        consent("c", 2, recorded_by="staff_1", evidence="x"),
    ),
    "a consent of an unknown kind": Forbidden(
        "ck_consents_kind_known", "consents", consent("c", 2, kind="perhaps")
    ),
    "a second standing promise": Forbidden("uq_pledges_standing", "pledges", pledge("p")),
    "a session that ends before it starts": Forbidden(
        "ck_sessions_starts_before_it_ends", "sessions", session("s", ends_at=AT)
    ),
    "a person in two sessions at once": Forbidden(
        "no_overlap", "engagements", engagement("session_2", 119, 130)
    ),
    "a person in a session inside another": Forbidden(
        "no_overlap", "engagements", engagement("session_2", 70, 80)
    ),
    "a check that its owner saw": Forbidden(
        "ck_staff_evidence_seen_by_another", "staff_evidence", evidence("e", seen_by="staff_1")
    ),
    "a check that nobody saw": Forbidden(
        "ck_staff_evidence_seen_by_another", "staff_evidence", evidence("e", seen_by=None)
    ),
    "an override of consent": Forbidden(
        "ck_overrides_code_may_be_overridden",
        "overrides",
        OVERRIDE | {"id": "o", "code": "consent_missing"},
    ),
    "an override without a reason": Forbidden(
        "ck_overrides_reason_stated", "overrides", OVERRIDE | {"id": "o", "reason": " "}
    ),
    "a second outage of a provider that is out": Forbidden(
        "uq_provider_outages_standing", "provider_outages", PROVIDER_OUTAGE | {"id": "o"}
    ),
    "an outage without a reason": Forbidden(
        "ck_provider_outages_reason_stated",
        "provider_outages",
        PROVIDER_OUTAGE | {"id": "o", "provider": "teams", "reason": " "},
    ),
    "an outage that nobody lifted": Forbidden(
        "ck_provider_outages_lifted_by_somebody",
        "provider_outages",
        PROVIDER_OUTAGE | {"id": "o", "provider": "teams", "lifted_at": ENDS},
    ),
    "a call to nobody": Forbidden(
        "ck_call_downs_to_one_person", "call_downs", CALL_DOWN | {"id": "c", "staff_id": None}
    ),
    "a call that came to nothing known": Forbidden(
        "ck_call_downs_outcome_known", "call_downs", CALL_DOWN | {"id": "c", "outcome": "perhaps"}
    ),
    "a blind time that ends before it begins": Forbidden(
        "ck_blind_times_begins_before_it_ends",
        "blind_times",
        BLIND_TIME | {"id": "b", "ended_at": AT},
    ),
    "a blind time of an unknown cause": Forbidden(
        "ck_blind_times_cause_known", "blind_times", BLIND_TIME | {"id": "b", "cause": "fog"}
    ),
    "the same breach twice": Forbidden("uq_breaches_standing", "breaches", breach("b")),
    "the same alert twice": Forbidden("uq_alerts_open", "alerts", alert("a")),
    "a closed alert without an outcome": Forbidden(
        "ck_alerts_closed_with_outcome", "alerts", alert("a", code="other", closed_at=AT)
    ),
    "somebody designated twice": Forbidden(
        "uq_designations_current", "designations", DESIGNATION | {"id": "d"}
    ),
    "a designation that nobody ended": Forbidden(
        "ck_designations_ended_by_somebody",
        "designations",
        DESIGNATION | {"id": "d", "staff_id": "staff_2", "ended_at": AT},
    ),
    "a turn that ends before its first day": Forbidden(
        "ck_duty_turns_first_before_last",
        "duty_turns",
        DUTY_TURN | {"id": "t", "last_day": DAY - timedelta(days=1)},
    ),
    "a notice written twice": Forbidden(
        "uq_alert_notices_once_key", "alert_notices", ALERT_NOTICE | {"id": "n"}
    ),
    "a notice to nobody": Forbidden(
        "ck_alert_notices_to_a_person_or_a_contact",
        "alert_notices",
        ALERT_NOTICE | {"id": "n", "once_key": "other", "staff_id": None},
    ),
    "a message to nobody": Forbidden(
        "ck_messages_to_a_parent_or_a_copy", "messages", message("m", parent_id=None)
    ),
    "a second way in for one person": Forbidden("uq_ways_in_standing", "ways_in", way_in("w")),
    "a second tree of one size": Forbidden(
        "pk_checkpoints", "checkpoints", {"size": 1, "note": "another", "at": AT}
    ),
    "an entry in two places": Forbidden(
        "uq_leaves_entry_id", "leaves", {"position": 1, "entry_id": 1}
    ),
    "a concern that leaves a number out": Forbidden(
        "concerns_leave_no_number_out", "concerns", CONCERN | {"id": "c", "number": 3}
    ),
    "a concern with a number that was given": Forbidden(
        "concerns_leave_no_number_out", "concerns", CONCERN | {"id": "c"}
    ),
    "a concern of nobody": Forbidden(
        "ck_concerns_reporter_known",
        "concerns",
        CONCERN | {"id": "c", "number": 2, "reporter_id": None},
    ),
    "a concern without words": Forbidden(
        "nn_concerns_words_sealed",
        "concerns",
        CONCERN | {"id": "c", "number": 2, "words_sealed": None},
    ),
    "a concern of an unknown kind": Forbidden(
        "ck_concerns_kind_known", "concerns", CONCERN | {"id": "c", "number": 2, "kind": "gossip"}
    ),
    "a step in the place of another": Forbidden(
        "uq_concern_steps_concern_id_position", "concern_steps", CONCERN_STEP | {"id": "s"}
    ),
    "a closing without an outcome": Forbidden(
        "ck_concern_steps_closed_with_outcome",
        "concern_steps",
        CONCERN_STEP | {"id": "s", "position": 2, "kind": "closed", "words_sealed": SEALED},
    ),
    "a decision without words": Forbidden(
        "ck_concern_steps_said_in_words",
        "concern_steps",
        CONCERN_STEP | {"id": "s", "position": 2, "kind": "decided"},
    ),
}
