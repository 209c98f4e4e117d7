"""Wake-ups on the real scheduler and both databases: kept over restarts, moved, removed."""

import asyncio
import time

import pytest
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from callcenter.dialer import schedule as module
from callcenter.dialer.schedule import Schedule, sync_url
from callcenter.dialer.tables import Target, wake_ups
from callcenter.store.engine import Sessions
from tests.dialer.conftest import Centre


class Woken:
    """Whoever is woken."""

    def __init__(self) -> None:
        self.lists: asyncio.Queue[int] = asyncio.Queue()

    def __call__(self, list_id: int) -> None:
        self.lists.put_nowait(list_id)


async def jobs(sessions: Sessions) -> list[str]:
    async with sessions() as session:
        return list(await session.scalars(select(wake_ups.c.id).order_by(wake_ups.c.id)))


async def test_a_wake_up_comes_once_at_its_time(storage_url: str, sessions: Sessions) -> None:
    woken, schedule = Woken(), Schedule(storage_url)
    await schedule.start(woken)
    at = time.time() + 0.2
    await schedule.wake_at(7, at)
    async with asyncio.timeout(10):
        assert await woken.lists.get() == 7
    assert time.time() >= at
    await schedule.close()
    assert await jobs(sessions) == []
    assert woken.lists.empty()


async def test_a_wake_up_survives_a_restart_and_comes_late_rather_than_never(
    storage_url: str, sessions: Sessions
) -> None:
    before, woken, after = Woken(), Schedule(storage_url), Woken()
    await woken.start(before)
    await woken.wake_at(7, time.time() + 0.5)
    await woken.close()
    assert await jobs(sessions) == ["list-7"]
    again = Schedule(storage_url)
    await again.start(after)
    async with asyncio.timeout(10):
        assert await after.lists.get() == 7
    await again.close()
    assert before.lists.empty()


async def test_a_wake_up_is_moved_and_removed(storage_url: str, sessions: Sessions) -> None:
    schedule = Schedule(storage_url)
    await schedule.start(Woken())
    for at in (time.time() + 1000, time.time() + 2000):
        await schedule.wake_at(7, at)
        assert await jobs(sessions) == ["list-7"]
    await schedule.wake_at(7, None)
    await schedule.wake_at(8, None)
    assert await jobs(sessions) == []
    await schedule.close()


async def test_a_database_that_is_away_does_not_end_the_wake_ups(
    storage_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    removed, failures = SQLAlchemyJobStore.remove_job, iter([OperationalError("DELETE", {}, OSError("gone"))])

    def remove_job(store: SQLAlchemyJobStore, job_id: str) -> None:
        for failure in failures:
            raise failure
        removed(store, job_id)

    monkeypatch.setattr(module, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(SQLAlchemyJobStore, "remove_job", remove_job)
    woken, schedule = Woken(), Schedule(storage_url)
    await schedule.start(woken)
    await schedule.wake_at(7, time.time() + 0.1)
    async with asyncio.timeout(10):
        # Twice, since it could not be removed: that does no harm.
        assert [await woken.lists.get(), await woken.lists.get()] == [7, 7]
        await schedule.wake_at(8, time.time() + 0.1)
        assert await woken.lists.get() == 8
    await schedule.close()
    assert "trying again" in caplog.text


async def test_a_retry_is_dialled_by_itself_when_it_falls_due(centre: Centre) -> None:
    centre.clock.source = time.time
    list_id = await centre.list_with(1)
    async with centre.sessions.begin() as session:
        (await session.scalars(select(Target))).one().due_at = time.time() + 3
    centre.seats.free = 1
    await centre.worker().start_list(list_id)
    await centre.until_told(list_id, state="running", why_idle="nothing_due")
    [call] = await centre.until_placed(1)
    [attempt] = await centre.attempts()
    [target] = await centre.targets()
    assert target.due_at is not None
    assert attempt.placed_at >= target.due_at
    assert call.number == target.number


@pytest.mark.parametrize(
    ("storage", "expected"),
    [
        ("sqlite+aiosqlite:///var/callcenter.db", "sqlite:///var/callcenter.db"),
        ("postgresql+asyncpg://u:p@h:1/d", "postgresql+psycopg://u:p@h:1/d"),
    ],
)
def test_the_same_database_through_another_driver(storage: str, expected: str) -> None:
    assert sync_url(storage).render_as_string(hide_password=False) == expected
