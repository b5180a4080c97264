"""Sign-in, users and their settings."""

import binascii
from base64 import b64decode
from datetime import timedelta

from aiohttp import web

from integrations.zoom.emulator.keys import STATE
from integrations.zoom.emulator.state import ApiError, State

_TOKEN_LIVES = timedelta(seconds=3600)


async def give_token(request: web.Request) -> web.Response:
    """POST /oauth/token. Its errors have a shape of their own."""
    state = request.app[STATE]
    form = {**request.query, **await request.post()}
    if not _knows_app(request, state):
        return _no("Invalid client_id or client_secret", "invalid_client")
    if form.get("grant_type") != "account_credentials":
        return _no("Unsupported grant type", "unsupported_grant_type")
    if form.get("account_id") != state.settings.account_id:
        return _no("Bad Request", "invalid_request")
    value = state.new_token(32)
    state.tokens[value] = (state.clock.now() + _TOKEN_LIVES, state.scopes)
    return web.json_response(
        {
            "access_token": value,
            "token_type": "bearer",
            "expires_in": int(_TOKEN_LIVES.total_seconds()),
            "scope": " ".join(state.scopes),
            "api_url": f"{request.scheme}://{request.host}",
        }
    )


def require_token(request: web.Request, scope: str) -> None:
    """401/124 without a living token in the header; 400/4711 without the scope."""
    state = request.app[STATE]
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    lives_until, scopes = state.tokens.get(value, (None, ()))
    if kind.lower() != "bearer" or lives_until is None:
        raise ApiError(401, 124, "Invalid access token.")
    if lives_until <= state.clock.now():
        raise ApiError(401, 124, "Access token is expired.")
    if scope not in scopes:
        message = f"Invalid access token, does not contain scopes:[{scope}]."
        raise ApiError(400, 4711, message)


async def read_user(request: web.Request) -> web.Response:
    """GET /users/{userId}."""
    profile = request.app[STATE].host(request.match_info["user_id"]).profile
    return web.json_response(
        {
            "id": profile.user_id,
            "email": profile.email,
            "first_name": "Room",
            "last_name": "Host",
            "type": profile.type,
            "status": profile.status,
            "timezone": "UTC",
            "verified": 1,
            "pmi": 5551234567,
        }
    )


async def read_settings(request: web.Request) -> web.Response:
    """GET /users/{userId}/settings."""
    host = request.app[STATE].host(request.match_info["user_id"])
    schedule: dict[str, object] = {
        "join_before_host": True,
        "embed_password_in_join_link": True,
        "require_password_for_scheduling_new_meetings": True,
    }
    if host.passcode_rule is not None:
        schedule["meeting_password_requirement"] = host.passcode_rule
    return web.json_response(
        {
            "schedule_meeting": schedule,
            "in_meeting": {"waiting_room": False, "private_chat": False},
            "recording": {"auto_recording": "cloud"},
        }
    )


def _knows_app(request: web.Request, state: State) -> bool:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    try:
        pair = b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        return False
    mine = state.settings
    return kind.lower() == "basic" and pair == f"{mine.client_id}:{mine.client_secret}"


def _no(reason: str, error: str) -> web.Response:
    return web.json_response({"reason": reason, "error": error}, status=400)
