"""Exports end: cancelled, deleted, expired, or withdrawn since they hold audio which may not be kept any longer."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.exports.choosing import file_of, sealed_file_of
from callcenter.exports.rules import UNDER_WAY, ExportState
from callcenter.exports.tables import ExportPart, RecordingExport
from callcenter.floor.terms import Instant
from callcenter.recordings.tables import RecordingKey
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


async def being_packed(session: AsyncSession, recording_ids: Collection[int]) -> set[int]:
    """Which of these recordings an export under way holds, or will."""
    waiting = select(ExportPart.recording_id).join(RecordingExport, RecordingExport.id == ExportPart.export_id)
    return set(
        await session.scalars(
            waiting.where(RecordingExport.state.in_(UNDER_WAY), ExportPart.recording_id.in_(recording_ids))
        )
    )


async def end_exports(
    session: AsyncSession,
    export_ids: Collection[int],
    was: Sequence[ExportState],
    becomes: ExportState,
    *,
    now: Instant,
    by: str = "",
) -> Sequence[int]:
    """Ends those of these exports that are in one of the states `was`, in this transaction: their ids.

    `by` says who did it, if anybody. Their files are to be removed once this is written down.
    """
    row = RecordingExport
    values: dict[str, Any] = {"state": becomes, "bytes": 0}
    if by:
        values["ended_by"] = by
    if becomes == ExportState.CANCELLED:
        values["ended_at"] = now
    ending = update(row).where(row.id.in_(export_ids), row.state.in_(was)).values(**values).returning(row.id)
    ended = (await session.scalars(ending)).all()
    await session.execute(delete(ExportPart).where(ExportPart.export_id.in_(ended)))
    sealed = [sealed_file_of(Path(), export_id).name for export_id in ended]
    await session.execute(delete(RecordingKey).where(RecordingKey.name.in_(sealed)))
    return ended


async def remove_archives(folder: Path, export_ids: Iterable[int]) -> None:
    """Removes the files of exports that have ended. Raises OSError."""
    for export_id in export_ids:
        for file in (file_of(folder, export_id), sealed_file_of(folder, export_id)):
            await asyncio.to_thread(file.unlink, missing_ok=True)


async def withdraw_exports(
    sessions: Sessions, folder: Path, export_ids: Collection[int], *, by: str, now: Instant
) -> None:
    """Ends these exports and removes their files: an archive is kept whole or not at all. Raises OSError."""
    async with sessions.begin() as session:
        await end_exports(session, export_ids, UNDER_WAY, ExportState.CANCELLED, by=by, now=now)
        await end_exports(session, export_ids, (ExportState.DONE,), ExportState.DELETED, by=by, now=now)
    await remove_archives(folder, export_ids)
