"""Every kind of entry the log can hold, and the entry itself.

The names are permanent: subject, then what happened to it. A retired kind stays here as a comment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from service.audit.leaves import Fact


class Event(StrEnum):
    """What happened."""

    CHILD_ADDED = "child.added"
    CHILD_CHANGED = "child.changed"
    CHILD_READ = "child.read"
    CHILD_SWITCHED_OVER = "child.switched_over"
    CHILD_SWITCHED_BACK = "child.switched_back"
    PARENT_ADDED = "parent.added"
    PARENT_CHANGED = "parent.changed"
    PARENT_PIN_SET = "parent.pin_set"
    TIE_ADDED = "tie.added"
    TIE_ENDED = "tie.ended"
    CHILD_WISHED = "child.wished"
    CHILD_MERGED = "child.merged"
    PARENT_MERGED = "parent.merged"
    CHILD_FLAGGED = "child.flagged"
    PLACEMENT_CHANGED = "placement.changed"
    PARENT_RESTRICTED = "parent.restricted"
    LINK_MADE = "link.made"
    LINK_REVOKED = "link.revoked"
    LINK_TRIED = "link.tried"
    DEVICE_MARKED = "device.marked"
    CONSENT_GIVEN = "consent.given"
    CONSENT_REFUSED = "consent.refused"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    CONSENT_INVALIDATED = "consent.invalidated"
    CONSENT_LAPSED = "consent.lapsed"
    CONSENT_RESOLVED = "consent.resolved"
    ADULT_NAMED = "adult.named"
    ADULT_UNNAMED = "adult.unnamed"
    STAFF_ADDED = "staff.added"
    STAFF_CHANGED = "staff.changed"
    STAFF_EVIDENCE_SEEN = "staff.evidence_seen"
    STAFF_RELATION_DECLARED = "staff.relation_declared"
    STAFF_RELATION_ACCEPTED = "staff.relation_accepted"
    STAFF_DISTINCT_DECLARED = "staff.distinct_declared"
    STAFF_SUSPENDED = "staff.suspended"
    STAFF_REINSTATED = "staff.reinstated"
    HOST_ADDED = "host.added"
    HOST_WITHDRAWN = "host.withdrawn"
    HOST_REINSTATED = "host.reinstated"
    CUSTODIAN_ADDED = "custodian.added"
    CUSTODIAN_REMOVED = "custodian.removed"
    POLICY_PUBLISHED = "policy.published"
    ORGANISATION_SET = "organisation.set"
    ORGANISATION_CHANGED = "organisation.changed"
    SESSION_BOOKED = "session.booked"
    SESSION_RESCHEDULED = "session.rescheduled"
    SESSION_AMENDED = "session.amended"
    SERIES_BOOKED = "series.booked"
    SERIES_CANCELLED = "series.cancelled"
    SESSION_MOVED = "session.moved"
    SESSION_OVERRIDDEN = "session.overridden"
    HOLD_KEPT = "hold.kept"
    HOLD_WARNED = "hold.warned"
    HOLD_LAPSED = "hold.lapsed"
    HOST_ALLOCATED = "host.allocated"
    SECOND_STAFF_ASSIGNED = "second_staff.assigned"
    SECOND_STAFF_ACCEPTED = "second_staff.accepted"
    SECOND_STAFF_RELEASED = "second_staff.released"
    HAND_OVER_ASKED = "hand_over.asked"
    HAND_OVER_ACCEPTED = "hand_over.accepted"
    HAND_OVER_DONE = "hand_over.done"
    ROTA_ACCEPTED = "rota.accepted"
    STANDBY_SET = "standby.set"
    STANDBY_ACCEPTED = "standby.accepted"
    ABSENCE_NOTED = "absence.noted"
    ABSENCE_ENDED = "absence.ended"
    STAFF_HOURS_SET = "staff.hours_set"
    PLEDGE_MADE = "pledge.made"
    PLEDGE_REVOKED = "pledge.revoked"
    CHECK_IN_MADE = "check_in.made"
    STAFF_CHECKED_IN = "staff.checked_in"
    SIGHTING_NOTED = "sighting.noted"
    CASE_CLEARED = "case.cleared"
    MEETING_INTENDED = "meeting.intended"
    MEETING_MADE = "meeting.made"
    MEETING_OPENED = "meeting.opened"
    MEETING_VERIFIED = "meeting.verified"
    MEETING_WEAK = "meeting.weak"
    MEETING_FAILED = "meeting.failed"
    MEETING_CLOSING = "meeting.closing"
    MEETING_CLOSED = "meeting.closed"
    MEETING_UNCONFIRMED = "meeting.unconfirmed"
    ORPHAN_REMOVED = "orphan.removed"
    WAY_IN_TAKEN = "way_in.taken"
    WAY_IN_TAKEN_BACK = "way_in.taken_back"
    PERSON_ADMITTED = "person.admitted"
    SIGNAL_RECEIVED = "signal.received"
    BLIND_TIME_NOTED = "blind_time.noted"
    SESSION_UNWATCHED = "session.unwatched"
    PROVIDER_OUT = "provider.out"
    PROVIDER_BACK = "provider.back"
    SESSION_PROVIDER_CHANGED = "session.provider_changed"
    ATTENDANCE_READ = "attendance.read"
    ATTENDANCE_MISSING = "attendance.missing"
    ALERT_OPENED = "alert.opened"
    ALERT_REPEATED = "alert.repeated"
    ALERT_OVER = "alert.over"
    ALERT_ACKNOWLEDGED = "alert.acknowledged"
    ALERT_CLOSED = "alert.closed"
    NOTICE_WRITTEN = "notice.written"
    NOTICE_SETTLED = "notice.settled"
    PERSON_DESIGNATED = "person.designated"
    DESIGNATION_ENDED = "designation.ended"
    DUTY_TURN_SET = "duty_turn.set"
    DUTY_TURN_ENDED = "duty_turn.ended"
    MESSAGE_WRITTEN = "message.written"
    MESSAGE_SETTLED = "message.settled"
    STATEMENT_MADE = "statement.made"
    RECORD_READ = "record.read"
    REQUEST_REFUSED = "request.refused"
    LOG_STARTED = "log.started"


@dataclass(frozen=True)
class Entry:
    """One fact to record, in our own ids; the store turns it into a leaf with pseudonyms.

    `scope` is the record the pseudonyms belong to: a session's id, or the id of the person or thing
    it is about. `facts` are enumerations, numbers and times. `payload` may be personal: it is kept
    sealed and erasable, and the leaf only commits to it.
    """

    event: Event
    scope: str
    subjects: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    payload: Mapping[str, object] | None = None
