"""The measures of any span of time, summed by the database from the fact tables."""

from sqlalchemy import Float, Select, Table, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.floor.events import Instant
from callcenter.floor.facts import Fact
from callcenter.reports.figures import COUNTED_AT, MEASURES, Measure
from callcenter.reports.today import QueueName, Sums
from callcenter.store.tables import FACT_TABLES


async def sums_by_queue(engine: AsyncEngine, since: Instant, until: Instant) -> dict[QueueName, Sums]:
    """The sums of all measures from `since` up to, but without, `until`, by PBX and queue."""
    result: dict[QueueName, Sums] = {}
    async with engine.connect() as connection:
        for fact in COUNTED_AT:
            rows = await connection.execute(_sums(fact, since, until))
            for row in rows.mappings():
                sums = result.setdefault((row["pbx"], row["queue"]), {})
                sums.update({measure.id: row[measure.id] for measure in _measures(fact)})
    return result


def _measures(fact: type[Fact]) -> list[Measure]:
    return [measure for measure in MEASURES.values() if measure.fact is fact]


def _sums(fact: type[Fact], since: Instant, until: Instant) -> Select[tuple[object, ...]]:
    table: Table = FACT_TABLES[fact]
    at = table.c[COUNTED_AT[fact]]
    sums = [
        cast(func.sum(case((measure.counts(table.c), measure.value(table.c)), else_=0)), Float(53)).label(measure.id)
        for measure in _measures(fact)
    ]
    columns = (table.c.pbx, table.c.queue, *sums)
    return select(*columns).where(at >= since, at < until).group_by(table.c.pbx, table.c.queue)
