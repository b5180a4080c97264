"""A room's story: what happened in it and when, for coordinators and leads (POL-03, POL-11).

It tells of the door, the call and the alerts. What parents said about consent is no part of it: which
of them refused is nowhere on these pages.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import SecretStr

from service.audit.events import Event
from service.policy.admission import Place
from service.policy.people import ChildId, SessionId, StaffId
from service.policy.session import Session, SessionState
from service.ports import Signal, SignalKind
from service.store.alerts import alerts
from service.store.alerts.alerts import Alert
from service.store.attending import presence
from service.store.families import people
from service.store.inspection import audit_log
from service.store.meetings import meetings, ways_in
from service.store.meetings.meetings import Meeting
from service.store.sessions import sessions
from service.store.transactions import Reader
from service.store.watch import board, signals
from service.web.board.view import Room, one_room
from service.web.pages.opened import first_name, initial
from service.workflows.watch import calling_down
from service.workflows.watch.roster import holds_room

TOLD = (
    Event.SESSION_BOOKED,
    Event.SESSION_RESCHEDULED,
    Event.SESSION_AMENDED,
    Event.SESSION_MOVED,
    Event.SESSION_ENDED_BY_LEAD,
    Event.SECOND_STAFF_ASSIGNED,
    Event.SECOND_STAFF_ACCEPTED,
    Event.SECOND_STAFF_UNACCEPTED,
    Event.SECOND_STAFF_RELEASED,
    Event.HAND_OVER_ASKED,
    Event.HAND_OVER_DONE,
    Event.MEETING_OPENED,
    Event.MEETING_WEAK,
    Event.MEETING_CLOSING,
    Event.MEETING_CLOSED,
)
"""What the story takes from the log, by its facts alone."""

OF_PEOPLE = frozenset(
    {SignalKind.WAITING, SignalKind.JOINED, SignalKind.LEFT, SignalKind.ROLE_CHANGED}
)
NOTABLY_LATE = timedelta(seconds=5)
"""From this difference on the story says when we heard of it, too."""


@dataclass(frozen=True)
class Who:
    """Whom something is about: as whom they are there, and their first name or a child's letter."""

    place: Place | None
    name: str = ""


@dataclass(frozen=True)
class Happening:
    """One thing that happened. `heard_at` is set where we heard of it at another time (pitfall 38).

    `looked`: nobody told us, we looked. `words` are a person's own, as they stand on record.
    """

    at: datetime
    what: str
    who: Who | None = None
    heard_at: datetime | None = None
    alert: Alert | None = None
    looked: bool = False
    count: int = 0
    words: str = ""


@dataclass(frozen=True)
class Story:
    """A room with everything that happened in it, oldest first. `may_end`: the call can be ended.

    `to_call`: people may have to be telephoned out of it.
    """

    room: Room
    happenings: tuple[Happening, ...]
    alerts: tuple[Alert, ...]
    reason: str | None
    may_end: bool
    to_call: bool


def tell(reader: Reader, session_id: SessionId) -> Story:
    """One room's story. `NotFound` if there is no such session."""
    room = one_room(reader, session_id)
    record = sessions.record_of(reader, session_id)
    wrong = alerts.of_session(reader, session_id)
    cast = _cast(reader, room.session)
    happenings = (
        *_recorded(reader, session_id),
        *_at_the_door(reader, session_id, cast),
        *_sighted(reader, session_id, cast),
        *(
            told
            for one in meetings.of_session(reader, session_id)
            for told in _signals(reader, one, cast)
        ),
        *(told for alert in wrong for told in _of_alert(alert)),
    )
    return Story(
        room=room,
        happenings=tuple(sorted(happenings, key=lambda one: one.at)),
        alerts=wrong,
        reason=record.reason,
        may_end=room.session.state is SessionState.LIVE,
        to_call=calling_down.is_wanted(reader, session_id),
    )


