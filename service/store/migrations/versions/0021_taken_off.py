"""That an adult was taken off a child's record is kept when they come back.

Of those who came back before this, nothing is known.

Revision 0021, after 0020. Migrations never change once landed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Go forward."""
    op.add_column("ties", sa.Column("taken_off_at", INSTANT, nullable=True))
    op.execute("UPDATE ties SET taken_off_at = ended_at WHERE ended_at IS NOT NULL")
