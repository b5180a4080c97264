"""It turns out that two records are of one human being; a number that is corrected makes no two of them."""

from itertools import count

from hypothesis.stateful import rule
from pydantic import SecretStr

from service.store.families import people
from service.store.staff import staff
from service.workflows.families import onboarding
from service.workflows.staff import register
from tests.search.families import SOME
from tests.search.history import History


class Persons(History):
    """Rules about who is who on the staff."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers = (SecretStr(f"07700 91{number:04d}") for number in count())

    @rule(who=SOME, other=SOME)
    def two_of_the_staff_are_one(self, who: int, other: int) -> None:
        """Two entries of the register have one number, from now on and for good."""
        anybody = [*self.tutors, *self.seconds]
        one, another = anybody[who % len(anybody)], anybody[other % len(anybody)]
        if one == another:
            return
        number = next(self._numbers)
        self._has_number(one, number)
        self._has_number(another, number)
        self.model.same.add(frozenset({one, another}))

    @rule(who=SOME, adult=SOME)
    def an_adult_is_on_the_staff(self, who: int, adult: int) -> None:
        """An adult of a family has the number of somebody on the register."""
        anybody = [*self.tutors, *self.seconds]
        staff_id, parent_id = anybody[who % len(anybody)], self.adults[adult % len(self.adults)]
        number = next(self._numbers)
        self._has_number(staff_id, number)
        record = self.run(self.house.read(people.parent_record, parent_id))
        put = onboarding.PutParent(record.name, record.email, number, parent_id=parent_id)
        if self.do(onboarding.put_parent, put)[0]:
            self.model.may_be.add((staff_id, parent_id))

    @rule(who=SOME)
    def a_number_is_corrected(self, who: int) -> None:
        """Somebody on the register has a number of their own; who they were taken for stays."""
        anybody = [*self.tutors, *self.seconds]
        self._has_number(anybody[who % len(anybody)], next(self._numbers))

    def _has_number(self, staff_id: str, number: SecretStr) -> None:
        record = self.run(self.house.read(staff.staff_record, staff_id))
        put = register.PutStaff(record.name, record.account, number, staff_id=record.staff_id)
        self.must(register.put_staff, put)
