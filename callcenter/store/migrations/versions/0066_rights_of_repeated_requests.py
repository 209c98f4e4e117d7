"""What somebody might do when a request was answered: the answer is not given again once that is another."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"


def upgrade() -> None:
    op.add_column("idempotency_keys", sa.Column("rights", sa.String(64), nullable=False, server_default=""))
