"""Two hundred rooms at once: all are there, in their order, and one event concerns one of them."""

from datetime import timedelta

from bench import live_rooms
from service.policy.people import Role
from service.ports import Signal, SignalKind
from service.web.board.view import look
from service.workflows.watch.watching import TakeSignal, take_signal
from tests.board.watching import following, key_of, somebody
from tests.stories.steps import on_sqlite
from tests.world import World

ROOMS = 200
ONE = 117


@on_sqlite
async def test_two_hundred_rooms_are_followed_and_one_event_changes_one_of_them(
    world: World,
) -> None:
    house = world.house
    await live_rooms.fill(house.deps.store, ROOMS, house.clock.now())
    board = await house.read(look)
    assert len(board.rooms) == ROOMS
    assert [room.line for room in board.rooms] == sorted(room.line for room in board.rooms)
    assert not board.more
    viewer = await somebody(world, world.lead, Role.DSL)
    async with following(viewer, house.base_url) as line:
        assert len(line.held) == ROOMS + 1
        before = dict(line.held)
        joined = Signal(
            "digest", SignalKind.JOINED, live_rooms.meeting_at_zoom(ONE),
            live_rooms.occurrence_of(ONE), house.clock.now() + timedelta(seconds=1),
            live_rooms.tutor_at_zoom(ONE), connection="phone",
        )  # fmt: skip
        await house.do(take_signal, TakeSignal("zoom", joined))
        await line.shows(key_of(live_rooms.session_of(ONE)), "on 2 devices")
    changed = {key for key in before if before[key] != line.held[key]}
    assert changed == {key_of(live_rooms.session_of(ONE))}
