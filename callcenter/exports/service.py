"""Exports for people: which there are, and their files; cancelled, deleted, expired."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.exc import DBAPIError

from callcenter.accounts.scope import Scope
from callcenter.accounts.scoped import call_in_scope
from callcenter.accounts.service import Account
from callcenter.errors import Conflict, NotAllowed, NotFound
from callcenter.exports.choosing import Context, sealed_file_of
from callcenter.exports.ending import end_exports, remove_archives
from callcenter.exports.packing import play_of
from callcenter.exports.rules import UNDER_WAY, ExportState, PartState
from callcenter.exports.tables import ExportPart, RecordingExport
from callcenter.looking import looking
from callcenter.recordings.accesses import Listener, note_taken
from callcenter.recordings.keys import copy_keys, wrapped_key
from callcenter.recordings.sealing import sealed_name
from callcenter.recordings.storing import Readable
from callcenter.store.batches import in_batches
from callcenter.store.tables import recording_files

log = logging.getLogger(__name__)

HOUR = 3
"""When files that expired are deleted, on the centre's clock: nobody talks."""

NOTED_AT_ONCE = 1_000


async def exports(context: Context, account: Account, *, limit: int) -> list[dict[str, Any]]:
    """The latest exports that the account sees, newest first (docs/api.md)."""
    newest = select(RecordingExport).where(_is_seen(account)).order_by(RecordingExport.id.desc()).limit(limit)
    async with context.sessions() as session:
        return [_told(row) for row in (await session.scalars(newest)).all()]


def _is_seen(account: Account) -> ColumnElement[bool]:
    """Of a limited scope one's own: what others asked for, and why, may be of any team."""
    return true() if account.scope.is_everything else RecordingExport.user_id == account.id


async def check_seen(context: Context, export_id: int, account: Account) -> None:
    """Raises NotFound for an export that the account does not see."""
    async with context.sessions() as session:
        seen = await session.scalar(
            select(RecordingExport.id).where(RecordingExport.id == export_id, _is_seen(account))
        )
    if seen is None:
        raise NotFound(f"there is no export {export_id}")


async def check_inside(context: Context, export_id: int, scope: Scope) -> None:
    """Raises NotAllowed where it holds a call outside the scope, which was a wider one when it was asked for."""
    if scope.is_everything:
        return
    files = recording_files.c
    outside = (
        select(ExportPart.recording_id)
        .join(recording_files, files.id == ExportPart.recording_id)
        .where(ExportPart.export_id == export_id, ~call_in_scope(scope, files.pbx, files.call_id))
    )
    async with context.sessions() as session:
        if await session.scalar(outside.limit(1)) is not None:
            raise NotAllowed("this export holds calls that your account does not see any more; ask for a new one")


async def tell_export(context: Context, export_id: int) -> dict[str, Any]:
    """One export. Raises NotFound."""
    return _told(await _one(context, export_id))


async def _one(context: Context, export_id: int) -> RecordingExport:
    async with context.sessions() as session:
        row = await session.get(RecordingExport, export_id)
    if row is None:
        raise NotFound(f"there is no export {export_id}")
    return row


def _told(row: RecordingExport) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": row.state,
        "search": row.search,
        "reason": row.reason,
        "by": row.username,
        "asked_at": row.asked_at,
        "ended_at": row.ended_at,
        "expires_at": row.expires_at,
        "ended_by": row.ended_by,
        "calls": row.calls,
        "recordings": row.recordings,
        "packed": row.packed,
        "left_out": row.left_out,
        "expected_bytes": row.expected_bytes,
        "bytes": row.bytes,
        "detail": row.detail,
        "is_masked": row.is_masked,
    }


