"""Today's figures, kept in memory as facts end, by the same definitions as any report."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from zoneinfo import ZoneInfo

from callcenter.floor.changes import Changes, Key, View
from callcenter.floor.events import AnyEvent, Instant, PbxName
from callcenter.floor.facts import Conversation, Fact, QueueVisit, Ring
from callcenter.reports.figures import LIVE_FIGURES, figures_of
from callcenter.reports.figures.measures import COUNTED_AT, LIVE_FACTS, Sums, live_sums, merge
from callcenter.reports.spans import day_of

QueueName = tuple[PbxName, str]
EVERYTHING = "*"

BY_QUEUE = (QueueVisit, Conversation, Ring)
"""Facts that belong to a queue."""


class Today:
    """The sums of all measures since midnight, per queue and in all; `touch` is told whose figures changed."""

    def __init__(self, zone: ZoneInfo, touch: Callable[[Iterable[Key]], None], now: Instant) -> None:
        self._zone = zone
        self._touch = touch
        self._sums: dict[QueueName, dict[str, float]] = {}
        self.since, self.until = day_of(now, zone)

    def load(self, sums: Mapping[QueueName, Sums]) -> None:
        """Begins with what was recorded today before this start."""
        self._sums = {queue: dict(of_queue) for queue, of_queue in sums.items()}
        self._show(self._sums)

    def roll(self, now: Instant) -> None:
        """Begins a new day at midnight; does nothing on the same day."""
        if now < self.until:
            return
        self.since, self.until = day_of(now, self._zone)
        queues, self._sums = list(self._sums), {}
        self._show(queues)

    async def follow_the_calendar(self, clock: Callable[[], Instant]) -> None:
        """Begins each new day when it comes, though nothing may happen at midnight. Runs until cancelled."""
        while True:
            await asyncio.sleep(max(1.0, min(self.until - clock(), 60.0)))
            self.roll(clock())

    def on_changes(self, event: AnyEvent, changes: Changes) -> None:
        """A listener of the keeper: counts the facts that ended."""
        if not changes.facts:
            return
        queues = {queue for fact in changes.facts if (queue := self._count(fact)) is not None}
        if queues:
            self._show(queues)

    def _count(self, fact: Fact) -> QueueName | None:
        if not isinstance(fact, BY_QUEUE):
            return None
        at: Instant = getattr(fact, COUNTED_AT[LIVE_FACTS[type(fact)]])
        self.roll(at)
        if at < self.since:
            return None
        queue: QueueName = (fact.pbx, fact.queue)
        merge(self._sums.setdefault(queue, {}), live_sums(fact))
        return queue

    def total(self) -> Sums:
        """The sums over all queues."""
        total: dict[str, float] = {}
        for sums in self._sums.values():
            merge(total, sums)
        return total

    def view(self, identity: str) -> View | None:
        """The figures of everything (`*`) or of one queue (`pbx/queue`), as the feed shows them."""
        if identity == EVERYTHING:
            return dict(figures_of(self.total(), LIVE_FIGURES))
        pbx, _, queue = identity.partition("/")
        return dict(figures_of(self._sums.get((pbx, queue), {}), LIVE_FIGURES))

    def _show(self, queues: Iterable[QueueName]) -> None:
        keys: list[Key] = [("figures", f"{pbx}/{name}") for pbx, name in queues if name]
        self._touch([*keys, ("figures", EVERYTHING)])
