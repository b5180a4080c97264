"""Whether an account has Teams, by what Microsoft shows of its licences."""

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from integrations.teams.host_checks import account_complaints
from tests.integrations.teams.client.parts import HOST, Tenant, client_of

TEAMS_PLAN = "57ff2da0-773e-42df-b2af-ffb7a2317929"
OTHER_PLAN = "efb87545-963c-4e0d-99df-69c6916d9eb0"
LICENCE = {"skuId": "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", "disabledPlans": []}


def plan(status: str, plan_id: str = TEAMS_PLAN) -> dict[str, str]:
    return {"service": "TeamspaceAPI", "servicePlanId": plan_id, "capabilityStatus": status}


async def complaints(tenant: Tenant, **shown: Any) -> list[str]:
    async def user(request: web.Request) -> web.Response:
        return web.json_response({"id": HOST, "accountEnabled": True, **shown})

    async def no_meeting(request: web.Request) -> web.Response:
        return web.json_response({"error": {"code": "NotFound", "message": ""}}, status=404)

    app = web.Application()
    app.router.add_get("/v1.0/users/{user}", user)
    app.router.add_get("/v1.0/users/{user}/onlineMeetings/{meeting}", no_meeting)
    async with TestServer(app) as server:
        client = client_of(tenant, graph_url=str(server.make_url("")))
        return [one.code for one in await account_complaints(client.calls, HOST)]


@pytest.mark.parametrize(
    "shown",
    [
        {"assignedPlans": [plan("Enabled"), plan("Enabled", OTHER_PLAN)]},
        {"assignedPlans": [plan("Warning")]},
        {"assignedPlans": [plan("Deleted"), plan("Enabled")]},
        {"assignedPlans": None, "assignedLicenses": [LICENCE]},
    ],
)
async def test_a_working_plan_with_teams_is_enough(tenant: Tenant, shown: Any) -> None:
    assert await complaints(tenant, **shown) == []


@pytest.mark.parametrize(
    "shown",
    [
        {"assignedPlans": [], "assignedLicenses": [LICENCE]},
        {"assignedPlans": [plan("Suspended")]},
        {"assignedPlans": [plan("LockedOut")]},
        {"assignedPlans": [plan("Deleted")]},
        {"assignedPlans": [plan("Enabled", OTHER_PLAN)]},
        {"assignedPlans": None, "assignedLicenses": []},
        {},
    ],
)
async def test_without_one_the_account_is_unlicensed(tenant: Tenant, shown: Any) -> None:
    assert await complaints(tenant, **shown) == ["teams_account_unlicensed"]
