"""Imports of files, results to be followed, idempotency keys, rules that fill lists."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _imports()
    _results()
    _idempotency_keys()
    _filling()


def _imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("list_id", ROW_ID, nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("began_at", sa.Double(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name="fk_imports_list_id_lists", ondelete="CASCADE"),
    )
    op.create_index("ix_imports_list_id_id", "imports", ["list_id", "id"])
    op.create_index("ix_imports_created_at", "imports", ["created_at"])


def _results() -> None:
    op.create_table(
        "results",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("list_id", ROW_ID, nullable=False),
        sa.Column("attempt_id", ROW_ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_results"),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name="fk_results_list_id_lists", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name="fk_results_attempt_id_attempts", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_results_list_id_id", "results", ["list_id", "id"])
    op.create_index("ix_results_attempt_id", "results", ["attempt_id"])


def _idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("route", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("username", "route", "key", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])


def _filling() -> None:
    op.create_table(
        "fill_rules",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("list_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("looked_at", sa.Double(), nullable=True),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fill_rules"),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name="fk_fill_rules_list_id_lists", ondelete="CASCADE"),
    )
    op.create_index("ix_fill_rules_list_id", "fill_rules", ["list_id"])
    op.create_table(
        "filled",
        sa.Column("rule_id", ROW_ID, nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", "source", name="pk_filled"),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["fill_rules.id"], name="fk_filled_rule_id_fill_rules", ondelete="CASCADE"
        ),
    )
