"""The PBX's files go once their copy is proved, where the settings do not keep them.

Of a copy that was proved nothing is lost with them: it is read back whole, and the PBX's file is still what was heard.
Each is marked `going` before the first file goes, so that a run that broke off is completed, and a disk that is away
is told from files that were removed.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from pathlib import Path

from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.errors import CallCenterError
from callcenter.floor.facts import RecordingFile
from callcenter.floor.terms import Seconds
from callcenter.recordings.audio import Side
from callcenter.recordings.keys import copy_keys
from callcenter.recordings.library import Library, sha256_of
from callcenter.recordings.masters import Wrapped
from callcenter.recordings.riff import NotAudio
from callcenter.recordings.rules import ORIGINAL
from callcenter.recordings.sound import open_sound
from callcenter.recordings.storing import FolderStore, KeptFile, fetched
from callcenter.recordings.tables import RecordingAudio, RecordingDeletion, RecordingSound
from callcenter.retention.deleting import remove
from callcenter.retention.holds import held_among, lock_call
from callcenter.store.engine import Sessions
from callcenter.store.tables import fact_of, recording_files

log = logging.getLogger(__name__)

BATCH = 100
SIDES: tuple[Side, ...] = ("agent", "customer", "mix")
TOLERANCE_SECONDS: Seconds = 0.5
"""A codec adds some hundredths of a second at the edges."""
FRAMES = 1 << 16

IsWanted = Callable[[AsyncSession, Collection[int]], Awaitable[Collection[int]]]
"""Which of these recordings somebody else still needs as the PBX wrote them."""


class Original(Struct, frozen=True):
    """A recording whose PBX's files are still kept; what was heard of them, and its copy."""

    recording_id: int
    file: RecordingFile
    is_going: bool
    sha256: str
    seconds: Seconds
    copy: str
    keys: dict[str, Wrapped]


async def remove_originals(sessions: Sessions, library: Library, is_wanted: IsWanted) -> int:
    """Removes the PBX's files of every recording that may be without them; of how many.

    What cannot be proved or removed now is logged and stays. Raises OSError where the PBX's folder cannot be written.
    """
    count = 0
    async for one in _each(sessions):
        try:
            if await asyncio.to_thread(_is_proved, library, one):
                count += await _remove(sessions, library, one, is_wanted)
        except CallCenterError as error:
            log.warning("The PBX's file of recording %d stays: %s", one.recording_id, error.message)
    return count


async def _each(sessions: Sessions) -> AsyncIterator[Original]:
    audio, sound, after = RecordingAudio, RecordingSound, 0
    while True:
        batch = (
            select(recording_files, audio.original, sound.sha256, sound.duration_seconds, sound.copy)
            .join(audio, audio.recording_id == recording_files.c.id)
            .join(sound, sound.recording_id == recording_files.c.id)
            .where(audio.state == "ready", audio.original != "gone", sound.copy != "", sound.failure == "")
            .where(recording_files.c.id > after)
            .order_by(recording_files.c.id)
            .limit(BATCH)
        )
        async with sessions() as session:
            rows = (await session.execute(batch)).mappings().all()
            keys = await copy_keys(session, [row["copy"] for row in rows])
        for row in rows:
            yield Original(
                recording_id=row["id"],
                file=fact_of(RecordingFile, row),
                is_going=row["original"] == "going",
                sha256=row["sha256"],
                seconds=row["duration_seconds"],
                copy=row["copy"],
                keys=keys,
            )
        if len(rows) < BATCH:
            return
        after = rows[-1]["id"]


def _files(library: Library, file: RecordingFile) -> list[Path]:
    """The PBX's files that are there, that of both sides last."""
    return [path for path in (library.find(file, side) for side in SIDES) if path is not None]


def _is_proved(library: Library, one: Original) -> bool:
    """Whether the copy sounds to its end, and the PBX's file is what it was made of. Raises as `open_copy` does."""
    mix = library.find(one.file)
    if mix is None:  # removed before a break, unless its disk is away
        return one.is_going and library.folders[one.file.pbx].is_dir()
    if sha256_of(mix) != one.sha256:
        return False
    copy = library.open_copy(one.copy, one.keys)
    try:
        if copy is None:
            return False
        if isinstance(copy.sound, Path):
            seconds = _seconds_of(copy.sound)
        else:
            # Among the parts of copies: those that a break leaves are removed at the next start.
            with fetched(copy.sound, library.stored / "proved") as path:
                seconds = _seconds_of(path)
    except NotAudio:
        return False
    return abs(seconds - one.seconds) <= TOLERANCE_SECONDS


def _seconds_of(path: Path) -> Seconds:
    with open_sound(path) as sound:
        return sum(len(block) for block in sound.blocks(FRAMES)) / sound.rate


async def _remove(sessions: Sessions, library: Library, one: Original, is_wanted: IsWanted) -> bool:
    """Marks it, then removes the files and writes it down; False: it is held, packed, or was deleted meanwhile."""
    for step in (_mark, _finish):
        async with sessions.begin() as session:
            await lock_call(session, one.file.pbx, one.file.call_id)
            if not await _may_go(session, one, is_wanted):
                return False
            await step(session, library, one)
    return True


async def _may_go(session: AsyncSession, one: Original, is_wanted: IsWanted) -> bool:
    if await held_among(session, [(one.file.pbx, one.file.call_id)]) or await is_wanted(session, [one.recording_id]):
        return False
    audio = await session.get(RecordingAudio, one.recording_id, populate_existing=True)
    sound = await session.get(RecordingSound, one.recording_id, populate_existing=True)
    return audio is not None and audio.state == "ready" and sound is not None and sound.copy == one.copy


async def _mark(session: AsyncSession, _library: Library, one: Original) -> None:
    await _set(session, one, original="going")


async def _finish(session: AsyncSession, library: Library, one: Original) -> None:
    files = await asyncio.to_thread(_kept_files, library, one.file)
    await asyncio.to_thread(remove, files)
    session.add(
        RecordingDeletion(
            recording_id=one.recording_id, pbx=one.file.pbx, call_id=one.file.call_id, at=library.clock(),
            how="nightly", rule_scope=ORIGINAL, rule_subject="", rule_days=0, files=len(files),
            bytes=sum(file.size for file in files), sha256=one.sha256,
        )
    )  # fmt: skip
    await _set(session, one, original="gone", has_customer_leg=False, has_agent_leg=False)


def _kept_files(library: Library, file: RecordingFile) -> Sequence[KeptFile]:
    return [KeptFile(FolderStore(path.parent), path.name, path.stat().st_size) for path in _files(library, file)]


async def _set(session: AsyncSession, one: Original, **values: object) -> None:
    await session.execute(
        update(RecordingAudio).where(RecordingAudio.recording_id == one.recording_id).values(**values)
    )
