"""What a look at the accounts says of other people's meetings, and of what it could not see."""

from datetime import timedelta

import pytest

from integrations.zoom.client import ZoomClient
from service.ports import Weight
from tests.integrations.zoom.conftest import HOST, OTHER_HOST, Emulated, found


@pytest.mark.parametrize(
    ("meeting", "codes"),
    [
        ({"topic": "Latin with Ada", "duration": 30}, {"zoom_meetings_foreign"}),
        ({"topic": "K7Q2XMABCD", "type": 3}, {"zoom_meetings_recurring"}),
        ({"pmi": True}, {"zoom_meetings_foreign", "zoom_meetings_personal_room"}),
    ],
)
async def test_meetings_that_are_not_ours_are_counted_and_not_named(
    client: ZoomClient, well_set: Emulated, meeting: dict[str, object], codes: set[str]
) -> None:
    await well_set.do("meetings", host=HOST, **meeting)
    complaints = await found(client)
    assert set(complaints) == codes
    for one in complaints.values():
        assert one.weight is Weight.LOOK
        assert " 1 " in one.sentence
        assert "Ada" not in one.sentence


async def test_a_meeting_that_is_not_ours_and_runs_is_told(
    client: ZoomClient, well_set: Emulated
) -> None:
    made = await well_set.do("meetings", host=HOST, topic="Latin with Ada")
    await well_set.do(f"meetings/{made['id']}/sign_in", name="Somebody")
    assert "zoom_meetings_foreign_running" in await found(client)


async def test_a_meeting_that_is_long_over_is_nobodys_business(
    client: ZoomClient, well_set: Emulated
) -> None:
    await well_set.do("meetings", host=HOST, topic="Latin with Ada", duration=30)
    await well_set.pass_time(timedelta(hours=1, minutes=30))
    assert set(await found(client)) == {"zoom_meetings_foreign"}
    await well_set.pass_time(timedelta(minutes=1))
    assert await found(client) == {}


async def test_a_series_is_one_meeting_however_many_occasions_it_has(
    client: ZoomClient, well_set: Emulated
) -> None:
    weekly = {"type": 2, "repeat_interval": 1, "end_times": 5}
    await well_set.do("meetings", host=HOST, topic="K7Q2XMABCD", type=8, recurrence=weekly)
    complaint = (await found(client))["zoom_meetings_recurring"]
    assert " 1 " in complaint.sentence


@pytest.mark.pitfall(40)
@pytest.mark.parametrize("call", ["read_user", "read_settings", "list_meetings", "read_locks"])
@pytest.mark.parametrize("kind", ["status_before", "html", "rate_limit", "ok_with_error"])
async def test_what_cannot_be_read_is_complained_of_and_never_taken_for_good(
    client: ZoomClient, well_set: Emulated, call: str, kind: str
) -> None:
    await well_set.break_next(call, kind, times=99)
    complaints = await client.checkup().check((HOST, OTHER_HOST))
    named = [one.sentence for one in complaints if one.code == "zoom_not_checked"]
    assert len(named) == 2
    assert all("could not be read" in sentence for sentence in named)


async def test_an_unreadable_account_setting_counts_as_unseen(
    client: ZoomClient, well_set: Emulated
) -> None:
    await well_set.break_next("read_account", "status_before", times=99)
    assert set(await found(client)) == {"zoom_lone_calls_unseen"}
