"""Packs exports in the background, one after another; one that a stop broke off goes on where it was.

Recordings are packed some at a time: the disk remembers them, then the database, which is the truth about what the
archive holds. What stands behind that in the file is cut off when it goes on.
"""

import asyncio
import errno
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ParamSpec, TypeVar

from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from callcenter.errors import Damaged, StoreAway
from callcenter.exports.archive import Archive, Broken, Entry, Unreadable, entry_date
from callcenter.exports.choosing import Context, sealed_file_of
from callcenter.exports.contents import Content, Sound, contents_of, sound_of
from callcenter.exports.ending import remove_archives
from callcenter.exports.index import index_files
from callcenter.exports.rules import SPARED_BYTES, UNDER_WAY, ExportState, PartState, entry_name
from callcenter.exports.tables import ExportPart, RecordingExport
from callcenter.looking import woken
from callcenter.recordings.accesses import Listener, note_taken
from callcenter.recordings.copying import PART
from callcenter.recordings.keys import key_row
from callcenter.recordings.sealing import new_key, seal_file
from callcenter.recordings.storing import Readable, settle
from callcenter.store.batches import in_batches

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

BATCH = 50
BATCH_BYTES = 64 * 1024**2
"""After so many recordings, or bytes, it is written down how far an export is, and asked whether it is cancelled."""

PARTS_AT_ONCE = 200
CONTENTS_AT_ONCE = 100
"""So few rows are read at once that the loop is not held up by them."""
RETRY_SECONDS = 30.0
FULL = (errno.ENOSPC, errno.EDQUOT)
NO_ROOM = "The server's disk is full. Delete older exports, or take fewer calls, and ask again."
FAULT = "The server failed; its log says why."


class Packed(Struct, frozen=True):
    """What became of a part."""

    place: int
    state: PartState
    entry: Entry | None = None


class Cancelled(Exception):
    """Somebody cancelled the export meanwhile."""


class NoRoomLeft(Exception):
    """The disk has no room for what comes next and what the server needs itself."""


def play_of(export_id: int) -> str:
    """The word by which the log of accesses knows an export."""
    return f"export-{export_id}"


