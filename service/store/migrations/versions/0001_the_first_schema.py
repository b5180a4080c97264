"""The first schema.

Revision 0001, the first. Migrations never change once landed.
"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Go forward."""
    op.create_table('budgets',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('window_index', sa.BigInteger(), nullable=False),
    sa.Column('spent', sa.Integer(), nullable=False),
    sa.CheckConstraint('spent >= 0', name=op.f('ck_budgets_spent_something')),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_budgets'))
    )
    op.create_table('checkpoints',
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.PrimaryKeyConstraint('size', name=op.f('pk_checkpoints'))
    )
    op.create_table('children',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=True),
    sa.Column('name_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('born_on', sa.Date(), nullable=False),
    sa.Column('ledger_position', sa.Integer(), nullable=False),
    sa.Column('looked_after', sa.Boolean(), nullable=False),
    sa.Column('visiting_never', sa.Boolean(), nullable=False),
    sa.Column('merged_into', sa.String(), nullable=True),
    sa.Column('has_merged', sa.Boolean(), nullable=False),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['merged_into'], ['children.id'], name=op.f('fk_children_merged_into')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_children')),
    sa.UniqueConstraint('external_id', name=op.f('uq_children_external_id'))
    )
    op.create_table('entries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('uid', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('scope', sa.String(), nullable=False),
    sa.Column('leaf', sa.LargeBinary(), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entries')),
    sa.UniqueConstraint('uid', name=op.f('uq_entries_uid')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_entries_scope', 'entries', ['scope', 'id'], unique=False)
    op.create_table('hook_proofs',
    sa.Column('provider', sa.String(), nullable=False),
    sa.Column('proved_at', INSTANT, nullable=False),
    sa.PrimaryKeyConstraint('provider', name=op.f('pk_hook_proofs'))
    )
    op.create_table('hosts',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=True),
    sa.Column('provider', sa.String(), nullable=False),
    sa.Column('account', sa.String(), nullable=False),
    sa.Column('account_domain', sa.String(), nullable=False),
    sa.Column('withdrawn_at', INSTANT, nullable=True),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hosts')),
    sa.UniqueConstraint('external_id', name=op.f('uq_hosts_external_id')),
    sa.UniqueConstraint('provider', 'account', name=op.f('uq_hosts_provider_account'))
    )
    op.create_table('idempotency_keys',
    sa.Column('scope', sa.String(), nullable=False),
    sa.Column('body_hash', sa.String(), nullable=False),
    sa.Column('resource_id', sa.String(), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.PrimaryKeyConstraint('scope', name=op.f('pk_idempotency_keys'))
    )
    op.create_index(op.f('ix_idempotency_keys_at'), 'idempotency_keys', ['at'], unique=False)
    op.create_table('installation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('mode', sa.String(), nullable=False),
    sa.Column('origin', sa.String(), nullable=False),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_installation_only_one')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_installation'))
    )
    op.create_table('organisation_settings',
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('settings_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.PrimaryKeyConstraint('position', name=op.f('pk_organisation_settings'))
    )
    op.create_table('parents',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=True),
    sa.Column('name_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('email_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('phone_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('contact_keys', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('pin_hash', sa.String(), nullable=True),
    sa.Column('restriction', sa.String(), nullable=True),
    sa.Column('details_hidden', sa.Boolean(), nullable=False),
    sa.Column('merged_into', sa.String(), nullable=True),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("restriction IN ('no_contact', 'do_not_contact', 'deceased', 'merged')", name=op.f('ck_parents_restriction_known')),
    sa.ForeignKeyConstraint(['merged_into'], ['parents.id'], name=op.f('fk_parents_merged_into')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_parents')),
    sa.UniqueConstraint('external_id', name=op.f('uq_parents_external_id'))
    )
    op.create_table('policies',
    sa.Column('version', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('owner', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('review_on', sa.Date(), nullable=False),
    sa.Column('asks_fresh_agreement', sa.Boolean(), nullable=False),
    sa.Column('published_at', INSTANT, nullable=False),
    sa.PrimaryKeyConstraint('version', name=op.f('pk_policies')),
    sa.UniqueConstraint('position', name=op.f('uq_policies_position'))
    )
    op.create_table('pseudonym_keys',
    sa.Column('scope', sa.String(), nullable=False),
    sa.Column('key_sealed', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('scope', name=op.f('pk_pseudonym_keys'))
    )
    op.create_table('staff',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=True),
    sa.Column('name_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('account_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('account_domain', sa.String(), nullable=False),
    sa.Column('phone_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('contact_keys', sa.String(), nullable=False),
    sa.Column('suspended_at', INSTANT, nullable=True),
    sa.Column('left_on', sa.Date(), nullable=True),
    sa.Column('works', sa.String(), nullable=True),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff')),
    sa.UniqueConstraint('external_id', name=op.f('uq_staff_external_id'))
    )
    op.create_table('store_batches',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('batch', sa.String(length=32), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_store_batches_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_store_batches'))
    )
    op.create_table('tree_nodes',
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('hash', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('level', 'position', name=op.f('pk_tree_nodes'))
    )
    op.create_table('work',
    sa.Column('subject_id', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('due_at', INSTANT, nullable=False),
    sa.Column('lease_until', INSTANT, nullable=True),
    sa.Column('fence', sa.Integer(), nullable=False),
    sa.Column('hurried', sa.Integer(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('subject_id', name=op.f('pk_work'))
    )
    op.create_index('ix_work_due', 'work', ['kind', 'due_at'], unique=False)
    op.create_table('absences',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('staff_id', sa.String(), nullable=False),
    sa.Column('starts_at', INSTANT, nullable=False),
    sa.Column('ends_at', INSTANT, nullable=False),
    sa.Column('noted_by', sa.String(), nullable=False),
    sa.Column('noted_at', INSTANT, nullable=False),
    sa.Column('ended_at', INSTANT, nullable=True),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_absences_starts_before_it_ends')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_absences_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_absences'))
    )
    op.create_index('ix_absences_staff', 'absences', ['staff_id', 'starts_at'], unique=False, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('consent_resolutions',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('child_id', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('basis', sa.String(), nullable=False),
    sa.Column('stands', sa.Boolean(), nullable=False),
    sa.Column('settles', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('document', sa.String(), nullable=True),
    sa.Column('recorded_by', sa.String(), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.CheckConstraint("basis <> 'court_order' OR document IS NOT NULL", name=op.f('ck_consent_resolutions_order_is_named')),
    sa.CheckConstraint("basis IN ('agreement', 'court_order', 'other', 'merge')", name=op.f('ck_consent_resolutions_basis_known')),
    sa.CheckConstraint("purpose IN ('take_part', 'record')", name=op.f('ck_consent_resolutions_purpose_known')),
    sa.CheckConstraint('length(trim(reason)) > 0', name=op.f('ck_consent_resolutions_reason_stated')),
    sa.ForeignKeyConstraint(['child_id'], ['children.id'], name=op.f('fk_consent_resolutions_child_id')),
    sa.ForeignKeyConstraint(['recorded_by'], ['staff.id'], name=op.f('fk_consent_resolutions_recorded_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent_resolutions')),
    sa.UniqueConstraint('child_id', 'position', name=op.f('uq_consent_resolutions_child_id_position'))
    )
    op.create_table('consents',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('child_id', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('giver_id', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('route', sa.String(), nullable=False),
    sa.Column('recorded_by', sa.String(), nullable=True),
    sa.Column('evidence', sa.String(), nullable=True),
    sa.Column('at', INSTANT, nullable=False),
    sa.Column('valid_until', INSTANT, nullable=True),
    sa.Column('policy_version', sa.String(), nullable=False),
    sa.Column('wording', sa.String(), nullable=False),
    sa.Column('child_wording', sa.String(), nullable=True),
    sa.Column('language', sa.String(), nullable=False),
    sa.CheckConstraint("(route = 'link') = (recorded_by IS NULL) AND (route = 'link') = (evidence IS NULL)", name=op.f('ck_consents_taken_down_by_a_person')),
    sa.CheckConstraint("kind IN ('given', 'refused', 'withdrawn', 'invalidated', 'lapsed')", name=op.f('ck_consents_kind_known')),
    sa.CheckConstraint("purpose IN ('take_part', 'record')", name=op.f('ck_consents_purpose_known')),
    sa.CheckConstraint("route IN ('link', 'phone', 'paper', 'in_person')", name=op.f('ck_consents_route_known')),
    sa.ForeignKeyConstraint(['child_id'], ['children.id'], name=op.f('fk_consents_child_id')),
    sa.ForeignKeyConstraint(['giver_id'], ['parents.id'], name=op.f('fk_consents_giver_id')),
    sa.ForeignKeyConstraint(['policy_version'], ['policies.version'], name=op.f('fk_consents_policy_version')),
    sa.ForeignKeyConstraint(['recorded_by'], ['staff.id'], name=op.f('fk_consents_recorded_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consents')),
    sa.UniqueConstraint('child_id', 'position', name=op.f('uq_consents_child_id_position'))
    )
    op.create_table('custodians',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('host_id', sa.String(), nullable=False),
    sa.Column('staff_id', sa.String(), nullable=False),
    sa.Column('since', INSTANT, nullable=False),
    sa.Column('until', INSTANT, nullable=True),
    sa.ForeignKeyConstraint(['host_id'], ['hosts.id'], name=op.f('fk_custodians_host_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_custodians_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_custodians'))
    )
    op.create_index(op.f('ix_custodians_host_id'), 'custodians', ['host_id'], unique=False)
    op.create_index(op.f('ix_custodians_staff_id'), 'custodians', ['staff_id'], unique=False)
    op.create_index('uq_custodians_current', 'custodians', ['host_id', 'staff_id'], unique=True, sqlite_where=sa.text('until IS NULL'), postgresql_where=sa.text('until IS NULL'))
    op.create_table('devices',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('parent_id', sa.String(), nullable=False),
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('marked_at', INSTANT, nullable=False),
    sa.Column('expires_at', INSTANT, nullable=False),
    sa.Column('revoked_at', INSTANT, nullable=True),
    sa.ForeignKeyConstraint(['parent_id'], ['parents.id'], name=op.f('fk_devices_parent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_devices')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_devices_token_hash'))
    )
    op.create_index(op.f('ix_devices_parent_id'), 'devices', ['parent_id'], unique=False)
    op.create_table('duties',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('staff_id', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('starts_at', INSTANT, nullable=False),
    sa.Column('ends_at', INSTANT, nullable=False),
    sa.Column('own_word', sa.Boolean(), nullable=False),
    sa.Column('noted_by', sa.String(), nullable=False),
    sa.Column('noted_at', INSTANT, nullable=False),
    sa.Column('ended_at', INSTANT, nullable=True),
    sa.CheckConstraint("kind IN ('rota', 'standby')", name=op.f('ck_duties_kind_known')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_duties_starts_before_it_ends')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_duties_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duties'))
    )
    op.create_index('ix_duties_staff', 'duties', ['staff_id', 'starts_at'], unique=False, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('entry_payloads',
    sa.Column('entry_uid', sa.String(), nullable=False),
    sa.Column('payload_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('salt', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['entry_uid'], ['entries.uid'], name=op.f('fk_entry_payloads_entry_uid')),
    sa.PrimaryKeyConstraint('entry_uid', name=op.f('pk_entry_payloads'))
    )
    op.create_table('leaves',
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('entry_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entries.id'], name=op.f('fk_leaves_entry_id')),
    sa.PrimaryKeyConstraint('position', name=op.f('pk_leaves')),
    sa.UniqueConstraint('entry_id', name=op.f('uq_leaves_entry_id'))
    )
    op.create_table('nominations',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('child_id', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('giver_id', sa.String(), nullable=False),
    sa.Column('adult_id', sa.String(), nullable=False),
    sa.Column('named', sa.Boolean(), nullable=False),
    sa.Column('route', sa.String(), nullable=False),
    sa.Column('recorded_by', sa.String(), nullable=True),
    sa.Column('at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['adult_id'], ['parents.id'], name=op.f('fk_nominations_adult_id')),
    sa.ForeignKeyConstraint(['child_id'], ['children.id'], name=op.f('fk_nominations_child_id')),
    sa.ForeignKeyConstraint(['giver_id'], ['parents.id'], name=op.f('fk_nominations_giver_id')),
    sa.ForeignKeyConstraint(['recorded_by'], ['staff.id'], name=op.f('fk_nominations_recorded_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_nominations')),
    sa.UniqueConstraint('child_id', 'position', name=op.f('uq_nominations_child_id_position'))
    )
    op.create_table('pin_tries',
    sa.Column('parent_id', sa.String(), nullable=False),
    sa.Column('failed', sa.Integer(), nullable=False),
    sa.Column('since', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['parent_id'], ['parents.id'], name=op.f('fk_pin_tries_parent_id')),
    sa.PrimaryKeyConstraint('parent_id', name=op.f('pk_pin_tries'))
    )
    op.create_table('series',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=True),
    sa.Column('tutor_id', sa.String(), nullable=False),
    sa.Column('asked', sa.String(), nullable=False),
    sa.Column('booked_by', sa.String(), nullable=False),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['tutor_id'], ['staff.id'], name=op.f('fk_series_tutor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_series')),
    sa.UniqueConstraint('external_id', name=op.f('uq_series_external_id'))
    )
    op.create_table('staff_evidence',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('staff_id', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('seen_on', sa.Date(), nullable=False),
    sa.Column('trusted_until', sa.Date(), nullable=True),
    sa.Column('policy_version', sa.String(), nullable=True),
    sa.Column('scheme', sa.String(), nullable=True),
    sa.Column('number_key', sa.String(), nullable=True),
    sa.Column('seen_by', sa.String(), nullable=True),
    sa.Column('at', INSTANT, nullable=False),
    sa.CheckConstraint("(kind = 'policy_acknowledgement') = (policy_version IS NOT NULL)", name=op.f('ck_staff_evidence_acknowledgements_name_a_version')),
    sa.CheckConstraint("kind = 'background_check' OR scheme IS NULL", name=op.f('ck_staff_evidence_checks_have_schemes')),
    sa.CheckConstraint("kind = 'policy_acknowledgement' OR (seen_by IS NOT NULL AND seen_by <> staff_id)", name=op.f('ck_staff_evidence_seen_by_another')),
    sa.CheckConstraint("kind IN ('background_check', 'training', 'policy_acknowledgement')", name=op.f('ck_staff_evidence_kind_known')),
    sa.CheckConstraint("scheme IN ('dbs_basic', 'dbs_enhanced', 'pvg', 'access_ni_basic', 'access_ni_enhanced')", name=op.f('ck_staff_evidence_scheme_known')),
    sa.ForeignKeyConstraint(['policy_version'], ['policies.version'], name=op.f('fk_staff_evidence_policy_version')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_evidence_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_evidence'))
    )
    op.create_index(op.f('ix_staff_evidence_number_key'), 'staff_evidence', ['number_key'], unique=False)
    op.create_index(op.f('ix_staff_evidence_staff_id'), 'staff_evidence', ['staff_id'], unique=False)
    op.create_table('staff_relations',
    sa.Column('staff_id', sa.String(), nullable=False),
    sa.Column('related_id', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('declared_at', INSTANT, nullable=False),
    sa.Column('accepted_at', INSTANT, nullable=True),
    sa.Column('accepted_by', sa.String(), nullable=True),
    sa.CheckConstraint("kind IN ('family', 'connection', 'distinct')", name=op.f('ck_staff_relations_kind_known')),
    sa.CheckConstraint('(accepted_at IS NULL) = (accepted_by IS NULL)', name=op.f('ck_staff_relations_accepted_by_somebody')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_relations_staff_id')),
    sa.PrimaryKeyConstraint('staff_id', 'related_id', 'kind', name=op.f('pk_staff_relations'))
    )
    op.create_table('switch_overs',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('child_id', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('switched_over', sa.Boolean(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['child_id'], ['children.id'], name=op.f('fk_switch_overs_child_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_switch_overs')),
    sa.UniqueConstraint('child_id', 'position', name=op.f('uq_switch_overs_child_id_position'))
    )
    op.create_table('ties',
    sa.Column('child_id', sa.String(), nullable=False),
    sa.Column('parent_id', sa.String(), nullable=False),
    sa.Column('relation', sa.String(), nullable=False),
    sa.Column('authority', sa.String(), nullable=False),
    sa.Column('document', sa.String(), nullable=True),
    sa.Column('document_on', sa.Date(), nullable=True),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.Column('ended_at', INSTANT, nullable=True),
    sa.CheckConstraint("authority IN ('parental_responsibility', 'local_authority', 'delegated', 'self', 'none')", name=op.f('ck_ties_authority_known')),
    sa.CheckConstraint("authority NOT IN ('delegated', 'local_authority') OR (document IS NOT NULL AND document_on IS NOT NULL)", name=op.f('ck_ties_paper_is_named')),
    sa.ForeignKeyConstraint(['child_id'], ['children.id'], name=op.f('fk_ties_child_id')),
    sa.ForeignKeyConstraint(['parent_id'], ['parents.id'], name=op.f('fk_ties_parent_id')),
    sa.PrimaryKeyConstraint('child_id', 'parent_id', name=op.f('pk_ties'))
    )
    op.create_index(op.f('ix_ties_parent_id'), 'ties', ['parent_id'], unique=False)
    op.create_table('unsequenced',
    sa.Column('entry_uid', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['entry_uid'], ['entries.uid'], name=op.f('fk_unsequenced_entry_uid')),
    sa.PrimaryKeyConstraint('entry_uid', name=op.f('pk_unsequenced'))
    )
    op.create_table('wishes',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('child_id', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('wish', sa.String(), nullable=False),
    sa.Column('recorded_by', sa.String(), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.CheckConstraint("wish IN ('glad', 'camera_off', 'does_not_want')", name=op.f('ck_wishes_wish_known')),
    sa.ForeignKeyConstraint(['child_id'], ['children.id'], name=op.f('fk_wishes_child_id')),
    sa.ForeignKeyConstraint(['recorded_by'], ['staff.id'], name=op.f('fk_wishes_recorded_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wishes')),
    sa.UniqueConstraint('child_id', 'position', name=op.f('uq_wishes_child_id_position'))
    )
    op.create_table('series_refusals',
    sa.Column('series_id', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('local_start', sa.String(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('field', sa.String(), nullable=False),
    sa.Column('sentence', sa.String(), nullable=False),
    sa.CheckConstraint('number >= 1', name=op.f('ck_series_refusals_number_counts')),
    sa.ForeignKeyConstraint(['series_id'], ['series.id'], name=op.f('fk_series_refusals_series_id')),
    sa.PrimaryKeyConstraint('series_id', 'number', name=op.f('pk_series_refusals'))
    )
    op.create_table('sessions',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=True),
    sa.Column('series_id', sa.String(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('starts_at', INSTANT, nullable=False),
    sa.Column('ends_at', INSTANT, nullable=False),
    sa.Column('local_start', sa.String(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('tutor_id', sa.String(), nullable=False),
    sa.Column('provider', sa.String(), nullable=False),
    sa.Column('host_id', sa.String(), nullable=True),
    sa.Column('cover_mode', sa.String(), nullable=False),
    sa.Column('terms', sa.Integer(), nullable=False),
    sa.Column('opens_at', INSTANT, nullable=False),
    sa.Column('lapses_at', INSTANT, nullable=False),
    sa.Column('ended_at', INSTANT, nullable=True),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('booked_by', sa.String(), nullable=False),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("cover_mode IN ('throughout', 'visiting')", name=op.f('ck_sessions_cover_mode_known')),
    sa.CheckConstraint("state IN ('booked', 'opening', 'open', 'live', 'ended', 'closed', 'lapsed', 'cancelled')", name=op.f('ck_sessions_state_known')),
    sa.CheckConstraint("state NOT IN ('cancelled', 'ended') OR reason IS NOT NULL", name=op.f('ck_sessions_over_has_a_reason')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_sessions_starts_before_it_ends')),
    sa.ForeignKeyConstraint(['host_id'], ['hosts.id'], name=op.f('fk_sessions_host_id')),
    sa.ForeignKeyConstraint(['series_id'], ['series.id'], name=op.f('fk_sessions_series_id')),
    sa.ForeignKeyConstraint(['tutor_id'], ['staff.id'], name=op.f('fk_sessions_tutor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sessions')),
    sa.UniqueConstraint('external_id', name=op.f('uq_sessions_external_id'))
    )
    op.create_index('ix_sessions_series', 'sessions', ['series_id'], unique=False, sqlite_where=sa.text('series_id IS NOT NULL'), postgresql_where=sa.text('series_id IS NOT NULL'))
    op.create_index('ix_sessions_starts', 'sessions', ['starts_at', 'id'], unique=False)
    op.create_index(op.f('ix_sessions_tutor_id'), 'sessions', ['tutor_id'], unique=False)
    op.create_table('alerts',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('subject_id', sa.String(), nullable=False),
    sa.Column('session_id', sa.String(), nullable=True),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('opened_at', INSTANT, nullable=False),
    sa.Column('last_at', INSTANT, nullable=False),
    sa.Column('closed_at', INSTANT, nullable=True),
    sa.Column('closed_by', sa.String(), nullable=True),
    sa.Column('outcome', sa.String(), nullable=True),
    sa.CheckConstraint('(closed_at IS NULL) = (outcome IS NULL)', name=op.f('ck_alerts_closed_with_outcome')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_alerts_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alerts'))
    )
    op.create_index(op.f('ix_alerts_session_id'), 'alerts', ['session_id'], unique=False)
    op.create_index('uq_alerts_open', 'alerts', ['subject_id', 'code'], unique=True, sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
    op.create_table('assignments',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('staff_id', sa.String(), nullable=False),
    sa.Column('assigned_by', sa.String(), nullable=False),
    sa.Column('assigned_at', INSTANT, nullable=False),
    sa.Column('accepted_at', INSTANT, nullable=True),
    sa.Column('accepted_terms', sa.Integer(), nullable=True),
    sa.Column('released_at', INSTANT, nullable=True),
    sa.Column('release_reason', sa.String(), nullable=True),
    sa.CheckConstraint('(released_at IS NULL) = (release_reason IS NULL)', name=op.f('ck_assignments_released_with_reason')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_assignments_session_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_assignments_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignments'))
    )
    op.create_index('ix_assignments_staff', 'assignments', ['staff_id'], unique=False, sqlite_where=sa.text('released_at IS NULL'), postgresql_where=sa.text('released_at IS NULL'))
    op.create_index('uq_assignments_current', 'assignments', ['session_id'], unique=True, sqlite_where=sa.text('released_at IS NULL'), postgresql_where=sa.text('released_at IS NULL'))
    op.create_table('check_ins',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('child_id', sa.String(), nullable=False),
    sa.Column('adult_id', sa.String(), nullable=False),
    sa.Column('terms', sa.Integer(), nullable=False),
    sa.Column('route', sa.String(), nullable=False),
    sa.Column('recorded_by', sa.String(), nullable=True),
    sa.Column('at', INSTANT, nullable=False),
    sa.CheckConstraint("(route = 'link') = (recorded_by IS NULL)", name=op.f('ck_check_ins_taken_down_by_a_person')),
    sa.CheckConstraint("route IN ('link', 'phone', 'paper', 'in_person')", name=op.f('ck_check_ins_route_known')),
    sa.ForeignKeyConstraint(['adult_id'], ['parents.id'], name=op.f('fk_check_ins_adult_id')),
    sa.ForeignKeyConstraint(['child_id'], ['children.id'], name=op.f('fk_check_ins_child_id')),
    sa.ForeignKeyConstraint(['recorded_by'], ['staff.id'], name=op.f('fk_check_ins_recorded_by')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_check_ins_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_check_ins'))
    )
    op.create_index(op.f('ix_check_ins_session_id'), 'check_ins', ['session_id'], unique=False)
    op.create_table('clearances',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('terms', sa.Integer(), nullable=False),
    sa.Column('tutor_id', sa.String(), nullable=False),
    sa.Column('second_staff_id', sa.String(), nullable=False),
    sa.Column('host_id', sa.String(), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.CheckConstraint('tutor_id <> second_staff_id', name=op.f('ck_clearances_two_different_staff')),
    sa.ForeignKeyConstraint(['host_id'], ['hosts.id'], name=op.f('fk_clearances_host_id')),
    sa.ForeignKeyConstraint(['second_staff_id'], ['staff.id'], name=op.f('fk_clearances_second_staff_id')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_clearances_session_id')),
    sa.ForeignKeyConstraint(['tutor_id'], ['staff.id'], name=op.f('fk_clearances_tutor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clearances'))
    )
    op.create_index(op.f('ix_clearances_session_id'), 'clearances', ['session_id'], unique=False)
    op.create_table('engagements',
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('subject_id', sa.String(), nullable=False),
    sa.Column('taken_as', sa.String(), nullable=False),
    sa.Column('taken_from', INSTANT, nullable=False),
    sa.Column('taken_until', INSTANT, nullable=False),
    sa.CheckConstraint("taken_as IN ('tutor', 'child', 'host')", name=op.f('ck_engagements_taken_as_known')),
    sa.CheckConstraint('taken_from < taken_until', name=op.f('ck_engagements_from_before_until')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_engagements_session_id')),
    sa.PrimaryKeyConstraint('session_id', 'subject_id', name=op.f('pk_engagements'))
    )
    op.create_index('ix_engagements_subject', 'engagements', ['subject_id', 'taken_from'], unique=False)
    op.create_table('hand_overs',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('leaving_id', sa.String(), nullable=False),
    sa.Column('coming_id', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('asked_by', sa.String(), nullable=False),
    sa.Column('asked_at', INSTANT, nullable=False),
    sa.Column('accepted_at', INSTANT, nullable=True),
    sa.Column('admitted_at', INSTANT, nullable=True),
    sa.Column('arrived_at', INSTANT, nullable=True),
    sa.Column('gap_seconds', sa.Integer(), nullable=True),
    sa.Column('ended_at', INSTANT, nullable=True),
    sa.CheckConstraint('arrived_at IS NULL OR (admitted_at IS NOT NULL AND ended_at IS NOT NULL)', name=op.f('ck_hand_overs_in_order')),
    sa.CheckConstraint('leaving_id <> coming_id', name=op.f('ck_hand_overs_two_different_people')),
    sa.CheckConstraint('length(trim(reason)) > 0', name=op.f('ck_hand_overs_reason_stated')),
    sa.ForeignKeyConstraint(['coming_id'], ['staff.id'], name=op.f('fk_hand_overs_coming_id')),
    sa.ForeignKeyConstraint(['leaving_id'], ['staff.id'], name=op.f('fk_hand_overs_leaving_id')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_hand_overs_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hand_overs'))
    )
    op.create_index('ix_hand_overs_coming', 'hand_overs', ['coming_id'], unique=False, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_index(op.f('ix_hand_overs_session_id'), 'hand_overs', ['session_id'], unique=False)
    op.create_index('uq_hand_overs_open', 'hand_overs', ['session_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('links',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('parent_id', sa.String(), nullable=False),
    sa.Column('child_id', sa.String(), nullable=False),
    sa.Column('session_id', sa.String(), nullable=True),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.Column('expires_at', INSTANT, nullable=False),
    sa.Column('revoked_at', INSTANT, nullable=True),
    sa.CheckConstraint("(purpose = 'session') = (session_id IS NOT NULL)", name=op.f('ck_links_session_links_name_one')),
    sa.CheckConstraint("purpose IN ('consent', 'session')", name=op.f('ck_links_purpose_known')),
    sa.ForeignKeyConstraint(['child_id'], ['children.id'], name=op.f('fk_links_child_id')),
    sa.ForeignKeyConstraint(['parent_id'], ['parents.id'], name=op.f('fk_links_parent_id')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_links_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_links')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_links_token_hash'))
    )
    op.create_index('ix_links_parent', 'links', ['parent_id', 'child_id'], unique=False)
    op.create_index('ix_links_session', 'links', ['session_id'], unique=False, sqlite_where=sa.text('revoked_at IS NULL'), postgresql_where=sa.text('revoked_at IS NULL'))
    op.create_table('messages',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('once_key', sa.String(), nullable=False),
    sa.Column('template', sa.String(), nullable=False),
    sa.Column('parent_id', sa.String(), nullable=True),
    sa.Column('child_id', sa.String(), nullable=True),
    sa.Column('session_id', sa.String(), nullable=True),
    sa.Column('copy_of', sa.String(), nullable=True),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('text_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', INSTANT, nullable=False),
    sa.Column('settled_at', INSTANT, nullable=True),
    sa.Column('outcome', sa.String(), nullable=True),
    sa.CheckConstraint('(parent_id IS NULL) <> (copy_of IS NULL)', name=op.f('ck_messages_to_a_parent_or_a_copy')),
    sa.ForeignKeyConstraint(['child_id'], ['children.id'], name=op.f('fk_messages_child_id')),
    sa.ForeignKeyConstraint(['copy_of'], ['messages.id'], name=op.f('fk_messages_copy_of')),
    sa.ForeignKeyConstraint(['parent_id'], ['parents.id'], name=op.f('fk_messages_parent_id')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_messages_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_messages')),
    sa.UniqueConstraint('once_key', name=op.f('uq_messages_once_key'))
    )
    op.create_index(op.f('ix_messages_child_id'), 'messages', ['child_id'], unique=False)
    op.create_table('overrides',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('staff_id', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('expires_at', INSTANT, nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.CheckConstraint("code IN ('outside_hours', 'tutor_training_lapsed', 'second_staff_training_lapsed')", name=op.f('ck_overrides_code_may_be_overridden')),
    sa.CheckConstraint('length(trim(reason)) > 0', name=op.f('ck_overrides_reason_stated')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_overrides_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_overrides'))
    )
    op.create_index(op.f('ix_overrides_session_id'), 'overrides', ['session_id'], unique=False)
    op.create_table('pledges',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('child_id', sa.String(), nullable=False),
    sa.Column('adult_id', sa.String(), nullable=False),
    sa.Column('terms', sa.Integer(), nullable=False),
    sa.Column('mode', sa.String(), nullable=False),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('route', sa.String(), nullable=False),
    sa.Column('recorded_by', sa.String(), nullable=True),
    sa.Column('made_at', INSTANT, nullable=False),
    sa.Column('revoked_at', INSTANT, nullable=True),
    sa.CheckConstraint("(route = 'link') = (recorded_by IS NULL)", name=op.f('ck_pledges_taken_down_by_a_person')),
    sa.CheckConstraint("mode IN ('on_camera', 'in_the_room', 'in_earshot')", name=op.f('ck_pledges_mode_known')),
    sa.CheckConstraint("route IN ('link', 'phone', 'paper', 'in_person')", name=op.f('ck_pledges_route_known')),
    sa.ForeignKeyConstraint(['adult_id'], ['parents.id'], name=op.f('fk_pledges_adult_id')),
    sa.ForeignKeyConstraint(['child_id'], ['children.id'], name=op.f('fk_pledges_child_id')),
    sa.ForeignKeyConstraint(['recorded_by'], ['staff.id'], name=op.f('fk_pledges_recorded_by')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_pledges_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pledges'))
    )
    op.create_index('ix_pledges_adult', 'pledges', ['adult_id', 'made_at'], unique=False)
    op.create_index(op.f('ix_pledges_session_id'), 'pledges', ['session_id'], unique=False)
    op.create_index('uq_pledges_standing', 'pledges', ['session_id', 'child_id', 'adult_id', 'terms'], unique=True, sqlite_where=sa.text('revoked_at IS NULL'), postgresql_where=sa.text('revoked_at IS NULL'))
    op.create_table('session_children',
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('child_id', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['child_id'], ['children.id'], name=op.f('fk_session_children_child_id')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_session_children_session_id')),
    sa.PrimaryKeyConstraint('session_id', 'child_id', name=op.f('pk_session_children'))
    )
    op.create_index(op.f('ix_session_children_child_id'), 'session_children', ['child_id'], unique=False)
    op.create_table('sightings',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('child_id', sa.String(), nullable=False),
    sa.Column('staff_id', sa.String(), nullable=False),
    sa.Column('result', sa.String(), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.CheckConstraint("result IN ('seen', 'heard', 'not_shown')", name=op.f('ck_sightings_result_known')),
    sa.ForeignKeyConstraint(['child_id'], ['children.id'], name=op.f('fk_sightings_child_id')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_sightings_session_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_sightings_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sightings'))
    )
    op.create_index(op.f('ix_sightings_session_id'), 'sightings', ['session_id'], unique=False)
    op.create_table('staff_check_ins',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('staff_id', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('in_the_room', sa.Boolean(), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.CheckConstraint("place IN ('second_staff', 'tutor', 'household')", name=op.f('ck_staff_check_ins_place_known')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_staff_check_ins_session_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_check_ins_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_check_ins'))
    )
    op.create_index(op.f('ix_staff_check_ins_session_id'), 'staff_check_ins', ['session_id'], unique=False)
    op.create_table('statements',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('witness', sa.String(), nullable=False),
    sa.Column('witness_id', sa.String(), nullable=False),
    sa.Column('child_id', sa.String(), nullable=True),
    sa.Column('took_place', sa.String(), nullable=False),
    sa.Column('adult_present', sa.String(), nullable=False),
    sa.Column('second_staff_present', sa.String(), nullable=False),
    sa.Column('route', sa.String(), nullable=False),
    sa.Column('recorded_by', sa.String(), nullable=True),
    sa.Column('supersedes', sa.String(), nullable=True),
    sa.Column('jws', sa.String(), nullable=False),
    sa.Column('made_at', INSTANT, nullable=False),
    sa.CheckConstraint("adult_present IN ('yes', 'partly', 'no')", name=op.f('ck_statements_adult_present_known')),
    sa.CheckConstraint("route IN ('link', 'phone', 'paper', 'in_person')", name=op.f('ck_statements_route_known')),
    sa.CheckConstraint("second_staff_present IN ('yes', 'partly', 'no')", name=op.f('ck_statements_second_staff_present_known')),
    sa.CheckConstraint("took_place IN ('yes', 'partly', 'no')", name=op.f('ck_statements_took_place_known')),
    sa.CheckConstraint("witness IN ('tutor', 'second_staff', 'parent')", name=op.f('ck_statements_witness_known')),
    sa.ForeignKeyConstraint(['child_id'], ['children.id'], name=op.f('fk_statements_child_id')),
    sa.ForeignKeyConstraint(['recorded_by'], ['staff.id'], name=op.f('fk_statements_recorded_by')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_statements_session_id')),
    sa.ForeignKeyConstraint(['supersedes'], ['statements.id'], name=op.f('fk_statements_supersedes')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_statements')),
    sa.UniqueConstraint('supersedes', name=op.f('uq_statements_supersedes'))
    )
    op.create_index(op.f('ix_statements_session_id'), 'statements', ['session_id'], unique=False)
    op.create_table('cleared_children',
    sa.Column('clearance_id', sa.String(), nullable=False),
    sa.Column('child_id', sa.String(), nullable=False),
    sa.Column('consent_id', sa.String(), nullable=False),
    sa.Column('pledge_id', sa.String(), nullable=False),
    sa.Column('adult_id', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['adult_id'], ['parents.id'], name=op.f('fk_cleared_children_adult_id')),
    sa.ForeignKeyConstraint(['child_id'], ['children.id'], name=op.f('fk_cleared_children_child_id')),
    sa.ForeignKeyConstraint(['clearance_id'], ['clearances.id'], name=op.f('fk_cleared_children_clearance_id')),
    sa.ForeignKeyConstraint(['consent_id'], ['consents.id'], name=op.f('fk_cleared_children_consent_id')),
    sa.ForeignKeyConstraint(['pledge_id'], ['pledges.id'], name=op.f('fk_cleared_children_pledge_id')),
    sa.PrimaryKeyConstraint('clearance_id', 'child_id', name=op.f('pk_cleared_children'))
    )
    op.create_table('meetings',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('clearance_id', sa.String(), nullable=False),
    sa.Column('host_id', sa.String(), nullable=False),
    sa.Column('provider', sa.String(), nullable=False),
    sa.Column('host_account', sa.String(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('stage', sa.String(), nullable=False),
    sa.Column('provider_id', sa.String(), nullable=True),
    sa.Column('holder', sa.String(), nullable=False),
    sa.Column('link_key', sa.String(), nullable=False),
    sa.Column('passcode_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('intended_at', INSTANT, nullable=False),
    sa.Column('opened_at', INSTANT, nullable=True),
    sa.Column('verified_at', INSTANT, nullable=True),
    sa.Column('weak_since', INSTANT, nullable=True),
    sa.Column('shut_at', INSTANT, nullable=True),
    sa.Column('closed_at', INSTANT, nullable=True),
    sa.Column('reason', sa.String(), nullable=True),
    sa.CheckConstraint("stage <> 'open' OR (provider_id IS NOT NULL)", name=op.f('ck_meetings_open_is_known')),
    sa.CheckConstraint("stage IN ('intended', 'open', 'closing', 'closed', 'failed')", name=op.f('ck_meetings_stage_known')),
    sa.CheckConstraint("stage NOT IN ('closing', 'closed') OR reason IS NOT NULL", name=op.f('ck_meetings_closing_has_a_reason')),
    sa.ForeignKeyConstraint(['clearance_id'], ['clearances.id'], name=op.f('fk_meetings_clearance_id')),
    sa.ForeignKeyConstraint(['host_id'], ['hosts.id'], name=op.f('fk_meetings_host_id')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_meetings_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meetings')),
    sa.UniqueConstraint('reference', name=op.f('uq_meetings_reference'))
    )
    op.create_index('ix_meetings_link', 'meetings', ['provider', 'link_key'], unique=False, sqlite_where=sa.text("link_key <> ''"), postgresql_where=sa.text("link_key <> ''"))
    op.create_index('ix_meetings_provider', 'meetings', ['provider', 'provider_id'], unique=False)
    op.create_index(op.f('ix_meetings_session_id'), 'meetings', ['session_id'], unique=False)
    op.create_index('uq_meetings_live', 'meetings', ['session_id'], unique=True, sqlite_where=sa.text("stage IN ('intended', 'open')"), postgresql_where=sa.text("stage IN ('intended', 'open')"))
    op.create_table('admissions',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('session_id', sa.String(), nullable=False),
    sa.Column('meeting_id', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('subject_id', sa.String(), nullable=False),
    sa.Column('child_id', sa.String(), nullable=True),
    sa.Column('second_staff_presence', sa.String(), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.CheckConstraint("(place = 'household') = (child_id IS NOT NULL)", name=op.f('ck_admissions_households_name_the_child')),
    sa.CheckConstraint("place IN ('second_staff', 'tutor', 'household')", name=op.f('ck_admissions_place_known')),
    sa.ForeignKeyConstraint(['child_id'], ['children.id'], name=op.f('fk_admissions_child_id')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_admissions_meeting_id')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_admissions_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_admissions'))
    )
    op.create_index(op.f('ix_admissions_session_id'), 'admissions', ['session_id'], unique=False)
    op.create_table('attendance_reports',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('meeting_id', sa.String(), nullable=False),
    sa.Column('lone_calls_missing', sa.Boolean(), nullable=False),
    sa.Column('at', INSTANT, nullable=False),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_attendance_reports_meeting_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attendance_reports'))
    )
    op.create_index(op.f('ix_attendance_reports_meeting_id'), 'attendance_reports', ['meeting_id'], unique=False)
    op.create_table('signals',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('provider', sa.String(), nullable=False),
    sa.Column('provider_id', sa.String(), nullable=False),
    sa.Column('meeting_id', sa.String(), nullable=True),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('occurrence', sa.String(), nullable=False),
    sa.Column('registrant_id', sa.String(), nullable=False),
    sa.Column('account_id', sa.String(), nullable=False),
    sa.Column('connection', sa.String(), nullable=False),
    sa.Column('new_role', sa.String(), nullable=False),
    sa.Column('as_host', sa.Boolean(), nullable=False),
    sa.Column('happened_at', INSTANT, nullable=False),
    sa.Column('received_at', INSTANT, nullable=False),
    sa.CheckConstraint("kind IN ('started', 'waiting', 'joined', 'left', 'ended', 'role_changed', 'recording', 'created', 'changed', 'other')", name=op.f('ck_signals_kind_known')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_signals_meeting_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signals')),
    sa.UniqueConstraint('digest', name=op.f('uq_signals_digest'))
    )
    op.create_index('ix_signals_meeting', 'signals', ['meeting_id', 'happened_at'], unique=False)
    op.create_table('watches',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('provider', sa.String(), nullable=False),
    sa.Column('meeting_id', sa.String(), nullable=True),
    sa.Column('watch_id', sa.String(), nullable=False),
    sa.Column('expires_at', INSTANT, nullable=False),
    sa.Column('needed_until', INSTANT, nullable=True),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_watches_meeting_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_watches')),
    sa.UniqueConstraint('meeting_id', name=op.f('uq_watches_meeting_id')),
    sa.UniqueConstraint('provider', 'watch_id', name=op.f('uq_watches_provider_watch_id'))
    )
    op.create_table('ways_in',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('meeting_id', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('subject_id', sa.String(), nullable=False),
    sa.Column('door_code', sa.String(), nullable=False),
    sa.Column('registrant_id', sa.String(), nullable=False),
    sa.Column('url_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('revoked_at', INSTANT, nullable=True),
    sa.Column('taken_back_at', INSTANT, nullable=True),
    sa.CheckConstraint("place IN ('second_staff', 'tutor', 'household')", name=op.f('ck_ways_in_place_known')),
    sa.CheckConstraint('taken_back_at IS NULL OR revoked_at IS NOT NULL', name=op.f('ck_ways_in_revoked_before_taken_back')),
    sa.ForeignKeyConstraint(['meeting_id'], ['meetings.id'], name=op.f('fk_ways_in_meeting_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ways_in'))
    )
    op.create_index('uq_ways_in_standing', 'ways_in', ['meeting_id', 'subject_id'], unique=True, sqlite_where=sa.text('revoked_at IS NULL'), postgresql_where=sa.text('revoked_at IS NULL'))
    op.create_table('attendances',
    sa.Column('report_id', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('registrant_id', sa.String(), nullable=False),
    sa.Column('account_id', sa.String(), nullable=False),
    sa.Column('joined_at', INSTANT, nullable=False),
    sa.Column('left_at', INSTANT, nullable=True),
    sa.CheckConstraint('left_at IS NULL OR joined_at <= left_at', name=op.f('ck_attendances_left_after_joining')),
    sa.ForeignKeyConstraint(['report_id'], ['attendance_reports.id'], name=op.f('fk_attendances_report_id')),
    sa.PrimaryKeyConstraint('report_id', 'position', name=op.f('pk_attendances'))
    )
