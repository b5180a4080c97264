"""Concerns, what was done about them, and the records they keep.

Revision 0005, after 0005. Migrations never change once landed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Go forward."""
    op.create_table('concern_numbers',
    sa.Column('desk', sa.String(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.CheckConstraint("desk IN ('leads', 'independent')", name=op.f('ck_concern_numbers_desk_known')),
    sa.PrimaryKeyConstraint('desk', name=op.f('pk_concern_numbers')),
    )
    op.create_table('concerns',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('desk', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('severity', sa.String(), nullable=False),
    sa.Column('about', sa.String(), nullable=False),
    sa.Column('words_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('about_words_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('told_by_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('session_id', sa.String(), nullable=True),
    sa.Column('child_id', sa.String(), nullable=True),
    sa.Column('reporter_id', sa.String(), nullable=True),
    sa.Column('reporter_as', sa.String(), nullable=False),
    sa.Column('raised_by', sa.String(), nullable=False),
    sa.Column('write_back', sa.Boolean(), nullable=False),
    sa.Column('raised_at', INSTANT, nullable=False),
    sa.CheckConstraint("desk IN ('leads', 'independent')", name=op.f('ck_concerns_desk_known')),
    sa.CheckConstraint("kind IN ('disclosure', 'adult_conduct', 'bullying', 'child_seeks_contact', 'other')", name=op.f('ck_concerns_kind_known')),
    sa.CheckConstraint("reporter_as = 'other' OR reporter_id IS NOT NULL", name=op.f('ck_concerns_reporter_known')),
    sa.CheckConstraint("reporter_as IN ('staff', 'parent', 'other')", name=op.f('ck_concerns_reporter_as_known')),
    sa.CheckConstraint("severity IN ('danger', 'serious', 'minor')", name=op.f('ck_concerns_severity_known')),
    sa.CheckConstraint('number >= 1', name=op.f('ck_concerns_numbered_from_one')),
    sa.ForeignKeyConstraint(['child_id'], ['children.id'], name=op.f('fk_concerns_child_id')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_concerns_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_concerns')),
    sa.UniqueConstraint('desk', 'number', name=op.f('uq_concerns_desk_number')),
    )
    op.create_index('ix_concerns_reporter', 'concerns', ['reporter_id', 'id'], unique=False)
    op.create_table('concern_steps',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('concern_id', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('words_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('outcome', sa.String(), nullable=True),
    sa.Column('at', INSTANT, nullable=False),
    sa.CheckConstraint("(kind = 'closed') = (outcome IS NOT NULL)", name=op.f('ck_concern_steps_closed_with_outcome')),
    sa.CheckConstraint("(kind IN ('added_to', 'closed', 'decided')) = (words_sealed IS NOT NULL)", name=op.f('ck_concern_steps_said_in_words')),
    sa.CheckConstraint("kind IN ('acknowledged', 'taken_on', 'added_to', 'decided', 'subject_named', 'passed_on', 'closed')", name=op.f('ck_concern_steps_kind_known')),
    sa.CheckConstraint("outcome IN ('referred', 'action_taken', 'advice_given', 'no_action')", name=op.f('ck_concern_steps_outcome_known')),
    sa.ForeignKeyConstraint(['concern_id'], ['concerns.id'], name=op.f('fk_concern_steps_concern_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_concern_steps')),
    sa.UniqueConstraint('concern_id', 'position', name=op.f('uq_concern_steps_concern_id_position')),
    )
    op.create_table('concern_subjects',
    sa.Column('concern_id', sa.String(), nullable=False),
    sa.Column('subject_id', sa.String(), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['concern_id'], ['concerns.id'], name=op.f('fk_concern_subjects_concern_id')),
    sa.PrimaryKeyConstraint('concern_id', 'subject_id', name=op.f('pk_concern_subjects')),
    )
    op.create_table('record_holds',
    sa.Column('concern_id', sa.String(), nullable=False),
    sa.Column('subject_id', sa.String(), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['concern_id'], ['concerns.id'], name=op.f('fk_record_holds_concern_id')),
    sa.PrimaryKeyConstraint('concern_id', 'subject_id', name=op.f('pk_record_holds')),
    )
    op.create_index('ix_record_holds_subject', 'record_holds', ['subject_id'], unique=False)
