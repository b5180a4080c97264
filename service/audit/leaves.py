"""Leaves: what the log itself holds of an entry, as the exact bytes that are hashed.

A leaf can never be taken back, so it holds pseudonyms, enumerations, numbers, times and a salted
commitment, and nothing that tells who someone is (POL-07). The narrow text pattern refuses
sentences and e-mail addresses; that a word is not a name, the caller must see to.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Any, Self

from service.audit import Unrecordable
from service.audit.commitments import opens

# An entry bundle of C2SP tlog-tiles gives the length of an entry 16 bits.
LARGEST_LEAF_BYTES = 65_535
VERSION = 1

Fact = str | int | bool | None | list[str] | tuple[str, ...]

_KIND_FORM = r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*"
_TEXT_FORM = r"[A-Za-z0-9_.:+\-/=]{0,120}"
_KIND = re.compile(_KIND_FORM)
_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
_TEXT = re.compile(_TEXT_FORM)
_LONGEST_KIND = 64
# Beyond this, JSON readers that hold numbers as doubles disagree (RFC 8785 §3.2.2.3).
_LARGEST_INTEGER = 2**53 - 1
_COMMITMENT_BYTES = 32
# A leaf holds ASCII without escapes and whole numbers alone, and for those this is RFC 8785 to the
# byte, at a tenth of the price of a general library (a test compares the two).
_canonical_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode
_FIELDS = frozenset({"actor", "at", "commitment", "facts", "kind", "subjects", "version"})

# The canonical form, with the insides of `facts` and `subjects` left open. No string of a leaf
# holds a quote, a brace or a backslash, so what this finds can be read in one way only.
_OUTLINE = re.compile(
    (
        rf'\{{"actor":"{_TEXT_FORM}","at":"[0-9]{{4}}-[0-9-]{{5}}T[0-9:]{{8}}\.[0-9]{{6}}Z",'
        r'"commitment":(?:null|"(?P<commitment>[0-9a-f]{64})"),'
        rf'"facts":\{{[^{{}}]*\}},"kind":"(?P<kind>{_KIND_FORM})",'
        r'"subjects":\{[^{}]*\},"version":1\}'
    ).encode("ascii")
)


@dataclass(frozen=True)
class Outline:
    """The little of a leaf that is needed to check a payload against it."""

    kind: str
    commitment: bytes | None

    def opens_to(self, salt: bytes, payload: bytes) -> bool:
        """Whether the leaf commits to exactly this payload."""
        return self.commitment is not None and opens(self.commitment, self.kind, salt, payload)


@dataclass(frozen=True)
class Leaf:
    """One recorded fact. Raises `Unrecordable` when built with anything that may not stand here.

    `kind` is dotted snake case such as `consent.given`; `at` is UTC to the microsecond; `actor`
    and the values of `subjects` (by role) are opaque pseudonyms; `commitment` is
    `commit(kind, salt, payload)`, or None where the leaf says everything.
    """

    kind: str
    at: datetime
    actor: str
    subjects: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    commitment: bytes | None = None
    version: int = VERSION

    def __post_init__(self) -> None:
        _require(self.version == VERSION and type(self.version) is int, "version")
        _require(_is_kind(self.kind), "kind")
        _require(isinstance(self.at, datetime) and self.at.utcoffset() == timedelta(0), "at")
        _require(_is_pseudonym(self.actor), "actor")
        _require(_is_commitment(self.commitment), "commitment")
        object.__setattr__(self, "subjects", _frozen_subjects(self.subjects))
        object.__setattr__(self, "facts", _frozen_facts(self.facts))
        _require(len(self.to_bytes()) <= LARGEST_LEAF_BYTES, "size")

    def to_bytes(self) -> bytes:
        """Canonical JSON (RFC 8785). Store these bytes; never make them again to verify."""
        return self._canonical

    @cached_property
    def _canonical(self) -> bytes:
        return _canonical_json(
            {
                "actor": self.actor,
                "at": _time_text(self.at),
                "commitment": None if self.commitment is None else self.commitment.hex(),
                "facts": dict(self.facts),
                "kind": self.kind,
                "subjects": dict(self.subjects),
                "version": self.version,
            }
        ).encode("ascii")

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read canonical leaf bytes. Raises `Unrecordable` for any other spelling or content."""
        _require(len(data) <= LARGEST_LEAF_BYTES, "size")
        values = _parse(data)
        try:
            leaf = cls(**{**values, **_decoded(values)})
        except (TypeError, ValueError, AttributeError) as error:
            raise Unrecordable("A field of the leaf has the wrong type.") from error
        _require(leaf.to_bytes() == data, "spelling")
        return leaf


def outline(data: bytes) -> Outline:
    """The kind and commitment of a leaf, for reading a whole log fast.

    It leaves to `Leaf.from_bytes` the calendar and the insides of `facts` and `subjects`. Raises
    `Unrecordable` for bytes that are no leaf.
    """
    found = _OUTLINE.fullmatch(data)
    if found is None or len(data) > LARGEST_LEAF_BYTES:
        raise Unrecordable("These bytes are not a leaf.")
    commitment = found["commitment"]
    return Outline(
        kind=found["kind"].decode("ascii"),
        commitment=None if commitment is None else bytes.fromhex(commitment.decode("ascii")),
    )


def _parse(data: bytes) -> dict[str, Any]:
    try:
        values = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Unrecordable("These bytes are not JSON.") from error
    if not isinstance(values, dict) or values.keys() != _FIELDS:
        raise Unrecordable("These bytes are not a leaf.")
    return values


def _decoded(values: Mapping[str, Any]) -> dict[str, Any]:
    """The two fields that JSON has no type for."""
    commitment = values["commitment"]
    return {
        "at": datetime.fromisoformat(str(values["at"])),
        "commitment": None if commitment is None else bytes.fromhex(str(commitment)),
    }


def _time_text(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _frozen_subjects(subjects: Mapping[str, str]) -> Mapping[str, str]:
    _require(all(map(_is_key, subjects)), "subjects")
    _require(all(map(_is_pseudonym, subjects.values())), "subjects")
    return MappingProxyType(dict(subjects))


def _frozen_facts(facts: Mapping[str, Fact]) -> Mapping[str, Fact]:
    _require(all(map(_is_key, facts)), "facts")
    _require(all(map(_is_fact, facts.values())), "facts")
    return MappingProxyType(
        {key: tuple(fact) if isinstance(fact, list) else fact for key, fact in facts.items()}
    )


def _is_fact(fact: object) -> bool:
    if fact is None or isinstance(fact, bool):
        return True
    if isinstance(fact, int):
        return abs(fact) <= _LARGEST_INTEGER
    if isinstance(fact, list | tuple):
        return all(map(_is_text, fact))
    return _is_text(fact)


def _is_kind(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_KIND and bool(_KIND.fullmatch(value))


def _is_key(value: object) -> bool:
    return isinstance(value, str) and _KEY.fullmatch(value) is not None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and _TEXT.fullmatch(value) is not None


def _is_pseudonym(value: object) -> bool:
    return _is_text(value) and value != ""


def _is_commitment(value: object) -> bool:
    return value is None or (isinstance(value, bytes) and len(value) == _COMMITMENT_BYTES)


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise Unrecordable(f"The leaf's {what} may not stand in the log.", details={"field": what})
