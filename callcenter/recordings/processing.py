"""Each recording is listened through once when it is complete, by a process of its own, and a copy is stored."""

import asyncio
import logging
import multiprocessing
import os
import signal
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from callcenter.errors import BadInput, StoreAway
from callcenter.floor.facts import RecordingFile
from callcenter.looking import woken
from callcenter.recordings.copying import PART, Encoding, remove_parts, store_copy
from callcenter.recordings.inspection import Inspection, inspect_files
from callcenter.recordings.keys import key_row
from callcenter.recordings.library import Library, sha256_of
from callcenter.recordings.riff import NotAudio
from callcenter.recordings.sealing import SEALED, new_key, seal_file
from callcenter.recordings.sounding import kept
from callcenter.recordings.storing import FolderStore, Store
from callcenter.recordings.tables import RecordingAudio, RecordingSound
from callcenter.store.engine import Sessions
from callcenter.store.tables import fact_of, recording_files

log = logging.getLogger(__name__)

WORKERS = 2
BATCH = 2 * WORKERS
RETRY_SECONDS = 30.0
MOST_BREAKS = 2
"""So often a file may end the process that listens to it, alone, before it is left alone."""
FOLDER_SIZE = 1000
"""Copies in one folder: more make some file systems slow."""


@dataclass(frozen=True)
class Job:
    """A recording to be listened through: the PBX's files, and where its copy is made; it stays there without a
    `store`."""

    recording_id: int
    mix: Path | None
    legs: tuple[Path, ...]
    folder: Path
    encoding: Encoding
    store: Store | None = None
    key: bytes = field(default=b"", repr=False)
    """With which the copy is encrypted; b"": it stays as it is."""

    @property
    def name(self) -> str:
        """The name of the copy in the store."""
        sealed = SEALED if self.key else ""
        return f"{self.recording_id // FOLDER_SIZE}/{self.recording_id}.{self.encoding}{sealed}"


def listen_through(job: Job) -> dict[str, Any]:
    """The row of RecordingSound, but for its time, once the copy is stored; with its `key`, if it is encrypted.

    Raises OSError when its disk fails, StoreAway when the store does: nothing is noted then, and it is tried again.
    """
    failure = "the file is no longer there"
    for files in (job.legs, (job.mix,) if job.mix else ()):
        try:
            if files:
                return _row(job, inspect_files(files), files) | {"sha256": sha256_of(job.mix or files[0])}
        except BadInput as error:
            failure = error.message
    return blank(job.recording_id, failure)


def _row(job: Job, found: Inspection, files: Sequence[Path]) -> dict[str, Any]:
    names = ("agent", "customer") if len(files) == 2 else ("mix",) if len(found.sides) == 1 else ("agent", "customer")
    name, failure = _stored(job, found, files) if found.duration_seconds else ("", "")
    told = {"is_repaired": found.is_repaired, "copy": name, "failure": failure}
    key = {"key": job.key} if name and job.key else {}
    return blank(job.recording_id) | kept(found, names) | told | key


def blank(recording_id: int, failure: str = "") -> dict[str, Any]:
    """The row of a recording in which nothing was heard."""
    zeros = {"duration_seconds": 0.0, "is_repaired": False, "talk_over_seconds": 0.0}
    empty = {"sides": [], "talk_over": [], "peaks": b"", "sha256": "", "copy": ""}
    return {"recording_id": recording_id, "failure": failure[:255], **zeros, **empty}


def _stored(job: Job, found: Inspection, files: Sequence[Path]) -> tuple[str, str]:
    """The name of the copy in the store, and why there is none."""
    made = (job.folder / job.name).with_name(f".{job.recording_id}.{job.encoding}{PART}")
    store = job.store or FolderStore(job.folder)
    store.check()
    try:
        store_copy(files, made, job.encoding, found.duration_seconds, found.rate)
        if job.key:
            _seal(made, job.key)
        store.put(job.name, made)
    except NotAudio as error:
        return "", f"no copy could be made: {error}"[:255]
    finally:
        made.unlink(missing_ok=True)
    return job.name, ""


def _seal(made: Path, key: bytes) -> None:
    """Puts the encrypted file in the place of the plain one."""
    sealed = made.with_name(f"{made.name.removesuffix(PART)}{SEALED}{PART}")
    seal_file(made, sealed, key)
    sealed.replace(made)


def _begin() -> None:
    """Of each process: it gives way to the floor, leaves Ctrl-C to the server, and ends with it, however that ends."""
    os.nice(10)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


