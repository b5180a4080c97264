"""Limits, and faults to order: each as Zoom states it."""

from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from integrations.zoom.emulator.scopes import SCOPES
from tests.integrations.zoom.bare import BASIC, GRANT, call, make, register, token_of
from tests.integrations.zoom.conftest import HOST, Emulated


async def answered(zoom: Emulated, path: str, **headers: str) -> aiohttp.ClientResponse:
    """A GET whose headers matter; its body is read."""
    given = {**(await token_of(zoom)), **headers}
    async with zoom.session.get(f"{zoom.origin}/v2{path}", headers=given) as answer:
        await answer.read()
        return answer


# --- limits -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "path", "most"),
    [
        ("free", f"/users/{HOST}", 4),
        ("pro", f"/users/{HOST}/meetings", 20),
        ("pro", f"/report/users/{HOST}/meetings?from=2026-11-01&to=2026-11-02", 10),
        ("business", f"/users/{HOST}", 80),
    ],
)
async def test_a_plan_limits_each_label_per_second(
    zoom: Emulated, plan: str, path: str, most: int
) -> None:
    await zoom.do("options", plan=plan)
    headers = await token_of(zoom)

    async def status() -> int:
        async with zoom.session.get(f"{zoom.origin}/v2{path}", headers=headers) as answer:
            return answer.status

    assert [await status() for _ in range(most)] == [200] * most
    assert await status() == 429
    await zoom.pass_time(timedelta(seconds=1))
    assert await status() == 200


async def test_a_daily_limit_ends_at_midnight_and_says_so(zoom: Emulated) -> None:
    await zoom.do("options", per_day={"heavy": 1}, rate_headers="all")
    path = f"/report/users/{HOST}/meetings?from=2026-11-01&to=2026-11-02"
    assert (await answered(zoom, path)).status == 200
    await zoom.pass_time(timedelta(seconds=1))
    refused = await answered(zoom, path)
    assert refused.status == 429
    assert refused.headers["X-RateLimit-Type"] == "Daily-limit"
    assert refused.headers["Retry-After"] == "2026-11-25T00:00:00Z"
    assert "daily rate limit" in await refused.text()
    await zoom.pass_time(timedelta(hours=9))
    assert (await answered(zoom, path)).status == 200


@pytest.mark.parametrize(
    ("form", "names"),
    [
        ("none", set()),
        ("category", {"X-RateLimit-Category"}),
        (
            "all",
            {
                *("X-RateLimit-Category", "X-RateLimit-Type"),
                *("X-RateLimit-Limit", "X-RateLimit-Remaining"),
            },
        ),
    ],
)
async def test_limits_are_stated_in_headers_or_not(
    zoom: Emulated, form: str, names: set[str]
) -> None:
    await zoom.do("options", plan="pro", rate_headers=form)
    answer = await answered(zoom, f"/users/{HOST}")
    assert {name for name in answer.headers if name.startswith("X-RateLimit")} == names
    if form == "all":
        assert answer.headers["X-RateLimit-Remaining"] == "29"


@pytest.mark.pitfall(46)
async def test_a_host_has_a_hundred_writes_a_day_over_all_meetings(zoom: Emulated) -> None:
    made = await make(zoom)
    path = f"/meetings/{made['id']}"
    for _ in range(99):
        assert (await call(zoom, "PATCH", path, {"agenda": "x"}))[0] == 204
    status, refusal = await call(zoom, "POST", f"/users/{HOST}/meetings", {})
    assert status == 429
    assert "(100)" in refusal["message"]
    assert (await call(zoom, "DELETE", path))[0] == 204
    await zoom.pass_time(timedelta(hours=9))
    await make(zoom)


async def test_a_registrants_status_changes_ten_times_a_day(zoom: Emulated) -> None:
    made = await make(zoom, settings={"approval_type": 1})
    one = await register(zoom, made, "tutor")
    path = f"/meetings/{made['id']}/registrants/status"
    body = {"action": "cancel", "registrants": [{"id": one["registrant_id"]}]}
    statuses = [(await call(zoom, "PUT", path, body))[0] for _ in range(11)]
    assert statuses == [204] * 10 + [429]


