"""Other systems are told what agents are doing: the webhook `seat.changed` (docs/api.md, Seats).

Only how a seat stands now is news. So what a seat goes through within a moment is told as where it ended, nothing is
written unless a webhook wants it, and what was not delivered in time is given up.
"""

import asyncio
import logging
from collections.abc import Callable

from msgspec import Struct
from sqlalchemy.exc import DBAPIError

from callcenter.agents.answers import SeatTold
from callcenter.delivery.kinds import EventKind
from callcenter.delivery.service import post_webhooks, wanting
from callcenter.floor.changes import Changes, Key
from callcenter.floor.events import AnyEvent
from callcenter.floor.facts import SeatState
from callcenter.floor.floor import Floor
from callcenter.floor.seat import Seat
from callcenter.floor.terms import Instant, Seconds
from callcenter.store.engine import Sessions

log = logging.getLogger(__name__)

SEAT_CHANGED = EventKind("seat.changed", SeatTold)

GATHER_SECONDS: Seconds = 0.5
"""What changes within this time is written together, each seat once."""

SEAT_SECONDS: Seconds = 30
"""So long the state of a seat is news."""


class Standing(Struct, frozen=True):
    """Who is at a seat, in which state: what is told when it changes."""

    agent_number: str
    state: SeatState
    reason: str
    since: Instant


class SeatTeller:
    """Tells webhooks of seats whose state changes. `wake` tells the outbox."""

    def __init__(
        self, sessions: Sessions, floor: Floor, clock: Callable[[], Instant], wake: Callable[[], None]
    ) -> None:
        self._sessions, self._floor, self._clock, self._wake = sessions, floor, clock, wake
        self._known = {seat.key: _standing(seat) for site in floor.sites.values() for seat in site.seats.values()}
        self._changed: dict[Key, Seat] = {}
        self._noted = asyncio.Event()

    def on_changes(self, _event: AnyEvent, changes: Changes) -> None:
        """Notices which seats stand otherwise now."""
        for key in changes.touched:
            seat = self._floor.seat_at(key)
            if seat is not None and self._known.get(key) != (now := _standing(seat)):
                self._known[key] = now
                self._changed[key] = seat
        if self._changed:
            self._noted.set()

    async def run(self) -> None:
        """Tells until it is cancelled; what changes while the database is away nobody is told."""
        while True:
            await self._noted.wait()
            await asyncio.sleep(GATHER_SECONDS)
            try:
                await self.flush()
            except (DBAPIError, OSError):
                log.exception("Nobody is told of seats: the database cannot be reached")

    async def flush(self) -> None:
        """Puts everything noted so far into the outbox, where it is wanted; raises the database's error."""
        changed, self._changed = self._changed, {}
        self._noted.clear()
        async with self._sessions.begin() as db:
            webhooks = await wanting(db, SEAT_CHANGED) if changed else []
            if not webhooks:
                return
            for seat in changed.values():
                now = self._clock()
                await post_webhooks(db, SEAT_CHANGED, _told(seat), now, to=webhooks, lasts_seconds=SEAT_SECONDS)
        self._wake()


def _standing(seat: Seat) -> Standing:
    return Standing(seat.agent_number, seat.state, seat.reason, seat.since)


def _told(seat: Seat) -> SeatTold:
    return SeatTold(
        pbx=seat.pbx,
        interface=seat.interface,
        agent_number=seat.agent_number,
        agent_name=seat.agent_name,
        team=seat.team,
        state=seat.state,
        reason=seat.reason,
        since=seat.since,
        call_id=seat.call_id,
        queue=seat.queue,
    )
