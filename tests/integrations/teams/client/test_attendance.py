"""Who attended, by the reports of an emulated tenant."""

from datetime import timedelta

import pytest

from integrations.teams.client import TeamsClient
from service.ports import Inside, MeetingHandle
from tests.builders import NOW, a_clearance
from tests.integrations.teams.client.parts import SECOND, Tenant, plan


async def made(client: TeamsClient) -> MeetingHandle:
    return await client.create_meeting(a_clearance(), plan())


async def test_attendance_is_told_by_ids_over_every_call(
    client: TeamsClient, tenant: Tenant
) -> None:
    handle = await made(client)
    url = (await client.host_start_link(handle)).get_secret_value()
    assert await client.read_attendance(handle, ()) is None
    for _ in range(2):
        second = await tenant.opens(url, "Sam Second", as_=SECOND.upn)
        child = await tenant.opens(url, "k7q2xm")
        stranger = await tenant.opens(url, "Ada Lovelace")
        await tenant.person_does(child["person"], "admit")
        await tenant.pass_time(timedelta(minutes=5))
        for person in (stranger, child, second):
            await tenant.person_does(person["person"], "leave")
        await tenant.pass_time(timedelta(minutes=1))
    found = await client.read_attendance(handle, ())
    assert found is not None
    assert sorted(stay.registrant_id for stay in found.stays) == sorted(
        ["K7Q2XM", "K7Q2XM", SECOND.user_id, SECOND.user_id]
    )
    first = min(stay.joined_at for stay in found.stays)
    assert first == NOW
    assert {stay.left_at - stay.joined_at for stay in found.stays if stay.left_at} == {
        timedelta(minutes=5)
    }
    assert "Ada" not in repr(found)


@pytest.mark.pitfall(49)
async def test_a_report_that_is_late_or_switched_off_says_nothing_of_who_came(
    client: TeamsClient, tenant: Tenant
) -> None:
    handle = await made(client)
    url = (await client.host_start_link(handle)).get_secret_value()
    await tenant.do("options", report_delay_seconds=600)
    second = await tenant.opens(url, "Sam", as_=SECOND.upn)
    await tenant.person_does(second["person"], "leave")
    assert await client.read_attendance(handle, ()) is None
    await tenant.pass_time(timedelta(minutes=11))
    assert await client.read_attendance(handle, ()) is not None
    await tenant.do("options", attendance_reports=False)
    assert await client.read_attendance(handle, ()) is None


async def test_times_that_teams_lost_are_no_stay(client: TeamsClient, tenant: Tenant) -> None:
    handle = await made(client)
    url = (await client.host_start_link(handle)).get_secret_value()
    await tenant.do("options", null_intervals=True)
    second = await tenant.opens(url, "Sam", as_=SECOND.upn)
    await tenant.person_does(second["person"], "leave")
    found = await client.read_attendance(handle, ())
    assert found is not None
    assert found.stays == ()


async def test_the_attendance_of_a_meeting_that_is_gone_is_no_report(
    client: TeamsClient,
) -> None:
    handle = await made(client)
    await client.delete_meeting(handle)
    assert await client.read_attendance(handle, ()) is None


async def test_nothing_shows_who_is_inside_and_nothing_is_asked(
    client: TeamsClient, tenant: Tenant
) -> None:
    handle = await made(client)
    url = (await client.host_start_link(handle)).get_secret_value()
    await tenant.opens(url, "Sam Second", as_=SECOND.upn)
    asked = await tenant.see("calls")
    assert await client.look_inside(handle) == Inside(running=None, people=None)
    assert await tenant.see("calls") == asked
