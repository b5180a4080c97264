"""The word that each watch carries, by which we know its notifications without looking anything up.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks (clientState)
"""

import hashlib
import hmac
import re

_REFERENCE = re.compile(r"[A-Za-z0-9_-]{0,60}")
_SHORTEST_KEY = 16


class ClientStates:
    """Makes and checks `reference.HMAC`; the empty reference stands for the account's own watch."""

    def __init__(self, key: bytes) -> None:
        if len(key) < _SHORTEST_KEY:
            raise ValueError("a short key would let anyone make a client state")
        self._key = key

    def of(self, reference: str) -> str:
        """The client state of a reference; Graph takes at most 128 characters."""
        if not _REFERENCE.fullmatch(reference):
            raise ValueError("a reference of another form does not fit a client state")
        digest = hmac.new(self._key, reference.encode(), hashlib.sha256)
        return f"{reference}.{digest.hexdigest()}"

    def reference_of(self, state: object) -> str | None:
        """The reference in a client state of ours; None if it is not ours. Takes constant time."""
        if not isinstance(state, str):
            return None
        reference = state.partition(".")[0]
        if not _REFERENCE.fullmatch(reference):
            return None
        ours = hmac.compare_digest(self.of(reference).encode(), state.encode(errors="replace"))
        return reference if ours else None
