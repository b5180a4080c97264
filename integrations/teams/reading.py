"""Reads values out of what Microsoft sends: whatever is not as documented reads as absent."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]


def object_of(body: bytes) -> Json | None:
    """The JSON object in a body; None if there is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def part(found: Mapping[str, object], name: str) -> Json:
    """The object under a name, `{}` if there is none."""
    value = found.get(name)
    return value if isinstance(value, dict) else {}


def rows(found: Mapping[str, object], name: str) -> list[Json]:
    """The objects in the list under a name."""
    value = found.get(name)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def text(found: Mapping[str, object], name: str) -> str:
    """The text under a name, empty if there is none."""
    value = found.get(name)
    return value if isinstance(value, str) else ""


def instant(found: Mapping[str, object], name: str) -> datetime | None:
    """The time under a name, UTC. Graph writes up to seven decimals, of which six are kept."""
    try:
        at = datetime.fromisoformat(text(found, name))
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def in_small_letters(found: Mapping[str, object]) -> Json:
    """The same object with its keys in small letters; a key that comes twice is taken once."""
    return {name.lower(): value for name, value in found.items()}


def utc_text(at: datetime) -> str:
    """A time as Graph takes it."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be sent")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
