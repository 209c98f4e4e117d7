"""The way to the database when work with it is broken off."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from callcenter.store.engine import make_engine

SLOW = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT max(i) FROM n"


async def test_whoever_is_cancelled_in_the_middle_of_a_change_does_not_keep_the_database(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/callcenter.db")
    is_begun = asyncio.Event()

    async def change() -> None:
        async with engine.connect() as connection:
            await connection.execute(text("BEGIN IMMEDIATE"))
            is_begun.set()
            await connection.execute(text(SLOW))

    task = asyncio.create_task(change())
    await is_begun.wait()
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as kept:  # its traceback holds the cursors
        await task
    async with engine.connect() as connection:
        await connection.execute(text("PRAGMA busy_timeout=1000"))
        await connection.execute(text("BEGIN IMMEDIATE"))
    assert kept.tb is not None
    await engine.dispose()
