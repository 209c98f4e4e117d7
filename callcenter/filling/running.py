"""Rules at work: each minute, and at once when a caller has asked for a callback. APScheduler only says "look".

What a rule has taken stands in its own table: a look that comes late, twice or not at all loses nothing.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.exc import DBAPIError

from callcenter.errors import CallCenterError
from callcenter.filling.service import Context, fill_all
from callcenter.floor.changes import Changes
from callcenter.floor.events import AnyEvent
from callcenter.floor.facts import QueueVisit, VisitOutcome
from callcenter.live.keeper import Keeper

log = logging.getLogger(__name__)

LOOK = "fill lists"


@asynccontextmanager
async def filling(context: Context, keeper: Keeper) -> AsyncIterator[None]:
    """Carries out the rules during the block."""
    scheduler = AsyncIOScheduler(timezone=UTC)

    async def look() -> None:
        try:
            await fill_all(context)
        except (DBAPIError, OSError, CallCenterError):
            log.warning("The rules of lists could not be carried out; trying again in a minute", exc_info=True)

    def on_changes(_event: AnyEvent, changes: Changes) -> None:
        asked = VisitOutcome.CALLBACK_REQUESTED
        if any(isinstance(fact, QueueVisit) and fact.outcome is asked for fact in changes.facts):
            scheduler.modify_job(LOOK, next_run_time=datetime.now(UTC))

    options = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    scheduler.add_job(look, "cron", id=LOOK, second=30, next_run_time=datetime.now(UTC), **options)
    scheduler.start()
    keeper.listen(on_changes)
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
