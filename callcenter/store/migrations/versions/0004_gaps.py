"""The times in which a PBX was not heard, and the nightly comparisons with its queue_log."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _gaps()
    _reconciliations()


def _gaps() -> None:
    op.create_table(
        "gaps",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("pbx", sa.String(), nullable=False),
        sa.Column("is_certain", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("recovered", sa.BigInteger(), nullable=False),
        sa.Column("lost", sa.BigInteger(), nullable=False),
        sa.Column("is_readable", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gaps"),
        sa.UniqueConstraint("pbx", "since", name="uq_gaps_pbx_since"),
    )
    op.create_index("ix_gaps_until", "gaps", ["until"])


def _reconciliations() -> None:
    op.create_table(
        "reconciliations",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("pbx", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.Column("ran_at", sa.Double(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("difference_count", sa.Integer(), nullable=False),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.Column("explained_count", sa.Integer(), nullable=False),
        sa.Column("explained", sa.JSON(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reconciliations"),
    )
    op.create_index("ix_reconciliations_ran_at", "reconciliations", ["ran_at"])
    op.create_index("ix_reconciliations_pbx_since", "reconciliations", ["pbx", "since"])
