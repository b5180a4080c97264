"""What is done in a room's story: alerts taken on and closed, a meeting ended, and who is told."""

import pytest

from service.policy.people import Role, SessionId
from service.policy.session import SessionState
from service.store.alerts import alerts
from service.store.transactions import Tx
from tests.board.watching import coordinator, entries, lead, somebody
from tests.invariants import check_everything
from tests.pages.browsing import SAME, Browser
from tests.stories.steps import (
    a_live_session,
    alerts_now,
    on_sqlite,
    reason_of,
    session_of,
    then_everyone_is_shut_out,
    then_nothing_is_left,
    then_the_call_is_over,
)
from tests.world import World, book

pytestmark = on_sqlite
END = {"kind": "stranger", "reason": "A man was heard behind Theo.", "sure": "yes"}


def raise_alert(tx: Tx, session_id: SessionId) -> None:
    alerts.raise_alert(tx, session_id, "unknown_person", session_id)


def raise_concern_alert(tx: Tx, session_id: SessionId) -> None:
    alerts.raise_alert(tx, session_id, "concern_raised", session_id)


def room(world: World, session_id: SessionId) -> str:
    return f"{world.house.base_url}/live/rooms/{session_id}"


async def the_alert(world: World, session_id: SessionId) -> alerts.Alert:
    (found,) = await world.house.read(alerts.of_session, session_id)
    return found  # type: ignore[no-any-return]


async def deed(viewer: Browser, url: str, do: str, **values: str) -> int:
    fields = (await viewer.open(url)).forms[do]
    given = {name: [value] for name, value in values.items()}
    return (await viewer.post(url, fields | given, SAME)).status


async def test_the_lead_ends_a_meeting_with_a_reason_and_the_parties_are_told(
    world: World,
) -> None:
    house, family = world.house, world.family
    session_id = await a_live_session(world)
    assert await deed(await lead(world), room(world, session_id), "end", **END) == 303
    await then_everyone_is_shut_out(world, session_id)
    await house.settle()
    await then_the_call_is_over(world)
    await then_nothing_is_left(world)
    assert (await session_of(world, session_id)).state is SessionState.ENDED
    assert await reason_of(world, session_id) == END["reason"]
    (letter,) = house.letters(family.mother_mail, "ended early")
    assert "Somebody was in the call, or may have been" in letter.text
    assert END["reason"] not in letter.text
    for staff_id, role in ((world.tutor, Role.TUTOR), (world.second, Role.SECOND_STAFF)):
        mine = await (await somebody(world, staff_id, role)).open(f"{house.base_url}/staff")
        assert "The safeguarding lead ended this session." in mine.text
        assert END["reason"] not in mine.text
    (told,) = await entries(world, "session.ended_by_lead")
    assert (told["facts"]["kind"], told["facts"]["adults_told"]) == ("stranger", 1)
    await check_everything(house)


async def test_the_api_takes_the_kind_of_reason_and_works_without_it(world: World) -> None:
    session_id = await a_live_session(world)
    api = world.house.api(Role.DSL, subject=world.lead)
    body = {"reason": "ill", "kind": "rumour"}
    assert (await api.post(f"/v1/sessions/{session_id}/end", body)).status == 422
    assert (await api.post(f"/v1/sessions/{session_id}/end", {"reason": "ill"})).status == 200
    await world.house.settle()
    (letter,) = world.house.letters(world.family.mother_mail, "ended early")
    assert "It could not go on safely." in letter.text


@pytest.mark.parametrize("missing", ["kind", "reason", "sure"])
async def test_nothing_ends_until_kind_reason_and_confirmation_are_there(
    world: World, missing: str
) -> None:
    session_id = await a_live_session(world)
    given = END | {missing: ""}
    assert await deed(await lead(world), room(world, session_id), "end", **given) == 422
    assert (await session_of(world, session_id)).state is SessionState.LIVE


async def test_coordinators_have_no_such_form_and_cannot_send_one(world: World) -> None:
    session_id = await a_live_session(world)
    viewer, url = await coordinator(world), room(world, session_id)
    page = await viewer.open(url)
    assert "end" not in page.forms
    given = {name: [value] for name, value in (END | {"do": "end"}).items()}
    assert (await viewer.post(url, given, SAME)).status == 403
    assert (await session_of(world, session_id)).state is SessionState.LIVE


async def test_a_form_from_elsewhere_or_of_another_room_does_nothing(world: World) -> None:
    session_id = await a_live_session(world)
    viewer, url = await lead(world), room(world, session_id)
    fields = (await viewer.open(url)).forms["end"]
    given = fields | {name: [value] for name, value in END.items()}
    assert (await viewer.post(url, given, {"Sec-Fetch-Site": "cross-site"})).status == 403
    assert (await (await lead(world)).post(url, given, SAME)).status == 403
    assert (await session_of(world, session_id)).state is SessionState.LIVE


async def test_a_session_that_does_not_run_cannot_be_ended(world: World) -> None:
    session_id = await book(world)
    page = await (await lead(world)).open(room(world, session_id))
    assert "end" not in page.forms


async def test_an_alert_is_taken_on_and_closed_in_its_room_by_a_named_person(
    world: World,
) -> None:
    session_id = await a_live_session(world)
    await world.house.do(raise_alert, session_id)
    viewer, url = await coordinator(world), room(world, session_id)
    assert await deed(viewer, url, "acknowledge") == 303
    assert (await the_alert(world, session_id)).acknowledged_by == world.coordinator
    page = await viewer.open(url)
    assert "acknowledge" not in page.forms
    assert "in somebody" in page.text
    assert await deed(viewer, url, "close", outcome=" ") == 422
    assert await deed(viewer, url, "close", outcome="It was Theo's own phone.") == 303
    assert await alerts_now(world) == set()
    assert "It was Theo&#39;s own phone." in (await viewer.open(url)).text
    await check_everything(world.house)


async def test_whom_an_alert_may_be_about_does_not_close_it(world: World) -> None:
    session_id = await a_live_session(world)

    def about_the_tutor(tx: Tx, command: SessionId) -> None:
        alerts.raise_alert(tx, command, "child_with_tutor_alone", command)

    await world.house.do(about_the_tutor, session_id)
    tutor_who_leads = await somebody(world, world.tutor, Role.DSL)
    status = await deed(tutor_who_leads, room(world, session_id), "close", outcome="nothing")
    assert status == 403
    assert await alerts_now(world) == {"child_with_tutor_alone"}


@pytest.mark.pitfall(65)
async def test_nobody_learns_of_a_concern_from_the_board(world: World) -> None:
    session_id = await a_live_session(world)
    await world.house.do(raise_concern_alert, session_id)
    for viewer in (await coordinator(world), await lead(world)):
        for url in (f"{world.house.base_url}/live", room(world, session_id)):
            page = await viewer.open(url)
            assert "data-alert" not in page.text
            assert "has raised a concern" not in page.text
