"""Sampling plans, and the conversations that they drew for review."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0032"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "review_plans",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("form_id", ROW_ID, nullable=False),
        sa.Column("agents", sa.JSON(), nullable=False),
        sa.Column("teams", sa.JSON(), nullable=False),
        sa.Column("queues", sa.JSON(), nullable=False),
        sa.Column("lists", sa.JSON(), nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("per_agent", sa.Integer(), nullable=False),
        sa.Column("min_talk_seconds", sa.Double(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("reviewers", sa.JSON(), nullable=False),
        sa.Column("claim_hours", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("active_since", sa.Double(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["review_forms.id"], name="fk_review_plans_form_id_review_forms"),
        sa.PrimaryKeyConstraint("id", name="pk_review_plans"),
    )
    op.create_table(
        "review_assignments",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("plan_id", ROW_ID, nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("pbx", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("agent_number", sa.String(), nullable=False),
        sa.Column("agent_name", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("began_at", sa.Double(), nullable=False),
        sa.Column("talk_seconds", sa.Double(), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("drawn_at", sa.Double(), nullable=False),
        sa.Column("reviewer", sa.String(length=64), nullable=True),
        sa.Column("given_back_by", sa.String(length=64), nullable=False),
        sa.Column("assigned_at", sa.Double(), nullable=True),
        sa.Column("claimed_at", sa.Double(), nullable=True),
        sa.Column("expires_at", sa.Double(), nullable=True),
        sa.Column("done_at", sa.Double(), nullable=True),
        sa.Column("review_id", ROW_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["review_plans.id"], name="fk_review_assignments_plan_id_review_plans", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_review_assignments"),
        sa.UniqueConstraint(
            *("plan_id", "pbx", "call_id", "agent_number"),
            name="uq_review_assignments_plan_id_pbx_call_id_agent_number",
        ),
    )
    op.create_index("ix_review_assignments_reviewer_done_at", "review_assignments", ["reviewer", "done_at"])
    op.create_index("ix_review_assignments_plan_id_period", "review_assignments", ["plan_id", "period"])
