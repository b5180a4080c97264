"""Telephone calls with which people are asked to leave a call that nobody outside can end.

Migrations never change once landed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Go forward."""
    op.create_table('call_downs',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('meeting_id', sa.String(), nullable=False),
    sa.Column('staff_id', sa.String(), nullable=True),
    sa.Column('adult_id', sa.String(), nullable=True),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('noted_by', sa.String(), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.CheckConstraint("outcome IN ('reached', 'not_reached', 'left_message')", name=op.f('ck_call_downs_outcome_known')),
    sa.CheckConstraint('(staff_id IS NULL) <> (adult_id IS NULL)', name=op.f('ck_call_downs_to_one_person')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_call_downs_session_id')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_call_downs_meeting_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_call_downs_staff_id')),
    sa.ForeignKeyConstraint(['adult_id'], ['parents.id'], name=op.f('fk_call_downs_adult_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_downs'))
    )
    op.create_index(op.f('ix_call_downs_session_id'), 'call_downs', ['session_id'], unique=False)
    op.create_index(op.f('ix_call_downs_meeting_id'), 'call_downs', ['meeting_id'], unique=False)
