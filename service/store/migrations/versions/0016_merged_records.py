"""The records that were merged into one are found by it, whatever is asked of a child or an adult.

Revision 0016, after 0015. Migrations never change once landed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    merged = sa.text("merged_into IS NOT NULL")
    for table in ("children", "parents"):
        op.create_index(
            f"ix_{table}_merged_into",
            table,
            ["merged_into"],
            sqlite_where=merged,
            postgresql_where=merged,
        )
