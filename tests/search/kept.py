"""What the model keeps of a promise, a child and a lesson."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Promise:
    """An adult's promise for one child at one lesson."""

    adult: str
    terms: int
    number: int
    shared: bool
    on_camera: bool


@dataclass
class ChildKept:
    """What is known of one child. `say`: who is on record, and whether they have authority; `delegated`:
    those to whom it was given; `gone`: who was taken off; `people`: everybody who ever was on it, under
    whichever record. `taken_by`: who took an adult's newest word down."""

    say: dict[str, bool]
    delegated: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    people: set[str] = field(default_factory=set)
    words: dict[str, tuple[str, int]] = field(default_factory=dict)
    refused: dict[str, tuple[str, int]] = field(default_factory=dict)
    taken_by: dict[str, str | None] = field(default_factory=dict)
    named: dict[str, set[str]] = field(default_factory=dict)
    spoken: int = 0
    settled: set[int] = field(default_factory=set)
    decided_against: bool = False
    agreed: set[str] = field(default_factory=set)
    merged: bool = False
    of_age: bool = False


@dataclass
class Lesson:
    """What is known of one lesson. `visited`: second staff come and go, and may be in others too."""

    tutor: str
    children: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    visited: bool = False
    second: str | None = None
    accepted: bool = False
    newcomer: str | None = None
    terms: int = 1
    promises: dict[str, list[Promise]] = field(default_factory=dict)
    here: set[tuple[str, str, int]] = field(default_factory=set)

    def overlaps(self, other: "Lesson") -> bool:
        """Whether the two share an instant."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at
