"""What the clock, the provider and the people at the door do."""

from datetime import datetime, timedelta
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from service.policy.consent import Route
from service.policy.people import Actor, ChildId, SessionId
from service.policy.presence import SightingResult
from service.reconcilers.schedule import RECONCILERS
from service.workflows.attending import door, presence
from service.workflows.meetings import opening
from tests.search.families import SOME
from tests.search.history import History
from tests.stories import steps

CALLS = (
    "create_meeting", "get_meeting", "update_meeting", "end_meeting", "delete_meeting",
    "list_meetings", "add_registrant", "registrant_status",
)  # fmt: skip
KINDS = ("drop_before", "status_before", "rate_limit", "drop_after", "status_after", "cut_after")
"""It failed, or it worked and failed to tell us."""

ACTS = {
    "waiting_room": ("admit", "admit", "leave", "drop"),
    "inside": ("leave", "drop", "put_in_waiting_room"),
}
"""What can become of somebody, by where they are."""


class Days(History):
    """Rules about time, the provider, and the door."""

    # --- the clock ----------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 2, 5, 10, 20]))
    def time_passes(self, minutes: int) -> None:
        """And nobody looks meanwhile."""
        self.run(self.pass_by(timedelta(minutes=minutes)))

    @precondition(lambda self: self.lessons)
    @rule(lesson=SOME, at=st.sampled_from(["opens", "check_in", "starts", "late", "ends"]))
    def an_hour_comes(self, lesson: int, at: str) -> None:
        """Time passes up to where something begins or ends."""
        _, one = self.lesson(lesson)
        instant: datetime = {
            "opens": one.starts_at - timedelta(minutes=30),
            "check_in": one.starts_at - timedelta(minutes=20),
            "starts": one.starts_at,
            "late": one.starts_at + timedelta(minutes=15),
            "ends": one.ends_at,
        }[at]
        if instant > self.now:
            self.run(self.house.until(instant))

    @rule()
    def the_service_has_its_turn(self) -> None:
        """Every reconciler, until nothing is due."""
        self.settle()

    @rule(which=st.sampled_from(RECONCILERS))
    def one_reconciler_has_its_turn(self, which: object) -> None:
        """One of them, once."""
        self.run(which.run(self.house.deps))  # type: ignore[attr-defined]

    @rule()
    def an_opener_dies(self) -> None:
        """After its intent was written, and before the provider was asked."""
        for claim in self.run(steps.claimed(self.world, "open_meetings", timedelta(0))):
            self.had_faults = self.had_faults or self.do(opening.begin, claim, opening.BY)[0]

    # --- the provider -------------------------------------------------------------------------------

    @rule(
        call=st.sampled_from(CALLS), kind=st.sampled_from(KINDS), times=st.sampled_from([1, 1, 3])
    )
    def the_provider_will_fail(self, call: str, kind: str, times: int) -> None:
        """The next such call comes to nothing, or to nothing that we are told."""
        self.had_faults = True
        self.run(self.house.rooms.fault(call, kind, times=times, form="seconds"))

    @rule(mode=st.sampled_from(["deliver", "drop", "double", "hold"]))
    def its_webhooks(self, mode: str) -> None:
        """They come, are lost, come twice, or late and all at once."""
        self.run(self.house.rooms.control("POST", "webhooks", {"mode": mode}))

    @rule()
    def its_webhooks_arrive(self) -> None:
        """Those on their way, while nobody else has a turn."""
        self.run(self.house.rooms.control("POST", "webhooks/flush"))

    @precondition(lambda self: self.persons)
    @rule(who=SOME, act=SOME)
    def somebody_in_the_room(self, who: int, act: int) -> None:
        """Is let in, leaves, loses the line, is sent back to wait."""
        person = self.persons[who % len(self.persons)]
        acts = ACTS.get(self.run(self.where_is(person)), ())
        if acts:
            self.run(self.house.rooms.act(person, acts[act % len(acts)]))

    async def where_is(self, person: str) -> str:
        """Where the provider knows the person to be, if anywhere."""
        there = await self.house.rooms.meetings()
        found = (one for meeting in there for one in meeting["people"] if one["key"] == person)
        return next((str(one["place"]) for one in found), "")

    @rule(pick=SOME)
    def a_call_ends(self, pick: int) -> None:
        """For everybody."""
        there = self.run(self.house.rooms.meetings())
        if there:
            meeting = quote(str(there[pick % len(there)]["id"]), "")
            self.run(self.house.rooms.control("POST", f"meetings/{meeting}/end"))

    # --- the door -----------------------------------------------------------------------------------

    @precondition(lambda self: self.lessons)
    @rule(lesson=SOME, child=SOME)
    def a_family_is_here(self, lesson: int, child: int) -> None:
        """The adult who promised says so."""
        session_id, one = self.lesson(lesson)
        child_id = one.children[child % len(one.children)]
        promise = self.model.promise_of(session_id, child_id)
        if promise is None:
            return
        command = presence.CheckInFamily(session_id, child_id, promise.adult, one.terms, Route.LINK)
        if self.do(presence.check_in, command, self.parent(promise.adult))[0]:
            one.here.add((child_id, promise.adult, promise.number))

    @precondition(lambda self: self.lessons)
    @rule(lesson=SOME, child=SOME, adult=SOME)
    def a_family_goes_in(self, lesson: int, child: int, adult: int) -> None:
        """Any adult on the child's record may knock."""
        session_id, one = self.lesson(lesson)
        child_id = one.children[child % len(one.children)]
        there = sorted(self.model.children[child_id].say)
        promise = self.model.promise_of(session_id, child_id)
        by = there[adult % len(there)] if there else None
        if promise is not None and adult % 2:
            by = promise.adult
        if by is None or not self.goes_in(session_id, self.parent(by), child_id):
            return
        why = self.model.against_staff(session_id) or self.model.against_child(session_id, child_id)
        assert why is None, f"a family was let in although {why}"
        assert promise is not None and promise.adult == by, "another adult than who promised"
        assert (child_id, by, promise.number) in one.here, "nobody had said that they are there"
        assert self.now < one.ends_at, "a family was let in after the end"
        assert self._second_was_let_in(session_id), "a family was let in before second staff"

    def _second_was_let_in(self, session_id: SessionId) -> bool:
        found = self.look()
        meeting, one = found.meeting(session_id), self.model.lessons[session_id]
        return any(
            row.subject_id == one.second and meeting is not None and row.meeting_id == meeting.id
            for row in found.rows["admissions"]
        )

    @precondition(lambda self: self.lessons)
    @rule(lesson=SOME, who=SOME)
    def a_member_of_staff_goes_in(self, lesson: int, who: int) -> None:
        """Whoever belongs to the lesson, or somebody else on the staff."""
        session_id, one = self.lesson(lesson)
        anybody = [one.second, one.second, one.tutor, one.newcomer, *self.tutors, *self.seconds]
        staff_id = anybody[who % len(anybody)]
        if staff_id is None or not self.goes_in(session_id, self.staff(staff_id)):
            return
        assert staff_id in (one.second, one.tutor, one.newcomer), "a stranger was let in"
        assert self.model.against(session_id) is None, "staff were let in and nothing is clear"
        assert staff_id not in self.model.suspended, "somebody suspended was let in"

    def goes_in(self, session_id: SessionId, by: Actor, child: ChildId | None = None) -> bool:
        """Ask for the way in and follow it at once; whether the door gave one."""
        done, way = self.attempt(door.go_in(self.house.deps, door.GoIn(session_id, child), by))
        if not done:
            return False
        url, name = way.url.get_secret_value(), way.name or "Somebody"
        self.persons.append(self.run(self.house.rooms.follow(url, name))["key"])
        return True

    @precondition(lambda self: self.lessons)
    @rule(lesson=SOME)
    def second_staff_say_they_are_in(self, lesson: int) -> None:
        """By their own word."""
        session_id, one = self.lesson(lesson)
        for staff_id in (one.second, one.newcomer):
            if staff_id is not None:
                command = presence.CheckInStaff(session_id, in_the_room=True)
                self.do(presence.check_in_staff, command, self.staff(staff_id))

    @precondition(lambda self: self.lessons)
    @rule(lesson=SOME, child=SOME, result=st.sampled_from(SightingResult))
    def an_adult_is_sighted(self, lesson: int, child: int, result: SightingResult) -> None:
        """Or is not shown."""
        session_id, one = self.lesson(lesson)
        if one.second is not None:
            child_id = one.children[child % len(one.children)]
            command = presence.NoteSighting(session_id, child_id, result)
            self.do(presence.note_sighting, command, self.staff(one.second))
