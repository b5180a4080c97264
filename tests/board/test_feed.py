"""The board as it changes: what is recorded reaches whoever follows, on any replica, and nobody else."""

import asyncio
from datetime import timedelta

import pytest

from service.errors import NotReady
from service.policy.people import Role, SessionId
from service.store.transactions import Store
from service.web.board import feed as feeds
from service.web.board.feed import Feed
from service.web.board.pieces import Pieces
from service.web.board.view import look, minute_of
from service.web.pages.rendering import Pages
from service.workflows.staff import register
from tests.board.watching import coordinator, entries, following, key_of, lead
from tests.harness import serving
from tests.office import a_host
from tests.ports import a_port
from tests.stories.falls import consent_is_withdrawn
from tests.stories.signals import zoom_says_joined
from tests.stories.steps import (
    a_live_session,
    in_the_check_in_window,
    on_sqlite,
    second_staff_go_in,
)
from tests.world import ADMIN, World, a_clear_session, a_colleague, a_family, book

on_postgres = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


async def a_stranger_comes(world: World) -> None:
    """Zoom tells us of it, and the watch looks."""
    await zoom_says_joined(world, connection="16999999", registrant_id="")
    await world.house.settle()


async def test_a_signal_changes_the_room_it_is_about_and_no_other(world: World) -> None:
    other = await a_family(world.house, "meadow", world.coordinator)
    tutor = await a_colleague(world.house, "Mira", "mira")
    await a_host(world.house, 1, world.coordinator, world.lead)
    session_id = await in_the_check_in_window(world)
    await book(world, other.child, tutor=tutor)
    async with following(await coordinator(world), world.house.base_url) as line:
        assert len(line.held) == 3
        before = dict(line.held)
        await second_staff_go_in(world, session_id)
        await line.shows(key_of(session_id), "<strong>Second staff Sam</strong>: in the room")
    changed = {key for key in before if before[key] != line.held[key]}
    assert changed <= {key_of(session_id), "alerts"}


async def test_an_alert_reaches_the_board_from_the_webhook_that_raised_it(world: World) -> None:
    session_id = await a_live_session(world)
    async with following(await lead(world), world.house.base_url) as line:
        assert "Nothing is wrong" in line.held["alerts"]
        await a_stranger_comes(world)
        await line.shows("alerts", "Somebody unknown is in a room.")
        await line.shows("alerts", "data-danger")
        await line.shows(key_of(session_id), "<strong>Unknown people</strong>: in the room")


async def test_a_condition_that_falls_shows_before_the_start(world: World) -> None:
    session_id = await a_clear_session(world)
    async with following(await coordinator(world), world.house.base_url) as line:
        assert "Still in the way" not in line.held[key_of(session_id)]
        await consent_is_withdrawn(world, session_id)
        await line.shows(key_of(session_id), "Still in the way")


@on_sqlite
async def test_a_room_that_is_cancelled_leaves_the_board(world: World) -> None:
    session_id = await book(world)
    async with following(await coordinator(world), world.house.base_url) as line:
        api = world.house.api(Role.COORDINATOR, subject=world.coordinator)
        path = f"/v1/sessions/{session_id}"
        answer = await api.post(f"{path}/cancel", {"reason": "ill"})
        assert answer.status == 200, answer.text
        event = await line.until("gone")
        assert event.data == {"key": key_of(session_id)}


@on_postgres
async def test_what_one_replica_is_told_shows_on_the_board_of_another(world: World) -> None:
    session_id = await a_live_session(world)
    settings = world.house.settings.model_copy(update={"listen_port": a_port()})
    async with serving(settings, world.house.clock):
        elsewhere = f"http://127.0.0.1:{settings.listen_port}"
        async with following(await lead(world), elsewhere) as line:
            assert "Nothing is wrong" in line.held["alerts"]
            await a_stranger_comes(world)
            await line.shows("alerts", "Somebody unknown is in a room.")
            await line.shows(key_of(session_id), "<strong>Unknown people</strong>: in the room")


@on_sqlite
async def test_a_board_speaks_the_language_of_its_viewer(world: World) -> None:
    session_id = await a_live_session(world)
    browser = await coordinator(world)
    async with (
        following(browser, world.house.base_url, **{"Accept-Language": "de"}) as german,
        following(browser, world.house.base_url) as english,
    ):
        assert "im Raum" in german.held[key_of(session_id)]
        assert "in the room" in english.held[key_of(session_id)]


