"""Roll-ups of the figures, and what facts need for them: the agent's team, the limits of pauses."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

QUARTER = 900
VISITS = [
    "offered",
    "offered_long",
    "answered",
    "abandoned",
    "abandoned_short",
    "timed_out",
    "left_by_key",
    "left_when_empty",
    "withdrawn",
    "callback_requested",
    "lost",
    "refused",
    "uncertain",
    "repeat_calls",
    "level_met",
    "level_among",
    "answered_within",
    "abandoned_within",
    "wait_of_answered",
    "wait_of_abandoned",
    "wait_of_offered",
    "longest_wait",
    "wait_to_0",
    "wait_to_1",
    "wait_to_2",
    "wait_to_3",
    "wait_to_4",
    "wait_to_5",
    "wait_to_6",
    "wait_to_7",
    "wait_to_8",
    "wait_to_9",
    "wait_to_10",
    "wait_to_12",
    "wait_to_15",
    "wait_to_20",
    "wait_to_25",
    "wait_to_30",
    "wait_to_40",
    "wait_to_50",
    "wait_to_60",
    "wait_to_75",
    "wait_to_90",
    "wait_to_120",
    "wait_to_150",
    "wait_to_180",
    "wait_to_240",
    "wait_to_300",
    "wait_to_420",
    "wait_to_600",
    "wait_to_900",
    "wait_to_1800",
    "wait_to_3600",
    "wait_beyond",
]
CONVERSATIONS = ["handled", "talk", "hold", "wrap_up", "held", "transfers", "callback_talks", "callback_talks_within"]
RINGS = ["rings", "rings_not_answered", "rings_rejected"]
SPELLS = [
    "signed_in_seconds",
    "ready_seconds",
    "ringing_seconds",
    "talking_seconds",
    "on_hold_seconds",
    "paused_seconds",
    "unreachable_seconds",
    "wrapping_up_seconds",
    "away_seconds",
    "away_spells",
    "away_spells_within",
]


def upgrade() -> None:
    _facts()
    _roll_ups("queue_roll_ups", ["pbx", "queue"], [], VISITS + CONVERSATIONS + RINGS)
    _roll_ups(
        "agent_roll_ups",
        ["pbx", "queue", "agent", "team"],
        [sa.Column("agent_name", sa.String(), nullable=False)],
        ["answered", *CONVERSATIONS, *RINGS, *SPELLS],
    )
    op.create_table(
        "rolled_days",
        sa.Column("start", sa.Double(), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("start", name="pk_rolled_days"),
    )
    op.create_table(
        "touched_quarters",
        sa.Column("start", sa.Double(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("start", name="pk_touched_quarters"),
    )
    _touch_everything()


def _facts() -> None:
    for table in ("queue_visits", "rings", "conversations", "seat_spells"):
        op.add_column(table, sa.Column("team", sa.String(), nullable=False, server_default=""))
    op.add_column("seat_spells", sa.Column("is_away", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("seat_spells", sa.Column("limit_seconds", sa.Double(), nullable=False, server_default="0"))
    op.create_index("ix_queue_visits_number_joined_at", "queue_visits", ["number", "joined_at"])
    op.create_index("ix_attempts_placed_at", "attempts", ["placed_at"])
    is_pause = sa.text("state = 'paused'")
    op.create_index("ix_seat_spells_pauses", "seat_spells", ["since"], sqlite_where=is_pause, postgresql_where=is_pause)
    is_long = sa.text("until - since > 3600")
    op.create_index(
        "ix_seat_spells_long", "seat_spells", ["since", "until"], sqlite_where=is_long, postgresql_where=is_long
    )


def _roll_ups(name: str, keys: list[str], others: list[sa.Column[str]], measures: list[str]) -> None:
    op.create_table(
        name,
        sa.Column("grain", sa.String(length=8), nullable=False),
        sa.Column("start", sa.Double(), nullable=False),
        *(sa.Column(key, sa.String(), nullable=False) for key in keys),
        *others,
        *(sa.Column(measure, sa.Double()) for measure in measures),
        sa.PrimaryKeyConstraint("grain", "start", *keys, name=f"pk_{name}"),
        sqlite_with_rowid=False,
    )


def _touch_everything() -> None:
    """What is there already has never been rolled up."""
    connection = op.get_bind()
    bounds = [
        connection.execute(sa.text(f"SELECT min({since}), max({until}) FROM {table}")).one()  # noqa: S608 - constants
        for table, since, until in (
            ("queue_visits", "joined_at", "joined_at"),
            ("rings", "began_at", "began_at"),
            ("conversations", "completed_at", "completed_at"),
            ("seat_spells", "since", "until"),
        )
    ]
    known = [bound for bound in bounds if bound[0] is not None]
    if not known:
        return
    first, last = int(min(bound[0] for bound in known)), int(max(bound[1] for bound in known))
    starts = range(first // QUARTER * QUARTER, last + 1, QUARTER)
    connection.execute(
        sa.text("INSERT INTO touched_quarters (start, times) VALUES (:start, 1)"),
        [{"start": float(start)} for start in starts],
    )
