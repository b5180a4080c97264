"""What may befall the first lesson: each takes one condition away, in a way that is easily overlooked."""

from collections.abc import Callable
from datetime import timedelta

from service.policy.consent import ConsentKind
from service.policy.people import Restriction
from service.policy.presence import PresenceMode
from tests.search.days import Days
from tests.search.families import Families
from tests.search.office import STARTS, Office
from tests.search.persons import Persons

YES, NO, NO_LONGER = ConsentKind.GIVEN, ConsentKind.REFUSED, ConsentKind.WITHDRAWN
RIVER, LAKE, MEADOW = 0, 1, 2
"""The children; River has the first lesson, and Meadow may turn out to be River."""

MOTHER, FATHER, LAKES_MOTHER, MEADOWS_MOTHER = 0, 1, 2, 4
"""Adults. River's mother has agreed, named herself, and promised."""

TUTOR, OTHER_TUTOR, SECOND, OTHER_SECOND, LEAD, COORDINATOR = range(6)
"""The staff. The first two teach, the next two are second staff."""


class Falls(Days, Office, Families, Persons):
    """Everything that may befall, told in the rules of a history."""

    def nothing(self) -> None:
        """All stays as it is."""

    # --- what the family says -----------------------------------------------------------------------

    def _says(self, adult: int, kind: ConsentKind, *, spoken: bool = False) -> None:
        agrees = kind is YES
        self.somebody_says(RIVER, adult, kind, adult, spoken=spoken, agrees=agrees)

    def the_father_refuses(self) -> None:
        """While the mother agrees."""
        self._says(FATHER, NO)

    def the_father_refuses_and_a_false_yes_of_his_is_taken_away(self) -> None:
        """His no was never taken back."""
        self._says(FATHER, NO)
        self._says(FATHER, YES)
        self.a_word_was_never_right(RIVER, FATHER)

    def the_mother_withdraws(self) -> None:
        """By telephone."""
        self._says(MOTHER, NO_LONGER, spoken=True)

    def the_mothers_yes_was_never_right(self) -> None:
        """And nobody else agreed."""
        self.a_word_was_never_right(RIVER, MOTHER)

    def the_promise_is_taken_back(self) -> None:
        """The mother will not be there."""
        self.a_promise_is_taken_back(0, 0)

    def another_promises_whom_only_a_false_yes_named(self) -> None:
        """The father named himself in a yes that was never right."""
        self._says(FATHER, YES)
        self.a_promise_is_taken_back(0, 0)
        self.an_adult_promises(0, RIVER, FATHER, PresenceMode.IN_THE_ROOM, shared=False)
        self.a_word_was_never_right(RIVER, FATHER)

    def the_lead_decides_against(self) -> None:
        """The father refused, and it was settled that no consent stands."""
        self._says(FATHER, NO)
        self.the_lead_settles(RIVER, stands=False)

    # --- who is who ---------------------------------------------------------------------------------

    def a_twin_record_holds_a_no(self) -> None:
        """Meadow is River, and Meadow's mother had refused."""
        self.somebody_says(MEADOW, 0, NO, 0, spoken=False, agrees=False)
        self.two_records_are_one_child(MEADOW, RIVER)

    def the_child_is_another_record(self) -> None:
        """River was Meadow all along."""
        self.two_records_are_one_child(RIVER, MEADOW)

    def the_mother_leaves_the_record(self) -> None:
        """She has no say any more."""
        self.an_adult_leaves_the_record(RIVER, MOTHER)

    def the_mother_comes_back(self) -> None:
        """What she had said before she left does not come back with her."""
        self.an_adult_leaves_the_record(RIVER, MOTHER)
        self.an_adult_is_put_on_record(RIVER, MOTHER, says=True, lead=True)

    def the_mother_may_have_no_contact(self) -> None:
        """A court has said so."""
        self.an_adult_is_restricted(MOTHER, Restriction.NO_CONTACT)

    def the_child_lives_elsewhere(self) -> None:
        """With a carer of whom nobody has agreed to anything."""
        self.a_child_moves_house(RIVER, LAKES_MOTHER)

    def the_child_is_of_age(self) -> None:
        """The student alone has a say."""
        self.a_date_of_birth_is_mended(RIVER, grown=True, by="lead")

    def a_program_says_that_the_child_is_of_age_though_the_father_refuses(self) -> None:
        """So that his no would count no more."""
        self._says(FATHER, NO)
        self.a_date_of_birth_is_mended(RIVER, grown=True, by="machine")

    # --- staff --------------------------------------------------------------------------------------

    def somebody_is_suspended(self, who: int) -> None:
        """From now on."""
        self.somebody_is_suspended_or_reinstated(who, suspended=True)

    def the_tutor_is_suspended(self) -> None:
        """Under inquiry."""
        self.somebody_is_suspended(TUTOR)

    def second_staff_are_suspended(self) -> None:
        """Under inquiry."""
        self.somebody_is_suspended(SECOND)

    def a_custodian_is_suspended(self) -> None:
        """One person alone can get at the account."""
        self.somebody_is_suspended(LEAD)

    def second_staff_are_away(self) -> None:
        """All day."""
        self.somebody_is_away(0)

    def second_staff_go(self) -> None:
        """Nobody is in their place."""
        self.second_staff_is_released(0)

    def the_tutor_is_family(self) -> None:
        """Of the child."""
        self._is_family(TUTOR, RIVER)

    def second_staff_are_family_of_an_adult_who_left(self) -> None:
        """Of the father, who is on the record no more."""
        self.an_adult_leaves_the_record(RIVER, FATHER)
        self._is_family(SECOND, len(self.children) + FATHER)

    def second_staff_are_family_under_another_record(self) -> None:
        """Of Meadow, who turns out to be River."""
        self._is_family(SECOND, MEADOW)
        self.two_records_are_one_child(MEADOW, RIVER)

    def the_tutor_is_family_of_the_mothers_other_record(self) -> None:
        """Of Meadow's mother, who turns out to be River's."""
        self._is_family(TUTOR, len(self.children) + MEADOWS_MOTHER)
        self.two_records_are_one_adult(MEADOWS_MOTHER, MOTHER)

    def _is_family(self, staff: int, person: int) -> None:
        self.somebody_turns_out_to_be_family(staff, person)

    def tutor_and_second_staff_are_family(self) -> None:
        """Of each other."""
        self._is_family(SECOND, len(self.children) + len(self.adults) + TUTOR)

    def tutor_and_second_staff_are_one_whatever_number_they_have_then(self) -> None:
        """The number that showed it is corrected."""
        self.two_of_the_staff_are_one(TUTOR, SECOND)
        self.a_number_is_corrected(SECOND)

    def the_father_is_the_tutor_whatever_number_they_have_then(self) -> None:
        """The number that showed it is corrected."""
        self.an_adult_is_on_the_staff(TUTOR, FATHER)
        self.a_number_is_corrected(TUTOR)

    def the_tutor_is_suspended_under_another_entry(self) -> None:
        """Of which nobody knew that it is theirs."""
        self.somebody_is_suspended(OTHER_TUTOR)
        self.two_of_the_staff_are_one(TUTOR, OTHER_TUTOR)

    def second_staff_are_family_under_another_entry(self) -> None:
        """Of the mother."""
        self._is_family(OTHER_SECOND, len(self.children) + MOTHER)
        self.two_of_the_staff_are_one(SECOND, OTHER_SECOND)

    def second_staff_cover_another_room_under_another_entry(self) -> None:
        """And it shows only when both rooms are open."""
        self._another_room(1, 1)
        self.two_of_the_staff_are_one(SECOND, OTHER_SECOND)

    def the_mother_covers_another_room(self) -> None:
        """She is on the staff, and it shows only when both rooms are open."""
        self._another_room(1, 1)
        self.an_adult_is_on_the_staff(OTHER_SECOND, MOTHER)

    def _another_room(self, tutor: int, second: int) -> None:
        """Lake has a lesson that begins during the first one, and is open as that is."""
        starts_at = self.model.lessons[self.lessons[0]].starts_at + timedelta(minutes=20)
        assert self.book(tutor, (LAKE,), starts_at) is not None
        self.second_staff_is_assigned(1, second)
        self.second_staff_accepts(1)
        self.somebody_says(LAKE, 0, YES, 0, spoken=False, agrees=True)
        self.an_adult_promises(1, 0, 0, PresenceMode.IN_THE_ROOM, shared=False)
        self.an_hour_comes(1, "opens")
        self.settle()
        assert self.state(self.lessons[1]) == "open"

    def who_took_the_yes_down_teaches(self) -> None:
        """The mother agreed by telephone; whoever listened is the tutor now."""
        self._says(MOTHER, YES, spoken=True)
        self.another_tutor_teaches(0, 4)

    # --- lessons ------------------------------------------------------------------------------------

    def the_lesson_is_moved(self) -> None:
        """What was agreed for the old time is void."""
        self.a_lesson_is_moved(0, STARTS[3])

    def second_staff_visit_another_room(self) -> None:
        """While they are to stay in this one."""
        self.book(1, (LAKE,), STARTS[0], visited=True)
        self.second_staff_is_assigned(1, 0)
        self.second_staff_accepts(1)
        self.somebody_says(LAKE, 0, YES, 0, spoken=False, agrees=True)
        self.an_adult_promises(1, 0, 0, PresenceMode.IN_THE_ROOM, shared=False)

    def the_tutor_visits_another_room(self) -> None:
        """While they teach."""
        self.book(1, (LAKE,), STARTS[0], visited=True)
        self.second_staff_is_assigned(1, 4)
        self.second_staff_accepts(1)
        self.somebody_says(LAKE, 0, YES, 0, spoken=False, agrees=True)
        self.an_adult_promises(1, 0, 0, PresenceMode.IN_THE_ROOM, shared=False)


