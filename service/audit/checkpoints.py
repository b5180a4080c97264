"""Checkpoints, https://c2sp.org/tlog-checkpoint v1.0.0: the log's signed size and root."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from service.audit import ProofFailed
from service.audit.notes import KEY_NAME, SigningKey, VerifierKey, open_note, sign_note
from service.audit.strict import LARGEST_NUMBER, from_base64, from_decimal, to_base64
from service.audit.tree import EMPTY_ROOT, HASH_BYTES
from service.errors import Misconfigured


@dataclass(frozen=True)
class Checkpoint:
    """What a log says of itself: its name, how many entries it holds, and the root over them."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not KEY_NAME.fullmatch(self.origin):
            raise ProofFailed("The checkpoint has no proper origin.")
        if not 0 <= self.size <= LARGEST_NUMBER or len(self.root) != HASH_BYTES:
            raise ProofFailed("The checkpoint's size or root is out of range.")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise ProofFailed("An empty log has another root.")

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read a note text. Extension lines are refused: nobody can audit them, we write none."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3]:
            raise ProofFailed("The checkpoint is not three lines.")
        return cls(lines[0], from_decimal(lines[1]), from_base64(lines[2]))

    def to_text(self) -> str:
        """The note text: origin, size and root, a line each."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"


def sign_checkpoint(checkpoint: Checkpoint, keys: Sequence[SigningKey]) -> str:
    """The signed note. Each key must be named as the log's origin; several allow for rotation.

    The caller answers for never signing two checkpoints of which neither extends the other.
    """
    if any(key.name != checkpoint.origin for key in keys):
        raise Misconfigured("The note signing key is not named as the log it signs.")
    return sign_note(checkpoint.to_text(), keys)


def open_checkpoint(note: str, verifiers: Iterable[VerifierKey]) -> Checkpoint:
    """The checkpoint, if a known key named as its origin signed it; else `ProofFailed`.

    A witness's signature alone is not enough: it does not speak for the log.
    """
    opened = open_note(note, verifiers)
    checkpoint = Checkpoint.from_text(opened.text)
    if all(key.name != checkpoint.origin for key in opened.signed_by):
        raise ProofFailed("The checkpoint is not signed by the log it names.")
    return checkpoint
