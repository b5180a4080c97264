"""Making, reading and finding meetings, when nothing goes wrong on the wire."""

from datetime import timedelta

import pytest

from integrations.zoom.client import ZoomClient
from service.errors import NotClear, ProviderRefused
from tests.builders import ENDS, NOW, STARTS, a_clearance
from tests.integrations.zoom.conftest import (
    HOST,
    OTHER_HOST,
    REFERENCE,
    Emulated,
    plan,
)


@pytest.mark.pitfall(39)
async def test_a_meeting_of_ours_has_no_weakness_though_the_host_defaults_are_careless(
    client: ZoomClient,
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    facts = await client.read_meeting(handle)
    assert facts.weaknesses == ()
    assert facts.reference == REFERENCE
    assert len(facts.passcode.get_secret_value()) == 10
    assert facts.starts_at == STARTS
    assert facts.created_at == NOW
    assert not facts.running


async def test_a_stale_clearance_makes_no_call_at_all(client: ZoomClient, zoom: Emulated) -> None:
    with pytest.raises(NotClear):
        await client.create_meeting(a_clearance(NOW - timedelta(seconds=60)), plan())
    assert (await zoom.see("calls"))["calls"] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"ends_at": ENDS + timedelta(minutes=1)},
        {"starts_at": STARTS - timedelta(minutes=1)},
    ],
)
async def test_a_meeting_outside_the_cleared_time_is_not_made(
    client: ZoomClient, zoom: Emulated, changes: dict[str, object]
) -> None:
    with pytest.raises(NotClear):
        await client.create_meeting(a_clearance(), plan(**changes))
    assert await zoom.meetings() == []


@pytest.mark.parametrize("change", [{"type": 1}, {"status": "inactive"}])
async def test_a_host_that_is_not_active_and_licensed_gets_no_meeting(
    client: ZoomClient, zoom: Emulated, change: dict[str, object]
) -> None:
    await zoom.do(f"hosts/{HOST}", **change)
    with pytest.raises(ProviderRefused):
        await client.create_meeting(a_clearance(), plan())
    assert await zoom.calls("create_meeting") == []


async def test_an_unknown_host_is_refused_and_not_taken_for_a_gone_meeting(
    client: ZoomClient,
) -> None:
    with pytest.raises(ProviderRefused):
        await client.create_meeting(a_clearance(), plan(host_account="nobody@tuition.example"))
    with pytest.raises(ProviderRefused):
        await client.find_meetings("nobody@tuition.example", REFERENCE)


@pytest.mark.pitfall(40)
async def test_no_meeting_is_made_when_the_passcode_policy_is_not_told(
    client: ZoomClient, zoom: Emulated
) -> None:
    await zoom.do(f"hosts/{HOST}", passcode_rule=None)
    with pytest.raises(ProviderRefused):
        await client.create_meeting(a_clearance(), plan())
    assert await zoom.calls("create_meeting") == []


@pytest.mark.parametrize(
    "rule",
    [
        {"length": 10, "only_allow_numeric": True, "consecutive_characters_length": 4},
        {"length": 10, "have_special_character": True, "have_number": True},
        {"have_letter": True, "have_upper_and_lower_characters": True},
        {},
    ],
)
async def test_the_passcode_keeps_the_hosts_own_policy(
    client: ZoomClient, zoom: Emulated, rule: dict[str, object]
) -> None:
    await zoom.do(f"hosts/{HOST}", passcode_rule=rule)
    handle = await client.create_meeting(a_clearance(), plan())
    assert (await client.read_meeting(handle)).weaknesses == ()


@pytest.mark.pitfall(39)
@pytest.mark.parametrize(
    ("locked", "weakness"),
    [
        ({"waiting_room": False}, "waiting_room"),
        ({"auto_recording": "cloud"}, "auto_recording"),
        ({"audio": "both"}, "audio"),
        ({"breakout_room": {"enable": True}}, "breakout_room"),
        ({"auto_start_meeting_summary": True}, "auto_start_meeting_summary"),
        ({"email_notification": True}, "email_notification"),
        (
            {"waiting_room_options": {"mode": "follow_setting"}},
            "waiting_room_options",
        ),
    ],
)
async def test_a_setting_locked_by_the_account_is_named_as_a_weakness(
    client: ZoomClient, zoom: Emulated, locked: dict[str, object], weakness: str
) -> None:
    await zoom.do(f"hosts/{HOST}", locked=locked)
    handle = await client.create_meeting(a_clearance(), plan())
    assert (await client.read_meeting(handle)).weaknesses == (weakness,)


async def test_a_setting_changed_later_is_seen_at_the_next_reading(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    await zoom.do(
        f"meetings/{handle.provider_id}/settings",
        join_before_host=True,
        alternative_hosts="someone@elsewhere.example",
        password="",
    )
    weaknesses = (await client.read_meeting(handle)).weaknesses
    assert set(weaknesses) == {"join_before_host", "alternative_hosts", "passcode"}


@pytest.mark.pitfall(44)
async def test_meetings_are_found_by_reference_over_all_pages(
    client: ZoomClient, zoom: Emulated
) -> None:
    await zoom.do("options", page_cap=2)
    made = [await client.create_meeting(a_clearance(), plan()) for _ in range(3)]
    for reference in ("K7Q2XMABC", "K7Q2XMABCD2", "Other"):
        await client.create_meeting(a_clearance(), plan(reference=reference))
    await client.create_meeting(a_clearance(), plan(host_account=OTHER_HOST))
    assert set(await client.find_meetings(HOST, REFERENCE)) == set(made)
    assert await client.find_meetings(HOST, "") == ()


async def test_a_new_meeting_may_show_late_in_the_list_but_is_readable_at_once(
    client: ZoomClient, zoom: Emulated
) -> None:
    await zoom.do("options", listing_delay_seconds=120)
    handle = await client.create_meeting(a_clearance(), plan())
    assert await client.find_meetings(HOST, REFERENCE) == ()
    assert (await client.read_meeting(handle)).handle == handle
    await zoom.pass_time(timedelta(seconds=120))
    assert await client.find_meetings(HOST, REFERENCE) == (handle,)
