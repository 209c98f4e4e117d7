"""The quarters of an hour whose rows changed since they were rolled up: marked in the transaction that changes them.

A mark says "count this quarter from its rows"; whoever rolls it up removes the mark in the same transaction. So a crash
between the two, a fact told again or corrected, and an import can never leave a wrong sum behind.
"""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.floor.facts import CallerSurvey, Conversation, Fact, QueueVisit, Ring, SeatSpell
from callcenter.floor.terms import Instant
from callcenter.store.batches import in_batches
from callcenter.store.tables import FACT_TABLES, queue_visits, touched_quarters

QUARTER = 900
REPEAT_SECONDS = 7 * 86_400.0
"""So long after a visit those of the same number are repeat calls: they are touched with it."""
LONGEST_SECONDS = 400 * 86_400.0
"""Nothing lasts so long. A PBX that starts without a clock of its own says 1970 until it has asked for the time: its
seats would be ready for two million quarters each."""

# Databases take some 32,000 parameters in one statement.
MOST_KEYS = 2_000

Row = Any
"""A fact, or a row of its table."""


class Extent(NamedTuple):
    """From when to when a fact counts, and the field of its key that is the fewest facts', all by name."""

    since: str
    until: str
    sought: str


EXTENTS: dict[type[Fact], Extent] = {
    QueueVisit: Extent("joined_at", "joined_at", "channel_id"),
    Conversation: Extent("completed_at", "completed_at", "leg_id"),
    Ring: Extent("began_at", "began_at", "ring_id"),
    SeatSpell: Extent("since", "until", "since"),
    CallerSurvey: Extent("asked_at", "asked_at", "channel_id"),
}


async def touch(connection: AsyncConnection, kinds: Mapping[type[Fact], Sequence[Fact]]) -> None:
    """Marks the quarters in which these facts count, and those in which the rows count that they will replace.

    Call it before they are written, in the same transaction.
    """
    quarters: set[Instant] = set()
    for kind, facts in kinds.items():
        extent = EXTENTS.get(kind)
        if extent is not None and facts:
            quarters |= _quarters(extent, facts)
            quarters |= _quarters(extent, await _replaced(connection, kind, extent, facts))
    if visits := kinds.get(QueueVisit):
        quarters |= await _later_calls(connection, visits)
    await mark(connection, quarters)


async def mark(connection: AsyncConnection, quarters: Iterable[Instant]) -> None:
    """Marks quarters by their beginnings; in order, so that two who mark do not wait for each other for ever."""
    rows = [{"start": start, "times": 1} for start in sorted(quarters)]
    if not rows:
        return
    insert = (sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert)(touched_quarters)
    # A mark that is there is changed as well: whoever is about to remove it has to wait for this transaction.
    again = {"times": touched_quarters.c.times + 1}
    await connection.execute(insert.on_conflict_do_update(index_elements=["start"], set_=again), rows)


def quarters_between(since: Instant, until: Instant) -> Iterable[Instant]:
    """The beginnings of the quarters that lie at least partly in this time; of no time, that of its instant.

    Of a time that is longer than LONGEST_SECONDS only its end counts.
    """
    start = max(since, until - LONGEST_SECONDS) // QUARTER * QUARTER
    yield start
    while (start := start + QUARTER) < until:
        yield start


def _quarters(extent: Extent, rows: Iterable[Row]) -> set[Instant]:
    bounds = attrgetter(extent.since, extent.until)
    return {quarter for times in set(map(bounds, rows)) for quarter in quarters_between(*times)}


async def _replaced(connection: AsyncConnection, kind: type[Fact], extent: Extent, facts: Sequence[Row]) -> list[Row]:
    """What is there under the same keys, and perhaps some more: by what an index finds at once."""
    table = FACT_TABLES[kind]
    wanted = select(*{table.c[extent.since], table.c[extent.until]})
    if kind is not SeatSpell:  # spells have an index that begins with their instant, the others one with the PBX
        wanted = wanted.where(table.c.pbx.in_(sorted({fact.pbx for fact in facts})))
    found: list[Row] = []
    for part in in_batches([*{getattr(fact, extent.sought) for fact in facts}], MOST_KEYS):
        found += await connection.execute(wanted.where(table.c[extent.sought].in_(part)))
    return found


async def _later_calls(connection: AsyncConnection, visits: Sequence[Row]) -> set[Instant]:
    """The quarters of what became, or ceased to be, a repeat call by these visits."""
    numbers = [*{visit.number for visit in visits} - {""}]
    first, last = min(visit.joined_at for visit in visits), max(visit.joined_at for visit in visits)
    c = queue_visits.c
    quarters: set[Instant] = set()
    for part in in_batches(numbers, MOST_KEYS):
        in_time = (c.joined_at > first, c.joined_at <= last + REPEAT_SECONDS)
        found = await connection.execute(select(c.joined_at).where(c.number.in_(part), *in_time))
        quarters.update(at // QUARTER * QUARTER for at in found.scalars())
    return quarters
