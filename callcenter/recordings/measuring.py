"""Each recording is measured once when its call is over."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import and_, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from callcenter.floor.events import Seconds
from callcenter.floor.facts import AnyFact, CallRecord, RecordingFile
from callcenter.recordings.library import Library, Measured
from callcenter.recordings.tables import RecordingAudio
from callcenter.store.engine import Sessions
from callcenter.store.tables import calls, fact_of, recording_files

log = logging.getLogger(__name__)

CALL_LOST_SECONDS: Seconds = 3600.0
"""A recording whose call left no record is measured so long after its end."""
RETRY_SECONDS: Seconds = 1.0
BATCH = 100
WORKERS = 2


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
                async with asyncio.timeout(RETRY_SECONDS if again else None):
                    await self._wake.wait()
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
