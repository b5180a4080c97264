"""The 18th birthday, and the date of birth by which others would decide; told over HTTP."""

from datetime import date, datetime, timedelta

import pytest
from pydantic import SecretStr

from service.policy.consent import ConsentKind, Route
from service.policy.people import Authority, ChildId
from service.policy.session import SessionState
from service.workflows.attending import presence
from service.workflows.families import onboarding
from tests.api.people import a_word, coordinator, lead, machine
from tests.invariants import check_everything
from tests.stories.steps import on_sqlite, session_of, then_everyone_is_shut_out, waits
from tests.stories.ties import a_parent, blockers, promised_by, tie
from tests.world import ADMIN, World, a_clear_session, an_open_session, book, cover, say

pytestmark = on_sqlite


@pytest.mark.pitfall(7)
async def test_on_the_18th_birthday_the_students_own_word_is_needed_and_enough(
    world: World,
) -> None:
    house, family = world.house, world.family
    birthday = house.clock.now() + timedelta(days=1)
    await _is_born(world, family.child, date(2008, 11, 25))
    await say(world)
    today = await book(world)
    on_the_day = await book(world, starts_at=birthday + timedelta(hours=2))
    for session_id in (today, on_the_day):
        await cover(world, session_id)
    assert await blockers(world, today) == {"pledge_missing"}
    assert await blockers(world, on_the_day) == {"consent_missing", "pledge_missing"}

    student = await a_parent(world, "River")
    early = await tie(world, student, Authority.SELF)
    assert early.fields == {"authority": "not_of_age"}
    await house.until(datetime(2026, 11, 25, 8, 0, tzinfo=birthday.tzinfo))
    await house.settle()
    assert (await tie(world, student, Authority.SELF)).status == 204
    mothers = a_word(world, kind="withdrawn", present_adults=[])
    reply = await coordinator(world).post("/v1/consents", mothers)
    assert reply.fields == {"giver_id": "no_authority"}

    ask = f"/v1/children/{family.child}/consent-requests"
    assert (await lead(world).post(ask, {"giver_id": student})).status == 202
    await house.settle()
    (letter,) = house.letters("river@home.example", "permission")
    page = await house.api().get(letter.link.removeprefix(house.base_url))
    assert "I am 18 or older" in page.text
    assert "my child" not in page.text
    own = a_word(world, giver_id=student, present_adults=[])
    assert (await coordinator(world).post("/v1/consents", own)).status == 201
    assert await blockers(world, on_the_day) == {"pledge_missing"}
    await promised_by(world, on_the_day, student)
    assert await blockers(world, on_the_day) == set()
    await house.until((await session_of(world, on_the_day)).starts_at - timedelta(minutes=10))
    await house.settle()
    assert (await session_of(world, on_the_day)).state is SessionState.OPEN
    here = presence.CheckInFamily(on_the_day, family.child, student, 1, Route.LINK)
    await house.do(presence.check_in, here, world.as_parent(student))
    assert await waits(world, on_the_day, world.as_parent(student), family.child) == [
        "second_staff_not_in"
    ]
    assert await waits(world, on_the_day, world.as_parent(family.mother), family.child) is not None
    await check_everything(house)


async def _is_born(world: World, child_id: ChildId, born_on: date) -> None:
    command = onboarding.PutChild(SecretStr("River"), born_on, child_id=child_id)
    await world.house.do(onboarding.put_child, command, ADMIN)


@pytest.mark.pitfall(7)
async def test_a_date_of_birth_silences_nobody(world: World) -> None:
    session_id = await a_clear_session(world)
    await say(world, ConsentKind.REFUSED, giver=world.family.father)
    place = f"/v1/children/{world.family.child}"
    seen = {"If-Match": (await lead(world).get(place)).etag}
    for born_on in ("2000-05-05", "2017-05-06"):
        changed = {"name": "River", "born_on": born_on}
        for api in (machine(world), coordinator(world)):
            assert (await api.put(place, changed, headers=seen)).status == 403
    same = {"name": "River Marsh", "born_on": "2017-05-05"}
    assert (await machine(world).put(place, same, headers=seen)).status == 200
    assert await blockers(world, session_id) == {"consent_refused"}
    seen = {"If-Match": (await lead(world).get(place)).etag}
    assert (await lead(world).put(place, changed, headers=seen)).status == 200


@pytest.mark.pitfall(7)
async def test_only_the_lead_corrects_a_date_by_which_others_would_decide(world: World) -> None:
    await book(world, starts_at=world.house.clock.now() + timedelta(days=30))
    place = f"/v1/children/{world.family.child}"
    seen = {"If-Match": (await lead(world).get(place)).etag}
    typo = {"name": "River", "born_on": "2016-05-05"}
    assert (await machine(world).put(place, typo, headers=seen)).status == 403
    for born_on in ("2000-05-05", "2008-12-01"):  # of age today; of age at the session
        changed = typo | {"born_on": born_on}
        assert (await coordinator(world).put(place, changed, headers=seen)).status == 403
    assert (await coordinator(world).put(place, typo, headers=seen)).status == 200
    seen = {"If-Match": (await lead(world).get(place)).etag}
    assert (await lead(world).put(place, changed, headers=seen)).status == 200


@pytest.mark.pitfall(7)
async def test_a_date_by_which_consent_fails_shuts_the_room_in_the_same_step(world: World) -> None:
    session_id = await an_open_session(world)
    place = f"/v1/children/{world.family.child}"
    seen = {"If-Match": (await lead(world).get(place)).etag}
    changed = {"name": "River", "born_on": "2000-05-05"}
    assert (await lead(world).put(place, changed, headers=seen)).status == 200
    assert (await session_of(world, session_id)).state is SessionState.BOOKED
    await then_everyone_is_shut_out(world, session_id)
    await check_everything(world.house)