async def take_export(
    context: Context, export_id: int, listener: Listener, *, sees_numbers: bool = True
) -> Path | Readable:
    """The file, once it is written down of every recording in it that it was downloaded.

    Raises NotFound, NotAllowed for a file with numbers that one does not see; KeyIsMissing and Damaged where it is
    encrypted.
    """
    row = await _one(context, export_id)
    if not (row.is_masked or sees_numbers):
        raise NotAllowed("this export tells numbers that are masked for your role; ask for one of your own")
    is_over = row.expires_at is None or row.expires_at <= context.now()
    file = None if row.state != ExportState.DONE or is_over else await _file(context, export_id)
    if file is None:
        raise NotFound(f"export {export_id} has no file to download: it is not done, was deleted, or has expired")
    part = ExportPart
    packed = select(part.recording_id).where(part.export_id == row.id, part.state == PartState.PACKED)
    async with context.sessions.begin() as session:
        taken = (await session.scalars(packed.order_by(part.place))).all()
        for some in in_batches(taken, NOTED_AT_ONCE):
            await note_taken(session, listener, some, "downloaded", play_of(row.id))
    return file


async def _file(context: Context, export_id: int) -> Path | Readable | None:
    name = sealed_file_of(context.folder, export_id).name
    async with context.sessions() as session:
        wrapped = await wrapped_key(session, name)
    kept = name if wrapped else context.file(export_id).name
    return await asyncio.to_thread(context.library.open_beside, context.folder, kept, wrapped)


async def cancel_export(context: Context, export_id: int, by: str) -> None:
    """Has an export end without a file. Raises NotFound, Conflict where it has ended."""
    await _end(context, export_id, UNDER_WAY, ExportState.CANCELLED, by)


async def delete_export(context: Context, export_id: int, by: str) -> None:
    """Deletes the file of an export. Raises NotFound, Conflict where it has none."""
    await _end(context, export_id, (ExportState.DONE,), ExportState.DELETED, by)
    await remove_archives(context.folder, [export_id])


async def _end(context: Context, export_id: int, was: Sequence[ExportState], becomes: ExportState, by: str) -> None:
    async with context.sessions.begin() as session:
        is_ended = await end_exports(session, [export_id], was, becomes, by=by, now=context.now())
    if not is_ended:
        found = await _one(context, export_id)
        raise Conflict(f"export {export_id} is {found.state}")


async def expire(context: Context) -> int:
    """Deletes the files whose time is over, and those that belong to no export; how many expired."""
    row = RecordingExport
    is_over = (row.state == ExportState.DONE) & (row.expires_at <= context.now())
    async with context.sessions.begin() as session:
        ids = (await session.scalars(select(row.id).where(is_over))).all()
        await end_exports(session, ids, (ExportState.DONE,), ExportState.EXPIRED, now=context.now())
    await sweep(context)
    return len(ids)


async def sweep(context: Context) -> None:
    """Removes every file that no export has (any more): a stop may have come before it was removed."""
    row = RecordingExport
    having = select(row.id).where(row.state.in_((*UNDER_WAY, ExportState.DONE)))
    there = await asyncio.to_thread(lambda: sorted(context.folder.glob("export-*.zip*")))
    async with context.sessions() as session:
        plain = {file.name: file for file in map(context.file, await session.scalars(having))}
        keys = await copy_keys(session, list(plain))
    # What is encrypted has its key, and no other file any more.
    kept = {context.folder / sealed_name(name) if sealed_name(name) in keys else file for name, file in plain.items()}
    await asyncio.to_thread(_unlink, [file for file in there if file not in kept])


def _unlink(files: Sequence[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)


@asynccontextmanager
async def expiring(context: Context) -> AsyncIterator[None]:
    """Deletes each night what has expired, during the block; at its beginning what a stop left."""

    async def run() -> None:
        try:
            if count := await expire(context):
                log.info("Exports expired and were deleted: %d", count)
        except (DBAPIError, OSError):
            log.warning("Exports that expired could not be deleted; trying again next night", exc_info=True)

    await run()
    async with looking(run, zone=context.zone, hour=HOUR):
        yield
