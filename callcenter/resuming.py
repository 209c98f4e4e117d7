"""A start goes on where the last run ended, cleanly or not: from its checkpoint and the journal behind it."""

import asyncio
import fcntl
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.asterisk import marks
from callcenter.asterisk.intake import Intake, Memory
from callcenter.asterisk.journal import Journal, Position, read_from
from callcenter.asterisk.messages import NotAmi
from callcenter.errors import SetupFailed
from callcenter.floor.events import AnyEvent, DirectoryChanged
from callcenter.floor.floor import Floor
from callcenter.floor.terms import Instant, PbxName, Seconds
from callcenter.live import checkpoint
from callcenter.live.checkpoint import Frozen, Header
from callcenter.store.recorder import CLOSE_SECONDS, Recorder
from callcenter.store.stored import last_stored_at

log = logging.getLogger(__name__)

CHECKPOINT_SECONDS: Seconds = 15.0
"""What a crash leaves to be read back: at 50 events a second less than 0.1 s of work."""

LOOK_BACK = timedelta(hours=2)
"""Without a checkpoint the floor is built from the day that was under way so long ago: most calls are over sooner."""

SAY_AFTER_SECONDS: Seconds = 1.0
FLUSH_AT = 5_000
"""So many facts may wait for the database while a journal is read back faster than it writes."""


@contextmanager
def alone_in(data_folder: Path) -> Iterator[None]:
    """Nobody else serves with this folder during the block: two servers would write one journal.

    Raises SetupFailed. The lock goes with the process, however it ends.
    """
    try:
        data_folder.mkdir(parents=True, exist_ok=True)
        file = (data_folder / "server.lock").open("w")
    except OSError as error:
        raise SetupFailed(f"{data_folder} cannot be used: {error.strerror}", field="data_folder") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SetupFailed(
                f"another server works with {data_folder}: stop it, or set another data_folder", field="data_folder"
            ) from error
        yield


def own_name(data_folder: Path) -> str:
    """A name for whoever serves with this folder, the same at each start; for use within `alone_in`."""
    file = data_folder / "server.name"
    name = file.read_text(encoding="ascii").strip() if file.exists() else ""
    if not name:
        name = uuid4().hex
        file.write_text(name, encoding="ascii")
    return name


@dataclass(frozen=True)
class Past:
    """Where what was is kept, and the floor that goes on from it."""

    floor: Floor
    recorder: Recorder
    engine: AsyncEngine
    checkpoints: Path
    clock: Callable[[], Instant] = time.time


async def resume(past: Past, journal: Journal, directory: DirectoryChanged) -> Memory:
    """Brings the floor of one PBX to the end of its journal, and has the record told again what ended on the way.

    Telling a fact twice changes nothing. Returns what the link's intake must know.
    """
    pbx = directory.pbx
    journal.open()
    found = await asyncio.to_thread(checkpoint.newest, past.checkpoints, pbx)
    if found is not None:
        header = found.header
        past.floor.sites[pbx] = found.site
        reading = _Reading(past, pbx, Memory(header.clock, header.given_up, header.is_first))
        start = Position(header.day, header.offset)
    else:
        reading, start = await _without_checkpoint(past, directory)
    memory = await reading.run(read_from(journal.folder, start))
    await past.recorder.flush()
    journal.append(marks.started(past.clock()))
    return memory._replace(is_first=True)


async def _without_checkpoint(past: Past, directory: DirectoryChanged) -> "tuple[_Reading, Position]":
    """The floor begins empty, and would not tell everything as it was: what was told up to the last stored fact stays.

    Its journal may begin long after the directory was told last: today's stands for that.
    """
    past.floor.apply(directory)
    day = datetime.fromtimestamp(past.clock(), UTC) - LOOK_BACK
    told_since = await last_stored_at(past.engine, directory.pbx)
    return _Reading(past, directory.pbx, Memory(), told_since), Position(day.strftime("%Y-%m-%d"), 0)


