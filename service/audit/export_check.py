"""Checking an export offline: signature, order, every leaf, the root, and every commitment.

Runs in constant memory and needs nothing but the file and, to mean anything, a verifier key that
came another way than the file.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from service.audit import ProofFailed, Unrecordable
from service.audit.checkpoints import Checkpoint, open_checkpoint
from service.audit.exports import ExportEntry, ExportHeader, read_end, read_entry, read_header
from service.audit.leaves import outline
from service.audit.notes import VerifierKey
from service.audit.tree import CompactRange, leaf_hash

PROGRESS_EVERY = 10_000


@dataclass(frozen=True)
class ExportReport:
    """What holds of a verified export.

    `key_is_trusted` is False if only the key inside the file was used: then the file agrees with
    itself, and may still have been made up. `erased` and `withheld` count the payloads not shown;
    that an entry was erased, and by whose authority, is proved by the log's own entry about it.
    """

    checkpoint: Checkpoint
    key_is_trusted: bool
    opened: int
    erased: int
    withheld: int

    @property
    def entries(self) -> int:
        """How many entries were checked: all that the checkpoint covers."""
        return self.checkpoint.size


def verify_export(
    lines: Iterable[bytes],
    vkey: VerifierKey | None = None,
    *,
    progress: Callable[[int], None] | None = None,
) -> ExportReport:
    """Check the whole export, or raise `ProofFailed`, in `details["index"]` the first wrong entry.

    A leaf changed into another well-formed leaf shows only in the root, so it is refused without
    an index. `progress` is told the number of entries checked, every `PROGRESS_EVERY` of them.
    """
    stream = iter(lines)
    header = read_header(next(stream, b""))
    checkpoint = _open(header, vkey)
    tally = _Tally(checkpoint.size)
    tree = CompactRange()
    tree.extend(_leaf_hashes(stream, tally, progress))
    if tree.root() != checkpoint.root:
        raise ProofFailed("The entries are not those that the checkpoint was signed over.")
    return ExportReport(checkpoint, vkey is not None, tally.opened, tally.erased, tally.withheld)


def _open(header: ExportHeader, trusted: VerifierKey | None) -> Checkpoint:
    # Under the header's own key too, so that a changed header never passes. While a key is being
    # rotated the checkpoint carries both signatures, and an inspector's older key still opens it.
    checkpoint = open_checkpoint(header.checkpoint, [VerifierKey.from_text(header.vkey)])
    if trusted is not None:
        open_checkpoint(header.checkpoint, [trusted])
    if checkpoint.origin != header.origin:
        raise ProofFailed("The header and the checkpoint name different logs.")
    return checkpoint


class _Tally:
    """Checks one entry after another against what must come next."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.seen = self.opened = self.erased = self.withheld = 0

    def take(self, line: bytes) -> bytes | None:
        """The leaf bytes of the next entry, or None at a proper end."""
        try:
            entry = read_entry(line)
            if entry is None:
                self._end(line)
                return None
            self._count(entry)
        except (ProofFailed, Unrecordable) as error:
            raise self.wrong(error.sentence) from error
        self.seen += 1
        return entry.leaf

    def wrong(self, why: str) -> ProofFailed:
        """The failure at the entry that should come next."""
        return ProofFailed(f"Entry {self.seen}: {why}", details={"index": self.seen})

    def _count(self, entry: ExportEntry) -> None:
        if entry.index != self.seen:
            raise ProofFailed("Another entry stands in its place.")
        if self.seen >= self.size:
            raise ProofFailed("The checkpoint does not cover it.")
        leaf = outline(entry.leaf)
        if entry.payload is not None and entry.salt is not None:
            if entry.erased or not leaf.opens_to(entry.salt, entry.payload):
                raise ProofFailed("The payload is not what was recorded.")
            self.opened += 1
            return
        if entry.payload is not None or entry.salt is not None:
            raise ProofFailed("A payload and its salt belong together.")
        if entry.erased and leaf.commitment is None:
            raise ProofFailed("It is marked erased but never had a payload.")
        self.erased += entry.erased
        self.withheld += leaf.commitment is not None and not entry.erased

    def _end(self, line: bytes) -> None:
        count = read_end(line)
        if count is None:
            raise ProofFailed("The line is not in the form of an entry.")
        if self.seen != self.size:
            raise ProofFailed("It is missing.")
        if count != self.size:
            raise ProofFailed("The end line counts another number of entries.")


def _leaf_hashes(
    stream: Iterator[bytes], tally: _Tally, progress: Callable[[int], None] | None
) -> Iterator[bytes]:
    for line in stream:
        leaf = tally.take(line)
        if leaf is None:
            break
        yield leaf_hash(leaf)
        if progress is not None and tally.seen % PROGRESS_EVERY == 0:
            progress(tally.seen)
    else:
        raise tally.wrong("The export is cut off here.")
    if next(stream, None) is not None:
        raise ProofFailed("Something follows the end of the export.")
