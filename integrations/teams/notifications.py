"""A post to our hook, taken apart: the answer to a challenge, or items and the tokens beside them.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

import re
from dataclasses import dataclass, field

from integrations.teams.client_state import ClientStates
from integrations.teams.identities import is_object_id
from integrations.teams.reading import Json, object_of, part, rows, text
from service.errors import InvalidInput
from service.ports import Challenge, WatchNews, WatchNotice

MOST_ITEMS = 1000
_PRINTABLE = re.compile(r"[\x20-\x7e]{1,2048}")
_CALL_RECORDS = "communications/callrecords/"

# Others may be added; they are left alone
# (https://learn.microsoft.com/graph/change-notifications-lifecycle-events).
_NEWS = {
    "reauthorizationrequired": WatchNews.RENEW,
    "subscriptionremoved": WatchNews.REMOVED,
    "missed": WatchNews.MISSED,
}


@dataclass(frozen=True)
class Item:
    """A notification that bears one of our client states, and the reference in it."""

    reference: str
    content: Json = field(repr=False)

    @property
    def is_lifecycle(self) -> bool:
        """Whether it is about the watch itself."""
        return "lifecycleEvent" in self.content

    @property
    def is_sealed(self) -> bool:
        """Whether it is about a meeting, in sealed form."""
        return bool(self.reference) and not self.is_lifecycle and "encryptedContent" in self.content

    @property
    def record_id(self) -> str:
        """The call record it is about; empty if it is about something else."""
        resource = text(self.content, "resource").strip("/").lower()
        if self.reference or self.is_lifecycle or not resource.startswith(_CALL_RECORDS):
            return ""
        record_id = text(part(self.content, "resourceData"), "id").lower()
        return record_id if is_object_id(record_id) else ""


def answer_to(token: str) -> Challenge:
    """The answer to a validation request: the token as it came, as plain text.

    Anyone may send one, so only what a browser could not take for more than text is echoed.
    """
    if not _PRINTABLE.fullmatch(token):
        raise InvalidInput("The validation token is not plain text.")
    return Challenge(token, "text/plain")


def read_post(
    body: bytes, states: ClientStates, tenant_id: str
) -> tuple[tuple[Item, ...], list[str]]:
    """The items that bear our client state and are of our tenant, and all validation tokens.

    One post may hold items of several watches; strangers among them are left out.
    """
    post = object_of(body) or {}
    items = []
    for content in rows(post, "value")[:MOST_ITEMS]:
        reference = states.reference_of(content.get("clientState"))
        if reference is not None and text(content, "tenantId").lower() in ("", tenant_id.lower()):
            items.append(Item(reference, content))
    tokens = post.get("validationTokens")
    listed = tokens if isinstance(tokens, list) else []
    return tuple(items), [token for token in listed if isinstance(token, str)]


def read_notice(item: Item) -> WatchNotice | None:
    """What a lifecycle item says of its watch; None if we do not know the word."""
    news = _NEWS.get(text(item.content, "lifecycleEvent").lower())
    return WatchNotice(item.reference, news) if news is not None else None
