"""What may be put on record about a member of staff: what a decision can later rest on, and no more."""

from collections.abc import Iterator
from datetime import date

from service.errors import FieldProblem
from service.policy.staff import LONGEST_TRUST, Evidence, EvidenceKind


def problems(item: Evidence, today: date) -> Iterator[FieldProblem]:
    """Everything that keeps a thing seen from being put on record (POL-13, POL-30)."""
    if item.seen_on > today:
        yield FieldProblem("seen_on", "in_the_future", "It cannot have been seen yet.")
    if item.kind is EvidenceKind.BACKGROUND_CHECK and item.scheme is None:
        yield FieldProblem("scheme", "missing", "Say by which scheme the check was made.")
    if item.longest_until is not None:
        yield from _end(item, item.longest_until)


def _end(item: Evidence, longest: date) -> Iterator[FieldProblem]:
    if item.trusted_until is None:
        yield FieldProblem(
            "trusted_until", "missing", "Say until when it is trusted: nothing is for ever."
        )
    elif item.trusted_until < item.seen_on:
        yield FieldProblem("trusted_until", "before_seen", "It ends before the day it was seen.")
    elif item.trusted_until > longest:
        years = LONGEST_TRUST[item.kind]
        sentence = (
            f"It can be trusted for {years} years after it was seen: until {longest} at most."
        )
        yield FieldProblem("trusted_until", "too_long", sentence)
