"""Gives entries their place in the log, signs checkpoints, and answers proofs from saved nodes.

Entries are durable with the change they describe; their place follows within seconds. Places go by
the entries' database identity within a batch, never by time. One size has one checkpoint: its primary
key is the compare-and-swap that keeps two replicas from ever signing two trees of one size.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.audit import paths
from service.audit.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from service.audit.exports import ExportEntry
from service.audit.proofs import InclusionProof
from service.audit.tree import CompactRange, Node, leaf_hash
from service.errors import NotFound
from service.store.inspection.audit_log import ENTRIES, PAYLOADS, UNSEQUENCED
from service.store.tables import CheckpointRow, InstallationRow, LeafRow, NodeRow, table_of
from service.store.transactions import Reader, Tx

LEAVES = table_of(LeafRow)
NODES = table_of(NodeRow)
CHECKPOINTS = table_of(CheckpointRow)
INSTALLATION = table_of(InstallationRow)
BATCH = 1000


def sequence(tx: Tx, limit: int = BATCH) -> int:
    """Give the next entries their places and sign a checkpoint; answers how many there were."""
    # One sequencer at a time; a second replica waits here and then finds what is left.
    tx.conn.execute(sa.select(INSTALLATION.c.id).with_for_update())
    rows = tx.conn.execute(
        sa.select(ENTRIES.c.id, ENTRIES.c.uid, ENTRIES.c.leaf)
        .join(UNSEQUENCED, UNSEQUENCED.c.entry_uid == ENTRIES.c.uid)
        .order_by(ENTRIES.c.id)
        .limit(limit)
    ).all()
    if not rows:
        return 0
    tree = _tree(tx)
    first = tree.size
    nodes = tree.grow(leaf_hash(row.leaf) for row in rows)
    tx.conn.execute(
        LEAVES.insert(),
        [{"position": first + place, "entry_id": row.id} for place, row in enumerate(rows)],
    )
    tx.conn.execute(
        NODES.insert(),
        [{"level": node.level, "position": node.position, "hash": hash_} for node, hash_ in nodes],
    )
    tx.conn.execute(
        UNSEQUENCED.delete().where(UNSEQUENCED.c.entry_uid.in_([row.uid for row in rows]))
    )
    _sign(tx, tree)
    return len(rows)


def _tree(tx: Tx) -> CompactRange:
    size = size_of(tx)
    wanted = [
        Node(level, (size >> level) - 1) for level in range(size.bit_length()) if size >> level & 1
    ]
    found = read_nodes(tx)(wanted)
    return CompactRange.from_hashes(size, [found[node] for node in reversed(wanted)])


def _sign(tx: Tx, tree: CompactRange) -> None:
    key = tx.house.log_key
    note = sign_checkpoint(Checkpoint(key.name, tree.size, tree.root()), [key])
    tx.conn.execute(CHECKPOINTS.insert().values(size=tree.size, note=note, at=tx.now))


def size_of(reader: Tx | Reader) -> int:
    """How many entries have a place."""
    query = sa.select(CHECKPOINTS.c.size).order_by(CHECKPOINTS.c.size.desc()).limit(1)
    return int(reader.conn.execute(query).scalar_one_or_none() or 0)


def read_nodes(reader: Tx | Reader) -> paths.ReadNodes:
    """The saved subtree hashes, by name."""

    def read(wanted: Collection[Node]) -> Mapping[Node, bytes]:
        if not wanted:
            return {}
        pairs = [(node.level, node.position) for node in wanted]
        rows = reader.conn.execute(
            sa.select(NODES).where(sa.tuple_(NODES.c.level, NODES.c.position).in_(pairs))
        )
        return {Node(row.level, row.position): row.hash for row in rows}

    return read


@dataclass(frozen=True)
class SignedCheckpoint:
    """The newest signed head of the log."""

    note: str
    at: datetime


def newest_checkpoint(reader: Tx | Reader) -> SignedCheckpoint:
    """The newest checkpoint. `NotFound` while the log is empty."""
    row = reader.conn.execute(
        sa.select(CHECKPOINTS).order_by(CHECKPOINTS.c.size.desc()).limit(1)
    ).one_or_none()
    if row is None:
        raise NotFound
    return SignedCheckpoint(row.note, row.at)


def oldest_unsequenced(reader: Tx | Reader) -> datetime | None:
    """When the oldest entry without a place was written; None if all have one."""
    query = sa.select(sa.func.min(ENTRIES.c.at)).join(
        UNSEQUENCED, UNSEQUENCED.c.entry_uid == ENTRIES.c.uid
    )
    at: datetime | None = reader.conn.execute(query).scalar_one()
    return at


def place_of(reader: Reader, entry_id: int) -> tuple[int, bytes]:
    """An entry's place and its exact leaf bytes. `NotFound` if it has no place (yet)."""
    row = reader.conn.execute(
        sa.select(LEAVES.c.position, ENTRIES.c.leaf)
        .join(ENTRIES, ENTRIES.c.id == LEAVES.c.entry_id)
        .where(ENTRIES.c.id == entry_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row.position, row.leaf


@dataclass(frozen=True)
class Inclusion:
    """That one entry is in the log, in the form that somebody else's tool checks."""

    index: int
    leaf: bytes
    proof: InclusionProof


def inclusion(reader: Reader, entry_id: int) -> Inclusion:
    """The offline proof that an entry is in the newest signed log."""
    index, leaf = place_of(reader, entry_id)
    note = newest_checkpoint(reader).note
    size = open_checkpoint(note, [reader.house.log_key.verifier]).size
    path = paths.inclusion_path(index, size, read_nodes(reader))
    return Inclusion(index, leaf, InclusionProof(index, path, note))


def consistency(reader: Reader, old_size: int, new_size: int) -> tuple[bytes, ...]:
    """The hashes that show the log of one size to extend the log of an older size."""
    if not 0 <= old_size <= new_size <= size_of(reader):
        raise NotFound
    return paths.consistency_path(old_size, new_size, read_nodes(reader))


def exported(reader: Reader, first: int, limit: int) -> Iterator[ExportEntry]:
    """Entries by place from the first on, with what opens their commitments."""
    rows = reader.conn.execute(
        sa.select(
            LEAVES.c.position,
            ENTRIES.c.uid,
            ENTRIES.c.leaf,
            PAYLOADS.c.payload_sealed,
            PAYLOADS.c.salt,
        )
        .join(ENTRIES, ENTRIES.c.id == LEAVES.c.entry_id)
        .outerjoin(PAYLOADS, PAYLOADS.c.entry_uid == ENTRIES.c.uid)
        .where(LEAVES.c.position >= first)
        .order_by(LEAVES.c.position)
        .limit(limit)
    )
    for row in rows:
        payload = None
        if row.payload_sealed is not None:
            where = f"entry_payloads.payload:{row.uid}"
            payload = reader.house.unseal(row.payload_sealed, where).get_secret_value().encode()
        yield ExportEntry(row.position, row.leaf, payload, row.salt)
