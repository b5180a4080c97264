"""What a subscription may ask for, and what Graph says to anything else.

https://learn.microsoft.com/graph/api/subscription-post-subscriptions
https://learn.microsoft.com/graph/changenotifications-for-onlinemeeting
"""

import binascii
import re
from base64 import b64decode
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote

from cryptography.x509 import Certificate

from integrations.teams.emulator import fields
from integrations.teams.emulator.sealing import certificate_of
from integrations.teams.emulator.state import ApiError, Meeting, State

Json = dict[str, Any]

CALL_RECORDS = "communications/callRecords"
_MEETING = re.compile(
    r"/?communications/onlineMeetings\(joinWebUrl='([^']*)'\)/meetingCallEvents", re.IGNORECASE
)
_TENANT = re.compile(r"%22tid%22%3a%22([0-9a-f-]+)%22", re.IGNORECASE)
_LONGEST = timedelta(minutes=4320)
_LONGEST_FOR_RECORDS = timedelta(minutes=4230)
_SHORTEST = timedelta(minutes=45)
_NEEDS_LIFECYCLE_FROM = timedelta(hours=1)
_LONGEST_TEXT = 128


def is_for_records(resource: str) -> bool:
    """Whether it asks for the tenant's call records."""
    return resource.strip("/").lower() == CALL_RECORDS.lower()


def meeting_in(state: State, resource: str, version: str) -> Meeting:
    """The meeting whose calls are asked for; its link must be percent-encoded as a whole."""
    found = _MEETING.fullmatch(resource)
    if found is None or version != "beta":
        message = f"Invalid 'resource' for version {version}: not a supported resource."
        raise ApiError(400, "InvalidRequest", message)
    url = unquote(found[1])
    if quote(url, safe="").lower() != found[1].lower():
        raise _refused(400, "BadRequest", "The meeting join url in subscription is not valid.")
    tenant = _TENANT.search(url)
    if tenant is not None and tenant[1].lower() != state.settings.tenant_id:
        raise _refused(403, "Forbidden", "The meeting tenant does not match the token tenant.")
    meeting = state.meeting_by("join_url", url)
    if meeting is None:
        raise _refused(400, "BadRequest", "The meeting join url in subscription is not valid.")
    return meeting


def require_texts(state: State, body: Json) -> None:
    """400 for what is missing, too long or no address."""
    for name in ("changeType", "notificationUrl", "resource", "expirationDateTime"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise ApiError(400, "InvalidRequest", f"Property '{name}' is required.")
    for name in ("clientState", "encryptionCertificateId"):
        if len(str(body.get(name) or "")) > _LONGEST_TEXT:
            raise ApiError(400, "InvalidRequest", f"Property '{name}' is too long.")
    schemes = ("https://",) if state.options.https_only else ("https://", "http://")
    for name in ("notificationUrl", "lifecycleNotificationUrl"):
        if body.get(name) and not str(body[name]).startswith(schemes):
            raise ApiError(400, "InvalidRequest", f"Property '{name}' must be an HTTPS address.")


def require_kind(body: Json, *, for_records: bool) -> None:
    """400 for changes that never happen to this resource, and for data it cannot include."""
    kinds = set(str(body["changeType"]).split(","))
    if not kinds <= ({"created", "updated"} if for_records else {"updated"}):
        raise ApiError(400, "InvalidRequest", "The changeType is not supported by the resource.")
    if for_records and body.get("includeResourceData"):
        message = "Resource data cannot be included for this resource."
        raise ApiError(400, "InvalidRequest", message)


def expiry(state: State, body: Json, *, for_records: bool) -> datetime:
    """When it is to end: at most three days ahead, raised to 45 minutes."""
    now = state.clock.now()
    wanted = fields.instant(body, "expirationDateTime")
    if wanted is None or wanted <= now:
        message = "Subscription expiration must be a time in the future."
        raise ApiError(400, "InvalidRequest", message)
    if for_records and wanted - now > _LONGEST_FOR_RECORDS:
        message = "Subscription expiration can only be 4230 minutes in the future."
        raise ApiError(400, "ExtensionError", message)
    if wanted - now > _LONGEST:
        reason = f"Expiration time '{wanted.isoformat()}' ('{wanted - now}' from now) is beyond"
        raise _refused(400, "BadRequest", f"{reason} allowed max '3.00:00:00'.")
    return max(wanted, now + _SHORTEST)


def require_lifecycle(state: State, body: Json, expires_at: datetime) -> None:
    """400 for a Teams resource that lives longer than an hour without a lifecycle address."""
    lives_long = expires_at - state.clock.now() > _NEEDS_LIFECYCLE_FROM
    if lives_long and not body.get("lifecycleNotificationUrl"):
        message = "lifecycleNotificationUrl is a required property for subscription creation on"
        raise ApiError(400, "InvalidRequest", f"{message} this resource over 1 hour.")


def certificate(body: Json) -> Certificate | None:
    """The certificate to encrypt with, needed wherever data is included."""
    if not body.get("includeResourceData") and "encryptionCertificate" not in body:
        return None
    if not body.get("encryptionCertificateId"):
        raise ApiError(400, "InvalidRequest", "encryptionCertificateId is required.")
    try:
        return certificate_of(b64decode(str(body.get("encryptionCertificate")), validate=True))
    except (binascii.Error, ValueError):
        message = "encryptionCertificate is not a base64 encoded X.509 certificate with RSA key."
        raise ApiError(400, "InvalidRequest", message) from None


def _refused(status: int, name: str, reason: str) -> ApiError:
    """As the service behind Graph words it."""
    message = f"Operation: Create; Exception: [Status Code: {name}; Reason: {reason}]"
    return ApiError(status, "ExtensionError", message)
