"""What a look at an account complains of, in words that say what to do."""

import pytest

from integrations.zoom.client import ZoomClient
from integrations.zoom.limits import FOR_MEETINGS, FOR_REPORTS
from service.ports import Weight
from tests.builders import a_clearance
from tests.integrations.zoom.conftest import (
    HOST,
    NEEDED,
    OTHER_HOST,
    SEES_ACCOUNT,
    SEES_LOCKS,
    WELL_SET,
    Emulated,
    client_of,
    found,
    plan,
)


async def set_on_host(zoom: Emulated, group: str, **values: object) -> None:
    changed = {**WELL_SET, group: {**WELL_SET.get(group, {}), **values}}
    await zoom.do(f"hosts/{HOST}", user_settings=changed)


async def test_there_is_nothing_to_say_of_an_account_that_is_well_set(
    client: ZoomClient, well_set: Emulated
) -> None:
    await client.create_meeting(a_clearance(), plan())
    assert await client.checkup().check((HOST, OTHER_HOST)) == ()


async def test_looking_changes_nothing(client: ZoomClient, well_set: Emulated) -> None:
    await client.checkup().check((HOST, OTHER_HOST))
    methods = {one["method"] for one in (await well_set.see("calls"))["calls"]}
    assert methods == {"GET", "POST"}
    posts = [one for one in (await well_set.see("calls"))["calls"] if one["method"] == "POST"]
    assert {one["name"] for one in posts} == {"token"}


# --- the access -----------------------------------------------------------------------------------


async def test_an_app_that_zoom_does_not_know_stops_everything(zoom: Emulated) -> None:
    (complaint,) = await client_of(zoom, client_id="wrong").checkup().check((HOST,))
    assert (complaint.code, complaint.weight) == ("zoom_sign_in", Weight.STOPS)
    assert "id, secret or account" in complaint.sentence


async def test_a_zoom_that_cannot_be_reached_is_told_apart_from_a_refusal(zoom: Emulated) -> None:
    away = client_of(zoom, token_url="http://127.0.0.1:1/oauth/token")
    (complaint,) = await away.checkup().check((HOST,))
    assert complaint.code == "zoom_not_reached"


@pytest.mark.parametrize(
    ("lacking", "weight"),
    [
        *((one.scope, Weight.STOPS) for one in FOR_MEETINGS),
        *((one.scope, Weight.WRONG) for one in FOR_REPORTS),
    ],
)
async def test_each_missing_scope_is_named(
    client: ZoomClient, well_set: Emulated, lacking: str, weight: Weight
) -> None:
    scopes = [one for one in (*NEEDED, SEES_ACCOUNT, SEES_LOCKS) if one != lacking]
    await well_set.do("options", scopes=scopes)
    complaint = (await found(client))["zoom_scope_missing"]
    assert complaint.weight is weight
    assert lacking in complaint.sentence


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        (True, None),
        (False, "zoom_lone_calls_hidden"),
        (None, "zoom_lone_calls_unseen"),
    ],
)
async def test_reports_without_calls_of_one_person_are_complained_of(
    client: ZoomClient, well_set: Emulated, shown: bool | None, code: str | None
) -> None:
    options = {} if shown is None else {"show_one_user_meeting_on_dashboard": shown}
    await well_set.do("account", settings={"other_options": options})
    assert set(await found(client)) == ({code} if code else set())


async def test_what_we_may_not_see_of_the_account_is_said(
    client: ZoomClient, well_set: Emulated
) -> None:
    await well_set.do("options", scopes=NEEDED)
    assert set(await found(client)) == {"zoom_lone_calls_unseen"}
    assert await well_set.calls("read_account") == []


# --- the hosts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": "inactive"}, "zoom_host_inactive"),
        ({"type": 1}, "zoom_host_unlicensed"),
        ({"passcode_rule": None}, "zoom_passcode_policy"),
        ({"passcode_rule": {"length": 11}}, "zoom_passcode_policy"),
    ],
)
async def test_a_host_that_can_hold_no_meetings_is_named(
    client: ZoomClient, well_set: Emulated, change: dict[str, object], code: str
) -> None:
    await well_set.do(f"hosts/{HOST}", **change)
    (complaint,) = (await found(client)).values()
    assert (complaint.code, complaint.weight) == (code, Weight.STOPS)
    assert complaint.sentence.startswith(HOST)


async def test_a_host_that_does_not_exist_is_named(client: ZoomClient, well_set: Emulated) -> None:
    complaints = await found(client, HOST, "rooms-9@tuition.example")
    assert set(complaints) == {"zoom_host_unknown"}
    assert "rooms-9@tuition.example" in complaints["zoom_host_unknown"].sentence


async def test_one_zoom_user_under_two_names_is_one_host(
    client: ZoomClient, well_set: Emulated
) -> None:
    assert set(await found(client, HOST, "hostAAAAAAAAAAAAAAAAAA")) == {"zoom_host_twice"}


@pytest.mark.pitfall(53)
@pytest.mark.parametrize(
    ("group", "name", "value", "code"),
    [
        ("in_meeting", "private_chat", True, "zoom_private_chat"),
        ("in_meeting", "private_chat", None, "zoom_private_chat_unseen"),
        ("in_meeting", "waiting_room", False, "zoom_waiting_room"),
        ("in_meeting", "breakout_room", True, "zoom_breakout_rooms"),
        ("in_meeting", "meeting_summary_with_ai_companion", {"enable": True}, "zoom_ai_summary"),
        ("in_meeting", "ai_companion_questions", {"enable": True}, "zoom_ai_questions"),
        ("recording", "auto_recording", "cloud", "zoom_auto_recording"),
        ("recording", "local_recording", True, "zoom_local_recording"),
        ("recording", "cloud_recording", True, "zoom_cloud_recording"),
        ("schedule_meeting", "join_before_host", True, "zoom_join_before_host"),
        ("schedule_meeting", "use_pmi_for_scheduled_meetings", True, "zoom_personal_room"),
        (
            "meeting_security",
            "waiting_room_settings",
            {"users_who_can_admit_participants_from_waiting_room": 1},
            "zoom_who_admits",
        ),
        ("meeting_security", "only_authenticated_can_join_from_webclient", True, "zoom_browser"),
    ],
)
async def test_each_careless_setting_is_named(
    client: ZoomClient, well_set: Emulated, group: str, name: str, value: object, code: str
) -> None:
    await set_on_host(well_set, group, **{name: value})
    complaints = await client.checkup().check((HOST, OTHER_HOST))
    assert [one.code for one in complaints] == [code]
    assert complaints[0].sentence.startswith(HOST)


@pytest.mark.pitfall(39)
async def test_a_lock_that_would_defeat_every_meeting_is_named(
    client: ZoomClient, well_set: Emulated
) -> None:
    await set_on_host(well_set, "recording", auto_recording="cloud")
    await well_set.do("account", locks={"recording": {"auto_recording": True}})
    complaint = (await found(client))["zoom_locked"]
    assert complaint.weight is Weight.STOPS
    assert "recording" in complaint.sentence
