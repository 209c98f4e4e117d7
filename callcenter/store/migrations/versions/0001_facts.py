"""The fact tables, and what was measured of recordings."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _queue_visits()
    _rings()
    _conversations()
    _seat_spells()
    _calls()
    _recording_files()
    _recording_audio()
    _attempt_results()


def _queue_visits() -> None:
    op.create_table(
        "queue_visits",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("pbx", sa.String(), nullable=False),
        sa.Column("is_certain", sa.Boolean(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("join", sa.BigInteger(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("caller_name", sa.String(), nullable=False),
        sa.Column("joined_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("wait_seconds", sa.Double(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("agent_number", sa.String(), nullable=False),
        sa.Column("agent_name", sa.String(), nullable=False),
        sa.Column("interface", sa.String(), nullable=False),
        sa.Column("service_level_seconds", sa.Double(), nullable=False),
        sa.Column("service_level_variant", sa.String(), nullable=False),
        sa.Column("short_abandon_seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_queue_visits"),
        sa.UniqueConstraint("pbx", "channel_id", "queue", "join", name="uq_queue_visits_pbx_channel_id_queue_join"),
    )
    op.create_index("ix_queue_visits_agent_number_joined_at", "queue_visits", ["agent_number", "joined_at"])
    op.create_index("ix_queue_visits_joined_at", "queue_visits", ["joined_at"])
    op.create_index("ix_queue_visits_pbx_call_id", "queue_visits", ["pbx", "call_id"])
    op.create_index("ix_queue_visits_queue_joined_at", "queue_visits", ["queue", "joined_at"])


def _rings() -> None:
    op.create_table(
        "rings",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("pbx", sa.String(), nullable=False),
        sa.Column("is_certain", sa.Boolean(), nullable=False),
        sa.Column("ring_id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("interface", sa.String(), nullable=False),
        sa.Column("agent_number", sa.String(), nullable=False),
        sa.Column("agent_name", sa.String(), nullable=False),
        sa.Column("began_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("ring_seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rings"),
        sa.UniqueConstraint("pbx", "ring_id", "channel_id", name="uq_rings_pbx_ring_id_channel_id"),
    )
    op.create_index("ix_rings_agent_number_began_at", "rings", ["agent_number", "began_at"])
    op.create_index("ix_rings_began_at", "rings", ["began_at"])
    op.create_index("ix_rings_pbx_call_id", "rings", ["pbx", "call_id"])


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("pbx", sa.String(), nullable=False),
        sa.Column("is_certain", sa.Boolean(), nullable=False),
        sa.Column("leg_id", sa.String(), nullable=False),
        sa.Column("part", sa.BigInteger(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("direction", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("interface", sa.String(), nullable=False),
        sa.Column("agent_number", sa.String(), nullable=False),
        sa.Column("agent_name", sa.String(), nullable=False),
        sa.Column("began_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=False),
        sa.Column("completed_at", sa.Double(), nullable=False),
        sa.Column("talk_seconds", sa.Double(), nullable=False),
        sa.Column("hold_seconds", sa.Double(), nullable=False),
        sa.Column("holds", sa.BigInteger(), nullable=False),
        sa.Column("wrap_up_seconds", sa.Double(), nullable=False),
        sa.Column("ended_by", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
        sa.UniqueConstraint("pbx", "leg_id", "part", name="uq_conversations_pbx_leg_id_part"),
    )
    op.create_index("ix_conversations_agent_number_began_at", "conversations", ["agent_number", "began_at"])
    op.create_index("ix_conversations_began_at", "conversations", ["began_at"])
    op.create_index("ix_conversations_completed_at", "conversations", ["completed_at"])
    op.create_index("ix_conversations_pbx_call_id", "conversations", ["pbx", "call_id"])


def _seat_spells() -> None:
    op.create_table(
        "seat_spells",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("pbx", sa.String(), nullable=False),
        sa.Column("is_certain", sa.Boolean(), nullable=False),
        sa.Column("interface", sa.String(), nullable=False),
        sa.Column("agent_number", sa.String(), nullable=False),
        sa.Column("agent_name", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_seat_spells"),
        sa.UniqueConstraint("pbx", "interface", "since", name="uq_seat_spells_pbx_interface_since"),
    )
    op.create_index("ix_seat_spells_agent_number_since", "seat_spells", ["agent_number", "since"])
    op.create_index("ix_seat_spells_since", "seat_spells", ["since"])
    op.create_index("ix_seat_spells_until", "seat_spells", ["until"])


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("pbx", sa.String(), nullable=False),
        sa.Column("is_certain", sa.Boolean(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("direction", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("caller_name", sa.String(), nullable=False),
        sa.Column("dialled", sa.String(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("answered_at", sa.Double(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=False),
        sa.Column("attempt_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
        sa.UniqueConstraint("pbx", "call_id", name="uq_calls_pbx_call_id"),
    )
    op.create_index("ix_calls_attempt_id", "calls", ["attempt_id"])
    op.create_index("ix_calls_number_started_at", "calls", ["number", "started_at"])
    op.create_index("ix_calls_started_at_id", "calls", ["started_at", "id"])


def _recording_files() -> None:
    op.create_table(
        "recording_files",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("pbx", sa.String(), nullable=False),
        sa.Column("is_certain", sa.Boolean(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("began_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recording_files"),
        sa.UniqueConstraint("pbx", "path", name="uq_recording_files_pbx_path"),
    )
    op.create_index("ix_recording_files_began_at", "recording_files", ["began_at"])
    op.create_index("ix_recording_files_pbx_call_id", "recording_files", ["pbx", "call_id"])


def _recording_audio() -> None:
    op.create_table(
        "recording_audio",
        sa.Column("recording_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("duration_seconds", sa.Double(), nullable=False),
        sa.Column("size", ROW_ID, nullable=False),
        sa.Column("has_audio", sa.Boolean(), nullable=False),
        sa.Column("has_customer_leg", sa.Boolean(), nullable=False),
        sa.Column("has_agent_leg", sa.Boolean(), nullable=False),
        sa.Column("checked_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording_files.id"],
            name="fk_recording_audio_recording_id_recording_files",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", name="pk_recording_audio"),
    )


def _attempt_results() -> None:
    op.create_table(
        "attempt_results",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("pbx", sa.String(), nullable=False),
        sa.Column("is_certain", sa.Boolean(), nullable=False),
        sa.Column("attempt_id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=True),
        sa.Column("was_placed", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.Double(), nullable=True),
        sa.Column("reached_at", sa.Double(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=False),
        sa.Column("cause", sa.BigInteger(), nullable=False),
        sa.Column("tech_cause", sa.String(), nullable=False),
        sa.Column("is_machine", sa.Boolean(), nullable=False),
        sa.Column("agent_number", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attempt_results"),
        sa.UniqueConstraint("pbx", "attempt_id", name="uq_attempt_results_pbx_attempt_id"),
    )
    op.create_index("ix_attempt_results_ended_at", "attempt_results", ["ended_at"])
    op.create_index("ix_attempt_results_pbx_call_id", "attempt_results", ["pbx", "call_id"])
