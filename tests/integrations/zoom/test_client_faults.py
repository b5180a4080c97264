"""The client when calls fail, and when they work but fail to tell us."""

from datetime import timedelta

import pytest

from integrations.zoom.client import ZoomClient
from service.errors import (
    NotClear,
    ProviderError,
    ProviderUnavailable,
    ProviderUnsure,
)
from service.ports import Seat
from tests.builders import NOW, a_clearance
from tests.integrations.zoom.conftest import HOST, REFERENCE, Emulated, client_of, plan

FAILED = ["drop_before", "hang_before", "status_before", "html", "redirect"]
FAILED_TO_TELL = ["drop_after", "hang_after", "status_after", "cut_after"]


@pytest.mark.parametrize("kind", [*FAILED, *FAILED_TO_TELL])
async def test_reading_outlives_two_faults_in_a_row(
    client: ZoomClient, zoom: Emulated, kind: str
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    await zoom.break_next("read_meeting", kind, times=2)
    assert (await client.read_meeting(handle)).handle == handle


async def test_reading_gives_up_after_three_tries(client: ZoomClient, zoom: Emulated) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    await zoom.break_next("read_meeting", "status_before", times=99)
    with pytest.raises(ProviderUnavailable):
        await client.read_meeting(handle)
    assert len(await zoom.calls("read_meeting")) == 3


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status_after", "cut_after"])
async def test_a_lost_enrolment_still_ends_with_one_holder(
    client: ZoomClient, zoom: Emulated, kind: str
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    await zoom.break_next("add_registrant", kind)
    try:
        way_in = await client.enrol(handle, Seat.HOUSEHOLD, "D1")
    except ProviderUnsure:
        way_in = await client.enrol(handle, Seat.HOUSEHOLD, "D1")
    (meeting,) = await zoom.meetings()
    assert [one["id"] for one in meeting["registrants"]] == [way_in.registrant_id]


@pytest.mark.parametrize("kind", ["drop_after", "status_after", "cut_after", "hang_after"])
async def test_an_enrolment_that_failed_to_tell_us_is_found_in_zooms_list(
    client: ZoomClient, zoom: Emulated, kind: str
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    await zoom.break_next("add_registrant", kind)
    way_in = await client.enrol(handle, Seat.HOUSEHOLD, "D1")
    assert await zoom.tried("people/open", url=way_in.url.get_secret_value()) == 200
    assert len(await zoom.calls("add_registrant")) == 1


async def test_an_enrolment_that_cannot_be_looked_up_stays_unsure(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    await zoom.break_next("add_registrant", "drop_after")
    await zoom.break_next("list_registrants", "status_before", times=99)
    with pytest.raises(ProviderUnsure):
        await client.enrol(handle, Seat.HOUSEHOLD, "D1")


@pytest.mark.pitfall(45)
async def test_a_revocation_that_zoom_only_claims_is_not_believed(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    way_in = await client.enrol(handle, Seat.HOUSEHOLD, "D1")
    await zoom.break_next("update_registrants", "lie", times=2)
    with pytest.raises(ProviderUnsure):
        await client.revoke(handle, {"D1": way_in.registrant_id})
    await zoom.break_next("update_registrants", "lie")
    await client.revoke(handle, {"D1": way_in.registrant_id})
    assert await zoom.tried("people/open", url=way_in.url.get_secret_value()) == 403


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status_after"])
async def test_a_revocation_outlives_faults(client: ZoomClient, zoom: Emulated, kind: str) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    way_in = await client.enrol(handle, Seat.HOUSEHOLD, "D1")
    await zoom.break_next("update_registrants", kind, times=2)
    await client.revoke(handle, {"D1": way_in.registrant_id})
    assert await zoom.tried("people/open", url=way_in.url.get_secret_value()) == 403


async def test_a_revocation_that_cannot_be_looked_up_is_unsure(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    way_in = await client.enrol(handle, Seat.HOUSEHOLD, "D1")
    await zoom.break_next("list_registrants", "drop_before", times=99)
    with pytest.raises(ProviderUnsure):
        await client.revoke(handle, {"D1": way_in.registrant_id})


@pytest.mark.pitfall(45)
async def test_an_end_that_does_not_end_and_a_delete_that_does_not_delete_show_in_the_reading(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    link = await client.host_start_link(handle)
    await zoom.do("people/open", url=link.get_secret_value())
    await zoom.break_next("update_status", "lie")
    await client.end_meeting(handle)
    assert (await client.read_meeting(handle)).running
    await zoom.break_next("delete_meeting", "lie")
    await client.delete_meeting(handle)
    assert (await client.read_meeting(handle)).handle == handle


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status_before", "status_after"])
async def test_a_delete_outlives_faults_on_either_side_of_acting(
    client: ZoomClient, zoom: Emulated, kind: str
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    await zoom.break_next("delete_meeting", kind, times=2)
    await client.delete_meeting(handle)
    assert await zoom.meetings() == []


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status_before", "status_after"])
async def test_an_end_outlives_faults_on_either_side_of_acting(
    client: ZoomClient, zoom: Emulated, kind: str
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    link = await client.host_start_link(handle)
    await zoom.do("people/open", url=link.get_secret_value())
    await zoom.break_next("update_status", kind, times=2)
    await client.end_meeting(handle)
    assert not (await client.read_meeting(handle)).running


@pytest.mark.parametrize("kind", ["status_before", "status_after", "html"])
async def test_an_end_without_any_answer_is_unsure(
    client: ZoomClient, zoom: Emulated, kind: str
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    await zoom.break_next("update_status", kind, times=99)
    with pytest.raises(ProviderUnsure):
        await client.end_meeting(handle)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "cut_after", "status_after"])
async def test_finding_outlives_two_faults_and_never_finds_too_little(
    client: ZoomClient, zoom: Emulated, kind: str
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    await zoom.break_next("list_meetings", kind, times=2)
    assert await client.find_meetings(HOST, REFERENCE) == (handle,)
    await zoom.break_next("list_meetings", kind, times=99)
    with pytest.raises(ProviderUnavailable):
        await client.find_meetings(HOST, REFERENCE)


@pytest.mark.pitfall(44)
async def test_an_answer_without_a_list_is_not_taken_for_an_empty_one(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    way_in = await client.enrol(handle, Seat.HOUSEHOLD, "D1")
    await zoom.break_next("list_meetings", "lie")
    with pytest.raises(ProviderUnavailable):
        await client.find_meetings(HOST, REFERENCE)
    await zoom.break_next("list_registrants", "lie")
    with pytest.raises(ProviderUnsure):
        await client.revoke(handle, {"D1": way_in.registrant_id})


async def test_a_delete_without_any_answer_is_unsure(client: ZoomClient, zoom: Emulated) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    await zoom.break_next("delete_meeting", "drop_after", times=99)
    await zoom.break_next("delete_meeting", "drop_before", times=99)
    with pytest.raises(ProviderUnsure):
        await client.delete_meeting(handle)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status_before", "hang_before"])
async def test_a_lost_token_answer_means_surely_nothing_was_done(
    client: ZoomClient, zoom: Emulated, kind: str
) -> None:
    await zoom.break_next("token", kind, times=3)
    with pytest.raises(ProviderUnavailable):
        await client.create_meeting(a_clearance(), plan())
    assert await zoom.meetings() == []
    await client.create_meeting(a_clearance(), plan())


async def test_a_provider_that_is_not_there_surely_did_not_act(zoom: Emulated) -> None:
    away = client_of(zoom, base_url="http://127.0.0.1:1")
    with pytest.raises(ProviderUnavailable):
        await away.create_meeting(a_clearance(), plan())


async def test_a_clearance_that_ages_during_the_reads_is_too_old(
    client: ZoomClient, zoom: Emulated
) -> None:
    """The reads take their time; what counts is the age at the create."""
    old = a_clearance(NOW - timedelta(seconds=59))

    class Ticking:
        def __init__(self) -> None:
            self.asked = 0

        def now(self) -> object:
            self.asked += 1
            return NOW if self.asked == 1 else NOW + timedelta(seconds=2)

    slow = client_of(zoom, clock=Ticking())
    with pytest.raises(NotClear):
        await slow.create_meeting(old, plan())
    assert await zoom.calls("create_meeting") == []


@pytest.mark.pitfall(56)
@pytest.mark.parametrize("kind", [*FAILED, *FAILED_TO_TELL])
async def test_no_error_holds_a_link_a_passcode_or_a_token(
    client: ZoomClient, zoom: Emulated, kind: str
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    passcode = (await client.read_meeting(handle)).passcode.get_secret_value()
    await zoom.break_next("read_meeting", kind, times=99)
    with pytest.raises(ProviderError) as fault:
        await client.host_start_link(handle)
    told = f"{fault.value!r} {fault.value.details} {fault.value.__cause__!r}"
    assert passcode not in told
    assert handle.provider_id not in told
    assert "zak" not in told
    assert "127.0.0.1" not in told


@pytest.mark.pitfall(44)
async def test_a_list_short_of_its_own_total_is_not_taken_for_the_whole(
    client: ZoomClient, zoom: Emulated
) -> None:
    await client.create_meeting(a_clearance(), plan())
    await zoom.do("options", page_cap=1, rows_left_out=1)
    with pytest.raises(ProviderUnavailable):
        await client.find_meetings(HOST, REFERENCE)
