"""An occurrence of a series that was refused keeps everything that stood in its way.

Revision 0015, after 0014. Migrations never change once landed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column(
        "series_refusals",
        sa.Column("problems", sa.String(), nullable=False, server_default="[]"),
    )
