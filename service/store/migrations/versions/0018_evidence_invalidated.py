"""What was seen of a member of staff can be taken out of account.

Revision 0018, after 0017. Migrations never change once landed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "evidence_invalidations",
        sa.Column("evidence_id", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"],
            ["staff_evidence.id"],
            name=op.f("fk_evidence_invalidations_evidence_id"),
        ),
        sa.PrimaryKeyConstraint("evidence_id", name=op.f("pk_evidence_invalidations")),
    )
