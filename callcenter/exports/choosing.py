"""Which recordings an export packs: those of the calls that a search finds, written down when it is asked for."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import Select, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.calls.service import Beyond, Search, found_by
from callcenter.errors import BadInput, Conflict, NoRoom
from callcenter.exports.contents import GOING
from callcenter.exports.rules import SPARED_BYTES, UNDER_WAY, ExportState, checked_reason
from callcenter.exports.tables import ExportPart, RecordingExport
from callcenter.floor.terms import Instant, Seconds
from callcenter.recordings.accesses import Listener
from callcenter.recordings.library import Library
from callcenter.recordings.sealing import sealed_name
from callcenter.recordings.tables import RecordingAudio
from callcenter.reports.export import Language
from callcenter.store.batches import in_batches
from callcenter.store.engine import Sessions
from callcenter.store.tables import calls, recording_files

MOST_WAITING = 20
"""Exports that wait or run, of everybody together."""

PARTS_AT_ONCE = 2_000


def free_bytes(folder: Path) -> int:
    """The room on the disk of a folder, which may not be there yet."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return shutil.disk_usage(there).free


def file_of(folder: Path, export_id: int) -> Path:
    """Where an export is among the others, or will be."""
    return folder / f"export-{export_id}.zip"


def sealed_file_of(folder: Path, export_id: int) -> Path:
    """Where it is when it is encrypted; its key has the name of this file."""
    return folder / sealed_name(file_of(folder, export_id).name)


@dataclass(frozen=True)
class Context:
    """What exports need: `beyond` is what of a search the other rooms know; files go to `folder`."""

    sessions: Sessions
    library: Library
    beyond: Beyond
    folder: Path
    zone: ZoneInfo
    most_recordings: int = 10_000
    kept_seconds: Seconds = 7 * 86_400
    free: Callable[[Path], int] = free_bytes

    def now(self) -> Instant:
        """The present."""
        return self.library.clock()

    def file(self, export_id: int) -> Path:
        """Where an export is, or will be."""
        return file_of(self.folder, export_id)


class Found(Struct, frozen=True):
    """A recording of a call that was found; `size` (bytes), `seconds` and `state` as measured, 0 and "" before that."""

    recording_id: int
    call: int
    size: int
    seconds: Seconds
    state: str


class Estimate(Struct, frozen=True):
    """What a search would export: counted up to one recording more than may be, with those that are `deleted`, which
    stand in the index. `bytes` and `seconds` are those of the others."""

    calls: int
    recordings: int
    deleted: int
    bytes: int
    seconds: Seconds


@dataclass(frozen=True, kw_only=True)
class Order:
    """A wish for an export; `asked` is the search as it is told again, `is_masked`: its index tells no numbers."""

    search: Search
    asked: dict[str, Any]
    reason: str
    language: Language
    is_masked: bool = False


async def estimate(context: Context, search: Search) -> Estimate:
    """How much there is to export. Raises BadInput for a condition that is none."""
    async with context.sessions() as session:
        return _counted(await _found(session, context, search))


def _counted(found: Sequence[Found]) -> Estimate:
    there = [one for one in found if one.state not in GOING]
    return Estimate(
        calls=len({one.call for one in found}),
        recordings=len(found),
        deleted=len(found) - len(there),
        bytes=sum(one.size for one in there),
        seconds=sum(one.seconds for one in there),
    )


async def _found(session: AsyncSession, context: Context, search: Search) -> list[Found]:
    """What there is; one more than may be, if there are more."""
    wanted = await _recordings(session, context, search)
    if wanted is None:
        return []
    rows = await session.execute(wanted.limit(context.most_recordings + 1))
    return [Found(number, call, size or 0, seconds or 0.0, state or "") for number, call, size, seconds, state in rows]


async def _recordings(session: AsyncSession, context: Context, search: Search) -> Select[Any] | None:
    """The recordings of the calls found, in the order of their calls, from the earliest on; None: there can be none."""
    if search.has_recording is False:
        return None
    recorded = replace(search, has_recording=True)
    wanted = await found_by(session, recorded, await context.beyond(session, recorded))
    if wanted is None:
        return None
    # A table of its own: what a search asks of recordings must not be taken for those that are joined to it.
    calls_found = select(calls.c.id, calls.c.pbx, calls.c.call_id, calls.c.started_at).where(*wanted).subquery()
    found = calls_found.c
    files, audio = recording_files.c, RecordingAudio
    return (
        select(files.id, found.id, audio.size, audio.duration_seconds, audio.state)
        .select_from(recording_files)
        .join(calls_found, (files.pbx == found.pbx) & (files.call_id == found.call_id))
        .outerjoin(audio, audio.recording_id == files.id)
        .order_by(found.started_at, found.id, files.began_at, files.id)
    )


async def order_export(context: Context, order: Order, by: Listener) -> int:
    """Writes down an export and all it will hold; its number. Nothing that comes later is in it.

    Raises BadInput without a reason, for no recording or too many; NoRoom; Conflict where too many exports wait.
    """
    reason = checked_reason(order.reason)
    async with context.sessions.begin() as session:
        found = await _found(session, context, order.search)
        counted = _counted(found)
        await _check(session, context, counted)
        row = RecordingExport(
            state=ExportState.WAITING, search=order.asked, reason=reason, language=order.language,
            user_id=by.user_id, username=by.username, address=by.address[:64], key_id=by.key_id, asked_at=by.at,
            calls=counted.calls, recordings=counted.recordings, expected_bytes=counted.bytes, is_masked=order.is_masked,
        )  # fmt: skip
        session.add(row)
        await session.flush()
        parts = [
            {"export_id": row.id, "place": place, "recording_id": one.recording_id} for place, one in enumerate(found)
        ]
        for some in in_batches(parts, PARTS_AT_ONCE):
            await session.execute(insert(ExportPart), list(some))
        return row.id


async def _check(session: AsyncSession, context: Context, counted: Estimate) -> None:
    if counted.recordings <= counted.deleted:
        raise BadInput("no call found has a recording; search for others", field="search")
    if counted.recordings > context.most_recordings:
        raise BadInput(
            f"these are more than {context.most_recordings} recordings; take a shorter time or more filters",
            field="search",
        )
    # It is encrypted when it is whole, into another file.
    copies = 2 if context.library.masters.keys else 1
    if context.free(context.folder) < counted.bytes * copies + SPARED_BYTES:
        raise NoRoom("the server's disk has no room for this export; delete older exports, or take fewer calls")
    under_way = select(func.count()).where(RecordingExport.state.in_(UNDER_WAY))
    if (await session.scalar(under_way) or 0) >= MOST_WAITING:
        raise Conflict("too many exports wait already; cancel one, or wait until one is done")
