"""The survey after the call: who was asked, what they pressed, and its columns in the roll-ups.

Nobody was asked before this, and a column that is NULL counts as nothing: no quarter has to be counted again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0035"

MEASURES = ("surveys_offered", "surveys_answered", "surveys_positive", "surveys_score")


def upgrade() -> None:
    op.create_table(
        "caller_surveys",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("join", sa.BigInteger(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("interface", sa.String(), nullable=False),
        sa.Column("agent_number", sa.String(), nullable=False),
        sa.Column("agent_name", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("asked_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("pbx", sa.String(), nullable=False),
        sa.Column("is_certain", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caller_surveys")),
        sa.UniqueConstraint(
            "pbx", "channel_id", "queue", "join", name=op.f("uq_caller_surveys_pbx_channel_id_queue_join")
        ),
    )
    op.create_index(op.f("ix_caller_surveys_asked_at"), "caller_surveys", ["asked_at"])
    op.create_index(op.f("ix_caller_surveys_ended_at"), "caller_surveys", ["ended_at"])
    op.create_index(op.f("ix_caller_surveys_pbx_call_id"), "caller_surveys", ["pbx", "call_id"])
    op.create_index(op.f("ix_caller_surveys_agent_number_asked_at"), "caller_surveys", ["agent_number", "asked_at"])
    for table in ("queue_roll_ups", "agent_roll_ups"):
        for measure in MEASURES:
            op.add_column(table, sa.Column(measure, sa.Double(), nullable=True))
