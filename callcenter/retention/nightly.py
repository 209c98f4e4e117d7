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
from callcenter.retention.originals import IsWanted, remove_originals
from callcenter.store.engine import Sessions

log = logging.getLogger(__name__)

HOUR = 3
"""On the centre's clock: nobody talks, and the day that ended is compared with queue_log by then."""


@asynccontextmanager
async def retiring(
    sessions: Sessions, library: Library, zone: ZoneInfo, is_wanted: IsWanted | None = None
) -> AsyncIterator[None]:
    """Deletes each night what is due, during the block; with `is_wanted` also the PBX's files that nobody wants."""

    async def run() -> None:
        try:
            done = (await retire(sessions, library, "nightly")).deleted.told()
        except (DBAPIError, OSError, StoreAway):
            log.warning("Recordings whose time is over could not be deleted; trying again next night", exc_info=True)
        else:
            log.info("Recordings deleted since their time is over: %(recordings)d, %(bytes)d bytes", done)
        if is_wanted is not None:
            await _without_originals(sessions, library, is_wanted)

    async with looking(run, zone=zone, hour=HOUR):
        yield


async def _without_originals(sessions: Sessions, library: Library, is_wanted: IsWanted) -> None:
    try:
        count = await remove_originals(sessions, library, is_wanted)
    except OSError as error:
        log.warning(
            "The PBX's files stay, though [recordings] keep_originals is false: they cannot be removed (%s). Let the "
            "server write to recordings_folder, or keep them",
            error.strerror or type(error).__name__,
        )
    except DBAPIError:
        log.warning("The PBX's files could not be removed; trying again next night", exc_info=True)
    else:
        log.info("Recordings whose copy alone is kept since tonight: %d", count)
