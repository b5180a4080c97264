"""Forbidden writes about evidence, alerts, those who are told of them, and the log."""

from datetime import timedelta

from tests.store.schema.forbidden.write import Forbidden
from tests.store.schema.oversight import (
    ALERT_NOTICE,
    BLIND_TIME,
    CALL_DOWN,
    DESIGNATION,
    DUTY_TURN,
    PROVIDER_OUTAGE,
)
from tests.store.schema.rows import AT, DAY, ENDS, alert, breach, evidence

OVERSIGHT = {
    "a check that its owner saw": Forbidden(
        "ck_staff_evidence_seen_by_another", "staff_evidence", evidence("e", seen_by="staff_1")
    ),
    "a check that nobody saw": Forbidden(
        "ck_staff_evidence_seen_by_another", "staff_evidence", evidence("e", seen_by=None)
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
    "a second tree of one size": Forbidden(
        "pk_checkpoints", "checkpoints", {"size": 1, "note": "another", "at": AT}
    ),
    "an entry in two places": Forbidden(
        "uq_leaves_entry_id", "leaves", {"position": 1, "entry_id": 1}
    ),
}
