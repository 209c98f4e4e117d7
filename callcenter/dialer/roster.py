"""The lists as the dialer last read them, and what the panels are told of each."""

from collections.abc import Callable
from typing import Any

from callcenter.dialer import attempts, service
from callcenter.dialer.attempts import Ending
from callcenter.dialer.outlook import Outlook
from callcenter.dialer.rules import ListState, WhyIdle
from callcenter.dialer.service import Summary
from callcenter.dialer.surroundings import Surroundings
from callcenter.errors import NotFound

KIND = "lists"


class Roster:
    """Reads again what was touched. `learn` is told once of what a list that is new here has dialled lately."""

    def __init__(self, around: Surroundings, outlook: Outlook, learn: Callable[[Ending], None]) -> None:
        self._around, self._outlook, self._learn = around, outlook, learn
        self._sessions, self._clock = around.sessions, around.clock
        self.lists: dict[int, Summary] = {}
        self._touched: set[int] = set()
        self._published: dict[int, dict[str, Any]] = {}
        self._must_read_all = True
        self._turn = 0

    def touch(self, list_id: int) -> None:
        """The list or its targets may have changed."""
        self._touched.add(list_id)

    def touch_all(self) -> None:
        """Every list may have changed."""
        self._must_read_all = True

    async def read(self) -> None:
        """Reads the lists that were touched, finishes those that are done, and sets their wake-ups."""
        if self._must_read_all:
            summaries = await service.summaries(self._sessions, self._clock())
            self._touched.update(self._published, (summary.row.id for summary in summaries))
            self._must_read_all = False
        while self._touched:
            await self._read(self._touched.pop())

    async def _read(self, list_id: int) -> None:
        now = self._clock()
        try:
            [summary] = await service.summaries(self._sessions, now, list_id)
            is_over = summary.row.state == ListState.RUNNING and not summary.left
            if is_over and await attempts.finish(self._sessions, list_id):
                [summary] = await service.summaries(self._sessions, now, list_id)
        except NotFound:
            self._forget(list_id)
            return
        if list_id not in self.lists:
            since = now - self._around.settings.abandon_window_seconds
            for ending in await attempts.answered_since(self._sessions, list_id, since):
                self._learn(ending)
        self.lists[list_id] = summary
        due = await service.next_due(self._sessions, list_id, now)
        await self._around.schedule.wake_at(list_id, self._outlook.next_look(summary, due, now))

    def _forget(self, list_id: int) -> None:
        self.lists.pop(list_id, None)
        self._outlook.forget(list_id)
        if self._published.pop(list_id, None) is not None:
            self._around.publish(KIND, str(list_id), None)

    def in_turn(self) -> list[int]:
        """The running lists, another one first each time: lists of one queue share its seats."""
        running = [list_id for list_id, summary in self.lists.items() if summary.row.state == ListState.RUNNING]
        self._turn += 1
        first = self._turn % len(running) if running else 0
        return running[first:] + running[:first]

    def tell(self, why_idle: Callable[[Summary], WhyIdle | None]) -> None:
        """Publishes the lists (docs/api.md, `lists`) that have changed."""
        for summary in self.lists.values():
            self._tell(summary, why_idle(summary))

    def _tell(self, summary: Summary, why_idle: WhyIdle | None) -> None:
        identity = str(summary.row.id)
        fields: dict[str, Any] = {
            "id": identity,
            "name": summary.row.name,
            "queue": summary.row.queue,
            "state": summary.row.state,
            "why_idle": why_idle,
            "targets": summary.targets,
            "open": summary.open,
            "due": summary.due,
            "in_air": summary.in_air,
            "reached": summary.reached,
            "closed": summary.closed,
        }
        if self._published.get(summary.row.id) != fields:
            self._published[summary.row.id] = fields
            self._around.publish(KIND, identity, fields)
