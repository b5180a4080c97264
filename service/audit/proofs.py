"""Receipts, https://c2sp.org/tlog-proof (v1): one text that proves an entry, checked offline."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from service.audit import ProofFailed
from service.audit.checkpoints import Checkpoint, open_checkpoint
from service.audit.notes import LARGEST_NOTE_BYTES, VerifierKey
from service.audit.strict import LARGEST_NUMBER, from_base64, from_decimal, to_base64
from service.audit.tree import HASH_BYTES, leaf_hash, verify_inclusion

FILE_SUFFIX = ".tlog-proof"
LARGEST_PROOF_BYTES = LARGEST_NOTE_BYTES + 8_192

_FIRST_LINE = "c2sp.org/tlog-proof@v1"
_LONGEST_PATH = 63


@dataclass(frozen=True)
class InclusionProof:
    """That the entry at `index` is in the tree of the signed `checkpoint` note.

    `unverified_extra` is opaque and **not** covered by any signature.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    unverified_extra: bytes | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.index <= LARGEST_NUMBER or len(self.path) > _LONGEST_PATH:
            raise ProofFailed("The proof's index or path is out of range.")
        if any(len(hash_) != HASH_BYTES for hash_ in self.path):
            raise ProofFailed("A hash in the proof is not 32 bytes long.")

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read a proof file. Raises `ProofFailed` for any other form; verifies nothing yet."""
        if len(text) > LARGEST_PROOF_BYTES:
            raise ProofFailed("The proof is too large.")
        head, gap, checkpoint = text.partition("\n\n")
        first, *lines = head.split("\n")
        if first != _FIRST_LINE or not gap or not lines:
            raise ProofFailed("This is not a tlog-proof of version 1.")
        extra = _value_after("extra ", lines.pop(0)) if lines[0].startswith("extra ") else None
        if not lines:
            raise ProofFailed("The proof names no index.")
        return cls(
            index=from_decimal(_value_after("index ", lines[0])),
            path=tuple(from_base64(line) for line in lines[1:]),
            checkpoint=checkpoint,
            unverified_extra=None if extra is None else from_base64(extra),
        )

    def to_text(self) -> str:
        """The proof file."""
        lines = [_FIRST_LINE]
        if self.unverified_extra is not None:
            lines.append(f"extra {to_base64(self.unverified_extra)}")
        lines.append(f"index {self.index}")
        lines.extend(to_base64(hash_) for hash_ in self.path)
        return "\n".join(lines) + f"\n\n{self.checkpoint}"

    def verify(self, leaf: bytes, verifiers: Iterable[VerifierKey]) -> Checkpoint:
        """The checkpoint that holds these leaf bytes at this index; `ProofFailed` if none does."""
        checkpoint = open_checkpoint(self.checkpoint, verifiers)
        verify_inclusion(
            leaf_hash(leaf),
            self.index,
            size=checkpoint.size,
            path=self.path,
            root=checkpoint.root,
        )
        return checkpoint


def _value_after(word: str, line: str) -> str:
    if not line.startswith(word):
        raise ProofFailed("A line of the proof is out of place.")
    return line[len(word) :]
