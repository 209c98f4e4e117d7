"""Templates of shifts: patterns with a name, some to begin with."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"

FIRST_TEMPLATES = (
    ("Early", "早班", ((420, 435, "briefing"), (435, 660, "on_post"), (660, 690, "meal"), (690, 900, "on_post"))),
    ("Late", "晚班", ((870, 885, "briefing"), (885, 1080, "on_post"), (1080, 1110, "meal"), (1110, 1320, "on_post"))),
    (
        "Night",
        "夜班",
        ((1320, 1335, "briefing"), (1335, 1560, "on_post"), (1560, 1590, "meal"), (1590, 1800, "on_post")),
    ),
)
"""What a centre begins with, in minutes since the midnight of the date: those who plan change it."""


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    templates = op.create_table(
        "shift_templates",
        sa.Column("id", row_id, primary_key=True),
        sa.Column("label_en", sa.String(length=100), nullable=False),
        sa.Column("label_zh", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
    )
    parts = op.create_table(
        "shift_template_parts",
        sa.Column("template_id", row_id, sa.ForeignKey("shift_templates.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("start_minute", sa.Integer(), primary_key=True),
        sa.Column("end_minute", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
    )
    for label_en, label_zh, pattern in FIRST_TEMPLATES:
        row = {"label_en": label_en, "label_zh": label_zh, "version": 1, "changed_at": 0.0, "changed_by": ""}
        template_id = op.get_bind().execute(sa.insert(templates).values(row).returning(templates.c.id)).scalar_one()
        op.bulk_insert(
            parts,
            [
                {"template_id": template_id, "start_minute": start, "end_minute": end, "kind": kind}
                for start, end, kind in pattern
            ],
        )
