"""Until when a delivery is worth sending (rings are news for half a minute); and who measured how good a line was."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0061"

MEASURED = (
    "pbx, call_id, agent_number, measured_at, received_loss_rate, sent_loss_rate, jitter_seconds, rtt_seconds, mos"
)


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("expires_at", sa.Double(), nullable=True))
    op.execute("UPDATE deliveries SET expires_at = created_at + 30 WHERE kind = 'call.ringing' AND state = 'waiting'")
    _tell_who_measured()


def _tell_who_measured() -> None:
    """A line may be measured twice: SQLite changes a primary key only by another table."""
    op.execute("CREATE TABLE lines_before AS SELECT * FROM line_qualities")
    op.drop_table("line_qualities")
    op.create_table(
        "line_qualities",
        sa.Column("pbx", sa.String(), primary_key=True),
        sa.Column("call_id", sa.String(), primary_key=True),
        sa.Column("agent_number", sa.String(), primary_key=True),
        sa.Column("measured_by", sa.String(16), primary_key=True),
        sa.Column("measured_at", sa.Double(), nullable=False),
        sa.Column("received_loss_rate", sa.Double(), nullable=False),
        sa.Column("sent_loss_rate", sa.Double(), nullable=False),
        sa.Column("jitter_seconds", sa.Double(), nullable=False),
        sa.Column("rtt_seconds", sa.Double(), nullable=False),
        sa.Column("mos", sa.Double(), nullable=False),
    )
    # Until now only pages measured. The names of the columns are ours.
    op.execute(f"INSERT INTO line_qualities (measured_by, {MEASURED}) SELECT 'browser', {MEASURED} FROM lines_before")  # noqa: S608
    op.drop_table("lines_before")
