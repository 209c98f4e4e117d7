"""Passwords that last for some days only and must be changed; the browser of each web session."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("users", sa.Column("password_expires_at", sa.Double(), nullable=True))
    op.add_column("sessions", sa.Column("browser", sa.String(length=200), nullable=False, server_default=""))
