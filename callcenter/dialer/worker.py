"""The dialing loop: sleeps until woken, settles what ended, places what is due while seats are free.

It is woken by seats, results, people and the schedule, and polls nothing. Every step is right after a crash at any
point before it: an attempt is committed before its call is asked for, and nothing is ever asked for twice.
"""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from callcenter.dialer import leasing, offers, service
from callcenter.dialer.air import Air
from callcenter.dialer.attempts import OpenAttempt
from callcenter.dialer.leasing import LEASE_SECONDS, RENEW_SECONDS, Tenure
from callcenter.dialer.offering import Offering
from callcenter.dialer.outlook import Outlook
from callcenter.dialer.placing import End, Placing
from callcenter.dialer.reserving import Reservation, reserve
from callcenter.dialer.roster import Roster
from callcenter.dialer.rules import ListState, Mode, WhyIdle, why_idle
from callcenter.dialer.service import Summary
from callcenter.dialer.settling import Settling
from callcenter.dialer.surroundings import Surroundings
from callcenter.dialer.tables import Offer
from callcenter.errors import Conflict
from callcenter.floor.changes import Changes
from callcenter.floor.events import AnyEvent
from callcenter.floor.facts import AnyFact
from callcenter.floor.terms import Seconds

log = logging.getLogger(__name__)

WAKING_KINDS = frozenset({"seats", "links", "visits"})
DATABASE_PAUSE_SECONDS: Seconds = 1.0
AT_ONCE = 50
"""So many calls are committed together: a commit costs as much as all that is asked before it."""


