"""Calibrations: calls that several reviewers score blind, and what each of them gave."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "calibrations",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("pbx", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("agent_number", sa.String(length=64), nullable=False),
        sa.Column("agent_name", sa.String(), nullable=False),
        sa.Column("talked_at", sa.Double(), nullable=False),
        sa.Column("form_id", row_id, sa.ForeignKey("review_forms.id"), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("opened_at", sa.Double(), nullable=False),
        sa.Column("opener_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.String(length=64), nullable=False),
        sa.Column("closed_at", sa.Double(), nullable=True),
        sa.Column("closed_by", sa.String(length=64), nullable=False),
    )
    op.create_index(op.f("ix_calibrations_closed_at"), "calibrations", ["closed_at"])
    op.create_table(
        "calibration_scorings",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("calibration_id", row_id, sa.ForeignKey("calibrations.id", ondelete="CASCADE"), nullable=False),
        sa.Column("reviewer_id", sa.BigInteger(), nullable=False),
        sa.Column("reviewer", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("comments", sa.JSON(), nullable=False),
        sa.Column("done_at", sa.Double(), nullable=True),
        sa.UniqueConstraint(
            "calibration_id", "reviewer_id", name=op.f("uq_calibration_scorings_calibration_id_reviewer_id")
        ),
    )
    op.create_index(op.f("ix_calibration_scorings_reviewer_id"), "calibration_scorings", ["reviewer_id"])
