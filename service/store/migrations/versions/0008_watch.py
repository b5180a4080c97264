"""The watch over running rooms: more kinds of signals, and the breaches it finds.

Revision 0008. Migrations never change once landed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")
KINDS = (
    "kind IN ('started', 'waiting', 'waited', 'joined', 'left', 'breakout', 'ended', "
    "'role_changed', 'recording', 'created', 'changed', 'other')"
)


def upgrade() -> None:
    """Go forward."""
    # SQLite changes a CHECK only by making the table anew; its triggers are put up again afterwards.
    with op.batch_alter_table(
        "signals",
        recreate="auto",
        table_args=(sa.CheckConstraint(KINDS, name=op.f("ck_signals_kind_known")),),
    ) as table:
        table.add_column(sa.Column("manner", sa.String(), nullable=False, server_default=""))
        table.create_check_constraint(
            op.f("ck_signals_manner_known"), "manner IN ('', 'by_phone', 'put_out')"
        )
    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_signals_kind_known"), "signals")
        op.create_check_constraint(op.f("ck_signals_kind_known"), "signals", KINDS)
    op.create_table(
        "breaches",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("noticed_at", INSTANT, nullable=False),
        sa.Column("standby_called_at", INSTANT, nullable=True),
        sa.Column("acted_at", INSTANT, nullable=True),
        sa.Column("over_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_breaches_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breaches")),
    )
    op.create_index(op.f("ix_breaches_session_id"), "breaches", ["session_id"], unique=False)
    op.create_index(
        "uq_breaches_standing",
        "breaches",
        ["session_id", "code", "subject_id"],
        unique=True,
        sqlite_where=sa.text("over_at IS NULL"),
        postgresql_where=sa.text("over_at IS NULL"),
    )
