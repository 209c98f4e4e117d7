"""Until when a delivery is worth sending: rings are news for half a minute, those that still wait, too."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0061"


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("expires_at", sa.Double(), nullable=True))
    op.execute("UPDATE deliveries SET expires_at = created_at + 30 WHERE kind = 'call.ringing' AND state = 'waiting'")
