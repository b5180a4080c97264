"""A parent lives where clocks show another time: pages and messages tell both (pitfall 35)."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.api.people import coordinator
from tests.invariants import check_everything
from tests.stories.steps import on_sqlite
from tests.world import World, book, say

pytestmark = [on_sqlite, pytest.mark.pitfall(35)]


async def moved_to(world: World, zone: str | None) -> int:
    """The mother's record says where she lives."""
    place = f"/v1/parents/{world.family.mother}"
    record = await coordinator(world).get(place)
    body = {name: record.body[name] for name in ("name", "email", "phone", "language")}
    seen = {"If-Match": record.etag}
    return (await coordinator(world).put(place, body | {"zone": zone}, headers=seen)).status


async def test_a_parent_abroad_sees_both_clocks_in_messages_and_on_pages(world: World) -> None:
    assert await moved_to(world, "America/New_York") == 200
    await say(world)
    starts_at = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
    session_id = await book(world, starts_at=starts_at)
    await world.house.settle()
    (letter,) = world.house.letters(world.family.mother_mail, "needs your promise")
    assert "Wednesday 25 November 2026, 16:00 (Europe/London)" in letter.text
    assert "where you are: Wednesday 25 November 2026, 11:00 (America/New_York)" in letter.text
    page = await world.house.api().get(letter.link.removeprefix(world.house.base_url))
    assert ">16:00</time>" in page.text
    assert ">11:00</time>" in page.text
    assert "America/New_York" in page.text

    move = {"starts_at": (starts_at + timedelta(hours=1)).isoformat(), "duration_minutes": 45}
    place = f"/v1/sessions/{session_id}/reschedule"
    seen = (await coordinator(world).get(f"/v1/sessions/{session_id}")).etag
    reply = await coordinator(world).post(
        place, move | {"purpose": "Fractions"}, headers={"If-Match": seen}
    )
    assert reply.status == 200, reply.text
    await world.house.settle()
    (moved,) = world.house.letters(world.family.mother_mail, "has changed")
    assert moved.text.count("America/New_York") == 2  # before and now
    await check_everything(world.house)


async def test_one_clock_is_enough_where_both_show_the_same_time(world: World) -> None:
    assert await moved_to(world, "Europe/Lisbon") == 200
    await say(world)
    await book(world)
    await world.house.settle()
    (letter,) = world.house.letters(world.family.mother_mail, "needs your promise")
    assert "Lisbon" not in letter.text
    page = await world.house.api().get(letter.link.removeprefix(world.house.base_url))
    assert "Lisbon" not in page.text


async def test_a_zone_that_does_not_exist_is_refused(world: World) -> None:
    assert await moved_to(world, "Europe/Atlantis") == 422
    assert await moved_to(world, "../../etc/passwd") == 422
    assert await moved_to(world, None) == 200
