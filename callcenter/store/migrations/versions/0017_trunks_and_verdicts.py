"""The trunk of a list and of each attempt; machine detection may have said nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    for table in ("lists", "attempts"):
        op.add_column(table, sa.Column("trunk", sa.String(length=64), nullable=False, server_default=""))
    # Nothing refers to this table's rows: SQLite may rebuild it.
    with op.batch_alter_table("attempt_results") as results:
        results.alter_column("is_machine", existing_type=sa.Boolean(), nullable=True)
    # A person was never told until now: what is not a machine may not have been asked at all.
    op.execute("UPDATE attempt_results SET is_machine = NULL WHERE NOT is_machine")
