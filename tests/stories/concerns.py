"""What stories of concerns are told with: who raises and handles them, and what each sees of it."""

from typing import Any

from service.policy.people import Role
from tests.harness import Api, Reply
from tests.world import World

WORDS = "He told her to keep Thursday a secret."
LATER = "It happened a second time, after the lesson."


def other_lead(world: World) -> Api:
    return world.house.api(Role.DSL, subject=world.coordinator)


def chair(world: World) -> Api:
    return world.house.api(Role.INDEPENDENT, subject="chair")


async def raised(api: Api, **more: Any) -> dict[str, Any]:
    """Somebody raises a concern."""
    reply = await api.post("/v1/concerns", {"words": WORDS} | more)
    assert reply.status == 201, reply.text
    return dict(reply.body)


async def numbers(api: Api) -> list[str]:
    """The numbers of the concerns that somebody may handle."""
    return [one["number"] for one in (await api.get("/v1/concerns")).body["items"]]


async def alerted(api: Api) -> list[str]:
    """The open alerts that somebody sees."""
    return [one["code"] for one in (await api.get("/v1/alerts")).body["items"]]


async def step(api: Api, concern: dict[str, Any], what: str, **body: Any) -> Reply:
    """One step on a concern."""
    return await api.post(f"/v1/concerns/{concern['concern_id']}/{what}", body or None)


async def then_knows_nothing_of_it(world: World, who: Api, concern: dict[str, Any]) -> None:
    """Nothing that this person can ask for shows that there is a concern."""
    one = f"/v1/concerns/{concern['concern_id']}"
    assert (await who.get(one)).status == 404
    for what in ("acknowledge", "take-on", "pass-on"):
        assert (await step(who, concern, what)).status == 404
    assert await numbers(who) == []
    assert await alerted(who) == []
    every = await who.get("/v1/alerts", params={"open_only": "false"})
    assert every.body["items"] == []
    entries = (await who.get("/v1/audit/entries", params={"limit": "200"})).text
    for telling in (concern["concern_id"], "concern", WORDS):
        assert telling not in entries
