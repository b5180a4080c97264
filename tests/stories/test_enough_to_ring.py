"""An alert needs people to reach: too few designated, nobody on duty, and the doctor says so before."""

from service.doctor import examine
from service.policy.duty_rota import Standing
from service.workflows.alerts import duty_rota
from service.workflows.staff import register
from tests.invariants import check_everything
from tests.office import designate
from tests.stories.ringing import (
    DEPUTY_PHONE,
    LEAD_PHONE,
    an_alert,
    lead_and_deputy,
    nobody_is_on_the_rota,
    rings,
)
from tests.stories.steps import alerts_now, on_sqlite
from tests.stories.test_alerts import raised, the_alert
from tests.world import ADMIN, World, book


@on_sqlite
async def test_with_nobody_on_duty_the_house_is_told_and_the_gap_is_an_alert_of_its_own(
    world: World,
) -> None:
    await nobody_is_on_the_rota(world)
    session_id = await an_alert(world)
    assert rings(world, "02079460001") == 1, "the safeguarding lead's number"
    assert world.house.letters("copies@tuition.example", "Immediate danger")
    assert await alerts_now(world) == {"second_staff_missing", "nobody_on_duty"}
    await raised(world, "breakout_room", session_id)
    await world.house.settle()
    found = (await world.house.api(*ADMIN.roles).get("/v1/alerts")).body["items"]
    assert [one["times"] for one in found if one["code"] == "nobody_on_duty"] == [1]
    await check_everything(world.house)


@on_sqlite
async def test_fewer_than_two_designated_people_is_an_alert_until_there_are_two(
    world: World,
) -> None:
    await book(world)
    await world.house.settle()
    assert await alerts_now(world) == set()
    end = duty_rota.EndDesignation(world.lead)
    await world.house.do(duty_rota.end_designation, end, ADMIN)
    assert await alerts_now(world) == {"too_few_designated"}
    await designate(world.house, world.lead, Standing.LEAD)
    assert (await the_alert(world))["over_since"] is not None
    await check_everything(world.house)


@on_sqlite
async def test_the_doctor_says_what_would_keep_an_alert_from_reaching_two_people(
    world: World,
) -> None:
    async def told() -> set[str]:
        (ward,) = await examine(world.house.settings, world.house.clock)
        return {one.code for one in ward.complaints}

    ours = {"too_few_designated", "nobody_on_duty", "no_mail", "no_sms"}
    assert ours.isdisjoint(await told())
    await nobody_is_on_the_rota(world)
    assert ours & await told() == {"nobody_on_duty"}
    end = duty_rota.EndDesignation(world.lead)
    await world.house.do(duty_rota.end_designation, end, ADMIN)
    assert ours & await told() == {"too_few_designated"}


@on_sqlite
async def test_a_suspended_lead_is_counted_no_more_and_reached_no_more(world: World) -> None:
    lead, _ = await lead_and_deputy(world)
    for one in (world.lead, world.coordinator):
        await world.house.do(duty_rota.end_designation, duty_rota.EndDesignation(one), ADMIN)
    suspend = register.Suspend(lead, True, "under inquiry")
    await world.house.do(register.suspend, suspend, ADMIN)
    await an_alert(world)
    assert "too_few_designated" in await alerts_now(world)
    assert rings(world, LEAD_PHONE) == 0 and rings(world, DEPUTY_PHONE) >= 1
