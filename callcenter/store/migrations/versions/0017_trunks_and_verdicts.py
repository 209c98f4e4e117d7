"""The trunk of a list and of each attempt."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    for table in ("lists", "attempts"):
        op.add_column(table, sa.Column("trunk", sa.String(length=64), nullable=False, server_default=""))
