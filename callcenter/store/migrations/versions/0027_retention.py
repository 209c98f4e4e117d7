"""Tags and legal holds of calls, rules of retention, and the log of deleted recordings."""

import sqlalchemy as sa
from alembic import op

from callcenter.store.migrations import append_only

revision = "0027"
down_revision = "0026"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _id() -> sa.Column[int]:
    return sa.Column("id", ROW_ID, primary_key=True, autoincrement=True)


def _call() -> tuple[sa.Column[str], sa.Column[str]]:
    return sa.Column("pbx", sa.String(), nullable=False), sa.Column("call_id", sa.String(), nullable=False)


def upgrade() -> None:
    _tags()
    _holds()
    op.create_table(
        "retention_rules",
        _id(),
        sa.Column("scope", sa.String(8), nullable=False),
        sa.Column("subject", sa.String(128), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.UniqueConstraint("scope", "subject", name="uq_retention_rules_scope_subject"),
    )
    _deletions()


def _tags() -> None:
    op.create_table(
        "call_tags",
        _id(),
        *_call(),
        sa.Column("tag", sa.String(64), nullable=False),
        sa.Column("added_at", sa.Double(), nullable=False),
        sa.Column("added_by", sa.String(64), nullable=False),
        sa.Column("removed_at", sa.Double(), nullable=True),
        sa.Column("removed_by", sa.String(64), nullable=True),
    )
    is_on = sa.text("removed_at IS NULL")
    columns = ["pbx", "call_id", "tag"]
    op.create_index("uq_call_tags_on", "call_tags", columns, unique=True, sqlite_where=is_on, postgresql_where=is_on)
    op.create_index("ix_call_tags_tag", "call_tags", ["tag"])


def _holds() -> None:
    op.create_table(
        "call_holds",
        _id(),
        sa.Column("ends", ROW_ID, nullable=True),
        *_call(),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(512), nullable=False),
        sa.UniqueConstraint("ends", name="uq_call_holds_ends"),
    )
    op.create_index("ix_call_holds_pbx_call_id", "call_holds", ["pbx", "call_id"])
    append_only.keep("call_holds", "the history of legal holds is append-only")


def _deletions() -> None:
    op.create_table(
        "recording_deletions",
        _id(),
        sa.Column("recording_id", ROW_ID, nullable=False),
        *_call(),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("how", sa.String(16), nullable=False),
        sa.Column("rule_scope", sa.String(8), nullable=False),
        sa.Column("rule_subject", sa.String(128), nullable=False),
        sa.Column("rule_days", sa.Integer(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("bytes", ROW_ID, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.UniqueConstraint("recording_id", name="uq_recording_deletions_recording_id"),
    )
    op.create_index("ix_recording_deletions_pbx_call_id", "recording_deletions", ["pbx", "call_id"])
    op.create_index("ix_recording_deletions_at", "recording_deletions", ["at"])
    append_only.keep("recording_deletions", "the log of deleted recordings is append-only")
