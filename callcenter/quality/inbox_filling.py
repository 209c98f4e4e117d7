"""Plans at work: each hour and at the start. APScheduler only says "look".

What a plan has drawn stands in its own table: a look that comes late, twice or not at all loses nothing.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.exc import DBAPIError

from callcenter.errors import CallCenterError
from callcenter.quality.assignments import fill_all
from callcenter.quality.plans import Context

log = logging.getLogger(__name__)


@asynccontextmanager
async def inbox_filling(context: Context) -> AsyncIterator[None]:
    """Has the plans draw during the block."""
    scheduler = AsyncIOScheduler(timezone=UTC)

    async def look() -> None:
        try:
            await fill_all(context)
        except (DBAPIError, OSError, CallCenterError):
            log.warning("The inbox of reviewers could not be filled; trying again in an hour", exc_info=True)

    options = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    scheduler.add_job(look, "cron", minute=5, next_run_time=datetime.now(UTC), **options)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
