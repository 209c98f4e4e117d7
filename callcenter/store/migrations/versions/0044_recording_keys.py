"""The keys of encrypted copies of recordings."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0042"


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "recording_keys",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("recording_id", row_id, nullable=False),
        sa.Column("master", sa.String(length=16), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording_files.id"],
            name=op.f("fk_recording_keys_recording_id_recording_files"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_recording_keys")),
    )
    op.create_index(op.f("ix_recording_keys_recording_id"), "recording_keys", ["recording_id"])
    op.create_index(op.f("ix_recording_keys_master"), "recording_keys", ["master"])
