"""Signing and delivering events as Zoom does: three retries on faults, none after a 3xx or 4xx."""

import asyncio
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from integrations.zoom.emulator.state import State

Json = dict[str, Any]

RETRIES = (timedelta(minutes=5), timedelta(minutes=20), timedelta(minutes=60))
_ANSWER_WITHIN = aiohttp.ClientTimeout(total=3)
_VALIDATE_EVERY = timedelta(hours=72)
_FAILURES_UNTIL_DISABLED = 6


@dataclass
class Delivery:
    """One event on its way. A retry keeps body and request id; the signature is new each time."""

    event: str
    body: bytes
    request_id: str
    due_at: datetime | None
    tries: int = 0
    outcomes: list[int] = field(default_factory=list)
    state: str = "pending"


@dataclass
class Ordered:
    """What is to go wrong with events: `mode` deliver, drop, double, hold or late."""

    mode: str = "deliver"
    events: tuple[str, ...] = ()
    late_for: timedelta = timedelta(0)

    def mode_of(self, event: str) -> str:
        """The mode for one kind of event; no list means all."""
        return self.mode if not self.events or event in self.events else "deliver"


class Outbox:
    """Events in the order they happened, delivered one after the other."""

    def __init__(self, state: State, url: str) -> None:
        self.url = url
        self.ordered = Ordered()
        self.deliveries: list[Delivery] = []
        self.failed_validations = 0
        self.wake = asyncio.Event()
        self._state = state
        self._busy = asyncio.Lock()
        self._validate_at = state.clock.now() + _VALIDATE_EVERY

    @property
    def is_disabled(self) -> bool:
        """Whether Zoom has given the address up."""
        return self.failed_validations >= _FAILURES_UNTIL_DISABLED

    def put(self, event: str, body: Json) -> None:
        """Take one event in; what becomes of it is decided by the ordered faults."""
        mode = self.ordered.mode_of(event)
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        due_at: datetime | None = self._state.clock.now()
        if mode == "late" and due_at is not None:
            due_at += self.ordered.late_for
        if mode == "hold":
            due_at = None
        for _ in range(2 if mode == "double" else 1):
            delivery = Delivery(event, raw, self._new_request_id(), due_at)
            if mode == "drop" or not self.url or self.is_disabled:
                delivery.state = "dropped"
            self.deliveries.append(delivery)
        self.wake.set()

    def release(self, backwards: bool) -> None:
        """Send what was held back, in order or the newest first."""
        held = [one for one in self.deliveries if one.state == "pending" and one.due_at is None]
        rest = [one for one in self.deliveries if one not in held]
        for one in held:
            one.due_at = self._state.clock.now()
        self.deliveries = rest + (held[::-1] if backwards else held)

    async def deliver_due(self, session: aiohttp.ClientSession) -> None:
        """Deliver everything due by the emulator's clock; returns once nothing more is due."""
        async with self._busy:
            if self.url and not self.is_disabled and self._state.clock.now() >= self._validate_at:
                await self.validate(session)
            while (one := self._next_due()) is not None:
                await self._try(session, one)

    async def validate(self, session: aiohttp.ClientSession) -> bool:
        """Ask the address to prove itself; after six failures in a row it is given up."""
        self._validate_at = self._state.clock.now() + _VALIDATE_EVERY
        plain = self._state.new_token(16)
        body = {
            "payload": {"plainToken": plain},
            "event_ts": self._milliseconds(),
            "event": "endpoint.url_validation",
        }
        raw = json.dumps(body, separators=(",", ":")).encode()
        status, answer = await self._post(session, raw, self._new_request_id())
        wanted = {"plainToken": plain, "encryptedToken": self._hmac(plain.encode())}
        is_right = status == 200 and answer == wanted
        self.failed_validations = 0 if is_right else self.failed_validations + 1
        return is_right

    def _next_due(self) -> Delivery | None:
        now = self._state.clock.now()
        for one in self.deliveries:
            if one.state == "pending" and one.due_at is not None and one.due_at <= now:
                return one
        return None

    async def _try(self, session: aiohttp.ClientSession, one: Delivery) -> None:
        status, _ = await self._post(session, one.body, one.request_id)
        one.outcomes.append(status)
        one.tries += 1
        if 200 <= status < 300:
            one.state = "delivered"
        elif (status < 0 or status >= 500) and one.tries <= len(RETRIES):
            one.due_at = self._state.clock.now() + RETRIES[one.tries - 1]
        else:
            one.state = "lost"

    async def _post(
        self, session: aiohttp.ClientSession, raw: bytes, request_id: str
    ) -> tuple[int, object]:
        stamp = str(int(self._state.clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Zoom Marketplace/1.0a",
            "x-zm-request-timestamp": stamp,
            "x-zm-signature": "v0=" + self._hmac(b"v0:" + stamp.encode() + b":" + raw),
            "x-zm-request-id": request_id,
            "x-zm-trackingid": f"v=2.0;clid=aw1;rid=WEB_{request_id}",
            "clientid": self._state.settings.client_id,
        }
        try:
            async with session.post(
                self.url, data=raw, headers=headers, timeout=_ANSWER_WITHIN, allow_redirects=False
            ) as answer:
                text = await answer.read()
                return answer.status, _json_or_none(text)
        except TimeoutError:
            return -1, None
        except aiohttp.ClientError:
            return -2, None

    def _hmac(self, message: bytes) -> str:
        key = self._state.settings.webhook_secret.encode()
        return hmac.new(key, message, hashlib.sha256).hexdigest()

    def _milliseconds(self) -> int:
        return int(self._state.clock.now().timestamp() * 1000)

    def _new_request_id(self) -> str:
        return self._state.new_guid().lower().replace("-", "_")


def _json_or_none(text: bytes) -> object:
    try:
        found: object = json.loads(text)
    except ValueError:
        return None
    return found
