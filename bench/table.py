"""Prints rows for people, or as JSON for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from bench.measures import Row

HEADS = ("name", "ours", "baseline", "ratio", "target", "met")


def as_text(rows: Sequence[Row]) -> str:
    """A table with its notes below."""
    cells = [HEADS, *(_cells(row) for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(HEADS))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
             for line in cells]  # fmt: skip
    lines.insert(1, "  ".join("-" * width for width in widths))
    notes = [f"{row.name}: {note}" for row in rows for note in row.notes]
    return "\n".join([*lines, "", *notes])


def as_json(rows: Sequence[Row]) -> str:
    """One JSON array."""
    return json.dumps([asdict(row) for row in rows], indent=2)


def _cells(row: Row) -> tuple[str, ...]:
    ratio = "-" if row.ratio is None else f"{row.ratio:.2f}"
    met = "-" if row.met is None else ("yes" if row.met else "NO")
    return row.name, row.ours, row.baseline, ratio, row.target, met
