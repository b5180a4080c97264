"""What providers really post, made of short words: "40 child in" is one line of a story in a room.

Each line is a second after the planned start, who, and what befell them; `@2` names a second device.
Zoom's forms are those of its webhook page, Teams' those of meeting call events, both with the fields
that people's names and addresses come in, which must leave no trace.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

from integrations.teams.events import read_event
from integrations.zoom.webhooks import ZoomSignals
from service.ports import Heard, Posted, Signal
from tests.builders import STARTS

SECRET = "emulator-secret-token"
HOST_ID = "hostAccount01"
TENANT = "2f5b7c1e-0000-4000-8000-000000000001"
HOLDER = "7d0b7f3e-1111-4000-8000-000000000002"
TUTOR = "9a3c5d7e-2222-4000-8000-000000000003"
REFERENCE = "Session K7Q2XM"
CODES = {"child": "K7QMXA", "sibling": "B3RWTC"}
"""Door codes: with Zoom people have a registrant id of their own, with Teams they come under these."""


@dataclass(frozen=True)
class Told:
    """One line of a story: when, who (with which device), and what."""

    second: float
    who: str
    device: str
    what: str

    @property
    def at(self) -> datetime:
        """The instant by the provider's clock."""
        return STARTS + timedelta(seconds=self.second)


def story(text: str) -> tuple[Told, ...]:
    """The lines of a story: `0 call starts; 5 host in; 40 child@2 in`."""
    return tuple(_told(line) for line in text.split(";") if line.strip())


def _told(line: str) -> Told:
    second, who, what = line.split(maxsplit=2)
    name, _, device = who.partition("@")
    return Told(float(second), name, device or "1", what.strip())


def registrant(provider: str, who: str) -> str:
    """What the provider calls somebody for whom there is a way in."""
    if provider == "zoom":
        return f"reg_{who}"
    return TUTOR if who == "tutor" else CODES[who]


# --- Zoom -------------------------------------------------------------------------------------------

ZOOM = {
    "starts": ("meeting.started",),
    "ends": ("meeting.ended",),
    "in": ("meeting.participant_joined",),
    "out": ("meeting.participant_left",),
    "drops": ("meeting.participant_left",),
    "removed": ("meeting.participant_left",),
    "waits": ("meeting.participant_joined_waiting_room",),
    "stops waiting": ("meeting.participant_left_waiting_room",),
    "let in": (
        "meeting.participant_admitted",
        "meeting.participant_left_waiting_room",
        "meeting.participant_joined",
    ),
    "sent back": ("meeting.participant_put_in_waiting_room",),
    "into breakout": ("meeting.participant_left", "meeting.participant_joined_breakout_room"),
}
REASONS = {
    "out": "{} left the meeting.",
    "drops": "{} got disconnected from the meeting.<br>Reason : Network connection error.",
    "removed": "{} left the meeting.<br>Reason : Removed by host.",
    "into breakout": "{} left the meeting to join a breakout room.",
}


async def zoom_signals(told: Told) -> tuple[Signal, ...]:
    """What Zoom posts of one line, read by our own client from signed bytes."""
    found: list[Signal] = []
    for name in ZOOM[told.what]:
        body = json.dumps(_zoom_event(told, name)).encode()
        stamp = str(int(told.at.timestamp()))
        key, message = SECRET.encode(), b"v0:" + stamp.encode() + b":" + body
        signature = f"v0={hmac.new(key, message, hashlib.sha256).hexdigest()}"
        headers = {"X-Zm-Request-Timestamp": stamp, "X-Zm-Signature": signature}
        heard = await ZoomSignals(SecretStr(SECRET)).read(Posted(headers, {}, body), told.at)
        assert isinstance(heard, Heard)
        found += heard.signals
    return tuple(found)


