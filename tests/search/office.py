"""What tutors, second staff, the office and the lead do about lessons and about each other."""

from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from service.policy.people import Role, SessionId
from service.policy.session import CoverMode, Span
from service.workflows.second_staff import handing_over, staffing
from service.workflows.sessions import amending, booking
from service.workflows.staff import duties, register
from service.workflows.watch import watching
from tests.harness import NOW
from tests.search.families import SOME
from tests.search.history import History
from tests.search.kept import Lesson

STARTS = tuple(NOW + timedelta(minutes=minutes) for minutes in (45, 60, 75, 120, 150))
LASTS = timedelta(minutes=45)
DAY = Span(NOW, NOW + timedelta(hours=6))
MOST_LESSONS = 3


class Office(History):
    """Rules about lessons and staff."""

    def book(
        self, tutor: int, children: tuple[int, ...], starts_at: datetime, *, visited: bool = False
    ) -> SessionId | None:
        """Book a lesson; None if it was refused."""
        ids = tuple(dict.fromkeys(self.children[one % len(self.children)] for one in children))
        tutor_id = self.tutors[tutor % len(self.tutors)]
        terms = booking.Terms(starts_at, starts_at + LASTS, "local", "Europe/London", "Fractions")
        mode = CoverMode.VISITING if visited else CoverMode.THROUGHOUT
        command = booking.BookSession(None, tutor_id, ids, terms, self.house.rooms.provider, mode)
        done, session_id = self.do(booking.book_session, command, self.coordinator)
        if not done:
            return None
        self.lessons.append(session_id)
        self.model.lessons[session_id] = Lesson(
            tutor_id, ids, starts_at, starts_at + LASTS, visited
        )
        return SessionId(session_id)

    @precondition(lambda self: len(self.lessons) < MOST_LESSONS)
    @rule(
        tutor=SOME,
        children=st.tuples(SOME) | st.tuples(SOME, SOME),
        start=st.sampled_from(STARTS),
        visited=st.booleans(),
    )
    def a_lesson_is_booked(
        self, tutor: int, children: tuple[int, ...], start: datetime, visited: bool
    ) -> None:
        """One child or two, at one of a few times; second staff stay, or come and go."""
        self.book(tutor, children, start, visited=visited)

    @precondition(lambda self: self.lessons)
    @rule(lesson=SOME, start=st.sampled_from(STARTS))
    def a_lesson_is_moved(self, lesson: int, start: datetime) -> None:
        """Another time: what was agreed for the old one is void."""
        session_id, one = self.lesson(lesson)
        terms = booking.Terms(start, start + LASTS, "local", "Europe/London", "Fractions")
        command = amending.Reschedule(session_id, None, terms, "the hall is closed")
        done, _ = self.do(amending.reschedule, command, self.coordinator)
        if done and start != one.starts_at:
            one.starts_at, one.ends_at = start, start + LASTS
            self._new_terms(one)

    @precondition(lambda self: self.lessons)
    @rule(lesson=SOME, children=st.tuples(SOME) | st.tuples(SOME, SOME))
    def other_children_come(self, lesson: int, children: tuple[int, ...]) -> None:
        """Another list of children."""
        session_id, one = self.lesson(lesson)
        ids = tuple(dict.fromkeys(self.children[pick % len(self.children)] for pick in children))
        command = amending.Amend(session_id, None, children=ids, reason="a friend comes too")
        done, _ = self.do(amending.amend, command, self.coordinator)
        if done and set(ids) != set(one.children):
            one.children = ids
            self._new_terms(one)

    @precondition(lambda self: self.lessons)
    @rule(lesson=SOME, tutor=SOME)
    def another_tutor_teaches(self, lesson: int, tutor: int) -> None:
        """Another tutor, one who is second staff elsewhere, or whoever answers the telephone."""
        session_id, one = self.lesson(lesson)
        anybody = [*self.tutors, *self.seconds, self.world.coordinator]
        tutor_id = anybody[tutor % len(anybody)]
        command = amending.Amend(session_id, None, tutor_id=tutor_id, reason="ill")
        if self.do(amending.amend, command, self.coordinator)[0]:
            one.tutor = tutor_id

    def _new_terms(self, one: Lesson) -> None:
        one.terms += 1
        one.accepted = False

    @precondition(lambda self: self.lessons)
    @rule(lesson=SOME)
    def a_lesson_is_called_off(self, lesson: int) -> None:
        """Never locked, and never refused before it begins."""
        session_id, _ = self.lesson(lesson)
        command = amending.Cancel(session_id, "snow")
        if self.state(session_id) in ("booked", "opening", "open"):
            self.must(amending.cancel, command, self.coordinator)

    @precondition(lambda self: self.lessons)
    @rule(lesson=SOME)
    def the_lead_ends_it(self, lesson: int) -> None:
        """A running lesson is ended."""
        session_id, _ = self.lesson(lesson)
        if self.state(session_id) == "live":
            self.must(watching.end_session, watching.EndSession(session_id, "stop"), self.lead)

    # --- second staff -----------------------------------------------------------------------------

    @precondition(lambda self: self.lessons)
    @rule(lesson=SOME, who=SOME)
    def second_staff_is_assigned(self, lesson: int, who: int) -> None:
        """Anybody on the staff may be tried, the tutor too."""
        session_id, one = self.lesson(lesson)
        anybody = [*self.seconds, *self.seconds, *self.tutors]
        staff_id = anybody[who % len(anybody)]
        command = staffing.AssignSecondStaff(session_id, staff_id)
        if self.do(staffing.assign, command, self.coordinator)[0]:
            one.second, one.accepted = staff_id, staff_id in self.model.on_rota

    @precondition(lambda self: self.lessons)
    @rule(lesson=SOME)
    def second_staff_accepts(self, lesson: int) -> None:
        """Whoever is assigned says yes."""
        session_id, one = self.lesson(lesson)
        if one.second is None:
            return
        command = staffing.AcceptSession(session_id)
        if self.do(staffing.accept, command, self.staff(one.second))[0]:
            one.accepted = True

    @precondition(lambda self: self.lessons)
    @rule(lesson=SOME)
    def second_staff_is_released(self, lesson: int) -> None:
        """Whoever is assigned goes."""
        session_id, one = self.lesson(lesson)
        if one.second is None:
            return
        command = staffing.ReleaseSecondStaff(session_id, "ill")
        if self.state(session_id) in ("booked", "opening", "open", "live"):
            self.must(staffing.release, command, self.coordinator)
            one.second, one.accepted, one.newcomer = None, False, None
        else:
            assert not self.do(staffing.release, command, self.coordinator)[0]

    @precondition(lambda self: self.lessons)
    @rule(lesson=SOME, who=SOME)
    def second_staff_is_swapped(self, lesson: int, who: int) -> None:
        """At once before the call; during it the newcomer is asked."""
        session_id, one = self.lesson(lesson)
        staff_id = self.seconds[who % len(self.seconds)]
        live = self.state(session_id) == "live"
        command = handing_over.SwapSecondStaff(session_id, staff_id, "feels ill")
        if not self.do(handing_over.swap, command, self.coordinator)[0]:
            return
        if live:
            one.newcomer = staff_id
        else:
            one.second, one.accepted = staff_id, staff_id in self.model.on_rota

    @precondition(lambda self: self.lessons)
    @rule(lesson=SOME)
    def the_newcomer_accepts(self, lesson: int) -> None:
        """Whoever is to take over says yes."""
        session_id, one = self.lesson(lesson)
        if one.newcomer is not None:
            command = staffing.AcceptSession(session_id)
            self.do(staffing.accept, command, self.staff(one.newcomer))

    @rule(who=SOME)
    def somebody_is_on_the_rota(self, who: int) -> None:
        """They accept beforehand whatever they are put on, and what they are on already."""
        staff_id = self.seconds[who % len(self.seconds)]
        command = duties.AcceptRota(staff_id, DAY)
        if not self.do(duties.accept_rota, command, self.staff(staff_id))[0]:
            return
        self.model.on_rota.add(staff_id)
        for session_id, one in self.model.lessons.items():
            over = self.state(session_id) not in ("booked", "opening", "open", "live")
            if one.second == staff_id and not over:
                one.accepted = True

    @rule(who=SOME)
    def somebody_is_away(self, who: int) -> None:
        """All day."""
        staff_id = self.seconds[who % len(self.seconds)]
        if staff_id in self.absences:
            return
        command = duties.NoteAbsence(staff_id, DAY)
        self.absences[staff_id] = self.must(duties.note_absence, command, self.staff(staff_id))
        self.model.away.add(staff_id)

    @precondition(lambda self: self.absences)
    @rule()
    def somebody_is_back(self) -> None:
        """The absence ends."""
        staff_id, absence_id = self.absences.popitem()
        command = duties.EndAbsence(staff_id, absence_id)
        self.must(duties.end_absence, command, self.staff(staff_id))
        self.model.away.discard(staff_id)

    @rule(who=SOME, of=SOME)
    def somebody_turns_out_to_be_family(self, who: int, of: int) -> None:
        """Of a child, of an adult on its record, or of a colleague."""
        staff = [*self.tutors, *self.seconds]
        people = [*self.children, *self.adults, *staff]
        staff_id, related_id = staff[who % len(staff)], people[of % len(people)]
        command = register.DeclareRelation(staff_id, related_id)
        if staff_id != related_id and self.do(register.declare_relation, command, None)[0]:
            self.model.related.add((staff_id, related_id))

    @rule(who=SOME, suspended=st.booleans())
    def somebody_is_suspended_or_reinstated(self, who: int, suspended: bool) -> None:
        """Tutors, second staff, and those who can get at the accounts."""
        anybody = [*self.tutors, *self.seconds, self.world.lead, self.world.coordinator]
        staff_id = anybody[who % len(anybody)]
        by = None if suspended else self.world.actor(self.another_lead, Role.DSL)
        self.must(register.suspend, register.Suspend(staff_id, suspended, "under inquiry"), by)
        (self.model.suspended.add if suspended else self.model.suspended.discard)(staff_id)
