"""How short messages reach the telephones of staff. Parents are never written to this way."""

from dataclasses import dataclass
from typing import Protocol

from pydantic import SecretStr


@dataclass(frozen=True)
class OutgoingText:
    """One short message to one number. `message_id` lets the carrier see a repeat."""

    message_id: str
    to_number: SecretStr
    text: str


class Texter(Protocol):
    """Hands short messages to a carrier (SMS)."""

    async def send(self, message: OutgoingText) -> None:
        """Hand over one message; returns once the carrier has taken responsibility for it.

        `ProviderRefused`: it will not go, until a person mends the cause. `ProviderBusy`,
        `ProviderUnavailable`: surely not sent, try later. `ProviderUnsure`: it may have gone; the same
        `message_id` sent again is the same message to carriers that know it.
        """
        ...
