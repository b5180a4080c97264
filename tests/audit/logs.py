"""A small log made for a test: its leaves, the key that signs it, and all that is made from it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from service.audit.checkpoints import Checkpoint, sign_checkpoint
from service.audit.commitments import commit
from service.audit.exports import ExportEntry, ExportHeader
from service.audit.leaves import Leaf
from service.audit.notes import SigningKey
from service.audit.paths import inclusion_path, read_from, root_at
from service.audit.proofs import InclusionProof
from service.audit.tree import leaf_hash

ORIGIN = "log.example/demo"
KEY = SigningKey(ORIGIN, bytes(range(32)))
OTHER_KEY = SigningKey(ORIGIN, bytes(range(1, 33)))
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def hashes(count: int) -> list[bytes]:
    """Leaf hashes of `count` different leaves."""
    return [leaf_hash(index.to_bytes(4, "big")) for index in range(count)]


def flipped(data: bytes, bit: int) -> bytes:
    """The same bytes with one bit turned over."""
    number = int.from_bytes(data, "big") ^ (1 << bit % (8 * len(data)))
    return number.to_bytes(len(data), "big")


def entry(index: int) -> ExportEntry:
    """Every third entry has a payload, every third an erased one, every third none at all."""
    at = START + timedelta(minutes=index)
    if index % 3 == 2:
        return ExportEntry(index, Leaf("session.booked", at, "act-1").to_bytes())
    salt, payload = sha256(b"salt %d" % index).digest(), b"payload %d" % index
    leaf = Leaf(
        "consent.given",
        at,
        "act-7",
        {"child": f"sub-{index}"},
        {"means": "video"},
        commit("consent.given", salt, payload),
    ).to_bytes()
    if index % 3 == 1:
        return ExportEntry(index, leaf, erased=True)
    return ExportEntry(index, leaf, payload, salt)


@dataclass(frozen=True)
class Log:
    """The first `size` entries of the one sample log."""

    size: int
    key: SigningKey = KEY

    @property
    def entries(self) -> list[ExportEntry]:
        return [entry(index) for index in range(self.size)]

    @property
    def leaf_hashes(self) -> list[bytes]:
        return [leaf_hash(each.leaf) for each in self.entries]

    @property
    def checkpoint(self) -> Checkpoint:
        return Checkpoint(ORIGIN, self.size, root_at(self.size, read_from(self.leaf_hashes)))

    @property
    def note(self) -> str:
        return sign_checkpoint(self.checkpoint, [self.key])

    @property
    def header(self) -> ExportHeader:
        return ExportHeader(ORIGIN, str(self.key.verifier), self.note)

    def proof(self, index: int) -> InclusionProof:
        path = inclusion_path(index, self.size, read_from(self.leaf_hashes))
        return InclusionProof(index, path, self.note)
