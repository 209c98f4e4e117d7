"""Steps of tickets are found by the agent to whom they are given."""

from alembic import op

revision = "0068"
down_revision = "0066"


def upgrade() -> None:
    op.create_index(op.f("ix_ticket_steps_agent_number"), "ticket_steps", ["agent_number"])
