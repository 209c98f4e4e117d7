"""Recorded traffic in the store: the report's counts are those of queue_log, and today's memory at any moment."""

import gzip
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.demo.queue_log_count import WAITING, read_visits
from callcenter.floor.facts import QueueVisit
from callcenter.floor.floor import Floor
from callcenter.queue_logs import import_files
from callcenter.reports.figures import LIVE_FIGURES, figures_of
from callcenter.reports.figures.entry import Figure
from callcenter.reports.names import Names
from callcenter.reports.roll_ups import roll_up_newest
from callcenter.reports.service import Asked, Sources, chosen_figures, report
from callcenter.reports.spans import Span
from callcenter.reports.sums import Only
from callcenter.reports.today import Today
from callcenter.settings import PbxSettings, Settings
from callcenter.store.recorder import Recorder
from tests.replays import test_recorded_day, test_replayed_figures
from tests.replays.test_recorded_day import events_of

UTC = ZoneInfo("UTC")
REPLAYS = Path(test_recorded_day.__file__).parent
LOGS = {**test_replayed_figures.LOGS, "situations": "situations.queue_log.gz"}
MOVED = test_replayed_figures.MOVED
COUNTS = ("answered", "abandoned", "timed_out", "left_by_key", "left_when_empty", "withdrawn", "lost")


async def figures(engine: AsyncEngine, span: Span, chosen: tuple[Figure, ...]) -> dict[str, dict[str, float | None]]:
    """The report's figures by queue, and of all as `*`."""
    found = await report(Sources(engine, UTC, Names()), Asked(subject="queues", span=span, figures=chosen))
    rows = {row.keys[1]: figures_of(row.sums, chosen) for row in found.part.rows}
    return {"*": figures_of(found.part.totals, chosen), **rows}


def counted_in_log(name: str) -> dict[str, Counter[str]]:
    """How many stays in each queue ended how, by queue_log alone."""
    lines = gzip.decompress((REPLAYS / LOGS[name]).read_bytes()).decode().splitlines()
    counts: dict[str, Counter[str]] = {}
    for visit in read_visits(lines):
        if visit.outcome != WAITING:
            counts.setdefault(visit.queue, Counter())[visit.outcome] += 1
    return counts


@pytest.mark.parametrize("capture", ["everything", "filtered", "busy", "scenes"])
async def test_every_count_is_that_of_queue_log_and_of_today(engine: AsyncEngine, capture: str) -> None:
    events = events_of(f"{capture}.ami")
    begin = next(event.at for event in events if event.at)
    today, recorder, floor = Today(UTC, lambda keys: None, begin), Recorder(engine), Floor()
    span = Span(today.since, today.until)
    for number, event in enumerate(events):
        changes = floor.apply(event)
        recorder.note(changes.facts)
        today.on_changes(event, changes)
        if number % (len(events) // 6) == 0:
            await recorder.flush()
            if number % 2:
                await roll_up_newest(engine, UTC, event.at)
            await _check_today(engine, today, span)
    await recorder.flush()
    await _check_today(engine, today, span)
    found = await figures(engine, span, chosen_figures("queues", Only()))
    _check_counts(found, counted_in_log(capture), MOVED.get(capture, 0))


async def _check_today(engine: AsyncEngine, today: Today, span: Span) -> None:
    found = await figures(engine, span, LIVE_FIGURES)
    queues = [name for name in found if name not in ("*", "")]
    assert found["*"] == pytest.approx(today.view("*"))
    for queue in queues:
        assert found[queue] == pytest.approx(today.view(f"pbx1/{queue}"))


def _check_counts(found: dict[str, dict[str, float | None]], logged: dict[str, Counter[str]], moved: int) -> None:
    """A caller whom somebody moved is an ABANDON in queue_log, and withdrawn here: so many in all, in any queue."""
    differences: Counter[str] = Counter()
    for queue in {*found, *logged} - {"*", ""}:
        ours, theirs = found.get(queue, {}), logged.get(queue, Counter())
        assert ours.get("offered") == sum(theirs.values()), queue
        for outcome in COUNTS:
            differences[outcome] += int(ours.get(outcome) or 0) - theirs[outcome]
            if outcome not in ("abandoned", "withdrawn"):
                assert (ours.get(outcome) or 0) == theirs[outcome], (queue, outcome)
    assert (differences["withdrawn"], differences["abandoned"]) == (moved, -moved)
    assert found["*"]["offered"] == sum(sum(theirs.values()) for theirs in logged.values())


async def test_what_the_link_missed_is_counted_once_queue_log_is_taken_over(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    """A hole and two restarts, rolled up as they were seen; then the log, which corrects and completes them."""
    events = events_of("restarts.ami")
    begin = next(event.at for event in events if event.at)
    today, recorder, floor = Today(UTC, lambda keys: None, begin), Recorder(engine), Floor()
    span = Span(today.since, today.until)
    for event in events:
        recorder.note(floor.apply(event).facts)
    await recorder.flush()
    while await roll_up_newest(engine, UTC, span.until):
        pass
    before = (await figures(engine, span, chosen_figures("queues", Only())))["*"]
    log = tmp_path / "queue_log"
    log.write_bytes(gzip.decompress((REPLAYS / LOGS["restarts"]).read_bytes()))
    done = await import_files(engine, Settings(pbxs=(PbxSettings(name="pbx1"),)), "pbx1", [log])
    assert done.counts[QueueVisit] > 0
    while await roll_up_newest(engine, UTC, span.until):
        pass
    after = await figures(engine, span, chosen_figures("queues", Only()))
    logged = Counter[str]()
    for counts in counted_in_log("restarts").values():
        logged += counts
    assert before["offered"] != after["*"]["offered"]
    lost = after["*"].pop("lost")
    assert {name: after["*"][name] for name in COUNTS[:-1]} == {name: logged[name] for name in COUNTS[:-1]}
    assert after["*"]["offered"] == sum(logged.values()) + (lost or 0)  # of the lost the log has no ending either
