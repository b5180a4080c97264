"""Whatever people do in whatever order: events and reports tell one story."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from integrations.zoom.emulator.effective import HOST_DEFAULTS
from integrations.zoom.emulator.events import Events
from integrations.zoom.emulator.inside import Inside
from integrations.zoom.emulator.live import Live
from integrations.zoom.emulator.meetings import make_meeting
from integrations.zoom.emulator.records import Meeting, Person
from integrations.zoom.emulator.settings import EmulatorSettings
from integrations.zoom.emulator.state import ApiError, State
from integrations.zoom.emulator.webhooks import Outbox

BEGIN = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
ACTS = (
    *("sign_in", "knock", "call_in", "admit", "put_back", "go", "remove"),
    *("enter_room", "leave_room", "end", "wait"),
)
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 5)), max_size=40)


class Room:
    """One meeting and everything that can be done in it."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.state = State(EmulatorSettings(starts_at=BEGIN, seed=1))
        self.outbox = Outbox(self.state, "")
        events = Events(self.state, self.outbox)
        self.live, self.inside = Live(self.state, events), Inside(self.state, events)
        body = {"settings": {**HOST_DEFAULTS, **settings}}
        self.meeting: Meeting = make_meeting(self.state, self.state.hosts[0], body)

    def peopled(self) -> "Room":
        """With a host and two guests inside."""
        self.live.sign_in(self.meeting, "Host")
        for name in ("One", "Two"):
            person = self.live.knock(self.meeting, name, None)
            if person.place == "waiting_room":
                self.live.admit(self.meeting, person)
        return self

    def act(self, name: str, which: int) -> None:
        """Do one thing, to one of those who ever came; what is not possible is refused."""
        people = list(self.meeting.people.values())
        person = people[which % len(people)] if people else None
        try:
            self._do(name, which, person)
        except ApiError as refusal:
            assert refusal.status in (403, 409)

    def _do(self, name: str, which: int, person: Person | None) -> None:
        if name == "sign_in":
            self.live.sign_in(self.meeting, "Host")
        elif name == "knock":
            self.live.knock(self.meeting, f"Guest {which}", None)
        elif name == "call_in":
            self.live.call_in(self.meeting, f"+44 20 7946 000{which}")
        elif name == "end":
            self.live.end(self.meeting, "Host ended the meeting.")
        elif name == "wait":
            self.state.clock.advance(timedelta(seconds=10 * which))
            self.live.tick()
        elif person is not None and name in ("enter_room", "leave_room"):
            getattr(self.inside, name)(self.meeting, person)
        elif person is not None and person.place != "gone" and name == "go":
            self.live.go(self.meeting, person, "left the meeting.")
        elif person is not None and person.place != "gone":
            getattr(self.live, name)(self.meeting, person)

    def told(self) -> list[dict[str, Any]]:
        """Every event, in the order it was put."""
        return [json.loads(one.body) for one in self.outbox.deliveries]


def connections(events: list[dict[str, Any]], name: str) -> Counter[str]:
    return Counter(
        one["payload"]["object"]["participant"]["user_id"]
        for one in events
        if one["event"] == f"meeting.{name}"
    )


@given(STEPS, st.booleans(), st.booleans())
def test_after_the_end_events_and_rows_agree(
    steps: list[tuple[str, int]], has_waiting_room: bool, is_early: bool
) -> None:
    room = Room({"waiting_room": has_waiting_room, "join_before_host": is_early})
    room = room if is_early else room.peopled()
    for name, which in steps:
        room.act(name, which)
    room.live.end(room.meeting, "Host ended the meeting.")
    events = room.told()
    joined, left = (
        connections(events, "participant_joined"),
        connections(events, "participant_left"),
    )
    rows = [stay for past in room.state.past for stay in past.stays]
    assert Counter(one.connection for one in rows if one.status == "in_meeting") == joined
    # Being sent back to the waiting room is told as neither; it only begins a new stay.
    sent_back = connections(events, "participant_put_in_waiting_room")
    assert all(left[who] <= joined[who] <= left[who] + sent_back[who] for who in joined)
    assert all(one.until is not None and one.since <= one.until for one in rows)


STATUS = {"inside": "in_meeting", "waiting_room": "in_waiting_room"}


@given(STEPS, st.booleans())
def test_a_connection_is_in_one_place_at_a_time(
    steps: list[tuple[str, int]], has_waiting_room: bool
) -> None:
    room = Room({"waiting_room": has_waiting_room}).peopled()
    for name, which in steps:
        room.act(name, which)
        still = {(one.connection, one.status) for one in room.meeting.stays if one.until is None}
        there = [one for one in room.meeting.present if one.place != "before_start"]
        assert still == {(one.connection, STATUS[one.place]) for one in there}
        assert all(one.place == "inside" for one in there if one.room)


@given(STEPS)
def test_every_start_has_its_end_and_its_own_uuid(steps: list[tuple[str, int]]) -> None:
    room = Room({"waiting_room": True}).peopled()
    for name, which in steps:
        room.act(name, which)
    room.live.end(room.meeting, "Host ended the meeting.")
    events = room.told()
    uuids = {
        name: [one["payload"]["object"]["uuid"] for one in events if one["event"] == name]
        for name in ("meeting.started", "meeting.ended")
    }
    assert uuids["meeting.started"] == uuids["meeting.ended"]
    assert len(set(uuids["meeting.started"])) == len(uuids["meeting.started"])
    assert [past.uuid for past in room.state.past] == uuids["meeting.ended"]
