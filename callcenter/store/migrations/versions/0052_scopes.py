"""What users see: the teams and queues named, or everything."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    op.add_column("users", sa.Column("scope", sa.JSON(), nullable=True))
