"""Hands short messages to an SMS gateway over HTTP, and says by remedy what came of it.

Most gateways take a JSON body under a bearer token; one that wants other names needs a small proxy
before it. We send `POST <url>` with `{"to", "from", "text", "reference"}` and an `Idempotency-Key`,
and take any 2xx for "we have it". The reference is the same at each try of one message.
"""

from datetime import datetime
from http import HTTPStatus

import aiohttp
from pydantic import SecretStr

from integrations.http import Answer, Call, Limits, send
from integrations.retry_after import parse_retry_after
from service.errors import (
    ProviderBusy,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnsure,
)
from service.ports import Clock, OutgoingText, Texter

LIMITS = Limits(total_for=10.0, largest_answer=64 * 1024)
"""Short: while a gateway is silent, somebody else is to be rung."""


class GatewayTexter(Texter):
    """One gateway. `url` takes the messages, `sender` is the name or number they come from."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        url: str,
        token: SecretStr,
        sender: str,
        clock: Clock,
        limits: Limits = LIMITS,
    ) -> None:
        self._session = session
        self._url = url
        self._token = token
        self._sender = sender
        self._clock = clock
        self._limits = limits

    async def send(self, message: OutgoingText) -> None:
        """See `Texter.send`."""
        call = Call(
            "POST",
            self._url,
            headers={
                "Authorization": f"Bearer {self._token.get_secret_value()}",
                "Idempotency-Key": message.message_id,
            },
            json={
                "to": plain(message.to_number),
                "from": self._sender,
                "text": message.text,
                "reference": message.message_id,
            },
        )
        fault = fault_of(await send(self._session, call, self._limits), self._clock.now())
        if fault is not None:
            raise fault


def plain(number: SecretStr) -> str:
    """A telephone number as gateways read it: digits, with the plus if there is one."""
    return "".join(sign for sign in number.get_secret_value() if sign.isdigit() or sign == "+")


def fault_of(answer: Answer, now: datetime) -> ProviderError | None:
    """What an answer means for the caller; None if the gateway has the message."""
    status = answer.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        retry_at = parse_retry_after(answer.headers.get("Retry-After", ""), now)
        return ProviderBusy("The SMS gateway asked us to wait.", retry_at=retry_at)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return ProviderUnavailable("The SMS gateway is not available.")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ProviderUnsure("The SMS gateway failed; the message may have gone.")
    # A wrong number and a wrong token look different to a person, and the same to this message.
    return ProviderRefused("The SMS gateway refused this message.")


class NoTexts(Texter):
    """No gateway is set up: whoever would be rung is reached another way, at once."""

    async def send(self, message: OutgoingText) -> None:
        """Nothing is sent."""
        raise ProviderRefused("No SMS gateway is set up.")
