"""How long a session that is not clear keeps everybody's time.

Revision 0004, after 0007. Migrations never change once landed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Go forward."""
    op.create_table('holds',
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('since', INSTANT, nullable=False),
    sa.Column('until', INSTANT, nullable=False),
    sa.Column('reminded_at', INSTANT, nullable=True),
    sa.Column('warned_at', INSTANT, nullable=True),
    sa.CheckConstraint('since < until', name=op.f('ck_holds_since_before_until')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_holds_session_id')),
    sa.PrimaryKeyConstraint('session_id', name=op.f('pk_holds'))
    )
