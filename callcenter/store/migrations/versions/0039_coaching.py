"""Coaching: what agents were given to work on after a review."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "coaching_tasks",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("review_id", row_id, sa.ForeignKey("reviews.id", ondelete="CASCADE"), nullable=False),
        sa.Column("agent_number", sa.String(length=64), nullable=False),
        sa.Column("form_id", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("given_at", sa.Double(), nullable=False),
        sa.Column("given_by", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=True),
        sa.Column("closed_at", sa.Double(), nullable=True),
        sa.Column("closed_by", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=True),
        sa.UniqueConstraint("review_id", name=op.f("uq_coaching_tasks_review_id")),
    )
    op.create_index(op.f("ix_coaching_tasks_agent_number_id"), "coaching_tasks", ["agent_number", "id"])
    op.create_index(op.f("ix_coaching_tasks_assignment_id"), "coaching_tasks", ["assignment_id"])
