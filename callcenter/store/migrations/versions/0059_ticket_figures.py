"""What figures count of tickets: how far each was ever escalated, what came of callbacks, also without the list."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"


def upgrade() -> None:
    op.add_column("tickets", sa.Column("highest_level", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(op.f("ix_tickets_created_at"), "tickets", ["created_at"])
    _tell_of_levels()
    # Nothing refers to this table's rows: SQLite may rebuild it.
    with op.batch_alter_table("ticket_callbacks") as callbacks:
        callbacks.drop_constraint("fk_ticket_callbacks_target_id_targets", type_="foreignkey")
        callbacks.alter_column("target_id", existing_type=sa.BigInteger(), nullable=True)
        callbacks.create_foreign_key(
            "fk_ticket_callbacks_target_id_targets", "targets", ["target_id"], ["id"], ondelete="SET NULL"
        )
        callbacks.add_column(sa.Column("reached_at", sa.Double(), nullable=True))
        callbacks.add_column(sa.Column("is_noted", sa.Boolean(), nullable=False, server_default=sa.false()))
        callbacks.add_column(sa.Column("kept", sa.JSON(), nullable=True))


def _tell_of_levels() -> None:
    """The highest level of each ticket until now stands in its history."""
    found: dict[int, int] = {}
    escalated = sa.text("SELECT ticket_id, details FROM ticket_changes WHERE what = 'escalated'")
    for ticket_id, details in op.get_bind().execute(escalated):
        level = (json.loads(details) if isinstance(details, str) else details).get("level", 0)
        found[ticket_id] = max(level, found.get(ticket_id, 0))
    raised = sa.text("UPDATE tickets SET highest_level = :level WHERE id = :ticket")
    for ticket, level in found.items():
        op.get_bind().execute(raised, {"ticket": ticket, "level": level})
