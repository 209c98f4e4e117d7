"""Our books beside Asterisk's: each day is compared with queue_log, and what came of it is kept."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from callcenter.books.rules import SETTLED_SECONDS, Span, ended_day
from callcenter.books.tables import ReconciliationRun
from callcenter.errors import CallCenterError, Conflict
from callcenter.floor.facts import Gap
from callcenter.floor.terms import Instant, PbxName
from callcenter.looking import looking
from callcenter.store.engine import Sessions
from callcenter.store.tables import fact_of, gaps

log = logging.getLogger(__name__)

MOST_DIFFERENCES = 1_000
"""More are counted, but not kept: nobody goes through them one by one."""

MOST_GAPS = 1_000


@dataclass(frozen=True)
class Comparison:
    """What a comparison found, as plain values (docs/api.md)."""

    counts: Sequence[dict[str, Any]]
    differences: Sequence[dict[str, Any]]
    explained: Sequence[dict[str, Any]]


Compare = Callable[[Span], Awaitable[Comparison]]
"""Compares the stored visits of one PBX with its queue_log. Raises CallCenterError where that cannot be read."""


class Books:
    """Compares the day that ended, for each PBX with a queue_log: every night, or at the next start if the server was
    down then; and whenever somebody asks."""

    def __init__(
        self, sessions: Sessions, compare: Mapping[PbxName, Compare], zone: ZoneInfo, clock: Callable[[], Instant]
    ) -> None:
        self.compare = compare
        self.zone, self.clock = zone, clock
        self.running: set[PbxName] = set()
        self._sessions = sessions
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def every_night(self) -> AsyncIterator[None]:
        """Makes up for a night that was missed, and compares each one that ends during the block."""
        minute = int(SETTLED_SECONDS // 60) + 1
        async with looking(self.compare_ended_day, at_once=True, zone=self.zone, hour=0, minute=minute):
            yield

    async def close(self) -> None:
        """Stops; a comparison that was under way is made at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def compare_ended_day(self) -> None:
        """Compares what has not been compared yet of the day that ended last."""
        span = ended_day(self.clock(), self.zone)
        for pbx in self.compare:
            if pbx not in self.running and not await self._is_compared(pbx, span):
                self.begin([pbx], span)

    def begin(self, pbxs: Sequence[PbxName], span: Span) -> None:
        """Begins to compare, in the background. Raises Conflict for a PBX that is being compared."""
        busy = [pbx for pbx in pbxs if pbx in self.running]
        if busy:
            raise Conflict(f"{', '.join(busy)} is being compared already")
        for pbx in pbxs:
            self.running.add(pbx)
            task = asyncio.create_task(self._compare(pbx, span), name=f"reconciliation of {pbx}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _compare(self, pbx: PbxName, span: Span) -> None:
        try:
            run = ReconciliationRun(pbx=pbx, since=span[0], until=span[1], ran_at=self.clock())
            try:
                _keep(run, await self.compare[pbx](span))
            except CallCenterError as error:
                run.error = error.message
            async with self._sessions.begin() as session:
                session.add(run)
            found = run.error or f"{run.difference_count} differences, {run.explained_count} explained"
            level = logging.WARNING if run.error or run.difference_count else logging.INFO
            log.log(level, "%s beside its queue_log: %s", pbx, found)
        except Exception:
            log.exception("%s could not be compared with its queue_log", pbx)
        finally:
            self.running.discard(pbx)

    async def _is_compared(self, pbx: PbxName, span: Span) -> bool:
        run = ReconciliationRun
        query = select(run.id).where(run.pbx == pbx, run.since == span[0], run.until == span[1], run.error == "")
        async with self._sessions() as session:
            return await session.scalar(query.limit(1)) is not None

    async def runs(self, limit: int) -> Sequence[ReconciliationRun]:
        """The last comparisons, newest first."""
        newest = select(ReconciliationRun).order_by(ReconciliationRun.ran_at.desc(), ReconciliationRun.id.desc())
        async with self._sessions() as session:
            return (await session.scalars(newest.limit(limit))).all()

    async def gaps(self, since: Instant | None, until: Instant | None) -> list[Gap]:
        """The gaps that lie in a span, at least in part; newest first."""
        query = select(gaps).order_by(gaps.c.since.desc(), gaps.c.id.desc()).limit(MOST_GAPS)
        if since is not None:
            query = query.where(gaps.c.until > since)
        if until is not None:
            query = query.where(gaps.c.since < until)
        async with self._sessions() as session:
            return [fact_of(Gap, row) for row in (await session.execute(query)).mappings()]


def _keep(run: ReconciliationRun, found: Comparison) -> None:
    run.counts = list(found.counts)
    run.difference_count, run.differences = len(found.differences), list(found.differences[:MOST_DIFFERENCES])
    run.explained_count, run.explained = len(found.explained), list(found.explained[:MOST_DIFFERENCES])
