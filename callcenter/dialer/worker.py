"""The dialing loop: sleeps until woken, settles what ended, places what is due while seats are free.

It is woken by seats, results, people and the schedule, and polls nothing. Every step is right after a crash at any
point before it: an attempt is committed before its call is asked for, and nothing is ever asked for twice.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from callcenter.dialer import attempts, service
from callcenter.dialer.air import Air
from callcenter.dialer.attempts import Ending, OpenAttempt
from callcenter.dialer.placing import End, Placing, Withdrawal
from callcenter.dialer.rules import AirState, ListState, Moment, WhyIdle, calls_to_place, why_idle
from callcenter.dialer.schedule import Schedule
from callcenter.dialer.seats import Seats
from callcenter.dialer.service import Summary
from callcenter.dialer.tables import CallbackList
from callcenter.dialer.windows import is_open, next_change, next_opening, windows_of
from callcenter.errors import NotFound
from callcenter.floor.changes import Changes
from callcenter.floor.commands import Phone
from callcenter.floor.events import AnyEvent, Instant, Seconds
from callcenter.floor.facts import AnyFact, AttemptResult
from callcenter.settings import DialerSettings
from callcenter.store.engine import Sessions

log = logging.getLogger(__name__)

Publish = Callable[[str, str, dict[str, Any] | None], None]
"""Kind, id and fields of an entity of the live feed; None removes it."""

KIND = "lists"
WAKING_KINDS = frozenset({"seats", "links", "visits"})
# How long an attempt of which nothing is heard or seen keeps its number locked before it is called unknown.
QUARANTINE_SECONDS: Seconds = 300
DATABASE_PAUSE_SECONDS: Seconds = 1.0


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What the dialer works with; `zone` is that of its windows."""

    sessions: Sessions
    phone: Phone
    seats: Seats
    schedule: Schedule
    publish: Publish
    settings: DialerSettings
    zone: ZoneInfo
    clock: Callable[[], Instant] = time.time
    quarantine_seconds: Seconds = QUARANTINE_SECONDS


