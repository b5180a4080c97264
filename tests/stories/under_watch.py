"""A running room under watch: who is in it, what was noted of it, and somebody who leaves."""

from service.policy.people import SessionId
from service.store.transactions import Reader
from service.store.watch import breaches
from service.store.watch.breaches import NotedBreach
from tests.stories.steps import pass_by
from tests.world import World


async def people_inside(world: World) -> dict[str, str]:
    """The emulator's keys of the people in the room: second staff hold it, the others came in order."""
    (meeting,) = await world.house.rooms.meetings()
    inside = [one for one in meeting["people"] if one["place"] == "inside"]
    if world.house.rooms.provider == "zoom":
        inside.sort(key=lambda one: one["role"] != "host")
    return dict(zip(("host", "tutor", "child"), (one["key"] for one in inside), strict=False))


async def noted(world: World, session_id: SessionId) -> list[NotedBreach]:
    """What was noted to be wrong, in order."""

    def read(reader: Reader) -> tuple[NotedBreach, ...]:
        return breaches.of_session(reader, session_id)

    return list(await world.house.read(read))


async def leave(world: World, who: str) -> None:
    """Somebody goes, and it is ten seconds later."""
    await world.house.rooms.act((await people_inside(world))[who], "leave")
    await world.house.settle()
    await pass_by(world, 10)
