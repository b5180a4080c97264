"""Subscriptions: made after a handshake, kept alive by reauthorising, gone when they expire.

https://learn.microsoft.com/graph/api/resources/subscription
https://learn.microsoft.com/graph/change-notifications-lifecycle-events
"""

import uuid
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import aiohttp
from aiohttp import web
from yarl import URL

from integrations.teams.emulator import wishes
from integrations.teams.emulator.accounts import require_role, token_of
from integrations.teams.emulator.deliveries import Outbox
from integrations.teams.emulator.directory import require_policy
from integrations.teams.emulator.keys import OUTBOX, SENDER, STATE, body_of
from integrations.teams.emulator.settings import graph_time
from integrations.teams.emulator.state import ApiError, State, Subscription

Json = dict[str, Any]

_REMINDERS = tuple(timedelta(minutes=minutes) for minutes in (45, 30, 15))
_HANDSHAKE = "Validation: Testing client application reachability for subscription Request-Id:"
_MEETING_ROLES = ("OnlineMeetings.Read.All", "OnlineMeetings.ReadWrite.All")


async def create_subscription(request: web.Request) -> web.Response:
    """POST /subscriptions → 201, once the addresses have answered the handshake."""
    state, body = request.app[STATE], await body_of(request)
    wishes.require_texts(state, body)
    subscription = _wanted(request, body)
    _refuse_second(state, subscription)
    if len(state.subscriptions) >= state.options.subscription_quota:
        message = "Operation: Create; the limit of subscriptions has been reached."
        raise ApiError(403, "Forbidden", message)
    for url in (subscription.notification_url, subscription.lifecycle_url):
        if url:
            await _shake_hands(state, request.app[SENDER], url)
    _refuse_second(state, subscription)
    state.subscribe(subscription)
    return web.json_response(described(state, subscription), status=201)


async def list_subscriptions(request: web.Request) -> web.Response:
    """GET /subscriptions: this application's."""
    state = request.app[STATE]
    rows = [described(state, one) for one in state.subscriptions.values()]
    return web.json_response({"value": rows})


async def read_subscription(request: web.Request) -> web.Response:
    """GET /subscriptions/{id}."""
    return web.json_response(described(request.app[STATE], _found(request)))


async def update_subscription(request: web.Request) -> web.Response:
    """PATCH /subscriptions/{id} → 200: a new expiry (which also reauthorises), a new certificate."""
    state, subscription = request.app[STATE], _found(request)
    body = await body_of(request)
    if "lifecycleNotificationUrl" in body:
        message = "lifecycleNotificationUrl cannot be changed after creation."
        raise ApiError(400, "InvalidRequest", message)
    certificate = wishes.certificate(body)
    if "expirationDateTime" in body:
        for_records = not subscription.meeting_id
        subscription.expires_at = wishes.expiry(state, body, for_records=for_records)
        _authorise(request, subscription)
    if certificate is not None:
        subscription.certificate = certificate
        subscription.certificate_id = str(body["encryptionCertificateId"])
    return web.json_response(described(state, subscription))


async def reauthorize_subscription(request: web.Request) -> web.Response:
    """POST /subscriptions/{id}/reauthorize → 204: it stands on this call's token from now on."""
    _authorise(request, _found(request))
    return web.Response(status=204)


async def delete_subscription(request: web.Request) -> web.Response:
    """DELETE /subscriptions/{id} → 204. What is on its way still arrives."""
    request.app[STATE].unsubscribe(_found(request))
    return web.Response(status=204)


def tend(state: State, outbox: Outbox) -> None:
    """Remind of what runs out, and forget what has run out."""
    now = state.clock.now()
    for subscription in list(state.subscriptions.values()):
        if subscription.expires_at <= now:
            outbox.forget_paused(subscription)
            state.unsubscribe(subscription)
            continue
        ends_at = min(subscription.authorised_until, subscription.expires_at)
        for before in _REMINDERS:
            if subscription.reminded_until < ends_at - before <= now:
                subscription.reminded_until = ends_at - before
                outbox.put_lifecycle(subscription, "reauthorizationRequired")


