"""What a call can do to a running meeting, and what it cannot."""

from typing import Any

import pytest

from tests.integrations.zoom.bare import call, listening, make, register
from tests.integrations.zoom.conftest import HOST, Emulated


async def running(zoom: Emulated) -> dict[str, Any]:
    made = await make(zoom, settings={"waiting_room": False, "approval_type": 1})
    await zoom.do("people/open", url=made["start_url"])
    return made


async def control(zoom: Emulated, meeting: dict[str, Any], method: str, **params: object) -> int:
    path = f"/live_meetings/{meeting['id']}/events"
    status, refusal = await call(zoom, "PATCH", path, {"method": method, "params": params})
    assert status == 202 or refusal["code"] in (300, 2314)
    return status


@pytest.mark.parametrize(
    ("verb", "told"),
    [("start", "started"), ("pause", "paused"), ("resume", "resumed"), ("stop", "stopped")],
)
async def test_a_recording_is_queued_and_then_told(zoom: Emulated, verb: str, told: str) -> None:
    made = await running(zoom)
    async with listening(zoom) as heard:
        assert await control(zoom, made, f"recording.{verb}") == 202
        await zoom.do("webhooks/flush")
        assert heard.names == [f"recording.{told}"]


async def test_the_ai_companion_can_be_stopped(zoom: Emulated) -> None:
    made = await running(zoom)
    await zoom.do(f"meetings/{made['id']}/companion")
    assert await control(zoom, made, "ai_companion.disable") == 202
    assert (await zoom.meetings())[0]["companion_is_on"] is False


async def test_nobody_can_be_put_out_unless_the_account_is_allowed_to(zoom: Emulated) -> None:
    made = await running(zoom)
    guest = await zoom.do("people/open", url=(await register(zoom, made, "tutor"))["join_url"])
    wanted = {"participant_uuid": guest["participant_uuid"]}
    assert await control(zoom, made, "participant.remove", **wanted) == 400
    await zoom.do("options", allows_removal=True)
    assert await control(zoom, made, "participant.remove", participant_uuid="made-up") == 400
    async with listening(zoom) as heard:
        assert await control(zoom, made, "participant.remove", **wanted) == 202
        await zoom.do("webhooks/flush")
        (left,) = heard.events
    assert left["payload"]["object"]["participant"]["leave_reason"] == "Removed by host."


async def test_whether_somebody_put_out_may_come_back_is_a_switch(zoom: Emulated) -> None:
    made = await running(zoom)
    link = (await register(zoom, made, "tutor"))["join_url"]
    guest = await zoom.do("people/open", url=link)
    await zoom.do(f"people/{guest['key']}/remove")
    assert await zoom.tried("people/open", url=link) == 200
    await zoom.do("options", removed_may_rejoin=False)
    assert await zoom.tried("people/open", url=link) == 403


@pytest.mark.parametrize("method", ["participant.admit", "participant.mute", "meeting.lock", ""])
async def test_there_is_no_call_to_admit_mute_or_lock(zoom: Emulated, method: str) -> None:
    assert await control(zoom, await running(zoom), method) == 400


async def test_a_meeting_that_does_not_run_takes_no_controls(zoom: Emulated) -> None:
    assert await control(zoom, await make(zoom), "recording.start") == 400
    status, refusal = await call(zoom, "PATCH", "/live_meetings/1/events", {"method": "x"})
    assert (status, refusal["code"]) == (404, 3001)


async def test_there_is_no_call_to_look_into_a_running_meeting(zoom: Emulated) -> None:
    made = await running(zoom)
    for path in (f"/live_meetings/{made['id']}", f"/live_meetings/{made['id']}/events"):
        status, refusal = await call(zoom, "GET", path)
        assert (status, refusal["code"]) == (404, 2300)


async def test_a_basic_host_has_no_cloud_recording(zoom: Emulated) -> None:
    made = await running(zoom)
    await zoom.do(f"hosts/{HOST}", type=1)
    assert await control(zoom, made, "recording.start") == 403


async def test_what_is_asked_of_no_effect_is_still_taken(zoom: Emulated) -> None:
    made = await running(zoom)
    for method in ("waiting_room.update", "participant.invite", "participant.invite.callout"):
        assert await control(zoom, made, method) == 202