class Worker:
    """The dialer of this process. `run` is its task; the other methods may be called at any time on its loop."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._sessions, self._seats, self.clock = around.sessions, around.seats, around.clock
        self._placing = Placing(around.phone, around.settings, around.clock, self._take_end)
        self._air = Air(around.seats, around.quarantine_seconds)
        self._woken = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._ends: deque[End] = deque()
        self._lists: dict[int, Summary] = {}
        self._touched: set[int] = set()
        self._must_read_all = True
        self._is_recovered = False
        self._turn = 0
        self._published: dict[int, dict[str, Any]] = {}

    # --- from outside -------------------------------------------------------------------------------------------

    def wake(self, list_id: int | None = None) -> None:
        """Seats or a link may have changed; with `list_id` also that list or its targets, which are read again."""
        if list_id is not None:
            self._touched.add(list_id)
        self._woken.set()

    def on_changes(self, _event: AnyEvent, changes: Changes) -> None:
        """A listener of the keeper; does not wait."""
        self.on_facts(changes.facts)
        if any(kind in WAKING_KINDS for kind, _ in changes.touched):
            self.wake()

    def on_facts(self, facts: Iterable[AnyFact]) -> None:
        """Takes the results of attempts out of what the floor tells; does not wait."""
        for fact in facts:
            if isinstance(fact, AttemptResult):
                self._take_end(fact)

    def why_idle(self, summary: Summary) -> WhyIdle | None:
        """Why nothing is dialled for a list right now, None if it is dialled."""
        if self._placing.is_halted(summary.row.id) and summary.row.state == ListState.RUNNING:
            return WhyIdle.STOPPED
        return why_idle(ListState(summary.row.state), self._moment(summary))

    def opens_at(self, row: CallbackList) -> Instant | None:
        """When a list may call next by its windows; None if it may now, or never."""
        now = self.clock()
        at = next_opening(windows_of(row.windows), self._around.zone, now)
        return None if at == now else at

    async def start_list(self, list_id: int) -> None:
        """Lets a list be dialled. Raises NotFound, Conflict."""
        await service.start_list(self._sessions, list_id)
        self._placing.resume(list_id)
        self.wake(list_id)

    async def stop_list(self, list_id: int) -> None:
        """Stops a list: once this returns no call of it is placed, and those that nobody answered are hung up.

        Raises NotFound.
        """
        self._placing.halt(list_id)
        try:
            await service.stop_list(self._sessions, list_id)
        finally:
            await self._placing.calm(list_id, self._air.unanswered(list_id))
            self.wake(list_id)

    async def run(self) -> None:
        """Works until it is cancelled. A database that is away is waited for; no result is lost meanwhile."""
        try:
            await self._around.schedule.start(self.wake)
            self.wake()
            while True:
                await self._woken.wait()
                self._woken.clear()
                try:
                    await self._round()
                except (SQLAlchemyError, OSError):
                    log.exception("The dialer waits for the database")
                    self._must_read_all = True
                    self._wake_in(DATABASE_PAUSE_SECONDS)
        except Exception:
            log.exception("The dialer has stopped; no list is dialled until the server is started again")
            raise
        finally:
            if self._timer is not None:
                self._timer.cancel()
            await self._placing.close()
            await self._around.schedule.close()

    # --- a round ------------------------------------------------------------------------------------------------

    async def _round(self) -> None:
        if not self._is_recovered:
            await self._recover()
        await self._settle()
        for attempt_id in self._air.lost(self.clock()):
            self._note(await attempts.give_up(self._sessions, attempt_id, self.clock()))
            self._air.remove(attempt_id)
        await self._read_lists()
        for list_id in self._in_turn():
            await self._dial(self._lists[list_id].row)
        await self._read_lists()
        for summary in self._lists.values():
            self._tell(summary)
        self._set_timer()

    async def _recover(self) -> None:
        """Takes in what an earlier run left in the air; what came of it may be recorded already."""
        self._ends.extend(await attempts.recorded_results(self._sessions))
        for attempt in await attempts.open_attempts(self._sessions):
            self._air.add(attempt, self.clock())
        self._is_recovered = True

    async def _settle(self) -> None:
        while self._ends:
            end = self._ends[0]
            if isinstance(end, Withdrawal):
                self._note(await attempts.withdraw(self._sessions, end.attempt_id, self.clock()))
            else:
                ending = await attempts.settle(self._sessions, end)
                self._note(ending)
                if ending is not None:
                    self._placing.note(end.pbx, ending.outcome)
            self._air.remove(end.attempt_id)
            self._ends.popleft()

    def _note(self, ending: Ending | None) -> None:
        if ending is not None:
            self._touched.add(ending.list_id)

    async def _read_lists(self) -> None:
        """Reads the lists that were touched, finishes those that are done, and sets their wake-ups."""
        if self._must_read_all:
            summaries = await service.summaries(self._sessions, self.clock())
            self._touched.update(self._published, (summary.row.id for summary in summaries))
            self._must_read_all = False
        while self._touched:
            await self._read_list(self._touched.pop())

    async def _read_list(self, list_id: int) -> None:
        now = self.clock()
        try:
            [summary] = await service.summaries(self._sessions, now, list_id)
            is_over = summary.row.state == ListState.RUNNING and not summary.open + summary.in_air
            if is_over and await attempts.finish(self._sessions, list_id):
                [summary] = await service.summaries(self._sessions, now, list_id)
        except NotFound:
            self._forget(list_id)
            return
        self._lists[list_id] = summary
        due_at = now if summary.due else await service.next_due_at(self._sessions, list_id, now)
        await self._around.schedule.wake_at(list_id, self._wake_up(summary.row, due_at, now))

    def _wake_up(self, row: CallbackList, due_at: Instant | None, now: Instant) -> Instant | None:
        """When a list must be looked at again by itself: a window opens or closes, or a target falls due in one."""
        if row.state != ListState.RUNNING:
            return None
        windows, zone = windows_of(row.windows), self._around.zone
        due = None if due_at is None else next_opening(windows, zone, due_at)
        return min((at for at in (due, next_change(windows, zone, now)) if at is not None and at > now), default=None)

    def _forget(self, list_id: int) -> None:
        self._lists.pop(list_id, None)
        if self._published.pop(list_id, None) is not None:
            self._around.publish(KIND, str(list_id), None)

    def _in_turn(self) -> list[int]:
        """The running lists, another one first each time: lists of one queue share its seats."""
        running = [list_id for list_id, summary in self._lists.items() if summary.row.state == ListState.RUNNING]
        self._turn += 1
        first = self._turn % len(running) if running else 0
        return running[first:] + running[:first]

    async def _dial(self, row: CallbackList) -> None:
        while self._may_dial(row):
            seated = {key for key, state in self._seats.in_air(row.pbx).items() if state is AirState.SEATED}
            free_seats = self._seats.free_seats(row.pbx, row.queue)
            reservation = await attempts.reserve(
                self._sessions, row.id, now=self.clock(), free_seats=free_seats, seated=seated
            )
            self._touched.add(row.id)
            if reservation is None:
                return
            attempt = OpenAttempt(reservation.attempt_id, row.id, reservation.pbx, reservation.queue)
            self._air.add(attempt, self.clock())
            self._placing.place(reservation)

    def _may_dial(self, row: CallbackList) -> bool:
        summary = self._lists[row.id]
        free_seats = self._seats.free_seats(row.pbx, row.queue)
        return (
            summary.due > 0
            and self.why_idle(summary) is None
            and calls_to_place(free_seats, self._air.unseated(row.pbx, row.queue)) > 0
        )

    # --- looks --------------------------------------------------------------------------------------------------

    def _moment(self, summary: Summary) -> Moment:
        row = summary.row
        return Moment(
            is_window_open=is_open(windows_of(row.windows), self._around.zone, self.clock()),
            is_live=self._seats.is_live(row.pbx) and not self._placing.is_down(row.pbx),
            is_resting=self._placing.is_resting(row.pbx),
            due=summary.due,
            in_air=summary.in_air,
            free_seats=self._seats.free_seats(row.pbx, row.queue),
        )

    def _tell(self, summary: Summary) -> None:
        """Publishes a list (docs/api.md, `lists`) if that changed."""
        identity = str(summary.row.id)
        fields: dict[str, Any] = {
            "id": identity,
            "name": summary.row.name,
            "state": summary.row.state,
            "why_idle": self.why_idle(summary),
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

    # --- waking -------------------------------------------------------------------------------------------------

    def _take_end(self, end: End) -> None:
        self._ends.append(end)
        self._woken.set()

    def _set_timer(self) -> None:
        """Wakes when the next pause or quarantine ends; what must outlive this process is in the schedule."""
        now = self.clock()
        ends = [end for end in (self._placing.pauses_end(), self._air.quarantine_ends(now)) if end is not None]
        if ends:
            self._wake_in(min(ends) - now)

    def _wake_in(self, seconds: Seconds) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(max(0.0, seconds), self._woken.set)
