"""Where reviews lost their points, and of which team an agent was when they talked."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

TEAM = """UPDATE reviews SET team = COALESCE((
    SELECT MAX(c.team) FROM conversations c
    WHERE c.pbx = reviews.pbx AND c.call_id = reviews.call_id AND c.agent_number = reviews.agent_number
), '')"""


def upgrade() -> None:
    op.add_column("reviews", sa.Column("team", sa.String(), server_default="", nullable=False))
    op.add_column("reviews", sa.Column("is_zeroed", sa.Boolean(), nullable=True))
    op.execute(TEAM)
    op.create_table(
        "review_losses",
        sa.Column("review_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("is_fatal", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"], ["reviews.id"], name=op.f("fk_review_losses_review_id_reviews"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("review_id", "item", name=op.f("pk_review_losses")),
    )
    op.create_index(op.f("ix_review_assignments_began_at"), "review_assignments", ["began_at"])
