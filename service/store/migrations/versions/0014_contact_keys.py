"""Who shares an address or a number is looked up, not searched for: a column with an index for each.

Revision 0014, after 0013. Migrations never change once landed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = ("parents", "staff")


def upgrade() -> None:
    """Go forward."""
    for table in TABLES:
        op.add_column(table, sa.Column("mail_key", sa.String(), nullable=True))
        op.add_column(table, sa.Column("phone_key", sa.String(), nullable=True))
    first, second = _in_the_list(0), _in_the_list(1)
    # The list held what there was: of an adult without an address, the number alone.
    op.execute(
        f"UPDATE parents SET mail_key = CASE WHEN email_sealed IS NOT NULL THEN {first} END,"
        f" phone_key = CASE WHEN phone_sealed IS NULL THEN NULL"
        f" WHEN email_sealed IS NULL THEN {first} ELSE {second} END"
    )
    op.execute(f"UPDATE staff SET mail_key = {first}, phone_key = {second}")
    for table in TABLES:
        # Both databases take this as it is; rewriting the table would lose its fences.
        op.execute(f"ALTER TABLE {table} DROP COLUMN contact_keys")
        op.create_index(f"ix_{table}_mail_key", table, ["mail_key"])
        op.create_index(f"ix_{table}_phone_key", table, ["phone_key"])
    op.create_index("ix_children_born_on", "children", ["born_on"])


def _in_the_list(place: int) -> str:
    if op.get_bind().dialect.name == "sqlite":
        return f"json_extract(contact_keys, '$[{place}]')"
    return f"contact_keys::json ->> {place}"
