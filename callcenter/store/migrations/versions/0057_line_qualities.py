"""How good the lines of phones in browsers were."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    op.create_table(
        "line_qualities",
        sa.Column("pbx", sa.String(), primary_key=True),
        sa.Column("call_id", sa.String(), primary_key=True),
        sa.Column("agent_number", sa.String(), primary_key=True),
        sa.Column("measured_at", sa.Double(), nullable=False),
        sa.Column("received_loss_rate", sa.Double(), nullable=False),
        sa.Column("sent_loss_rate", sa.Double(), nullable=False),
        sa.Column("jitter_seconds", sa.Double(), nullable=False),
        sa.Column("rtt_seconds", sa.Double(), nullable=False),
        sa.Column("mos", sa.Double(), nullable=False),
    )
