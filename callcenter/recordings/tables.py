"""What was measured of the audio files that recordings are, who heard them, and which were deleted."""

from typing import Any

from sqlalchemy import JSON, Double, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.tables import Base, RowId


class RecordingAudio(Base):
    """One row a recording that was measured after its call: `state` is `ready`, or `missing` when no file was found;
    `deleting` while its files are being removed, then `deleted`, and it is never measured again.

    `size` is bytes. `has_audio` is False for a file in which nothing but silence was found. `original` is `kept`;
    `going` while the PBX's files are being removed, then `gone`: the copy alone is left.
    """

    __tablename__ = "recording_audio"

    recording_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("recording_files.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    state: Mapped[str] = mapped_column(String(16))
    duration_seconds: Mapped[float] = mapped_column(Double)
    size: Mapped[int] = mapped_column(RowId)
    has_audio: Mapped[bool]
    has_customer_leg: Mapped[bool]
    has_agent_leg: Mapped[bool]
    checked_at: Mapped[float] = mapped_column(Double)
    original: Mapped[str] = mapped_column(String(8), default="kept", server_default="kept")


class RecordingSound(Base):
    """One row a recording that was listened through, once: who talks when, and its waveform.

    `sides` is JSON, agent first: `{side (agent|customer|mix), is_audible, talk_seconds, talk: [[from, to]], silence:
    [[from, to]]}`; spans are in seconds from the beginning. `peaks` holds a byte a column (0–255 for the 0–1 of
    voices.waveform), all columns of one side, then those of the other. `copy` is the name of the stored copy in its
    folder, empty if there is none; `sha256` is that of the PBX's file of both sides. `failure` says why a file could
    not be heard or copied.
    """

    __tablename__ = "recording_sounds"

    recording_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("recording_files.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    heard_at: Mapped[float] = mapped_column(Double)
    duration_seconds: Mapped[float] = mapped_column(Double)
    is_repaired: Mapped[bool]
    sides: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    talk_over_seconds: Mapped[float] = mapped_column(Double, index=True)
    talk_over: Mapped[list[list[float]]] = mapped_column(JSON)
    peaks: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    copy: Mapped[str] = mapped_column(String(255))
    failure: Mapped[str] = mapped_column(String(255))


class RecordingKey(Base):
    """The key of an encrypted file by its name, itself encrypted under the master key with the id `master`.

    Without the row nobody can read the file. That of the copy of a recording goes with the recording; a clip or an
    archive of an export is of none (`recording_id`).
    """

    __tablename__ = "recording_keys"
    __table_args__ = (Index(None, "recording_id"), Index(None, "master"))

    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    recording_id: Mapped[int | None] = mapped_column(RowId, ForeignKey("recording_files.id", ondelete="CASCADE"))
    master: Mapped[str] = mapped_column(String(16))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)


IS_ASKED_FOR = text("kind IN ('opened', 'downloaded')")


class RecordingAccess(Base):
    """Somebody opened a recording in the player, heard spans of it, or downloaded it. Rows are never changed.

    `kind` is one of rules.AccessKind. `play` is the player's own word for one play, "" where no player asked; what is
    asked for within one `quarter` of an hour, in one play, is one row: a player asks for many pieces. `spans` are those
    heard, in seconds of the sound, `seconds` their length; `clip_id` is the clip that was heard in place of all of it.
    Accounts, recordings and clips may go; this stays.
    """

    __tablename__ = "recording_accesses"
    __table_args__ = (
        Index(None, "at"),
        Index(None, "recording_id"),
        Index(None, "username"),
        Index(
            "uq_recording_accesses_asked_for",
            *("recording_id", "user_id", "kind", "play", "quarter"),
            unique=True,
            sqlite_where=IS_ASKED_FOR,
            postgresql_where=IS_ASKED_FOR,
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    at: Mapped[float] = mapped_column(Double)
    quarter: Mapped[int] = mapped_column(RowId)
    user_id: Mapped[int] = mapped_column(RowId)
    username: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[int | None] = mapped_column(RowId)
    recording_id: Mapped[int] = mapped_column(RowId)
    clip_id: Mapped[int | None] = mapped_column(RowId, index=True)
    kind: Mapped[str] = mapped_column(String(16))
    play: Mapped[str] = mapped_column(String(64))
    spans: Mapped[list[list[float]]] = mapped_column(JSON)
    seconds: Mapped[float] = mapped_column(Double)


class RecordingDeletion(Base):
    """The audio of a recording was deleted when its time was over. Rows are never changed.

    `rule_scope`, `rule_subject` and `rule_days` are the rule as it was then (a list by its name): rules change and go;
    days are 0 where a deletion broke off and was completed when its rule was gone. `how` is `nightly` or `command`.
    Where only the PBX's files went and the copy stayed, `rule_scope` is `original`; another row may follow.
    `files` and `bytes` count what was removed; `sha256` is that of the PBX's file, "" where it was never listened to.
    """

    __tablename__ = "recording_deletions"
    __table_args__ = (
        Index(None, "pbx", "call_id"),
        Index(None, "at"),
        UniqueConstraint("recording_id", "rule_scope"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    recording_id: Mapped[int] = mapped_column(RowId)
    pbx: Mapped[str] = mapped_column(String)
    call_id: Mapped[str] = mapped_column(String)
    at: Mapped[float] = mapped_column(Double)
    how: Mapped[str] = mapped_column(String(16))
    rule_scope: Mapped[str] = mapped_column(String(8))
    rule_subject: Mapped[str] = mapped_column(String(128))
    rule_days: Mapped[int] = mapped_column(Integer)
    files: Mapped[int] = mapped_column(Integer)
    bytes: Mapped[int] = mapped_column(RowId)
    sha256: Mapped[str] = mapped_column(String(64))