class Packer:
    """Packs what waits. `run` is its task; what is under way when that is cancelled goes on at the next start."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """An export was asked for."""
        self._wake.set()

    async def run(self) -> None:
        """Packs until it is cancelled, first what was under way at the last stop; the file at hand to its end."""
        self._wake.set()
        wait: float | None = None
        while True:
            await woken(self._wake, wait)
            try:
                while await self.pack_next():
                    pass
                wait = None
            except (OSError, DBAPIError, StoreAway) as error:  # what is under way stays so
                log.warning("Exports cannot be packed: %s", type(error).__name__)
                wait = RETRY_SECONDS

    async def pack_next(self) -> bool:
        """Packs the earliest export that waits or was broken off; whether there was one."""
        earliest = select(RecordingExport).where(RecordingExport.state.in_(UNDER_WAY)).order_by(RecordingExport.id)
        begun = update(RecordingExport).where(RecordingExport.state == ExportState.WAITING)
        async with self._context.sessions.begin() as session:
            export = await session.scalar(earliest.limit(1))
            if export is None:
                return False
            await session.execute(begun.where(RecordingExport.id == export.id).values(state=ExportState.RUNNING))
        await self._pack(export)
        return True

    async def _pack(self, export: RecordingExport) -> None:
        try:
            await self._fill(export)
        except Cancelled:
            await remove_archives(self._context.folder, [export.id])
        except NoRoomLeft:
            await self._fail(export.id, NO_ROOM)
        except DiskFailed as error:
            log.warning("Export %d has failed: %s", export.id, error)
            await self._fail(export.id, NO_ROOM if error.number in FULL else f"The server's disk failed: {error}")
        except (OSError, DBAPIError, StoreAway):
            raise
        except Exception:
            log.exception("Export %d has failed", export.id)
            await self._fail(export.id, FAULT)

    async def _fail(self, export_id: int, detail: str) -> None:
        """Says why, once nothing of it is left on the disk."""
        await remove_archives(self._context.folder, [export_id])
        failed = update(RecordingExport).where(RecordingExport.id == export_id, RecordingExport.state.in_(UNDER_WAY))
        values = {"state": ExportState.FAILED, "detail": detail, "ended_at": self._context.now(), "bytes": 0}
        async with self._context.sessions.begin() as session:
            await session.execute(failed.values(**values))

    # --- one export ---------------------------------------------------------------------------------------------

    async def _fill(self, export: RecordingExport) -> None:
        archive = await self._opened(export.id)
        try:
            while parts := await self._waiting(export.id):
                contents = await contents_of(self._context.sessions, [part.recording_id for part in parts])
                done = await _to_its_end(_pack_some, self._context, archive, parts, contents)
                await self._write_down(export, archive, parts, done)
            size = await self._finish(export, archive)
        finally:
            await _to_its_end(archive.__exit__, None, None, None)
        key = await self._sealed(export.id) if self._context.library.masters.keys else b""
        await self._done(export.id, size, key)
        if key:
            await asyncio.to_thread(self._context.file(export.id).unlink, missing_ok=True)

    async def _sealed(self, export_id: int) -> bytes:
        """Encrypts the archive into another file; the key of that."""
        key, context = new_key(), self._context
        await _to_its_end(_seal, context, context.file(export_id), sealed_file_of(context.folder, export_id), key)
        return key

    async def _opened(self, export_id: int) -> Archive:
        """The archive with what it holds already; from the beginning where that is lost."""
        path, packed = self._context.file(export_id), await self._parts(export_id, PartState.PACKED)
        contents = await self._contents([part.recording_id for part in packed])
        entries = [_entry(part, contents[part.recording_id], self._context) for part in packed]
        try:
            return await _to_its_end(Archive, path, entries)
        except Broken:
            log.warning("The file of export %d is not whole: it is packed again", export_id)
        again = update(ExportPart).where(ExportPart.export_id == export_id).values(state=PartState.WAITING)
        afresh = update(RecordingExport).where(RecordingExport.id == export_id).values(packed=0, left_out=0, bytes=0)
        async with self._context.sessions.begin() as session:
            await session.execute(again)
            await session.execute(afresh)
        return await _to_its_end(Archive, path)

    async def _waiting(self, export_id: int) -> Sequence[ExportPart]:
        return await self._some(export_id, PartState.WAITING, -1, BATCH)

    async def _parts(self, export_id: int, state: PartState | None = None) -> Sequence[ExportPart]:
        """All of them, read some at a time: ten thousand at once would hold up the loop for a tenth of a second."""
        parts = list[ExportPart]()
        while some := await self._some(export_id, state, parts[-1].place if parts else -1, PARTS_AT_ONCE):
            parts += some
        return parts

    async def _some(self, export_id: int, state: PartState | None, after: int, most: int) -> Sequence[ExportPart]:
        query = select(ExportPart).where(ExportPart.export_id == export_id, ExportPart.place > after)
        if state is not None:
            query = query.where(ExportPart.state == state)
        async with self._context.sessions() as session:
            return (await session.scalars(query.order_by(ExportPart.place).limit(most))).all()

    async def _contents(self, recording_ids: Sequence[int]) -> dict[int, Content]:
        found: dict[int, Content] = {}
        for some in in_batches(recording_ids, CONTENTS_AT_ONCE):
            found |= await contents_of(self._context.sessions, some)
        return found

    async def _write_down(
        self, export: RecordingExport, archive: Archive, parts: Sequence[ExportPart], done: Sequence[Packed]
    ) -> None:
        """Notes what is in the archive, and that it was taken. Raises Cancelled."""
        count = sum(one.entry is not None for one in done)
        further = {
            "packed": RecordingExport.packed + count,
            "left_out": RecordingExport.left_out + len(done) - count,
            "bytes": archive.size,
        }
        is_wanted = (RecordingExport.id == export.id) & (RecordingExport.state == ExportState.RUNNING)
        numbers = {part.place: part.recording_id for part in parts}
        taken = [numbers[one.place] for one in done if one.entry is not None]
        async with self._context.sessions.begin() as session:
            noted = update(RecordingExport).where(is_wanted).values(**further).returning(RecordingExport.id)
            if await session.scalar(noted) is None:
                raise Cancelled
            await session.execute(update(ExportPart), [_row(export.id, one) for one in done])
            await note_taken(session, self._asker(export), taken, "exported", play_of(export.id))

    def _asker(self, export: RecordingExport) -> Listener:
        return Listener(
            user_id=export.user_id,
            username=export.username,
            key_id=export.key_id,
            address=export.address,
            at=self._context.now(),
        )

    async def _finish(self, export: RecordingExport, archive: Archive) -> int:
        parts = await self._parts(export.id)
        contents = await self._contents([part.recording_id for part in parts])
        return await _to_its_end(_finish, archive, export, parts, contents, self._context)

    async def _done(self, export_id: int, size: int, key: bytes) -> None:
        now = self._context.now()
        is_wanted = (RecordingExport.id == export_id) & (RecordingExport.state == ExportState.RUNNING)
        values = {
            "state": ExportState.DONE,
            "ended_at": now,
            "expires_at": now + self._context.kept_seconds,
            "bytes": size,
        }
        async with self._context.sessions.begin() as session:
            noted = update(RecordingExport).where(is_wanted).values(**values).returning(RecordingExport.id)
            if await session.scalar(noted) is None:
                raise Cancelled
            if key:
                name = sealed_file_of(self._context.folder, export_id).name
                await session.merge(key_row(name, self._context.library.masters.wrap(key, name)))


class DiskFailed(Exception):
    """The disk of the archive failed; `number` is the system's number of the error."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error.strerror or type(error).__name__)
        self.number = error.errno


