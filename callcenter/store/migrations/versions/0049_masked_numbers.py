"""Numbers that are masked by role: keys that exist go on telling them, exports are marked that do not."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"

SEES = "see_numbers"


def upgrade() -> None:
    op.add_column("recording_exports", sa.Column("is_masked", sa.Boolean(), nullable=False, server_default=sa.false()))
    keys = sa.table("api_keys", sa.column("id", sa.BigInteger()), sa.column("permissions", sa.JSON()))
    connection = op.get_bind()
    for key_id, permissions in connection.execute(sa.select(keys.c.id, keys.c.permissions)).all():
        more = sorted({*permissions, SEES})
        connection.execute(keys.update().where(keys.c.id == key_id).values(permissions=more))
