"""What Zoom posts to us: signature and age first, then the few facts we keep.

https://developers.zoom.us/docs/api/webhooks/
Names, e-mail addresses, IP addresses and leave reasons (which hold names) are left behind here.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from integrations.zoom.meetings import is_reference
from integrations.zoom.protocol import instant_of
from service.errors import InvalidInput, NotSignedIn
from service.policy.signs import Manner
from service.ports import Challenge, Heard, Posted, Signal, SignalKind, SignalSource

OLDEST = timedelta(seconds=300)

_KINDS = {
    "meeting.started": SignalKind.STARTED,
    "meeting.ended": SignalKind.ENDED,
    "meeting.participant_joined": SignalKind.JOINED,
    "meeting.participant_left": SignalKind.LEFT,
    "meeting.participant_joined_waiting_room": SignalKind.WAITING,
    "meeting.participant_put_in_waiting_room": SignalKind.WAITING,
    "meeting.participant_jbh_waiting": SignalKind.WAITING,
    "meeting.participant_admitted": SignalKind.WAITED,
    "meeting.participant_left_waiting_room": SignalKind.WAITED,
    "meeting.participant_jbh_waiting_left": SignalKind.WAITED,
    "meeting.participant_joined_breakout_room": SignalKind.BREAKOUT,
    "meeting.participant_role_changed": SignalKind.ROLE_CHANGED,
    "recording.started": SignalKind.RECORDING,
    "recording.resumed": SignalKind.RECORDING,
    # Comes when a recording is ready: late, but the only word of it if the first one was lost.
    "recording.completed": SignalKind.RECORDING,
    # The AI companion writes down what is said.
    "meeting.ai_companion_started": SignalKind.RECORDING,
    "meeting.created": SignalKind.CREATED,
    "meeting.updated": SignalKind.CHANGED,
    "meeting.deleted": SignalKind.CHANGED,
}

# Where each kind says when it happened; arrival says nothing: events come late and out of order.
_WHEN = {
    SignalKind.STARTED: ("object", "start_time"),
    SignalKind.ENDED: ("object", "end_time"),
    SignalKind.JOINED: ("participant", "join_time"),
    SignalKind.LEFT: ("participant", "leave_time"),
    SignalKind.BREAKOUT: ("participant", "join_time"),
    SignalKind.RECORDING: ("recording_file", "recording_start"),
}


class ZoomSignals(SignalSource):
    """Reads Zoom's webhooks. `secret_token` is the app's webhook secret, not its client secret."""

    def __init__(self, secret_token: SecretStr) -> None:
        if not secret_token.get_secret_value():
            raise ValueError("an empty webhook secret would let anyone sign")
        self._key = secret_token.get_secret_value().encode()

    async def read(self, posted: Posted, now: datetime) -> Heard | Challenge:
        """See `SignalSource.read`."""
        # The validation request comes after it too: answering an unsigned one would make this an
        # oracle for HMACs under our secret.
        self._verify(posted.headers, posted.body, now)
        event = _object_of(posted.body)
        if event.get("event") == "endpoint.url_validation":
            return self._answer(event)
        return Heard((_signal_of(event, hashlib.sha256(posted.body).hexdigest()),))

    def _verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        found = {name.lower(): value for name, value in headers.items()}
        stamp = found.get("x-zm-request-timestamp", "")
        if not re.fullmatch(r"[0-9]{10}", stamp):
            raise NotSignedIn("The signature's time is missing.")
        wanted = "v0=" + self._hmac(b"v0:" + stamp.encode() + b":" + body)
        given = found.get("x-zm-signature", "")
        if not hmac.compare_digest(wanted.encode(), given.encode(errors="replace")):
            raise NotSignedIn("The signature is not Zoom's.")
        if abs(now - datetime.fromtimestamp(int(stamp), UTC)) > OLDEST:
            raise NotSignedIn("The signature is too old.")

    def _answer(self, event: Mapping[str, Any]) -> Challenge:
        plain = _part(event, "payload").get("plainToken")
        if not isinstance(plain, str) or not plain:
            raise InvalidInput("The validation request holds no token.")
        answer = {"plainToken": plain, "encryptedToken": self._hmac(plain.encode())}
        return Challenge(json.dumps(answer), "application/json")

    def _hmac(self, message: bytes) -> str:
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()


def _signal_of(event: Mapping[str, Any], digest: str) -> Signal:
    what = _part(_part(event, "payload"), "object")
    kind = _KINDS.get(str(event.get("event")), SignalKind.OTHER)
    provider_id = _id(what.get("id"))
    if kind is not SignalKind.OTHER and not provider_id:
        raise InvalidInput("The event names no meeting.")
    who = _known_person(_part(what, "participant"))
    topic = what.get("topic")
    return Signal(
        digest=digest,
        kind=kind,
        provider_id=provider_id,
        occurrence=_id(what.get("uuid")),
        happened_at=_happened_at(event, kind),
        registrant_id=_id(who.get("registrant_id")),
        # Only the id of a signed-in member: `id` may hold other things, and a guess is worse.
        account_id=_id(who.get("participant_user_id")),
        connection=_id(who.get("user_id")),
        new_role=_id(who.get("new_role")) if kind is SignalKind.ROLE_CHANGED else "",
        as_host=_is_host(who, what),
        # Any other topic may have been written by a person, about a person.
        reference=str(topic) if is_reference(topic) else "",
        host_account=_id(what.get("host_id")),
        manner=_manner_of(_part(what, "participant")),
    )


def _manner_of(who: Mapping[str, Any]) -> Manner:
    """By telephone, or put out by somebody. The reason for leaving is free text with a name in it: one
    phrase of it is looked for, and nothing of it is kept."""
    if who.get("phone_number"):
        return Manner.BY_PHONE
    return Manner.PUT_OUT if "Removed by host" in str(who.get("leave_reason")) else Manner.PLAIN


def _known_person(who: Mapping[str, Any]) -> Mapping[str, Any]:
    """A caller by telephone is not the holder of the link whose number they typed (pitfall 51)."""
    if not who.get("phone_number"):
        return who
    return {**who, "registrant_id": "", "participant_user_id": ""}


def _is_host(who: Mapping[str, Any], what: Mapping[str, Any]) -> bool:
    """Whether the person signed in as the account that hosts the meeting."""
    account = _id(who.get("participant_user_id"))
    return bool(account) and account == _id(what.get("host_id"))


def _happened_at(event: Mapping[str, Any], kind: SignalKind) -> datetime:
    payload = _part(event, "payload")
    what = _part(payload, "object")
    place, name = _WHEN.get(kind, ("participant", "date_time"))
    if isinstance(what.get("recording_files"), list):
        what = {**what, "recording_file": next(iter(what["recording_files"]), None)}
    part = what if place == "object" else _part(what, place)
    at = instant_of(part.get(name)) or _stamp(payload.get("time_stamp"))
    at = at or _stamp(event.get("event_ts"))
    if at is None:
        raise InvalidInput("The event does not say when it happened.")
    return at


def _stamp(value: object) -> datetime | None:
    """Milliseconds; bounded so that a nonsense number is refused and not an overflow."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**14:
        return datetime.fromtimestamp(value / 1000, UTC)
    return None


def _object_of(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidInput("The event is not JSON.") from None
    if not isinstance(found, dict):
        raise InvalidInput("The event is not a JSON object.")
    return found


def _part(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = found.get(name)
    return part if isinstance(part, dict) else {}


def _id(value: object) -> str:
    """Ids come as text in some events and as numbers in others."""
    return str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
