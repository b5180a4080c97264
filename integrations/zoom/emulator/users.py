"""Users of the account and what they have set.

https://developers.zoom.us/docs/api/users/
"""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from integrations.zoom.emulator.keys import STATE
from integrations.zoom.emulator.options import LARGEST_PAGE
from integrations.zoom.emulator.paging import paged
from integrations.zoom.emulator.records import Host
from integrations.zoom.emulator.state import ApiError

Json = dict[str, Any]

_STATUSES = ("active", "inactive", "pending")


async def list_users(request: web.Request) -> web.Response:
    """GET /users, by status; up to 2,000 on a page."""
    status = request.query.get("status", "active")
    if status not in _STATUSES:
        raise ApiError(400, 300, "Validation Failed.", "status")
    hosts = [one for one in request.app[STATE].hosts if one.profile.status == status]
    rows = [_shown(one) for one in hosts]
    return web.json_response(paged(request, rows, "users", most=LARGEST_PAGE))


async def read_user(request: web.Request) -> web.Response:
    """GET /users/{userId}."""
    return web.json_response(_shown(request.app[STATE].host(request.match_info["user_id"])))


async def read_settings(request: web.Request) -> web.Response:
    """GET /users/{userId}/settings, whole or one `option` of it."""
    host = request.app[STATE].host(request.match_info["user_id"])
    option = request.query.get("option", "")
    if option not in _SECTIONS:
        raise ApiError(400, 300, "Validation Failed.", "option")
    found = _SECTIONS[option](host)
    for section, changes in host.user_settings.items():
        if section in found or (not option and section not in _SECTIONS):
            found[section] = {**found.get(section, {}), **changes}
    return web.json_response(found)


async def read_account(request: web.Request) -> web.Response:
    """GET /accounts/{accountId}/settings, whole or one `option` of it; empty until control fills it."""
    return _of_account(request, request.app[STATE].account_settings)


async def read_locks(request: web.Request) -> web.Response:
    """GET /accounts/{accountId}/lock_settings: true for what users cannot change themselves."""
    return _of_account(request, request.app[STATE].account_locks)


def _of_account(request: web.Request, held: Json) -> web.Response:
    if request.match_info["account_id"] not in ("me", request.app[STATE].settings.account_id):
        raise ApiError(404, 2001, "Account does not exist.")
    option = request.query.get("option", "")
    if option not in _SECTIONS:
        raise ApiError(400, 300, "Validation Failed.", "option")
    if option:
        return web.json_response({option: held.get(option, {})})
    return web.json_response({name: held[name] for name in held if name not in _SECTIONS})


def _shown(host: Host) -> Json:
    profile = host.profile
    return {
        "id": profile.user_id,
        "email": profile.email,
        "first_name": "Room",
        "last_name": "Host",
        "display_name": "Room Host",
        "type": profile.type,
        "status": profile.status,
        "role_id": "2",
        "timezone": "UTC",
        "verified": 1,
        "pmi": host.pmi,
    }


def _all_of(host: Host) -> Json:
    schedule: Json = {
        "join_before_host": True,
        "embed_password_in_join_link": True,
        "require_password_for_scheduling_new_meetings": True,
        "pstn_password_protected": True,
    }
    if host.passcode_rule is not None:
        schedule["meeting_password_requirement"] = host.passcode_rule
    return {
        "schedule_meeting": schedule,
        "in_meeting": {"waiting_room": False, "private_chat": False},
        "recording": {"auto_recording": "cloud"},
    }


def _security_of(host: Host) -> Json:
    security: Json = {
        "auto_security": True,
        "embed_password_in_join_link": True,
        "encryption_type": "enhanced_encryption",
        "meeting_password": True,
        "only_authenticated_can_join_from_webclient": False,
        "phone_password": True,
        "waiting_room": False,
        "waiting_room_settings": {
            "participants_to_place_in_waiting_room": 1,
            "users_who_can_admit_participants_from_waiting_room": 0,
            "whitelisted_domains_for_waiting_room": "",
        },
    }
    if host.passcode_rule is not None:
        security["meeting_password_requirement"] = host.passcode_rule
    return {"meeting_security": security}


_SECTIONS: dict[str, Callable[[Host], Json]] = {
    "": _all_of,
    "meeting_security": _security_of,
    "meeting_authentication": lambda _: {
        "meeting_authentication": False,
        "authentication_options": [],
    },
    "recording_authentication": lambda _: {
        "recording_authentication": False,
        "authentication_options": [],
    },
}