class _Reading:
    """One pass over the end of a journal, into the floor and the record alone."""

    def __init__(self, past: Past, pbx: PbxName, memory: Memory, told_since: Instant = 0.0) -> None:
        self._past, self._pbx, self._told_since = past, pbx, told_since
        self._intake = Intake(pbx, self._happened)
        self._intake.memory = memory
        self._said_at = self._began_at = time.monotonic()
        self._bytes = 0

    async def run(self, pieces: Iterable[bytes]) -> Memory:
        """Reads all of it; what another intake needs to go on behind the end."""
        try:
            for piece in pieces:
                self._intake.feed(piece)
                self._bytes += len(piece)
                if self._past.recorder.pending > FLUSH_AT:
                    await self._past.recorder.flush()
                self._say()
                await asyncio.sleep(0)  # whoever wants to stop the server is heard
        except NotAmi as error:
            log.error("The journal of %s could not be read to its end: %s", self._pbx, error.message)
        self._intake.reset()
        log.info(
            "%s: read back %d messages behind the last checkpoint in %.1f s",
            self._pbx,
            self._intake.messages,
            self._spent,
        )
        return self._intake.memory or Memory()

    @property
    def _spent(self) -> Seconds:
        return time.monotonic() - self._began_at

    def _say(self) -> None:
        now = time.monotonic()
        if now - self._said_at < SAY_AFTER_SECONDS:
            return
        self._said_at = now
        site = self._past.floor.sites.get(self._pbx)
        at = datetime.fromtimestamp(site.now if site else 0.0, UTC).isoformat(" ", "seconds")
        log.info("%s: reading the journal back: %.0f MB, at %s", self._pbx, self._bytes / 1e6, at)

    def _happened(self, event: AnyEvent) -> None:
        changes = self._past.floor.apply(event)
        if changes.facts and self._past.floor.sites[self._pbx].now >= self._told_since:
            self._past.recorder.note(changes.facts)


class Checkpoints:
    """Keeps the next start ready: a checkpoint of each PBX every few seconds, and one at the end."""

    def __init__(self, past: Past, journals: Mapping[PbxName, Journal], intakes: Mapping[PbxName, Intake]) -> None:
        self._past, self._journals, self._intakes = past, journals, intakes
        self._is_failing = False

    async def keep(self) -> None:
        """Runs until cancelled."""
        while True:
            await self.take_all()
            await asyncio.sleep(CHECKPOINT_SECONDS)

    async def close(self) -> None:
        """The last ones, once nothing is told any more; a database that does not answer is not waited for."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.take_all()
        except TimeoutError:
            log.warning("The last checkpoint could not be kept: the next start reads more of the journal back")

    async def take_all(self) -> None:
        """A checkpoint of each PBX. What fails is logged: the next start has the one before."""
        for pbx in self._journals:
            try:
                await self.take(pbx)
            except (OSError, SQLAlchemyError) as error:
                if not self._is_failing:
                    log.warning("No checkpoint of %s could be kept: %s", pbx, error)
                self._is_failing = True
            else:
                self._is_failing = False

    async def take(self, pbx: PbxName) -> bool:
        """Keeps the floor as it is now; False while it cannot be continued from. Raises OSError, SQLAlchemyError."""
        journal, memory = self._journals[pbx], self._intakes[pbx].memory
        position, site = journal.position, self._past.floor.sites.get(pbx)
        if memory is None or position is None or site is None or self._past.recorder.dropped:
            return False
        header = Header(
            pbx=pbx,
            at=self._past.clock(),
            day=position.day,
            offset=position.offset,
            clock=memory.clock,
            given_up=memory.given_up,
            is_first=memory.is_first,
        )
        body = checkpoint.frozen(site)
        # What was told up to here must be in the database first: a start does not tell it again.
        await self._past.recorder.flush()
        await asyncio.to_thread(self._write, journal, header, body)
        return True

    def _write(self, journal: Journal, header: Header, body: Frozen) -> None:
        journal.sync()
        checkpoint.write(self._past.checkpoints, header, body.packed())
