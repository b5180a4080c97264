"""One history: a running service, the model beside it, and what may be done to both.

Hypothesis is not asynchronous and the house is: one event loop belongs to one history.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from hypothesis.stateful import RuleBasedStateMachine

from service.errors import ChaperoneError
from service.policy.people import Actor, ChildId, Role, SessionId
from tests.deployment import VISITED
from tests.harness import running
from tests.invariants import check_everything
from tests.office import a_host
from tests.search import seen
from tests.search.kept import ChildKept, Lesson
from tests.search.model import Model
from tests.search.seen import Seen
from tests.world import World, a_colleague, a_family, a_world

FreshDatabase = Callable[[], AbstractContextManager[tuple[str, Path]]]


@dataclass
class Reached:
    """How far the histories came: a search that never opens a door proves nothing."""

    states: dict[str, int] = field(default_factory=dict)

    def note(self, states: set[str]) -> None:
        """Count the states that a history has seen."""
        for state in states:
            self.states[state] = self.states.get(state, 0) + 1


class History(RuleBasedStateMachine):
    """A service of its own with its world, and the model of what was done to it."""

    fresh_database: ClassVar[FreshDatabase]
    reached: ClassVar[Reached]

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.lessons: list[SessionId] = []
        self.persons: list[str] = []
        self.absences: dict[str, str] = {}
        self.had_faults = False
        self.states: set[str] = set()
        self._loop = asyncio.new_event_loop()
        self._database = type(self).fresh_database()
        url, folder = self._database.__enter__()
        self._running = running(url, folder, migrated=True, organised=VISITED)
        self.house = self.run(self._running.__aenter__())
        self.world: World = self.run(a_world(self.house))
        self.run(self._people())

    async def _people(self) -> None:
        world, house = self.world, self.house
        other = await a_family(house, "lake", world.coordinator)
        double = await a_family(house, "meadow", world.coordinator)
        await a_host(house, 1, world.coordinator, world.lead)
        self.tutors = [world.tutor, await a_colleague(house, "Tess", "tess")]
        self.seconds = [world.second, await a_colleague(house, "Ida", "ida")]
        self.another_lead = await a_colleague(house, "Dana", "dana")
        self.families = [world.family, other, double]
        self.children: list[ChildId] = [family.child for family in self.families]
        self.adults = [one for family in self.families for one in (family.mother, family.father)]
        self.model.custodians = {str(world.coordinator), str(world.lead)}
        for family in self.families:
            say = {str(family.mother): True, str(family.father): True}
            self.model.children[family.child] = ChildKept(say, people=set(say))

    # --- doing ------------------------------------------------------------------------------------

    def run(self, doing: Coroutine[Any, Any, Any]) -> Any:
        """Let something happen, and everything round it meanwhile."""
        return self._loop.run_until_complete(doing)

    def do(self, request: Any, command: Any, by: Actor | None = None) -> tuple[bool, Any]:
        """Run a workflow; whether it was done, and what came of it or why not."""
        return self.attempt(self.house.do(request, command, by))

    def attempt(self, doing: Coroutine[Any, Any, Any]) -> tuple[bool, Any]:
        """Let something happen that may be refused; anything else than a refusal is a bug."""
        try:
            return True, self.run(doing)
        except ChaperoneError as refused:
            return False, refused

    def must(self, request: Any, command: Any, by: Actor | None = None) -> Any:
        """Run a workflow that makes things safer: it is never refused (pitfall 31)."""
        done, value = self.do(request, command, by)
        assert done, f"a safer change was refused: {value!r}"
        return value

    # --- who and what -------------------------------------------------------------------------------

    def lesson(self, number: int) -> tuple[SessionId, Lesson]:
        """One of the lessons there are."""
        session_id = self.lessons[number % len(self.lessons)]
        return session_id, self.model.lessons[session_id]

    @property
    def coordinator(self) -> Actor:
        """The office."""
        return self.world.as_coordinator

    @property
    def lead(self) -> Actor:
        """The safeguarding lead."""
        return self.world.actor(self.world.lead, Role.DSL, Role.COORDINATOR)

    @property
    def machine(self) -> Actor:
        """The organisation's own booking platform."""
        return Actor("machine_booking", frozenset({Role.MACHINE}))

    def parent(self, adult: str) -> Actor:
        """A parent."""
        return Actor(adult, frozenset({Role.PARENT}))

    def staff(self, staff_id: str) -> Actor:
        """A member of staff."""
        return Actor(staff_id, frozenset({Role.SECOND_STAFF, Role.TUTOR}))

    # --- looking ------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """The instant."""
        return self.house.clock.now()

    def look(self) -> Seen:
        """The tables as they are."""
        found: Seen = self.run(self.house.read(seen.look))
        return found

    def state(self, session_id: str) -> str:
        """How far a session has come."""
        return self.look().state(session_id)

    def check(self) -> None:
        """Hold what must never be seen against what is there."""
        found = self.look()
        self._follow_hand_overs(found)
        self.states |= {str(row.state) for row in found.rows["sessions"]}
        seen.nothing_is_open_without_a_clear_case(self.model, found)
        seen.what_is_shut_has_no_way_in(found)
        seen.nobody_is_in_two_places(self.model, found)

    def _follow_hand_overs(self, found: Seen) -> None:
        """Whoever was asked to take over during a call, and has said yes, may have done so by now."""
        for session_id, lesson in self.model.lessons.items():
            now = found.second(session_id)
            if lesson.newcomer is not None and now is not None and now.staff_id == lesson.newcomer:
                lesson.second, lesson.accepted, lesson.newcomer = lesson.newcomer, True, None

    def settle(self) -> None:
        """Let every reconciler have its turn, and hold that nothing is kept shut for no reason."""
        self.run(self.house.settle())
        found = self.look()
        self._follow_hand_overs(found)
        if self.had_faults:
            return
        for session in found.rows["sessions"]:
            lesson = self.model.lessons[session.id]
            alone = not any(
                lesson.overlaps(other) and name != session.id
                for name, other in self.model.lessons.items()
            )
            if session.state == "booked" and session.opens_at <= self.now < session.lapses_at:
                seen.what_should_open_is_open(self.model, found, session, lesson, host=alone)

    async def pass_by(self, by: timedelta) -> None:
        """Let time pass."""
        await self.house.advance(seconds=by.total_seconds())

    def teardown(self) -> None:
        """Bring the house to rest, hold everything, and leave nothing behind."""
        try:
            if hasattr(self, "house"):
                self.run(self.house.rooms.control("DELETE", "faults"))
                self.run(self.house.rooms.control("POST", "webhooks", {"mode": "deliver"}))
                self.run(check_everything(self.house))
                self.check()
                self.reached.note(self.states)
        finally:
            self.run(self._running.__aexit__(None, None, None))
            self._database.__exit__(None, None, None)
            self._loop.close()