Fall = Callable[[Falls], None]

FALLS: tuple[Fall, ...] = (
    Falls.nothing,
    Falls.the_father_refuses,
    Falls.the_father_refuses_and_a_false_yes_of_his_is_taken_away,
    Falls.the_mother_withdraws,
    Falls.the_mothers_yes_was_never_right,
    Falls.the_promise_is_taken_back,
    Falls.another_promises_whom_only_a_false_yes_named,
    Falls.the_lead_decides_against,
    Falls.a_twin_record_holds_a_no,
    Falls.the_child_is_another_record,
    Falls.the_mother_leaves_the_record,
    Falls.the_mother_comes_back,
    Falls.the_mother_may_have_no_contact,
    Falls.the_child_lives_elsewhere,
    Falls.the_child_is_of_age,
    Falls.a_program_says_that_the_child_is_of_age_though_the_father_refuses,
    Falls.the_tutor_is_suspended,
    Falls.second_staff_are_suspended,
    Falls.a_custodian_is_suspended,
    Falls.second_staff_are_away,
    Falls.second_staff_go,
    Falls.the_tutor_is_family,
    Falls.second_staff_are_family_of_an_adult_who_left,
    Falls.second_staff_are_family_under_another_record,
    Falls.the_tutor_is_family_of_the_mothers_other_record,
    Falls.tutor_and_second_staff_are_family,
    Falls.tutor_and_second_staff_are_one_whatever_number_they_have_then,
    Falls.the_father_is_the_tutor_whatever_number_they_have_then,
    Falls.the_tutor_is_suspended_under_another_entry,
    Falls.second_staff_are_family_under_another_entry,
    Falls.second_staff_cover_another_room_under_another_entry,
    Falls.the_mother_covers_another_room,
    Falls.who_took_the_yes_down_teaches,
    Falls.the_lesson_is_moved,
    Falls.second_staff_visit_another_room,
    Falls.the_tutor_visits_another_room,
)
"""Each as a name that a test can carry."""
