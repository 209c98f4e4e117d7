"""The times in which a recording was paused: nothing was kept then, and its file is silent."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0029"


def upgrade() -> None:
    op.create_table(
        "recording_pauses",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("began_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=False),
        sa.Column("pbx", sa.String(), nullable=False),
        sa.Column("is_certain", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_pauses")),
        sa.UniqueConstraint("pbx", "path", "began_at", name=op.f("uq_recording_pauses_pbx_path_began_at")),
    )
    op.create_index(op.f("ix_recording_pauses_pbx_call_id"), "recording_pauses", ["pbx", "call_id"])
    op.create_index(op.f("ix_recording_pauses_ended_at"), "recording_pauses", ["ended_at"])
