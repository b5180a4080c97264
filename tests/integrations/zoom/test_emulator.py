"""The emulator must be as strict as the real thing, or it proves nothing."""

from datetime import timedelta

import aiohttp
import pytest

from integrations.zoom.emulator.settings import EmulatorSettings
from tests.builders import NOW
from tests.integrations.zoom.bare import BASIC, GRANT, call, encoded, make, token_of
from tests.integrations.zoom.conftest import HOST, Emulated, emulating

WRONG = {"Authorization": aiohttp.encode_basic_auth("demo-client", "wrong")}


# --- sign-in --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("auth", "form", "error"),
    [
        ({}, GRANT, "invalid_client"),
        (WRONG, GRANT, "invalid_client"),
        (BASIC, {**GRANT, "account_id": "wrong"}, "invalid_request"),
        (BASIC, {**GRANT, "grant_type": "password"}, "unsupported_grant_type"),
    ],
)
async def test_a_wrong_sign_in_gets_no_token(
    zoom: Emulated, auth: dict[str, str], form: dict[str, str], error: str
) -> None:
    async with zoom.session.post(f"{zoom.origin}/oauth/token", data=form, headers=auth) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"] == error


@pytest.mark.parametrize("authorization", ["", "Bearer made-up", "Basic made-up"])
async def test_no_call_is_answered_without_a_living_token(
    zoom: Emulated, authorization: str
) -> None:
    headers = {"Authorization": authorization, "Accept": "application/json"}
    for path in (f"users/{HOST}", f"users/{HOST}/meetings", "meetings/1"):
        async with zoom.session.get(f"{zoom.origin}/v2/{path}", headers=headers) as answer:
            assert (answer.status, (await answer.json())["code"]) == (401, 124)


async def test_a_token_dies_after_an_hour_and_knows_its_scopes(zoom: Emulated) -> None:
    headers = await token_of(zoom)
    url = f"{zoom.origin}/v2/users/{HOST}"
    await zoom.pass_time(timedelta(minutes=59))
    async with zoom.session.get(url, headers=headers) as answer:
        assert answer.status == 200
    await zoom.pass_time(timedelta(minutes=1))
    async with zoom.session.get(url, headers=headers) as answer:
        assert answer.status == 401
    await zoom.do("options", scopes=["meeting:read:meeting:admin"])
    assert (await call(zoom, "GET", f"/users/{HOST}"))[1]["code"] == 4711


async def test_errors_are_xml_unless_json_is_asked_for(zoom: Emulated) -> None:
    async with zoom.session.get(f"{zoom.origin}/v2/meetings/1") as answer:
        assert answer.content_type == "application/xml"
        assert "<code>124</code>" in await answer.text()


# --- creating -------------------------------------------------------------------------------------


async def test_what_is_not_stated_follows_careless_defaults(zoom: Emulated) -> None:
    made = await make(zoom, topic="x")
    assert made["settings"]["auto_recording"] == "cloud"
    assert made["settings"]["use_pmi"] is True
    assert made["settings"]["approval_type"] == 2


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ({"waiting_room": True, "join_before_host": True}, {"join_before_host": False}),
        ({"auto_recording": "nonsense"}, {"auto_recording": "none"}),
        ({"approval_type": 9}, {"approval_type": 2}),
    ],
)
async def test_wishes_are_silently_changed(
    zoom: Emulated, asked: dict[str, object], held: dict[str, object]
) -> None:
    made = await make(zoom, settings=asked)
    assert {name: made["settings"][name] for name in held} == held


async def test_one_protection_is_forced_on_when_all_are_refused(zoom: Emulated) -> None:
    wishes = {"waiting_room": False, "meeting_authentication": False}
    made = await make(zoom, default_password=False, settings=wishes)
    assert made["password"] == ""
    assert made["settings"]["waiting_room"] is True


@pytest.mark.parametrize(
    "password", ["short1A", "12345678", "abcdefgh1", "aB3aaaaa9", "aB3 xK9mQ", "aB3xK9mQ2zz"]
)
async def test_a_passcode_against_the_policy_is_refused(zoom: Emulated, password: str) -> None:
    status, body = await call(zoom, "POST", f"/users/{HOST}/meetings", {"password": password})
    assert (status, body["code"]) == (400, 300)


