"""Customers: records, their numbers, and merges that can be undone."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0043"

IS_REFERRED = "reference <> ''"


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    name_key = sa.String(length=400).with_variant(sa.String(length=400, collation="C"), "postgresql")
    op.create_table(
        "customers",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", name_key, nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("level", sa.String(length=64), nullable=False),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.Column("consent", sa.String(length=16), nullable=False),
        sa.Column("consent_at", sa.Double(), nullable=True),
        sa.Column("consent_how", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.Column("merged_into", row_id, nullable=True),
    )
    op.create_index(op.f("ix_customers_name_key_id"), "customers", ["name_key", "id"])
    op.create_index(op.f("ix_customers_level_id"), "customers", ["level", "id"])
    op.create_index(op.f("ix_customers_merged_into"), "customers", ["merged_into"])
    op.create_index(
        "uq_customers_reference",
        "customers",
        ["reference"],
        unique=True,
        sqlite_where=sa.text(IS_REFERRED),
        postgresql_where=sa.text(IS_REFERRED),
    )
    op.create_table(
        "customer_numbers",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("customer_id", row_id, sa.ForeignKey("customers.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.UniqueConstraint("customer_id", "number", name=op.f("uq_customer_numbers_customer_id_number")),
    )
    op.create_index(op.f("ix_customer_numbers_number_customer_id"), "customer_numbers", ["number", "customer_id"])
    op.create_table(
        "customer_merges",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("kept_id", row_id, sa.ForeignKey("customers.id", ondelete="CASCADE"), nullable=False),
        sa.Column("gone_id", row_id, sa.ForeignKey("customers.id", ondelete="CASCADE"), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("added", sa.JSON(), nullable=False),
        sa.Column("merged_at", sa.Double(), nullable=False),
        sa.Column("merged_by", sa.String(length=64), nullable=False),
        sa.Column("undone_at", sa.Double(), nullable=True),
        sa.Column("undone_by", sa.String(length=64), nullable=False),
    )
    op.create_index(op.f("ix_customer_merges_kept_id_id"), "customer_merges", ["kept_id", "id"])
    op.create_index(op.f("ix_customer_merges_gone_id"), "customer_merges", ["gone_id"])
