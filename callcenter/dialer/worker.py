"""The dialing loop: sleeps until woken, settles what ended, places what is due while seats are free.

It is woken by seats, results, people and the schedule, and polls nothing. Every step is right after a crash at any
point before it: an attempt is committed before its call is asked for, and nothing is ever asked for twice.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from callcenter.dialer import attempts, leasing, service
from callcenter.dialer.air import Air
from callcenter.dialer.attempts import Ending, OpenAttempt
from callcenter.dialer.leasing import LEASE_SECONDS, RENEW_SECONDS, Tenure
from callcenter.dialer.lost import NO_WITNESS, Witness, settle_lost
from callcenter.dialer.outlook import Outlook
from callcenter.dialer.placing import End, Placing, Withdrawal
from callcenter.dialer.reserving import Reservation, reserve
from callcenter.dialer.rules import ListState, Mode, Outcome, WhyIdle, why_idle
from callcenter.dialer.schedule import Schedule
from callcenter.dialer.seats import Seats
from callcenter.dialer.service import Summary
from callcenter.errors import NotFound
from callcenter.floor.changes import Changes
from callcenter.floor.commands import Phone
from callcenter.floor.events import AnyEvent, Instant, Seconds
from callcenter.floor.facts import AnyFact, AttemptResult, Conversation
from callcenter.settings import DialerSettings
from callcenter.store.engine import Sessions

log = logging.getLogger(__name__)

Publish = Callable[[str, str, dict[str, Any] | None], None]
"""Kind, id and fields of an entity of the live feed; None removes it."""

KIND = "lists"
WAKING_KINDS = frozenset({"seats", "links", "visits"})
# How long an attempt of which nothing is heard or seen keeps its number locked before the books are asked: much longer
# than a call may be asked for after its attempt was committed.
QUARANTINE_SECONDS: Seconds = 60
DATABASE_PAUSE_SECONDS: Seconds = 1.0


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What the dialer works with; `zone` is that of its windows, `told` says that a result was put into the outbox."""

    sessions: Sessions
    phone: Phone
    seats: Seats
    schedule: Schedule
    publish: Publish
    settings: DialerSettings
    zone: ZoneInfo
    clock: Callable[[], Instant] = time.time
    witness: Witness = NO_WITNESS
    quarantine_seconds: Seconds = QUARANTINE_SECONDS
    told: Callable[[], None] = lambda: None
    holder: str = field(default_factory=lambda: uuid4().hex)


