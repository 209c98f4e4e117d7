"""Rules at work: each minute, and at once when a caller has asked for a callback.

What a rule has taken stands in its own table.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError

from callcenter.errors import CallCenterError
from callcenter.filling.service import Context, fill_all
from callcenter.floor.changes import Changes
from callcenter.floor.events import AnyEvent
from callcenter.floor.facts import QueueVisit, VisitOutcome
from callcenter.live.keeper import Keeper
from callcenter.looking import looking

log = logging.getLogger(__name__)


@asynccontextmanager
async def filling(context: Context, keeper: Keeper) -> AsyncIterator[None]:
    """Carries out the rules during the block."""

    async def look() -> None:
        try:
            await fill_all(context)
        except (DBAPIError, OSError, CallCenterError):
            log.warning("The rules of lists could not be carried out; trying again in a minute", exc_info=True)

    def on_changes(_event: AnyEvent, changes: Changes) -> None:
        asked = VisitOutcome.CALLBACK_REQUESTED
        if any(isinstance(fact, QueueVisit) and fact.outcome is asked for fact in changes.facts):
            soon()

    async with looking(look, at_once=True, second=30) as soon:
        keeper.listen(on_changes)
        yield
