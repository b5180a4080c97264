"""The Merkle tree of RFC 9162 §2.1: growing it, and checking proofs made from it.

A *node* is named (level, position) and is the root over the leaves from `position << level` up to,
not including, `(position + 1) << level`; level 0 are the leaf hashes. It is complete once the tree
holds all of those leaves, and from then on never changes, so a store keeps nodes in an append-only
table: `CompactRange.grow` says which nodes an append completes, and `service.audit.paths` asks for
the O(log n) of them that a proof needs. Levels 0, 8, 16, … are the tiles of C2SP tlog-tiles.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple, Self

from service.audit import ProofFailed

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


class Node(NamedTuple):
    """The name of a complete, aligned subtree of 2^level leaves."""

    level: int
    position: int


def leaf_hash(data: bytes) -> bytes:
    """HASH(0x00 ‖ data), RFC 9162 §2.1.1."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """HASH(0x01 ‖ left ‖ right), RFC 9162 §2.1.1."""
    return sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over adjoining subtrees, largest first; `EMPTY_ROOT` for none."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


class CompactRange:
    """A tree that remembers only the roots of its largest complete subtrees: at most 63 hashes.

    That is all it takes to append and to compute the root. Not safe to share between threads.
    """

    __slots__ = ("_hashes", "_size")

    def __init__(self) -> None:
        self._hashes: list[bytes] = []
        self._size = 0

    @classmethod
    def from_hashes(cls, size: int, hashes: Sequence[bytes]) -> Self:
        """Restore what `to_hashes` gave at this size. Raises `ProofFailed` if it cannot be that."""
        if size < 0 or len(hashes) != size.bit_count():
            raise ProofFailed("The saved tree state does not fit its size.")
        _require_hashes(hashes)
        tree = cls()
        tree._size, tree._hashes = size, list(hashes)
        return tree

    def to_hashes(self) -> tuple[bytes, ...]:
        """The roots of the complete subtrees, largest (leftmost) first."""
        return tuple(self._hashes)

    @property
    def size(self) -> int:
        """How many leaves were appended."""
        return self._size

    def root(self) -> bytes:
        """The Merkle tree hash over all leaves so far."""
        return fold(self._hashes)

    def append(self, leaf: bytes) -> None:
        """Append one leaf hash."""
        self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Append leaf hashes in order, taking one at a time from `leaves`.

        If `leaves` raises, those already taken are in the tree: throw the tree away.
        """
        # One loop without calls: a whole log passes through here each time it is verified.
        hashes, size, digest_of = self._hashes, self._size, sha256
        for node in leaves:
            carry = size
            while carry & 1:
                node = digest_of(b"\x01" + hashes.pop() + node).digest()
                carry >>= 1
            hashes.append(node)
            size += 1
            self._size = size

    def grow(self, leaves: Iterable[bytes]) -> list[tuple[Node, bytes]]:
        """Append leaf hashes and return every node this completes, level 0 included, with its hash.

        The result is O(len(leaves)) long. Save it in the same transaction as the leaves: a node
        that is missing can only be had again by hashing its leaves anew.
        """
        completed: list[tuple[Node, bytes]] = []
        for leaf in leaves:
            completed.extend(self._complete(leaf))
        return completed

    def _complete(self, leaf: bytes) -> list[tuple[Node, bytes]]:
        _require_hashes((leaf,))
        hash_, level, position = leaf, 0, self._size
        completed = [(Node(level, position), hash_)]
        while position & 1:
            hash_ = node_hash(self._hashes.pop(), hash_)
            level, position = level + 1, position >> 1
            completed.append((Node(level, position), hash_))
        self._hashes.append(hash_)
        self._size += 1
        return completed


def verify_inclusion(
    leaf: bytes, index: int, *, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Return if the leaf hash is at `index` of the tree (RFC 9162 §2.1.3.2), else `ProofFailed`."""
    if not 0 <= index < size:
        raise ProofFailed("The tree is too small to hold this entry.", details={"index": index})
    _require_hashes((leaf, root, *path))
    here, last, computed = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise ProofFailed("The inclusion path is too long.", details={"index": index})
        if here & 1 or here == last:
            computed = node_hash(sibling, computed)
            here, last = _climb_to_right_child(here, last)
        else:
            computed = node_hash(computed, sibling)
        here, last = here >> 1, last >> 1
    if last != 0 or computed != root:
        raise ProofFailed("The entry is not in the tree.", details={"index": index})


def verify_consistency(
    old_size: int, old_root: bytes, *, new_size: int, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Return if the new tree only appends to the old (RFC 9162 §2.1.4.2), else `ProofFailed`.

    Beyond the RFC: anything extends the empty tree, and a tree is consistent with itself, both by
    an empty path.
    """
    if not 0 <= old_size <= new_size:
        raise ProofFailed("The newer tree is smaller than the older one.")
    _require_hashes((old_root, new_root, *path))
    if old_size in (0, new_size):
        _verify_without_path(old_size, old_root, new_size, new_root, path)
        return
    if not path:
        raise ProofFailed("The consistency path is empty.")
    if _roots_along(old_size, new_size, old_root, path) != (old_root, new_root):
        raise ProofFailed("The newer tree does not extend the older one.")


def _verify_without_path(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]
) -> None:
    if path:
        raise ProofFailed("The consistency path is too long.")
    if (old_size == 0 and old_root != EMPTY_ROOT) or (new_size == 0 and new_root != EMPTY_ROOT):
        raise ProofFailed("An empty tree has another root.")
    if old_size == new_size and old_root != new_root:
        raise ProofFailed("Two trees of one size have different roots.")


def _roots_along(
    old_size: int, new_size: int, old_root: bytes, path: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """The old and new root that the path leads to."""
    # A power of two is a subtree of the new tree, and its root is left out of the path.
    whole = old_size & (old_size - 1) == 0
    first, *rest = (old_root, *path) if whole else path
    here, last = old_size - 1, new_size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = first
    for sibling in rest:
        if last == 0:
            raise ProofFailed("The consistency path is too long.")
        if here & 1 or here == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            here, last = _climb_to_right_child(here, last)
        else:
            new = node_hash(new, sibling)
        here, last = here >> 1, last >> 1
    if last != 0:
        raise ProofFailed("The consistency path is too short.")
    return old, new


def _climb_to_right_child(here: int, last: int) -> tuple[int, int]:
    """Skip the levels on which the last node of the tree has no sibling."""
    while here and not here & 1:
        here, last = here >> 1, last >> 1
    return here, last


def _require_hashes(hashes: Iterable[bytes]) -> None:
    # A hash of another length would let one path stand for two different trees.
    if any(len(hash_) != HASH_BYTES for hash_ in hashes):
        raise ProofFailed("A hash in the tree is not 32 bytes long.")
