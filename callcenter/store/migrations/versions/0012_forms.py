"""Forms of callback lists, their records and answers; promised calls, hourly goals."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("targets", sa.Column("promised_at", sa.Double(), nullable=True))
    op.add_column("lists", sa.Column("hourly_goal", sa.Integer(), nullable=False, server_default="0"))
    _forms()
    _records()
    _answers()


def _forms() -> None:
    op.create_table(
        "forms",
        sa.Column("id", ROW_ID, nullable=False),
        _parent("list_id"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        _to("forms", "list_id", "lists"),
        sa.PrimaryKeyConstraint("id", name="pk_forms"),
        sa.UniqueConstraint("list_id", "version", name="uq_forms_list_id_version"),
    )


def _records() -> None:
    op.create_table(
        "form_records",
        sa.Column("id", ROW_ID, nullable=False),
        *(_parent(column) for column in RECORD_OF),
        sa.Column("form_id", ROW_ID, nullable=True),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=4000), nullable=False),
        sa.Column("next_step", sa.String(length=500), nullable=False),
        sa.Column("next_at", sa.Double(), nullable=True),
        sa.Column("next_agent", sa.String(length=64), nullable=False),
        sa.Column("filled_at", sa.Double(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.Column("filled_by", sa.String(length=64), nullable=False),
        *(_to("form_records", column, table) for column, table in (RECORD_OF | {"form_id": "forms"}).items()),
        sa.PrimaryKeyConstraint("id", name="pk_form_records"),
        sa.UniqueConstraint("attempt_id", name="uq_form_records_attempt_id"),
    )
    op.create_index("ix_form_records_list_id_filled_at", "form_records", ["list_id", "filled_at"])
    op.create_index("ix_form_records_target_id", "form_records", ["target_id"])


def _answers() -> None:
    op.create_table(
        "form_answers",
        sa.Column("id", ROW_ID, nullable=False),
        _parent("record_id"),
        sa.Column("question", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("number", sa.Double(), nullable=True),
        _to("form_answers", "record_id", "form_records"),
        sa.PrimaryKeyConstraint("id", name="pk_form_answers"),
    )
    op.create_index("ix_form_answers_record_id_question", "form_answers", ["record_id", "question"])


RECORD_OF = {"list_id": "lists", "target_id": "targets", "attempt_id": "attempts"}


def _parent(column: str) -> sa.Column[int]:
    return sa.Column(column, ROW_ID, nullable=False)


def _to(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=f"fk_{table}_{column}_{parent}", ondelete="CASCADE")
