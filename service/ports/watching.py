"""How a provider is asked to tell us about calls."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.ports.meetings import MeetingHandle


@dataclass(frozen=True)
class Watch:
    """A provider's promise to tell us about one call (or about all), until it runs out.

    `expires_at` is when it falls silent unless renewed; the provider may forget it only much later.
    """

    watch_id: str
    expires_at: datetime


class CallWatcher(Protocol):
    """For providers that tell us about a call only if asked to, before it starts (Teams)."""

    async def watch_meeting(self, handle: MeetingHandle, reference: str) -> Watch:
        """Ask to be told about a meeting; a watch that is there already is taken over."""
        ...

    async def renew(self, watch_id: str) -> Watch:
        """Prolong a watch and let what was held back be delivered. `ProviderGone`: there is none."""
        ...

    async def stop(self, watch_id: str) -> None:
        """Give a watch up. Safe to repeat."""
        ...

    async def watch_account(self) -> Watch:
        """Ask to be told of every call on the organisation's accounts, once it is over; renews too."""
        ...
