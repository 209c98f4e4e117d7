"""Recordings of which the copy alone is left: the PBX's files were removed, and the log of deletions says so."""

import sqlalchemy as sa
from alembic import op

from callcenter.store.migrations import append_only

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    op.add_column("recording_audio", sa.Column("original", sa.String(8), server_default="kept", nullable=False))
    with op.batch_alter_table("recording_deletions") as deletions:
        deletions.drop_constraint("uq_recording_deletions_recording_id", type_="unique")
        deletions.create_unique_constraint(
            "uq_recording_deletions_recording_id_rule_scope", ["recording_id", "rule_scope"]
        )
    if op.get_bind().dialect.name == "sqlite":  # there the table was made anew, without its triggers
        append_only.keep("recording_deletions", "the log of deleted recordings is append-only")
