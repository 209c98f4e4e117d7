"""The tables of clips: spans of recordings for training, their topics, and the playlists that they are in."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.floor.terms import Instant, Seconds
from callcenter.store.tables import Base, RowId


class Clip(Base):
    """A span of a recording for training, with its own sound: `file` is that in the folder of clips.

    `from_seconds` and `to_seconds` are of the recording; what the span sounds like is told as in RecordingSound.
    Nobody hears a clip after `kept_until`, and the next nightly run deletes it. An id is never given twice: plays
    stay when a clip is gone.
    """

    __tablename__ = "clips"
    __table_args__ = (
        UniqueConstraint("file"),
        Index(None, "pbx", "call_id"),
        Index(None, "kept_until"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    recording_id: Mapped[int] = mapped_column(BigInteger)
    pbx: Mapped[str] = mapped_column(String)
    call_id: Mapped[str] = mapped_column(String)
    agent_number: Mapped[str] = mapped_column(String(64))
    agent_name: Mapped[str] = mapped_column(String)
    recorded_at: Mapped[Instant] = mapped_column(Double)
    from_seconds: Mapped[Seconds] = mapped_column(Double)
    to_seconds: Mapped[Seconds] = mapped_column(Double)
    kind: Mapped[str] = mapped_column(String(16))
    title_en: Mapped[str] = mapped_column(String(200))
    title_zh: Mapped[str] = mapped_column(String(200))
    note_en: Mapped[str] = mapped_column(Text)
    note_zh: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    audience: Mapped[str] = mapped_column(String(16))
    hides_agent: Mapped[bool] = mapped_column(Boolean)
    kept_until: Mapped[Instant] = mapped_column(Double)
    made_at: Mapped[Instant] = mapped_column(Double)
    made_by: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer, default=1)
    file: Mapped[str] = mapped_column(String(64))
    duration_seconds: Mapped[Seconds] = mapped_column(Double)
    sides: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    talk_over: Mapped[list[list[float]]] = mapped_column(JSON)
    talk_over_seconds: Mapped[Seconds] = mapped_column(Double)
    peaks: Mapped[bytes] = mapped_column(LargeBinary)


class ClipTopic(Base):
    """A topic of a clip, as `place`-th of them."""

    __tablename__ = "clip_topics"
    __table_args__ = (Index(None, "topic"),)

    clip_id: Mapped[int] = mapped_column(ForeignKey("clips.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    topic: Mapped[str] = mapped_column(String(40))


class Playlist(Base):
    """Clips in an order, for training; agents see it once it is published."""

    __tablename__ = "playlists"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    title_en: Mapped[str] = mapped_column(String(200))
    title_zh: Mapped[str] = mapped_column(String(200))
    description_en: Mapped[str] = mapped_column(Text)
    description_zh: Mapped[str] = mapped_column(Text)
    is_published: Mapped[bool] = mapped_column(Boolean)
    made_at: Mapped[Instant] = mapped_column(Double)
    made_by: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer, default=1)


class PlaylistClip(Base):
    """A clip in a playlist, as `place`-th."""

    __tablename__ = "playlist_clips"
    __table_args__ = (UniqueConstraint("playlist_id", "clip_id"), Index(None, "clip_id"))

    playlist_id: Mapped[int] = mapped_column(ForeignKey("playlists.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    clip_id: Mapped[int] = mapped_column(ForeignKey("clips.id", ondelete="CASCADE"))
