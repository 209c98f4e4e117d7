"""Facts into rows: noted at once, written in batches, each once, in order, and kept while the database is away."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from itertools import islice

from sqlalchemy import ColumnElement, or_
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callcenter.floor.facts import AnyFact, Fact
from callcenter.store.erased import Erased
from callcenter.store.touched import touch
from callcenter.store.upsert import Columns, upsert

log = logging.getLogger(__name__)

BATCH = 2_000
PAUSE_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 30.0
CLOSE_SECONDS = 10.0
"""So long the server waits at its end for a database that does not answer."""
# At 500 seats a busy hour makes about 50,000 facts, of about 1 kB each.
LIMIT = 200_000

Written = Callable[[Sequence[AnyFact]], None]
Beside = Callable[[AsyncConnection, Sequence[AnyFact], Iterable[AnyFact]], Awaitable[None]]
"""Writes something else in the transaction of a batch, before that; also given is everything that is not yet written,
the batch among it."""


async def nothing(_connection: AsyncConnection, _batch: Sequence[AnyFact], _waiting: Iterable[AnyFact]) -> None:
    """Writes nothing beside the facts."""


class Recorder:
    """Writes facts as rows. A fact that comes again replaces its row, but never a certain one by an uncertain one.

    `pending` facts wait; `written` were written; `refused` the database will never take (a bug); `dropped` came while
    `limit` others waited. Refused and dropped facts are in the journal. `beside` writes in the transaction of a batch;
    `after_write` is told of each batch once it is in the database. Persons who were `erased` are written blank; None:
    nobody can be.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        beside: Beside = nothing,
        after_write: Written = lambda _: None,
        limit: int = LIMIT,
        erased: Erased | None = None,
    ) -> None:
        self._engine = engine
        self._erased = erased
        self._beside = beside
        self._after_write = after_write
        self._limit = limit
        self._waiting: deque[AnyFact] = deque()
        self._noted = asyncio.Event()
        self._writing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self.written = 0
        self.refused = 0
        self.dropped = 0

    @property
    def pending(self) -> int:
        """How many facts are not yet in the database."""
        return len(self._waiting)

    def note(self, facts: Iterable[AnyFact]) -> None:
        """Takes facts over; never waits, never fails."""
        for fact in facts:
            if len(self._waiting) < self._limit:
                self._waiting.append(fact)
            else:
                self._drop()
        if self._waiting:
            self._noted.set()

    def start(self) -> None:
        """Begins to write in the background."""
        self._task = asyncio.create_task(self._run(), name="recorder")

    async def flush(self) -> None:
        """Writes everything noted so far; raises the database's error while it is away, and then keeps the facts."""
        async with self.standing_still():
            pass

    @asynccontextmanager
    async def standing_still(self) -> AsyncIterator[Collection[AnyFact]]:
        """Everything noted so far is written, and nothing else until the end of this; gives what is noted meanwhile.

        Raises the database's error while it is away, and then keeps the facts.
        """
        async with self._writing:
            while batch := list(islice(self._waiting, BATCH)):
                written = await self._write(batch)
                for _ in batch:
                    self._waiting.popleft()
                self._tell(written)
            yield self._waiting

    async def close(self) -> None:
        """Stops, with a last try to write what waits."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.flush()
        except Exception as error:  # noqa: BLE001 - whatever the driver raises, closing goes on and says what is missing
            log.error("%d facts were not written: %s. They are in the journal.", self.pending, _reason(error))

    async def _run(self) -> None:
        while True:
            await self._noted.wait()
            await asyncio.sleep(PAUSE_SECONDS)
            self._noted.clear()
            await self._flush_when_possible()

    async def _flush_when_possible(self) -> None:
        failures = 0
        while True:
            try:
                await self.flush()
            except Exception as error:  # noqa: BLE001 - whatever the driver raises, the facts are kept and tried again
                if not failures:
                    log.error("The database is away; facts are kept until it is back: %s", _reason(error))
                failures += 1
                await asyncio.sleep(min(PAUSE_SECONDS * 2**failures, LONGEST_RETRY_SECONDS))
            else:
                if failures:
                    log.warning("The database is back; %d facts written so far", self.written)
                return

    async def _write(self, batch: list[AnyFact]) -> list[AnyFact]:
        """Writes a batch as one transaction, or fact by fact if one of them cannot be a row; gives what was written."""
        try:
            await self._write_together(batch)
        except (StatementError, UnicodeError, OverflowError) as error:
            if not _is_fault_of_fact(error):
                raise
            if len(batch) == 1:
                self._refuse(batch[0], error)
                return []
            return [fact for one in batch for fact in await self._write([one])]
        return batch

    def _tell(self, written: list[AnyFact]) -> None:
        try:
            self._after_write(written)
        except Exception:
            log.exception("A listener of the recorder failed")

    async def _write_together(self, batch: list[AnyFact]) -> None:
        async with self._engine.begin() as connection:
            kinds: dict[type[Fact], list[AnyFact]] = {}
            facts = batch if self._erased is None else await self._erased.blanked(connection, batch)
            for fact in facts:
                kinds.setdefault(type(fact), []).append(fact)
            await self._beside(connection, facts, self._waiting)
            await touch(connection, kinds)
            for kind, facts in kinds.items():
                await upsert(connection, kind, facts, _newest_unless_less_certain)
        self.written += len(batch)

    def _refuse(self, fact: AnyFact, error: Exception) -> None:
        self.refused += 1
        key = {name: getattr(fact, name) for name in fact.key}
        log.error("A %s cannot be a row (%s): %r", type(fact).__name__, type(error).__name__, key)

    def _drop(self) -> None:
        if not self.dropped:
            log.error("%d facts wait for the database; newer ones are only in the journal", self._limit)
        self.dropped += 1


def _newest_unless_less_certain(old: Columns, new: Columns) -> ColumnElement[bool]:
    return or_(new.is_certain, ~old.is_certain)


def _is_fault_of_fact(error: Exception) -> bool:
    """Whether the row itself is at fault (so that trying again is in vain), not the database or the way to it."""
    if not isinstance(error, DBAPIError):
        return True
    state = str(getattr(error.orig, "sqlstate", None) or "")
    return isinstance(error, (DataError, IntegrityError)) or state[:2] in ("22", "23") or _cannot_bind(error)


def _cannot_bind(error: DBAPIError) -> bool:
    # SQLite's driver says ProgrammingError for a value that it cannot bind; a missing table is OperationalError.
    return isinstance(error, ProgrammingError) and "binding" in str(error.orig)


def _reason(error: Exception) -> str:
    """What the database said, without the statement and its values."""
    return str(error.orig) if isinstance(error, StatementError) and error.orig else type(error).__name__
