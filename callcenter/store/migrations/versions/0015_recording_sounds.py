"""Who talks when in a recording, its waveform, checksum and stored copy."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "recording_sounds",
        sa.Column("recording_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("heard_at", sa.Double(), nullable=False),
        sa.Column("duration_seconds", sa.Double(), nullable=False),
        sa.Column("is_repaired", sa.Boolean(), nullable=False),
        sa.Column("sides", sa.JSON(), nullable=False),
        sa.Column("talk_over_seconds", sa.Double(), nullable=False),
        sa.Column("talk_over", sa.JSON(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("copy", sa.String(length=255), nullable=False),
        sa.Column("failure", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording_files.id"],
            name="fk_recording_sounds_recording_id_recording_files",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", name="pk_recording_sounds"),
    )
