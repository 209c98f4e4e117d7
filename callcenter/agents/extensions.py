"""Ends extended wrap-ups that are over: their limit has passed, or the agent has said on the phone that it is done.

What was asked for is a pause at Asterisk (decision 73), which only the server takes back by itself.
"""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from callcenter.agents.rules import unpause
from callcenter.errors import OutcomeUnknown, PhoneRefused, PhoneUnreachable
from callcenter.floor.changes import Changes, Key
from callcenter.floor.commands import Phone
from callcenter.floor.events import AnyEvent, LinkChanged, LinkState, Surveyed
from callcenter.floor.floor import Floor
from callcenter.floor.seat import Seat
from callcenter.floor.site import Site

log = logging.getLogger(__name__)


@dataclass
class Extensions:
    """A listener of the keeper: looks at each seat that an event has touched, and at all when the link is back."""

    floor: Floor
    phone: Phone
    _under_way: dict[Key, asyncio.Task[None]] = field(default_factory=dict)

    def on_changes(self, event: AnyEvent, changes: Changes) -> None:
        """Has Asterisk ring the seats again whose wrap-up is over."""
        site = self.floor.sites[event.pbx]
        if site.link is not LinkState.LIVE:
            return
        is_anew = isinstance(event, Surveyed | LinkChanged)
        for seat in site.seats.values() if is_anew else self._touched(changes):
            if is_over(site, seat) and seat.key not in self._under_way:
                self._under_way[seat.key] = asyncio.create_task(self._end(seat))

    def _touched(self, changes: Changes) -> Iterator[Seat]:
        return (seat for key in changes.touched if (seat := self.floor.seat_at(key)) is not None)

    async def _end(self, seat: Seat) -> None:
        try:
            for command in unpause(seat):
                await self.phone.send(command)
        except (PhoneRefused, PhoneUnreachable, OutcomeUnknown) as error:
            log.warning("%s: the wrap-up at %s was not ended: %s", seat.pbx, seat.interface, error.message)
        finally:
            del self._under_way[seat.key]


def is_over(site: Site, seat: Seat) -> bool:
    """Whether nobody works after a call there any more, while Asterisk still keeps the time free for it."""
    return seat.extended_until is not None and seat not in site.wrapping_up
