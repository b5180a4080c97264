"""A child's record can be restricted: the child died, or the family is to be left alone.

Revision 0006, after 0003. Migrations never change once landed.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    # Both databases take a checked column as it is; rewriting the table would lose its fences.
    op.execute(
        "ALTER TABLE children ADD COLUMN restriction VARCHAR CONSTRAINT ck_children_restriction_known"
        " CHECK (restriction IN ('do_not_contact', 'deceased'))"
    )
