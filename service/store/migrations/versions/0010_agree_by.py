"""A version of the policy may name the day from which older agreements count no more.

Revision 0010, after 0025. Migrations never change once landed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column('policies', sa.Column('agree_by', sa.Date(), nullable=True))
