"""Who put second staff's yes on record is kept with it, where that was somebody else.

Acceptances recorded before this name nobody.

Revision 0019, after 0018. Migrations never change once landed.
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    # Both databases take such a column as it is; rewriting the table would lose its fences.
    op.execute("ALTER TABLE assignments ADD COLUMN recorded_by VARCHAR")
