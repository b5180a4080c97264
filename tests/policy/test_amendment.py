"""What a change is, and what it voids."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.policy.amendment import Part, Voided, changed_parts, voided_by
from service.policy.session import Session, SessionState
from tests.builders import a_session

BEFORE = a_session()
LATER = timedelta(minutes=5)
CHANGES: list[tuple[Session, tuple[Part, ...]]] = [
    (BEFORE, ()),
    (replace(BEFORE, starts_at=BEFORE.starts_at - LATER), (Part.TIME,)),
    (replace(BEFORE, ends_at=BEFORE.ends_at + LATER), (Part.TIME,)),
    (replace(BEFORE, purpose="Decimals"), (Part.PURPOSE,)),
    (replace(BEFORE, children=(*BEFORE.children, "child_2")), (Part.CHILDREN,)),
    (replace(BEFORE, tutor_id="staff_9"), (Part.TUTOR,)),
    (replace(BEFORE, tutor_id="staff_9", purpose="Decimals"), (Part.PURPOSE, Part.TUTOR)),
]


@pytest.mark.parametrize(("after", "parts"), CHANGES)
def test_a_change_is_told_by_its_parts(after: Session, parts: tuple[Part, ...]) -> None:
    assert changed_parts(BEFORE, after) == parts


def test_the_order_of_the_children_is_no_change() -> None:
    two = replace(BEFORE, children=("child_1", "child_2"))
    assert changed_parts(two, replace(two, children=("child_2", "child_1"))) == ()


@pytest.mark.parametrize("part", [Part.TIME, Part.PURPOSE, Part.CHILDREN])
def test_new_terms_void_promises_and_acceptance(part: Part) -> None:
    assert voided_by((part,), SessionState.BOOKED) == (Voided.PLEDGES, Voided.ACCEPTANCE)


@pytest.mark.pitfall(20)
def test_another_tutor_voids_no_promise() -> None:
    assert voided_by((Part.TUTOR,), SessionState.BOOKED) == ()


@pytest.mark.pitfall(23)
@pytest.mark.parametrize("state", [SessionState.OPENING, SessionState.OPEN])
@pytest.mark.parametrize("part", Part)
def test_every_change_ends_a_meeting_that_is_there(part: Part, state: SessionState) -> None:
    assert voided_by((part,), state)[-1] is Voided.MEETING


def test_no_change_ends_nothing() -> None:
    assert voided_by((), SessionState.OPEN) == ()
