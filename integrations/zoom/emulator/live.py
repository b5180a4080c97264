"""Meetings while they run: who starts, waits, is let in and goes, and the events that tells."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from integrations.zoom.emulator.settings import zoom_time
from integrations.zoom.emulator.state import ApiError, Meeting, Person, Registrant, State
from integrations.zoom.emulator.webhooks import Outbox

Json = dict[str, Any]

HOST_LINK_LIVES = timedelta(hours=2)


class Live:
    """Carries out what people do in Zoom's own application."""

    def __init__(self, state: State, outbox: Outbox) -> None:
        self._state = state
        self._outbox = outbox

    # --- ways in ----------------------------------------------------------------------------------

    def start(self, meeting: Meeting, host_key: str) -> Person:
        """Open a start link: the meeting begins, and any other of the same host ends."""
        lives_until = meeting.host_keys.get(host_key)
        if lives_until is None or lives_until < self._state.clock.now():
            raise ApiError(403, 403, "This start link is unknown or has expired.")
        self._begin(meeting)
        profile = meeting.host.profile
        person = self._connect(meeting, "Room host", email=profile.email)
        person.account_user_id, person.role = profile.user_id, "host"
        self._enter(meeting, person)
        for waiting in [one for one in meeting.present if one.place == "before_start"]:
            self._receive(meeting, waiting)
        return person

    def knock(self, meeting: Meeting, name: str, registrant: Registrant | None) -> Person:
        """Open a join link. A personal link holds one connection: the older one is dropped."""
        if registrant is not None and not meeting.settings.get("allow_multiple_devices"):
            for other in meeting.present:
                if other.registrant_id == registrant.registrant_id:
                    self.go(meeting, other, f"{other.name} left the meeting.")
        person = self._connect(
            meeting,
            name,
            email=registrant.email if registrant else "",
            registrant_id=registrant.registrant_id if registrant else "",
        )
        if meeting.status != "started" and meeting.settings["join_before_host"]:
            self._begin(meeting)
        if meeting.status == "started":
            self._receive(meeting, person)
        return person

    # --- inside -----------------------------------------------------------------------------------

    def admit(self, meeting: Meeting, person: Person) -> None:
        """The host lets someone in."""
        if person.place != "waiting_room":
            raise ApiError(409, 409, "This person is not in the waiting room.")
        self._tell(meeting, "participant_admitted", person, "date_time")
        self._tell(meeting, "participant_left_waiting_room", person, "date_time")
        self._enter(meeting, person)

    def go(self, meeting: Meeting, person: Person, reason: str) -> None:
        """Someone leaves, drops out or is put out."""
        was, person.place = person.place, "gone"
        if was == "waiting_room":
            self._tell(meeting, "participant_left_waiting_room", person, "date_time")
        if was == "inside":
            self._tell(meeting, "participant_left", person, "leave_time", leave_reason=reason)

    def change_role(self, meeting: Meeting, person: Person, role: str) -> None:
        """Host, co-host or attendee."""
        old, person.role = person.role, role
        self._tell(
            meeting,
            "participant_role_changed",
            person,
            "date_time",
            old_role=old,
            new_role=role,
        )

    def record(self, meeting: Meeting) -> None:
        """Someone presses record."""
        now = self._state.clock.now()
        part = {**self._object(meeting), "recording_file": {"recording_start": zoom_time(now)}}
        self._put("recording.started", {"payload": self._payload(part)}, event_first=True)

    def end(self, meeting: Meeting, reason: str) -> None:
        """Everyone is put out, then the meeting waits for its next start."""
        if meeting.status != "started":
            return
        now = self._state.clock.now()
        for person in meeting.present:
            self.go(meeting, person, reason)
        meeting.status = "waiting"
        ended = {**self._object(meeting), "end_time": zoom_time(now)}
        self._put("meeting.ended", {"payload": self._payload(ended)}, event_first=True)
        self._state.past.append(ended)

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
        part = self._payload(self._object(meeting))
        self._put("meeting.started", {"payload": part}, event_first=True)

    def _receive(self, meeting: Meeting, person: Person) -> None:
        if meeting.settings["waiting_room"]:
            person.place = "waiting_room"
            self._tell(meeting, "participant_joined_waiting_room", person, "date_time")
        else:
            self._enter(meeting, person)

    def _enter(self, meeting: Meeting, person: Person) -> None:
        person.place = "inside"
        self._tell(meeting, "participant_joined", person, "join_time")

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

    # --- events -----------------------------------------------------------------------------------

    def _tell(
        self, meeting: Meeting, event: str, person: Person, when: str, **more: object
    ) -> None:
        participant = {
            "user_id": person.connection,
            "user_name": person.name,
            "email": person.email,
            "id": person.account_user_id,
            "participant_uuid": person.participant_uuid,
            "participant_user_id": person.account_user_id,
            "registrant_id": person.registrant_id,
            when: zoom_time(self._state.clock.now()),
            **more,
        }
        if event in ("participant_joined", "participant_left"):
            participant["public_ip"] = "203.0.113.7"  # sent in fact, though the documents deny it
        part = self._payload({**self._object(meeting), "participant": participant})
        self._put(f"meeting.{event}", {"payload": part}, event_first=False)

    def _object(self, meeting: Meeting) -> Json:
        return {
            "id": str(meeting.meeting_id),
            "uuid": meeting.occurrence,
            "host_id": meeting.host.profile.user_id,
            "topic": meeting.topic,
            "type": meeting.type,
            "start_time": zoom_time(meeting.started_at or meeting.start_time),
            "timezone": meeting.timezone,
            "duration": meeting.duration,
        }

    def _payload(self, part: Json) -> Json:
        return {"account_id": self._state.settings.account_id, "object": part}

    def _put(self, event: str, body: Json, *, event_first: bool) -> None:
        stamp = int(self._state.clock.now().timestamp() * 1000)
        if event_first:
            self._outbox.put(event, {"event": event, **body, "event_ts": stamp})
        else:
            self._outbox.put(event, {**body, "event_ts": stamp, "event": event})

    def announce(self, event: str, meeting: Meeting, describe: Callable[[], Json]) -> None:
        """`meeting.created`, `.updated`, `.deleted`: here the id is a number."""
        part = {**self._object(meeting), "id": meeting.meeting_id, **describe()}
        payload = {**self._payload(part), "operator": meeting.host.profile.email}
        self._put(event, {"payload": payload}, event_first=True)
