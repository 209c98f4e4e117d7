"""The tables of exports: the jobs, and the recordings that each of them packs."""

from typing import Any

from sqlalchemy import JSON, Double, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.tables import Base, RowId


class RecordingExport(Base):
    """Somebody's wish to have the recordings of all calls that a search found. The row stays when the file is gone.

    `state` is one of rules.ExportState. `search` is what was asked, as docs/api.md shapes it. `calls`, `recordings` and
    `expected_bytes` were counted when it was asked for; `packed`, `left_out` and `bytes` (of the file) say how far it
    is. `detail` says why it failed. `key_id` is the API key that asked. `is_masked` where who asked sees no numbers.
    """

    __tablename__ = "recording_exports"
    __table_args__ = (Index(None, "state"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    state: Mapped[str] = mapped_column(String(16))
    search: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2))
    user_id: Mapped[int] = mapped_column(RowId)
    username: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    key_id: Mapped[int | None] = mapped_column(RowId)
    asked_at: Mapped[float] = mapped_column(Double)
    ended_at: Mapped[float | None] = mapped_column(Double, default=None)
    expires_at: Mapped[float | None] = mapped_column(Double, default=None)
    ended_by: Mapped[str] = mapped_column(String(64), default="")
    calls: Mapped[int] = mapped_column(Integer)
    recordings: Mapped[int] = mapped_column(Integer)
    expected_bytes: Mapped[int] = mapped_column(RowId)
    packed: Mapped[int] = mapped_column(Integer, default=0)
    left_out: Mapped[int] = mapped_column(Integer, default=0)
    bytes: Mapped[int] = mapped_column(RowId, default=0)
    detail: Mapped[str] = mapped_column(String(512), default="")
    is_masked: Mapped[bool] = mapped_column(default=False)


class ExportPart(Base):
    """A recording of an export, by its place in it: `state` is one of rules.PartState.

    What is packed has its `name` in the archive, its `size`, and where its entry begins there (`start`): an archive
    that was broken off goes on from these. `sha256` and `crc` are those of the bytes that were packed.
    """

    __tablename__ = "recording_export_parts"

    export_id: Mapped[int] = mapped_column(
        RowId, ForeignKey("recording_exports.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    place: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    recording_id: Mapped[int] = mapped_column(RowId)
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    name: Mapped[str] = mapped_column(String(255), default="")
    sha256: Mapped[str] = mapped_column(String(64), default="")
    size: Mapped[int] = mapped_column(RowId, default=0)
    crc: Mapped[int] = mapped_column(RowId, default=0)
    start: Mapped[int] = mapped_column(RowId, default=0)
