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
from typing import Any

from pydantic import SecretStr

from integrations.http import Answer
from integrations.retry_after import parse_retry_after
from service.errors import (
    ProviderBusy,
    ProviderError,
    ProviderGone,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnsure,
)

Json = dict[str, Any]

_INVALID = 300
_GONE_CODES = {1001, 3001}
_BUSY_CODES = {429, 4001}
_SCOPE_CODES = {4700, 4711}
_XML_CODE = re.compile(rb"<code>\s*(\d{1,9})\s*</code>")
_PER_SECOND_PAUSE = timedelta(seconds=2)


class TokenRefused(ProviderRefused):
    """The bearer token was not accepted; the call was not executed, a fresh token may help."""

    sentence = "Zoom does not accept our sign-in. Check that the app is active."


class ScopeMissing(TokenRefused):
    """The token lacks a permission; one that was added since reaches only a fresh token."""

    sentence = "Zoom says that our app lacks a permission (scope). An administrator must add it."


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
    if code in _SCOPE_CODES:
        return _noted(ScopeMissing(), answer, code)
    if answer.status == 401:
        return _noted(TokenRefused(), answer, code)
    # A redirect, or a fault on their side: it may have acted before it failed.
    if answer.status >= 500 or 300 <= answer.status < 400 or answer.status == 408:
        return _noted(ProviderUnsure(), answer, code)
    if code in _GONE_CODES:
        return _noted(ProviderGone(), answer, code)
    return _noted(ProviderRefused(), answer, code)


def rows_of(page: Json, key: str) -> list[Json]:
    """The rows of a list. An answer without the list is not taken for an empty one."""
    found = page.get(key)
    if not isinstance(found, list):
        raise ProviderUnavailable("Zoom's list was not complete.")
    return [row for row in found if isinstance(row, dict)]


def is_expired_page(refusal: ProviderRefused) -> bool:
    """Whether a refusal may mean that a page token has expired; Zoom has one code for all of that."""
    return refusal.details.get("provider_code") == _INVALID


def _noted(error: ProviderError, answer: Answer, code: int) -> ProviderError:
    error.details.update(status=answer.status, provider_code=code)
    tracking = header_of(answer.headers, "x-zm-trackingid")
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


def instant_of(value: object) -> datetime | None:
    """An instant (UTC) as Zoom writes it; None for anything else, a time without a zone too."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        return at.astimezone(UTC) if at is not None and at.tzinfo else None
    except (ValueError, OverflowError):
        return None


# --- rate limits ----------------------------------------------------------------------------------


def retry_at(answer: Answer, now: datetime) -> datetime:
    """When to ask again: as the answer says, else next UTC midnight for a daily limit, else soon."""
    told = parse_retry_after(header_of(answer.headers, "retry-after"), now)
    if told is not None:
        return told
    is_daily = "daily" in header_of(answer.headers, "x-ratelimit-type").lower()
    if is_daily or b"daily" in answer.body[:4096].lower():
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + timedelta(days=1)
    return now + _PER_SECOND_PAUSE


def header_of(headers: Mapping[str, str], name: str) -> str:
    """A header, in whatever case its name came; empty if it is not there."""
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
