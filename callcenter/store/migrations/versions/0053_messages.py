"""Messages: what supervisors wrote to agents, and who acknowledged it."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "messages",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("to", sa.String(length=16), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("writer_id", sa.BigInteger(), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("written_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("withdrawn_at", sa.Double(), nullable=True),
    )
    op.create_index(op.f("ix_messages_writer_id"), "messages", ["writer_id"])
    op.create_table(
        "message_recipients",
        sa.Column("message_id", row_id, sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("agent_number", sa.String(), primary_key=True),
        sa.Column("agent_name", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=True),
        sa.Column("acknowledged_at", sa.Double(), nullable=True),
    )
    index = op.f("ix_message_recipients_agent_number_message_id")
    op.create_index(index, "message_recipients", ["agent_number", "message_id"])
