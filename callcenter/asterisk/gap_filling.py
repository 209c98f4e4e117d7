"""Fills gaps: when a survey has ended one, what queue_log tells of it goes to the keeper as one event."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from callcenter.asterisk.gap_account import MARGIN_SECONDS, gap_account
from callcenter.asterisk.queue_log_source import QueueLog
from callcenter.errors import CallCenterError
from callcenter.floor.changes import Changes
from callcenter.floor.events import AnyEvent, ConnectionBegan, DirectoryChanged, GapSettled, Surveyed
from callcenter.floor.facts import CallRecord, Conversation, Gap, QueueVisit
from callcenter.floor.floor import Floor
from callcenter.floor.gap import OpenGap
from callcenter.floor.site import Site
from callcenter.floor.terms import Instant, PbxName, Seconds

log = logging.getLogger(__name__)

WRITE_SECONDS = 0.5
"""After a survey, so that Asterisk has written the lines of what the survey did not find any more."""


class GapFiller:
    """A listener of the keeper. A gap without a readable queue_log is settled, too: its calls are lost then."""

    def __init__(
        self,
        floor: Floor,
        tell: Callable[[GapSettled], None],
        logs: Mapping[PbxName, QueueLog | None],
        write_seconds: Seconds = WRITE_SECONDS,
    ) -> None:
        self._floor, self._tell, self._logs = floor, tell, logs
        self._write_seconds = write_seconds
        self._tasks: dict[PbxName, asyncio.Task[None]] = {}

    def on_changes(self, event: AnyEvent, changes: Changes) -> None:
        """Begins to fill at each survey that ends a gap, anew if another one has begun meanwhile."""
        if isinstance(event, GapSettled):
            _report(changes)
        if not isinstance(event, Surveyed | ConnectionBegan):
            return
        if (former := self._tasks.pop(event.pbx, None)) is not None:
            former.cancel()
        site = self._floor.sites[event.pbx]
        if site.gap is not None and site.gap.until is not None:
            work = self._fill(site, site.gap, site.gap.until)
            self._tasks[event.pbx] = asyncio.create_task(work, name=f"gap of {event.pbx}")

    async def close(self) -> None:
        """Stops; what is not settled stays with the floor."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _fill(self, site: Site, gap: OpenGap, until: Instant) -> None:
        await asyncio.sleep(self._write_seconds)
        settlement = GapSettled(site.pbx, until, until, is_readable=False)
        queue_log = self._logs.get(site.pbx)
        if queue_log is not None:
            known = DirectoryChanged(site.pbx, until, site.directory(), tuple(site.rules.values()))
            try:
                settlement = await asyncio.to_thread(_read, queue_log, known, (_oldest(site, gap), gap.since, until))
            except CallCenterError as error:
                log.warning("%s: a gap is settled without queue_log: %s", site.pbx, error)
            except Exception:
                log.exception("%s: a gap is settled without queue_log", site.pbx)
        self._tell(settlement)


def _read(queue_log: QueueLog, known: DirectoryChanged, span: tuple[Instant, Instant, Instant]) -> GapSettled:
    oldest, since, until = span
    return gap_account(queue_log.records(oldest, until + 1), known, since, until)


def _oldest(site: Site, gap: OpenGap) -> Instant:
    """When the oldest of what queue_log may end in the gap began."""
    begun = [gap.since]
    begun += (fact.joined_at for fact in gap.unsettled if isinstance(fact, QueueVisit))
    begun += (fact.began_at for fact in gap.unsettled if isinstance(fact, Conversation))
    begun += (fact.started_at for fact in gap.unsettled if isinstance(fact, CallRecord))
    begun += (visit.joined_at for visit in site.visits.values())
    for seat in site.seats.values():
        begun += [seat.unfinished.began_at] if seat.unfinished is not None else []
        begun += (channel.talk.began_at for channel in seat.channels.values() if channel.talk is not None)
    return min(begun) - MARGIN_SECONDS


def _report(changes: Changes) -> None:
    for gap in changes.facts:
        if isinstance(gap, Gap):
            seconds = gap.until - gap.since
            words = "%s: nothing was heard for %.1f s (%s): %d calls recovered from queue_log, %d lost"
            log.warning(words, gap.pbx, seconds, gap.reason.value, gap.recovered, gap.lost)
