"""The token endpoint, the keys it publishes, and who may call what.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

import binascii
import uuid
from base64 import b64decode
from datetime import timedelta
from urllib.parse import unquote_plus

from aiohttp import web

from integrations.teams.emulator import assertions, signing
from integrations.teams.emulator.keys import STATE, origin_of
from integrations.teams.emulator.state import ApiError, State, Token

_SCOPE = "https://graph.microsoft.com/.default"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


async def give_token(request: web.Request) -> web.Response:
    """POST /{tenant}/oauth2/v2.0/token. Its errors have a shape of their own."""
    state = request.app[STATE]
    form = {name: str(value) for name, value in (await request.post()).items()}
    fault = _fault_of(state, request, form)
    if fault is not None:
        return _no(state, *fault)
    lives_for = timedelta(seconds=state.options.token_seconds)
    token = Token(state.clock.now() + lives_for, state.options.roles)
    value = signing.access_token(state, token.expires_at, token.roles)
    state.tokens[value] = token
    seconds = state.options.token_seconds
    return web.json_response(
        {
            "token_type": "Bearer",
            "expires_in": seconds,
            "ext_expires_in": seconds,
            "access_token": value,
        }
    )


async def show_configuration(request: web.Request) -> web.Response:
    """GET /common/.well-known/openid-configuration."""
    origin = origin_of(request)
    return web.json_response(
        {
            "issuer": signing.issuer("{tenantid}"),
            "token_endpoint": f"{origin}/common/oauth2/token",
            "jwks_uri": f"{origin}/common/discovery/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
        }
    )


async def show_keys(request: web.Request) -> web.Response:
    """GET /common/discovery/keys."""
    return web.json_response(signing.published_keys(request.app[STATE]))


def token_of(request: web.Request) -> Token:
    """The living token of the header; 401 without one."""
    state = request.app[STATE]
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not value:
        raise ApiError(401, "InvalidAuthenticationToken", "Access token is empty.")
    token = state.tokens.get(value)
    if token is None:
        raise ApiError(401, "InvalidAuthenticationToken", "Access token validation failure.")
    if token.expires_at <= state.clock.now():
        message = "Lifetime validation failed, the token is expired."
        raise ApiError(401, "InvalidAuthenticationToken", message)
    return token


def require_role(request: web.Request, roles: tuple[str, ...]) -> None:
    """403 unless the token holds one of these application permissions."""
    if not set(roles) & set(token_of(request).roles):
        if any(role.startswith("OnlineMeeting") for role in roles):
            raise ApiError(403, "Forbidden", "")
        message = "Insufficient privileges to complete the operation."
        raise ApiError(403, "Authorization_RequestDenied", message)


# --- what is wrong with a request ------------------------------------------------------------------


def _fault_of(
    state: State, request: web.Request, form: dict[str, str]
) -> tuple[int, str, int, str] | None:
    """Status, error, AADSTS number and text; None if a token is due."""
    mine, tenant = state.settings, request.match_info["tenant"]
    if tenant.lower() not in (mine.tenant_id, mine.domain):
        number = 90002 if _looks_like_tenant(tenant) else 900023
        return 400, "invalid_request", number, f"Tenant '{tenant}' not found."
    if form.get("grant_type") != "client_credentials":
        return 400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type."
    client_id, secret = _basic(request) or (form.get("client_id", ""), form.get("client_secret"))
    if client_id != mine.client_id:
        message = f"Application with identifier '{client_id}' was not found in the directory."
        return 400, "unauthorized_client", 700016, message
    scope = form.get("scope", "")
    if not scope.endswith("/.default"):
        return 400, "invalid_scope", 1002012, f"The provided value for scope {scope} is not valid."
    if scope != _SCOPE:
        return 400, "invalid_scope", 70011, f"The scope {scope} is not valid."
    if form.get("client_assertion_type") == _ASSERTION:
        if assertions.is_ours(state, form.get("client_assertion", ""), origin_of(request)):
            return None
        message = "The certificate with identifier used to sign the client assertion is not known."
        return 401, "invalid_client", 700027, message
    if secret != mine.client_secret:
        return 401, "invalid_client", 7000215, "Invalid client secret provided."
    if state.options.secret_expired:
        return 401, "invalid_client", 7000222, "The provided client secret keys are expired."
    return None


def _looks_like_tenant(name: str) -> bool:
    try:
        uuid.UUID(name)
    except ValueError:
        return "." in name
    return True


def _basic(request: web.Request) -> tuple[str, str] | None:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, secret = b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


def _no(state: State, status: int, error: str, number: int, text: str) -> web.Response:
    stamp = state.clock.now().strftime("%Y-%m-%d %H:%M:%SZ")
    trace, correlation = state.new_guid(), state.new_guid()
    tail = f"Trace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {stamp}"
    return web.json_response(
        {
            "error": error,
            "error_description": f"AADSTS{number}: {text}\r\n{tail}",
            "error_codes": [number],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": correlation,
        },
        status=status,
    )
