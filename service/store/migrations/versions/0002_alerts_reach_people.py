"""Alerts reach people: acknowledged, over, and brought to whoever is on duty.

Revision 0002, after 0001. Migrations never change once landed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Go forward."""
    op.add_column('alerts', sa.Column('acknowledged_at', INSTANT, nullable=True))
    op.add_column('alerts', sa.Column('acknowledged_by', sa.String(), nullable=True))
    op.add_column('alerts', sa.Column('over_since', INSTANT, nullable=True))
    op.add_column('alerts', sa.Column('rings_since', INSTANT, nullable=True))
    op.create_table('designations',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('staff_id', sa.String(), nullable=False),
    sa.Column('standing', sa.String(), nullable=False),
    sa.Column('channels', sa.String(), nullable=False),
    sa.Column('named_by', sa.String(), nullable=False),
    sa.Column('named_at', INSTANT, nullable=False),
    sa.Column('ended_at', INSTANT, nullable=True),
    sa.Column('ended_by', sa.String(), nullable=True),
    sa.CheckConstraint("standing IN ('lead', 'deputy', 'coordinator')", name=op.f('ck_designations_standing_known')),
    sa.CheckConstraint('(ended_at IS NULL) = (ended_by IS NULL)', name=op.f('ck_designations_ended_by_somebody')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_designations_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_designations'))
    )
    op.create_index('uq_designations_current', 'designations', ['staff_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('duty_turns',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('staff_id', sa.String(), nullable=False),
    sa.Column('weekdays', sa.String(), nullable=False),
    sa.Column('starts', sa.String(), nullable=False),
    sa.Column('ends', sa.String(), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=True),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('noted_by', sa.String(), nullable=False),
    sa.Column('noted_at', INSTANT, nullable=False),
    sa.Column('ended_at', INSTANT, nullable=True),
    sa.Column('ended_by', sa.String(), nullable=True),
    sa.CheckConstraint('place >= 1', name=op.f('ck_duty_turns_place_in_the_order')),
    sa.CheckConstraint('last_day IS NULL OR first_day <= last_day', name=op.f('ck_duty_turns_first_before_last')),
    sa.CheckConstraint('(ended_at IS NULL) = (ended_by IS NULL)', name=op.f('ck_duty_turns_ended_by_somebody')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_duty_turns_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duty_turns'))
    )
    op.create_index('ix_duty_turns_current', 'duty_turns', ['staff_id'], unique=False, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('alert_notices',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('once_key', sa.String(), nullable=False),
    sa.Column('alert_id', sa.String(), nullable=False),
    sa.Column('staff_id', sa.String(), nullable=True),
    sa.Column('contact', sa.String(), nullable=True),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('written_at', INSTANT, nullable=False),
    sa.Column('settled_at', INSTANT, nullable=True),
    sa.Column('outcome', sa.String(), nullable=True),
    sa.CheckConstraint("channel IN ('page', 'email', 'sms')", name=op.f('ck_alert_notices_channel_known')),
    sa.CheckConstraint('(staff_id IS NULL) <> (contact IS NULL)', name=op.f('ck_alert_notices_to_a_person_or_a_contact')),
    sa.CheckConstraint('(settled_at IS NULL) = (outcome IS NULL)', name=op.f('ck_alert_notices_settled_with_outcome')),
    sa.ForeignKeyConstraint(['alert_id'], ['alerts.id'], name=op.f('fk_alert_notices_alert_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_alert_notices_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_notices')),
    sa.UniqueConstraint('once_key', name=op.f('uq_alert_notices_once_key'))
    )
    op.create_index(op.f('ix_alert_notices_alert_id'), 'alert_notices', ['alert_id'], unique=False)
    # Whatever is open when the service learns to reach people is brought to them as well.
    op.execute(
        "INSERT INTO work (subject_id, kind, due_at, fence, hurried, tries)"
        " SELECT id, 'escalate_alerts', opened_at, 0, 0, 0 FROM alerts WHERE closed_at IS NULL"
    )
