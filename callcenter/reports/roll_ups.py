"""Keeps the roll-ups: counts touched quarters again, adds up days that are over, rebuilds a span on demand.

All of it is repeatable. Until a touched quarter is rolled up reports count it from its rows, so nothing is ever wrong
for being late.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callcenter.floor.terms import Instant, Seconds
from callcenter.reports.spans import QUARTER, Span, day_of, local, midnight
from callcenter.reports.sums import BY_AGENT, BY_QUEUE, roll_day, roll_quarters
from callcenter.reports.tables import DAYS, QUARTERS, rolled_days
from callcenter.store.tables import touched_quarters
from callcenter.store.touched import mark, quarters_between

log = logging.getLogger(__name__)

PAUSE_SECONDS: Seconds = 10
"""So long a touched quarter is counted from its rows at most, while there is nothing older to do."""

DAYS_BACK = 31
"""So far back a day is looked for that ended while the server was down."""

GROUPINGS = (BY_QUEUE, BY_AGENT)


class Known(NamedTuple):
    """What roll-ups know of a span: all but the `unrolled` quarters, and these days as a whole."""

    unrolled: list[Instant]
    days: list[Span]


async def known(connection: AsyncConnection, span: Span) -> Known:
    """What roll-ups know of a span, both lists in their order."""
    t, d = touched_quarters.c, rolled_days.c
    touched = select(t.start).where(t.start > span.since - QUARTER, t.start < span.until).order_by(t.start)
    days = select(d.start, d.until).where(d.start >= span.since, d.until <= span.until).order_by(d.start)
    unrolled = [*(await connection.execute(touched)).scalars()]
    return Known(unrolled, [Span(*row) for row in await connection.execute(days)])


async def roll_up_newest(engine: AsyncEngine, zone: ZoneInfo, now: Instant) -> bool:
    """Rolls up what was touched of the newest day that has any; False when nothing is left to do."""
    async with engine.connect() as connection:
        newest = (await connection.execute(select(func.max(touched_quarters.c.start)))).scalar()
    if newest is None:
        return False
    await roll_up_day(engine, day_of(newest, zone), now)
    return True


async def roll_up_day(engine: AsyncEngine, day: Span, now: Instant) -> None:
    """Counts the touched quarters of a day again, and adds the day up if it is over."""
    async with engine.begin() as connection:
        t = touched_quarters.c
        # Taking the marks first makes whoever writes rows of these quarters wait, or has us wait for them.
        taken = delete(touched_quarters).where(t.start >= day.since, t.start < day.until).returning(t.start)
        quarters = sorted((await connection.execute(taken)).scalars())
        await _forget_days(connection, day)
        if quarters:
            await _roll_quarters(connection, quarters)
        if day.until <= now:
            await _roll_day(connection, day)


async def _roll_quarters(connection: AsyncConnection, quarters: list[Instant]) -> None:
    for grouping in GROUPINGS:
        t = grouping.table.c
        # The bounds say how little it is to a database that has no statistics yet: it would read the whole table.
        among = (t.start >= quarters[0], t.start <= quarters[-1], t.start.in_(quarters))
        await connection.execute(delete(grouping.table).where(t.grain == QUARTERS, *among))
        await roll_quarters(connection, grouping, quarters)


async def _forget_days(connection: AsyncConnection, day: Span) -> None:
    """Removes the days that overlap this one: itself, or those of another zone that the centre had."""
    d = rolled_days.c
    taken = delete(rolled_days).where(d.start < day.until, d.until > day.since).returning(d.start)
    starts = [*(await connection.execute(taken)).scalars()]
    for grouping in GROUPINGS if starts else ():
        t = grouping.table.c
        await connection.execute(delete(grouping.table).where(t.grain == DAYS, t.start.in_(starts)))


async def _roll_day(connection: AsyncConnection, day: Span) -> None:
    for grouping in GROUPINGS:
        await roll_day(connection, grouping, day)
    await connection.execute(insert(rolled_days).values(start=day.since, until=day.until))


async def roll_up_ended_days(engine: AsyncEngine, zone: ZoneInfo, now: Instant) -> None:
    """Adds up the days of the last weeks that are over and are not added up, since nothing touched them afterwards."""
    today = local(now, zone).date()
    for back in range(DAYS_BACK, 0, -1):
        day = day_of(midnight(today - timedelta(days=back), zone), zone)
        async with engine.connect() as connection:
            is_rolled = (await known(connection, day)).days == [day]
        if not is_rolled:
            await roll_up_day(engine, day, now)


async def rebuild(
    engine: AsyncEngine, zone: ZoneInfo, span: Span, now: Instant, done: Callable[[Instant], None] = lambda at: None
) -> None:
    """Counts a span again, day by day; `done` is told how far it is. May be broken off and repeated."""
    at = span.since
    while at < span.until:
        day = day_of(at, zone)
        async with engine.begin() as connection:
            await mark(connection, quarters_between(*day))
        await roll_up_day(engine, day, now)
        at = day.until
        done(at)


async def keep_rolled_up(engine: AsyncEngine, zone: ZoneInfo, clock: Callable[[], Instant]) -> None:
    """Rolls up for ever, newest first. Runs until cancelled; a database that is away is tried again."""
    ended: Instant = 0.0
    while True:
        try:
            is_done = False
            while not is_done:
                is_done = not await roll_up_newest(engine, zone, clock())
            if clock() >= ended:
                await roll_up_ended_days(engine, zone, clock())
                ended = day_of(clock(), zone).until
        except (OSError, DBAPIError) as error:
            log.warning("roll-ups wait for the database: %s", type(error).__name__)
        await asyncio.sleep(PAUSE_SECONDS)
