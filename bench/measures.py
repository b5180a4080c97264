"""What a measure comes to, and the arithmetic that all measures share."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """One line of the table. `met` is None for what is reported without a target."""

    name: str
    ours: str
    baseline: str = "-"
    ratio: float | None = None
    target: str = "for information"
    met: bool | None = None
    notes: tuple[str, ...] = field(default=())


def at_least(least: float, ratio: float) -> dict[str, object]:
    """Target and outcome of a ratio that must not be smaller."""
    return {"ratio": ratio, "target": f">= {least:g}", "met": ratio >= least}


def at_most(most: float, ratio: float) -> dict[str, object]:
    """Target and outcome of a ratio that must not be larger."""
    return {"ratio": ratio, "target": f"<= {most:g}", "met": ratio <= most}


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all values does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    """The middle value; of an even number, the upper one of the two in the middle."""
    return percentile(values, 0.5)
