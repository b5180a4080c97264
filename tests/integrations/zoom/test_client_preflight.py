"""What stops a create before it is sent."""

from datetime import timedelta

import pytest

from integrations.zoom.client import ZoomClient
from service.errors import ProviderRefused, ProviderUnavailable
from tests.builders import a_clearance
from tests.integrations.zoom.conftest import HOST, OTHER_HOST, Emulated, plan

SEES_LOCKS = "account:read:lock_settings:admin"
WAITING_ROOM_OFF = {"in_meeting": {"waiting_room": True}}  # a lock; the host's own is off


async def grant(zoom: Emulated, *more: str) -> None:
    """The app's scopes, and what is not among the emulator's usual ones."""
    usual = ["meeting:write:admin", "meeting:read:admin", "user:read:admin"]
    granular = [
        "user:read:user:admin",
        "user:read:settings:admin",
        "meeting:write:meeting:admin",
        "meeting:read:meeting:admin",
    ]
    await zoom.do("options", scopes=[*usual, *granular, *more])


@pytest.mark.pitfall(39)
async def test_a_lock_that_would_defeat_the_meeting_stops_it_before_it_is_made(
    client: ZoomClient, zoom: Emulated
) -> None:
    await grant(zoom, SEES_LOCKS)
    await zoom.do("account", locks=WAITING_ROOM_OFF)
    with pytest.raises(ProviderRefused, match="waiting room"):
        await client.create_meeting(a_clearance(), plan())
    assert await zoom.calls("create_meeting") == []


async def test_locks_are_read_once_a_minute_for_all_hosts(
    client: ZoomClient, zoom: Emulated
) -> None:
    await grant(zoom, SEES_LOCKS)
    await client.create_meeting(a_clearance(), plan())
    await client.create_meeting(a_clearance(), plan(host_account=OTHER_HOST))
    assert len(await zoom.calls("read_locks")) == 1
    await zoom.pass_time(timedelta(minutes=1))
    await zoom.do("account", locks=WAITING_ROOM_OFF)
    with pytest.raises(ProviderRefused):
        await client.create_meeting(a_clearance(zoom.clock.at), plan())


async def test_without_the_scope_the_locks_are_left_to_the_reading_back(
    client: ZoomClient, zoom: Emulated
) -> None:
    await grant(zoom)
    await zoom.do("account", locks=WAITING_ROOM_OFF)
    await zoom.do(f"hosts/{HOST}", locked={"waiting_room": False})
    handle = await client.create_meeting(a_clearance(), plan())
    assert "waiting_room" in (await client.read_meeting(handle)).weaknesses
    assert await zoom.calls("read_locks") == []


async def test_an_account_that_may_not_ask_for_locks_can_still_hold_meetings(
    client: ZoomClient, zoom: Emulated
) -> None:
    await grant(zoom, SEES_LOCKS)
    await zoom.break_next("read_locks", "refuse", status=400, code=4711)
    handle = await client.create_meeting(a_clearance(), plan())
    assert (await client.read_meeting(handle)).weaknesses == ()


@pytest.mark.pitfall(40)
@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status_before", "html"])
async def test_locks_that_cannot_be_read_stop_the_create(
    client: ZoomClient, zoom: Emulated, kind: str
) -> None:
    await grant(zoom, SEES_LOCKS)
    await zoom.break_next("read_locks", kind, times=99)
    with pytest.raises(ProviderUnavailable):
        await client.create_meeting(a_clearance(), plan())
    assert await zoom.calls("create_meeting") == []


@pytest.mark.parametrize(
    ("status", "code"), [(400, 4711), (401, 4700), (400, 200), (403, 2306), (400, 3161)]
)
async def test_a_missing_permission_or_feature_is_a_refusal_and_makes_nothing(
    client: ZoomClient, zoom: Emulated, status: int, code: int
) -> None:
    await zoom.break_next("create_meeting", "refuse", status=status, code=code, times=2)
    with pytest.raises(ProviderRefused):
        await client.create_meeting(a_clearance(), plan())
    assert await zoom.meetings() == []


@pytest.mark.parametrize(("status", "code"), [(400, 4711), (401, 4700)])
async def test_a_missing_scope_is_told_as_such(
    client: ZoomClient, zoom: Emulated, status: int, code: int
) -> None:
    await zoom.break_next("create_meeting", "refuse", status=status, code=code, times=2)
    with pytest.raises(ProviderRefused, match="permission"):
        await client.create_meeting(a_clearance(), plan())


async def test_a_refusal_written_in_xml_is_understood(client: ZoomClient, zoom: Emulated) -> None:
    await zoom.break_next("create_meeting", "xml", status=400, code=300)
    with pytest.raises(ProviderRefused) as refusal:
        await client.create_meeting(a_clearance(), plan())
    assert refusal.value.details["provider_code"] == 300


async def test_a_scope_added_meanwhile_is_found_with_a_fresh_token(
    client: ZoomClient, zoom: Emulated
) -> None:
    """New scopes reach new tokens only; ours would live for another hour."""
    await zoom.do("options", scopes=["user:read:user:admin", "user:read:settings:admin"])
    with pytest.raises(ProviderRefused):
        await client.create_meeting(a_clearance(), plan())
    await grant(zoom)
    await client.create_meeting(a_clearance(), plan())
    assert len(await zoom.meetings()) == 1
