"""The room, worked out from signals in whatever order they come."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.policy.room import HOST, UNKNOWN
from service.policy.signs import Manner, Seen, Sign, fold
from tests.builders import STARTS

MINUTE = timedelta(minutes=1)


def sign(seen: Seen, minute: int, who: str = "", connection: str = "", call: str = "c1") -> Sign:
    return Sign(seen, STARTS + minute * MINUTE, call, connection, who)


STARTED = sign(Seen.STARTED, 0)
HOST_IN = sign(Seen.JOINED, 0, HOST, "1")
CHILD_IN = sign(Seen.JOINED, 1, "reg_child", "2")
CHILD_OUT = sign(Seen.LEFT, 5, "reg_child", "2")
CHILD_BACK = sign(Seen.JOINED, 5, "reg_child", "3")
ENDED = sign(Seen.ENDED, 40)


def test_nothing_heard_means_nobody_is_known_to_be_in() -> None:
    room = fold([])
    assert (room.call_started, room.call_ended, room.inside) == (False, False, frozenset())


def test_a_person_is_in_from_joined_until_left() -> None:
    assert fold([STARTED, HOST_IN, CHILD_IN]).inside == {HOST, "reg_child"}
    assert fold([STARTED, HOST_IN, CHILD_IN, CHILD_OUT]).inside == {HOST}


def test_a_rejoin_at_the_same_instant_counts_as_in() -> None:
    assert "reg_child" in fold([CHILD_IN, CHILD_OUT, CHILD_BACK]).inside


def test_a_person_on_two_connections_stays_in_when_one_goes() -> None:
    second = sign(Seen.JOINED, 2, "reg_child", "9")
    assert "reg_child" in fold([CHILD_IN, second, CHILD_OUT]).inside


def test_waiting_is_not_being_in() -> None:
    room = fold([STARTED, sign(Seen.WAITING, 1, "reg_child", "2")])
    assert room.inside == frozenset()
    assert room.ever_inside == frozenset()


def test_who_is_sent_back_to_the_waiting_room_is_not_in() -> None:
    sent_back = sign(Seen.WAITING, 3, "reg_child", "2")
    room = fold([STARTED, CHILD_IN, sent_back])
    assert room.inside == frozenset()
    assert room.ever_inside == {"reg_child"}


def test_who_waited_and_was_let_in_at_the_same_instant_is_in() -> None:
    waited = sign(Seen.WAITING, 1, "reg_child", "2")
    assert fold([CHILD_IN, waited]).inside == {"reg_child"}


def test_a_left_that_came_without_its_joined_puts_nobody_in() -> None:
    assert fold([STARTED, CHILD_OUT]).inside == frozenset()


def test_the_end_of_the_call_empties_the_room_even_if_no_left_came() -> None:
    room = fold([STARTED, HOST_IN, CHILD_IN, ENDED])
    assert room.call_ended
    assert room.inside == frozenset()
    assert room.ever_inside == {HOST, "reg_child"}


def test_a_second_call_of_the_same_meeting_is_a_call_of_its_own() -> None:
    again = sign(Seen.JOINED, 50, HOST, "7", call="c2")
    room = fold([STARTED, HOST_IN, ENDED, again])
    assert not room.call_ended
    assert room.inside == {HOST}


def test_a_start_after_the_end_is_a_new_call_even_under_the_same_name() -> None:
    again = sign(Seen.JOINED, 50, HOST, "7")
    room = fold([STARTED, HOST_IN, CHILD_IN, ENDED, again])
    assert not room.call_ended
    assert room.inside == {HOST}


def test_a_late_end_of_an_old_call_does_not_empty_the_new_one() -> None:
    again = sign(Seen.JOINED, 1, HOST, "7", call="c2")
    assert fold([again, ENDED]).inside == {HOST}


@pytest.mark.pitfall(47)
def test_a_joined_without_a_started_means_that_the_call_has_started() -> None:
    assert fold([CHILD_IN]).call_started


@pytest.mark.pitfall(48)
def test_an_unknown_person_stays_unknown() -> None:
    assert fold([sign(Seen.JOINED, 1, UNKNOWN, "5")]).inside == {UNKNOWN}


SIGNS = st.lists(
    st.builds(
        sign,
        st.sampled_from(Seen),
        st.integers(0, 5),
        st.sampled_from([HOST, "reg_1", "reg_2", UNKNOWN]),
        st.sampled_from(["1", "2", "3"]),
        st.sampled_from(["c1", "c2"]),
    ),
    max_size=10,
)


@pytest.mark.pitfall(47)
@given(SIGNS.flatmap(lambda one: st.tuples(st.just(one), st.permutations(one))))
def test_any_order_of_hearing_gives_the_same_picture(both: tuple[list[Sign], list[Sign]]) -> None:
    heard, shuffled = both
    assert fold(shuffled) == fold(heard)


@pytest.mark.pitfall(47)
@given(SIGNS, st.data())
def test_hearing_a_thing_again_changes_nothing(heard: list[Sign], data: st.DataObject) -> None:
    repeats = data.draw(st.lists(st.sampled_from(heard), max_size=5)) if heard else []
    assert fold(heard + repeats) == fold(heard)


@given(SIGNS)
def test_whoever_is_in_has_been_heard_to_join(heard: list[Sign]) -> None:
    room = fold(heard)
    assert room.inside <= room.ever_inside
    assert room.ever_inside == {one.who for one in heard if one.seen is Seen.JOINED}


def test_a_person_waits_until_let_in_or_gone() -> None:
    waits = sign(Seen.WAITING, 1, "reg_child", "2")
    assert fold([waits]).person("reg_child").waiting_since == waits.at
    assert fold([waits, sign(Seen.WAITED, 3, "reg_child", "2")]).people[0].waiting_since is None
    assert fold([waits, sign(Seen.JOINED, 3, "reg_child", "7")]).people[0].waiting_since is None


def test_two_devices_are_counted_and_one_person() -> None:
    second = sign(Seen.JOINED, 2, "reg_child", "9")
    person = fold([CHILD_IN, second]).person("reg_child")
    assert (person.devices, person.inside_since, person.left_at) == (2, CHILD_IN.at, None)
    person = fold([CHILD_IN, second, CHILD_OUT, sign(Seen.LEFT, 8, connection="9")]).people[0]
    assert (person.devices, person.left_at) == (0, STARTS + 8 * MINUTE)


def test_whoever_is_sent_back_to_the_waiting_room_was_put_out() -> None:
    back = sign(Seen.WAITING, 3, HOST, "1")
    assert fold([HOST_IN, back]).person(HOST).put_out_at == back.at
    assert fold([sign(Seen.WAITING, 0, HOST, "1"), HOST_IN]).person(HOST).put_out_at is None


def test_whoever_was_removed_was_put_out_and_whoever_left_was_not() -> None:
    left = Sign(Seen.LEFT, STARTS + 3 * MINUTE, "c1", "1", HOST)
    removed = Sign(Seen.LEFT, left.at, "c1", "1", HOST, Manner.PUT_OUT)
    assert fold([HOST_IN, left]).person(HOST).put_out_at is None
    assert fold([HOST_IN, removed]).person(HOST).put_out_at == left.at


@pytest.mark.pitfall(50)
def test_a_breakout_room_is_remembered_of_whoever_was_seen_in_it() -> None:
    seen = sign(Seen.BREAKOUT, 4, "reg_child", "2")
    assert fold([CHILD_IN, seen]).person("reg_child").breakout_at == seen.at


@pytest.mark.pitfall(51)
def test_a_caller_by_telephone_is_known_as_one() -> None:
    (person,) = fold([Sign(Seen.JOINED, STARTS, "c1", "4", UNKNOWN, Manner.BY_PHONE)]).people
    assert person.stays[0].by_phone
