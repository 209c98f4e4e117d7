"""The listener that reads queue_log after a gap: in a thread, once, and whatever is wrong with the log."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from callcenter.asterisk.gap_filling import GapFiller
from callcenter.asterisk.queue_log_lines import AnyRecord
from callcenter.asterisk.queue_log_source import LogFiles, QueueLog
from callcenter.floor import events as e
from callcenter.floor.changes import Changes
from callcenter.floor.events import AnyEvent
from callcenter.floor.facts import AnyFact, Gap, QueueVisit, VisitOutcome
from callcenter.floor.floor import Floor
from callcenter.live.keeper import Keeper
from tests.floor.stories import PBX, Diary


class Broken:
    """A log whose reader has a bug."""

    def records(self, since: float, until: float) -> Iterator[AnyRecord]:
        raise RuntimeError("a bug")


class Centre:
    """A keeper with a filler, and a caller who waits."""

    def __init__(self, log: QueueLog | None) -> None:
        self.keeper = Keeper(Floor())
        self.filler = GapFiller(self.keeper.floor, self.keeper.tell, {PBX: log}, write_seconds=0.01)
        self.facts: list[AnyFact] = []
        self.settled = asyncio.Event()
        self.keeper.listen(self._on_changes)
        self.keeper.listen(self.filler.on_changes)
        day = Diary().directory("1001").signs_in("1001").joins("caller")
        for event in day.events:
            self.keeper.tell(event)
        self.now = day.now

    def _on_changes(self, event: AnyEvent, changes: Changes) -> None:
        self.facts += changes.facts
        if isinstance(event, e.GapSettled):
            self.settled.set()

    def reconnects(self) -> None:
        self.keeper.tell(e.ConnectionBegan(PBX, self.now))
        self.keeper.tell(e.Surveyed(PBX, self.now + 10, ("support",), (), (), (), ()))

    async def is_settled(self) -> Gap:
        await asyncio.wait_for(self.settled.wait(), 10)
        [gap] = [fact for fact in self.facts if isinstance(fact, Gap)]
        return gap

    def outcomes(self) -> list[VisitOutcome]:
        return [fact.outcome for fact in self.facts if isinstance(fact, QueueVisit)]


@pytest.fixture
async def log(tmp_path: Path) -> Path:
    return tmp_path / "queue_log"


def written(path: Path, centre: Centre) -> None:
    at = int(centre.now)
    path.write_text(
        f"{at}|caller|support|NONE|ENTERQUEUE||138|1\n"
        f"{at + 4}|caller|support|NONE|ABANDON|1|1|4\n"
        f"{at + 5}|unseen|support|NONE|ENTERQUEUE||139|1\n"
        f"{at + 8}|unseen|support|NONE|EXITWITHTIMEOUT|1|1|3\n"
    )


@pytest.fixture
async def centre(log: Path) -> AsyncIterator[Centre]:
    centre = Centre(LogFiles(log))
    yield centre
    await centre.filler.close()


async def test_a_gap_is_filled_from_the_file(centre: Centre, log: Path) -> None:
    written(log, centre)
    centre.reconnects()
    assert centre.outcomes() == []
    gap = await centre.is_settled()
    assert (gap.recovered, gap.lost, gap.is_readable) == (2, 0, True)
    assert centre.outcomes() == [VisitOutcome.ABANDONED, VisitOutcome.TIMED_OUT]


async def test_a_file_that_is_missing_loses_what_was_open(centre: Centre) -> None:
    centre.reconnects()
    gap = await centre.is_settled()
    assert (gap.recovered, gap.lost, gap.is_readable, centre.outcomes()) == (0, 1, False, [VisitOutcome.LOST])


@pytest.mark.parametrize("log", [None, Broken()])
async def test_without_a_log_or_with_a_broken_reader_everything_is_told(log: QueueLog | None) -> None:
    centre = Centre(log)
    centre.reconnects()
    assert not (await centre.is_settled()).is_readable
    assert centre.outcomes() == [VisitOutcome.LOST]
    await centre.filler.close()


async def test_another_gap_before_the_first_is_settled_is_one_with_it(centre: Centre, log: Path) -> None:
    written(log, centre)
    centre.reconnects()
    centre.reconnects()
    assert (await centre.is_settled()).recovered == 2


async def test_a_survey_without_a_gap_reads_nothing(centre: Centre) -> None:
    centre.keeper.tell(e.Surveyed(PBX, centre.now + 10, ("support",), (), (), (), ()))
    assert centre.outcomes() == [VisitOutcome.LOST]
    assert not centre.filler._tasks
