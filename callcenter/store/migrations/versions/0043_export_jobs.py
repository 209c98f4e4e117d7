"""Exports of recordings: the jobs, and what each of them packs."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0044"


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "recording_exports",
        sa.Column("id", row_id, primary_key=True, autoincrement=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("search", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("user_id", row_id, nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("key_id", row_id, nullable=True),
        sa.Column("asked_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("expires_at", sa.Double(), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("recordings", sa.Integer(), nullable=False),
        sa.Column("expected_bytes", row_id, nullable=False),
        sa.Column("packed", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("bytes", row_id, nullable=False),
        sa.Column("detail", sa.String(length=512), nullable=False),
    )
    op.create_index(op.f("ix_recording_exports_state"), "recording_exports", ["state"])
    op.create_table(
        "recording_export_parts",
        sa.Column(
            "export_id", row_id, sa.ForeignKey("recording_exports.id", ondelete="CASCADE"), primary_key=True,
            autoincrement=False,
        ),
        sa.Column("place", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("recording_id", row_id, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", row_id, nullable=False),
        sa.Column("crc", row_id, nullable=False),
        sa.Column("start", row_id, nullable=False),
    )  # fmt: skip
