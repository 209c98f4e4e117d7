"""Recordings at work: each is measured once when its call is over, shown with its call, and opened to be heard."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import and_, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from callcenter.errors import Conflict, NotFound
from callcenter.floor.events import CallId, Instant, PbxName, Seconds
from callcenter.floor.facts import AnyFact, CallRecord, Conversation, RecordingFile
from callcenter.recordings.audio import Layout, NotAudio, Side, find_audio, is_audible, playable, read_layout
from callcenter.recordings.linking import conversation_of
from callcenter.recordings.tables import RecordingAudio
from callcenter.store.engine import Sessions
from callcenter.store.tables import calls, fact_of, recording_files

log = logging.getLogger(__name__)

State = Literal["ready", "writing", "missing"]

SETTLED_SECONDS: Seconds = 10.0
"""A file whose header is not completed is cut, not being written, when nothing was added for so long: MixMonitor writes
32 KiB at a time, which is 2 s of sound."""
LATE_SECONDS: Seconds = 30.0
"""A file that is not there so long after the recording ended is missing."""
CALL_LOST_SECONDS: Seconds = 3600.0
"""A recording whose call left no record is measured so long after its end."""
RETRY_SECONDS: Seconds = 1.0
BATCH = 100
WORKERS = 2


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a look at the file says at this moment; `size` in bytes, of the mix."""

    state: State
    duration_seconds: Seconds = 0.0
    size: int = 0
    has_audio: bool = False
    has_customer_leg: bool = False
    has_agent_leg: bool = False


@dataclass(frozen=True)
class Library:
    """Where audio is: each PBX's recordings as this machine sees them; `copies` for files that need mending to be played."""

    folders: Mapping[PbxName, Path]
    copies: Path
    clock: Callable[[], Instant] = time.time

    def find(self, file: RecordingFile, side: Side = "mix") -> Path | None:
        """The file of one side of a recording, if it is there."""
        folder = self.folders.get(file.pbx)
        return find_audio(folder, file.path, side) if folder is not None else None

    def measure(self, file: RecordingFile) -> Measured:
        """Looks at the file, which takes a while for a long one: for threads."""
        path = self.find(file)
        if path is None:
            is_late = self.clock() - file.ended_at > LATE_SECONDS
            return Measured(state="missing" if is_late else "writing")
        try:
            return self._measure(file, path)
        except OSError:
            return Measured(state="missing")

    def _measure(self, file: RecordingFile, path: Path) -> Measured:
        status = path.stat()
        is_settled = self.clock() - status.st_mtime > SETTLED_SECONDS
        layout = _layout_or_none(path)
        if not is_settled and (layout is None or layout.is_cut or not layout.data_bytes):
            return Measured(state="writing", size=status.st_size)
        return Measured(
            state="ready",
            duration_seconds=layout.duration_seconds if layout else 0.0,
            size=status.st_size,
            has_audio=layout is not None and is_audible(path, layout),
            has_customer_leg=self.find(file, "customer") is not None,
            has_agent_leg=self.find(file, "agent") is not None,
        )


def _layout_or_none(path: Path) -> Layout | None:
    try:
        return read_layout(path)
    except NotAudio as reason:
        log.info("The recording %s cannot be read: %s", path.name, reason)
        return None


