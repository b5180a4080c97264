"""Alerts reach people: two at first, more while nobody answers, nobody who is off duty."""

from datetime import UTC, datetime

import pytest

from service.workflows.second_staff import staffing
from tests.api.people import tutor
from tests.invariants import check_everything
from tests.office import on_duty
from tests.stories.concerns import raised as a_concern
from tests.stories.ringing import (
    DEPUTY_PHONE,
    LEAD_MAIL,
    LEAD_PHONE,
    OFFICE_MAIL,
    an_alert,
    lead_and_deputy,
    nobody_is_on_the_rota,
    rings,
    rung_people,
)
from tests.stories.steps import alerts_now, on_sqlite, pass_by
from tests.stories.test_alerts import acknowledged, over, raised, the_alert
from tests.world import ADMIN, World, book

# --- whom, and when ---------------------------------------------------------------------------------


async def test_danger_rings_two_people_and_again_until_one_of_them_is_on_it(world: World) -> None:
    lead, _ = await lead_and_deputy(world)
    await an_alert(world)
    assert (rings(world, LEAD_PHONE), rings(world, DEPUTY_PHONE)) == (1, 1)
    assert len(world.house.letters(LEAD_MAIL)) == 1
    await pass_by(world, 119)
    assert rings(world) == 2, "the next step is not due"
    await pass_by(world, 1)
    assert rings(world) == 4
    assert (await the_alert(world))["people_reached"] == 2
    assert (await acknowledged(world, lead)).status == 200
    await pass_by(world, 600, every=120)
    assert rings(world) == 4, "an answer ends it"
    assert (await the_alert(world))["closed_at"] is None
    await check_everything(world.house)


@on_sqlite
async def test_what_is_told_names_nobody_and_leads_to_a_page_behind_the_sign_in(
    world: World,
) -> None:
    await lead_and_deputy(world)
    await an_alert(world)
    alert = await the_alert(world)
    (text,) = world.house.telephones.texts(LEAD_PHONE)
    (letter,) = world.house.letters(LEAD_MAIL)
    for told in (text.text, letter.text):
        assert "The second member of staff is not in a room" in told
        assert "16:00" in told
        assert f"{world.house.base_url}/staff/alerts/{alert['alert_id']}" in told
        assert not any(word in told for word in ("River", "Mother", "Fractions", "/p/"))
    page = await world.house.api().get(f"/staff/alerts/{alert['alert_id']}")
    assert page.status in (303, 404), "nothing is shown to whoever has the link"


@on_sqlite
@pytest.mark.parametrize(
    ("at", "code", "expected"),
    [
        (datetime(2026, 11, 24, 23, 30, tzinfo=UTC), "second_staff_missing", 2),
        (datetime(2026, 11, 24, 23, 30, tzinfo=UTC), "adult_not_shown", 0),
        (datetime(2026, 11, 29, 15, 0, tzinfo=UTC), "adult_not_shown", 2),
        (datetime(2026, 11, 24, 16, 0, tzinfo=UTC), "statements_incomplete", 0),
    ],
    ids=["danger at night", "urgent at night", "urgent on Sunday", "ordinary"],
)
async def test_who_is_rung_depends_on_the_hour_and_on_the_danger(
    world: World, at: datetime, code: str, expected: int
) -> None:
    await lead_and_deputy(world)
    session_id = await book(world)
    await world.house.until(at)
    await raised(world, code, session_id)
    await world.house.settle()
    assert rings(world) == expected
    assert "nobody_on_duty" not in await alerts_now(world)


@on_sqlite
async def test_nobody_off_duty_is_rung_and_whoever_comes_on_duty_is(world: World) -> None:
    lead, deputy = await lead_and_deputy(world)
    await nobody_is_on_the_rota(world)
    await on_duty(world.house, lead, "08:00", "15:02")
    await on_duty(world.house, deputy, "15:02", "22:00")
    await an_alert(world)  # at 15:00
    assert (rings(world, LEAD_PHONE), rings(world, DEPUTY_PHONE)) == (1, 0)
    assert world.house.letters("copies@tuition.example", "Immediate danger"), "the second to see it"
    await pass_by(world, 600, every=120)
    assert rings(world, LEAD_PHONE) == 1
    assert rings(world, DEPUTY_PHONE) == 5
    await check_everything(world.house)


@on_sqlite
async def test_whoever_is_absent_is_off_duty(world: World) -> None:
    lead, _ = await lead_and_deputy(world)
    now = world.house.clock.now()
    away = {"starts_at": now.isoformat(), "ends_at": now.replace(hour=20).isoformat()}
    reply = await world.house.api(*ADMIN.roles).post(f"/v1/staff/{lead}/absences", away)
    assert reply.status == 201, reply.text
    await an_alert(world)
    assert (rings(world, LEAD_PHONE), rings(world, DEPUTY_PHONE)) == (0, 1)


@on_sqlite
async def test_the_person_it_is_about_is_not_the_one_who_is_rung(world: World) -> None:
    second, _ = await rung_people(world, ("lena", LEAD_PHONE), ("dev", DEPUTY_PHONE))
    session_id = await book(world)
    assign = staffing.AssignSecondStaff(session_id, second)
    await world.house.do(staffing.assign, assign, world.as_coordinator)
    await raised(world, "second_staff_missing", session_id)
    await world.house.settle()
    assert (rings(world, LEAD_PHONE), rings(world, DEPUTY_PHONE)) == (0, 1)
    assert world.house.letters("copies@tuition.example", "Immediate danger")


@on_sqlite
@pytest.mark.pitfall(65)
async def test_an_alert_about_a_concern_reaches_leads_alone_and_no_shared_mailbox(
    world: World,
) -> None:
    await a_concern(tutor(world), severity="danger")
    await world.house.settle()
    assert world.house.letters(OFFICE_MAIL) == []
    assert len(world.house.letters("lea@tuition.example", "Immediate danger")) == 1
    assert not world.house.letters("copies@tuition.example", "Immediate danger")
    await check_everything(world.house)


# --- repeats ----------------------------------------------------------------------------------------


@on_sqlite
async def test_a_repeat_rings_nobody_and_what_comes_back_after_a_while_does(world: World) -> None:
    lead, _ = await lead_and_deputy(world)
    session_id = await an_alert(world)
    await raised(world, "second_staff_missing", session_id)
    await world.house.settle()
    assert rings(world) == 2, "a repeat is no news"
    await acknowledged(world, lead)
    await over(world, "second_staff_missing", session_id)
    await world.house.advance(minutes=6)
    await raised(world, "second_staff_missing", session_id)
    await world.house.settle()
    assert rings(world) == 4, "a new spell of it is, in the same alert"
    assert (await the_alert(world))["times"] == 3
    await check_everything(world.house)


@on_sqlite
async def test_what_is_over_rings_nobody_any_more_and_is_still_seen_to(world: World) -> None:
    await lead_and_deputy(world)
    session_id = await an_alert(world)
    await over(world, "second_staff_missing", session_id)
    await pass_by(world, 600, every=120)
    assert rings(world) == 2
    assert await alerts_now(world) == {"second_staff_missing"}
