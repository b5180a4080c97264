"""Notifications on their way: in order, tried again for four hours, paused without authority.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from integrations.teams.emulator import signing
from integrations.teams.emulator.events import as_seen_live
from integrations.teams.emulator.receivers import WINDOW, Receivers
from integrations.teams.emulator.sealing import sealed
from integrations.teams.emulator.settings import graph_time
from integrations.teams.emulator.state import State, Subscription

Json = dict[str, Any]

KEPT_FOR = timedelta(hours=4)
_FIRST_PAUSE = timedelta(seconds=10)
_LONGEST_PAUSE = timedelta(minutes=30)


@dataclass(eq=False)
class Item:
    """One notification on its way; retries keep its body, the tokens beside it are new each time."""

    name: str
    subscription_id: str
    url: str
    body: Json
    made_at: datetime
    due_at: datetime | None
    is_rich: bool = False
    can_pause: bool = True
    forgery: str = ""
    tries: int = 0
    outcomes: list[int] = field(default_factory=list)
    state: str = "pending"


@dataclass
class Ordered:
    """What is to go wrong: `mode` deliver, drop, double, hold, late, forged or wrong_state."""

    mode: str = "deliver"
    events: tuple[str, ...] = ()
    late_for: timedelta = timedelta(0)
    form: str = "token"

    def mode_of(self, name: str) -> str:
        """The mode for one kind of event; no list means all."""
        return self.mode if not self.events or name in self.events else "deliver"


class Outbox:
    """Everything told to subscribers, what became of it, and how quick they were."""

    def __init__(self, state: State) -> None:
        self.ordered = Ordered()
        self.items: list[Item] = []
        self._waiting: list[Item] = []
        self.wake = asyncio.Event()
        self._state = state
        self._busy = asyncio.Lock()
        self._receivers = Receivers(state)

    # --- taking in --------------------------------------------------------------------------------

    def put_event(self, subscription: Subscription, event: Json) -> None:
        """One event of a call, encrypted with the certificate the subscription has now."""
        body = {
            **self._common(subscription),
            "changeType": "updated",
            "organizationId": self._state.settings.tenant_id,
            "resource": subscription.resource,
            "resourceData": {
                "@odata.id": subscription.resource,
                "@odata.type": "#microsoft.graph.callevent",
                "id": event["id"],
            },
        }
        is_rich = subscription.certificate is not None
        if subscription.certificate is not None:
            is_pascal = self._state.options.keys_case == "pascal"
            body["encryptedContent"] = sealed(
                as_seen_live(event) if is_pascal else event,
                subscription.certificate,
                subscription.certificate_id,
                is_forged=self._forgery(event["eventType"]) == "signature",
            )
        url = subscription.notification_url
        self._put(event["eventType"], subscription, url, body, is_rich=is_rich)

    def put_record(self, subscription: Subscription, change: str, data: Json) -> None:
        """A call record was made or has grown; its id stands open."""
        body = {
            **self._common(subscription),
            "changeType": change,
            "resource": data["@odata.id"],
            "resourceData": data,
        }
        self._put(f"callRecord.{change}", subscription, subscription.notification_url, body)

    def put_lifecycle(self, subscription: Subscription, event: str) -> None:
        """A word about the subscription itself; not said without an address for it."""
        if subscription.lifecycle_url:
            body = {**self._common(subscription), "lifecycleEvent": event}
            self._put(event, subscription, subscription.lifecycle_url, body, can_pause=False)

    def release(self, backwards: bool) -> None:
        """Send what was held back, in order or the newest first."""
        held = [one for one in self._waiting if one.due_at is None]
        for one in held:
            one.due_at = self._state.clock.now()
        rest = [one for one in self._waiting if one not in held]
        self._waiting = rest + (held[::-1] if backwards else held)

    def forget_paused(self, subscription: Subscription) -> None:
        """The subscription has run out: what waited for its authority is lost."""
        for one in self._waiting:
            if one.subscription_id == subscription.subscription_id and self._is_paused(one):
                one.state = "lost"

    # --- sending ----------------------------------------------------------------------------------

    async def deliver_due(self, session: aiohttp.ClientSession) -> None:
        """Deliver everything due by the emulator's clock; returns once nothing more is due."""
        async with self._busy:
            while batch := self._next_batch():
                await self._try(session, batch)

    def _common(self, subscription: Subscription) -> Json:
        return {
            "subscriptionId": subscription.subscription_id,
            "clientState": subscription.client_state,
            "subscriptionExpirationDateTime": graph_time(subscription.expires_at),
            "tenantId": self._state.settings.tenant_id,
        }

    def _forgery(self, name: str) -> str:
        return self.ordered.form if self.ordered.mode_of(name) == "forged" else ""

    def _put(
        self,
        name: str,
        subscription: Subscription,
        url: str,
        body: Json,
        *,
        is_rich: bool = False,
        can_pause: bool = True,
    ) -> None:
        mode, now = self.ordered.mode_of(name), self._state.clock.now()
        if mode == "wrong_state":
            body = {**body, "clientState": self._state.new_key()}
        for _ in range(2 if mode == "double" else 1):
            due_at = None if mode == "hold" else now + self._delay(mode, url)
            identity = subscription.subscription_id
            item = Item(name, identity, url, body, now, due_at, is_rich, can_pause)
            item.forgery = self._forgery(name)
            if mode == "drop" or self._receivers.is_dropping(url):
                item.state = "dropped"
            self.items.append(item)
            self._waiting += [item] if item.state == "pending" else []
        self.wake.set()

    def _delay(self, mode: str, url: str) -> timedelta:
        """A receiver that answers slowly is told ten minutes later."""
        if mode == "late":
            return self.ordered.late_for
        return WINDOW if self._receivers.is_slow(url) else timedelta(0)

    def _is_paused(self, one: Item) -> bool:
        """Whether the token the subscription stands on has run out, and nobody renewed it."""
        subscription = self._state.subscriptions.get(one.subscription_id)
        is_silenced = (
            subscription is not None and subscription.authorised_until <= self._state.clock.now()
        )
        return one.state == "pending" and one.can_pause and is_silenced

    def _next_batch(self) -> list[Item]:
        """The next item due, and others that may share its body."""
        now = self._state.clock.now()
        most = max(1, self._state.options.items_per_body)
        batch: list[Item] = []
        self._waiting = [one for one in self._waiting if one.state == "pending"]
        for one in self._waiting:
            if one.due_at is None or one.due_at > now or len(batch) == most:
                continue
            if now - one.made_at > KEPT_FOR:
                one.state = "lost"
            elif not self._is_paused(one) and (not batch or _share(batch[0], one)):
                batch.append(one)
        return batch

    async def _try(self, session: aiohttp.ClientSession, batch: list[Item]) -> None:
        status = await self._post(session, batch)
        for one in batch:
            one.outcomes.append(status)
            one.tries += 1
            one.due_at = self._state.clock.now() + _pause(one.tries)
            if 200 <= status < 300:
                one.state = "delivered"

    async def _post(self, session: aiohttp.ClientSession, batch: list[Item]) -> int:
        body: Json = {"value": [one.body for one in batch]}
        first = batch[0]
        if first.is_rich and first.forgery != "missing":
            body["validationTokens"] = [signing.validation_token(self._state, first.forgery)]
        mine = self._state.settings
        within = mine.retry_within if first.tries else mine.answer_within
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with session.post(
                first.url,
                json=body,
                timeout=aiohttp.ClientTimeout(total=within),
                allow_redirects=False,
            ) as answer:
                await answer.read()
                return answer.status
        except TimeoutError:
            return -1
        except aiohttp.ClientError:
            return -2
        finally:
            self._receivers.note(first.url, loop.time() - began)


def _share(first: Item, other: Item) -> bool:
    """Whether two may travel together."""
    return (first.url, first.is_rich, first.forgery, first.tries > 0) == (
        other.url,
        other.is_rich,
        other.forgery,
        other.tries > 0,
    )


def _pause(tries: int) -> timedelta:
    return min(_FIRST_PAUSE * (1 << tries - 1), _LONGEST_PAUSE)
