"""The forms by which calls are reviewed, and their versions."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0017"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "review_forms",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("shipped_as", sa.String(length=32), nullable=True),
        sa.Column("retired_at", sa.Double(), nullable=True),
        sa.Column("retired_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review_forms"),
        sa.UniqueConstraint("shipped_as", name="uq_review_forms_shipped_as"),
    )
    op.create_table(
        "review_form_versions",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("form_id", ROW_ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_id"], ["review_forms.id"], name="fk_review_form_versions_form_id_review_forms", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_review_form_versions"),
        sa.UniqueConstraint("form_id", "version", name="uq_review_form_versions_form_id_version"),
    )
