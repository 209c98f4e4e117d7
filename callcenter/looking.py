"""Looks that are due each minute, hour or night, or when somebody says so. APScheduler and bells only say "look": one
that comes late, twice or not at all must lose nothing, so what is due stands in a table, and what was done, too."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, tzinfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler


async def woken(bell: asyncio.Event, within: float | None) -> None:
    """Returns when `bell` is set, at the latest after so many seconds (None: only then), and unsets it.

    What sets it while the caller works counts for the next time.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            await bell.wait()
    bell.clear()


@asynccontextmanager
async def looking(
    look: Callable[[], Awaitable[None]], *, at_once: bool = False, zone: tzinfo = UTC, **times: int
) -> AsyncIterator[Callable[[], None]]:
    """Has `look` run during the block at these `times` (cron fields: `hour=3`) of the zone, with `at_once` first now.

    One run at a time, and a missed one is made up once. What is told calls for a look as soon as there can be one.
    A look that goes on at the end of the block is cancelled, and has ended when the block has.
    """
    scheduler = AsyncIOScheduler(timezone=zone)
    going_on = asyncio.Lock()

    async def look_now() -> None:
        async with going_on:
            with suppress(asyncio.CancelledError):  # the block ends; what is due is done by the next one
                await look()

    job = scheduler.add_job(look_now, "cron", misfire_grace_time=None, coalesce=True, max_instances=1, **times)

    def soon() -> None:
        job.modify(next_run_time=datetime.now(UTC))

    scheduler.start()
    if at_once:
        soon()
    try:
        yield soon
    finally:
        scheduler.shutdown(wait=False)
        async with going_on:
            pass
