"""A parent's link, opened: whose it is, and how its owner may show that it is really them."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.cookies import SimpleCookie

from pydantic import SecretStr

from service.store import links as link_store
from service.store import people
from service.store.links import Link
from service.store.secrets import hash_token
from service.store.transactions import Reader
from service.web.pages.languages import choose
from service.workflows.links import DEVICE_LASTS, PIN_TRIES, PIN_TRIES_WITHIN, open_link

DEVICE_COOKIE = "__Host-device"
DOOR_COOKIE = "__Host-door"
DOOR_PASS_LASTS = timedelta(hours=3)
"""How long the PIN given on a session's page also opens the door, in the same browser."""


@dataclass(frozen=True)
class Opened:
    """A link with what every page behind it shows, and nothing more."""

    link: Link
    token_hash: str = field(repr=False)
    pin_hash: str | None = field(repr=False)
    language: str
    own_device: bool
    locked: bool
    child_initial: str

    @property
    def has_pin(self) -> bool:
        """Whether the parent has a PIN; without one only the telephone is left."""
        return self.pin_hash is not None


def opened(reader: Reader, token: str, device_token: str | None, wishes: str) -> Opened:
    """The link of a token, in its owner's language or one that the browser wishes for.

    `NotFound` for every link that opens nothing, whatever the reason.
    """
    link = open_link(reader, token)
    name = people.child_names(reader, (link.child_id,))[link.child_id]
    return Opened(
        link=link,
        token_hash=hash_token(token),
        pin_hash=people.pin_hash(reader, link.parent_id),
        language=choose(people.parent_record(reader, link.parent_id).language, wishes),
        own_device=device_token is not None
        and link_store.is_own_device(reader, link.parent_id, hash_token(device_token)),
        locked=link_store.failed_pins(reader, link.parent_id, PIN_TRIES_WITHIN) >= PIN_TRIES,
        child_initial=initial(name),
    )


def initial(name: SecretStr) -> str:
    """The first letter of a name: all that a page shows of a child (pitfall 17)."""
    return name.get_secret_value().strip()[:1].upper()


def first_name(name: SecretStr) -> str:
    """A person's first name, as people call each other."""
    return name.get_secret_value().split(maxsplit=1)[0]


# --- cookies ----------------------------------------------------------------------------------------


def device_cookie(token: SecretStr) -> str:
    """The value of a `Set-Cookie` header that marks this device as one parent's alone."""
    return _cookie(DEVICE_COOKIE, token.get_secret_value(), DEVICE_LASTS)


def door_cookie(key: bytes, link: Opened, now: datetime) -> str:
    """The value of a `Set-Cookie` header that says: the PIN was right in this browser, for this link."""
    until = int((now + DOOR_PASS_LASTS).timestamp())
    return _cookie(DOOR_COOKIE, f"{until}.{_door_mark(key, link, until)}", DOOR_PASS_LASTS)


def has_door_pass(key: bytes, link: Opened, given: str | None, now: datetime) -> bool:
    """Whether the cookie is ours, for this link and the PIN of now, and not too old."""
    until, _, mark = (given or "").partition(".")
    if not (until.isascii() and until.isdigit() and len(until) < 12):
        return False
    fits = hmac.compare_digest(
        _door_mark(key, link, int(until)).encode(), mark.encode(errors="replace")
    )
    return fits and now.timestamp() < int(until)


def _door_mark(key: bytes, link: Opened, until: int) -> str:
    # Tied to the PIN's hash, so that a new PIN ends it, as it ends marked devices.
    what = f"door\0{link.token_hash}\0{link.pin_hash}\0{until}"
    return hmac.digest(key, what.encode(), hashlib.sha256).hex()


def _cookie(name: str, value: str, life: timedelta) -> str:
    jar: SimpleCookie = SimpleCookie()
    jar[name] = value
    jar[name]["path"] = "/"
    jar[name]["max-age"] = str(int(life.total_seconds()))
    jar[name]["secure"] = "yes"
    jar[name]["httponly"] = "yes"
    # Not Strict: a parent comes from a mail, and the page must know whether to ask for the PIN.
    jar[name]["samesite"] = "Lax"
    return jar[name].OutputString()