async def _to_its_end(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs it in a thread, which is waited for even when this is cancelled: a file is not closed under its writer.

    Raises DiskFailed for an OSError of the work: one of the database says something else.
    """
    thread = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(thread)
    except asyncio.CancelledError:
        await asyncio.wait([thread])
        raise
    except OSError as error:
        raise DiskFailed(error) from error


# --- in a thread ------------------------------------------------------------------------------------------------


def _pack_some(
    context: Context, archive: Archive, parts: Sequence[ExportPart], contents: dict[int, Content]
) -> list[Packed]:
    """Adds as many as are packed at once. Raises NoRoomLeft before the disk is full, OSError."""
    done, size = [], archive.size
    for part in parts:
        done.append(_pack_one(context, archive, part, contents.get(part.recording_id)))
        if archive.size - size >= BATCH_BYTES:
            break
    archive.keep()
    return done


def _pack_one(context: Context, archive: Archive, part: ExportPart, content: Content | None) -> Packed:
    if content is None:
        return Packed(part.place, PartState.MISSING)
    sound = sound_of(context.library, content)
    if isinstance(sound, PartState):
        return Packed(part.place, sound)
    name = _name(content, sound, context)
    try:
        size = _size(sound.file)
        if context.free(context.folder) < size + SPARED_BYTES:
            raise NoRoomLeft
        return Packed(
            part.place, PartState.PACKED, archive.add(name, sound.file, entry_date(content.began_at, context.zone))
        )
    except Unreadable as error:
        log.info("Recording %d is left out of an export: %s", content.recording_id, error)
        return Packed(part.place, PartState.UNREADABLE)


def _size(file: Path | Readable) -> int:
    try:
        return file.stat().st_size if isinstance(file, Path) else file.found.size
    except OSError as error:
        raise Unreadable(error.strerror) from error
    except Damaged as error:
        raise Unreadable(error.message) from error


def _name(content: Content, sound: Sound, context: Context) -> str:
    words = (content.queue, *content.agent, str(content.file.call_id))
    return entry_name(content.began_at, context.zone, words, content.recording_id, sound.ending)


def _entry(part: ExportPart, content: Content, context: Context) -> Entry:
    date = entry_date(content.began_at, context.zone)
    return Entry(part.name, date, part.start, part.size, part.crc, part.sha256)


def _row(export_id: int, one: Packed) -> dict[str, object]:
    entry = one.entry or Entry("", (1980, 1, 1, 0, 0, 0), 0, 0, 0, "")
    told = {"name": entry.name, "sha256": entry.sha256, "size": entry.size, "crc": entry.crc, "start": entry.start}
    return {"export_id": export_id, "place": one.place, "state": one.state, **told}


def _seal(context: Context, plain: Path, sealed: Path, key: bytes) -> None:
    """Encrypts the archive beside itself, whole or not at all. Raises NoRoomLeft, OSError."""
    if context.free(context.folder) < plain.stat().st_size + SPARED_BYTES:
        raise NoRoomLeft
    made = sealed.with_name(f"{sealed.name}{PART}")
    made.unlink(missing_ok=True)
    seal_file(plain, made, key)
    made.replace(sealed)
    settle([sealed.parent])


def _finish(
    archive: Archive,
    export: RecordingExport,
    parts: Sequence[ExportPart],
    contents: dict[int, Content],
    context: Context,
) -> int:
    return archive.finish(index_files(export, parts, contents, context.zone))
