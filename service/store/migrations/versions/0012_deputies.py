"""A giver may be a team: its deputies answer for it in their own names.

Revision 0012, after 0016. Migrations never change once landed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Go forward."""
    op.create_table('deputies',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('team_id', sa.String(), nullable=False),
    sa.Column('parent_id', sa.String(), nullable=False),
    sa.Column('named_by', sa.String(), nullable=False),
    sa.Column('named_at', INSTANT, nullable=False),
    sa.Column('ended_at', INSTANT, nullable=True),
    sa.CheckConstraint('team_id <> parent_id', name=op.f('ck_deputies_not_for_themselves')),
    sa.ForeignKeyConstraint(['parent_id'], ['parents.id'], name=op.f('fk_deputies_parent_id')),
    sa.ForeignKeyConstraint(['team_id'], ['parents.id'], name=op.f('fk_deputies_team_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deputies'))
    )
    op.create_index('uq_deputies_current', 'deputies', ['team_id', 'parent_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_index('ix_deputies_parent', 'deputies', ['parent_id'], unique=False, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    # Both databases take such a column as it is; rewriting the table would lose its fences.
    op.execute(
        "ALTER TABLE consents ADD COLUMN answered_by VARCHAR"
        " CONSTRAINT fk_consents_answered_by REFERENCES parents (id)"
    )
