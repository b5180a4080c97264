"""Who attended, asked of an account that reports late, leaves people out, or loses its place."""

from datetime import timedelta
from typing import Any

import pytest

from integrations.zoom.client import ZoomClient
from service.ports import Attendance, Attended, MeetingHandle, Seat
from tests.builders import NOW, a_clearance
from tests.integrations.zoom.conftest import Emulated, plan

HOST_ID = "hostAAAAAAAAAAAAAAAAAA"
MINUTE = timedelta(minutes=1)


async def a_meeting(client: ZoomClient) -> MeetingHandle:
    return await client.create_meeting(a_clearance(), plan())


async def start(client: ZoomClient, zoom: Emulated, handle: MeetingHandle) -> str:
    """The host comes in; answers the uuid of this call."""
    link = await client.host_start_link(handle)
    await zoom.do("people/open", url=link.get_secret_value())
    return str((await zoom.meetings())[0]["uuid"])


async def let_in(zoom: Emulated, url: str) -> str:
    person: dict[str, Any] = await zoom.do("people/open", url=url)
    await zoom.do(f"people/{person['key']}/admit")
    return str(person["key"])


async def lesson(client: ZoomClient, zoom: Emulated, handle: MeetingHandle) -> tuple[str, str]:
    """A call of ten minutes with the household there for eight: its uuid, and who they are."""
    way_in = await client.enrol(handle, Seat.HOUSEHOLD, "D1")
    uuid = await start(client, zoom, handle)
    await zoom.pass_time(MINUTE)
    person = await let_in(zoom, way_in.url.get_secret_value())
    await zoom.pass_time(8 * MINUTE)
    await zoom.do(f"people/{person}/leave")
    await zoom.pass_time(MINUTE)
    await client.end_meeting(handle)
    return uuid, way_in.registrant_id


async def test_each_stay_is_told_by_ids_and_times_alone(client: ZoomClient, zoom: Emulated) -> None:
    handle = await a_meeting(client)
    uuid, household = await lesson(client, zoom, handle)
    found = await client.read_attendance(handle, (uuid,))
    assert found == Attendance(
        (
            Attended("", HOST_ID, NOW, NOW + 10 * MINUTE),
            Attended(household, "", NOW + MINUTE, NOW + 9 * MINUTE),
        ),
        lone_calls_missing=True,
    )


@pytest.mark.pitfall(48)
async def test_someone_without_a_link_of_their_own_is_there_and_nobody(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await a_meeting(client)
    uuid = await start(client, zoom, handle)
    await zoom.pass_time(MINUTE)
    await zoom.do(f"meetings/{handle.provider_id}/settings", audio="both")
    caller = await zoom.do(f"meetings/{handle.provider_id}/call_in", number="+442079460000")
    await zoom.do(f"people/{caller['key']}/admit")
    await zoom.pass_time(MINUTE)
    await client.end_meeting(handle)
    found = await client.read_attendance(handle, (uuid,))
    assert found is not None
    assert Attended("", "", NOW + MINUTE, NOW + 2 * MINUTE) in found.stays


@pytest.mark.parametrize("named", [True, False])
async def test_every_call_counts_and_not_only_the_newest_whatever_its_uuid_looks_like(
    client: ZoomClient, zoom: Emulated, named: bool
) -> None:
    """The emulator's uuids start with a slash, and hold two, in turn."""
    handle = await a_meeting(client)
    uuids = tuple([(await lesson(client, zoom, handle))[0] for _ in range(3)])
    assert any(uuid.startswith("/") for uuid in uuids)
    assert any("//" in uuid for uuid in uuids)
    found = await client.read_attendance(handle, uuids if named else ())
    assert found is not None
    assert len(found.stays) == 6
    assert len(await zoom.calls("list_past_instances")) == (0 if named else 1)


async def test_waiting_is_not_attending(client: ZoomClient, zoom: Emulated) -> None:
    handle = await a_meeting(client)
    waits = await client.enrol(handle, Seat.TUTOR, "D2")
    enters = await client.enrol(handle, Seat.HOUSEHOLD, "D1")
    uuid = await start(client, zoom, handle)
    await zoom.do("people/open", url=waits.url.get_secret_value())
    await let_in(zoom, enters.url.get_secret_value())
    await zoom.pass_time(MINUTE)
    await client.end_meeting(handle)
    found = await client.read_attendance(handle, (uuid,))
    assert found is not None
    who = {(stay.registrant_id, stay.account_id) for stay in found.stays}
    assert who == {("", HOST_ID), (enters.registrant_id, "")}


async def test_no_report_is_not_an_empty_room(client: ZoomClient, zoom: Emulated) -> None:
    handle = await a_meeting(client)
    assert await client.read_attendance(handle, ()) is None
    assert await client.read_attendance(handle, ("no/such//uuid==",)) is None
    await start(client, zoom, handle)
    assert await client.read_attendance(handle, ()) is None


@pytest.mark.pitfall(49)
async def test_a_report_is_none_until_zoom_has_worked_it_out(
    client: ZoomClient, zoom: Emulated
) -> None:
    await zoom.do("options", reports_ready_after=600)
    handle = await a_meeting(client)
    uuid, _ = await lesson(client, zoom, handle)
    assert await client.read_attendance(handle, (uuid,)) is None  # reports are 404
    await zoom.pass_time(6 * MINUTE)
    assert await client.read_attendance(handle, (uuid,)) is None  # durations are 0
    await zoom.pass_time(5 * MINUTE)
    assert await client.read_attendance(handle, (uuid,)) is not None


async def test_one_call_whose_rows_are_due_keeps_back_the_report_of_all(
    client: ZoomClient, zoom: Emulated
) -> None:
    """Half a report would be taken for the whole."""
    handle = await a_meeting(client)
    first, _ = await lesson(client, zoom, handle)
    await zoom.pass_time(timedelta(hours=3))
    await zoom.do("options", reports_ready_after=3600)
    second, _ = await lesson(client, zoom, handle)
    assert await client.read_attendance(handle, (first, second)) is None


async def test_a_stay_of_no_length_is_believed_once_processing_must_be_over(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await a_meeting(client)
    way_in = await client.enrol(handle, Seat.HOUSEHOLD, "D1")
    uuid = await start(client, zoom, handle)
    person = await let_in(zoom, way_in.url.get_secret_value())
    await zoom.do(f"people/{person}/leave")
    await zoom.pass_time(MINUTE)
    await client.end_meeting(handle)
    assert await client.read_attendance(handle, (uuid,)) is None
    await zoom.pass_time(timedelta(hours=1))
    found = await client.read_attendance(handle, (uuid,))
    assert found is not None
    assert Attended(way_in.registrant_id, "", NOW, NOW) in found.stays


@pytest.mark.pitfall(49)
async def test_a_call_of_one_person_is_missing_unless_the_account_shows_it(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await a_meeting(client)
    alone = await start(client, zoom, handle)
    await zoom.pass_time(MINUTE)
    await client.end_meeting(handle)
    assert await client.read_attendance(handle, (alone,)) is None
    together, _ = await lesson(client, zoom, handle)
    found = await client.read_attendance(handle, (alone, together))
    assert found is not None
    assert (len(found.stays), found.lone_calls_missing) == (2, True)
    await zoom.do("options", shows_one_person_meetings=True)
    found = await client.read_attendance(handle, (alone, together))
    assert found is not None
    assert (len(found.stays), found.lone_calls_missing) == (3, False)
