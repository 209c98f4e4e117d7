"""Open pages learn that a ticket was changed: the live feed says which and for whom, never what."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count

from sqlalchemy import select

from callcenter.floor.changes import View
from callcenter.floor.terms import Instant
from callcenter.store.engine import Sessions
from callcenter.tickets.tables import Ticket

FEED = "tickets"

PLACES = 100
"""The feed keeps the last so many changes; each next one takes the place of the oldest."""


@dataclass(frozen=True)
class Teller:
    """Tells the feed of changes; `publish` puts an entity on it."""

    sessions: Sessions
    publish: Callable[[str, str, View | None], None]
    clock: Callable[[], Instant]
    _place: "count[int]" = field(default_factory=count)

    async def tell(self, ticket_ids: Iterable[int], *teams: str) -> None:
        """Those who see these tickets ask again; so do those of `teams`, with whom they were before."""
        query = select(Ticket.id, Ticket.team, Ticket.queue).where(Ticket.id.in_(set(ticket_ids)))
        async with self.sessions() as session:
            rows = (await session.execute(query.order_by(Ticket.id))).all()
        for ticket_id, team, queue in rows[-PLACES:]:
            told = {"id": ticket_id, "teams": sorted({team, *teams}), "queue": queue, "changed_at": self.clock()}
            self.publish(FEED, str(next(self._place) % PLACES), told)
