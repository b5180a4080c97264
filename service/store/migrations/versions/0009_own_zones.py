"""The time zone of an adult whose clock is not the organisation's.

Revision 0009, after 0006. Migrations never change once landed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column('parents', sa.Column('zone', sa.String(), nullable=True))
