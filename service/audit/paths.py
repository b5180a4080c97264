"""Making proofs from a table of nodes: RFC 9162 §2.1.3.1 and §2.1.4.1.

Each function works out all nodes it needs and asks for them in *one* call, so a store answers a
proof with one query. It asks for about 2·log₂ n nodes at most: only one sibling is ever ragged.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from service.audit import ProofFailed
from service.audit.tree import CompactRange, Node, fold

ReadNodes = Callable[[Collection[Node]], Mapping[Node, bytes]]
"""Given node names, answers a mapping that holds at least each of those that are stored."""


class _Span(NamedTuple):
    """The leaves from `start` up to, not including, `end`."""

    start: int
    end: int


def read_from(leaf_hashes: Sequence[bytes]) -> ReadNodes:
    """A table over leaves held in memory: for small trees, tests and exports."""
    nodes = dict(CompactRange().grow(leaf_hashes))
    return lambda _wanted: nodes


def root_at(size: int, read_nodes: ReadNodes) -> bytes:
    """The root the tree had at this size."""
    return _roots_of([_Span(0, size)], read_nodes)[0]


def inclusion_path(index: int, size: int, read_nodes: ReadNodes) -> tuple[bytes, ...]:
    """The sibling hashes from the leaf at `index` up to the root of the tree of this size."""
    if not 0 <= index < size:
        raise ProofFailed("The tree is too small to hold this entry.", details={"index": index})
    spans, around = [], _Span(0, size)
    while around.end - around.start > 1:
        left, right = _halves(around)
        aside, around = (right, left) if index < left.end else (left, right)
        spans.append(aside)
    return _roots_of(spans[::-1], read_nodes)


def consistency_path(old_size: int, new_size: int, read_nodes: ReadNodes) -> tuple[bytes, ...]:
    """The hashes that show the tree of `new_size` leaves to extend that of `old_size`.

    Empty for an empty or an equal older tree, where there is nothing to show.
    """
    if not 0 <= old_size <= new_size:
        raise ProofFailed("The newer tree is smaller than the older one.")
    if old_size == 0:
        return ()
    spans, around = [], _Span(0, new_size)
    while around.end != old_size:
        left, right = _halves(around)
        aside, around = (right, left) if old_size <= left.end else (left, right)
        spans.append(aside)
    # A subtree that begins the log is the old tree itself, whose root the verifier already has.
    if around.start > 0:
        spans.append(around)
    return _roots_of(spans[::-1], read_nodes)


def _halves(span: _Span) -> tuple[_Span, _Span]:
    """Split after the largest power of two smaller than the span (RFC 9162 §2.1.1)."""
    middle = span.start + (1 << ((span.end - span.start - 1).bit_length() - 1))
    return _Span(span.start, middle), _Span(middle, span.end)


def _nodes_of(span: _Span) -> list[Node]:
    """The largest complete nodes that make up the span, left to right."""
    nodes, start = [], span.start
    while start < span.end:
        level = (span.end - start).bit_length() - 1
        nodes.append(Node(level, start >> level))
        start += 1 << level
    return nodes


def _roots_of(spans: Sequence[_Span], read_nodes: ReadNodes) -> tuple[bytes, ...]:
    parts = [_nodes_of(span) for span in spans]
    stored = read_nodes([node for nodes in parts for node in nodes])
    try:
        return tuple(fold([stored[node] for node in nodes]) for nodes in parts)
    except KeyError as error:
        raise ProofFailed("A node that this proof needs is not stored.") from error
