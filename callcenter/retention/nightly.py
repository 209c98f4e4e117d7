"""The deletion run of each night. What one night misses the next one finds: what is due stays due."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError

from callcenter.errors import StoreAway
from callcenter.looking import looking
from callcenter.recordings.library import Library
from callcenter.retention.deleting import retire
from callcenter.store.engine import Sessions

log = logging.getLogger(__name__)

HOUR = 3
"""On the centre's clock: nobody talks, and the day that ended is compared with queue_log by then."""


@asynccontextmanager
async def retiring(sessions: Sessions, library: Library, zone: ZoneInfo) -> AsyncIterator[None]:
    """Deletes each night what is due, during the block."""

    async def run() -> None:
        try:
            done = (await retire(sessions, library, "nightly")).deleted.told()
        except (DBAPIError, OSError, StoreAway):
            log.warning("Recordings whose time is over could not be deleted; trying again next night", exc_info=True)
        else:
            log.info("Recordings deleted since their time is over: %(recordings)d, %(bytes)d bytes", done)

    async with looking(run, zone=zone, hour=HOUR):
        yield
