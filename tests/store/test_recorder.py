"""The recorder writes each fact once, in order, and outlives a database that goes away."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import Table, func, make_url, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.floor.facts import AnyFact, Fact, VisitOutcome
from callcenter.store import recorder as recorder_module
from callcenter.store.recorder import Recorder
from callcenter.store.tables import FACT_TABLES, calls, queue_visits
from tests.databases import PostgresServer
from tests.facts import NOON, a_call, a_visit, one_of_each

AWAY_SECONDS = 20


async def _count(engine: AsyncEngine, table: Table) -> int:
    async with engine.connect() as connection:
        return (await connection.execute(select(func.count()).select_from(table))).scalar_one()


async def _rows(engine: AsyncEngine, table: Table) -> list[dict[str, Any]]:
    async with engine.connect() as connection:
        return [dict(row) for row in (await connection.execute(select(table).order_by(table.c.id))).mappings()]


async def test_a_fact_noted_twice_is_one_row(engine: AsyncEngine) -> None:
    recorder = Recorder(engine)
    recorder.note(one_of_each() + one_of_each())
    await recorder.flush()
    recorder.note(one_of_each())
    await recorder.flush()
    for kind in {type(fact) for fact in one_of_each()}:
        assert await _count(engine, FACT_TABLES[kind]) == 1
    assert (recorder.written, recorder.pending, recorder.refused) == (3 * len(one_of_each()), 0, 0)


async def test_the_later_fact_of_one_key_stays(engine: AsyncEngine) -> None:
    recorder = Recorder(engine)
    recorder.note([a_visit(outcome=VisitOutcome.LOST, is_certain=False), a_visit(outcome=VisitOutcome.ABANDONED)])
    await recorder.flush()
    (row,) = await _rows(engine, queue_visits)
    assert row["outcome"] == "abandoned"
    recorder.note([a_visit(outcome=VisitOutcome.TIMED_OUT)])
    await recorder.flush()
    (again,) = await _rows(engine, queue_visits)
    assert (again["id"], again["outcome"]) == (row["id"], "timed_out")


async def test_what_is_certain_is_not_replaced_by_a_guess(engine: AsyncEngine) -> None:
    recorder = Recorder(engine)
    recorder.note([a_visit(), a_visit(outcome=VisitOutcome.LOST, is_certain=False)])
    await recorder.flush()
    (row,) = await _rows(engine, queue_visits)
    assert (row["outcome"], row["is_certain"]) == ("answered", True)


async def test_ten_thousand_facts_are_written_in_order_by_the_task(engine: AsyncEngine) -> None:
    told: list[AnyFact] = []
    everything = asyncio.Event()

    def after_write(facts: Any) -> None:
        told.extend(facts)
        if len(told) == 10_000:
            everything.set()

    recorder = Recorder(engine, after_write=after_write)
    recorder.start()
    facts = [a_visit(join=n, joined_at=NOON + n) for n in range(10_000)]
    recorder.note(facts)
    async with asyncio.timeout(60):
        await everything.wait()
    await recorder.close()
    assert told == facts
    assert [row["join"] for row in await _rows(engine, queue_visits)] == list(range(10_000))


async def test_close_writes_what_waits(engine: AsyncEngine) -> None:
    recorder = Recorder(engine)
    recorder.start()
    recorder.note([a_call()])
    await recorder.close()
    assert await _count(engine, calls) == 1


Door = Callable[[], Awaitable[None]]


@pytest.fixture
async def doors(
    engine: AsyncEngine, storage_url: str, request: pytest.FixtureRequest
) -> AsyncIterator[tuple[Door, Door]]:
    """Functions that take the database away and bring it back."""
    url = make_url(storage_url)
    name = str(url.database)
    if url.get_backend_name() == "sqlite":
        locker = sqlite3.connect(name, isolation_level=None)

        async def take_away() -> None:
            async with engine.connect() as connection:
                await connection.execute(text("PRAGMA busy_timeout=1"))
            locker.execute("BEGIN EXCLUSIVE")

        async def bring_back() -> None:
            locker.execute("ROLLBACK")

        yield take_away, bring_back
        locker.close()
        return
    server: PostgresServer = request.getfixturevalue("postgres")

    async def close_door() -> None:
        await server.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await server.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    async def open_door() -> None:
        await server.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    yield close_door, open_door


async def test_facts_wait_while_the_database_is_away(
    engine: AsyncEngine,
    doors: tuple[Door, Door],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recorder_module, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(recorder_module, "LONGEST_RETRY_SECONDS", 0.05)
    take_away, bring_back = doors
    told: asyncio.Queue[int] = asyncio.Queue()
    failed: asyncio.Queue[Exception] = asyncio.Queue()
    recorder = Recorder(engine, after_write=lambda facts: told.put_nowait(len(facts)))

    flush = recorder.flush

    async def watched() -> None:
        try:
            await flush()
        except Exception as error:
            failed.put_nowait(error)
            raise

    monkeypatch.setattr(recorder, "flush", watched)
    recorder.start()
    async with asyncio.timeout(AWAY_SECONDS):
        recorder.note([a_visit(join=1)])
        assert await told.get() == 1
        await take_away()
        recorder.note([a_visit(join=2)])
        await failed.get()
        recorder.note([a_visit(join=3)])
        for _ in range(3):
            await failed.get()
        assert recorder.pending == 2
        await bring_back()
        assert await told.get() == 2
    await recorder.close()
    assert [row["join"] for row in await _rows(engine, queue_visits)] == [1, 2, 3]
    assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.WARNING]


async def test_closing_while_the_database_is_away_says_what_is_missing(
    engine: AsyncEngine, doors: tuple[Door, Door], caplog: pytest.LogCaptureFixture
) -> None:
    take_away, bring_back = doors
    recorder = Recorder(engine)
    await take_away()
    recorder.note([a_call(number="13800138000")])
    await recorder.close()
    await bring_back()
    assert "1 facts were not written" in caplog.text
    assert "13800138000" not in caplog.text


@pytest.mark.parametrize(
    "bad", [a_call(caller_name="\ud800"), a_call(started_at=None), a_visit(position=2**70)], ids=["text", "null", "int"]
)
async def test_one_impossible_fact_does_not_stop_the_others(
    engine: AsyncEngine, bad: Fact, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = Recorder(engine)
    good = [a_visit(join=n) for n in (5, 6)]
    recorder.note([good[0], bad, good[1]])  # type: ignore[list-item]
    await recorder.flush()
    assert (recorder.written, recorder.refused, recorder.pending) == (2, 1, 0)
    assert [row["join"] for row in await _rows(engine, queue_visits)] == [5, 6]
    assert "cannot be a row" in caplog.text
    assert "13800138000" not in caplog.text


async def test_a_nul_in_a_name_is_refused_by_postgresql_alone(engine: AsyncEngine) -> None:
    recorder = Recorder(engine)
    recorder.note([a_call(caller_name="a\0b"), a_visit()])
    await recorder.flush()
    assert recorder.refused == (engine.dialect.name == "postgresql")
    assert await _count(engine, queue_visits) == 1


async def test_beyond_the_limit_the_newest_are_dropped_and_counted(
    engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = Recorder(engine, limit=2)
    recorder.note([a_visit(join=n) for n in range(5)])
    assert (recorder.pending, recorder.dropped) == (2, 3)
    await recorder.flush()
    assert [row["join"] for row in await _rows(engine, queue_visits)] == [0, 1]
    assert len(caplog.records) == 1


async def test_a_listener_that_fails_stops_nothing(engine: AsyncEngine, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_facts: object) -> None:
        raise ValueError("no")

    recorder = Recorder(engine, after_write=fail)
    recorder.note([a_call()])
    await recorder.flush()
    assert (recorder.written, recorder.pending) == (1, 0)
    assert "A listener of the recorder failed" in caplog.text


async def test_closing_does_not_wait_for_ever(
    engine: AsyncEngine, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "CLOSE_SECONDS", 0.01)
    recorder = Recorder(engine)
    monkeypatch.setattr(recorder, "flush", asyncio.Event().wait)
    recorder.note([a_call()])
    async with asyncio.timeout(AWAY_SECONDS):
        await recorder.close()
    assert "1 facts were not written: TimeoutError" in caplog.text
