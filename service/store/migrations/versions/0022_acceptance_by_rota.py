"""By which earlier word second staff accepted is kept with the acceptance: a stretch of the rota may be
taken back, and what rests on it then counts no more.

Of acceptances from before this, those that a standing stretch covers are held to rest on it.

Revision 0022, after 0021. Migrations never change once landed.
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KNOWN = "accepted_by IN ('rota', 'standby', 'hand_over')"
COVERED = (
    "SELECT 1 FROM duties JOIN sessions ON sessions.id = assignments.session_id"
    " WHERE duties.staff_id = assignments.staff_id AND duties.kind = 'rota'"
    " AND duties.ended_at IS NULL"
    " AND duties.starts_at <= sessions.starts_at AND duties.ends_at >= sessions.ends_at"
)


def upgrade() -> None:
    """Go forward."""
    # Both databases take such a column as it is; rewriting the table would lose its fences.
    op.execute(
        "ALTER TABLE assignments ADD COLUMN accepted_by VARCHAR"
        f" CONSTRAINT ck_assignments_accepted_by_known CHECK ({KNOWN})"
    )
    op.execute(
        "UPDATE assignments SET accepted_by = 'rota'"
        f" WHERE accepted_at IS NOT NULL AND released_at IS NULL AND EXISTS ({COVERED})"
    )
