"""Call records in the forms that Microsoft's pages show, read over real HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from integrations.teams.call_records import read_call
from service.errors import ProviderUnavailable
from service.ports import Signal, SignalKind, link_key
from tests.integrations.teams.client.parts import HOST, Tenant, client_of

RECORD = "e523d2ed-2966-4b6b-925b-754a88034cc5"
URL = "https://teams.microsoft.com/l/meetup-join/19%3aab'c%40thread.v2/0?context=%7b%22Tid%22%3a1"
NEWER = {"id": HOST, "identity": {"user": {"id": HOST.upper(), "displayName": "Ada"}}}
OLDER = {"user": {"id": HOST, "displayName": "Ada"}, "phone": None}


@asynccontextmanager
async def telling(record: object) -> AsyncIterator[str]:
    """A Graph that knows this one record and nothing else."""

    async def tell(request: web.Request) -> web.Response:
        return web.json_response(record)

    app = web.Application()
    app.router.add_get("/v1.0/communications/callRecords/{record}", tell)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


def record(**changes: object) -> dict[str, Any]:
    return {
        "id": RECORD,
        "type": "groupCall",
        "startDateTime": "2026-11-24T16:00:00.1234567Z",
        "endDateTime": "2026-11-24T16:45:00Z",
        "joinWebUrl": URL,
        "organizer": OLDER,
        "organizer_v2": NEWER,
        **changes,
    }


async def read(tenant: Tenant, told: object) -> tuple[Signal, ...]:
    async with telling(told) as origin:
        return await read_call(client_of(tenant, graph_url=origin).calls, RECORD)


@pytest.mark.parametrize(
    "changes", [{}, {"organizer": None}, {"organizer_v2": None}, {"organizer_v2": {"id": "x"}}]
)
async def test_a_call_is_told_by_its_times_its_account_and_its_links_key(
    tenant: Tenant, changes: dict[str, object]
) -> None:
    started, ended = await read(tenant, record(**changes))
    assert started == Signal(
        digest=sha256(f"{RECORD}started".encode()).hexdigest(),
        kind=SignalKind.STARTED,
        provider_id=f"call-record:{RECORD}",
        occurrence="",
        happened_at=datetime(2026, 11, 24, 16, 0, 0, 123456, tzinfo=UTC),
        host_account=HOST,
        link_key=link_key(URL),
    )
    assert ended == replace(
        started,
        digest=sha256(f"{RECORD}ended".encode()).hexdigest(),
        kind=SignalKind.ENDED,
        happened_at=datetime(2026, 11, 24, 16, 45, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"organizer": None, "organizer_v2": None},
        {"organizer": {"user": {"id": "teamsvisitor:1"}}, "organizer_v2": None},
        {"organizer": {"phone": {"id": "+44"}}, "organizer_v2": None},
    ],
)
async def test_a_call_of_nobody_we_know_names_no_account(
    tenant: Tenant, changes: dict[str, object]
) -> None:
    signals = await read(tenant, record(**changes))
    assert [signal.host_account for signal in signals] == ["", ""]


@pytest.mark.parametrize("url", [None, "", 7])
async def test_a_call_without_a_link_has_no_key(tenant: Tenant, url: object) -> None:
    signals = await read(tenant, record(joinWebUrl=url))
    assert [signal.link_key for signal in signals] == ["", ""]


@pytest.mark.parametrize("kind", ["peerToPeer", "unknown", "unknownFutureValue", None, 7])
async def test_what_is_no_group_call_is_no_meeting(tenant: Tenant, kind: object) -> None:
    assert await read(tenant, record(type=kind)) == ()


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({"startDateTime": None}, [SignalKind.ENDED]),
        ({"endDateTime": "soon"}, [SignalKind.STARTED]),
        ({"startDateTime": 7, "endDateTime": "2026-11-24T16:45:00"}, []),
    ],
)
async def test_only_what_a_record_dates_is_told(
    tenant: Tenant, changes: dict[str, object], kinds: list[SignalKind]
) -> None:
    assert [signal.kind for signal in await read(tenant, record(**changes))] == kinds


async def test_a_record_that_is_none_is_not_an_answer(tenant: Tenant) -> None:
    with pytest.raises(ProviderUnavailable):
        await read(tenant, [])
