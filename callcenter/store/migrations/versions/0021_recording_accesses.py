"""Who opened, heard or downloaded which recording: a table that can only grow."""

import sqlalchemy as sa
from alembic import op

from callcenter.store.migrations import append_only

revision = "0021"
down_revision = "0019"

TABLE = "recording_accesses"
REFUSAL = "the log of who listened is append-only"


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        TABLE,
        sa.Column("id", row_id, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("quarter", row_id, nullable=False),
        sa.Column("user_id", row_id, nullable=False),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("key_id", row_id, nullable=True),
        sa.Column("recording_id", row_id, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("play", sa.String(64), nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
    )
    op.create_index(f"ix_{TABLE}_at", TABLE, ["at"])
    op.create_index(f"ix_{TABLE}_recording_id", TABLE, ["recording_id"])
    op.create_index(f"ix_{TABLE}_username", TABLE, ["username"])
    is_asked_for = sa.text("kind IN ('opened', 'downloaded')")
    op.create_index(
        f"uq_{TABLE}_asked_for",
        TABLE,
        ["recording_id", "user_id", "kind", "play", "quarter"],
        unique=True,
        sqlite_where=is_asked_for,
        postgresql_where=is_asked_for,
    )
    append_only.keep(TABLE, REFUSAL)
