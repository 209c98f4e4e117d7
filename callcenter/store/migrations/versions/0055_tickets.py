"""Tickets: what each says, its steps, its calls, its callbacks, and its history, which only grows."""

import sqlalchemy as sa
from alembic import op

from callcenter.store.migrations import append_only

revision = "0055"
down_revision = "0054"

HISTORY = "ticket_changes"
REFUSAL = "the history of tickets cannot be changed"


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "tickets",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("customer_id", row_id, sa.ForeignKey("customers.id", ondelete="SET NULL"), nullable=True),
        sa.Column("caller_number", sa.String(length=16), nullable=False),
        sa.Column("owner_agent", sa.String(length=64), nullable=False),
        sa.Column("owner_user", sa.String(length=64), nullable=False),
        sa.Column("team", sa.String(length=128), nullable=False),
        sa.Column("queue", sa.String(length=128), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=True),
        sa.Column("next_due_at", sa.Double(), nullable=True),
        sa.Column("contact_at", sa.Double(), nullable=False),
        sa.Column("escalation_level", sa.Integer(), nullable=False),
        sa.Column("escalated_to", sa.String(length=32), nullable=False),
        sa.Column("escalated_at", sa.Double(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.Column("closed_at", sa.Double(), nullable=True),
        sa.Column("closed_by", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("merged_into", row_id, sa.ForeignKey("tickets.id"), nullable=True),
        sa.Column("merged_at", sa.Double(), nullable=True),
        sa.Column("merged_by", sa.String(length=64), nullable=False),
    )
    for columns in (["customer_id"], ["caller_number"], ["merged_into"], ["state", "next_due_at"], ["team", "state"]):
        op.create_index(op.f(f"ix_tickets_{'_'.join(columns)}"), "tickets", columns)
    op.create_index(op.f("ix_tickets_closed_at"), "tickets", ["closed_at"])
    op.create_table(
        "ticket_steps",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("ticket_id", row_id, sa.ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("agent_number", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=True),
        sa.Column("done_at", sa.Double(), nullable=True),
        sa.Column("done_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
    )
    op.create_index(op.f("ix_ticket_steps_ticket_id"), "ticket_steps", ["ticket_id"])
    op.create_table(
        "ticket_calls",
        sa.Column("ticket_id", row_id, sa.ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("pbx", sa.String(length=64), primary_key=True),
        sa.Column("call_id", sa.String(length=128), primary_key=True),
        sa.Column("added_at", sa.Double(), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
    )
    op.create_index(op.f("ix_ticket_calls_pbx_call_id"), "ticket_calls", ["pbx", "call_id"])
    op.create_table(
        "ticket_callbacks",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("ticket_id", row_id, sa.ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("target_id", row_id, sa.ForeignKey("targets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("raised_at", sa.Double(), nullable=False),
    )
    op.create_index(op.f("ix_ticket_callbacks_ticket_id"), "ticket_callbacks", ["ticket_id"])
    op.create_index(op.f("ix_ticket_callbacks_target_id"), "ticket_callbacks", ["target_id"])
    op.create_table(
        HISTORY,
        sa.Column("id", row_id, primary_key=True),
        sa.Column("ticket_id", row_id, sa.ForeignKey("tickets.id"), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
    )
    op.create_index(op.f("ix_ticket_changes_ticket_id_id"), HISTORY, ["ticket_id", "id"])
    append_only.keep(HISTORY, REFUSAL)
