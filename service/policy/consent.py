"""Consent: a ledger of what each giver said, and what it amounts to at an instant (POL-04, POL-05).

Nothing in the ledger is ever changed. A giver's newest entry is their word, but that a yes was never
right takes no earlier no away; entries are ordered by their position in the child's ledger, never by
time. One yes suffices until another giver says no:
then everything stops until a person decides. The latest word of *one* giver never outvotes another's.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from service.policy.people import ChildId, ConsentEntryId, ParentId, StaffId


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
    `policy_version` is the policy the giver agreed to with it (POL-32). `child_agreed`: the child
    agreed to the rules for children at the same time, with the parent's help (POL-31). `answered_by`:
    the deputy who spoke, where the giver is a team. `says_visits`: the words that were put to both say
    that second staff may visit several sessions in turn (POL-03). `taken_down_by`: the staff through
    whose hands a spoken word came, the witnesses of a paper among them.
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
    child_agreed: bool = False
    answered_by: ParentId | None = None
    says_visits: bool = False
    taken_down_by: frozenset[StaffId] = frozenset()

    def is_live_until(self, instant: datetime) -> bool:
        """Whether this is a yes that still holds at the instant."""
        if self.kind is not ConsentKind.GIVEN:
            return False
        return self.valid_until is None or instant <= self.valid_until


def standing(
    entries: Iterable[ConsentEntry], purpose: Purpose, givers: frozenset[ParentId]
) -> tuple[ConsentEntry, ...]:
    """The word that counts of each giver with authority, for one purpose; oldest first.

    It is their newest one. Where a yes of theirs was never right, no older yes comes back; but the no
    that somebody gave it in place of stands until the giver says yes anew (pitfall 1).
    """
    words: dict[ParentId, ConsentEntry] = {}
    refused: dict[ParentId, ConsentEntry] = {}
    for entry in sorted(entries, key=lambda entry: entry.position):
        if entry.purpose is not purpose or entry.giver_id not in givers:
            continue
        if entry.kind in NO_KINDS:
            refused[entry.giver_id] = entry
        never_right = entry.kind is ConsentKind.INVALIDATED
        words[entry.giver_id] = refused.get(entry.giver_id, entry) if never_right else entry
    return tuple(sorted(words.values(), key=lambda entry: entry.position))


def without_a_yes_through(
    staff: frozenset[StaffId], entries: tuple[ConsentEntry, ...]
) -> tuple[ConsentEntry, ...]:
    """The ledger as it counts where these are not to be believed: a yes that came through the hands of
    one of them is as good as one that was never right. Their word of a no is believed (pitfall 13)."""
    return tuple(
        entry
        if entry.kind is not ConsentKind.GIVEN or staff.isdisjoint(entry.taken_down_by)
        else replace(entry, kind=ConsentKind.INVALIDATED)
        for entry in entries
    )


def never_invalidated(
    entries: Iterable[ConsentEntry], purpose: Purpose
) -> tuple[ConsentEntry, ...]:
    """Every word for one purpose but those that were found never to have been right: whatever that
    giver had said up to then. In no particular order."""
    mine = [entry for entry in entries if entry.purpose is purpose]
    wrong_until: dict[ParentId, int] = {}
    for entry in mine:
        if entry.kind is ConsentKind.INVALIDATED:
            known = wrong_until.get(entry.giver_id, 0)
            wrong_until[entry.giver_id] = max(known, entry.position)
    return tuple(entry for entry in mine if entry.position > wrong_until.get(entry.giver_id, 0))


def contradicts(word: ConsentEntry, before: ConsentEntry) -> bool:
    """Whether one of two words is a yes and the other a no."""
    kinds = {word.kind, before.kind}
    return ConsentKind.GIVEN in kinds and not kinds.isdisjoint(NO_KINDS)


class Wish(StrEnum):
    """What the child wants. It is no condition, but staff see it at the session (pitfall 8)."""

    GLAD = "glad"
    CAMERA_OFF = "camera_off"
    DOES_NOT_WANT = "does_not_want"


class Basis(StrEnum):
    """What a resolution of a conflict rests on."""

    AGREEMENT = "agreement"
    COURT_ORDER = "court_order"
    OTHER = "other"
    MERGE = "merge"
    """Two records of one child became one, and in one of them somebody refused: to be reviewed."""


@dataclass(frozen=True)
class Resolution:
    """How the safeguarding lead settled a conflict: which words, and whether the consent stands.

    `settles` names words by their position in the child's ledger. A word said later is not among
    them, so a new no opens the conflict again (pitfall 1).
    """

    position: int
    purpose: Purpose
    basis: Basis
    stands: bool
    settles: frozenset[int]


def is_decided_against(purpose: Purpose, resolutions: Iterable[Resolution]) -> bool:
    """Whether the lead's newest decision is that the consent does not stand, whatever was said since."""
    decisions = _decisions(purpose, resolutions)
    return bool(decisions) and not decisions[-1].stands


def open_refusals(
    entries: Iterable[ConsentEntry],
    purpose: Purpose,
    deciders: frozenset[ParentId],
    resolutions: Iterable[Resolution] = (),
) -> tuple[ConsentEntry, ...]:
    """Every no that stands and that no decision since the last "it does not stand" has settled."""
    settled: set[int] = set()
    for decision in _decisions(purpose, resolutions):
        settled = settled | decision.settles if decision.stands else set()
    words = standing(entries, purpose, deciders)
    return tuple(word for word in words if word.kind in NO_KINDS and word.position not in settled)


def _decisions(purpose: Purpose, resolutions: Iterable[Resolution]) -> list[Resolution]:
    mine = (one for one in resolutions if one.purpose is purpose)
    return sorted(mine, key=lambda one: one.position)


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
    *,
    deciders: frozenset[ParentId] | None = None,
    resolutions: tuple[Resolution, ...] = (),
) -> ConsentStatus:
    """What the ledger amounts to for something that lasts until the instant (POL-04).

    `deciders` are those whose no counts, where they are more than the givers.
    """
    entries = tuple(entries)
    words = standing(entries, purpose, givers)
    refusals = open_refusals(entries, purpose, deciders or givers, resolutions)
    someone_agrees = any(word.is_live_until(until) for word in words)
    someone_refuses = bool(refusals)
    if is_decided_against(purpose, resolutions):
        return ConsentStatus.REFUSED
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
