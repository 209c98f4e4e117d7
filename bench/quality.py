"""The report of quality by reviewer and by agent over 100,000 reviews, on SQLite and PostgreSQL.

40 reviewers judge 200 agents by 3 forms during a quarter. BENCH_REVIEWS is the number of reviews.
"""

import asyncio
import os
import statistics
import time
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.reports import DAY, START, address_of
from callcenter.reports.names import Names
from callcenter.reports.quality import By, Wanted, quality_report
from callcenter.reports.service import Sources
from callcenter.reports.spans import Span
from callcenter.store.engine import make_engine

REVIEWS = int(os.environ.get("BENCH_REVIEWS", "100000"))
DAYS = 90
TURNS = 15
LIMIT_MS = 300
CASES: tuple[By, ...] = ("reviewer", "agent")

SERIES = {
    "postgresql": "generate_series(0, {last}) AS series(n)",
    "sqlite": "(WITH RECURSIVE series(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n < {last}) "
    "SELECT n FROM series)",
}
FORMS = "INSERT INTO review_forms (retired_by) VALUES (''), (''), ('')"
FILLING = """
INSERT INTO reviews (pbx, call_id, agent_number, agent_name, team, talked_at, form_id, form_version, reviewer_id,
  reviewer, state, version, answers, notes, comments, score, pass_score, is_zeroed, created_at, changed_at,
  published_at)
SELECT 'pbx1', 'c' || n, CAST(1000 + n * 7919 % 200 AS VARCHAR(8)), 'Agent', 'team' || (n * 7919 % 200 / 15), at,
  1 + n % 3, 1, n * 31 % 40, 'reviewer' || (n * 31 % 40), state, 1, '{{}}', '{{}}', '[]', n * 47 % 101, 80.0,
  n % 50 = 0, at, at, at
FROM (SELECT n, {start} + n * {step} AS at, CASE WHEN n % 20 = 0 THEN 'changed' WHEN n % 20 = 1 THEN 'upheld'
  ELSE 'acknowledged' END AS state FROM {series}) model
"""


def measure() -> list[dict[str, object]]:
    """Rows of the result: each report on each database."""
    return asyncio.run(_measure())


def holds(rows: list[dict[str, object]]) -> bool:
    """Whether the report by reviewer keeps its limit."""
    return all(float(str(row["median ms"])) <= LIMIT_MS for row in rows if row["by"] == "reviewer")


async def _measure() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for name in SERIES:
        async with address_of(name) as address:
            engine = make_engine(address)
            await _fill(engine, name)
            for by in CASES:
                times = await _times(engine, by)
                rows += [{"database": name, "by": by, "reviews": f"{REVIEWS:,}", **times}]
            await engine.dispose()
    return rows


async def _fill(engine: AsyncEngine, name: str) -> None:
    series = SERIES[name].format(last=REVIEWS - 1)
    async with engine.begin() as connection:
        await connection.execute(text(FORMS))
        step = DAYS * DAY / REVIEWS
        # Colons of JSON are none of parameters.
        await connection.exec_driver_sql(FILLING.format(series=series, start=float(START), step=step))
        await connection.execute(text("ANALYZE"))


async def _times(engine: AsyncEngine, by: By) -> dict[str, object]:
    sources = Sources(engine, ZoneInfo("UTC"), Names())
    wanted = Wanted(span=Span(START, START + DAYS * DAY))
    took = []
    for _ in range(TURNS):
        began = time.perf_counter()
        found = await quality_report(sources, wanted, by)
        took.append(time.perf_counter() - began)
        assert found.totals["reviews_done"] == REVIEWS, found.totals
    return {"median ms": round(statistics.median(took) * 1000), "fastest ms": round(min(took) * 1000)}