@on_sqlite
async def test_whoever_is_suspended_is_told_nothing_more(world: World) -> None:
    await a_live_session(world)
    async with following(await coordinator(world), world.house.base_url) as line:
        await world.house.do(
            register.suspend, register.Suspend(world.coordinator, True, "x"), ADMIN
        )
        await line.is_over()


@on_sqlite
async def test_a_board_ends_with_the_sign_in(world: World) -> None:
    session_id = await a_live_session(world)
    async with following(await coordinator(world), world.house.base_url) as line:
        await world.house.advance(hours=2)
        await zoom_says_joined(world, connection="16999999", registrant_id="")
        await line.is_over()
    assert "Unknown people" not in line.held[key_of(session_id)]


@on_sqlite
async def test_following_is_noted_as_looking(world: World) -> None:
    browser = await coordinator(world)
    async with following(browser, world.house.base_url):
        parts = [one["facts"]["part"] for one in await entries(world, "record.read")]
    assert parts == ["board"]


@on_sqlite
async def test_a_process_serves_only_so_many_boards(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "MOST_OF_ONE", 1)
    browser = await coordinator(world)
    async with following(browser, world.house.base_url):
        refused = await browser.open(world.house.base_url + "/live/events")
        assert (refused.status, refused.headers["Retry-After"]) == (429, "30")
        async with following(await lead(world), world.house.base_url):
            pass
    # Whoever hung up makes room at once, not when we next write to them.
    async with asyncio.timeout(5), following(browser, world.house.base_url):
        pass


@on_sqlite
async def test_a_silent_line_is_kept_alive(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.web.board.pages.BEAT_SECONDS", 0.01)
    async with following(await coordinator(world), world.house.base_url) as line:
        await line.until("beat")


class Unreadable(Store):
    """A database that cannot be read while `failing`."""

    failing = False

    async def read(self, *args: object, **kwargs: object) -> object:  # type: ignore[override]
        if self.failing:
            raise NotReady
        return await super().read(*args, **kwargs)  # type: ignore[arg-type]


@on_sqlite
async def test_a_board_says_when_it_is_blind_and_when_it_sees_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "AFTER_FAILURE_SECONDS", 0.01)
    house = world.house
    store = Unreadable(house.deps.store._engine, house.deps.store._ticks, house.deps.store.close)
    feed = Feed(store, Pieces(Pages(house.deps.organisation, ())))
    with feed.following("staff_1", "en") as follower:
        await _told(follower, "seen")
        store.failing = True
        await _told(follower, "blind")
        store.failing = False
        await _told(follower, "seen")


async def _told(follower: feeds.Follower, name: str) -> None:
    async with asyncio.timeout(10):
        while True:
            await follower.bell.wait()
            if name in [event for event, _ in follower.take()]:
                return


@on_sqlite
async def test_a_slow_follower_gets_the_newest_of_each_piece(world: World) -> None:
    follower = feeds.Follower("staff_1", "en")
    for number in range(1000):
        follower.put("piece", "room-1", {"html": str(number)})
    assert follower.take() == [("piece", {"html": "999"})]


@on_sqlite
async def test_what_is_known_and_unchanged_is_not_read_again(world: World) -> None:
    session_id = await a_live_session(world)
    await world.house.advance(minutes=2)
    first = await world.house.read(look)
    again = await world.house.read(look, first.known)
    assert again.known[session_id].room is first.known[session_id].room
    await world.house.advance(minutes=1)
    later = await world.house.read(look, again.known)
    assert later.known[session_id].room is not first.known[session_id].room
    assert later.known[session_id].room.seats == first.known[session_id].room.seats


async def within_one_minute(world: World, session_id: SessionId) -> None:
    """Let time pass until the room's own minute is not over for some seconds."""
    clock = world.house.clock
    while minute_of(session_id, clock.now()) != minute_of(
        session_id, clock.now() + timedelta(seconds=6)
    ):
        await world.house.advance(seconds=1)


@on_sqlite
async def test_a_room_that_changed_is_read_once_more_a_moment_later(world: World) -> None:
    """On PostgreSQL an entry may become visible after one with a higher number."""
    session_id = await a_live_session(world)
    await world.house.settle()
    await within_one_minute(world, session_id)
    first = (await world.house.read(look)).known
    await world.house.advance(seconds=2)
    second = (await world.house.read(look, first)).known
    assert second[session_id].room is not first[session_id].room
    await world.house.advance(seconds=2)
    third = (await world.house.read(look, second)).known
    assert third[session_id].room is second[session_id].room
