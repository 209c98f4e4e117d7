"""Exports that hold audio which may not be kept any longer."""

import asyncio
from collections.abc import Collection
from pathlib import Path

from sqlalchemy import case, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.exports.choosing import file_of
from callcenter.exports.rules import UNDER_WAY, ExportState
from callcenter.exports.tables import ExportPart, RecordingExport
from callcenter.floor.terms import Instant
from callcenter.store.batches import in_batches
from callcenter.store.engine import Sessions

IDS_AT_ONCE = 500


async def exports_holding(session: AsyncSession, recording_ids: Collection[int]) -> list[int]:
    """The exports with a file, or under way, that hold one of these recordings or will."""
    row, found = RecordingExport, set[int]()
    kept = row.state.in_((*UNDER_WAY, ExportState.DONE))
    for some in in_batches(sorted(recording_ids), IDS_AT_ONCE):
        having = select(row.id).join(ExportPart, ExportPart.export_id == row.id)
        found.update(await session.scalars(having.where(kept, ExportPart.recording_id.in_(some))))
    return sorted(found)


async def withdraw_exports(
    sessions: Sessions, folder: Path, export_ids: Collection[int], *, by: str, now: Instant
) -> None:
    """Ends these exports and deletes their files: an archive is kept whole or not at all. Raises OSError."""
    row = RecordingExport
    is_under_way = row.state.in_(UNDER_WAY)
    async with sessions.begin() as session:
        ended = (
            update(row)
            .where(row.id.in_(export_ids))
            .values(
                state=case((is_under_way, ExportState.CANCELLED), else_=ExportState.DELETED),
                ended_at=case((is_under_way, now), else_=row.ended_at),
                ended_by=by,
                bytes=0,
            )
        )
        await session.execute(ended)
        await session.execute(delete(ExportPart).where(ExportPart.export_id.in_(export_ids)))
    for export_id in export_ids:
        await asyncio.to_thread(file_of(folder, export_id).unlink, missing_ok=True)
