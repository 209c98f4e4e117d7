"""Which agent a user is; one agent is one user."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    with op.batch_alter_table("users") as users:
        users.add_column(sa.Column("agent_number", sa.String(length=64), nullable=True))
        users.create_unique_constraint("uq_users_agent_number", ["agent_number"])
