"""Every other call when it fails, and when it works but fails to tell us."""

from collections.abc import Awaitable, Callable

import pytest

from integrations.teams.client import TeamsClient
from service.errors import (
    ProviderError,
    ProviderGone,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnsure,
)
from service.ports import MeetingHandle, Seat
from tests.builders import a_clearance
from tests.integrations.teams.client.parts import SECOND, Tenant, plan

FAILED = ["drop_before", "hang_before", "status_before", "html", "redirect"]
FAILED_TO_TELL = ["drop_after", "hang_after", "status_after", "cut_after"]


async def made(client: TeamsClient) -> MeetingHandle:
    return await client.create_meeting(a_clearance(), plan())


@pytest.mark.parametrize("kind", [*FAILED, *FAILED_TO_TELL])
async def test_reading_outlives_two_faults_in_a_row(
    client: TeamsClient, tenant: Tenant, kind: str
) -> None:
    handle = await made(client)
    await tenant.break_next("read_meeting", kind, times=2)
    assert (await client.read_meeting(handle)).handle == handle


READERS: list[Callable[[TeamsClient, MeetingHandle], Awaitable[object]]] = [
    lambda client, handle: client.read_meeting(handle),
    lambda client, handle: client.host_start_link(handle),
    lambda client, handle: client.enrol(handle, Seat.TUTOR, "T7Q2XM"),
    lambda client, handle: client.enrol(handle, Seat.HOUSEHOLD, "K7Q2XM"),
]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", ["status_before", "cut_after"])
async def test_a_reading_without_any_answer_changed_nothing(
    client: TeamsClient, tenant: Tenant, kind: str, reader: Callable[..., Awaitable[object]]
) -> None:
    handle = await made(client)
    await tenant.break_next("read_meeting", kind, times=99)
    with pytest.raises(ProviderUnavailable):
        await reader(client, handle)
    assert len(await tenant.calls("read_meeting")) == 3


@pytest.mark.parametrize("kind", [*FAILED, *FAILED_TO_TELL])
@pytest.mark.parametrize("call", ["update_meeting", "delete_meeting"])
async def test_an_end_and_a_delete_outlive_faults_on_either_side_of_acting(
    client: TeamsClient, tenant: Tenant, call: str, kind: str
) -> None:
    handle = await made(client)
    await tenant.break_next(call, kind, times=2)
    await client.delete_meeting(handle)
    with pytest.raises(ProviderGone):
        await client.read_meeting(handle)


async def test_a_delete_without_any_answer_is_unsure(client: TeamsClient, tenant: Tenant) -> None:
    handle = await made(client)
    await tenant.break_next("delete_meeting", "status_before", times=99)
    with pytest.raises(ProviderUnsure):
        await client.delete_meeting(handle)


@pytest.mark.parametrize("kind", ["status_before", "drop_before", "html"])
async def test_what_could_not_be_tightened_is_not_deleted(
    client: TeamsClient, tenant: Tenant, kind: str
) -> None:
    """After a delete nothing can be tightened any more, and the link still works."""
    handle = await made(client)
    await tenant.break_next("update_meeting", kind, times=99)
    with pytest.raises(ProviderUnsure):
        await client.delete_meeting(handle)
    assert await tenant.calls("delete_meeting") == []


async def test_a_refused_tightening_keeps_the_meeting_for_a_person_to_look_at(
    client: TeamsClient, tenant: Tenant
) -> None:
    handle = await made(client)
    await tenant.break_next("update_meeting", "status_before", status=403, times=99)
    with pytest.raises(ProviderRefused):
        await client.delete_meeting(handle)
    assert await tenant.calls("delete_meeting") == []


@pytest.mark.parametrize("kind", [*FAILED, *FAILED_TO_TELL])
@pytest.mark.parametrize("call", ["list_reports", "read_report"])
async def test_attendance_outlives_faults(
    client: TeamsClient, tenant: Tenant, call: str, kind: str
) -> None:
    handle = await made(client)
    url = (await client.host_start_link(handle)).get_secret_value()
    second = await tenant.opens(url, "Sam", as_=SECOND.upn)
    await tenant.person_does(second["person"], "leave")
    await tenant.break_next(call, kind, times=2)
    found = await client.read_attendance(handle, ())
    assert found is not None
    assert [stay.account_id for stay in found.stays] == [SECOND.user_id]


@pytest.mark.parametrize("call", ["list_reports", "read_report"])
async def test_attendance_that_cannot_be_read_is_not_taken_for_absence(
    client: TeamsClient, tenant: Tenant, call: str
) -> None:
    handle = await made(client)
    url = (await client.host_start_link(handle)).get_secret_value()
    second = await tenant.opens(url, "Sam", as_=SECOND.upn)
    await tenant.person_does(second["person"], "leave")
    await tenant.break_next(call, "status_before", times=99)
    with pytest.raises(ProviderUnavailable):
        await client.read_attendance(handle, ())


async def test_attendance_without_the_permission_is_refused(
    client: TeamsClient, tenant: Tenant
) -> None:
    await tenant.do("options", roles=["OnlineMeetings.ReadWrite.All"])
    handle = await made(client)
    with pytest.raises(ProviderRefused):
        await client.read_attendance(handle, ())


@pytest.mark.pitfall(56)
@pytest.mark.parametrize("kind", [*FAILED, *FAILED_TO_TELL])
async def test_no_error_holds_a_link_a_passcode_or_a_token(
    client: TeamsClient, tenant: Tenant, kind: str
) -> None:
    handle = await made(client)
    passcode = (await client.read_meeting(handle)).passcode.get_secret_value()
    await tenant.break_next("read_meeting", kind, times=99)
    with pytest.raises(ProviderError) as fault:
        await client.host_start_link(handle)
    told = f"{fault.value!r} {fault.value.details} {fault.value.__cause__!r}"
    for word in (passcode, handle.provider_id, "meetup-join", "127.0.0.1", "eyJ"):
        assert word not in told
