"""Everything that is declared to be in the database: the tables, and the engine's own marks."""

import sqlalchemy as sa

from service.store import tables
from service.store.transactions import declare_marks

MARKS = "store_batches"


def declared(metadata: sa.MetaData) -> sa.MetaData:
    """The metadata with every table on it; calling it again changes nothing."""
    assert tables.SessionRow.metadata is metadata  # noqa: S101 - importing declares the tables
    if MARKS not in metadata.tables:
        declare_marks(metadata)
    return metadata
