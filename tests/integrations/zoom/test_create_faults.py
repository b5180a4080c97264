"""A create when it fails, and when it works but fails to tell us."""

from datetime import timedelta

import pytest

from integrations.zoom.client import ZoomClient
from service.errors import (
    ProviderBusy,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnsure,
)
from tests.builders import NOW, a_clearance
from tests.integrations.zoom.conftest import HOST, REFERENCE, Emulated, plan

FAILED = ["drop_before", "hang_before", "status_before", "html", "redirect"]
FAILED_TO_TELL = ["drop_after", "hang_after", "status_after", "cut_after"]


@pytest.mark.pitfall(44)
@pytest.mark.parametrize(
    ("kind", "made"),
    [*((kind, 0) for kind in FAILED), *((kind, 1) for kind in FAILED_TO_TELL)],
)
async def test_a_create_with_a_lost_answer_is_unsure_and_is_never_sent_twice(
    client: ZoomClient, zoom: Emulated, kind: str, made: int
) -> None:
    await zoom.break_next("create_meeting", kind)
    with pytest.raises(ProviderUnsure):
        await client.create_meeting(a_clearance(), plan())
    assert len(await zoom.calls("create_meeting")) == 1
    assert len(await client.find_meetings(HOST, REFERENCE)) == made


@pytest.mark.parametrize("kind", ["rate_limit", "unauthorised"])
async def test_a_create_that_was_turned_away_surely_did_not_act(
    client: ZoomClient, zoom: Emulated, kind: str
) -> None:
    await zoom.break_next("create_meeting", kind, times=2)
    with pytest.raises((ProviderBusy, ProviderRefused)):
        await client.create_meeting(a_clearance(), plan())
    assert await client.find_meetings(HOST, REFERENCE) == ()


async def test_an_error_under_status_200_is_a_refusal(client: ZoomClient, zoom: Emulated) -> None:
    await zoom.break_next("create_meeting", "ok_with_error")
    with pytest.raises(ProviderRefused):
        await client.create_meeting(a_clearance(), plan())


async def test_a_created_answer_without_a_meeting_is_unsure(
    client: ZoomClient, zoom: Emulated
) -> None:
    await zoom.break_next("create_meeting", "lie")
    with pytest.raises(ProviderUnsure):
        await client.create_meeting(a_clearance(), plan())


@pytest.mark.parametrize(
    ("form", "after"),
    [
        ("seconds", timedelta(seconds=90)),
        ("http_date", timedelta(seconds=90)),
        ("iso", timedelta(seconds=90)),
        ("none", timedelta(seconds=2)),
        ("daily", timedelta(hours=8, minutes=20)),
    ],
)
async def test_a_rate_limit_says_when_to_come_back(
    client: ZoomClient, zoom: Emulated, form: str, after: timedelta
) -> None:
    await zoom.break_next("create_meeting", "rate_limit", form=form)
    with pytest.raises(ProviderBusy) as refusal:
        await client.create_meeting(a_clearance(), plan())
    assert refusal.value.retry_at == NOW + after


@pytest.mark.pitfall(43)
async def test_the_hundredth_and_first_write_of_a_host_waits_for_utc_midnight(
    client: ZoomClient, zoom: Emulated
) -> None:
    for _ in range(100):
        await zoom.do("meetings", host=HOST, topic="x")
    with pytest.raises(ProviderBusy) as refusal:
        await client.create_meeting(a_clearance(), plan())
    midnight = NOW + timedelta(hours=8, minutes=20)
    assert refusal.value.retry_at == midnight
    await zoom.pass_time(midnight - NOW)
    later = a_clearance(NOW)
    zoom.clock.at = NOW  # the clearance is for today; only the provider's day has turned
    await client.create_meeting(later, plan())


@pytest.mark.pitfall(40)
@pytest.mark.parametrize("call", ["read_user", "read_settings"])
@pytest.mark.parametrize("kind", ["drop_before", "status_before", "cut_after", "html"])
async def test_unreadable_host_settings_mean_no_meeting_and_surely_so(
    client: ZoomClient, zoom: Emulated, call: str, kind: str
) -> None:
    await zoom.break_next(call, kind, times=99)
    with pytest.raises(ProviderUnavailable):
        await client.create_meeting(a_clearance(), plan())
    assert await zoom.calls("create_meeting") == []
