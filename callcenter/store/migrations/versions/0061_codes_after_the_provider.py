"""Which sessions that a provider opened still owe the code of our own second factor."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("owes_code", sa.Boolean(), nullable=False, server_default=sa.false()))
