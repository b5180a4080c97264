"""By what somebody was ever known is kept: a corrected number makes nobody a stranger.

What records said before they were last changed was not kept, so it starts with what they say now.

Revision 0020, after 0019. Migrations never change once landed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

THERE = (
    ("parents", "id", "mail_key"),
    ("parents", "id", "phone_key"),
    ("staff", "id", "mail_key"),
    ("staff", "id", "phone_key"),
    ("staff_evidence", "staff_id", "number_key"),
)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "known_by",
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "key", name=op.f("pk_known_by")),
    )
    op.create_index("ix_known_by_key", "known_by", ["key"])
    each = (
        f"SELECT {owner} AS owner_id, {key} AS key FROM {table} WHERE {key} IS NOT NULL"
        for table, owner, key in THERE
    )
    op.execute(f"INSERT INTO known_by (owner_id, key) {' UNION '.join(each)}")
