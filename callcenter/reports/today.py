"""Today's figures, kept in memory as facts end, by the same definitions as any report."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from math import isclose
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError

from callcenter.floor.changes import Changes, Key, View
from callcenter.floor.events import AnyEvent
from callcenter.floor.facts import CallerSurvey, Conversation, Fact, QueueVisit, Ring
from callcenter.floor.terms import Instant, PbxName, Seconds
from callcenter.reports.figures import LIVE_FIGURES, figures_of
from callcenter.reports.figures.measures import COUNTED_AT, LIVE_FACTS, Sums, added, live_sums, merge
from callcenter.reports.spans import Span, day_of
from callcenter.store.recorder import Recorder

log = logging.getLogger(__name__)

QueueName = tuple[PbxName, str]
EVERYTHING = "*"

BY_QUEUE = (QueueVisit, Conversation, Ring, CallerSurvey)
"""Facts that belong to a queue."""

COUNT_AGAIN_SECONDS: Seconds = 30
"""So soon an import into the running day is seen."""

Stored = Callable[[Span], Awaitable[Mapping[QueueName, Sums]]]
"""The sums of a span by queue, from the database."""


class Today:
    """The sums of all measures since midnight, per queue and in all; `touch` is told whose figures changed."""

    def __init__(self, zone: ZoneInfo, touch: Callable[[Iterable[Key]], None], now: Instant) -> None:
        self._zone = zone
        self._touch = touch
        self._sums: dict[QueueName, dict[str, float]] = {}
        self._total: dict[str, float] = {}
        """Of all queues: shown in every frame in which a call ends anywhere, so that it is not added up each time."""
        self._views: dict[str, View] = {}
        """Those worked out since their figures last changed: the feed and the alerts look at the same."""
        self.since, self.until = day_of(now, zone)

    def load(self, sums: Mapping[QueueName, Sums]) -> None:
        """Begins with what was recorded today before this start."""
        self._take(sums)
        self._show(self._sums)

    def _take(self, sums: Mapping[QueueName, Sums]) -> None:
        self._sums = {queue: dict(of_queue) for queue, of_queue in sums.items()}
        self._total = added(self._sums.values())

    async def count_again(self, recorder: Recorder, stored: Stored) -> None:
        """Takes what is stored where it differs: an import or a correction wrote facts that nobody told of."""
        async with recorder.standing_still() as meanwhile:
            since = self.since
            sums = await stored(Span(since, self.until))
            if self.since != since:
                return
            before = self._sums
            self._take(sums)
            for fact in meanwhile:
                self._count(fact)
        after = self._sums
        changed = [queue for queue in before.keys() | after.keys() if not _agree(before.get(queue), after.get(queue))]
        if changed:
            self._show(changed)

    async def follow_the_store(self, recorder: Recorder, stored: Stored) -> None:
        """Counts again every now and then. Runs until cancelled; a database that is away is tried again."""
        while True:
            await asyncio.sleep(COUNT_AGAIN_SECONDS)
            try:
                await self.count_again(recorder, stored)
            except (OSError, DBAPIError) as error:
                log.warning("today's figures were not compared with the database: %s", type(error).__name__)

    def roll(self, now: Instant) -> None:
        """Begins a new day at midnight; does nothing on the same day."""
        if now < self.until:
            return
        self.since, self.until = day_of(now, self._zone)
        queues = list(self._sums)
        self._take({})
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
        sums = live_sums(fact)
        merge(self._sums.setdefault(queue, {}), sums)
        merge(self._total, sums)
        return queue

    def total(self) -> Sums:
        """The sums over all queues."""
        return self._total

    def view(self, identity: str) -> View | None:
        """The figures of everything (`*`) or of one queue (`pbx/queue`), as the feed shows them."""
        view = self._views.get(identity)
        if view is None:
            is_everything = identity == EVERYTHING
            view = dict(figures_of(self.total(), LIVE_FIGURES)) if is_everything else self.view_of([identity])
            self._views[identity] = view
        return view

    def view_of(self, identities: Iterable[str]) -> View:
        """The figures of several queues together."""
        names = (identity.partition("/")[::2] for identity in identities)
        return dict(figures_of(added(self._sums.get((pbx, queue), {}) for pbx, queue in names), LIVE_FIGURES))

    def _show(self, queues: Iterable[QueueName]) -> None:
        identities = [*(f"{pbx}/{name}" for pbx, name in queues if name), EVERYTHING]
        for identity in identities:
            self._views.pop(identity, None)
        self._touch([("figures", identity) for identity in identities])


def _agree(one: Sums | None, other: Sums | None) -> bool:
    """Whether two sums are the same but for the rounding of fractions."""
    one, other = one or {}, other or {}
    return all(isclose(one.get(name) or 0, other.get(name) or 0, abs_tol=1e-6) for name in {*one, *other})
