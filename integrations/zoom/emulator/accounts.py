"""Sign-in: the token endpoint, and what each call needs a token to allow."""

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
    state.tokens[value] = (state.clock.now() + _TOKEN_LIVES, state.options.scopes)
    return web.json_response(
        {
            "access_token": value,
            "token_type": "bearer",
            "expires_in": int(_TOKEN_LIVES.total_seconds()),
            "scope": " ".join(state.options.scopes),
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
