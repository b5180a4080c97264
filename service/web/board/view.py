"""What coordinators and leads see of all rooms at once: who is there, what stands in the way, what is
wrong (POL-02, POL-03, POL-11).

Staff appear by first name, children by the first letter of theirs. A reading is told what it found
before: of a room to which nothing happened since, nothing is read again until its minute is over.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zlib import crc32

from pydantic import SecretStr

from service.errors import NotFound
from service.policy.admission import Place
from service.policy.alerting import Urgency, kind_of
from service.policy.board import (
    Seat,
    Standing,
    now_and_next,
    place_in_line,
)
from service.policy.clearance import outstanding
from service.policy.people import ChildId, MeetingId, SessionId, StaffId
from service.policy.presence import SightingResult
from service.policy.room import Picture
from service.policy.session import BEFORE_LIVE, Session
from service.store.alerts import alerts
from service.store.alerts.alerts import Alert
from service.store.attending import presence
from service.store.families import people
from service.store.meetings.meetings import Meeting
from service.store.sessions import cases
from service.store.transactions import Reader
from service.store.watch import board
from service.store.watch.board import Listed, Mark
from service.web.board.seats import Names, Seen, seats_of
from service.web.pages.opened import first_name, initial
from service.web.pages.staff_view import STAGES, Obstacle
from service.workflows.watch.roster import rosters

REDRAWN_EVERY = timedelta(minutes=1)
"""How old a drawing may become of a room to which nothing happens: time passes in it too."""

SETTLED_AFTER = timedelta(seconds=1)
"""A room whose mark moved is read once more after this: on PostgreSQL an entry may show itself after a
later one, and does not move the mark then."""

MOST_ALERTS = 200


def is_dangerous(alert: Alert) -> bool:
    """Whether a child may be in danger now, by what the alert is about."""
    danger = kind_of(alert.code).urgency is Urgency.IMMEDIATE_DANGER
    return danger and alert.over_since is None


def worst_first(opened: Iterable[Alert]) -> tuple[Alert, ...]:
    """Alerts by their urgency, and the newest first among equals; what is over already comes last."""
    newest = sorted(opened, key=lambda alert: alert.alert_id, reverse=True)
    return tuple(sorted(newest, key=_urgency))


def _urgency(alert: Alert) -> tuple[bool, int]:
    return alert.over_since is not None, list(Urgency).index(kind_of(alert.code).urgency)


@dataclass(frozen=True)
class Room:
    """One room as the board shows it. `sighted`: what second staff noted last, by child's letter."""

    session: Session
    seats: tuple[Seat, ...]
    obstacles: tuple[Obstacle, ...]
    sighted: tuple[tuple[str, SightingResult], ...]
    call_started: bool
    at: datetime
    alerts: tuple[Alert, ...] = ()

    @property
    def line(self) -> str:
        """Its place on the board, as text that sorts."""
        return place_in_line(self.session, len(self.alerts), immediate=self.is_dangerous)

    @property
    def is_dangerous(self) -> bool:
        """Whether a child may be in danger in it now."""
        return any(is_dangerous(alert) for alert in self.alerts)

    @property
    def is_near(self) -> bool:
        """Whether there is anything to draw: somebody was there, or should be by now."""
        return any(seat.standing is not Standing.LATER for seat in self.seats)

    @property
    def tutor(self) -> str:
        """The tutor's first name."""
        return next(seat.name for seat in self.seats if seat.place is Place.TUTOR)


@dataclass(frozen=True)
class Known:
    """A room as it was read, with the mark of its records, and since when that mark is known."""

    mark: Mark
    marked_at: datetime
    room: Room

    def holds_for(self, listed: Listed, now: datetime) -> bool:
        """Whether the room needs no second reading."""
        key, read_at = listed.session.session_id, self.room.at
        return (
            self.mark == listed.mark
            and minute_of(key, read_at) == minute_of(key, now)
            and (read_at - self.marked_at >= SETTLED_AFTER or now - self.marked_at < SETTLED_AFTER)
        )


Memory = Mapping[SessionId, Known]
NOTHING: Memory = {}


@dataclass(frozen=True)
class Board:
    """All rooms now and next, in their order, and every open alert. `more`: not all are shown."""

    known: Memory
    alerts: tuple[Alert, ...]
    more: bool
    at: datetime

    @property
    def rooms(self) -> tuple[Room, ...]:
        """The rooms in their order."""
        return tuple(sorted((one.room for one in self.known.values()), key=lambda room: room.line))


