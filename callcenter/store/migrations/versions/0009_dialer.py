"""The dialer's calendar, modes, promises, offers, do-not-call list, lease and emergency stops."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _lists()
    _targets()
    _attempts()
    _offers()
    _do_not_call()
    _leases()
    _emergency_stops()


def _lists() -> None:
    # Columns are added one by one: to rebuild a table, SQLite would drop it, and all that refers to its rows with it.
    op.add_column("lists", sa.Column("max_attempts_per_day", sa.Integer(), nullable=False, server_default="3"))
    op.add_column("lists", sa.Column("calendar", sa.JSON(), nullable=False, server_default='{"skips_holidays": false}'))
    op.add_column("lists", sa.Column("mode", sa.String(length=16), nullable=False, server_default="progressive"))
    op.add_column("lists", sa.Column("reserved_seats", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("lists", sa.Column("abandon_target", sa.Double(), nullable=False, server_default="0.03"))
    op.add_column("lists", sa.Column("preview_seconds", sa.Double(), nullable=False, server_default="30"))
    op.add_column("lists", sa.Column("personal_seconds", sa.Double(), nullable=False, server_default="14400"))
    op.add_column("lists", sa.Column("escalation_list_id", ROW_ID, nullable=True))


def _targets() -> None:
    op.add_column("targets", sa.Column("other_numbers", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("targets", sa.Column("number_index", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("targets", sa.Column("dial_number", sa.String(length=16), nullable=False, server_default=""))
    op.add_column("targets", sa.Column("time_zones", sa.String(), nullable=False, server_default=""))
    op.add_column("targets", sa.Column("priority", sa.Integer(), nullable=False, server_default="5"))
    op.add_column("targets", sa.Column("owner_agent", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("targets", sa.Column("owner_until", sa.Double(), nullable=True))
    op.add_column("targets", sa.Column("came_from", ROW_ID, nullable=True))
    op.execute("UPDATE targets SET dial_number = number")
    order = ["list_id", "state", "priority", "due_at", "id"]
    op.create_index(f"ix_targets_{'_'.join(order)}", "targets", order)
    owned = sa.text("owner_agent <> ''")
    op.create_index("ix_targets_owned", "targets", ["owner_agent", "state"], sqlite_where=owned, postgresql_where=owned)


def _attempts() -> None:
    op.add_column("attempts", sa.Column("mode", sa.String(length=16), nullable=False, server_default="progressive"))
    op.add_column("attempts", sa.Column("is_machine", sa.Boolean(), nullable=True))
    op.add_column("attempts", sa.Column("interface", sa.String(length=128), nullable=False, server_default=""))
    op.create_index("ix_attempts_number_placed_at", "attempts", ["number", "placed_at"])
    op.create_index("ix_attempts_pbx_queue_answered_at", "attempts", ["pbx", "queue", "answered_at"])


def _offers() -> None:
    op.create_table(
        "offers",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("list_id", ROW_ID, nullable=False),
        sa.Column("target_id", ROW_ID, nullable=False),
        sa.Column("agent_number", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("offered_at", sa.Double(), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.Column("decided_at", sa.Double(), nullable=True),
        sa.Column("skip_reason", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_offers"),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name="fk_offers_list_id_lists", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["target_id"], ["targets.id"], name="fk_offers_target_id_targets", ondelete="CASCADE"),
    )
    is_open = sa.text("state = 'open'")
    for column in ("target_id", "agent_number"):
        op.create_index(
            f"uq_offers_{column}_open", "offers", [column], unique=True, sqlite_where=is_open, postgresql_where=is_open
        )
    op.create_index("ix_offers_list_id_id", "offers", ["list_id", "id"])


def _do_not_call() -> None:
    op.create_table(
        "do_not_call",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("is_prefix", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=True),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_do_not_call"),
        sa.UniqueConstraint("number", "is_prefix", name="uq_do_not_call_number_is_prefix"),
    )


def _leases() -> None:
    leases = op.create_table(
        "leases",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("token", ROW_ID, nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    # There from the beginning: whoever takes it locks a row, and need not make one.
    op.bulk_insert(leases, [{"name": "dialer", "holder": "", "token": 0, "until": 0.0}])


def _emergency_stops() -> None:
    op.create_table(
        "emergency_stops",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("stopped_at", sa.Double(), nullable=False),
        sa.Column("stopped_by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("lifted_at", sa.Double(), nullable=True),
        sa.Column("lifted_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_emergency_stops"),
    )
    in_force = sa.text("lifted_at IS NULL")
    op.create_index(
        "uq_emergency_stops_in_force",
        "emergency_stops",
        ["lifted_by"],
        unique=True,
        sqlite_where=in_force,
        postgresql_where=in_force,
    )
