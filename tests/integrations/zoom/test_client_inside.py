"""Looking into a running room: what the account shows, and nothing where it shows nothing."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from integrations.zoom.client import ZoomClient
from service.errors import ProviderBusy, ProviderGone
from service.ports import Draw, Inside, InsidePerson, MeetingHandle, Seat
from tests.builders import NOW, a_clearance
from tests.integrations.zoom.conftest import HOST, NEEDED, Emulated, client_of, plan

HOST_ID = "hostAAAAAAAAAAAAAAAAAA"
MINUTE = timedelta(minutes=1)
CALL = "list_inside"


async def a_running_room(
    client: ZoomClient, zoom: Emulated
) -> tuple[MeetingHandle, dict[str, Any]]:
    """The host in it since NOW, the household waiting since a minute later."""
    handle = await client.create_meeting(a_clearance(), plan())
    way_in = await client.enrol(handle, Seat.HOUSEHOLD, "D1")
    start = await client.host_start_link(handle)
    await zoom.do("people/open", url=start.get_secret_value())
    await zoom.pass_time(MINUTE)
    person = await zoom.do("people/open", url=way_in.url.get_secret_value())
    return handle, person


async def uuid_of(zoom: Emulated) -> str:
    return str((await zoom.meetings())[0]["uuid"])


@pytest.fixture
async def shown(zoom: Emulated) -> Emulated:
    """An account that has a dashboard."""
    await zoom.do("options", has_dashboard=True)
    return zoom


async def test_who_is_in_and_who_waits_is_told_by_ids(client: ZoomClient, shown: Emulated) -> None:
    handle, person = await a_running_room(client, shown)
    uuid = await uuid_of(shown)
    seen = await client.look_inside(handle)
    host, household = seen.people or ()
    assert (seen.running, seen.occurrence) == (True, uuid)
    assert host == InsidePerson("", HOST_ID, True, host.connection, uuid, NOW)
    assert household == InsidePerson(
        person["registrant_id"], "", False, person["connection"], uuid, NOW + MINUTE, waiting=True
    )


async def test_a_connection_is_called_as_signals_call_it_and_who_left_is_gone(
    client: ZoomClient, shown: Emulated
) -> None:
    handle, person = await a_running_room(client, shown)
    await shown.do(f"people/{person['key']}/admit")
    seen = await client.look_inside(handle)
    assert [(one.connection, one.waiting) for one in seen.people or ()][1:] == [
        (person["connection"], False)
    ]
    await shown.pass_time(MINUTE)
    await shown.do(f"people/{person['key']}/leave")
    assert [one.account_id for one in (await client.look_inside(handle)).people or ()] == [HOST_ID]


async def test_what_the_dashboard_has_not_yet_heard_of_it_does_not_show(
    client: ZoomClient, shown: Emulated
) -> None:
    await shown.do("options", dashboard_lags=90)
    handle, _ = await a_running_room(client, shown)
    assert (await client.look_inside(handle)).people is None, "it knows of no such call yet"
    await shown.pass_time(MINUTE)
    seen = await client.look_inside(handle)
    assert [one.account_id for one in seen.people or ()] == [HOST_ID]
    assert seen.lag >= timedelta(seconds=90)


@pytest.mark.pitfall(51)
async def test_a_caller_by_telephone_is_nobody(client: ZoomClient, shown: Emulated) -> None:
    handle, _ = await a_running_room(client, shown)
    await shown.do(f"meetings/{handle.provider_id}/settings", audio="both")
    caller = await shown.do(f"meetings/{handle.provider_id}/call_in", number="+442079460000")
    seen = await client.look_inside(handle)
    (found,) = [one for one in seen.people or () if one.connection == caller["connection"]]
    assert (found.registrant_id, found.account_id, found.as_host) == ("", "", False)


async def test_a_room_that_nobody_started_is_told_to_be_still(
    client: ZoomClient, shown: Emulated
) -> None:
    handle = await client.create_meeting(a_clearance(), plan())
    assert await client.look_inside(handle) == Inside(running=False, people=None)
    assert await shown.calls(CALL) == []


async def test_a_meeting_that_does_not_exist_is_said_to_be_gone(
    client: ZoomClient, shown: Emulated
) -> None:
    with pytest.raises(ProviderGone):
        await client.look_inside(MeetingHandle(HOST, "123"))


# --- where the account does not show who is inside ------------------------------------------------


async def test_without_a_dashboard_only_the_running_is_told_and_that_is_remembered(
    client: ZoomClient, zoom: Emulated
) -> None:
    handle, _ = await a_running_room(client, zoom)
    for _ in range(3):
        seen = await client.look_inside(handle)
        assert (seen.running, seen.people) == (True, None)
    assert len(await zoom.calls(CALL)) == 1
    await zoom.do("options", has_dashboard=True)
    await zoom.pass_time(timedelta(hours=1))
    assert (await client.look_inside(handle)).people is not None


async def test_without_the_permission_it_is_not_even_asked(
    client: ZoomClient, shown: Emulated
) -> None:
    await shown.do("options", scopes=NEEDED)
    handle, _ = await a_running_room(client, shown)
    assert (await client.look_inside(handle)).people is None
    assert await shown.calls(CALL) == []


@pytest.mark.parametrize("kind", ["status_before", "drop_before", "html", "rate_limit", "lie"])
async def test_a_list_that_cannot_be_had_takes_nothing_from_what_is_known(
    client: ZoomClient, shown: Emulated, kind: str
) -> None:
    handle, _ = await a_running_room(client, shown)
    await shown.break_next(CALL, kind, times=6)
    seen = await client.look_inside(handle)
    assert (seen.running, seen.people) == (True, None)
    await shown.see("state")
    await shown.session.delete(f"{shown.origin}/control/faults")
    assert (await client.look_inside(handle)).people is not None, "it was not remembered as refused"


async def test_a_list_short_of_its_own_total_is_not_taken_for_everybody(
    client: ZoomClient, shown: Emulated
) -> None:
    handle, _ = await a_running_room(client, shown)
    await shown.do("options", page_cap=2, rows_left_out=1)
    assert (await client.look_inside(handle)).people is None


class Spent:
    """A budget whose heavy calls are used up for today."""

    async def spend(self, draws: tuple[Draw, ...], *, for_safety: bool) -> None:
        if any("heavy" in draw.name for draw in draws):
            raise ProviderBusy(retry_at=None)


async def test_a_spent_budget_leaves_the_word_on_whether_the_call_runs(shown: Emulated) -> None:
    client = client_of(shown, budget=Spent())
    handle, _ = await a_running_room(client, shown)
    seen = await client.look_inside(handle)
    assert (seen.running, seen.people) == (True, None)
    assert await shown.calls(CALL) == []


# --- forms that the documents do not promise ------------------------------------------------------

ROW = {
    "id": "",
    "user_id": "16778240",
    "registrant_id": "R1",
    "join_time": "2026-11-24T15:00:00Z",
    "status": "in_meeting",
}


class Told:
    """An account that answers what a test puts into it."""

    def __init__(self) -> None:
        self.meeting: dict[str, Any] = {
            "id": 123, "uuid": "abc==", "host_id": HOST_ID, "status": "started"
        }  # fmt: skip
        self.rows: list[Any] = [ROW]

    async def answer(self, request: web.Request) -> web.Response:
        if request.path.endswith("/token"):
            scope = "dashboard_meetings:read:admin meeting:read:admin"
            return web.json_response({"access_token": "t", "expires_in": 3600, "scope": scope})
        if request.path.startswith("/v2/meetings"):
            return web.json_response(self.meeting)
        total = {"total_records": len(self.rows), "next_page_token": ""}
        return web.json_response({**total, "participants": self.rows})


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def teller(told: Told, zoom: Emulated) -> AsyncIterator[ZoomClient]:
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", told.answer)
    async with TestServer(app) as server:
        origin = str(server.make_url("")).rstrip("/")
        yield client_of(Emulated(origin, zoom.session, zoom.clock))


HANDLE = MeetingHandle(HOST, "123")


@pytest.mark.parametrize(
    "change",
    [
        {"user_id": None},
        {"user_id": True},
        {"join_time": None},
        {"join_time": "2026-11-24T15:00:00"},
        {"status": None},
        {"status": "in_breakout"},
        {"leave_time": 7},
        {"leave_time": "soon"},
    ],
)
async def test_one_row_not_understood_leaves_open_who_is_inside(
    teller: ZoomClient, told: Told, change: dict[str, object]
) -> None:
    assert (await teller.look_inside(HANDLE)).people is not None
    told.rows = [ROW, {**ROW, **change}]
    seen = await teller.look_inside(HANDLE)
    assert (seen.running, seen.people) == (True, None)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"status": "paused"}, None),
        ({"status": None}, None),
        ({"id": 999}, None),
        ({"uuid": ""}, True),
        ({"status": "waiting"}, False),
    ],
)
async def test_a_state_not_understood_is_neither_running_nor_still(
    teller: ZoomClient, told: Told, change: dict[str, object], expected: bool | None
) -> None:
    told.meeting |= change
    seen = await teller.look_inside(HANDLE)
    assert (seen.running, seen.people) == (expected, None)


async def test_ids_may_be_numbers_and_the_empty_leaving_is_none(
    teller: ZoomClient, told: Told
) -> None:
    told.rows = [{**ROW, "user_id": 16778240, "leave_time": "", "participant_user_id": HOST_ID}]
    (found,) = (await teller.look_inside(HANDLE)).people or ()
    assert (found.connection, found.as_host) == ("16778240", True)
