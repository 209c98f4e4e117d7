"""Shifts: what is planned for whom on which day, and what leaders noted of a day."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "shifts",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("agent_number", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.UniqueConstraint("agent_number", "day", name=op.f("uq_shifts_agent_number_day")),
    )
    op.create_index(op.f("ix_shifts_day"), "shifts", ["day"])
    op.create_table(
        "shift_parts",
        sa.Column("shift_id", row_id, sa.ForeignKey("shifts.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("start_minute", sa.Integer(), primary_key=True),
        sa.Column("end_minute", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
    )
    op.create_table(
        "shift_notes",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.Double(), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.UniqueConstraint("team", "day", "version", name=op.f("uq_shift_notes_team_day_version")),
    )