def look(reader: Reader, known: Memory = NOTHING) -> Board:
    """All rooms now and next. What is `known` and unchanged is not read again.

    Alerts about concerns are no part of it: the board is the same for everybody who looks (POL-40).
    """
    found = board.rooms(reader, now_and_next(reader.now))
    fresh = tuple(one for one in found.listed if not _holds(one, known, reader.now))
    read = _read(reader, fresh, known)
    opened = alerts.listed(reader, after="", limit=MOST_ALERTS, open_only=True)
    wrong: dict[str, list[Alert]] = defaultdict(list)
    for alert in opened:
        wrong[alert.session_id or ""].append(alert)
    return Board(
        known={
            listed.session.session_id: _with_alerts(
                read.get(listed.session.session_id) or known[listed.session.session_id],
                worst_first(wrong[listed.session.session_id]),
            )
            for listed in found.listed
        },
        alerts=worst_first(opened),
        more=found.more,
        at=reader.now,
    )


def one_room(reader: Reader, session_id: SessionId) -> Room:
    """One room, whether it is now, next or over. `NotFound` if there is no such session."""
    listed = board.room(reader, session_id)
    if listed is None:
        raise NotFound
    mine = alerts.of_session(reader, session_id)
    room = _read(reader, (listed,), NOTHING)[session_id].room
    return replace(room, alerts=worst_first(alert for alert in mine if alert.closed_at is None))


def minute_of(session_id: SessionId, now: datetime) -> int:
    """In which minute of a room's own we are: not all rooms begin theirs at once."""
    every = REDRAWN_EVERY.total_seconds()
    return int((now.timestamp() + crc32(session_id.encode()) % every) // every)


def _holds(listed: Listed, known: Memory, now: datetime) -> bool:
    before = known.get(listed.session.session_id)
    return before is not None and before.holds_for(listed, now)


def _with_alerts(known: Known, opened: tuple[Alert, ...]) -> Known:
    if known.room.alerts == opened:
        return known
    return replace(known, room=replace(known.room, alerts=opened))


# --- reading rooms --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Read:
    """What was read of several rooms at once."""

    meetings: Mapping[SessionId, Meeting]
    pictures: Mapping[MeetingId, Picture]
    registrants: Mapping[MeetingId, Mapping[str, tuple[Place, str]]]
    children: Mapping[ChildId, SecretStr]
    staff: Mapping[StaffId, SecretStr]


def _read(reader: Reader, listed: tuple[Listed, ...], known: Memory) -> dict[SessionId, Known]:
    if not listed:
        return {}
    newest = board.newest_meetings(reader, [one.session.session_id for one in listed])
    meeting_ids = [meeting.meeting_id for meeting in newest.values()]
    children = {child for one in listed for child in one.session.children}
    read = _Read(
        meetings=newest,
        pictures=rosters(reader, newest.values()),
        registrants=board.registrants(reader, meeting_ids),
        children=people.child_names(reader, tuple(sorted(children))),
        staff=board.staff_names(reader, _staff_of(listed)),
    )
    return {
        one.session.session_id: Known(
            one.mark,
            _marked_at(known.get(one.session.session_id), one.mark, reader.now),
            _room(reader, one, read),
        )
        for one in listed
    }


def _marked_at(before: Known | None, mark: Mark, now: datetime) -> datetime:
    return before.marked_at if before is not None and before.mark == mark else now


def _staff_of(listed: tuple[Listed, ...]) -> set[StaffId]:
    second = {one.second_staff.staff_id for one in listed if one.second_staff is not None}
    return second | {one.session.tutor_id for one in listed}


def _room(reader: Reader, listed: Listed, read: _Read) -> Room:
    session = listed.session
    meeting = read.meetings.get(session.session_id)
    picture = read.pictures[meeting.meeting_id] if meeting else Picture()
    known = read.registrants.get(meeting.meeting_id, {}) if meeting else {}
    seen = Seen(picture, known, reader.now)
    names = Names(_second_name(listed, read), read.staff, read.children)
    return Room(
        session=session,
        seats=tuple(seats_of(session, names, seen)),
        obstacles=_obstacles(reader, session, read.children),
        sighted=_sighted(reader, session, read.children) if picture.call_started else (),
        call_started=picture.call_started,
        at=reader.now,
    )


def _second_name(listed: Listed, read: _Read) -> str:
    if listed.second_staff is None:
        return ""
    return first_name(read.staff[listed.second_staff.staff_id])


def _obstacles(
    reader: Reader, session: Session, names: Mapping[ChildId, SecretStr]
) -> tuple[Obstacle, ...]:
    """What stands in the way of a session that has not begun."""
    if session.state not in BEFORE_LIVE or reader.now >= session.ends_at:
        return ()
    case = cases.load(reader, session.session_id)
    found = outstanding(case, STAGES[session.state], reader.now).everything
    return tuple(
        Obstacle(blocker, initial(names[blocker.child_id]) if blocker.child_id else "")
        for blocker in found
    )


def _sighted(
    reader: Reader, session: Session, names: Mapping[ChildId, SecretStr]
) -> tuple[tuple[str, SightingResult], ...]:
    noted = presence.sightings(reader, session.session_id)
    return tuple(
        (initial(names[child]), noted[child][-1].result)
        for child in session.children
        if child in noted
    )
