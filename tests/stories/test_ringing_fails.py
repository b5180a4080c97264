"""When carriers fail, or an answer comes before a text: nobody is rung twice, and nobody for nothing."""

import pytest

from service.store.alerts.alert_notices import NOTICES
from service.store.transactions import Reader
from service.workflows.alerts import ringing
from tests.invariants import check_everything
from tests.stories.ringing import (
    DEPUTY_PHONE,
    LEAD_MAIL,
    LEAD_PHONE,
    an_alert,
    lead_and_deputy,
    nobody_is_on_the_rota,
    rings,
    rung_people,
)
from tests.stories.steps import alerts_now, claimed, on_sqlite, pass_by
from tests.stories.test_alerts import acknowledged, raised
from tests.world import World, book


async def outcomes(world: World) -> list[str]:
    """What became of every notice, in the order in which they were written."""

    def read(reader: Reader) -> list[str]:
        rows = reader.conn.execute(NOTICES.select().order_by(NOTICES.c.id))
        return [row.outcome for row in rows if row.channel != "page"]

    found: list[str] = await world.house.read(read)
    return found


# --- no carrier takes it -----------------------------------------------------------------------------


@on_sqlite
async def test_a_dead_number_leads_to_the_next_way_at_once(world: World) -> None:
    await lead_and_deputy(world)
    world.house.telephones.gateway.dead.add(LEAD_PHONE)
    await an_alert(world, "adult_not_shown")
    assert len(world.house.letters(LEAD_MAIL, "Urgent")) == 1, "her letter instead"
    assert rings(world, DEPUTY_PHONE) == 1
    assert "notice_not_delivered" in await alerts_now(world)
    await check_everything(world.house)


@on_sqlite
@pytest.mark.parametrize(
    ("kind", "arrived"),
    [("drop_before", 0), ("drop_after", 1), ("status_before", 0), ("status_after", 1)],
)
async def test_an_answer_that_is_lost_never_rings_twice_nor_not_at_all(
    world: World, kind: str, arrived: int
) -> None:
    await rung_people(world, ("lena", LEAD_PHONE))
    world.house.telephones.fails(kind)
    await an_alert(world, "adult_not_shown")
    assert rings(world, LEAD_PHONE) == arrived
    await pass_by(world, 20, every=10)
    assert rings(world, LEAD_PHONE) == 1
    assert world.house.telephones.gateway.tries == 2
    await check_everything(world.house)


@on_sqlite
async def test_a_gateway_that_stays_silent_is_given_up_for_letters_within_two_minutes(
    world: World,
) -> None:
    await lead_and_deputy(world)
    world.house.telephones.fails("status_before", times=100)
    await an_alert(world, "adult_not_shown")
    await pass_by(world, 120, every=10)
    assert rings(world) == 0
    assert len(world.house.letters(LEAD_MAIL, "Urgent")) == 1
    await check_everything(world.house)


async def test_whoever_dies_between_sending_and_noting_rings_nobody_twice(world: World) -> None:
    await rung_people(world, ("lena", LEAD_PHONE))
    session_id = await book(world)
    await raised(world, "adult_not_shown", session_id)
    for claim in await claimed(world, "escalate_alerts"):
        await ringing.escalate(world.house.deps, claim)
    for claim in await claimed(world, "deliver_notices"):
        # What `deliver` does before its note; then the process is gone, and the lease runs out.
        errand = await world.house.read(ringing._errand, claim.subject_id)
        await ringing._send(world.house.deps, errand.notice, errand.address)
    assert rings(world, LEAD_PHONE) == 1
    await world.house.advance(seconds=61)
    await world.house.settle()
    assert world.house.telephones.gateway.tries >= 1
    assert rings(world, LEAD_PHONE) == 1, "the gateway knows the message by its id"
    await check_everything(world.house)


# --- overtaken ---------------------------------------------------------------------------------------


@on_sqlite
async def test_an_answer_that_comes_first_takes_back_what_was_not_sent_yet(world: World) -> None:
    lead, _ = await lead_and_deputy(world)
    session_id = await book(world)
    await raised(world, "adult_not_shown", session_id)
    for claim in await claimed(world, "escalate_alerts"):
        await ringing.escalate(world.house.deps, claim)
    await acknowledged(world, lead)
    await world.house.settle()
    assert rings(world) == 0
    assert set(await outcomes(world)) == {"overtaken"}


@on_sqlite
async def test_what_should_have_rung_long_ago_rings_nobody_who_may_be_off_duty_by_now(
    world: World,
) -> None:
    await rung_people(world, ("lena", LEAD_PHONE))
    session_id = await book(world)
    await raised(world, "adult_not_shown", session_id)
    for claim in await claimed(world, "escalate_alerts"):
        await ringing.escalate(world.house.deps, claim)
    await nobody_is_on_the_rota(world)
    await world.house.advance(minutes=11)
    await world.house.settle()
    assert rings(world, LEAD_PHONE) == 0
    assert "too_late" in await outcomes(world)
