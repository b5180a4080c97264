"""A room that was tightened: who stays, and what its burned link still opens."""

import pytest

from integrations.teams.client import TeamsClient
from service.ports import MeetingHandle
from tests.builders import a_clearance
from tests.integrations.teams.client.parts import HOST, SECOND, TUTOR, Tenant, plan


async def place(tenant: Tenant, person: str) -> str:
    (meeting,) = await tenant.meetings()
    return str(next(one["place"] for one in meeting["people"] if one["person"] == person))


async def admits(tenant: Tenant, person: str) -> bool:
    """Whether anybody inside could let this person in."""
    url = f"{tenant.origin}/control/people/{person}/admit"
    async with tenant.session.post(url, json={}) as answer:
        return answer.status == 200


async def made(client: TeamsClient) -> tuple[MeetingHandle, str]:
    handle = await client.create_meeting(a_clearance(), plan())
    return handle, (await client.host_start_link(handle)).get_secret_value()


async def opens(tenant: Tenant, url: str, name: str = "K7Q2XM", account: str = "") -> str:
    signed_in = {"as_": account} if account else {}
    return str((await tenant.opens(url, name, **signed_in))["person"])


@pytest.mark.pitfall(54)
async def test_nobody_is_put_out_of_a_running_call_and_second_staff_still_hold_it(
    client: TeamsClient, tenant: Tenant
) -> None:
    handle, url = await made(client)
    second = await opens(tenant, url, account=SECOND.upn)
    child = await opens(tenant, url)
    assert await admits(tenant, child)
    await client.end_meeting(handle)
    assert [await place(tenant, one) for one in (second, child)] == ["inside", "inside"]
    await tenant.person_does(second, "leave")
    await tenant.person_does(second, "rejoin")
    assert await place(tenant, second) == "inside"
    assert await admits(tenant, await opens(tenant, url, account=TUTOR.upn))


@pytest.mark.pitfall(45)
@pytest.mark.parametrize("removed", [False, True])
async def test_once_the_call_is_over_nobody_passes_the_lobby_of_its_link(
    client: TeamsClient, tenant: Tenant, removed: bool
) -> None:
    handle, url = await made(client)
    second = await opens(tenant, url, account=SECOND.upn)
    await client.end_meeting(handle)
    await tenant.person_does(second, "leave")
    if removed:
        await client.delete_meeting(handle)
    people = [await opens(tenant, url, account=upn) for upn in (SECOND.upn, TUTOR.upn, "")]
    assert [await place(tenant, one) for one in people] == ["lobby"] * 3
    assert [await admits(tenant, one) for one in people] == [False] * 3


@pytest.mark.pitfall(45)
async def test_a_deleted_meeting_was_left_without_anybody_who_could_admit(
    client: TeamsClient, tenant: Tenant
) -> None:
    handle, url = await made(client)
    await client.delete_meeting(handle)
    people = [await opens(tenant, url, account=upn) for upn in (SECOND.upn, TUTOR.upn, "")]
    assert [await place(tenant, one) for one in people] == ["lobby"] * 3
    facts = await client.read_meeting(handle)
    assert facts.holder == ""
    assert {"participants.coorganizer", "allowedPresenters"} <= set(facts.weaknesses)


async def test_a_room_is_tightened_and_deleted_again_as_often_as_it_returns(
    client: TeamsClient, tenant: Tenant
) -> None:
    handle, url = await made(client)
    for _ in range(2):
        await client.end_meeting(handle)
        await client.delete_meeting(handle)
        await opens(tenant, url)
    (meeting,) = await tenant.meetings()
    assert meeting["attendees"] == []
    assert meeting["organiser"] == HOST