class Processor:
    """Listens through what the Measurer found complete. What it did not finish before a stop it begins again."""

    def __init__(self, sessions: Sessions, library: Library, encoding: Encoding) -> None:
        self._sessions = sessions
        self._library = library
        self._encoding = encoding
        self._wake = asyncio.Event()
        self._breaks: Counter[int] | None = None
        """How often each recording ended its process, since one of several did: they are taken one by one then."""
        self._pool: ProcessPoolExecutor | None = None

    def wake(self) -> None:
        """There may be something to do."""
        self._wake.set()

    async def run(self) -> None:
        """Listens until it is cancelled, first through what was left when the server stopped."""
        self._wake.set()
        await asyncio.to_thread(remove_parts, self._library.stored)
        wait: float | None = None
        while True:
            await woken(self._wake, wait)
            try:
                wait = 0 if await self.process_due() else None
            except StoreAway as error:
                log.warning("Recordings are listened through later: %s", error.message)
                wait = RETRY_SECONDS
            except BrokenProcessPool:
                log.warning("A process that listens through recordings ended; another begins")
                wait = RETRY_SECONDS
            except Exception as error:  # noqa: BLE001 - the database or a disk may be away; what is due stays due
                log.warning("Recordings could not be listened through: %s", type(error).__name__)
                wait = RETRY_SECONDS

    async def close(self) -> None:
        """Ends its processes, after the files at hand; more work begins others."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, cancel_futures=True)

    async def process_due(self) -> bool:
        """Listens through a few; whether there may be more."""
        most = BATCH if self._breaks is None else 1
        jobs = await self._due(most)
        loop = asyncio.get_running_loop()
        try:
            # One by one into the database: what is done stays done.
            for done in asyncio.as_completed([asyncio.wrap_future(self._begun(job), loop=loop) for job in jobs]):
                await self._keep(await done)
        except BrokenProcessPool:
            await self.close()
            await self._blame(jobs)
            raise
        if not jobs:
            self._breaks = None
        return len(jobs) == most

    async def _blame(self, jobs: Sequence[Job]) -> None:
        """Finds out which of several files ends its process, and gives it up: it would hold up all the others."""
        self._breaks = Counter() if self._breaks is None else self._breaks
        if len(jobs) == 1:
            self._breaks[jobs[0].recording_id] += 1
            if self._breaks[jobs[0].recording_id] >= MOST_BREAKS:
                await self._keep(blank(jobs[0].recording_id, "listening to it ends the process"))

    def _begun(self, job: Job) -> Future[dict[str, Any]]:
        if self._pool is None:
            # Fresh processes: a fork would take over the server's sockets and locks.
            self._pool = ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn"), _begin)
        return self._pool.submit(listen_through, job)

    async def _due(self, most: int) -> list[Job]:
        complete = (
            select(recording_files)
            .join(RecordingAudio, RecordingAudio.recording_id == recording_files.c.id)
            .outerjoin(RecordingSound, RecordingSound.recording_id == recording_files.c.id)
            .where(RecordingAudio.state == "ready", RecordingSound.recording_id.is_(None))
            .order_by(recording_files.c.id.desc())
            .limit(most)
        )
        async with self._sessions() as session:
            rows = (await session.execute(complete)).mappings().all()
        return await asyncio.to_thread(self._jobs, [(row["id"], fact_of(RecordingFile, row)) for row in rows])

    def _jobs(self, files: Sequence[tuple[int, RecordingFile]]) -> list[Job]:
        jobs, store = [], self._library.store
        for recording_id, file in files:
            mix = self._library.find(file)
            legs = [self._library.find(file, side) for side in ("agent", "customer")]
            there = tuple(leg for leg in legs if leg is not None)
            both = there if len(there) == len(legs) else ()
            # A key is made for each try: a file that was begun twice is not encrypted twice under one key.
            key = new_key() if self._library.masters.keys else b""
            jobs.append(Job(recording_id, mix, both, store.folder, self._encoding, store, key))
        return jobs

    async def _keep(self, row: dict[str, Any]) -> None:
        key: bytes = row.pop("key", b"")
        async with self._sessions.begin() as session:
            session.add(RecordingSound(**row, heard_at=self._library.clock()))
            if key:
                # Now, not when it was begun: the newest master key may be another since.
                wrapped = self._library.masters.wrap(key, row["copy"])
                session.add(key_row(row["copy"], wrapped, row["recording_id"]))
