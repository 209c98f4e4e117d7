"""Saved reports and their deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "saved_reports",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("schedule", sa.JSON(), nullable=True),
        sa.Column("scheduled_by", sa.String(length=64), nullable=False),
        sa.Column("next_due_at", sa.Double(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_reports"),
        sa.UniqueConstraint("owner", "name", name="uq_saved_reports_owner_name"),
    )
    op.create_index("ix_saved_reports_next_due_at", "saved_reports", ["next_due_at"])
    op.create_table(
        "report_runs",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("report_id", ROW_ID, nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("began_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=True),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("file", sa.String(length=300), nullable=False),
        sa.Column("delivery_id", sa.String(length=40), nullable=True),
        sa.Column("first_day", sa.String(length=10), nullable=False),
        sa.Column("last_day", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_report_runs"),
        sa.ForeignKeyConstraint(
            ["report_id"], ["saved_reports.id"], name="fk_report_runs_report_id_saved_reports", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("report_id", "due_at", name="uq_report_runs_report_id_due_at"),
    )
