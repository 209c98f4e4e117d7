"""The keys of encrypted copies, as they are kept."""

from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.recordings.sealing import Wrapped
from callcenter.recordings.tables import RecordingKey


async def wrapped_key(session: AsyncSession, name: str) -> Wrapped | None:
    """The key of the file with this name; None: there is none (any more)."""
    row = await session.get(RecordingKey, name)
    return Wrapped(row.master, row.wrapped) if row else None


def key_row(recording_id: int, name: str, wrapped: Wrapped) -> RecordingKey:
    """The key of a file, to be kept."""
    return RecordingKey(name=name, recording_id=recording_id, master=wrapped.master, wrapped=wrapped.key)
