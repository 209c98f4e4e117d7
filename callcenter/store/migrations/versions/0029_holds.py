"""The moments of holds: from when to when the other side was on hold in a conversation."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "holds",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("leg_id", sa.String(), nullable=False),
        sa.Column("part", sa.BigInteger(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("began_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=False),
        sa.Column("pbx", sa.String(), nullable=False),
        sa.Column("is_certain", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        sa.UniqueConstraint("pbx", "leg_id", "part", "began_at", name=op.f("uq_holds_pbx_leg_id_part_began_at")),
    )
    op.create_index(op.f("ix_holds_pbx_call_id"), "holds", ["pbx", "call_id"])
    op.create_index(op.f("ix_holds_ended_at"), "holds", ["ended_at"])
