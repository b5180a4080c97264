"""Our own looks into rooms, blind times, and providers that are out of order.

Migrations never change once landed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Go forward."""
    op.add_column('signals', sa.Column('looked_at', INSTANT, nullable=True))
    op.create_table('looks',
    sa.Column('meeting_id', sa.String(), nullable=False),
    sa.Column('looked_at', INSTANT, nullable=True),
    sa.Column('seen_at', INSTANT, nullable=True),
    sa.Column('still_since', INSTANT, nullable=True),
    sa.Column('missed_at', INSTANT, nullable=True),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_looks_meeting_id')),
    sa.PrimaryKeyConstraint('meeting_id', name=op.f('pk_looks'))
    )
    op.create_table('beats',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_beats'))
    )
    op.create_table('hook_silences',
    sa.Column('provider', sa.String(), nullable=False),
    sa.Column('since', INSTANT, nullable=False),
    sa.PrimaryKeyConstraint('provider', name=op.f('pk_hook_silences'))
    )
    op.create_table('blind_times',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('cause', sa.String(), nullable=False),
    sa.Column('provider', sa.String(), nullable=True),
    sa.Column('began_at', INSTANT, nullable=False),
    sa.Column('ended_at', INSTANT, nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.CheckConstraint("cause IN ('our_service', 'lost_watch', 'silent_hook')", name=op.f('ck_blind_times_cause_known')),
    sa.CheckConstraint('began_at < ended_at', name=op.f('ck_blind_times_begins_before_it_ends')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_blind_times'))
    )
    op.create_table('blind_rooms',
    sa.Column('blind_time_id', sa.String(), nullable=False),
    sa.Column('session_id', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['blind_time_id'], ['blind_times.id'], name=op.f('fk_blind_rooms_blind_time_id')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_blind_rooms_session_id')),
    sa.PrimaryKeyConstraint('blind_time_id', 'session_id', name=op.f('pk_blind_rooms'))
    )
    op.create_index(op.f('ix_blind_rooms_session_id'), 'blind_rooms', ['session_id'], unique=False)
    op.create_table('provider_outages',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('provider', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('began_at', INSTANT, nullable=False),
    sa.Column('until', INSTANT, nullable=False),
    sa.Column('begun_by', sa.String(), nullable=False),
    sa.Column('lifted_at', INSTANT, nullable=True),
    sa.Column('lifted_by', sa.String(), nullable=True),
    sa.CheckConstraint('(lifted_at IS NULL) = (lifted_by IS NULL)', name=op.f('ck_provider_outages_lifted_by_somebody')),
    sa.CheckConstraint('length(trim(reason)) > 0', name=op.f('ck_provider_outages_reason_stated')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_provider_outages'))
    )
    op.create_index('uq_provider_outages_standing', 'provider_outages', ['provider'], unique=True,
    sqlite_where=sa.text('lifted_at IS NULL'), postgresql_where=sa.text('lifted_at IS NULL'))
