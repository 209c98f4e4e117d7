"""A seat's commands at work: asked of Asterisk, and answered when the floor shows what came of it."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from callcenter.accounts.scope import EVERYTHING, Scope
from callcenter.agents.lookout import Lookout
from callcenter.agents.rules import Wish
from callcenter.errors import BadInput, NotFound, OutcomeUnknown, PhoneRefused, PhoneUnreachable
from callcenter.floor.changes import Key, View
from callcenter.floor.commands import AddMember, AnyCommand, Phone, RemoveMember
from callcenter.floor.events import LinkState
from callcenter.floor.floor import Floor, shown_seat
from callcenter.floor.seat import Seat
from callcenter.floor.site import Site
from callcenter.floor.terms import PbxName, Seconds
from callcenter.settings import AgentSettings, Settings

SHOWN_SECONDS: Seconds = 3
"""So long at most whoever asks waits for Asterisk's answers and for the floor; Asterisk takes milliseconds."""

PhoneFailure = PhoneRefused | PhoneUnreachable | OutcomeUnknown


class Result(StrEnum):
    """What came of a wish: the floor shows it; it was so already; it was asked, and the floor does not show it yet."""

    DONE = "done"
    ALREADY = "already"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result, and what was refused of several commands: by queue, why."""

    result: Result
    refused: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """The result, the seat as it is now, and what was refused of several commands: by queue, why."""

    result: Result
    seat: Seat
    refused: Mapping[str, str]


@dataclass(frozen=True)
class SeatDesk:
    """What commanding seats needs."""

    floor: Floor
    phone: Phone
    lookout: Lookout
    settings: Settings
    shown_seconds: Seconds = SHOWN_SECONDS

    @cached_property
    def agents(self) -> Mapping[str, AgentSettings]:
        """The configured agents by their numbers."""
        return {agent.number: agent for agent in self.settings.agents}

    def seat(self, pbx: str, interface: str, scope: Scope = EVERYTHING) -> Seat:
        """A seat of the floor. Raises NotFound, also for one outside the scope."""
        found = self.site(pbx).seats.get(interface.lower())
        if found is None or not scope.sees_agent(found.team, found.members):
            raise NotFound(f"there is no seat {interface} at {pbx}")
        return found

    def check_queues(
        self, pbx: str, queues: tuple[str, ...], scope: Scope, own: Collection[str] = (), field: str = "queues"
    ) -> None:
        """Raises BadInput for a queue that this PBX is not known to have, or outside the scope and not the agent's."""
        for queue in queues:
            if queue not in self.site(pbx).queues or not (queue in own or scope.fills_queue(queue)):
                raise BadInput(f"there is no queue {queue[:60]!r} at {pbx}", field=field)

    def shown(self, seat: Seat) -> View:
        """The seat as the live feed shows it."""
        return self.floor.view(seat.key) or shown_seat(self.site(seat.pbx), seat)

    def site(self, pbx: str) -> Site:
        """A PBX as the floor knows it. Raises NotFound."""
        site = self.floor.sites.get(PbxName(pbx))
        if site is None:
            raise NotFound(f"there is no PBX {pbx}")
        return site


async def carry_out(desk: SeatDesk, seat: Seat, wish: Wish) -> Answer:
    """Asks for what is wished of a seat and waits until the floor shows it. Raises what `fulfil` raises."""
    outcome = await fulfil(desk, seat.pbx, seat.key, wish)
    return Answer(outcome.result, seat, outcome.refused)


async def fulfil(desk: SeatDesk, pbx: PbxName, key: Key, wish: Wish) -> Outcome:
    """Asks for it and waits until the floor shows it at the entity `key`.

    Raises PhoneUnreachable while the link is down: what the floor shows is old then; OutcomeUnknown where Asterisk does
    not answer within `desk.shown_seconds`. Raises what the phone raises when nothing was carried out; where something
    was, the rest stands in the answer.
    """
    site = desk.floor.sites[pbx]
    if site.link is not LinkState.LIVE:
        raise PhoneUnreachable(f"no link to {pbx} ({site.link_detail}); nothing was sent")
    if not wish.commands:
        return Outcome(Result.ALREADY, {})
    clock = asyncio.get_running_loop()
    deadline = clock.time() + desk.shown_seconds
    try:
        async with asyncio.timeout_at(deadline):
            refused = await _send(desk.phone, wish.commands)
    except TimeoutError:
        late = f"{pbx} has not answered within {desk.shown_seconds:g} s; the floor will show what came of it"
        raise OutcomeUnknown(late) from None
    if refused:
        return Outcome(Result.ASKED, refused)
    is_shown = await desk.lookout.until(key, wish.is_shown, max(deadline - clock.time(), 0))
    return Outcome(Result.DONE if is_shown else Result.ASKED, {})


async def _send(phone: Phone, commands: tuple[AnyCommand, ...]) -> dict[str, str]:
    """What was refused, by queue or interface. Raises the first failure if nothing at all was done."""
    failures: dict[str, PhoneFailure] = {}
    for command in commands:
        try:
            await phone.send(command)
        except (PhoneRefused, PhoneUnreachable, OutcomeUnknown) as error:
            failures[_about(command)] = error
    if len(failures) == len(commands):
        raise next(iter(failures.values()))
    return {about: error.message for about, error in failures.items()}


def _about(command: AnyCommand) -> str:
    return command.queue if isinstance(command, AddMember | RemoveMember) else type(command).__name__
