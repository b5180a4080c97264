"""Meetings while they run: who comes, waits, is let in and goes, and what subscribers hear."""

from integrations.teams.emulator import events, lobby
from integrations.teams.emulator.deliveries import Outbox
from integrations.teams.emulator.making import LIVES_FOR
from integrations.teams.emulator.settings import EmulatedUser
from integrations.teams.emulator.state import ApiError, Call, Meeting, Person, State, Stay


class Live:
    """Carries out what people do in Teams itself."""

    def __init__(self, state: State, outbox: Outbox) -> None:
        self._state = state
        self._outbox = outbox

    # --- ways in ----------------------------------------------------------------------------------

    def revive(self, meeting: Meeting) -> None:
        """Somebody opens the link: a deleted meeting is there again, and lives longer."""
        if meeting.is_deleted:
            meeting.is_deleted, meeting.was_resurrected = False, True
        meeting.expires_at = max(meeting.expires_at, self._state.clock.now() + LIVES_FOR)

    def knock(self, meeting: Meeting, name: str, user: EmulatedUser | None) -> Person:
        """Come to a meeting: into the call, or into its lobby. Nobody asks for the passcode."""
        if user is None and not self._state.options.anonymous_join:
            raise ApiError(403, "Forbidden", "People who are not signed in cannot join.")
        self.revive(meeting)
        guest_id = f"teamsvisitor:{self._state.random.randbytes(16).hex()}"
        person = Person(self._state.new_key(), name, guest_id, self._state.new_guid())
        if user is not None:
            person.user_id, person.upn = user.user_id, user.upn
        meeting.people[person.key] = person
        self._receive(meeting, person)
        return person

    def rejoin(self, meeting: Meeting, person: Person) -> None:
        """Come back: straight in after a lost connection, through the lobby after leaving."""
        if person.place not in ("gone", "inactive"):
            raise ApiError(409, "Conflict", "This person is still here.")
        was_inside, silently = person.place == "inactive", person.was_silent
        person.was_silent = False
        if was_inside and silently and meeting.call is not None:
            person.place = "inside"
            self._sit(meeting.call, meeting, person)
            return
        person.participant_id = self._state.new_guid()
        self.revive(meeting)
        if was_inside and meeting.call is not None:
            self._enter(meeting, person)
        else:
            self._receive(meeting, person)

    # --- inside -----------------------------------------------------------------------------------

    def admit(self, meeting: Meeting, person: Person) -> None:
        """Someone inside who may do so lets a waiting person in."""
        if person.place != "lobby":
            raise ApiError(409, "Conflict", "This person is not in the lobby.")
        if not any(lobby.may_admit(meeting, one) for one in meeting.at("inside")):
            raise ApiError(409, "Conflict", "Nobody inside may admit.")
        self._enter(meeting, person)

    def send_to_lobby(self, meeting: Meeting, person: Person) -> None:
        """Out of the call, back to waiting."""
        self._require_inside(person)
        self._stand_up(meeting, person)
        person.place = "lobby"
        self._tell_roster(meeting, person)
        self._end_if_empty(meeting)

    def go(self, meeting: Meeting, person: Person, *, place: str = "gone") -> None:
        """Someone leaves, is put out or denied; or, `inactive`, loses the connection for long."""
        if person.place == "gone":
            return
        reason = events.INACTIVE if place == "inactive" else events.LEFT
        self._stand_up(meeting, person)
        person.place = place
        self._tell_roster(meeting, person, reason)
        self._end_if_empty(meeting)

    def lose(self, meeting: Meeting, person: Person) -> None:
        """A connection lost for under a minute: no event tells of it."""
        self._require_inside(person)
        self._stand_up(meeting, person)
        person.place, person.was_silent = "inactive", True

    def rename(self, meeting: Meeting, person: Person, name: str) -> None:
        """A new name, where the meeting allows it; no event tells of it."""
        if not meeting.settings["allowParticipantsToChangeName"]:
            raise ApiError(409, "Conflict", "This meeting does not let people change their name.")
        person.name = name

    def record(self, meeting: Meeting, person: Person) -> None:
        """Press record, where the meeting allows it."""
        self._require_inside(person)
        may = meeting.settings["allowRecording"] and lobby.is_presenter(meeting, person)
        if meeting.call is None or not may:
            raise ApiError(409, "Conflict", "This person cannot record.")
        meeting.call.is_recorded = True

    def end(self, meeting: Meeting) -> None:
        """End for all, as an organiser does in Teams; Graph has no such call."""
        if meeting.call is None:
            return
        for person in list(meeting.people.values()):
            if person.place != "gone":
                self._stand_up(meeting, person)
                person.place = "gone"
                self._tell_roster(meeting, person, events.LEFT)
        self._close(meeting, is_told=True)

    # --- steps ------------------------------------------------------------------------------------

    def _receive(self, meeting: Meeting, person: Person) -> None:
        """Into the call if the lobby lets one pass and one may start it."""
        passes = lobby.passes(self._state, meeting, person)
        if passes and lobby.may_start(meeting, person):
            self._enter(meeting, person)
            return
        person.place = "lobby"
        self._tell_roster(meeting, person)

    def _enter(self, meeting: Meeting, person: Person) -> None:
        is_first = meeting.call is None
        call = meeting.call or self._start(meeting)
        person.place = "inside"
        self._sit(call, meeting, person)
        self._tell_roster(meeting, person)
        if is_first:
            self._look_into_lobby(meeting)

    def _look_into_lobby(self, meeting: Meeting) -> None:
        """The call has begun: those who waited for it come in, or show as waiting."""
        for person in meeting.at("lobby"):
            if lobby.passes(self._state, meeting, person):
                self._enter(meeting, person)
            else:
                self._tell_roster(meeting, person)

    def _start(self, meeting: Meeting) -> Call:
        now = self._state.clock.now()
        subscription = self._state.subscription_on(meeting.meeting_id)
        told = subscription.subscription_id if subscription else ""
        meeting.call = Call(self._state.new_guid(), now, meeting.roles(), told)
        self._tell(meeting, "callStarted")
        return meeting.call

    def _sit(self, call: Call, meeting: Meeting, person: Person) -> None:
        now, role = self._state.clock.now(), meeting.role_of(person)
        call.stays.append(Stay(person, role, now))

    def _stand_up(self, meeting: Meeting, person: Person) -> None:
        for stay in meeting.call.stays if meeting.call else ():
            if stay.person is person and stay.left_at is None:
                stay.left_at = self._state.clock.now()

    def _end_if_empty(self, meeting: Meeting) -> None:
        if meeting.call is not None and not meeting.at("inside"):
            self._close(meeting, is_told=self._state.options.call_ended_when_all_left)

    def _close(self, meeting: Meeting, *, is_told: bool) -> None:
        if meeting.call is None:
            return
        if is_told:
            self._tell(meeting, "callEnded")
        meeting.call.ended_at = self._state.clock.now()
        meeting.past.append(meeting.call)
        meeting.call = None

    def _tell_roster(self, meeting: Meeting, person: Person, reason: str = "") -> None:
        row = events.participant(self._state, person, reason)
        if row is not None:
            self._tell(meeting, "rosterUpdated", (row,))

    def _tell(self, meeting: Meeting, kind: str, people: tuple[events.Json, ...] = ()) -> None:
        """To whoever had subscribed before the call began, and to nobody else."""
        told = meeting.call.told if meeting.call else ""
        subscription = self._state.subscriptions.get(told)
        if subscription is not None:
            event = events.call_event(self._state, kind, subscription.resource, people)
            self._outbox.put_event(subscription, event)

    def _require_inside(self, person: Person) -> None:
        if person.place != "inside":
            raise ApiError(409, "Conflict", "This person is not in the call.")
