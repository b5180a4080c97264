"""What a word rests on is kept with it: the giver's authority with its paper, and who witnessed a paper.

Words said before this keep who took them down, and name neither witnesses nor the authority of the time.

Revision 0017, after 0016. Migrations never change once landed.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

AUTHORITY = "authority IN ('parental_responsibility', 'local_authority', 'delegated', 'self', 'none')"
WITNESSES = "(taken_by IS NULL) = (checked_by IS NULL) AND taken_by <> checked_by"
COLUMNS = (
    f"authority VARCHAR CONSTRAINT ck_consents_authority_known CHECK ({AUTHORITY})",
    "document VARCHAR",
    "document_on DATE",
    "taken_by VARCHAR CONSTRAINT fk_consents_taken_by REFERENCES staff (id)",
    "checked_by VARCHAR CONSTRAINT fk_consents_checked_by REFERENCES staff (id)"
    f" CONSTRAINT ck_consents_two_witnesses CHECK ({WITNESSES})",
)


def upgrade() -> None:
    """Go forward."""
    # Both databases take such columns as they are; rewriting the table would lose its fences.
    for column in COLUMNS:
        op.execute(f"ALTER TABLE consents ADD COLUMN {column}")