class Worker:
    """The dialer of this process. `run` is its task; the other methods may be called at any time on its loop."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._sessions, self._seats, self.clock = around.sessions, around.seats, around.clock
        self._air = Air(around.seats, around.quarantine_seconds)
        self.outlook = Outlook(around.settings, around.zone, around.seats, self._air, around.clock)
        self._settling = Settling(around, self._air, self.outlook, self._touch)
        self._placing = Placing(around.phone, around.settings, around.clock, self._take_end)
        self._roster = Roster(around, self.outlook, self._settling.learn)
        self._offering = Offering(around, self.outlook, self._roster)
        self._tenure: Tenure | None = None
        self._last_tenure: Tenure | None = None
        self._is_emergency = False
        self._woken = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._is_recovered = False

    # --- from outside -------------------------------------------------------------------------------------------

    def wake(self, list_id: int | None = None) -> None:
        """Seats or a link may have changed; with `list_id` also that list or its targets, which are read again."""
        if list_id is not None:
            self._touch(list_id)
        self._woken.set()

    def _touch(self, list_id: int) -> None:
        self._roster.touch(list_id)

    def on_changes(self, _event: AnyEvent, changes: Changes) -> None:
        """A listener of the keeper; does not wait."""
        self.on_facts(changes.facts)
        if any(kind in WAKING_KINDS for kind, _ in changes.touched):
            self.wake()

    def on_facts(self, facts: Iterable[AnyFact]) -> None:
        """Takes the results of attempts out of what the floor tells; does not wait."""
        if self._settling.take_facts(facts):
            self._woken.set()

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
            is_resting=self._placing.is_resting(row.pbx, row.trunk),
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
        self._roster.touch_all()
        self.wake()

    async def lift_stop(self, *, by: str) -> None:
        """Lets lists be dialled again as they were before the emergency stop."""
        await leasing.lift_stop(self._sessions, now=self.clock(), by=by)
        self._let_go_on()

    async def offer_next(self, agent: str) -> Offer | None:
        """Shows the agent the next callback that he may take; None if nothing is due for him. Raises Conflict."""
        self._leading()
        offer = await self._offering.offer_next(agent)
        if offer is not None:
            self.wake(offer.list_id)
        return offer

    async def call_own(self, agent: str, target_id: int) -> int:
        """Calls the agent, and then the customer whom he promised a call; the attempt's row.

        What only a moment forbids leaves the callback before the agent, as any offer. Raises NotFound, Conflict.
        """
        self._leading()
        offer = await self._offering.offer_own(agent, target_id)
        self.wake(offer.list_id)
        return await self.accept_offer(offer.id)

    async def accept_offer(self, offer_id: int) -> int:
        """Calls the agent, and then the customer; the attempt's row. Raises NotFound, Conflict."""
        reservation, row, since = await self._offering.accept(offer_id, self._leading())
        self._place(reservation, since)
        self.wake(reservation.list_id)
        return row

    async def skip_offer(self, offer_id: int, reason: str) -> None:
        """Puts off what the agent does not want. Raises NotFound, Conflict."""
        self.wake(await offers.skip(self._sessions, offer_id, reason, self.clock()))

    def _leading(self) -> int:
        """The token of the lease. Raises Conflict while another server dials."""
        if self._tenure is None:
            raise Conflict("Another server dials at the moment; open the panel there, or try again in a moment")
        return self._tenure.token

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
                    self._roster.touch_all()
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
                    await leasing.give_back(self._sessions, self._around.holder, self._tenure)

    # --- a round ------------------------------------------------------------------------------------------------

    async def _round(self) -> None:
        await self._keep_lease()
        if not self._is_recovered:
            await self._settling.recover()
            await self._offering.recover()
            self._is_recovered = True
        await self._settling.settle(self._placing)
        if self._tenure is not None:
            await self._settling.settle_lost()
        for list_id in await self._offering.expire():
            self._touch(list_id)
        await self._roster.read()
        for list_id in self._roster.in_turn():
            await self._dial(list_id)
        await self._roster.read()
        self._roster.tell(self.why_idle)
        self._set_timer()

    async def _keep_lease(self) -> None:
        """Takes the lease or renews it in time; looks whether another process has stopped everything."""
        now = self.clock()
        if self._tenure is not None and now < self._tenure.until - LEASE_SECONDS + RENEW_SECONDS:
            return
        had, self._tenure = self._tenure, None
        self._tenure = await leasing.take(self._sessions, self._around.holder, now, self._last_tenure)
        self._last_tenure = self._tenure or self._last_tenure
        if (had is None) != (self._tenure is None):
            log.info("This dialer %s", "dials" if self._tenure else "stands by: another one dials")
            # What another dialer has done meanwhile is not known here.
            self._roster.touch_all()
            self._is_recovered = False
        is_stopped = await leasing.stop_in_force(self._sessions) is not None
        if is_stopped and not self._is_emergency:
            self._placing.halt(None)
            self._is_emergency = True
            self._roster.touch_all()
        elif self._is_emergency and not is_stopped:
            self._let_go_on()

    def _let_go_on(self) -> None:
        self._is_emergency = False
        self._roster.touch_all()
        self._placing.resume(None)
        self.wake()

    async def _dial(self, list_id: int) -> None:
        while self._tenure is not None and (most := self._most(summary := self._roster.lists[list_id])):
            row, since = summary.row, asyncio.get_running_loop().time()
            bucket = self.outlook.bucket(row)
            drops = bucket.take(self.clock(), most)
            rulebook, room = self.outlook.rulebook(row), self.outlook.room(summary, self._tenure.token)
            reserved = await reserve(self._sessions, list_id, rulebook, room, now=self.clock(), most=drops)
            bucket.give_back(drops - len(reserved))
            self._touch(list_id)
            for reservation in reserved:
                self._place(reservation, since)
            if not reserved:
                return

    def _place(self, reservation: Reservation, since: Seconds) -> None:
        attempt = OpenAttempt(
            reservation.attempt_id,
            reservation.list_id,
            reservation.pbx,
            reservation.queue,
            reservation.reserved_at,
            reservation.trunk,
        )
        self._air.add(attempt, self.clock())
        self._placing.place(reservation, since)

    def _most(self, summary: Summary) -> int:
        """How many calls of a list may be committed together now."""
        row = summary.row
        if row.mode == Mode.PREVIEW or self.why_idle(summary) is not None or self.outlook.is_trunk_full(row):
            return 0
        room = self.outlook.most_unseated(row) - self._air.unseated(row.pbx, row.queue, self.clock())
        return max(0, min(AT_ONCE, summary.due, room))

    # --- waking -------------------------------------------------------------------------------------------------

    def _take_end(self, end: End) -> None:
        self._settling.take(end)
        self._woken.set()

    def _set_timer(self) -> None:
        """Wakes when the next pause or quarantine ends; what must outlive this process is in the schedule."""
        now = self.clock()
        ends = [self._placing.pauses_end(), self._air.quarantine_ends(now), *self.outlook.buckets_full(now)]
        ends.append(self._offering.ends_at)
        self._wake_in(min([RENEW_SECONDS, *(end - now for end in ends if end is not None)]))

    def _wake_in(self, seconds: Seconds) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(max(0.0, seconds), self._woken.set)
