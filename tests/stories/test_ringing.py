"""Alerts reach people: two at first, more while nobody answers, nobody who is off duty."""

from datetime import UTC, datetime

import pytest

from service.doctor import examine
from service.policy.duty_rota import Channel, Standing
from service.policy.people import SessionId, StaffId
from service.store import duty_rota as rota_store
from service.store.transactions import Reader
from service.workflows import duty_rota
from tests.api.people import tutor
from tests.invariants import check_everything
from tests.stories.concerns import raised as a_concern
from tests.stories.steps import alerts_now, claimed, on_sqlite, pass_by
from tests.stories.test_alerts import acknowledged, over, raised, the_alert
from tests.world import ADMIN, World, a_colleague, book, designate, on_duty

LEAD_PHONE, DEPUTY_PHONE = "07700900001", "07700900002"
LEAD_MAIL, OFFICE_MAIL = "lena@tuition.example", "cora@tuition.example"


async def nobody_is_on_the_rota(world: World) -> None:
    """The rota as the world makes it is taken away; both stay designated."""
    for kept in await world.house.read(rota_store.turns):
        await world.house.do(duty_rota.end_turn, duty_rota.EndTurn(kept.turn_id), ADMIN)


async def rung_people(world: World, *places: tuple[str, str]) -> list[StaffId]:
    """Lead and deputy with telephones, on duty in this order; nobody else is."""
    await nobody_is_on_the_rota(world)
    people = []
    for place, (name, phone) in enumerate(places, 1):
        staff_id = await a_colleague(world.house, name.title(), name, phone=phone)
        await designate(world.house, staff_id, Standing.LEAD, Channel.SMS)
        await on_duty(world.house, staff_id, place=place)
        people.append(staff_id)
    return people


async def lead_and_deputy(world: World) -> list[StaffId]:
    return await rung_people(world, ("lena", LEAD_PHONE), ("dev", DEPUTY_PHONE))


def rings(world: World, phone: str = "") -> int:
    return len(world.house.telephones.texts(phone))


async def an_alert(world: World, code: str = "second_staff_missing") -> SessionId:
    session_id = await book(world)
    await raised(world, code, session_id)
    await world.house.settle()
    return session_id


async def outcomes(world: World) -> list[str]:
    """What became of every notice, in the order in which they were written."""

    def read(reader: Reader) -> list[str]:
        from service.store.alert_notices import NOTICES

        rows = reader.conn.execute(NOTICES.select().order_by(NOTICES.c.id))
        return [row.outcome for row in rows if row.channel != "page"]

    found: list[str] = await world.house.read(read)
    return found


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
    await world.house.do(*_assigned(session_id, second), world.as_coordinator)
    await raised(world, "second_staff_missing", session_id)
    await world.house.settle()
    assert (rings(world, LEAD_PHONE), rings(world, DEPUTY_PHONE)) == (0, 1)
    assert world.house.letters("copies@tuition.example", "Immediate danger")


def _assigned(session_id: SessionId, staff_id: StaffId):  # type: ignore[no-untyped-def]
    from service.workflows import staffing

    return staffing.assign, staffing.AssignSecondStaff(session_id, staff_id)


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


# --- when carriers fail -----------------------------------------------------------------------------


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
    from service.workflows import ringing

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


@on_sqlite
async def test_an_answer_that_comes_first_takes_back_what_was_not_sent_yet(world: World) -> None:
    from service.workflows import ringing

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
    from service.workflows import ringing

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


# --- enough people ----------------------------------------------------------------------------------


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
    from service.workflows import register

    lead, _ = await lead_and_deputy(world)
    for one in (world.lead, world.coordinator):
        await world.house.do(duty_rota.end_designation, duty_rota.EndDesignation(one), ADMIN)
    suspend = register.Suspend(lead, True, "under inquiry")
    await world.house.do(register.suspend, suspend, ADMIN)
    await an_alert(world)
    assert "too_few_designated" in await alerts_now(world)
    assert rings(world, LEAD_PHONE) == 0 and rings(world, DEPUTY_PHONE) >= 1
