"""What Zoom tells by webhook of a meeting and of the people in it.

https://developers.zoom.us/docs/api/webhooks/. Ids are text here where they are text there; the
order of the outer keys differs by event, as it does in reality.
"""

from dataclasses import replace
from typing import Any

from integrations.zoom.emulator.records import Meeting, PastMeeting, Person, Registrant
from integrations.zoom.emulator.settings import zoom_time
from integrations.zoom.emulator.state import State
from integrations.zoom.emulator.webhooks import Outbox

Json = dict[str, Any]


class Events:
    """Words events as Zoom does and gives them to the outbox."""

    def __init__(self, state: State, outbox: Outbox) -> None:
        self._state = state
        self._outbox = outbox

    # --- the room ---------------------------------------------------------------------------------

    def started(self, meeting: Meeting) -> None:
        """`start_time` is the real start."""
        part = {**self._in_room(meeting), "host_email": meeting.host.profile.email}
        self._put("meeting.started", part)

    def ended(self, meeting: Meeting, past: PastMeeting) -> None:
        """`duration` is the scheduled one."""
        part = {**self._in_room(meeting), "host_email": meeting.host.profile.email}
        self._put("meeting.ended", {**part, "end_time": zoom_time(past.ended_at)})

    def recording(self, meeting: Meeting, what: str) -> None:
        """`what`: started, paused, resumed, stopped."""
        now = zoom_time(self._state.clock.now())
        file = {"recording_start": now, "recording_end": now if what == "stopped" else ""}
        self._put(f"recording.{what}", {**self._in_room(meeting), "recording_file": file})

    def recording_completed(self, meeting: Meeting) -> None:
        """Told after the end; here the id is a number."""
        part = {**self._in_room(meeting), "id": meeting.meeting_id, "recording_files": []}
        self._put("recording.completed", part)

    def companion(self, meeting: Meeting, what: str) -> None:
        """`what`: started or stopped. The real object's further keys are not known to us."""
        self._put(f"meeting.ai_companion_{what}", self._in_room(meeting))

    def risk(self, meeting: Meeting, where: str) -> None:
        """The meeting's link was seen in public."""
        part = {
            **self._in_room(meeting),
            "host_email": meeting.host.profile.email,
            "armn_details": [{"post_platform": "web", "meeting_url": where}],
        }
        self._put("meeting.risk_alert", part)

    # --- people -----------------------------------------------------------------------------------

    def person(
        self, meeting: Meeting, event: str, person: Person, when: str, **more: object
    ) -> None:
        """Something happened to a connection; `when` is the key of its instant."""
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
        if person.phone_number:
            participant["phone_number"] = person.phone_number
        if event in ("participant_joined", "participant_left"):
            participant["public_ip"] = "203.0.113.7"  # sent in fact, though the documents deny it
        if event == "participant_left":
            participant["private_ip"] = "10.0.0.7"
        self._tell(event, {**self._in_room(meeting), "participant": participant})

    def breakout(self, meeting: Meeting, event: str, person: Person, when: str) -> None:
        """Into or out of a breakout room, while `person.room` is that room."""
        participant = {
            "user_id": person.connection,
            "parent_user_id": person.parent,
            "user_name": person.name,
            "email": person.email,
            "id": person.account_user_id,
            "participant_uuid": person.participant_uuid,
            "participant_user_id": person.account_user_id,
            "registrant_id": person.registrant_id,
            when: zoom_time(self._state.clock.now()),
        }
        part = {**self._in_room(meeting), "breakout_room_uuid": person.room}
        self._tell(event, {**part, "participant": participant})

    def moved(self, meeting: Meeting, person: Person, from_connection: str, reason: str) -> None:
        """Between rooms: `left` for the old connection and `joined` for the new one."""
        gone = replace(person, connection=from_connection)
        self.person(meeting, "participant_left", gone, "leave_time", leave_reason=reason)
        self.person(meeting, "participant_joined", person, "join_time")

    def early(self, meeting: Meeting, event: str, person: Person) -> None:
        """Before the host: no connection id; on leaving, the meeting's id is a number."""
        participant = {"user_name": person.name, "id": person.account_user_id, "customer_key": ""}
        part = self._in_room(meeting)
        if event != "participant_jbh_waiting":
            participant["registrant_id"] = person.registrant_id
        if event == "participant_jbh_waiting_left":
            part["id"] = meeting.meeting_id
        self._tell(event, {**part, "participant": participant})

    # --- the meeting as an entry: here ids are numbers --------------------------------------------

    def created(self, meeting: Meeting, join_url: str) -> None:
        """It exists. The body holds the link and the passcode."""
        part = {
            **self._as_entry(meeting),
            "join_url": join_url,
            "password": meeting.password,
            "creation_source": meeting.creation_source,
            "settings": meeting.settings,
        }
        self._put_entry("meeting.created", meeting, part, operation="all")

    def changed(self, meeting: Meeting, old: Json, new: Json) -> None:
        """What it was and what it is now, of the changed values alone; nothing if none changed."""
        if not new:
            return
        extra = {"scope": "all", "time_stamp": self._milliseconds()}
        extra["old_object"] = {"id": meeting.meeting_id, **old}
        self._put_entry("meeting.updated", meeting, {"id": meeting.meeting_id, **new}, **extra)

    def removed(self, meeting: Meeting, operation: str = "all") -> None:
        """Deleted; `operation` is `single` for one occurrence of several."""
        self._put_entry("meeting.deleted", meeting, self._as_entry(meeting), operation=operation)

    def recovered(self, meeting: Meeting) -> None:
        """Taken back out of the bin."""
        self._put_entry("meeting.recovered", meeting, self._as_entry(meeting), operation="all")

    def registration(self, meeting: Meeting, what: str, registrant: Registrant, link: str) -> None:
        """`what`: created, approved, denied, cancelled."""
        if not self._state.options.sends_registrations:
            return
        shown = {
            "id": registrant.registrant_id,
            "first_name": registrant.first_name,
            "last_name": registrant.last_name,
            "email": registrant.email,
            "status": registrant.status,
            "join_url": link,
        }
        part = {**self._as_entry(meeting), "registrant": shown}
        self._put(f"meeting.registration_{what}", part)

    # --- wrapping ---------------------------------------------------------------------------------

    def _in_room(self, meeting: Meeting) -> Json:
        begin = meeting.started_at or meeting.start_time
        return {
            **self._as_entry(meeting),
            "id": str(meeting.meeting_id),
            "start_time": zoom_time(begin),
        }

    def _as_entry(self, meeting: Meeting) -> Json:
        return {
            "id": meeting.meeting_id,
            "uuid": meeting.occurrence,
            "host_id": meeting.host.profile.user_id,
            "topic": meeting.topic,
            "type": meeting.type,
            "start_time": zoom_time(meeting.start_time),
            "timezone": meeting.timezone,
            "duration": meeting.duration,
        }

    def _put_entry(self, event: str, meeting: Meeting, part: Json, **more: object) -> None:
        if self._state.options.sends_lifecycle:
            profile = meeting.host.profile
            self._put(event, part, operator=profile.email, operator_id=profile.user_id, **more)

    def _put(self, event: str, part: Json, **more: object) -> None:
        payload = {"account_id": self._state.settings.account_id, **more, "object": part}
        body = {"event": event, "payload": payload, "event_ts": self._milliseconds()}
        self._outbox.put(event, body)

    def _tell(self, event: str, part: Json) -> None:
        payload = {"account_id": self._state.settings.account_id, "object": part}
        name = f"meeting.{event}"
        body = {"payload": payload, "event_ts": self._milliseconds(), "event": name}
        self._outbox.put(name, body)

    def _milliseconds(self) -> int:
        return int(self._state.clock.now().timestamp() * 1000)
