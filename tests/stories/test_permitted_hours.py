"""Messages go out in the organisation's hours: those written in time and held up on the way as well."""

from datetime import datetime, timedelta

from tests.api.people import coordinator
from tests.invariants import check_everything
from tests.stories.steps import on_sqlite
from tests.world import World, book, say

pytestmark = on_sqlite
CLOSES = datetime.fromisoformat("2026-11-24T20:00:00+00:00")
OPENS = datetime.fromisoformat("2026-11-25T08:00:00+00:00")


async def _no_mail_goes_until_after_closing(world: World) -> None:
    world.house.mailbox.refusing = "451 not now"
    await world.house.settle()
    await world.house.until(CLOSES + timedelta(minutes=30))
    world.house.mailbox.refusing = None
    await world.house.settle()


async def test_a_letter_that_was_held_up_until_after_closing_goes_out_in_the_morning(
    world: World,
) -> None:
    house, family = world.house, world.family
    await house.until(CLOSES - timedelta(minutes=1))
    ask = f"/v1/children/{family.child}/consent-requests"
    assert (await coordinator(world).post(ask, {"giver_id": family.mother})).status == 202
    await _no_mail_goes_until_after_closing(world)
    assert house.letters(family.mother_mail) == []
    assert house.letters("copies@tuition.example")  # the organisation's own, at any hour
    await house.until(OPENS - timedelta(minutes=1))
    await house.settle()
    assert house.letters(family.mother_mail) == []
    await house.until(OPENS)
    await house.settle()
    assert len(house.letters(family.mother_mail)) == 1
    await check_everything(house)


async def test_that_a_session_is_off_is_told_after_closing_too(world: World) -> None:
    house, family = world.house, world.family
    await say(world)
    session_id = await book(world, starts_at=OPENS + timedelta(hours=1))
    await house.settle()
    await house.until(CLOSES - timedelta(minutes=1))
    reason = {"reason": "The tutor is ill."}
    assert (
        await coordinator(world).post(f"/v1/sessions/{session_id}/cancel", reason)
    ).status == 200
    await _no_mail_goes_until_after_closing(world)
    assert len(house.letters(family.mother_mail, "A session does not take place")) == 1
    await check_everything(house)
