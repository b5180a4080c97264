"""The log proves itself."""

import sqlalchemy as sa

from service.audit.checkpoints import open_checkpoint
from service.audit.export_check import verify_export
from service.audit.exports import ExportHeader, write_export
from service.audit.tree import leaf_hash, verify_consistency, verify_inclusion
from service.store.inspection import audit_log, log
from service.store.transactions import Reader

SAMPLE = 25


def the_log_proves_itself(reader: Reader) -> None:
    """Every entry has a place, every proof verifies, and every older log is a part of the newest."""
    ids = [row.id for row in reader.conn.execute(sa.select(audit_log.ENTRIES.c.id))]
    waiting = reader.conn.execute(sa.select(audit_log.UNSEQUENCED)).all()
    assert ids, "nothing was recorded"
    assert waiting == [], "an entry has no place"
    verifier = reader.house.log_key.verifier
    newest = open_checkpoint(log.newest_checkpoint(reader).note, [verifier])
    assert newest.size == len(ids)
    for entry_id in ids[:: max(1, len(ids) // SAMPLE)]:
        found = log.inclusion(reader, entry_id)
        verify_inclusion(
            leaf_hash(found.leaf),
            found.index,
            size=newest.size,
            path=found.proof.path,
            root=newest.root,
        )
    for row in reader.conn.execute(sa.select(log.CHECKPOINTS)):
        older = open_checkpoint(row.note, [verifier])
        path = log.consistency(reader, older.size, newest.size)
        verify_consistency(
            older.size, older.root, new_size=newest.size, new_root=newest.root, path=path
        )
    note = log.newest_checkpoint(reader).note
    header = ExportHeader(newest.origin, str(verifier), note)
    report = verify_export(write_export(header, log.exported(reader, 0, newest.size)), verifier)
    assert report.entries == newest.size
