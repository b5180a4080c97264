"""Users, the organisation, and the application access policy.

https://learn.microsoft.com/graph/api/user-get
https://learn.microsoft.com/graph/cloud-communication-online-meeting-application-access-policy
"""

from datetime import timedelta
from typing import Any

from aiohttp import web

from integrations.teams.emulator.keys import STATE
from integrations.teams.emulator.settings import EmulatedUser, graph_time
from integrations.teams.emulator.state import ApiError, State

Json = dict[str, Any]

_TEAMS_PLAN = "57ff2da0-773e-42df-b2af-ffb7a2317929"
_LICENCE = "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"
_BY_DEFAULT = ("displayName", "mail", "userPrincipalName", "id")


async def read_user(request: web.Request) -> web.Response:
    """GET /users/{id or UPN}: a few properties; the others only by `$select`."""
    state = request.app[STATE]
    user = _found(state, request.match_info["user_id"])
    whole = _described(state, user)
    wanted = request.query.get("$select")
    names = [name.strip() for name in wanted.split(",")] if wanted else list(_BY_DEFAULT)
    if unknown := [name for name in names if name not in whole]:
        message = f"Could not find a property named '{unknown[0]}'."
        raise ApiError(400, "BadRequest", message)
    return web.json_response({name: whole[name] for name in names})


async def read_licences(request: web.Request) -> web.Response:
    """GET /users/{id}/licenseDetails."""
    state = request.app[STATE]
    user = _found(state, request.match_info["user_id"])
    plan = {
        "servicePlanId": _TEAMS_PLAN,
        "servicePlanName": "TEAMS1",
        "provisioningStatus": "Success",
        "appliesTo": "User",
    }
    licence = {
        "id": state.new_key(),
        "skuId": _LICENCE,
        "skuPartNumber": "O365_BUSINESS_PREMIUM",
        "servicePlans": [plan],
    }
    return web.json_response({"value": [licence] if user.licensed else []})


async def read_organization(request: web.Request) -> web.Response:
    """GET /organization: the tenant."""
    mine = request.app[STATE].settings
    domain = {"name": mine.domain, "isDefault": True, "isInitial": False, "type": "Managed"}
    tenant = {"id": mine.tenant_id, "displayName": "Tuition", "verifiedDomains": [domain]}
    return web.json_response({"value": [tenant]})


def acting_for(state: State, user_id: str) -> EmulatedUser:
    """The licensed member in the path whom an administrator lets us act for; 404 or 403 else.

    By object id only: the online meetings API knows no UPN.
    """
    user = state.users.get(user_id.lower())
    if user is None or not user.enabled:
        raise ApiError(404, "NotFound", f"User '{user_id}' not found.")
    require_policy(state, user)
    if not user.licensed:
        raise ApiError(403, "Forbidden", "The user is not licensed for Microsoft Teams.")
    return user


def require_policy(state: State, user: EmulatedUser) -> None:
    """403 until the grant of the policy has spread, and for whoever has none."""
    spread_in = timedelta(seconds=state.options.policy_delay_seconds)
    granted_at = user.policy_granted_at
    if granted_at is None or granted_at + spread_in > state.clock.now():
        app = state.settings.client_id
        message = f"No application access policy found for this app: {app} on the user"
        raise ApiError(403, "Forbidden", f"{message}: {user.user_id}.")


def _found(state: State, name: str) -> EmulatedUser:
    user = state.member(name)
    if user is None:
        message = f"Resource '{name}' does not exist or one of its queried reference-property"
        raise ApiError(404, "Request_ResourceNotFound", f"{message} objects are not present.")
    return user


def _described(state: State, user: EmulatedUser) -> Json:
    since = graph_time(state.clock.now() - timedelta(days=365))
    plan = {
        "assignedDateTime": since,
        "capabilityStatus": "Enabled",
        "service": "TeamspaceAPI",
        "servicePlanId": _TEAMS_PLAN,
    }
    licence = {"disabledPlans": [], "skuId": _LICENCE}
    return {
        "id": user.user_id,
        "userPrincipalName": user.upn,
        "mail": user.upn,
        "displayName": user.upn.partition("@")[0],
        "userType": "Member",
        "accountEnabled": user.enabled,
        "assignedLicenses": [licence] if user.licensed else [],
        "assignedPlans": [plan] if user.licensed else [],
    }
