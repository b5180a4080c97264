"""A change is made on the newest version of a thing, by somebody who has seen it."""

from service.errors import StaleVersion


def must_be_seen(version: int, seen: int | None) -> None:
    """Refuse a change by somebody who has not seen the newest version; None is for who need not."""
    if seen is not None and seen != version:
        raise StaleVersion
