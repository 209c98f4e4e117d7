"""Lines of queue_log per second: into figures in memory, and into SQLite, beside the least that could be done.

The baselines: splitting the same lines and counting their events; inserting them as they are by bare sqlite3.
"""

import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from callcenter.asterisk.queue_log import records
from callcenter.asterisk.queue_log_facts import QueueLogFacts
from callcenter.floor.events import DirectoryChanged
from callcenter.floor.facts import AnyFact, QueueVisit
from callcenter.queue_logs import import_files
from callcenter.reports.figures.measures import live_sums, merge
from callcenter.settings import PbxSettings, Settings
from callcenter.store.engine import make_engine, migrate

CALLS = 60_000
LINES = CALLS * 4
TURNS = 3
QUEUES, AGENTS = 12, 80
DIRECTORY = DirectoryChanged("pbx1", 0.0, (), ())


def measure() -> list[dict[str, object]]:
    """Rows of the result: memory, SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "queue_log"
        log.write_text("".join(_lines()))
        return [
            _row("figures in memory", _figures, "split", _split, log),
            _row("SQLite", _import, "bare sqlite3", _insert, log),
        ]


def _row(
    name: str, ours: Callable[[Path], None], base_name: str, base: Callable[[Path], None], log: Path
) -> dict[str, object]:
    rates: dict[str, list[float]] = {"ours": [], "base": []}
    for _ in range(TURNS):
        for side, run in (("base", base), ("ours", ours)):
            began = time.perf_counter()
            run(log)
            rates[side].append(LINES / (time.perf_counter() - began))
    return {
        "into": name,
        "lines/s": round(statistics.median(rates["ours"])),
        "baseline": base_name,
        "baseline lines/s": round(statistics.median(rates["base"])),
    }


def _lines() -> Iterator[str]:
    """A busy day: a ring without an answer, an answer, a talk; one call in five gives up."""
    for place in range(CALLS):
        at, call, queue = 1_700_000_000 + place, f"pbx1-{1_700_000_000 + place}.{place * 3}", f"queue{place % QUEUES}"
        agent = f"Agent {place % AGENTS}"
        wait, talk = 4 + place * 5 % 37, 20 + place * 7 % 401
        yield f"{at}|{call}|{queue}|NONE|ENTERQUEUE||1380000{place % 10_000:04}|1\n"
        yield f"{at + 3}|{call}|{queue}|{agent}|RINGNOANSWER|3000\n"
        if place % 5:
            yield f"{at + wait}|{call}|{queue}|{agent}|CONNECT|{wait}|pbx1-{at}.{place * 3 + 1}|1\n"
            yield f"{at + wait + talk}|{call}|{queue}|{agent}|COMPLETECALLER|{wait}|{talk}|1\n"
        else:
            yield f"{at + wait}|{call}|{queue}|{agent}|RINGCANCELED|1000\n"
            yield f"{at + wait}|{call}|{queue}|NONE|ABANDON|1|1|{wait}\n"


def _figures(log: Path) -> None:
    fold = QueueLogFacts("pbx1", DIRECTORY)
    sums: dict[str, dict[str, float]] = {}

    def count(facts: list[AnyFact]) -> None:
        for fact in facts:
            merge(sums.setdefault(getattr(fact, "queue", ""), {}), live_sums(fact))

    for record in records([log]):
        if facts := fold.apply(record):
            count(facts)
    count(fold.finish())
    assert sum(each.get("answered", 0) for each in sums.values()) == CALLS * 4 / 5, "not all was counted"


def _split(log: Path) -> None:
    counts: Counter[str] = Counter()
    with log.open(encoding="utf-8") as lines:
        for line in lines:
            counts[line.split("|")[4]] += 1
    assert counts.total() == LINES


def _import(log: Path) -> None:
    asyncio.run(_import_into(log))


async def _import_into(log: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite+aiosqlite:///{folder}/bench.db")
        try:
            await migrate(engine)
            done = await import_files(engine, Settings(pbxs=(PbxSettings(name="pbx1"),)), "pbx1", [log])
        finally:
            await engine.dispose()
    assert done.counts[QueueVisit] == CALLS, "not all was imported"


def _insert(log: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "bench.db")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE lines (at, call, queue, agent, event, data)")
        with log.open(encoding="utf-8") as lines, connection:
            connection.executemany("INSERT INTO lines VALUES (?,?,?,?,?,?)", (line.split("|", 5) for line in lines))
        connection.close()
