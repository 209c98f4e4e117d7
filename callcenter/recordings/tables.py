"""What was measured of the audio files that recordings are."""

from sqlalchemy import Double, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.tables import Base, RowId


class RecordingAudio(Base):
    """One row a recording that was measured after its call: `state` is `ready`, or `missing` when no file was found.

    `size` is bytes. `has_audio` is False for a file in which nothing but silence was found.
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
