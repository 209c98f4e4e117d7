"""Shows agents the callbacks that they may take, and places the calls of those that they accept."""

import asyncio

from callcenter.dialer import offers
from callcenter.dialer.offers import Search, Terms
from callcenter.dialer.outlook import Outlook
from callcenter.dialer.reserving import Reservation
from callcenter.dialer.roster import Roster
from callcenter.dialer.rules import ListState, Mode
from callcenter.dialer.seats import Desk
from callcenter.dialer.service import Summary
from callcenter.dialer.surroundings import Surroundings
from callcenter.dialer.tables import Offer
from callcenter.errors import Conflict
from callcenter.floor.terms import Instant, Seconds


class Offering:
    """The offers of this process, and when the next countdown runs out."""

    def __init__(self, around: Surroundings, outlook: Outlook, roster: Roster) -> None:
        self._around, self._outlook, self._roster = around, outlook, roster
        self._sessions, self._clock = around.sessions, around.clock
        self.ends_at: Instant | None = None

    async def recover(self) -> None:
        """Learns which countdowns an earlier run left."""
        self.ends_at = await offers.next_end(self._sessions)

    async def expire(self) -> set[int]:
        """Takes back what ran out; the lists that have changed."""
        if self.ends_at is None or self.ends_at > self._clock():
            return set()
        expired = await offers.expire(self._sessions, self._clock())
        await self.recover()
        return expired

    async def offer_next(self, agent: str) -> Offer | None:
        """Shows the agent the next callback; None if nothing is due for him. Raises Conflict."""
        desk = self._desk(agent)
        running = [one for one in self._roster.lists.values() if one.row.state == ListState.RUNNING]
        can_leave = [one for one in running if one.row.pbx == desk.pbx and self._outlook.is_trunk_known(one.row)]
        searches = [self._search(one, desk) for one in can_leave]
        offer = await offers.offer_next(self._sessions, agent, searches, self._clock())
        if offer is not None:
            self._note_end(offer)
        return offer

    async def offer_own(self, agent: str, target_id: int) -> Offer:
        """Shows the agent what he promised and wants to call now. Raises NotFound, Conflict."""
        desk = self._desk(agent)
        callback_list = await offers.own_list(self._sessions, agent, target_id)
        if callback_list.pbx != desk.pbx:
            raise Conflict("The list calls from another telephone system than that of your phone")
        if not self._outlook.is_trunk_known(callback_list):
            raise Conflict("The settings do not name the trunk of the list any more; tell a supervisor")
        rulebook = self._outlook.rulebook(callback_list)
        offer = await offers.offer_own(self._sessions, agent, target_id, rulebook, self._clock())
        self._note_end(offer)
        return offer

    def _note_end(self, offer: Offer) -> None:
        self.ends_at = offer.until if self.ends_at is None else min(self.ends_at, offer.until)

    def _search(self, summary: Summary, desk: Desk) -> Search:
        row = summary.row
        is_for_all = row.mode == Mode.PREVIEW and row.queue in desk.queues
        return Search(row.id, self._outlook.rulebook(row), self._outlook.open_zones(summary), is_for_all)

    async def accept(self, offer_id: int, token: int) -> tuple[Reservation, int, Seconds]:
        """Commits the call of an offer: the reservation, the attempt's row, and the loop's time before it.

        Raises NotFound, Conflict.
        """
        since = asyncio.get_running_loop().time()
        offer, callback_list = await offers.offer_row(self._sessions, offer_id)
        desk = self._desk(offer.agent_number)
        trunk, bucket = self._outlook.trunk(callback_list), self._outlook.bucket(callback_list)
        if not bucket.take(self._clock()):
            raise Conflict("Calls leave at their highest rate already; try again in a second")
        rulebook = self._outlook.rulebook(callback_list)
        terms = Terms(token, rulebook, callback_list.trunk, trunk.max_calls, desk.interface)
        try:
            reservation, row = await offers.accept(self._sessions, offer_id, terms, self._clock())
        except Exception:
            bucket.give_back(1)
            raise
        return reservation, row, since

    def _desk(self, agent: str) -> Desk:
        """The agent's phone. Raises Conflict unless it can be called now."""
        desk = self._around.seats.desk(agent)
        if desk is None:
            raise Conflict(f"No phone of agent {agent} is known; sign in at the phone first", field="agent_number")
        if not desk.is_free:
            raise Conflict("Your phone is in a call or not registered; try again when it is free")
        if not self._around.seats.is_live(desk.pbx):
            raise Conflict("The telephone system cannot be reached at the moment")
        return desk
