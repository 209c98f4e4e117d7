"""Whose number is this? Asked of a million customers, beside the same question of a thousand.

The goal: p95 under 20 ms at a million.
"""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.customers.rules import name_key
from callcenter.customers.service import Context, known_callers
from callcenter.customers.tables import Customer, CustomerNumber
from callcenter.store.batches import in_batches
from callcenter.store.engine import make_engine, make_sessions, migrate
from tests.databases import PostgresServer

SIZES = (1_000, 1_000_000)
ASKED = 2_000
LIMIT_MS = 20.0
AT_ONCE = 5_000
NOW = 1_763_800_000.0


def measure() -> list[dict[str, object]]:
    """A row for each size and database."""
    postgres = PostgresServer()
    try:
        with tempfile.TemporaryDirectory() as folder:
            rows = []
            for size in SIZES:
                sqlite = f"sqlite+aiosqlite:///{Path(folder) / f'{size}.db'}"
                postgresql = postgres.url(asyncio.run(postgres.new_database(migrated=False)))
                rows += [asyncio.run(_one(url, size)) for url in (sqlite, postgresql)]
            return rows
    finally:
        postgres.stop()


async def _one(url: str, size: int) -> dict[str, object]:
    engine = make_engine(url)
    await migrate(engine)
    began_at = time.perf_counter()
    await _fill(engine, size)
    filled = time.perf_counter() - began_at
    context = Context(make_sessions(engine), lambda: NOW)
    chance = random.Random(7)
    took, hits = [], 0
    for _ in range(ASKED):
        number = f"138{chance.randrange(size + size // 10):08}"  # one in eleven is nobody's
        began_at = time.perf_counter()
        _, found = await known_callers(context, number)
        took.append((time.perf_counter() - began_at) * 1000)
        hits += bool(found)
    await engine.dispose()
    return {
        "database": engine.dialect.name,
        "customers": size,
        "filled s": round(filled, 1),
        "p50 ms": round(statistics.median(took), 2),
        "p95 ms": round(statistics.quantiles(took, n=20)[-1], 2),
        "slowest ms": round(max(took), 1),
        "known": f"{hits / ASKED:.0%}",
    }


async def _fill(engine: AsyncEngine, size: int) -> None:
    async with engine.begin() as connection:
        for some in in_batches(range(1, size + 1), AT_ONCE):
            await connection.execute(insert(Customer), list(_customers(some)))
            await connection.execute(insert(CustomerNumber), [_number(one) for one in some])
    async with engine.connect() as connection:
        await connection.execute(text("ANALYZE"))
        await connection.commit()


def _customers(ids: Any) -> Iterator[dict[str, Any]]:
    shared = {"created_at": NOW, "created_by": "bench", "changed_at": NOW, "changed_by": "bench"}
    for one in ids:
        yield shared | {"id": one, "name": f"Customer {one}", "name_key": name_key(f"Customer {one}")}


def _number(customer: int) -> dict[str, Any]:
    return {"customer_id": customer, "number": f"+86138{customer - 1:08}", "place": 0}


def holds(rows: list[dict[str, object]]) -> bool:
    """Whether who calls is known in time."""
    return all(float(str(row["p95 ms"])) < LIMIT_MS for row in rows)
