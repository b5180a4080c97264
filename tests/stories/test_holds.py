"""Sessions that are not clear hold everybody's time for a while; families are reminded; then they lapse."""

from datetime import UTC, datetime, timedelta

import pytest

from service.policy.consent import ConsentKind
from service.policy.people import SessionId
from service.policy.session import SessionState
from service.store import work
from service.store.transactions import Reader
from tests.api.people import coordinator, tutor
from tests.invariants import check_everything
from tests.stories.steps import alerts_now, on_sqlite, pass_by, reason_of, session_of
from tests.world import World, a_clear_session, a_family, book, cover, pledge, say

WEEKS = 4


async def in_four_weeks(world: World) -> SessionId:
    """A session a month ahead for which nobody has promised."""
    return await book(world, starts_at=world.house.clock.now() + timedelta(weeks=WEEKS))


async def days_pass(world: World, days: float) -> None:
    """Reconcilers go round twice a day."""
    await pass_by(world, timedelta(days=days).total_seconds(), every=12 * 3600)


async def held_until(world: World, session_id: SessionId) -> datetime | None:
    """Until when the session keeps its time, as a coordinator is told."""
    told = (await coordinator(world).get(f"/v1/sessions/{session_id}")).body["held_until"]
    return None if told is None else datetime.fromisoformat(told)


async def test_a_hold_is_reminded_of_warned_of_and_lapses_and_the_time_is_free_again(
    world: World,
) -> None:
    await say(world)
    session_id = await in_four_weeks(world)
    booked_at = world.house.clock.now()
    assert await held_until(world, session_id) == booked_at + timedelta(days=14)
    await world.house.settle()
    await days_pass(world, 4)  # written when the office is open, and sent then
    (reminder,) = world.house.letters(world.family.mother_mail, "still needs your promise")
    page = reminder.link.removeprefix(world.house.base_url)
    assert (await world.house.api().get(page)).status == 200
    assert not world.house.letters(world.family.father_mail, "still needs your promise")
    await days_pass(world, 8.5)
    assert "hold_ends_soon" in await alerts_now(world)
    until = await held_until(world, session_id)
    assert until is not None
    await world.house.until(until - timedelta(seconds=1))
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    starts_at = (await session_of(world, session_id)).starts_at
    body = {
        "tutor_id": world.tutor, "children": [world.family.child], "purpose": "Sums",
        "starts_at": starts_at.isoformat(), "duration_minutes": 45,
    }  # fmt: skip
    assert (await tutor(world).post("/v1/sessions", body)).code == "taken"

    await world.house.until(until)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.LAPSED
    assert await reason_of(world, session_id) == "hold over"
    assert world.house.letters(world.family.mother_mail, "does not take place")
    again = await tutor(world).post("/v1/sessions", body)
    assert again.status == 201
    assert again.body["held_until"] is not None
    await check_everything(world.house)


@on_sqlite
async def test_a_session_that_is_clear_never_lapses_and_holds_anew_when_something_falls(
    world: World,
) -> None:
    starts_at = world.house.clock.now() + timedelta(weeks=WEEKS)
    session_id = await a_clear_session(world, starts_at=starts_at)
    assert await held_until(world, session_id) is None
    await world.house.settle()
    await days_pass(world, 20)
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    assert not world.house.letters(world.family.mother_mail, "still needs")
    await say(world, ConsentKind.WITHDRAWN)
    until = await held_until(world, session_id)
    assert until is not None
    assert until > world.house.clock.now()
    shown = await coordinator(world).get(f"/v1/sessions/{session_id}/clearance")
    assert all(
        datetime.fromisoformat(one["lift_before"]) <= until for one in shown.body["blockers"]
    )
    await days_pass(world, 5)
    assert not world.house.letters(world.family.mother_mail, "still needed")  # nobody is pressed
    await check_everything(world.house)


@on_sqlite
@pytest.mark.pitfall(37)
async def test_mondays_session_is_reminded_of_on_saturday_before_the_office_closes(
    world: World,
) -> None:
    monday = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
    await say(world)
    session_id = await book(world, starts_at=monday)
    await cover(world, session_id)
    await world.house.settle()
    await world.house.until(datetime(2026, 11, 27, 14, 59, tzinfo=UTC))
    await world.house.settle()
    assert not world.house.letters(world.family.mother_mail, "still needs your promise")
    await pass_by(world, timedelta(days=1, hours=1).total_seconds(), every=3600)
    assert world.house.clock.now() < datetime(2026, 11, 28, 16, 1, tzinfo=UTC)
    assert world.house.letters(world.family.mother_mail, "still needs your promise")
    await pledge(world, session_id)
    before = len(world.house.letters(world.family.mother_mail))
    await days_pass(world, 1.5)
    assert len(world.house.letters(world.family.mother_mail)) == before
    await check_everything(world.house)


@on_sqlite
async def test_a_coordinator_keeps_a_session_for_longer_with_a_reason(world: World) -> None:
    session_id = await in_four_weeks(world)
    place = f"/v1/sessions/{session_id}/hold"
    assert (await tutor(world).post(place, {"reason": "Please"})).status == 403
    await world.house.settle()
    await days_pass(world, 13)
    assert (await coordinator(world).post(place, {"reason": "They are abroad"})).status == 200
    assert await held_until(world, session_id) == world.house.clock.now() + timedelta(days=14)
    await days_pass(world, 3)
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    await check_everything(world.house)


@on_sqlite
async def test_givers_who_are_silent_are_reminded_once_a_day_for_all_sessions_of_a_child(
    world: World,
) -> None:
    for week in (1, 2, 3):
        await book(world, starts_at=world.house.clock.now() + timedelta(weeks=week))
    other = await a_family(world.house, "brook", world.coordinator)
    restriction = {"kind": "no_contact", "reason": "Court order"}
    place = f"/v1/parents/{world.family.father}/restriction"
    assert (await coordinator(world).put(place, restriction)).status == 204
    await world.house.settle()
    await days_pass(world, 4)
    assert len(world.house.letters(world.family.mother_mail, "permission is still needed")) == 1
    assert not world.house.letters(world.family.father_mail)
    assert not world.house.letters(other.mother_mail)
    await check_everything(world.house)


@on_sqlite
async def test_a_look_that_comes_late_warns_first(world: World) -> None:
    session_id = await in_four_weeks(world)
    await world.house.settle()
    await world.house.advance(days=16)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    assert "hold_ends_soon" in await alerts_now(world)
    assert await held_until(world, session_id) == world.house.clock.now() + timedelta(days=2)
    await world.house.advance(days=2)
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.LAPSED
    assert not await world.house.read(_is_on_a_list, session_id)
    await check_everything(world.house)


def _is_on_a_list(reader: Reader, session_id: SessionId) -> bool:
    return work.is_there(reader, session_id)


@on_sqlite
async def test_past_the_late_limit_a_session_is_moved_or_booked_anew_and_not_kept(
    world: World,
) -> None:
    session_id = await book(world)
    friend = await a_family(world.house, "meadow", world.coordinator)
    await world.house.advance(minutes=75)  # nobody has looked since: it is still booked
    etag = (await coordinator(world).get(f"/v1/sessions/{session_id}")).etag
    other = {"children": [friend.child], "reason": "a friend comes instead"}
    path = f"/v1/sessions/{session_id}"
    refused = await coordinator(world).call("PATCH", path, other, headers={"If-Match": etag})
    assert (refused.status, refused.code) == (409, "illegal_move")
    await world.house.settle()
    assert (await session_of(world, session_id)).state is SessionState.LAPSED
    await check_everything(world.house)