def described(state: State, one: Subscription) -> Json:
    """The subscription as Graph answers it; the certificate is not repeated."""
    application = state.settings.client_id
    return {
        "@odata.context": "https://graph.microsoft.com/beta/$metadata#subscriptions/$entity",
        "id": one.subscription_id,
        "resource": one.resource,
        "applicationId": application,
        "changeType": one.change_type,
        "clientState": one.client_state,
        "notificationUrl": one.notification_url,
        "notificationQueryOptions": None,
        "lifecycleNotificationUrl": one.lifecycle_url or None,
        "expirationDateTime": graph_time(one.expires_at),
        "creatorId": str(uuid.uuid5(uuid.UUID(state.settings.tenant_id), application)),
        "includeResourceData": one.includes_data,
        "latestSupportedTlsVersion": "v1_2",
        "encryptionCertificate": None,
        "encryptionCertificateId": one.certificate_id or None,
        "notificationUrlAppId": None,
    }


# --- steps ------------------------------------------------------------------------------------------


def _wanted(request: web.Request, body: Json) -> Subscription:
    state, resource = request.app[STATE], str(body["resource"])
    for_records = wishes.is_for_records(resource)
    require_role(request, ("CallRecords.Read.All",) if for_records else _MEETING_ROLES)
    meeting_id = ""
    if not for_records:
        meeting = wishes.meeting_in(state, resource, request.match_info["version"])
        meeting_id = meeting.meeting_id
        if state.options.events_need_policy:
            require_policy(state, state.users[meeting.organiser_id])
    wishes.require_kind(body, for_records=for_records)
    expires_at = wishes.expiry(state, body, for_records=for_records)
    if not for_records:
        wishes.require_lifecycle(state, body, expires_at)
    return _made(request, body, expires_at, meeting_id)


def _made(request: web.Request, body: Json, expires_at: datetime, meeting_id: str) -> Subscription:
    state = request.app[STATE]
    return Subscription(
        subscription_id=state.new_guid(),
        resource=str(body["resource"]),
        change_type=str(body["changeType"]),
        notification_url=str(body["notificationUrl"]),
        lifecycle_url=str(body.get("lifecycleNotificationUrl") or ""),
        client_state=body.get("clientState"),
        expires_at=expires_at,
        authorised_until=token_of(request).expires_at,
        reminded_until=state.clock.now(),
        meeting_id=meeting_id,
        includes_data=bool(body.get("includeResourceData")),
        certificate=wishes.certificate(body),
        certificate_id=str(body.get("encryptionCertificateId") or ""),
    )


def _refuse_second(state: State, wanted: Subscription) -> None:
    """One subscription per application and meeting."""
    one = state.subscription_on(wanted.meeting_id)
    if one is not None:
        message = f"Subscription Id {one.subscription_id} already exists for the resource."
        raise ApiError(409, "ExtensionError", f"Operation: Create; Exception: [{message}]")


def _authorise(request: web.Request, subscription: Subscription) -> None:
    subscription.authorised_until = token_of(request).expires_at
    subscription.reminded_until = request.app[STATE].clock.now()
    request.app[OUTBOX].wake.set()


def _found(request: web.Request) -> Subscription:
    identity = request.match_info["subscription_id"]
    found = request.app[STATE].subscriptions.get(identity)
    if found is None or found.expires_at <= request.app[STATE].clock.now():
        raise ApiError(404, "ResourceNotFound", "The object was not found.")
    return found


async def _shake_hands(state: State, session: aiohttp.ClientSession, url: str) -> None:
    """The address must repeat our token, plainly and in time, or there is no subscription."""
    token = f"{_HANDSHAKE} {state.new_guid()}"
    join = "&" if "?" in url else "?"
    asked = URL(f"{url}{join}validationToken={quote_plus(token)}", encoded=True)
    limit = aiohttp.ClientTimeout(total=state.settings.validate_within)
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    is_right = False
    try:
        async with session.post(
            asked, headers=headers, timeout=limit, allow_redirects=False
        ) as answer:
            text = await answer.text()
            is_plain = answer.content_type == "text/plain"
            is_right = answer.status == 200 and is_plain and text == token
    except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError):
        pass
    if not is_right:
        message = "Subscription validation request failed. Notification endpoint must respond"
        raise ApiError(400, "InvalidRequest", f"{message} with 200 OK to validation request.")