class Measurer:
    """Measures each recording once, when its call is over, and again as long as its file is still being written."""

    def __init__(self, sessions: Sessions, library: Library) -> None:
        self._sessions = sessions
        self._library = library
        self._wake = asyncio.Event()
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="audio")
        self._task: asyncio.Task[None] | None = None

    def on_facts(self, facts: Sequence[AnyFact]) -> None:
        """Hears of facts that are in the database (the recorder's `after_write`); only wakes the measuring."""
        if any(isinstance(fact, RecordingFile | CallRecord) for fact in facts):
            self._wake.set()

    def start(self) -> None:
        """Begins, with what was left unmeasured when the server stopped."""
        self._wake.set()
        self._task = asyncio.create_task(self._run(), name="measurer")

    async def close(self) -> None:
        """Stops after the files at hand."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)

    async def measure_due(self) -> int:
        """Measures what is due; gives how many must be looked at again, since they are still being written."""
        due = await self._due()
        loop = asyncio.get_running_loop()
        looks = [loop.run_in_executor(self._pool, self._library.measure, file) for _id, file in due]
        measured = await asyncio.gather(*looks)
        done = [(id_, found) for (id_, _), found in zip(due, measured, strict=True) if found.state != "writing"]
        if done:
            await self._keep(done)
        return BATCH if len(due) == BATCH else len(due) - len(done)

    async def _run(self) -> None:
        again = 0
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), RETRY_SECONDS if again else None)
            self._wake.clear()
            try:
                again = await self.measure_due()
            except Exception as error:  # noqa: BLE001 - the database may be away; what is due stays due
                log.warning("Recordings could not be measured: %s", type(error).__name__)
                again = 1

    async def _due(self) -> list[tuple[int, RecordingFile]]:
        over = select(calls.c.id).where(
            calls.c.pbx == recording_files.c.pbx, calls.c.call_id == recording_files.c.call_id
        )
        lost = recording_files.c.ended_at < self._library.clock() - CALL_LOST_SECONDS
        unmeasured = (
            select(recording_files)
            .outerjoin(RecordingAudio, RecordingAudio.recording_id == recording_files.c.id)
            .where(and_(RecordingAudio.recording_id.is_(None), or_(over.exists(), lost)))
            .order_by(recording_files.c.began_at)
            .limit(BATCH)
        )
        async with self._sessions() as session:
            rows = (await session.execute(unmeasured)).mappings().all()
        return [(row["id"], fact_of(RecordingFile, row)) for row in rows]

    async def _keep(self, done: Sequence[tuple[int, Measured]]) -> None:
        checked_at = self._library.clock()
        rows = [{"recording_id": id_, "checked_at": checked_at, **vars(found)} for id_, found in done]
        async with self._sessions.begin() as session:
            dialect = session.get_bind().dialect.name
            insert = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(RecordingAudio)
            await session.execute(insert.on_conflict_do_nothing(), rows)


async def recordings_of(
    sessions: Sessions, library: Library, pbx: PbxName, call_id: CallId, conversations: Sequence[Conversation]
) -> list[dict[str, Any]]:
    """The recordings of a call in the shape of docs/api.md. One that is not measured yet, or was missing, is looked at now."""
    of_call = (
        select(recording_files, RecordingAudio)
        .outerjoin(RecordingAudio, RecordingAudio.recording_id == recording_files.c.id)
        .where(recording_files.c.pbx == pbx, recording_files.c.call_id == call_id)
        .order_by(recording_files.c.began_at, recording_files.c.id)
    )
    async with sessions() as session:
        rows = (await session.execute(of_call)).mappings().all()
    shapes = []
    for row in rows:
        file, kept = fact_of(RecordingFile, row), row["RecordingAudio"]
        if kept is None or kept.state != "ready":
            kept = await asyncio.to_thread(library.measure, file)
        shapes.append(_shape(row["id"], file, kept, conversation_of(file, conversations)))
    return shapes


async def open_recording(sessions: Sessions, library: Library, recording_id: int, side: Side) -> Path:
    """The file to be played. Raises NotFound; Conflict while it is still being written."""
    async with sessions() as session:
        row = (await session.execute(select(recording_files).where(recording_files.c.id == recording_id))).mappings()
        found = row.one_or_none()
    if found is None:
        raise NotFound(f"there is no recording {recording_id}")
    return await asyncio.to_thread(_open, library, recording_id, fact_of(RecordingFile, found), side)


def _open(library: Library, recording_id: int, file: RecordingFile, side: Side) -> Path:
    path = library.find(file, side)
    if path is None:
        raise NotFound(f"the {side} of recording {recording_id} is not where the recordings of {file.pbx} are")
    try:
        if library.measure(file).state == "writing":
            raise Conflict(f"recording {recording_id} is still being written")
        return playable(path, library.copies / f"{recording_id}-{side}.wav")
    except (NotAudio, OSError) as error:
        raise NotFound(f"the {side} of recording {recording_id} cannot be played: {error}") from error


def _shape(
    recording_id: int, file: RecordingFile, found: Measured | RecordingAudio, of: Conversation | None
) -> dict[str, Any]:
    legs = [("customer", found.has_customer_leg), ("agent", found.has_agent_leg)]
    return {
        "id": recording_id,
        "began_at": file.began_at,
        "duration_seconds": found.duration_seconds,
        "size": found.size,
        "has_audio": found.has_audio,
        "state": found.state,
        "legs": [{"side": side} for side, is_there in legs if is_there],
        "conversation": {"leg_id": of.leg_id, "part": of.part} if of else None,
    }
