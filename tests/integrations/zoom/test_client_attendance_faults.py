"""Reports that fail, or fail to come whole: they are asked for again, and never made up."""

import pytest

from integrations.zoom.client import ZoomClient
from service.errors import ProviderBusy, ProviderRefused, ProviderUnavailable
from tests.integrations.zoom.conftest import Emulated
from tests.integrations.zoom.test_client_attendance import HOST_ID, a_meeting, lesson, start


async def test_the_past_meetings_list_stands_in_for_a_report_that_is_not_there(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await a_meeting(client)
    uuid, household = await lesson(client, zoom, handle)
    await zoom.break_next("report_participants", "refuse", status=404, code=3001)
    found = await client.read_attendance(handle, (uuid,))
    assert found is not None
    assert {(one.registrant_id, one.account_id) for one in found.stays} == {
        (household, ""),
        ("", HOST_ID),
    }
    assert len(await zoom.calls("list_past_participants")) == 1


async def test_all_pages_are_read_and_a_lost_place_is_looked_for_once(
    client: ZoomClient, zoom: Emulated
) -> None:
    await zoom.do("options", page_cap=1)
    handle = await a_meeting(client)
    uuid, _ = await lesson(client, zoom, handle)
    whole = await client.read_attendance(handle, (uuid,))
    rows = len(await zoom.calls("report_participants"))
    await zoom.break_next("report_participants", "refuse", status=400, code=300, skip=1)
    assert await client.read_attendance(handle, (uuid,)) == whole
    assert len(await zoom.calls("report_participants")) == rows + 2 + rows
    for _ in range(2):
        await zoom.break_next("report_participants", "refuse", status=400, code=300, skip=1)
    with pytest.raises(ProviderUnavailable):
        await client.read_attendance(handle, (uuid,))


async def test_a_refusal_of_the_first_page_is_no_lost_place(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await a_meeting(client)
    await zoom.break_next("report_participants", "refuse", status=400, code=300)
    with pytest.raises(ProviderRefused):
        await client.read_attendance(handle, ("abc==",))
    assert len(await zoom.calls("report_participants")) == 1


async def test_a_report_short_of_its_own_total_is_not_taken(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await a_meeting(client)
    uuid, _ = await lesson(client, zoom, handle)
    await zoom.do("options", page_cap=2, rows_left_out=1)
    with pytest.raises(ProviderUnavailable):
        await client.read_attendance(handle, (uuid,))


async def test_a_list_that_is_not_there_is_not_taken_for_an_empty_one(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await a_meeting(client)
    uuid, _ = await lesson(client, zoom, handle)
    for call in ("report_participants", "list_past_instances"):
        await zoom.break_next(call, "lie")
        with pytest.raises(ProviderUnavailable):
            await client.read_attendance(handle, (uuid,) if "report" in call else ())


@pytest.mark.parametrize(
    "call", ["report_participants", "list_past_participants", "read_past_meeting"]
)
@pytest.mark.parametrize("kind", ["status_before", "status_after", "drop_after", "cut_after"])
async def test_reading_a_report_outlives_faults_and_never_makes_one_up(
    client: ZoomClient, zoom: Emulated, call: str, kind: str
) -> None:
    handle = await a_meeting(client)
    uuid, _ = await lesson(client, zoom, handle)
    for earlier in ("report_participants", "list_past_participants"):
        if call == earlier:
            break
        await zoom.break_next(earlier, "refuse", status=404, code=3001, times=2)
    usual = await client.read_attendance(handle, (uuid,))
    assert (usual is None) is (call == "read_past_meeting")
    await zoom.break_next(call, kind, times=2)
    assert await client.read_attendance(handle, (uuid,)) == usual


@pytest.mark.parametrize(
    "call", ["list_past_instances", "report_participants", "read_past_meeting"]
)
@pytest.mark.parametrize("kind", ["status_before", "drop_before", "html", "rate_limit"])
async def test_a_report_that_cannot_be_read_is_an_error_and_not_none(
    client: ZoomClient, zoom: Emulated, call: str, kind: str
) -> None:
    handle = await a_meeting(client)
    await start(client, zoom, handle)
    await client.end_meeting(handle)
    await zoom.break_next(call, kind, times=99)
    with pytest.raises((ProviderUnavailable, ProviderBusy)):
        await client.read_attendance(handle, ())


async def test_an_account_without_reports_says_so(client: ZoomClient, zoom: Emulated) -> None:
    handle = await a_meeting(client)
    await zoom.break_next("report_participants", "refuse", status=400, code=200)
    with pytest.raises(ProviderRefused):
        await client.read_attendance(handle, ("abc==",))
