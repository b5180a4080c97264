"""How messages leave us."""

from dataclasses import dataclass
from typing import Protocol

from pydantic import SecretStr


@dataclass(frozen=True)
class OutgoingMessage:
    """One message to one person. `message_id` lets the receiver's mailer see a repeat."""

    message_id: str
    to_address: SecretStr
    subject: str
    text: SecretStr


class Messenger(Protocol):
    """Hands messages to a carrier (SMTP)."""

    async def send(self, message: OutgoingMessage) -> None:
        """Hand over one message; returns once the carrier has taken responsibility for it.

        `ProviderRefused`: this address will never work. `ProviderUnavailable`: surely not sent, try
        later. `ProviderUnsure`: it may have gone; sending again may double it.
        """
        ...
