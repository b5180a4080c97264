"""A parent's link, opened: whose it is, and how its owner may show that it is really them."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.cookies import SimpleCookie
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import SecretStr

from service.policy.times import own_clock, zone_named
from service.store.families import links as link_store
from service.store.families import people, pins
from service.store.families.links import Link
from service.store.secrets import hash_token
from service.store.transactions import Reader
from service.web.pages.languages import choose
from service.workflows.families.links import DEVICE_LASTS, PIN_TRIES, PIN_TRIES_WITHIN, open_link

DEVICE_COOKIE = "__Host-device"
DOOR_COOKIE = "__Host-door"
BROWSER_COOKIE = "__Host-browser"
SECOND_COOKIE = "__Host-second"
BROWSER_LASTS = timedelta(days=180)
SECOND_LASTS = timedelta(hours=12)
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
    browser_hash: str | None = field(repr=False)
    concern_page: str = field(repr=False)
    zone: ZoneInfo | None = None

    def own_clock(self, at: datetime, place: ZoneInfo) -> ZoneInfo | None:
        """The parent's own zone, where clocks show another time then (pitfall 35)."""
        return own_clock(at, place, self.zone)

    @property
    def has_pin(self) -> bool:
        """Whether the parent has a PIN; without one only the telephone is left."""
        return self.pin_hash is not None


@dataclass(frozen=True)
class Brought:
    """What a browser brought along: the tokens of its cookies, and the languages it wishes for."""

    device_token: str | None = field(default=None, repr=False)
    browser_token: str | None = field(default=None, repr=False)
    wishes: str = ""


def opened(reader: Reader, token: str, brought: Brought) -> Opened:
    """The link of a token, in its owner's language or one that the browser wishes for.

    `NotFound` for every link that opens nothing, whatever the reason.
    """
    link = open_link(reader, token)
    name = people.child_names(reader, (link.child_id,))[link.child_id]
    parent = people.parent_record(reader, link.parent_id)
    return Opened(
        link=link,
        token_hash=hash_token(token),
        pin_hash=pins.hash_of(reader, link.parent_id),
        language=choose(parent.language, brought.wishes),
        own_device=brought.device_token is not None
        and link_store.is_own_device(reader, link.parent_id, hash_token(brought.device_token)),
        locked=link_store.failed_pins(reader, link.parent_id, PIN_TRIES_WITHIN) >= PIN_TRIES,
        child_initial=initial(name),
        browser_hash=hash_token(brought.browser_token) if brought.browser_token else None,
        concern_page=f"/p/{token}/concern",
        zone=None if parent.zone is None else zone_named(parent.zone),
    )


def initial(name: SecretStr) -> str:
    """The first letter of a name: all that a page shows of a child (pitfall 17)."""
    return name.get_secret_value().strip()[:1].upper()


def first_name(name: SecretStr) -> str:
    """A person's first name, as people call each other."""
    return name.get_secret_value().split(maxsplit=1)[0]


def cookie_of(request: web.Request, name: str) -> str | None:
    """A cookie that the browser brought, if it can be one of ours."""
    value = request.cookies.get(name)
    return value if value is not None and value.isascii() else None


# --- cookies ----------------------------------------------------------------------------------------


def device_cookie(token: SecretStr) -> str:
    """The value of a `Set-Cookie` header that marks this device as one parent's alone."""
    return _cookie(DEVICE_COOKIE, token.get_secret_value(), DEVICE_LASTS)


def browser_cookie(token: SecretStr) -> str:
    """The value of a `Set-Cookie` header by which one browser is told from another, and nobody."""
    return _cookie(BROWSER_COOKIE, token.get_secret_value(), BROWSER_LASTS)


def second_cookie(token: SecretStr) -> str:
    """The value of a `Set-Cookie` header that makes this the adult's second device for the day."""
    return _cookie(SECOND_COOKIE, token.get_secret_value(), SECOND_LASTS)


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
