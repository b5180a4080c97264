"""The door: slips, departures, second devices with their taps, uses of links.

Revision 0007, after 0015. Migrations never change once landed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")
ENDED = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Go forward."""
    op.add_column("admissions", sa.Column("way_in_id", sa.String(), nullable=True))
    op.create_table(
        "slips",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        *_of_a_household(),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('way_in', 'second_device')", name=op.f("ck_slips_purpose_known")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (end_reason IS NULL)", name=op.f("ck_slips_ended_with_reason")
        ),
        *_keys("slips"),
        sa.UniqueConstraint("code_hash", name=op.f("uq_slips_code_hash")),
    )
    op.create_index(op.f("ix_slips_session_id"), "slips", ["session_id"], unique=False)
    _one_standing("slips", ["session_id", "child_id", "purpose"])
    op.create_table(
        "departures",
        sa.Column("id", sa.String(), nullable=False),
        *_of_a_household(),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "route IN ('link', 'phone', 'paper', 'in_person')",
            name=op.f("ck_departures_route_known"),
        ),
        sa.CheckConstraint(
            "(route = 'link') = (recorded_by IS NULL)",
            name=op.f("ck_departures_taken_down_by_a_person"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["staff.id"], name=op.f("fk_departures_recorded_by")
        ),
        *_keys("departures"),
    )
    op.create_index(op.f("ix_departures_session_id"), "departures", ["session_id"], unique=False)
    op.create_table(
        "second_devices",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        *_of_a_household(),
        sa.Column("registered_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        *_keys("second_devices"),
    )
    op.create_index(
        op.f("ix_second_devices_session_id"), "second_devices", ["session_id"], unique=False
    )
    op.create_index("ix_second_devices_token", "second_devices", ["token_hash"], unique=False)
    _one_standing("second_devices", ["session_id", "child_id"])
    op.create_table(
        "taps",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["second_devices.id"], name=op.f("fk_taps_device_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taps")),
    )
    op.create_index(op.f("ix_taps_device_id"), "taps", ["device_id"], unique=False)
    op.create_table(
        "link_uses",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("link_id", sa.String(), nullable=False),
        sa.Column("browser_hash", sa.String(), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_link_uses_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_uses")),
    )
    op.create_index(op.f("ix_link_uses_link_id"), "link_uses", ["link_id"], unique=False)


def _of_a_household() -> tuple[sa.Column[str], ...]:
    return tuple(
        sa.Column(name, sa.String(), nullable=False)
        for name in ("session_id", "child_id", "adult_id")
    )


def _keys(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f(f"fk_{table}_session_id")
        ),
        sa.ForeignKeyConstraint(["child_id"], ["children.id"], name=op.f(f"fk_{table}_child_id")),
        sa.ForeignKeyConstraint(["adult_id"], ["parents.id"], name=op.f(f"fk_{table}_adult_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _one_standing(table: str, columns: list[str]) -> None:
    op.create_index(
        f"uq_{table}_standing",
        table,
        columns,
        unique=True,
        sqlite_where=ENDED,
        postgresql_where=ENDED,
    )