# --- who they are -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Cast:
    """Names of everybody who ever had a part in the session."""

    children: Mapping[ChildId, SecretStr]
    staff: Mapping[StaffId, SecretStr]

    def who(self, place: Place, subject_id: str) -> Who:
        if place is Place.HOUSEHOLD:
            return self.household(ChildId(subject_id))
        name = self.staff.get(StaffId(subject_id))
        return Who(place, first_name(name) if name else "")

    def household(self, child_id: ChildId) -> Who:
        name = self.children.get(child_id)
        return Who(Place.HOUSEHOLD, initial(name) if name else "")


def _cast(reader: Reader, session: Session) -> _Cast:
    admitted = ways_in.admissions(reader, session.session_id)
    said = presence.staff_check_ins(reader, session.session_id)
    staff = {session.tutor_id, *(one.staff_id for one in said)} | {
        StaffId(one.subject_id) for one in admitted if one.place is not Place.HOUSEHOLD
    }
    children = set(session.children) | {
        ChildId(one.subject_id) for one in admitted if one.place is Place.HOUSEHOLD
    }
    return _Cast(
        people.child_names(reader, tuple(sorted(children))), board.staff_names(reader, staff)
    )


# --- what happened ----------------------------------------------------------------------------------


def _recorded(reader: Reader, session_id: SessionId) -> Iterator[Happening]:
    for event, at, facts in audit_log.facts_of_session(reader, session_id, TOLD):
        if event is Event.SESSION_MOVED:
            yield Happening(at, f"now_{facts['to']}")
        elif event is Event.SESSION_ENDED_BY_LEAD:
            yield Happening(at, event.value, count=int(facts["adults_told"]))
        else:
            yield Happening(at, event.value)


def _at_the_door(reader: Reader, session_id: SessionId, cast: _Cast) -> Iterator[Happening]:
    for said in presence.staff_check_ins(reader, session_id):
        what = "said_in_room" if said.in_the_room else "said_here"
        yield Happening(said.at, what, cast.who(said.place, said.staff_id))
    for child_id, check_ins in presence.check_ins(reader, session_id).items():
        for check_in in check_ins:
            yield Happening(check_in.at, "said_here", cast.household(child_id))
    for one in ways_in.admissions(reader, session_id):
        yield Happening(one.at, "admitted", cast.who(one.place, one.subject_id))


def _sighted(reader: Reader, session_id: SessionId, cast: _Cast) -> Iterator[Happening]:
    for child_id, noted in presence.sightings(reader, session_id).items():
        for sighting in noted:
            yield Happening(
                sighting.at, f"sighted_{sighting.result.value}", cast.household(child_id)
            )


def _signals(reader: Reader, meeting: Meeting, cast: _Cast) -> Iterator[Happening]:
    known = board.registrants(reader, (meeting.meeting_id,)).get(meeting.meeting_id, {})
    for signal, received_at in signals.received(reader, meeting.meeting_id):
        if signal.kind is SignalKind.OTHER:  # kept, but it tells nothing of people or the call
            continue
        late = abs(received_at - signal.happened_at) >= NOTABLY_LATE
        yield Happening(
            signal.happened_at,
            f"signal_{signal.kind.value}",
            _who(signal, meeting, known, cast),
            heard_at=received_at if late else None,
            looked=signal.looked_at is not None,
        )


def _who(
    signal: Signal, meeting: Meeting, known: Mapping[str, tuple[Place, str]], cast: _Cast
) -> Who | None:
    """Whom a signal is about, by the provider's id alone: somebody it does not know stays unknown."""
    if holds_room(signal, meeting.holder):
        return Who(Place.SECOND_STAFF)
    if signal.registrant_id in known:
        return cast.who(*known[signal.registrant_id])
    return Who(None) if signal.kind in OF_PEOPLE else None


def _of_alert(alert: Alert) -> Iterator[Happening]:
    yield Happening(alert.opened_at, "alert_opened", alert=alert, count=alert.times)
    if alert.closed_at is not None:
        yield Happening(alert.closed_at, "alert_closed", alert=alert, words=alert.outcome or "")
