"""Consent: a ledger of what each giver said, and what it amounts to at an instant (POL-04, POL-05).

Nothing in the ledger is ever changed. A giver's newest entry is their word; entries are ordered by
their position in the child's ledger, never by time. One yes suffices until another giver says no:
then everything stops until a person decides. The latest word of *one* giver never outvotes another's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.policy.people import ChildId, ConsentEntryId, ParentId


class Purpose(StrEnum):
    """What the consent is for; consent to one purpose says nothing about another."""

    TAKE_PART = "take_part"
    RECORD = "record"


class ConsentKind(StrEnum):
    """What was said. Withdrawn: the giver changed their mind. Invalidated: it was never right."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    INVALIDATED = "invalidated"
    LAPSED = "lapsed"


class Route(StrEnum):
    """How the word of a parent reached us."""

    LINK = "link"
    PHONE = "phone"
    PAPER = "paper"
    IN_PERSON = "in_person"


SPOKEN_ROUTES = frozenset({Route.PHONE, Route.PAPER, Route.IN_PERSON})
"""Routes that a named member of staff takes down; the others the parent walks alone."""

NO_KINDS = frozenset({ConsentKind.REFUSED, ConsentKind.WITHDRAWN})

MUST_FOLLOW_A_YES = frozenset({ConsentKind.WITHDRAWN, ConsentKind.INVALIDATED, ConsentKind.LAPSED})
"""What can only be said of a consent that is there."""


@dataclass(frozen=True)
class ConsentEntry:
    """One word of one giver about one child and one purpose.

    `position` counts the child's entries from 1. `valid_until` is None for "until withdrawn".
    `policy_version` is the policy the giver agreed to with it (POL-32).
    """

    entry_id: ConsentEntryId
    child_id: ChildId
    position: int
    purpose: Purpose
    giver_id: ParentId
    kind: ConsentKind
    at: datetime
    policy_version: str
    valid_until: datetime | None = None

    def is_live_until(self, instant: datetime) -> bool:
        """Whether this is a yes that still holds at the instant."""
        if self.kind is not ConsentKind.GIVEN:
            return False
        return self.valid_until is None or instant <= self.valid_until


def standing(
    entries: Iterable[ConsentEntry], purpose: Purpose, givers: frozenset[ParentId]
) -> tuple[ConsentEntry, ...]:
    """The newest entry of each giver with authority, for one purpose; oldest first."""
    newest: dict[ParentId, ConsentEntry] = {}
    for entry in sorted(entries, key=lambda entry: entry.position):
        if entry.purpose is purpose and entry.giver_id in givers:
            newest[entry.giver_id] = entry
    return tuple(sorted(newest.values(), key=lambda entry: entry.position))


class ConsentStatus(StrEnum):
    """What a child's ledger amounts to for one purpose."""

    LIVE = "live"
    MISSING = "missing"
    REFUSED = "refused"
    CONFLICT = "conflict"
    LAPSED = "lapsed"


def consent_status(
    entries: Iterable[ConsentEntry],
    purpose: Purpose,
    givers: frozenset[ParentId],
    until: datetime,
) -> ConsentStatus:
    """What the ledger amounts to for something that lasts until the instant (POL-04)."""
    words = standing(entries, purpose, givers)
    someone_agrees = any(word.is_live_until(until) for word in words)
    someone_refuses = any(word.kind in NO_KINDS for word in words)
    if someone_agrees and someone_refuses:
        return ConsentStatus.CONFLICT
    if someone_refuses:
        return ConsentStatus.REFUSED
    if someone_agrees:
        return ConsentStatus.LIVE
    if any(word.kind in (ConsentKind.GIVEN, ConsentKind.LAPSED) for word in words):
        return ConsentStatus.LAPSED
    return ConsentStatus.MISSING


def live_consent(
    entries: Iterable[ConsentEntry],
    purpose: Purpose,
    givers: frozenset[ParentId],
    until: datetime,
) -> ConsentEntry | None:
    """The entry a clearance rests on: the newest yes that holds until the instant, if any."""
    words = standing(entries, purpose, givers)
    agreeing = [word for word in words if word.is_live_until(until)]
    return agreeing[-1] if agreeing else None
