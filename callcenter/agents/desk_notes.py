"""Tells each PBX's dialplan who sits at its desk phones: whoever dials an agent's number reaches the agent there.

The floor knows it from the members; a dialplan cannot read their names (decision 63).
"""

import asyncio
import logging
from dataclasses import dataclass, field

from callcenter.errors import OutcomeUnknown, PhoneRefused, PhoneUnreachable
from callcenter.floor.changes import Changes, Key
from callcenter.floor.commands import Phone, TellDesk
from callcenter.floor.events import AnyEvent, Surveyed
from callcenter.floor.floor import Floor
from callcenter.floor.seat import Seat
from callcenter.floor.terms import PbxName

log = logging.getLogger(__name__)


@dataclass
class DeskNotes:
    """A listener of the keeper: tells it when somebody sits down, and all of it after each survey, for Asterisk may
    have started anew."""

    floor: Floor
    phone: Phone
    _told: dict[Key, str] = field(default_factory=dict)
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    def on_changes(self, event: AnyEvent, changes: Changes) -> None:
        """Tells what the dialplan may not know yet."""
        site = self.floor.sites[event.pbx]
        if not site.desks:
            return
        if isinstance(event, Surveyed):
            seats = site.desk_seats()
            self._told = {key: number for key, number in self._told.items() if not key[1].startswith(f"{event.pbx}/")}
        else:
            names = (identity.partition("/")[2].lower() for kind, identity in changes.touched if kind == "seats")
            seats = [site.seats[name] for name in names if name in site.desks and name in site.seats]
        fresh = [seat for seat in seats if seat.agent_number and self._told.get(seat.key) != seat.agent_number]
        if fresh:
            task = asyncio.create_task(self._tell(event.pbx, fresh))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _tell(self, pbx: PbxName, seats: list[Seat]) -> None:
        for seat in seats:
            if seat.desk is None or not seat.agent_number:
                continue
            self._told[seat.key] = seat.agent_number
            try:
                await self.phone.send(TellDesk(pbx, desk=seat.desk.number, agent_number=seat.agent_number))
            except (PhoneRefused, PhoneUnreachable, OutcomeUnknown) as error:
                self._told.pop(seat.key, None)
                log.warning("%s: who sits at %s could not be told: %s", pbx, seat.desk.label, error.message)