@pytest.mark.parametrize(
    ("body", "start"),
    [
        ({"start_time": "2026-11-24T16:00:00Z"}, "2026-11-24T16:00:00Z"),
        (
            {"start_time": "2026-11-24T16:00:00", "timezone": "America/New_York"},
            "2026-11-24T21:00:00Z",
        ),
        ({"start_time": "2020-01-01T00:00:00Z"}, "2026-11-24T15:40:00Z"),
        ({}, "2026-11-24T15:40:00Z"),
    ],
)
async def test_starts_are_normalised_to_utc_and_the_past_is_now(
    zoom: Emulated, body: dict[str, object], start: str
) -> None:
    assert (await make(zoom, **body))["start_time"] == start


@pytest.mark.parametrize("text", ["2026-11-24T16:00:00.5Z", "2026-11-24T16:00:00+01:00", "soon"])
async def test_other_ways_to_write_a_start_are_refused(zoom: Emulated, text: str) -> None:
    status, _ = await call(zoom, "POST", f"/users/{HOST}/meetings", {"start_time": text})
    assert status == 400


async def test_ids_are_long_numbers_and_the_link_dies_with_the_old_passcode(
    zoom: Emulated,
) -> None:
    made = await make(zoom, password="aB3xK9mQ2z", settings={"approval_type": 2})
    assert made["id"] > 2**32
    path = f"/meetings/{made['id']}"
    assert (await call(zoom, "PATCH", path, {"password": "zQ2mK9xB3a"}))[0] == 204
    assert await zoom.tried("people/open", url=made["join_url"]) == 403
    fresh = (await call(zoom, "GET", path))[1]["join_url"]
    assert await zoom.tried("people/open", url=fresh) == 200


async def test_uuids_are_hostile_and_take_the_documented_encoding(zoom: Emulated) -> None:
    uuids = [(await make(zoom, topic="x"))["uuid"] for _ in range(3)]
    assert any(uuid.startswith("/") for uuid in uuids)
    assert any("//" in uuid for uuid in uuids)
    for uuid in uuids:
        status, found = await call(zoom, "GET", f"/meetings/{encoded(uuid)}")
        assert (status, found["uuid"]) == (200, uuid)
    hostile = next(uuid for uuid in uuids if uuid.startswith("/"))
    once = hostile.replace("/", "%2F").replace("+", "%2B").replace("=", "%3D")
    assert (await call(zoom, "GET", f"/meetings/{once}"))[0] == 404


async def test_a_per_second_limit_is_kept_when_there_is_one() -> None:
    settings = EmulatorSettings(starts_at=NOW, per_second={"light": 2})
    async with emulating(settings) as zoom:
        statuses = [(await call(zoom, "GET", f"/users/{HOST}"))[0] for _ in range(3)]
        await zoom.pass_time(timedelta(seconds=1))
        statuses.append((await call(zoom, "GET", f"/users/{HOST}"))[0])
    assert statuses == [200, 200, 429, 200]


# --- the account ---------------------------------------------------------------------------------


async def test_two_accounts_of_one_seed_have_the_same_ids() -> None:
    seen = []
    for _ in range(2):
        async with emulating(EmulatorSettings(starts_at=NOW, seed=7)) as zoom:
            seen.append((await make(zoom))["id"])
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    "body",
    [
        {"topic": "x" * 201},
        {"agenda": "x" * 2001},
        {"duration": 0},
        {"duration": 1441},
        {"duration": "an hour"},
        {"type": 5},
        {"settings": "none"},
    ],
)
async def test_what_is_beyond_a_limit_is_refused_at_making_and_at_changing(
    zoom: Emulated, body: dict[str, object]
) -> None:
    made = await make(zoom)
    for method, path in (("POST", f"/users/{HOST}/meetings"), ("PATCH", f"/meetings/{made['id']}")):
        status, refusal = await call(zoom, method, path, body)
        assert (status, refusal["code"]) == (400, 300)
    assert len(await zoom.meetings()) == 1