class Worker:
    """The dialer of this process. `run` is its task; the other methods may be called at any time on its loop."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._sessions, self._seats, self.clock = around.sessions, around.seats, around.clock
        self._placing = Placing(around.phone, around.settings, around.clock, self._take_end)
        self._air = Air(around.seats, around.quarantine_seconds)
        self.outlook = Outlook(around.settings, around.zone, around.seats, self._air, around.clock)
        self._tenure: Tenure | None = None
        self._is_emergency = False
        self._window_seconds = around.settings.abandon_window_seconds
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
            elif isinstance(fact, Conversation):
                self._learn_handling(fact)

    def why_idle(self, summary: Summary) -> WhyIdle | None:
        """Why nothing is dialled for a list right now, None if it is dialled."""
        row = summary.row
        if self._placing.is_halted(row.id) and row.state == ListState.RUNNING:
            return WhyIdle.EMERGENCY_STOP if self._is_emergency else WhyIdle.STOPPED
        moment = self.outlook.moment(
            summary,
            is_leader=self._tenure is not None,
            is_emergency=self._is_emergency,
            is_up=not self._placing.is_down(row.pbx),
            is_resting=self._placing.is_resting(row.pbx),
        )
        return why_idle(ListState(row.state), moment)

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
            self._placing.calm(list_id, self._air.unanswered(list_id))
            await self._placing.settled(list_id)
            self.wake(list_id)

    async def pause_list(self, list_id: int) -> None:
        """Pauses a list: once this returns no call of it is placed; those in the air go on.

        Raises NotFound, Conflict.
        """
        self._placing.halt(list_id)
        try:
            await service.pause_list(self._sessions, list_id)
        except Exception:
            self._placing.resume(list_id)
            raise
        finally:
            await self._placing.settled(list_id)
            self.wake(list_id)

    async def stop_everything(self, *, by: str, reason: str, hangs_up: bool) -> None:
        """The emergency stop: once this returns no call of any list is placed, and none of any process is committed.

        With `hangs_up` calls that nobody answered are hung up. Stopping again does no harm.
        """
        self._placing.halt(None)
        self._is_emergency = True
        if hangs_up:
            self._placing.calm(None, self._air.unanswered(None))
        await leasing.stop_everything(self._sessions, now=self.clock(), by=by, reason=reason)
        await self._placing.settled(None)
        self._must_read_all = True
        self.wake()

    async def lift_stop(self, *, by: str) -> None:
        """Lets lists be dialled again as they were before the emergency stop."""
        await leasing.lift_stop(self._sessions, now=self.clock(), by=by)
        self._let_go_on()

    def place_accepted(self, reservation: Reservation, since: Seconds) -> None:
        """Places the call of a preview that its agent accepted (offers.py); `since` is as in `Placing.place`."""
        self._place(reservation, since)
        self.wake(reservation.list_id)

    @property
    def token(self) -> int | None:
        """The token of the lease; None while another process dials."""
        return self._tenure.token if self._tenure else None

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
            if self._tenure is not None:
                with suppress(SQLAlchemyError, OSError):
                    await leasing.give_back(self._sessions, self._around.holder)

    # --- a round ------------------------------------------------------------------------------------------------

    async def _round(self) -> None:
        await self._keep_lease()
        if not self._is_recovered:
            await self._recover()
        await self._settle()
        if self._tenure is not None:
            for attempt in self._air.lost(self.clock()):
                self._note(await settle_lost(self._sessions, self._around.witness, attempt, self.clock()))
                self._air.remove(attempt.attempt_id)
        await self._read_lists()
        for list_id in self._in_turn():
            await self._dial(list_id)
        await self._read_lists()
        for summary in self._lists.values():
            self._tell(summary)
        self._set_timer()

    async def _keep_lease(self) -> None:
        """Takes the lease or renews it in time; looks whether another process has stopped everything."""
        now = self.clock()
        if self._tenure is not None and now < self._tenure.until - LEASE_SECONDS + RENEW_SECONDS:
            return
        had, self._tenure = self._tenure, None
        self._tenure = await leasing.take(self._sessions, self._around.holder, now)
        if (had is None) != (self._tenure is None):
            log.info("This dialer %s", "dials" if self._tenure else "stands by: another one dials")
            # What another dialer has done meanwhile is not known here.
            self._must_read_all, self._is_recovered = True, False
        is_stopped = await leasing.stop_in_force(self._sessions) is not None
        if is_stopped and not self._is_emergency:
            self._placing.halt(None)
            self._is_emergency = self._must_read_all = True
        elif self._is_emergency and not is_stopped:
            self._let_go_on()

    def _let_go_on(self) -> None:
        self._is_emergency, self._must_read_all = False, True
        self._placing.resume(None)
        self.wake()

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
                    self._learn(ending)
            self._air.remove(end.attempt_id)
            self._ends.popleft()

    def _note(self, ending: Ending | None) -> None:
        if ending is not None:
            self._touched.add(ending.list_id)
            self._around.told()

    def _learn(self, ending: Ending) -> None:
        fate_at = ending.ended_at if ending.answered_at is None else ending.answered_at
        self.outlook.experience(ending.pbx, ending.queue).dialled(
            fate_at,
            max(0.0, fate_at - ending.placed_at),
            is_person=ending.outcome in (Outcome.REACHED, Outcome.ABANDONED),
            is_abandoned=ending.outcome is Outcome.ABANDONED,
        )

    def _learn_handling(self, talk: Conversation) -> None:
        self.outlook.experience(talk.pbx, talk.queue).handled(talk.completed_at - talk.began_at)

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
        if list_id not in self._lists:
            for ending in await attempts.answered_since(self._sessions, list_id, now - self._window_seconds):
                self._learn(ending)
        self._lists[list_id] = summary
        due = await service.next_due(self._sessions, list_id, now)
        await self._around.schedule.wake_at(list_id, self.outlook.next_look(summary, due, now))

    def _forget(self, list_id: int) -> None:
        self._lists.pop(list_id, None)
        self.outlook.forget(list_id)
        if self._published.pop(list_id, None) is not None:
            self._around.publish(KIND, str(list_id), None)

    def _in_turn(self) -> list[int]:
        """The running lists, another one first each time: lists of one queue share its seats."""
        running = [list_id for list_id, summary in self._lists.items() if summary.row.state == ListState.RUNNING]
        self._turn += 1
        first = self._turn % len(running) if running else 0
        return running[first:] + running[:first]

    async def _dial(self, list_id: int) -> None:
        while self._may_dial(summary := self._lists[list_id]) and self._tenure is not None:
            row, since = summary.row, asyncio.get_running_loop().time()
            rulebook, room = self.outlook.rulebook(row), self.outlook.room(summary, self._tenure.token)
            reservation = await reserve(self._sessions, list_id, rulebook, room, now=self.clock())
            self._touched.add(list_id)
            if reservation is None:
                return
            self._place(reservation, since)

    def _place(self, reservation: Reservation, since: Seconds) -> None:
        attempt = OpenAttempt(
            reservation.attempt_id, reservation.list_id, reservation.pbx, reservation.queue, reservation.reserved_at
        )
        self._air.add(attempt, self.clock())
        self._placing.place(reservation, since)

    def _may_dial(self, summary: Summary) -> bool:
        row = summary.row
        return (
            summary.due > 0
            and row.mode != Mode.PREVIEW
            and self.why_idle(summary) is None
            and self._air.unseated(row.pbx, row.queue) < self.outlook.most_unseated(row)
            and not self.outlook.is_trunk_full(row.pbx)
            and self.outlook.bucket(row.pbx).take(self.clock())
        )

    # --- looks --------------------------------------------------------------------------------------------------

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
        ends = [self._placing.pauses_end(), self._air.quarantine_ends(now), *self.outlook.buckets_full(now)]
        self._wake_in(min([RENEW_SECONDS, *(end - now for end in ends if end is not None)]))

    def _wake_in(self, seconds: Seconds) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(max(0.0, seconds), self._woken.set)
