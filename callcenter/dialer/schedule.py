"""Wakes the dialer when a window opens or a retry falls due: APScheduler with its jobs in the server's database.

A job only says "look at list n". What is due is in our own tables, so a wake-up lost or repeated does no harm.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import URL, NullPool, make_url
from sqlalchemy.exc import SQLAlchemyError
from typing_extensions import override

from callcenter.dialer.tables import wake_ups
from callcenter.floor.terms import Instant

log = logging.getLogger(__name__)

Wake = Callable[[int], None]

SYNC_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
SQLITE_BUSY_SECONDS = 10
RETRY_SECONDS = 5.0

# Whoever dials in this process. A stored job names its function by text and can carry no object.
_wakes: set[Wake] = set()


def wake_dialer(list_id: int) -> None:
    """What every job does."""
    for wake in tuple(_wakes):
        wake(list_id)


class _Scheduler(BackgroundScheduler):  # type: ignore[misc]
    """Its thread outlives a database that is away: APScheduler's own ends when a job cannot be removed."""

    @override
    def _process_jobs(self) -> float | None:
        try:
            seconds: float | None = super()._process_jobs()
        except (SQLAlchemyError, JobLookupError):
            log.warning("The wake-ups cannot be read; trying again", exc_info=True)
            return RETRY_SECONDS
        return seconds


class Schedule:
    """One wake-up for each list, kept over restarts.

    It has a thread of its own: the job store blocks, and a SQLite writer on the event loop's thread would wait for
    a transaction that only the event loop can end.
    """

    def __init__(self, storage_url: str) -> None:
        url = sync_url(storage_url)
        arguments = {"timeout": SQLITE_BUSY_SECONDS} if url.drivername == "sqlite" else {}
        # No pool: wake-ups are rare, and a pooled connection in use would outlive the shutdown.
        options = {"connect_args": arguments, "poolclass": NullPool}
        self._scheduler = _Scheduler(
            jobstores={"default": SQLAlchemyJobStore(url=url, tablename=wake_ups.name, engine_options=options)},
            executors={"default": ThreadPoolExecutor(1)},
            # However late, once is enough and never too late.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            timezone=UTC,
        )
        self._at: dict[int, Instant] = {}
        self._wake: Wake | None = None
        self._starting: asyncio.Future[None] | None = None

    async def start(self, wake: Wake) -> None:
        """Begins to call `wake(list_id)`, on the running loop; overdue jobs come at once."""
        loop = asyncio.get_running_loop()

        def fired(list_id: int) -> None:
            self._at.pop(list_id, None)
            wake(list_id)

        def wake_from_thread(list_id: int) -> None:
            loop.call_soon_threadsafe(fired, list_id)

        self._wake = wake_from_thread
        _wakes.add(wake_from_thread)
        self._starting = asyncio.ensure_future(asyncio.to_thread(self._scheduler.start))
        await asyncio.shield(self._starting)

    async def close(self) -> None:
        """Stops, also in the middle of starting; the jobs stay in the database."""
        if self._wake is not None and self._starting is not None:
            _wakes.discard(self._wake)
            await self._starting
            await asyncio.to_thread(self._scheduler.shutdown)

    async def wake_at(self, list_id: int, at: Instant | None) -> None:
        """Sets the wake-up of a list (None: it needs none)."""
        if self._at.get(list_id, 0.0) == at:
            return
        await asyncio.to_thread(self._set, list_id, at)
        self._at.pop(list_id, None) if at is None else self._at.update({list_id: at})

    def _set(self, list_id: int, at: Instant | None) -> None:
        job = f"list-{list_id}"
        if at is not None:
            self._scheduler.add_job(
                f"{__name__}:{wake_dialer.__name__}",
                "date",
                run_date=datetime.fromtimestamp(at, UTC),
                args=[list_id],
                id=job,
                replace_existing=True,
            )
            return
        try:
            self._scheduler.remove_job(job)
        except JobLookupError:
            return


def sync_url(storage_url: str) -> URL:
    """The same database through a driver that APScheduler can use."""
    url = make_url(storage_url)
    return url.set(drivername=SYNC_DRIVERS[url.get_backend_name()])
