"""Each recording is measured once when its call is over."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from callcenter.floor.facts import AnyFact, CallRecord, Conversation, RecordingFile
from callcenter.floor.terms import CallId, PbxName, Seconds
from callcenter.looking import woken
from callcenter.recordings.library import Library, Measured
from callcenter.recordings.rules import MissingRecording
from callcenter.recordings.tables import RecordingAudio
from callcenter.store.engine import Sessions
from callcenter.store.tables import calls, conversations, fact_of, recording_files

log = logging.getLogger(__name__)

CALL_LOST_SECONDS: Seconds = 3600.0
"""A recording whose call left no record is measured so long after its end."""
RETRY_SECONDS: Seconds = 1.0
BATCH = 100
WORKERS = 2


Missing = Callable[[MissingRecording], None]


class Measurer:
    """Measures each recording once, when its call is over, and again as long as its file is still being written.

    `missing` hears of files that are not found, and of calls of queues without any, on a PBX that records; `complete`
    when there are files that are measured.
    """

    def __init__(self, sessions: Sessions, library: Library, missing: Missing = lambda _: None) -> None:
        self._sessions = sessions
        self._library = library
        self.missing = missing
        self.complete: Callable[[], None] = lambda: None
        self._over: set[tuple[PbxName, CallId]] = set()
        self._wake = asyncio.Event()
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="audio")

    def on_facts(self, facts: Sequence[AnyFact]) -> None:
        """Hears of facts that are in the database (the recorder's `after_write`); only wakes the measuring."""
        for fact in facts:
            # A conversation may be complete before its call, or long after it: after its wrap-up.
            if isinstance(fact, CallRecord | Conversation) and fact.pbx in self._library.folders:
                self._over.add((fact.pbx, fact.call_id))
        if self._over or any(isinstance(fact, RecordingFile | CallRecord) for fact in facts):
            self._wake.set()

    async def run(self) -> None:
        """Measures until it is cancelled, first what was left when the server stopped."""
        self._wake.set()
        again = 0
        while True:
            await woken(self._wake, RETRY_SECONDS if again else None)
            try:
                again = await self.measure_due()
            except Exception as error:  # noqa: BLE001 - the database may be away; what is due stays due
                log.warning("Recordings could not be measured: %s", type(error).__name__)
                again = 1

    async def close(self) -> None:
        """Ends its threads, after the files at hand; `run` is over then."""
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
            self.complete()
        lost = [
            (file.pbx, file.call_id)
            for (_id, file), found in zip(due, measured, strict=True)
            if found.state == "missing"
        ]
        await self._tell_missing(lost)
        return BATCH if len(due) == BATCH else len(due) - len(done)

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

    async def _tell_missing(self, lost: Iterable[tuple[PbxName, CallId]]) -> None:
        """Tells of the files that were `lost`, and of the calls that ended of which there is no recording at all."""
        over, self._over = self._over, set()
        r, c = recording_files.c, conversations.c
        records = select(r.id).where(r.pbx == c.pbx).exists()
        is_recorded = select(r.id).where(r.pbx == c.pbx, r.call_id == c.call_id).exists()
        for missing in await self._talks(lost):
            self.missing(missing)
        for missing in await self._talks(over, records, ~is_recorded):
            self.missing(missing)

    async def _talks(
        self, ids: Iterable[tuple[PbxName, CallId]], *conditions: ColumnElement[bool]
    ) -> list[MissingRecording]:
        """The calls of queues among these that are over, with the end of their last conversation."""
        c = conversations.c
        over = select(calls.c.id).where(calls.c.pbx == c.pbx, calls.c.call_id == c.call_id)
        found = []
        async with self._sessions() as session:
            for pbx, call_id in ids:
                talk = select(func.max(c.queue), func.max(c.ended_at)).where(
                    c.pbx == pbx, c.call_id == call_id, c.queue != "", c.is_certain, over.exists(), *conditions
                )
                queue, ended_at = (await session.execute(talk)).one()
                if queue is not None:
                    found.append(MissingRecording(pbx=pbx, call_id=call_id, queue=queue, ended_at=ended_at))
        return found

    async def _keep(self, done: Sequence[tuple[int, Measured]]) -> None:
        checked_at = self._library.clock()
        rows = [{"recording_id": id_, "checked_at": checked_at, **vars(found)} for id_, found in done]
        async with self._sessions.begin() as session:
            dialect = session.get_bind().dialect.name
            insert = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(RecordingAudio)
            await session.execute(insert.on_conflict_do_nothing(), rows)
