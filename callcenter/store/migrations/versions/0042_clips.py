"""Clips of recordings for training, their topics and playlists; who heard a clip."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _clips()
    op.create_table(
        "clip_topics",
        sa.Column("clip_id", ROW_ID, sa.ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("place", sa.Integer(), primary_key=True),
        sa.Column("topic", sa.String(length=40), nullable=False),
    )
    op.create_index(op.f("ix_clip_topics_topic"), "clip_topics", ["topic"])
    op.create_table(
        "playlists",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("title_zh", sa.String(length=200), nullable=False),
        sa.Column("description_en", sa.Text(), nullable=False),
        sa.Column("description_zh", sa.Text(), nullable=False),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "playlist_clips",
        sa.Column("playlist_id", ROW_ID, sa.ForeignKey("playlists.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("place", sa.Integer(), primary_key=True),
        sa.Column("clip_id", ROW_ID, sa.ForeignKey("clips.id", ondelete="CASCADE"), nullable=False),
        sa.UniqueConstraint("playlist_id", "clip_id", name=op.f("uq_playlist_clips_playlist_id_clip_id")),
    )
    op.create_index(op.f("ix_playlist_clips_clip_id"), "playlist_clips", ["clip_id"])
    op.add_column("recording_accesses", sa.Column("clip_id", ROW_ID, nullable=True))
    op.create_index(op.f("ix_recording_accesses_clip_id"), "recording_accesses", ["clip_id"])


def _clips() -> None:
    op.create_table(
        "clips",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("recording_id", sa.BigInteger(), nullable=False),
        sa.Column("pbx", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("agent_number", sa.String(length=64), nullable=False),
        sa.Column("agent_name", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Double(), nullable=False),
        sa.Column("from_seconds", sa.Double(), nullable=False),
        sa.Column("to_seconds", sa.Double(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("title_zh", sa.String(length=200), nullable=False),
        sa.Column("note_en", sa.Text(), nullable=False),
        sa.Column("note_zh", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("hides_agent", sa.Boolean(), nullable=False),
        sa.Column("kept_until", sa.Double(), nullable=False),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=False),
        sa.Column("duration_seconds", sa.Double(), nullable=False),
        sa.Column("sides", sa.JSON(), nullable=False),
        sa.Column("talk_over", sa.JSON(), nullable=False),
        sa.Column("talk_over_seconds", sa.Double(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("file", name=op.f("uq_clips_file")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_clips_pbx_call_id"), "clips", ["pbx", "call_id"])
    op.create_index(op.f("ix_clips_kept_until"), "clips", ["kept_until"])
