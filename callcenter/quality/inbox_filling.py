"""Plans at work: each hour and at the start. What a plan has drawn stands in its own table."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError

from callcenter.errors import CallCenterError
from callcenter.looking import looking
from callcenter.quality.assignments import fill_all
from callcenter.quality.plans import Context

log = logging.getLogger(__name__)


@asynccontextmanager
async def inbox_filling(context: Context) -> AsyncIterator[None]:
    """Has the plans draw during the block."""

    async def look() -> None:
        try:
            await fill_all(context)
        except (DBAPIError, OSError, CallCenterError):
            log.warning("The inbox of reviewers could not be filled; trying again in an hour", exc_info=True)

    async with looking(look, at_once=True, minute=5):
        yield