def _zoom_event(told: Told, name: str) -> dict[str, Any]:
    at = told.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    about: dict[str, Any] = {
        "id": "87654321098", "uuid": "/abc==", "host_id": HOST_ID, "topic": REFERENCE, "type": 2,
        "start_time": at, "duration": 45, "timezone": "UTC", "end_time": at,
    }  # fmt: skip
    if told.who != "call":
        about["participant"] = _zoom_person(told, name, at)
    stamp = int(told.at.timestamp() * 1000)
    return {
        "event": name,
        "event_ts": stamp,
        "payload": {"account_id": "acc", "object": about},
    }


def _zoom_person(told: Told, name: str, at: str) -> dict[str, Any]:
    connection = _connection(told) + ("7" if "breakout" in name else "")
    person: dict[str, Any] = {
        "user_id": connection, "user_name": "Ada Lovelace", "email": "ada@example.org", "id": "",
        "participant_uuid": "55555AAA-AAAA-AAAA-AAAA-AAAAAAAAAAAA", "registrant_id": "",
        "participant_user_id": "", "public_ip": "203.0.113.7", "join_time": at, "leave_time": at,
        "date_time": at,
    }  # fmt: skip
    if told.what in REASONS:
        person["leave_reason"] = REASONS[told.what].format("Ada Lovelace")
    if told.who == "host":
        person["participant_user_id"] = HOST_ID
    elif told.who == "caller":
        person["phone_number"] = "441632960000"
    elif told.who not in ("stranger",):
        person["registrant_id"] = registrant("zoom", told.who)
    return person


def _connection(told: Told) -> str:
    return str(1000 + sum(map(ord, told.who)) * 10 + int(told.device))


# --- Teams ------------------------------------------------------------------------------------------


def teams_signals(told: Told) -> tuple[Signal, ...]:
    """What Graph seals of one line, as our own client reads it opened; names in Pascal case, as on
    the wire."""
    plain = json.dumps(_teams_event(told)).encode()
    return read_event(plain, REFERENCE, TENANT)


def _teams_event(told: Told) -> dict[str, Any]:
    event: dict[str, Any] = {
        "@odata.type": "#microsoft.graph.callevent",
        "EventDateTime": told.at.strftime("%Y-%m-%dT%H:%M:%S.0000000Z"),
        "EventType": {"starts": "callStarted", "ends": "callEnded"}.get(told.what, "rosterUpdated"),
    }
    if told.who != "call":
        event["Participants@delta"] = [_teams_person(told)]
    return event


def _teams_person(told: Told) -> dict[str, Any]:
    person: dict[str, Any] = {
        "Id": f"{told.who}-{told.device}",
        "IsInLobby": told.what in ("waits", "sent back"),
        "Info": {"Identity": _teams_identity(told.who)},
    }
    gone = {
        "out": "Participant has left the meeting call.",
        "drops": "Participant has entered an inactive state in the roster.",
    }
    if told.what in gone:
        person["RemovedState"] = {"Reason": gone[told.what]}
    return person


def _teams_identity(who: str) -> dict[str, Any]:
    if who in ("host", "tutor"):
        account = HOLDER if who == "host" else TUTOR
        return {"User": {"Id": account, "DisplayName": "Sam Silver", "TenantId": TENANT}}
    if who == "caller":
        return {"Phone": {"Id": "441632960000", "DisplayName": "+44 1632 960000"}}
    name = CODES.get(who, "Somebody's iPad")
    return {"Guest": {"Id": f"guest-{who}", "DisplayName": name}}


async def signals_of(provider: str, told: tuple[Told, ...]) -> tuple[Signal, ...]:
    """Everything the provider tells of a story, in the order of the story."""
    return tuple([signal for one in told for signal in await _signals(provider, one)])


async def _signals(provider: str, told: Told) -> tuple[Signal, ...]:
    return await zoom_signals(told) if provider == "zoom" else teams_signals(told)


def doubled(signals: tuple[Signal, ...]) -> Iterator[Signal]:
    """Everything told twice, backwards."""
    yield from reversed(signals)
    yield from signals
