"""Gaps and nightly comparisons: kept, made once, told to whoever may know."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.books.api import book_routes
from callcenter.books.rules import Span, day_span
from callcenter.books.service import MOST_DIFFERENCES, Books, Comparison
from callcenter.errors import NotFound
from callcenter.floor.facts import Gap, GapReason
from callcenter.store.engine import make_sessions
from callcenter.store.recorder import Recorder
from tests.facts import NOON
from tests.web import Site

ZONE = ZoneInfo("Asia/Shanghai")
YESTERDAY = day_span(date(2025, 11, 21), ZONE)
PANEL = {"X-Requested-With": "callcenter"}
ONE = {
    "queue": "sales",
    "channel_id": "1.1",
    "call_id": "1.0",
    "joined_at": NOON,
    "stored": "lost",
    "logged": "answered",
    "explanation": "",
}
COUNTS = [{"queue": "sales", "outcome": "answered", "stored": 1, "logged": 2}]


class Log:
    """Comparisons on demand; `waits` holds them up."""

    def __init__(self) -> None:
        self.asked: list[Span] = []
        self.was_asked = asyncio.Event()
        self.found = Comparison(COUNTS, [ONE], [])
        self.waits: asyncio.Event | None = None
        self.fault: Exception | None = None

    async def compare(self, span: Span) -> Comparison:
        self.asked.append(span)
        self.was_asked.set()
        if self.waits is not None:
            await self.waits.wait()
        if self.fault is not None:
            raise self.fault
        return self.found


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
async def books(engine: AsyncEngine, log: Log) -> AsyncIterator[Books]:
    books = Books(make_sessions(engine), {"pbx1": log.compare}, ZONE, lambda: NOON)
    yield books
    await books.close()


async def done(books: Books) -> None:
    await asyncio.gather(*books._tasks)


async def test_the_day_that_ended_is_compared_once(books: Books, log: Log) -> None:
    for _ in range(2):
        await books.compare_ended_day()
        await done(books)
    assert log.asked == [YESTERDAY]
    [run] = await books.runs(5)
    assert (run.pbx, run.since, run.until, run.ran_at, run.error) == ("pbx1", *YESTERDAY, NOON, "")
    assert (run.difference_count, run.differences, run.counts) == (1, [ONE], COUNTS)


async def test_a_night_that_was_missed_is_made_up_for_at_the_start(books: Books, log: Log) -> None:
    async with books.every_night():
        await asyncio.wait_for(log.was_asked.wait(), 10)
    await done(books)
    assert len(await books.runs(5)) == 1
    assert log.asked == [YESTERDAY]


async def test_what_cannot_be_compared_says_why_and_is_tried_again(books: Books, log: Log) -> None:
    log.fault = NotFound("/var/log/asterisk/queue_log: there is no such file")
    await books.compare_ended_day()
    await done(books)
    log.fault = None
    await books.compare_ended_day()
    await done(books)
    errors = [run.error for run in await books.runs(5)]
    assert errors == ["", "/var/log/asterisk/queue_log: there is no such file"]


async def test_a_bug_in_the_comparison_leaves_the_books_usable(books: Books, log: Log) -> None:
    log.fault = RuntimeError("a bug")
    await books.compare_ended_day()
    await done(books)
    assert await books.runs(5) == []
    log.fault = None
    await books.compare_ended_day()
    await done(books)
    assert len(await books.runs(5)) == 1


async def test_of_very_many_differences_the_first_are_kept(books: Books, log: Log) -> None:
    log.found = Comparison([], [ONE] * (MOST_DIFFERENCES + 5), [])
    await books.compare_ended_day()
    await done(books)
    [run] = await books.runs(5)
    assert (run.difference_count, len(run.differences)) == (MOST_DIFFERENCES + 5, MOST_DIFFERENCES)


# --- the routes -------------------------------------------------------------------------------------------------


def a_gap(since: float, **given: Any) -> Gap:
    return Gap(
        **{
            "pbx": "pbx1",
            "since": since,
            "until": since + 15,
            "reason": GapReason.LINK,
            "recovered": 3,
            "lost": 1,
            "is_readable": True,
            **given,
        }
    )


@pytest.fixture
def site(engine: AsyncEngine, books: Books) -> Site:
    return Site(make_sessions(engine), book_routes(books))


async def test_gaps_of_a_span(site: Site, engine: AsyncEngine) -> None:
    recorder = Recorder(engine)
    recorder.note([a_gap(NOON), a_gap(NOON + 100), a_gap(NOON + 200, reason=GapReason.PBX_RESTART)])
    recorder.note([a_gap(NOON)])
    await recorder.flush()
    async with await site.client(Role.AGENT) as panel:
        everything = (await panel.get("/api/gaps")).json()["gaps"]
        some = (await panel.get("/api/gaps", params={"from": NOON + 10, "to": NOON + 150})).json()["gaps"]
        wrong = await panel.get("/api/gaps", params={"from": NOON, "to": NOON - 1})
        nan = await panel.get("/api/gaps", params={"from": "nan"})
    assert [gap["since"] - NOON for gap in everything] == [200, 100, 0]
    assert [gap["since"] - NOON for gap in some] == [100, 0]
    assert everything[0] == {
        "pbx": "pbx1",
        "is_certain": True,
        "since": NOON + 200,
        "until": NOON + 215,
        "reason": "pbx_restart",
        "recovered": 3,
        "lost": 1,
        "is_readable": True,
    }
    assert (wrong.status_code, wrong.json()["field"], nan.status_code) == (422, "from", 422)


async def test_an_administrator_compares_now(site: Site, books: Books, log: Log) -> None:
    log.waits = asyncio.Event()
    async with await site.client(Role.ADMIN) as panel:
        begun = await panel.post("/api/reconciliations", json={"day": "2025-11-22"}, headers=PANEL)
        again = await panel.post("/api/reconciliations", json={}, headers=PANEL)
        running = (await panel.get("/api/reconciliations")).json()
        log.waits.set()
        await done(books)
        found = (await panel.get("/api/reconciliations")).json()
    assert (begun.status_code, begun.json(), again.status_code) == (202, {"running": ["pbx1"]}, 409)
    assert (running["running"], running["runs"], running["pbxs"]) == (["pbx1"], [], ["pbx1"])
    assert log.asked == [(day_span(date(2025, 11, 22), ZONE)[0], NOON)]
    [run] = found["runs"]
    assert (found["running"], run["to"], run["differences"], run["difference_count"]) == ([], NOON, [ONE], 1)


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"pbx": "pbx9"}, "pbx"), ({"day": "2025-11-29"}, "day"), ({"day": "monday"}, "day"), ({"x": 1}, "x")],
)
async def test_what_cannot_be_asked_for(site: Site, log: Log, asked: dict[str, object], field: str) -> None:
    async with await site.client(Role.ADMIN) as panel:
        refused = await panel.post("/api/reconciliations", json=asked, headers=PANEL)
    assert (refused.status_code, refused.json()["field"], log.asked) == (422, field, [])


@pytest.mark.parametrize(
    ("role", "statuses"),
    [(Role.AGENT, (200, 403, 403)), (Role.QA, (403, 200, 403)), (Role.SUPERVISOR, (200, 200, 403))],
)
async def test_who_may_know(site: Site, log: Log, role: Role, statuses: tuple[int, ...]) -> None:
    async with await site.client(role) as panel:
        gaps, runs = await panel.get("/api/gaps"), await panel.get("/api/reconciliations")
        run = await panel.post("/api/reconciliations", json={}, headers=PANEL)
    assert (gaps.status_code, runs.status_code, run.status_code) == statuses
    async with site.stranger() as stranger:
        assert (await stranger.get("/api/gaps")).status_code == 401
    assert log.asked == []
