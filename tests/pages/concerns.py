"""What pages of concerns are tried with: words, a parent's page, and what was raised."""

from service.store.concerns import concerns
from service.store.transactions import Reader
from tests.harness import House
from tests.pages import ways
from tests.world import World, a_clear_session, say

WORDS = "She said: he wants my number."
LEAD_NUMBER = "020 7946 0001"


async def all_of(house: House) -> tuple[concerns.Concern, ...]:
    """Every concern there is."""

    def found(reader: Reader) -> tuple[concerns.Concern, ...]:
        return concerns.after(reader, "", 100)

    return await house.read(found)  # type: ignore[no-any-return]


async def parents_page(world: World) -> str:
    """Where the mother tells of a concern."""
    await say(world)
    session_id = await a_clear_session(world)
    return f"{await ways.to_session(world, session_id)}/concern"
