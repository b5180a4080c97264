"""What Zoom's answers mean, without any input or output: errors by remedy, rate limits, tokens.

https://developers.zoom.us/docs/api/errors/ and https://developers.zoom.us/docs/api/rate-limits/
Zoom's own message texts are never kept: they hold names, addresses and ids.
"""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic import SecretStr

from integrations.http import Answer
from service.errors import (
    ProviderBusy,
    ProviderError,
    ProviderGone,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnsure,
)

Json = dict[str, Any]

_GONE_CODES = {1001, 3001}
_BUSY_CODES = {429, 4001}
_SCOPE_CODES = {4700, 4711}
_XML_CODE = re.compile(rb"<code>\s*(\d{1,9})\s*</code>")
_PER_SECOND_PAUSE = timedelta(seconds=2)


class TokenRefused(ProviderRefused):
    """The bearer token was not accepted; the call was not executed, a fresh token may help."""

    sentence = "Zoom does not accept our sign-in. Check that the app is active."


# --- answers --------------------------------------------------------------------------------------


def read_answer(answer: Answer, now: datetime) -> Json:
    """The JSON object of a successful answer, `{}` when empty; else the error, by remedy."""
    found = _object_of(answer.body)
    if not 200 <= answer.status < 300:
        raise _error_of(answer, _code_of(answer.body, found), now)
    if not answer.body.strip():
        return {}
    if found is None:
        raise _noted(ProviderUnsure(), answer, 0)
    # A few endpoints report an error under status 200 (Jericho/ZoomNet).
    if "message" in found and isinstance(found.get("code"), int) and "id" not in found:
        raise _error_of(answer, found["code"], now)
    return found


def _error_of(answer: Answer, code: int, now: datetime) -> ProviderError:
    if answer.status == 429 or code in _BUSY_CODES:
        return _noted(ProviderBusy(retry_at=retry_at(answer, now)), answer, code)
    if answer.status == 401:
        return _noted(TokenRefused(), answer, code)
    # A redirect, or a fault on their side: it may have acted before it failed.
    if answer.status >= 500 or 300 <= answer.status < 400 or answer.status == 408:
        return _noted(ProviderUnsure(), answer, code)
    if code in _GONE_CODES:
        return _noted(ProviderGone(), answer, code)
    if code in _SCOPE_CODES:
        sentence = (
            "Zoom says that our app lacks a permission (scope). An administrator must add it."
        )
        return _noted(ProviderRefused(sentence), answer, code)
    return _noted(ProviderRefused(), answer, code)


def _noted(error: ProviderError, answer: Answer, code: int) -> ProviderError:
    error.details.update(status=answer.status, provider_code=code)
    tracking = _header(answer.headers, "x-zm-trackingid")
    if tracking:
        error.details["tracking_id"] = tracking[:80]
    return error


def _object_of(body: bytes) -> Json | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _code_of(body: bytes, found: Json | None) -> int:
    """Zoom's own number, 0 if none. Errors may come as XML, and gateways answer in HTML."""
    if found is not None:
        code = found.get("code")
        return code if isinstance(code, int) else 0
    match = _XML_CODE.search(body[:4096])
    return int(match.group(1)) if match else 0


# --- rate limits ----------------------------------------------------------------------------------


def retry_at(answer: Answer, now: datetime) -> datetime:
    """When to ask again: as the answer says, else next UTC midnight for a daily limit, else soon."""
    told = parse_retry_after(_header(answer.headers, "retry-after"), now)
    if told is not None:
        return told
    is_daily = "daily" in _header(answer.headers, "x-ratelimit-type").lower()
    if is_daily or b"daily" in answer.body[:4096].lower():
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + timedelta(days=1)
    return now + _PER_SECOND_PAUSE


def parse_retry_after(text: str, now: datetime) -> datetime | None:
    """`Retry-After` as seconds, as an HTTP date (RFC 9110 §10.2.3) or as Zoom's ISO 8601 time."""
    text = text.strip()
    if re.fullmatch(r"\d{1,7}", text):
        return now + timedelta(seconds=int(text))
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            told = parse(text)
        except (ValueError, TypeError):
            continue
        return told if told.tzinfo else told.replace(tzinfo=UTC)
    return None


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")


# --- tokens ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Token:
    """A bearer token, the instant it dies (UTC), what it may do and where to take it."""

    value: SecretStr
    expires_at: datetime
    scopes: frozenset[str]
    api_url: str


def token_headers(client_id: str, client_secret: SecretStr) -> dict[str, str]:
    """https://developers.zoom.us/docs/internal-apps/s2s-oauth/"""
    pair = f"{client_id}:{client_secret.get_secret_value()}".encode()
    return {
        "Authorization": f"Basic {b64encode(pair).decode()}",
        "Accept": "application/json",
    }


def token_form(account_id: str) -> dict[str, str]:
    """The parameters belong in the body; in the query string they would reach access logs."""
    return {"grant_type": "account_credentials", "account_id": account_id}


def read_token(answer: Answer, now: datetime) -> Token:
    """The token of an answer. Asking for one has no effect, so a lost answer is `Unavailable`."""
    if answer.status == 429:
        raise ProviderBusy(retry_at=retry_at(answer, now))
    if answer.status in (400, 401, 403):
        # This endpoint has an error shape of its own: {"reason": …, "error": …}.
        raise _noted(TokenRefused("Zoom refused our app's id, secret or account."), answer, 0)
    found = _object_of(answer.body) or {}
    value, lifetime = found.get("access_token"), found.get("expires_in")
    if answer.status != 200 or not isinstance(value, str) or not isinstance(lifetime, int):
        raise _noted(ProviderUnavailable(), answer, 0)
    return Token(
        value=SecretStr(value),
        expires_at=now + timedelta(seconds=lifetime),
        scopes=frozenset(str(found.get("scope", "")).split()),
        api_url=str(found.get("api_url", "")),
    )


_NEEDED_SCOPES = {
    "meeting:write:meeting:admin": "meeting:write:admin",
    "meeting:read:meeting:admin": "meeting:read:admin",
    "meeting:read:list_meetings:admin": "meeting:read:admin",
    "meeting:delete:meeting:admin": "meeting:write:admin",
    "meeting:update:status:admin": "meeting:write:admin",
    "meeting:write:registrant:admin": "meeting:write:admin",
    "meeting:read:list_registrants:admin": "meeting:read:admin",
    "meeting:update:registrant_status:admin": "meeting:write:admin",
    "user:read:user:admin": "user:read:admin",
    "user:read:settings:admin": "user:read:admin",
}


def missing_scopes(granted: frozenset[str]) -> tuple[str, ...]:
    """What this service needs and the token lacks; the older, wider scopes count as well."""
    return tuple(
        needed
        for needed, classic in _NEEDED_SCOPES.items()
        if needed not in granted and classic not in granted
    )
