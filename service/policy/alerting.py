"""Every kind of alert there is: what it says, how urgent it is, and whom it may be about (POL-11).

An alert is one thing that a person must see to. What comes up again while it is open folds into it;
it stays open until a named person closes it with what came of it. How people are reached is said in
`escalation`, and rests on the urgency alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Urgency(StrEnum):
    """How soon a person must look.

    Immediate danger: a child may be alone with somebody, or in danger, now. Urgent: a person is
    needed now, while people are at work. Ordinary: it waits for office hours.
    """

    IMMEDIATE_DANGER = "immediate_danger"
    URGENT = "urgent"
    ORDINARY = "ordinary"


URGENCY_WORDS: Mapping[Urgency, str] = {
    Urgency.IMMEDIATE_DANGER: "Immediate danger",
    Urgency.URGENT: "Urgent",
    Urgency.ORDINARY: "To be seen to",
}


class Part(StrEnum):
    """Whom of the staff an alert may be about: they are not asked to judge themselves."""

    TUTOR = "tutor"
    SECOND_STAFF = "second_staff"
    SUBJECT = "subject"
    """The members of staff whom the alert names in its subject."""


@dataclass(frozen=True)
class AlertKind:
    """One kind of alert. The sentence is a message id, and names nobody: it goes out by SMS."""

    code: str
    urgency: Urgency
    clauses: tuple[str, ...]
    sentence: str
    about: frozenset[Part] = frozenset()


def _kind(urgency: Urgency, code: str, clauses: str, sentence: str, *about: Part) -> AlertKind:
    return AlertKind(code, urgency, tuple(clauses.split()), sentence, frozenset(about))


_DANGER, _URGENT, _ORDINARY = Urgency.IMMEDIATE_DANGER, Urgency.URGENT, Urgency.ORDINARY
_TUTOR, _SECOND, _SUBJECT = Part.TUTOR, Part.SECOND_STAFF, Part.SUBJECT

_IN_THE_ROOM = (
    _kind(_DANGER, "child_with_tutor_alone", "POL-02 POL-03",
          "A child is in a room with the tutor alone.", _TUTOR, _SECOND),
    _kind(_DANGER, "second_staff_missing", "POL-03",
          "The second member of staff is not in a room with a child in it.", _SECOND),
    _kind(_DANGER, "second_staff_put_out", "POL-03",
          "Somebody put the second member of staff out of a room."),
    _kind(_DANGER, "unknown_person", "POL-01 POL-06", "Somebody unknown is in a room."),
    _kind(_DANGER, "phone_caller", "POL-01 POL-06", "Somebody has come into a room by telephone."),
    _kind(_DANGER, "breakout_room", "POL-03",
          "People in a room were moved apart: a child may be alone with somebody.",
          _TUTOR, _SECOND),
    _kind(_DANGER, "host_without_admission", "POL-10",
          "Somebody holds a room who was not let in to hold it."),
    _kind(_DANGER, "call_without_session", "POL-03",
          "There is a call in a meeting that is shut.", _TUTOR, _SECOND),
    _kind(_DANGER, "blind", "POL-03 POL-11",
          "We do not know who is in a room: the provider tells us nothing."),
    _kind(_URGENT, "adult_left", "POL-02",
          "A child's adult had to leave, and the child may be in a room."),
    _kind(_URGENT, "adult_not_shown", "POL-02",
          "The second member of staff was not shown a child's adult."),
    _kind(_URGENT, "in_without_admission", "POL-01 POL-06", "Somebody is in a room who was not let in."),
    _kind(_URGENT, "child_must_leave", "POL-04",
          "A child may not be in a room any more, and only people inside can ask them to leave."),
    _kind(_URGENT, "role_changed", "POL-03", "Somebody's rights in a room were changed.",
          _TUTOR, _SECOND),
    _kind(_URGENT, "recording_started", "POL-05", "Somebody records a session.", _TUTOR, _SECOND),
    _kind(_URGENT, "settings_drifted", "POL-01",
          "A meeting's settings are weaker than they must be."),
    _kind(_URGENT, "waiting_too_long", "POL-03", "Somebody has waited too long to be let in."),
    _kind(_URGENT, "second_staff_late", "POL-03",
          "The second member of staff has not come to a room.", _SECOND),
    _kind(_URGENT, "sighting_missed", "POL-02 POL-03",
          "Second staff were asked for a child's adult and did not answer.", _SECOND),
    _kind(_URGENT, "second_staff_called", "POL-03",
          "Second staff are called to a room by somebody in it.", _TUTOR, _SECOND),
    _kind(_URGENT, "tutor_late", "POL-21", "The tutor has not come to a room.", _TUTOR),
    _kind(_URGENT, "overran", "POL-23", "A session went on long past its planned end.",
          _TUTOR, _SECOND),
    _kind(_URGENT, "end_call_by_hand", "POL-03 POL-42",
          "A call must end, and only people inside can end it."),
    _kind(_URGENT, "meeting_not_closed", "POL-01", "The provider does not close a meeting."),
    _kind(_URGENT, "stray_meeting", "POL-03 POL-12",
          "There is a meeting on the organisation's accounts that is not supervised."),
)  # fmt: skip

_ROUND_A_SESSION = (
    _kind(_URGENT, "opening_failed", "POL-03", "A meeting could not be made; we try again."),
    _kind(_URGENT, "opens_too_late", "POL-03",
          "A meeting will be made after its session should have started."),
    _kind(_URGENT, "log_lags", "POL-25",
          "The audit log is behind, and no meeting is made until it is not."),
    _kind(_ORDINARY, "session_lapsed", "POL-03",
          "A session did not take place, as its conditions did not all hold in time."),
    _kind(_ORDINARY, "hold_ends_soon", "POL-03 POL-21",
          "A session is not ready, and will lose its time soon."),
    _kind(_ORDINARY, "hold_lapsed", "POL-03 POL-21",
          "A session was not ready for too long, and lost its time."),
    _kind(_ORDINARY, "nobody_came", "POL-02", "Nobody came to a session."),
    _kind(_ORDINARY, "nobody_started", "POL-03", "Nobody started a session."),
    _kind(_ORDINARY, "no_signals", "POL-03",
          "A session is over of which the provider told us nothing."),
    _kind(_ORDINARY, "second_staff_absent", "POL-03",
          "The second member of staff of a session will be away."),
    _kind(_ORDINARY, "second_staff_left", "POL-03",
          "The second member of staff of a session leaves the organisation before it."),
    _kind(_ORDINARY, "tutor_left", "POL-03",
          "The tutor of a session leaves the organisation before it."),
    _kind(_ORDINARY, "second_staff_gap", "POL-03",
          "A room had no second member of staff while two of them changed.", _SECOND),
    _kind(_ORDINARY, "statements_incomplete", "POL-03",
          "A session is closed, and somebody's statement is missing."),
)  # fmt: skip

_PROVIDERS = (
    _kind(_URGENT, "provider_needs_attention", "POL-01",
          "Something at a meeting provider must be put right."),
    _kind(_URGENT, "account_unwatched", "POL-03",
          "A provider does not tell us of meetings on the organisation's accounts."),
    _kind(_URGENT, "call_unwatched", "POL-03", "A provider does not tell us who is in a room."),
    _kind(_URGENT, "signals_missed", "POL-03",
          "A provider has lost some of what it should have told us of a room."),
    _kind(_URGENT, "blind_time", "POL-03 POL-11",
          "Rooms were not watched for a time, by an outage of ours or of a provider's."),
    _kind(_URGENT, "hook_silent", "POL-03",
          "A provider does not tell us what we find when we look into rooms ourselves."),
    _kind(_URGENT, "not_moved", "POL-10",
          "A session could not move to the other provider: no account is free there."),
    _kind(_ORDINARY, "burned_link_unwatched", "POL-01",
          "An old link that still opens a meeting is watched no more."),
    _kind(_ORDINARY, "hook_not_validated", "POL-03",
          "A provider has not asked for a long time whether our address is still ours."),
    _kind(_ORDINARY, "no_attendance_report", "POL-03", "A provider gives no attendance report."),
)  # fmt: skip

_PEOPLE = (
    _kind(_ORDINARY, "consent_conflict", "POL-04",
          "Adults with a say about a child do not agree: the lead decides."),
    _kind(_ORDINARY, "word_contradicted", "POL-04",
          "A parent answered otherwise than what staff had taken down.", _SUBJECT),
    _kind(_ORDINARY, "merge_needs_review", "POL-04",
          "Two records were joined; somebody must look at what they say together."),
    _kind(_ORDINARY, "same_person", "POL-03",
          "Two entries of the staff register may be one person.", _SUBJECT),
    _kind(_ORDINARY, "placement_without_authority", "POL-04",
          "A child lives elsewhere, and nobody there has a say yet."),
    _kind(_ORDINARY, "placement_unsettled", "POL-04",
          "A child's change of home has not been settled."),
    _kind(_ORDINARY, "adult_fails_often", "POL-02",
          "A child's adult was late, was not there or left, in three sessions within six weeks."),
    _kind(_ORDINARY, "child_does_not_want", "POL-31",
          "A child said that it does not want the sessions."),
    _kind(_ORDINARY, "message_not_sent", "POL-22", "A message to a parent could not be sent."),
    _kind(_ORDINARY, "parent_without_address", "POL-20",
          "A parent should be written to, and has no mail address on record."),
    _kind(_ORDINARY, "link_ended_by_adult", "POL-26",
          "A parent ended their own link, as somebody else seems to have used it."),
    _kind(_ORDINARY, "acknowledgement_due", "POL-30",
          "Staff have not acknowledged the newest policy yet."),
    _kind(_ORDINARY, "policy_review_due", "POL-34", "The policy's review date is near."),
    _kind(_ORDINARY, "policy_review_overdue", "POL-34", "The policy's review date is past."),
    _kind(_ORDINARY, "too_few_designated", "POL-11",
          "Fewer than two people are on record whom alerts can reach."),
    _kind(_ORDINARY, "nobody_on_duty", "POL-11",
          "There was an alert, and nobody was on duty to be reached."),
    _kind(_ORDINARY, "notice_not_delivered", "POL-11",
          "An alert could not be brought to somebody who is on duty.", _SUBJECT),
)  # fmt: skip

# These reach nobody who may not read the concern (`policy.concerns.may_handle`); a concern about a child
# in danger now rings at night, like everything else that is.
_CONCERNS = (
    _kind(_DANGER, "concern_of_danger", "POL-40", "Somebody fears that a child is in danger now."),
    _kind(_URGENT, "concern_raised", "POL-40", "Somebody has raised a concern."),
    _kind(_URGENT, "concern_added_to", "POL-40", "Somebody has added to a concern."),
    _kind(_URGENT, "concern_unacknowledged", "POL-40", "Nobody has taken up a concern in time."),
    _kind(_URGENT, "concern_undecided", "POL-40 POL-41",
          "It has not been decided in time what is done about a concern."),
)  # fmt: skip

KINDS: Mapping[str, AlertKind] = {
    kind.code: kind
    for kind in (*_IN_THE_ROOM, *_ROUND_A_SESSION, *_PROVIDERS, *_PEOPLE, *_CONCERNS)
}
"""Every code an alert can have. A code that is not here must not be raised."""

OF_CONCERNS = frozenset(kind.code for kind in _CONCERNS)
"""Codes of alerts about concerns. Only those who may handle the concern ever see one (POL-40)."""

UNKNOWN_SENTENCE = "Something needs a person's attention."


def kind_of(code: str) -> AlertKind:
    """The kind of an alert. One that this version does not know is urgent, never silent."""
    known = KINDS.get(code)
    return known or AlertKind(code, Urgency.URGENT, ("POL-11",), UNKNOWN_SENTENCE)


def people_about(
    kind: AlertKind, subject_id: str, tutor_id: str | None, second_staff: Iterable[str]
) -> frozenset[str]:
    """Whom of the staff an alert may be about: they are not reached by it, and do not settle it.

    Tutor and second staff are those of its session, past ones of it too.
    """
    found: set[str | None] = set()
    if Part.SUBJECT in kind.about:
        found |= set(subject_id.split(":"))
    if Part.TUTOR in kind.about:
        found.add(tutor_id)
    if Part.SECOND_STAFF in kind.about:
        found |= set(second_staff)
    return frozenset(one for one in found if one)
