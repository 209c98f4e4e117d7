"""The audit log, which can only grow."""

import sqlalchemy as sa
from alembic import op

from callcenter.store.migrations import append_only

revision = "0016"
down_revision = "0015"

TABLE = "audit_entries"
REFUSAL = "the audit log is append-only"


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        TABLE,
        sa.Column("id", row_id, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("user_id", row_id, nullable=False),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("act", sa.String(64), nullable=False),
        sa.Column("subject_kind", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.String(128), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
    )
    for column in ("at", "username", "act"):
        op.create_index(f"ix_{TABLE}_{column}", TABLE, [column])
    append_only.keep(TABLE, REFUSAL)
