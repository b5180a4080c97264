"""Call records in the forms that Microsoft's pages show, read over real HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from integrations.teams.call_records import read_call
from service.errors import ProviderUnavailable
from service.ports import Signal
from tests.integrations.teams.client.parts import HOST, Tenant, client_of

RECORD = "e523d2ed-2966-4b6b-925b-754a88034cc5"
URL = "https://teams.microsoft.com/l/meetup-join/19%3aab'c%40thread.v2/0?context=%7b%22Tid%22%3a1"
NEWER = {"id": HOST, "identity": {"user": {"id": HOST.upper(), "displayName": "Ada"}}}
OLDER = {"user": {"id": HOST, "displayName": "Ada"}, "phone": None}


@dataclass
class Graph:
    """Answers with one record, and keeps what meetings it was asked for."""

    record: object
    found: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def tell(self, request: web.Request) -> web.Response:
        return web.json_response(self.record)

    async def find(self, request: web.Request) -> web.Response:
        self.asked.append((request.match_info["user"], request.query["$filter"]))
        return web.json_response({"value": self.found})


@asynccontextmanager
async def serving(graph: Graph) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/v1.0/communications/callRecords/{record}", graph.tell)
    app.router.add_get("/v1.0/users/{user}/onlineMeetings", graph.find)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


def record(**changes: object) -> dict[str, Any]:
    return {
        "id": RECORD,
        "type": "groupCall",
        "startDateTime": "2026-11-24T16:00:00.1234567Z",
        "joinWebUrl": URL,
        "organizer": OLDER,
        "organizer_v2": NEWER,
        **changes,
    }


async def read(tenant: Tenant, graph: Graph) -> Signal | None:
    async with serving(graph) as origin:
        return await read_call(client_of(tenant, graph_url=origin).calls, RECORD)


@pytest.mark.parametrize(
    "changes", [{}, {"organizer": None}, {"organizer_v2": None}, {"organizer_v2": {"id": "x"}}]
)
async def test_a_meeting_is_looked_for_at_its_organiser_by_its_whole_link(
    tenant: Tenant, changes: dict[str, object]
) -> None:
    graph = Graph(record(**changes), [{"id": "MSo1"}])
    signal = await read(tenant, graph)
    assert signal is not None
    assert (signal.provider_id, signal.host_account) == ("MSo1", HOST)
    assert signal.happened_at == datetime(2026, 11, 24, 16, 0, 0, 123456, tzinfo=UTC)
    assert graph.asked == [(HOST, "JoinWebUrl eq '" + URL.replace("'", "''") + "'")]
    assert "Ada" not in repr(signal)


@pytest.mark.parametrize("found", [[], [{"id": "MSo1"}, {"id": "MSo2"}], [{"id": None}]])
async def test_a_meeting_that_is_not_found_for_certain_is_not_guessed(
    tenant: Tenant, found: list[dict[str, Any]]
) -> None:
    signal = await read(tenant, Graph(record(), found))
    assert signal is not None
    assert signal.provider_id == f"call-record:{RECORD}"


@pytest.mark.parametrize(
    ("changes", "host"),
    [
        ({"joinWebUrl": None}, HOST),
        ({"organizer": None, "organizer_v2": None}, ""),
        ({"organizer": {"user": {"id": "teamsvisitor:1"}}, "organizer_v2": None}, ""),
        ({"organizer": {"phone": {"id": "+44"}}, "organizer_v2": None}, ""),
    ],
)
async def test_a_call_without_a_meeting_or_a_member_is_asked_for_nowhere(
    tenant: Tenant, changes: dict[str, object], host: str
) -> None:
    graph = Graph(record(**changes))
    signal = await read(tenant, graph)
    assert signal is not None
    assert (signal.provider_id, signal.host_account) == (f"call-record:{RECORD}", host)
    assert graph.asked == []


@pytest.mark.parametrize("told", [{}, record(startDateTime=None), {"startDateTime": 7}])
async def test_a_record_that_does_not_say_when_tells_nothing(tenant: Tenant, told: object) -> None:
    assert await read(tenant, Graph(told)) is None


async def test_a_record_that_is_none_is_not_an_answer(tenant: Tenant) -> None:
    with pytest.raises(ProviderUnavailable):
        await read(tenant, Graph([]))
