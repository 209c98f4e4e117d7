"""Other systems are told who rings where: the webhook `call.ringing`, with the customer (docs/api.md, Customers)."""

import asyncio
import logging
from collections.abc import Callable, Iterator

from sqlalchemy.exc import DBAPIError

from callcenter.customers import service
from callcenter.customers.answers import PhoneRing, RingCustomer, RingOutside, RingTold
from callcenter.customers.crm import Crm
from callcenter.customers.service import Context
from callcenter.delivery.kinds import EventKind
from callcenter.delivery.service import post_webhooks, wanting
from callcenter.floor.changes import Changes, Key
from callcenter.floor.events import AnyEvent
from callcenter.floor.facts import SeatState
from callcenter.floor.floor import Floor
from callcenter.floor.seat import Seat
from callcenter.floor.terms import CallId, Seconds

log = logging.getLogger(__name__)

CRM_SECONDS: Seconds = 0.5
"""So long the webhook waits for the CRM: it is to arrive within a second of the ring."""

RING_SECONDS: Seconds = 30
"""So long a ring is news: whoever hears of it later would open the page of a caller who has gone."""


RINGING = EventKind("call.ringing", RingTold)


class Herald:
    """Tells webhooks of each ring, once. `wake` tells the outbox."""

    def __init__(self, context: Context, crm: Crm, floor: Floor, wake: Callable[[], None]) -> None:
        self._context, self._crm, self._floor, self._wake = context, crm, floor, wake
        self._rung: dict[Key, CallId] = {}
        self._telling: set[asyncio.Task[None]] = set()

    def on_changes(self, _event: AnyEvent, changes: Changes) -> None:
        """Notices which phones began to ring."""
        for ringing in self._begun(changes):
            task = asyncio.create_task(self._tell(ringing), name="call.ringing")
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def close(self) -> None:
        """Tells nobody any more."""
        telling = [*self._telling]
        for task in telling:
            task.cancel()
        await asyncio.gather(*telling, return_exceptions=True)

    def _begun(self, changes: Changes) -> Iterator[PhoneRing]:
        for key in changes.touched:
            seat = self._floor.seat_at(key)
            if seat is None or seat.state is not SeatState.RINGING or seat.call_id is None:
                self._rung.pop(key, None)
            elif self._rung.get(key) != seat.call_id:
                self._rung[key] = seat.call_id
                yield _ringing(seat, seat.call_id)

    async def _tell(self, ringing: PhoneRing) -> None:
        sessions = self._context.sessions
        try:
            async with sessions() as db:
                if not await wanting(db, RINGING):
                    return
            payload = await self._payload(ringing)
            async with sessions.begin() as db:
                await post_webhooks(db, RINGING, payload, self._context.clock(), lasts_seconds=RING_SECONDS)
            self._wake()
        except (DBAPIError, OSError):
            log.exception("Nobody is told of a ring: the database cannot be reached")

    async def _payload(self, ringing: PhoneRing) -> RingTold:
        number, found = await service.known_callers(self._context, ringing["number"])
        try:
            async with asyncio.timeout(CRM_SECONDS):
                outside = await self._crm.look_up(number)
        except TimeoutError:
            outside = None
        rows = [one.row for one in found]
        return RingTold(
            **ringing,
            customers=[
                RingCustomer(id=row.id, name=row.name, reference=row.reference, level=row.level) for row in rows
            ],
            crm=RingOutside(name=outside.name, level=outside.level, link=outside.link) if outside else None,
        )


def _ringing(seat: Seat, call_id: CallId) -> PhoneRing:
    return PhoneRing(
        pbx=seat.pbx,
        interface=seat.interface,
        agent_number=seat.agent_number,
        call_id=call_id,
        number=seat.number,
        queue=seat.queue,
        direction=seat.direction,
        at=seat.since,
    )
