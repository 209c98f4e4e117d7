"""Asterisk's own account of a PBX beside ours: taken over into the database, or compared with it."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.agents.directory import directory
from callcenter.asterisk.queue_log import BytesRead, records
from callcenter.asterisk.queue_log_facts import DAY, QueueLogFacts
from callcenter.asterisk.queue_log_source import QueueLog
from callcenter.asterisk.reconciliation import TOLERANCE_SECONDS, Reconciliation, reconcile
from callcenter.floor.facts import AnyFact, Fact, QueueVisit
from callcenter.floor.terms import OWN_ID, Instant, PbxName
from callcenter.settings import Settings
from callcenter.store.erased import Erased
from callcenter.store.imported import import_facts
from callcenter.store.tables import fact_of, queue_visits

BATCH = 4_000
"""Facts in one transaction, about; all that one line tells is in the same one."""


class Imported:
    """What was read from the files: facts by kind, and the span of the lines."""

    def __init__(self) -> None:
        self.counts: Counter[type[Fact]] = Counter()
        self.first_at: Instant | None = None
        self.last_at: Instant = 0.0


async def import_files(
    engine: AsyncEngine,
    settings: Settings,
    pbx: PbxName,
    files: Iterable[Path],
    bytes_read: BytesRead = lambda count: None,
) -> Imported:
    """Writes what the files tell, batch by batch. Raises NotFound and BadInput; the batches before stay written."""
    done, erased = Imported(), Erased(settings.data_folder, settings.region)
    batch: list[AnyFact] = []
    for facts in _facts(_fold(settings, pbx), files, done, bytes_read):
        batch += facts
        if len(batch) >= BATCH:
            await import_facts(engine, pbx, batch, OWN_ID, erased)
            batch.clear()
    await import_facts(engine, pbx, batch, OWN_ID, erased)
    return done


def _facts(
    fold: QueueLogFacts, files: Iterable[Path], done: Imported, bytes_read: BytesRead
) -> Iterator[list[AnyFact]]:
    for record in records(files, bytes_read=bytes_read):
        done.first_at = record.at if done.first_at is None else done.first_at
        done.last_at = record.at
        if facts := fold.apply(record):
            done.counts.update(map(type, facts))
            yield facts
    facts = fold.finish()
    done.counts.update(map(type, facts))
    yield facts


async def reconcile_span(
    engine: AsyncEngine, settings: Settings, pbx: PbxName, queue_log: QueueLog, span: tuple[Instant, Instant]
) -> Reconciliation:
    """Compares the stored visits that began in the span with that queue_log, which is read in a thread.

    Callers who still wait at the end of the log are on neither side. Raises NotFound and BadInput for the log.
    """
    since, until = span[0] - TOLERANCE_SECONDS, span[1] + TOLERANCE_SECONDS
    logged = await asyncio.to_thread(logged_visits, _fold(settings, pbx), queue_log, since, until)
    return reconcile(await _stored_visits(engine, pbx, since, until), logged, *span)


def logged_visits(fold: QueueLogFacts, queue_log: QueueLog, since: Instant, until: Instant) -> list[QueueVisit]:
    """The visits that began in that time; a day more is read on each side, for their other joins and their endings."""
    facts = [fact for record in queue_log.records(since - DAY, until + DAY) for fact in fold.apply(record)]
    facts += fold.settle()
    return [fact for fact in facts if isinstance(fact, QueueVisit) and since <= fact.joined_at < until]


async def _stored_visits(engine: AsyncEngine, pbx: PbxName, since: Instant, until: Instant) -> list[QueueVisit]:
    c = queue_visits.c
    query = select(queue_visits).where(c.pbx == pbx, c.joined_at >= since, c.joined_at < until)
    async with engine.connect() as connection:
        rows = await connection.execute(query)
        return [fact_of(QueueVisit, row) for row in rows.mappings()]


def _fold(settings: Settings, pbx: PbxName) -> QueueLogFacts:
    return next(QueueLogFacts(pbx, known) for known in directory(settings, 0.0) if known.pbx == pbx)
