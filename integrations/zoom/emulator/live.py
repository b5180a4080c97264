"""Meetings while they run: who starts, waits, is let in and goes."""

from datetime import timedelta

from integrations.zoom.emulator.events import Events
from integrations.zoom.emulator.records import Meeting, PastMeeting, Person, Registrant, Stay
from integrations.zoom.emulator.settings import LICENSED
from integrations.zoom.emulator.state import ApiError, State

FREE_MINUTES = timedelta(minutes=40)
_TOLD_OF_WAITING_AFTER = timedelta(seconds=30)


class Live:
    """Carries out what people do in Zoom's own application."""

    def __init__(self, state: State, events: Events) -> None:
        self._state = state
        self._events = events

    # --- ways in ----------------------------------------------------------------------------------

    def start(self, meeting: Meeting, host_key: str) -> Person:
        """Open a start link: the meeting begins, and any other of the same host ends."""
        lives_until = meeting.host_keys.get(host_key)
        if lives_until is None or lives_until < self._state.clock.now():
            raise ApiError(403, 403, "This start link is unknown or has expired.")
        return self.sign_in(meeting, "Room host")

    def sign_in(self, meeting: Meeting, name: str) -> Person:
        """Come as the host account, with its own password and no link of ours."""
        self._begin(meeting)
        profile = meeting.host.profile
        person = self._connect(meeting, name, email=profile.email)
        person.account_user_id, person.role = profile.user_id, "host"
        self._enter(meeting, person)
        for waiting in [one for one in meeting.present if one.place == "before_start"]:
            self._no_longer_early(meeting, waiting)
            self._receive(meeting, waiting)
        return person

    def knock(self, meeting: Meeting, name: str, registrant: Registrant | None) -> Person:
        """Open a join link. A personal link holds one connection: the older one is dropped."""
        registrant_id = registrant.registrant_id if registrant else ""
        self._refuse_removed(meeting, registrant_id or name)
        if registrant is not None and not meeting.settings.get("allow_multiple_devices"):
            for other in meeting.present:
                if other.registrant_id == registrant_id:
                    self.go(meeting, other, f"{other.name} left the meeting.")
        email = registrant.email if registrant else ""
        person = self._connect(meeting, name, email=email, registrant_id=registrant_id)
        return self._arrive(meeting, person)

    def call_in(self, meeting: Meeting, number: str) -> Person:
        """Dial in by telephone: a caller has a number for a name, and no link of ours."""
        if meeting.settings["audio"] == "voip":
            raise ApiError(403, 403, "This meeting has no telephone numbers.")
        person = self._connect(meeting, number)
        person.phone_number = number
        return self._arrive(meeting, person)

    # --- inside -----------------------------------------------------------------------------------

    def admit(self, meeting: Meeting, person: Person) -> None:
        """The host lets someone in."""
        if person.place != "waiting_room":
            raise ApiError(409, 409, "This person is not in the waiting room.")
        self._events.person(meeting, "participant_admitted", person, "date_time")
        self._events.person(meeting, "participant_left_waiting_room", person, "date_time")
        self._enter(meeting, person)

    def put_back(self, meeting: Meeting, person: Person) -> None:
        """The host sends someone out to the waiting room, on the same connection."""
        if person.place != "inside" or person.room:
            raise ApiError(409, 409, "This person is not in the main room.")
        self._leave_place(meeting, person)
        person.place = "waiting_room"
        if self._state.options.tells_left_when_put_back:
            self._tell_left(meeting, person, f"{person.name} was put in the waiting room.")
        self._events.person(meeting, "participant_put_in_waiting_room", person, "date_time")
        self._stay(meeting, person, "in_waiting_room")

    def go(self, meeting: Meeting, person: Person, reason: str) -> None:
        """Someone leaves, drops out or is put out; who is gone already stays so."""
        was, person.place = person.place, "gone"
        self._leave_place(meeting, person)
        if was == "before_start":
            self._no_longer_early(meeting, person)
        if was == "waiting_room":
            self._events.person(meeting, "participant_left_waiting_room", person, "date_time")
        if was == "inside":
            if person.room:
                self._events.breakout(
                    meeting, "participant_left_breakout_room", person, "leave_time"
                )
            self._tell_left(meeting, person, reason)

    def remove(self, meeting: Meeting, person: Person) -> None:
        """The host, or an API call, puts somebody out."""
        meeting.removed.add(person.registrant_id or person.name)
        self.go(meeting, person, "Removed by host.")

    def end(self, meeting: Meeting, reason: str) -> None:
        """Everyone is put out, then the meeting waits for its next start."""
        if meeting.status != "started":
            return
        for person in meeting.present:
            self.go(meeting, person, reason)
        if meeting.is_recording:
            meeting.is_recording = False
            self._events.recording(meeting, "stopped")
        meeting.status, meeting.companion_is_on = "waiting", False
        past = self._put_away(meeting)
        self._events.ended(meeting, past)
        if past.has_recording:
            self._events.recording_completed(meeting)

    def tick(self) -> None:
        """What happens by itself as time passes: Zoom tells of early waiters, and free time ends."""
        now = self._state.clock.now()
        for meeting in list(self._state.meetings.values()):
            for key, since in meeting.early.items():
                if key not in meeting.told_early and now - since >= _TOLD_OF_WAITING_AFTER:
                    meeting.told_early.add(key)
                    person = meeting.people[key]
                    self._events.early(meeting, "participant_jbh_waiting", person)
            is_free = meeting.host.profile.type != LICENSED and meeting.status == "started"
            if is_free and meeting.started_at and now - meeting.started_at >= FREE_MINUTES:
                self.end(meeting, "Exceeded free meeting minutes limit.")

    # --- steps ------------------------------------------------------------------------------------

    def _begin(self, meeting: Meeting) -> None:
        if meeting.status == "started":
            return
        for other in list(self._state.meetings.values()):
            if other is not meeting and other.host is meeting.host:
                self.end(other, "Host started a new meeting.")
        meeting.status = "started"
        meeting.started_at = self._state.clock.now()
        meeting.occurrence = self._state.new_occurrence()
        self._events.started(meeting)
        if self._state.options.auto_records and meeting.settings["auto_recording"] == "cloud":
            meeting.is_recording = meeting.was_recorded = True
            self._events.recording(meeting, "started")

    def _arrive(self, meeting: Meeting, person: Person) -> Person:
        if meeting.status != "started" and meeting.settings["join_before_host"]:
            self._begin(meeting)
            self._events.early(meeting, "participant_jbh_joined", person)
        if meeting.status == "started":
            self._receive(meeting, person)
        else:
            meeting.early[person.key] = self._state.clock.now()
        return person

    def _receive(self, meeting: Meeting, person: Person) -> None:
        if not meeting.settings["waiting_room"]:
            self._enter(meeting, person)
            return
        person.place = "waiting_room"
        self._events.person(meeting, "participant_joined_waiting_room", person, "date_time")
        self._stay(meeting, person, "in_waiting_room")

    def _enter(self, meeting: Meeting, person: Person) -> None:
        person.place = "inside"
        self._events.person(meeting, "participant_joined", person, "join_time")
        self._stay(meeting, person, "in_meeting")

    def _connect(
        self, meeting: Meeting, name: str, *, email: str = "", registrant_id: str = ""
    ) -> Person:
        state = self._state
        person = Person(
            key=state.new_token(12),
            name=name,
            connection=state.new_connection(),
            participant_uuid=state.new_guid(),
            email=email,
            registrant_id=registrant_id,
        )
        meeting.people[person.key] = person
        return person

    def _refuse_removed(self, meeting: Meeting, who: str) -> None:
        if who in meeting.removed and not self._state.options.removed_may_rejoin:
            raise ApiError(403, 403, "You have been removed from this meeting.")

    def _no_longer_early(self, meeting: Meeting, person: Person) -> None:
        meeting.early.pop(person.key, None)
        if person.key in meeting.told_early:
            self._events.early(meeting, "participant_jbh_waiting_left", person)

    def _tell_left(self, meeting: Meeting, person: Person, reason: str) -> None:
        self._events.person(meeting, "participant_left", person, "leave_time", leave_reason=reason)

    # --- rows of the reports ----------------------------------------------------------------------

    def _stay(self, meeting: Meeting, person: Person, status: str) -> None:
        meeting.close_stay(person.connection, self._state.clock.now())
        meeting.stays.append(
            Stay(person, person.name, person.connection, status, self._state.clock.now())
        )

    def _leave_place(self, meeting: Meeting, person: Person) -> None:
        meeting.close_stay(person.connection, self._state.clock.now())

    def _put_away(self, meeting: Meeting) -> PastMeeting:
        now = self._state.clock.now()
        past = PastMeeting(
            meeting_id=meeting.meeting_id,
            uuid=meeting.occurrence,
            host=meeting.host,
            topic=meeting.topic,
            type=meeting.type,
            started_at=meeting.started_at or now,
            ended_at=now,
            stays=tuple(meeting.stays),
            has_recording=meeting.was_recorded,
        )
        meeting.stays, meeting.was_recorded = [], False
        self._state.past.append(past)
        return past
