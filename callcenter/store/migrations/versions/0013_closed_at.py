"""When a target of a callback list was over."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("targets", sa.Column("closed_at", sa.Double()))
    # Those that are over already were over with their last attempt.
    op.execute(
        "UPDATE targets SET closed_at = (SELECT max(ended_at) FROM attempts WHERE attempts.target_id = targets.id) "
        "WHERE state IN ('reached', 'closed')"
    )
