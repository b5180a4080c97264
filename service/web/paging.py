"""Lists in pages: a limit, and a cursor that says where the next page starts."""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from typing import Generic, TypeVar

from pydantic import Field

from service.errors import InvalidInput
from service.web.bodies import Query, View

Position = tuple[str | int, ...]
Item = TypeVar("Item")
_CHECK_LENGTH = 8
_LONGEST = 1024


class Page(Query):
    """Which part of a list is wanted. Lists that filter inherit from it."""

    limit: int = Field(default=50, ge=1, le=200, description="How many items at most.")
    cursor: str | None = Field(
        default=None, max_length=_LONGEST, description="`next_cursor` of the page before."
    )


class Listing(View, Generic[Item]):
    """One page of a list. No `next_cursor`: this was the last page."""

    items: tuple[Item, ...]
    next_cursor: str | None = None


def cursor_for(listing: str, position: Sequence[str | int]) -> str:
    """The cursor for a place in the named listing.

    It carries a checksum, no signature: it is checked for accidents and for use on another list. A
    position opens nothing that the listing itself does not show to the same caller.
    """
    place = json.dumps(list(position), separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_check(listing, place) + place).rstrip(b"=").decode()


def position_of(listing: str, cursor: str) -> Position:
    """The place a cursor stands for. `InvalidInput` if it is damaged or of another list."""
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _unreadable() from error
    check, place = packed[:_CHECK_LENGTH], packed[_CHECK_LENGTH:]
    if check != _check(listing, place):
        raise _unreadable()
    position = tuple(json.loads(place))
    # Padding bits make two spellings of one cursor; only the one we gave out counts.
    if cursor_for(listing, position) != cursor:
        raise _unreadable()
    return position


def _check(listing: str, place: bytes) -> bytes:
    return hashlib.sha256(listing.encode() + b"\0" + place).digest()[:_CHECK_LENGTH]


def _unreadable() -> InvalidInput:
    return InvalidInput(
        "This cursor is not one of this list. Start again without it.", code="malformed_cursor"
    )
