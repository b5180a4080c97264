"""What people and calls do inside a running meeting: roles, recording, the AI companion, rooms."""

from integrations.zoom.emulator.events import Events
from integrations.zoom.emulator.records import Meeting, Person, Stay
from integrations.zoom.emulator.state import ApiError, State

_INTO_ROOM = "{0} left the meeting to join a breakout room."
_OUT_OF_ROOM = "{0} left the breakout room to return to the main session."


class Inside:
    """Changes a room without anybody coming or going."""

    def __init__(self, state: State, events: Events) -> None:
        self._state = state
        self._events = events

    def change_role(self, meeting: Meeting, person: Person, role: str) -> None:
        """Host, co-host or attendee."""
        old, person.role = person.role, role
        self._events.person(
            meeting,
            "participant_role_changed",
            person,
            "date_time",
            old_role=old,
            new_role=role,
        )

    def record(self, meeting: Meeting, what: str) -> None:
        """Somebody, or a call, presses a button of the recording: started, paused and so on."""
        meeting.is_recording = what in ("started", "resumed")
        meeting.was_recorded = True
        self._events.recording(meeting, what)

    def use_companion(self, meeting: Meeting, what: str) -> None:
        """Somebody, or a call, starts or stops the AI companion."""
        meeting.companion_is_on = what == "started"
        self._events.companion(meeting, what)

    # --- breakout rooms ---------------------------------------------------------------------------

    def enter_room(self, meeting: Meeting, person: Person) -> None:
        """Into a breakout room, which Zoom tells as three events: the main room sees them go."""
        if person.place != "inside" or person.room:
            raise ApiError(409, 409, "This person is not in the main room.")
        if not (meeting.settings.get("breakout_room") or {}).get("enable"):
            raise ApiError(403, 403, "Breakout rooms are off.")
        main = person.connection
        room = self._state.new_occurrence()
        self._reconnect(meeting, person, room, main)
        self._events.breakout(meeting, "participant_joined_breakout_room", person, "join_time")
        self._events.moved(meeting, person, main, _INTO_ROOM.format(person.name))

    def leave_room(self, meeting: Meeting, person: Person) -> None:
        """Back into the main room."""
        if person.place != "inside" or not person.room:
            raise ApiError(409, 409, "This person is in no breakout room.")
        self._events.breakout(meeting, "participant_left_breakout_room", person, "leave_time")
        old = person.connection
        self._reconnect(meeting, person, "", "")
        self._events.moved(meeting, person, old, _OUT_OF_ROOM.format(person.name))

    def _reconnect(self, meeting: Meeting, person: Person, room: str, parent: str) -> None:
        """A move is a new connection, and a row of its own in the reports."""
        now = self._state.clock.now()
        meeting.close_stay(person.connection, now)
        person.connection = self._state.new_connection()
        person.room, person.parent = room, parent
        meeting.stays.append(
            Stay(person, person.name, person.connection, "in_meeting", now, room=room)
        )
