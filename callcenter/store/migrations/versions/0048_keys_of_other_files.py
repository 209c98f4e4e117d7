"""Keys also of encrypted files that belong to no recording alone: clips, archives of exports."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    with op.batch_alter_table("recording_keys") as keys:
        keys.alter_column("recording_id", existing_type=sa.BigInteger(), nullable=True)
