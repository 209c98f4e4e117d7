"""Reviews of calls, and their steps, which are never changed."""

import sqlalchemy as sa
from alembic import op

from callcenter.store.migrations.append_only import keep

revision = "0026"
down_revision = "0030"


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "reviews",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("pbx", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("agent_number", sa.String(length=64), nullable=False),
        sa.Column("agent_name", sa.String(), nullable=False),
        sa.Column("talked_at", sa.Double(), nullable=False),
        sa.Column("form_id", row_id, sa.ForeignKey("review_forms.id"), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=True),
        sa.Column("reviewer_id", sa.BigInteger(), nullable=False),
        sa.Column("reviewer", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("comments", sa.JSON(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("pass_score", sa.Double(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.Column("published_at", sa.Double(), nullable=True),
        sa.Column("appeal_until", sa.Double(), nullable=True),
    )
    is_kept = sa.text("state <> 'discarded'")
    op.create_index(
        "uq_reviews_part_reviewer",
        "reviews",
        ["pbx", "call_id", "agent_number", "reviewer_id"],
        unique=True,
        sqlite_where=is_kept,
        postgresql_where=is_kept,
    )
    op.create_index(op.f("ix_reviews_agent_number_id"), "reviews", ["agent_number", "id"])
    op.create_index(op.f("ix_reviews_state_id"), "reviews", ["state", "id"])
    op.create_index(op.f("ix_reviews_published_at"), "reviews", ["published_at"])
    op.create_table(
        "review_steps",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
    )
    op.create_index(op.f("ix_review_steps_review_id_id"), "review_steps", ["review_id", "id"])
    keep("review_steps", "the steps of a review are never changed or deleted")