async def test_an_unknown_option_is_refused_and_changes_nothing(zoom: Emulated) -> None:
    assert await zoom.tried("options", page_cap=1, no_such=True) == 400
    assert await zoom.tried("options", plan="gold") == 400
    for _ in range(2):
        await make(zoom)
    _, found = await call(zoom, "GET", f"/users/{HOST}/meetings")
    assert len(found["meetings"]) == 2


# --- faults -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("none", "per-second rate limit"),
        ("daily", "daily rate limit"),
        ("concurrent", "concurrent requests"),
    ],
)
async def test_a_rate_limit_says_which(zoom: Emulated, form: str, words: str) -> None:
    await zoom.break_next("read_user", "rate_limit", form=form)
    status, refusal = await call(zoom, "GET", f"/users/{HOST}")
    assert (status, refusal["code"]) == (429, 429)
    assert words in refusal["message"]


async def test_any_documented_refusal_can_be_ordered(zoom: Emulated) -> None:
    await zoom.break_next("read_user", "refuse", status=401, code=4700, message="Scopes missing")
    status, refusal = await call(zoom, "GET", f"/users/{HOST}")
    assert (status, refusal) == (401, {"code": 4700, "message": "Scopes missing"})


async def test_an_error_can_be_xml_though_json_was_asked_for(zoom: Emulated) -> None:
    await zoom.break_next("read_user", "xml", status=400)
    answer = await answered(zoom, f"/users/{HOST}")
    assert (answer.status, answer.content_type) == (400, "application/xml")
    assert "<code>300</code>" in await answer.text()


@pytest.mark.parametrize("kind", ["status_before", "refuse"])
async def test_the_token_endpoint_states_errors_its_own_way(zoom: Emulated, kind: str) -> None:
    more: dict[str, Any] = {"status": 400, "form": "invalid_client"}
    await zoom.break_next("token", kind, **more)
    url = f"{zoom.origin}/oauth/token"
    async with zoom.session.post(url, data=GRANT, headers=BASIC) as answer:
        assert answer.status == 400
        body = await answer.json()
    assert set(body) == {"reason", "error"}
    assert body["error"] == "invalid_client"


async def test_a_change_can_be_taken_and_not_made(zoom: Emulated) -> None:
    made = await make(zoom, topic="before")
    path = f"/meetings/{made['id']}"
    await zoom.break_next("update_meeting", "lie")
    assert (await call(zoom, "PATCH", path, {"topic": "after"}))[0] == 204
    assert (await call(zoom, "GET", path))[1]["topic"] == "before"
    assert (await call(zoom, "PATCH", path, {"topic": "after"}))[0] == 204
    assert (await call(zoom, "GET", path))[1]["topic"] == "after"


async def test_an_end_can_be_taken_while_the_meeting_goes_on(zoom: Emulated) -> None:
    made = await make(zoom)
    path = f"/meetings/{made['id']}"
    await zoom.do("people/open", url=made["start_url"])
    for status in ("started", "waiting"):
        if status == "started":
            await zoom.break_next("update_status", "lie")
        assert (await call(zoom, "PUT", f"{path}/status", {"action": "end"}))[0] == 204
        assert (await call(zoom, "GET", path))[1]["status"] == status


async def test_a_control_can_be_queued_and_never_carried_out(zoom: Emulated) -> None:
    made = await make(zoom)
    await zoom.do("people/open", url=made["start_url"])
    await zoom.break_next("control_meeting", "lie")
    path = f"/live_meetings/{made['id']}/events"
    assert (await call(zoom, "PATCH", path, {"method": "recording.start"}))[0] == 202
    assert (await zoom.meetings())[0]["is_recording"] is False


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("read_user", f"/users/{HOST}"),
        ("list_users", "/users"),
        ("list_meetings", f"/users/{HOST}/meetings"),
        ("read_past_meeting", "/past_meetings/1"),
        ("report_participants", "/report/meetings/1/participants"),
    ],
)
async def test_every_call_asks_for_its_own_scope(zoom: Emulated, name: str, path: str) -> None:
    granted = [scope for call_name, scope in SCOPES.items() if call_name != name]
    await zoom.do("options", scopes=granted)
    status, refusal = await call(zoom, "GET", path)
    assert (status, refusal["code"]) == (400, 4711)
    assert SCOPES[name] in refusal["message"]
    await zoom.do("options", scopes=[SCOPES[name]])
    assert (await call(zoom, "GET", path))[1].get("code") in (None, 3001)
