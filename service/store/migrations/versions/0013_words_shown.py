"""What a family was shown is kept: translations word for word, and whether the words tell of visits.

Words said before this count as not telling of visits, so whoever had agreed is asked again.

Revision 0013, after 0012. Migrations never change once landed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column(
        "consents", sa.Column("says_visits", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("consents", sa.Column("shown", sa.String(), nullable=True))
    op.add_column("consents", sa.Column("child_shown", sa.String(), nullable=True))
