"""Persons who were erased: what was asked and came of it, and their lines by a digest."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "erased_numbers",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("end", sa.String(2), nullable=False),
        sa.Column("stand_in", sa.String(24), nullable=False),
        sa.Column("before", sa.Double(), nullable=False),
        sa.Column("held", sa.JSON(), nullable=False),
    )
    op.create_table(
        "erasures",
        sa.Column("id", ROW_ID, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("reference", sa.String(128), nullable=False),
        sa.Column("reason", sa.String(512), nullable=False),
        sa.Column("removes_bans", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("steps_done", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(500), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=True),
        sa.Column("calls", sa.JSON(), nullable=True),
        sa.Column("ends", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=True),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=True),
    )
    op.create_table(
        "erasure_lines",
        sa.Column("erasure_id", ROW_ID, sa.ForeignKey("erasures.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
    )
    op.create_index(op.f("ix_erasure_lines_digest"), "erasure_lines", ["digest"])
