"""Indexes by which calls are found: by the end of their number, and by what was talked, heard, judged and written."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0039"

# What people write into a number for the eye, as it was when this index was made.
PUNCTUATION = " +-().\u00a0"


def _number_end() -> str:
    plain = "lower(number)"
    for sign in PUNCTUATION:
        plain = f"replace({plain}, '{sign}', '')"
    return f"substr('   ' || {plain}, length({plain}))"


def upgrade() -> None:
    op.create_index("ix_calls_number_end", "calls", [sa.text(_number_end()), "started_at"])
    for table, *columns in (
        ("queue_visits", "outcome", "joined_at"),
        ("conversations", "agent_name", "began_at"),
        ("conversations", "team", "began_at"),
        ("conversations", "talk_seconds"),
        ("conversations", "hold_seconds"),
        ("recording_sounds", "talk_over_seconds"),
        ("reviews", "score"),
        ("form_records", "result"),
    ):
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)
