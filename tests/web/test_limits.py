"""How often somebody may try, by a clock held in the hand."""

from collections import deque
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import TooMany
from service.web.limits import Limiter
from tests.web.house import HandClock, a_house


def allowed(limiter: Limiter, key: str) -> bool:
    try:
        limiter.check(key)
    except TooMany:
        return False
    return True


def a_limiter(clock: HandClock, tries: int = 3, **more: int) -> Limiter:
    return Limiter(clock, tries=tries, per=timedelta(seconds=60), **more)


def test_the_try_after_the_last_is_refused_and_says_when_to_come_back() -> None:
    limiter = a_limiter(HandClock())
    assert [allowed(limiter, "a") for _ in range(3)] == [True] * 3
    with pytest.raises(TooMany) as refusal:
        limiter.check("a")
    assert refusal.value.details == {"retry_after_seconds": 20}


def test_keys_do_not_share_tries() -> None:
    limiter = a_limiter(HandClock(), tries=1)
    assert allowed(limiter, "a")
    assert allowed(limiter, "b")
    assert not allowed(limiter, "a")


def test_a_refused_try_costs_nothing() -> None:
    clock = HandClock()
    limiter = a_limiter(clock)
    for _ in range(10):
        allowed(limiter, "a")
    clock.forward(timedelta(seconds=20))
    assert allowed(limiter, "a")
    assert not allowed(limiter, "a")


def test_half_an_interval_gives_no_try() -> None:
    clock = HandClock()
    limiter = a_limiter(clock)
    for _ in range(3):
        limiter.check("a")
    clock.forward(timedelta(seconds=19))
    assert not allowed(limiter, "a")
    clock.forward(timedelta(seconds=1))
    assert allowed(limiter, "a")


def test_a_clock_that_goes_back_gives_no_new_tries() -> None:
    clock = HandClock()
    limiter = a_limiter(clock)
    for _ in range(3):
        limiter.check("a")
    clock.forward(timedelta(hours=-1))
    assert not allowed(limiter, "a")


def test_a_flood_of_keys_neither_fills_memory_nor_frees_a_key_in_use() -> None:
    clock = HandClock()
    limiter = a_limiter(clock, tries=1, most_keys=10)
    assert allowed(limiter, "a")
    assert sum(allowed(limiter, f"flood-{number}") for number in range(50)) == 9
    assert not allowed(limiter, "a")
    clock.forward(timedelta(seconds=61))
    assert allowed(limiter, "new")


@given(
    tries=st.integers(1, 7),
    waits=st.lists(st.integers(0, 90), min_size=1, max_size=60),
)
def test_no_window_ever_holds_twice_the_tries(tries: int, waits: list[int]) -> None:
    clock = HandClock()
    limiter = a_limiter(clock, tries)
    inside: deque[object] = deque()
    for wait in waits:
        clock.forward(timedelta(seconds=wait))
        if allowed(limiter, "a"):
            inside.append(clock.now())
        while inside and clock.now() - inside[0] >= timedelta(seconds=60):  # type: ignore[operator]
            inside.popleft()
        assert len(inside) <= 2 * tries


async def test_calls_are_counted_for_each_subject() -> None:
    async with a_house(limiter=lambda clock: a_limiter(clock, tries=2)) as house:
        statuses = []
        for subject in ("staff_1", "staff_1", "staff_2", "staff_1"):
            headers = house.signed_in(subject=subject)
            async with house.client.get("/v1/things/a", headers=headers) as answer:
                statuses.append(answer.status)
        assert statuses == [200, 200, 200, 429]
        assert answer.headers["Retry-After"] == "30"
