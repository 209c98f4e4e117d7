"""Each night the clips go whose time is over, and files that no clip has."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from callcenter.looking import looking
from callcenter.quality.clip_tables import Clip
from callcenter.quality.clips.cutting import Cutter
from callcenter.quality.clips.service import delete_clip
from callcenter.store.engine import Sessions

log = logging.getLogger(__name__)

HOUR = 3
"""On the centre's clock: nobody talks, and recordings are deleted, too."""


async def expire(sessions: Sessions, cutter: Cutter) -> int:
    """Deletes what is due; how many clips. Raises OSError; what was not reached is due the next time."""
    now = cutter.library.clock()
    async with sessions() as session:
        due = (await session.scalars(select(Clip.id).where(Clip.kept_until <= now))).all()
    for clip_id in due:
        await delete_clip(sessions, cutter, clip_id)
    left = await asyncio.to_thread(cutter.left, now)
    async with sessions() as session:
        known = set(await session.scalars(select(Clip.file)))
    await cutter.remove(file for file in left if file not in known)
    return len(due)


@asynccontextmanager
async def expiring(sessions: Sessions, cutter: Cutter, zone: ZoneInfo) -> AsyncIterator[None]:
    """Deletes each night what is due, during the block."""

    async def run() -> None:
        try:
            gone = await expire(sessions, cutter)
        except (DBAPIError, OSError):
            log.warning("Clips whose time is over could not be deleted; trying again next night", exc_info=True)
        else:
            log.info("Clips deleted since their time is over: %d", gone)

    async with looking(run, zone=zone, hour=HOUR):
        yield
