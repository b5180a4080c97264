"""What a look of our own adds to what we were told, and what it leaves as it is."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.policy.looking import STILL_FOR, Look, Spotted, news
from service.policy.room import HOST
from service.policy.signs import Seen, Sign, fold
from tests.builders import NOW

MINUTE = timedelta(minutes=1)
LAG = 3 * MINUTE


def at(minute: float) -> datetime:
    return NOW + minute * MINUTE


def sign(seen: Seen, minute: float, who: str = "", connection: str = "", call: str = "u1") -> Sign:
    return Sign(seen, at(minute), call, connection, who)


def joined(minute: float, who: str, connection: str) -> Sign:
    return sign(Seen.JOINED, minute, who, connection)


def spotted(minute: float, who: str, connection: str, *, waiting: bool = False) -> Spotted:
    return Spotted(who, "u1", connection, at(minute), waiting)


def look(minute: float, *people: Spotted, still_since: float | None = None) -> Look:
    since = None if still_since is None else at(still_since)
    return Look(at(minute), True, people, "u1", LAG, since)


STARTED = sign(Seen.STARTED, 0)
BOTH = (STARTED, joined(0, HOST, "1"), joined(1, "child", "2"))


def after(told: tuple[Sign, ...], seen: Look) -> frozenset[str]:
    return fold((*told, *news(told, seen))).inside


def test_a_look_that_shows_what_we_know_adds_nothing() -> None:
    assert news(BOTH, look(20, spotted(0, HOST, "1"), spotted(1, "child", "2"))) == ()


@pytest.mark.pitfall(47)
def test_a_lost_joined_is_made_up_for_from_when_it_happened() -> None:
    found = news((STARTED,), look(5, spotted(1, "child", "2")))
    assert found == (joined(1, "child", "2"),)


@pytest.mark.pitfall(47)
def test_a_lost_left_ends_the_stay_when_we_looked() -> None:
    found = news(BOTH, look(20, spotted(0, HOST, "1")))
    assert found == (sign(Seen.LEFT, 20, "child", "2"),)
    assert after(BOTH, look(20, spotted(0, HOST, "1"))) == {HOST}


def test_who_came_within_the_providers_delay_may_not_show_yet() -> None:
    told = (*BOTH, joined(18, "tutor", "3"))
    seen = look(20, spotted(0, HOST, "1"), spotted(1, "child", "2"))
    assert news(told, seen) == ()
    assert "tutor" not in after(told, look(22, *(seen.people or ())))


def test_who_went_within_the_providers_delay_may_still_show() -> None:
    told = (*BOTH, sign(Seen.LEFT, 18, "child", "2"))
    assert news(told, look(20, spotted(0, HOST, "1"), spotted(1, "child", "2"))) == ()


def test_who_still_shows_long_after_they_were_said_to_have_gone_is_back() -> None:
    told = (*BOTH, sign(Seen.LEFT, 5, "child", "2"))
    assert after(told, look(20, spotted(0, HOST, "1"), spotted(1, "child", "2"))) == {HOST, "child"}


def test_who_was_missed_by_a_look_and_shows_in_the_next_never_went() -> None:
    missed = news(BOTH, look(20, spotted(0, HOST, "1")))
    told = (*BOTH, *missed)
    again = look(20.5, spotted(0, HOST, "1"), spotted(1, "child", "2"))
    again = replace(again, found_gone=frozenset({("u1", "2")}))
    assert fold((*told, *news(told, again))).inside == {HOST, "child"}


def test_a_rejoin_whose_words_were_both_lost_is_a_new_connection() -> None:
    found = news(BOTH, look(20, spotted(0, HOST, "1"), spotted(12, "child", "9")))
    assert set(found) == {joined(12, "child", "9"), sign(Seen.LEFT, 20, "child", "2")}


def test_who_was_put_back_to_wait_is_inside_no_more() -> None:
    seen = look(20, spotted(0, HOST, "1"), spotted(9, "child", "2", waiting=True))
    found = news(BOTH, seen)
    assert found == (sign(Seen.WAITING, 9, "child", "2"),)
    assert after(BOTH, seen) == {HOST}


def test_who_waited_and_was_let_in_without_a_word_is_inside() -> None:
    told = (STARTED, joined(0, HOST, "1"), sign(Seen.WAITING, 1, "child", "2"))
    assert after(told, look(9, spotted(0, HOST, "1"), spotted(3, "child", "2"))) == {HOST, "child"}


def test_who_is_in_is_left_open_where_the_provider_does_not_tell() -> None:
    assert news(BOTH, Look(at(20), True, None, "u1")) == ()
    assert news(BOTH, Look(at(20), None, None)) == ()


@pytest.mark.pitfall(47)
def test_a_lost_start_is_made_up_for_even_where_people_do_not_show() -> None:
    assert news((), Look(at(5), True, None, "u1")) == (sign(Seen.STARTED, 5),)


def test_a_call_that_began_again_after_its_end_is_a_new_call() -> None:
    told = (*BOTH, sign(Seen.ENDED, 3))
    found = news(told, Look(at(9), True, None, "u2"))
    assert found == (Sign(Seen.STARTED, at(9), "u2"),)
    assert not fold((*told, *found)).call_ended


def test_an_end_that_was_told_just_now_is_not_taken_for_a_new_call() -> None:
    told = (*BOTH, sign(Seen.ENDED, 9))
    assert news(told, Look(at(9.1), True, None, "u1")) == ()


# --- a lost end -----------------------------------------------------------------------------------


def still(minute: float, since: float | None) -> Look:
    return Look(at(minute), False, None, still_since=None if since is None else at(since))


@pytest.mark.pitfall(47)
def test_a_lost_end_is_believed_when_two_looks_found_the_call_still() -> None:
    assert news(BOTH, still(20, None)) == ()
    found = news(BOTH, still(21, 20))
    assert found == (sign(Seen.ENDED, 21),)
    assert fold((*BOTH, *found)).call_ended


def test_two_looks_in_one_breath_are_one() -> None:
    soon = 20 + (STILL_FOR / MINUTE) / 2
    assert news(BOTH, still(soon, 20)) == ()


def test_a_word_in_between_begins_the_doubt_anew() -> None:
    told = (*BOTH, joined(20.5, "child", "9"))
    assert news(told, still(21, 20)) == ()


def test_a_call_that_never_began_cannot_end_and_one_that_ended_ends_no_more() -> None:
    assert news((), still(21, 20)) == ()
    assert news((*BOTH, sign(Seen.ENDED, 5)), still(21, 20)) == ()


def test_every_call_that_was_not_over_is_over() -> None:
    told = (*BOTH, sign(Seen.ENDED, 5), sign(Seen.STARTED, 6, call="u2"))
    assert news(told, still(21, 20)) == (sign(Seen.ENDED, 21, call="u2"),)
