"""Ways in, starting, ending and deleting, and what the provider gets to know of people."""

from datetime import timedelta

import pytest

from integrations.zoom.client import ZoomClient
from service.errors import ProviderGone, ProviderRefused
from service.ports import MeetingHandle, Seat
from tests.builders import CHILD, FATHER, MOTHER, a_clearance
from tests.integrations.zoom.conftest import (
    HOST,
    REFERENCE,
    Emulated,
    client_of,
    plan,
)


@pytest.mark.parametrize("answers_join_url", [True, False])
async def test_the_same_door_code_is_always_the_same_holder(
    client: ZoomClient, zoom: Emulated, answers_join_url: bool
) -> None:
    await zoom.do("options", answers_join_url=answers_join_url)
    handle = await client.create_meeting(a_clearance(), plan())
    first = await client.enrol(handle, Seat.HOUSEHOLD, "D4F-2")
    again = await client.enrol(handle, Seat.HOUSEHOLD, "D4F-2")
    other = await client.enrol(handle, Seat.TUTOR, "D4F-3")
    assert again == first
    assert first.registrant_id != other.registrant_id
    assert first.url.get_secret_value() != other.url.get_secret_value()


async def test_a_way_in_leads_to_the_waiting_room_and_no_further(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    way_in = await client.enrol(handle, Seat.HOUSEHOLD, "D4F-2")
    early = await zoom.do("people/open", url=way_in.url.get_secret_value())
    assert early["place"] == "before_start"
    assert not (await client.read_meeting(handle)).running
    start_link = await client.host_start_link(handle)
    await zoom.do("people/open", url=start_link.get_secret_value())
    assert (await client.read_meeting(handle)).running
    (meeting,) = await zoom.meetings()
    places = {one["registrant_id"]: one["place"] for one in meeting["people"]}
    assert places == {"": "inside", way_in.registrant_id: "waiting_room"}


async def test_a_revoked_way_in_is_dead_and_others_live_on(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    gone = await client.enrol(handle, Seat.HOUSEHOLD, "D4F-2")
    stays = await client.enrol(handle, Seat.TUTOR, "D4F-3")
    for _ in range(2):
        await client.revoke(handle, {gone.door_code: gone.registrant_id})
    assert await zoom.tried("people/open", url=gone.url.get_secret_value()) == 403
    assert await zoom.tried("people/open", url=stays.url.get_secret_value()) == 200


async def test_an_unknown_registrant_among_many_does_not_save_the_others(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    ways_in = [await client.enrol(handle, Seat.HOUSEHOLD, f"D{number}") for number in range(2)]
    doomed = {one.door_code: one.registrant_id for one in ways_in} | {"D9": "never-was"}
    await client.revoke(handle, doomed)
    for one in ways_in:
        assert await zoom.tried("people/open", url=one.url.get_secret_value()) == 403


async def test_more_than_thirty_ways_in_are_revoked_in_portions(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    ways_in = [await client.enrol(handle, Seat.HOUSEHOLD, f"D{number}") for number in range(31)]
    await client.revoke(handle, {one.door_code: one.registrant_id for one in ways_in})
    (meeting,) = await zoom.meetings()
    assert {one["status"] for one in meeting["registrants"]} == {"denied"}
    assert len(await zoom.calls("update_registrants")) == 2


@pytest.mark.pitfall(46)
async def test_the_start_link_is_read_afresh_each_time_and_dies_after_two_hours(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    first = await client.host_start_link(handle)
    second = await client.host_start_link(handle)
    assert first.get_secret_value() != second.get_secret_value()
    assert "zak" not in repr(first)
    await zoom.pass_time(timedelta(hours=2, seconds=1))
    assert await zoom.tried("people/open", url=first.get_secret_value()) == 403


async def test_ending_puts_everyone_out_and_may_be_repeated(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    link = await client.host_start_link(handle)
    await zoom.do("people/open", url=link.get_secret_value())
    for _ in range(2):
        await client.end_meeting(handle)
    assert not (await client.read_meeting(handle)).running


async def test_a_refusal_to_end_an_idle_meeting_is_no_failure_but_of_a_running_one_is(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    await zoom.break_next("update_status", "status_before", status=400)
    await client.end_meeting(handle)
    link = await client.host_start_link(handle)
    await zoom.do("people/open", url=link.get_secret_value())
    await zoom.break_next("update_status", "status_before", status=400)
    with pytest.raises(ProviderRefused):
        await client.end_meeting(handle)


async def test_deleting_is_repeatable_silent_and_final(client: ZoomClient, zoom: Emulated) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    way_in = await client.enrol(handle, Seat.HOUSEHOLD, "D4F-2")
    for _ in range(2):
        await client.delete_meeting(handle)
    with pytest.raises(ProviderGone):
        await client.read_meeting(handle)
    with pytest.raises(ProviderGone):
        await client.enrol(handle, Seat.HOUSEHOLD, "D4F-2")
    await client.revoke(handle, {way_in.door_code: way_in.registrant_id})
    assert await client.find_meetings(HOST, REFERENCE) == ()
    for call in await zoom.calls("delete_meeting"):
        assert "cancel_meeting_reminder=false" in call["path"]
        assert "schedule_for_reminder=false" in call["path"]


async def test_a_handle_cannot_reach_into_another_path(client: ZoomClient) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    await client.delete_meeting(MeetingHandle(HOST, f"0/../{handle.provider_id}"))
    assert (await client.read_meeting(handle)).handle == handle


async def test_links_that_lead_elsewhere_are_refused(zoom: Emulated) -> None:
    ours = client_of(zoom)
    strict = client_of(zoom, link_origins=("https://*.zoom.us",))
    handle = await ours.create_meeting(a_clearance(), plan())
    with pytest.raises(ProviderRefused):
        await strict.host_start_link(handle)
    with pytest.raises(ProviderRefused):
        await strict.enrol(handle, Seat.TUTOR, "D1")


@pytest.mark.pitfall(70)
async def test_nothing_that_names_a_person_reaches_the_provider(
    client: ZoomClient, zoom: Emulated
) -> None:
    clearance = a_clearance()
    session = clearance.case.session
    handle = await client.create_meeting(clearance, plan())
    household = await client.enrol(handle, Seat.HOUSEHOLD, "D4F-2")
    await client.enrol(handle, Seat.TUTOR, "D4F-3")
    await client.revoke(handle, {household.door_code: household.registrant_id})
    await client.end_meeting(handle)
    await client.delete_meeting(handle)
    sent = repr((await zoom.see("calls"))["calls"])
    personal = (CHILD, MOTHER, FATHER, session.purpose, session.tutor_id, session.session_id)
    assert [word for word in personal if word in sent] == []
    assert "@door.invalid" in sent
    assert "demo-client-secret" not in sent
