"""What an agent may do with the call in front of them: hold it, hand it over. What is asked of Asterisk, or why not,
purely (docs/decisions/0052)."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from callcenter.accounts.rules import Permission
from callcenter.agents.callers import check_lets_in
from callcenter.agents.rules import Wish, talking_leg
from callcenter.errors import AgentIsNotFree, BadInput, Conflict, NotAllowed
from callcenter.floor import commands as c
from callcenter.floor.consulting import consulted
from callcenter.floor.seat import UNREACHABLE_DEVICES, Channel, Seat
from callcenter.floor.site import Site
from callcenter.settings import AgentSettings, QueueSettings

OUTSIDE: Permission = "transfer_outside"

TAKE_BACK_KEY = "#"
COMPLETE_CODE = "*2"
"""As the shipped dialplan has them (callcenter-hold; features.conf)."""

_NUMBER = re.compile(r"[0-9]{3,20}")


@dataclass(frozen=True, slots=True)
class Directory:
    """Whom a call can be handed to, besides numbers outside: as the dialplan was made from the settings."""

    agents: Mapping[str, AgentSettings]
    queues: Mapping[str, QueueSettings]


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom the call is for: exactly one of them is given."""

    agent: str | None = None
    queue: str | None = None
    number: str | None = None


# --- hold ---------------------------------------------------------------------------------------------------------


def hold(seat: Seat, call_id: str, code: str) -> Wish:
    """The other side hears music. Raises Conflict when the seat is not talking in this call (any more)."""
    channel, talk = talking_leg(seat, call_id)
    commands = () if talk.held_since is not None else _keys(seat, channel, code)
    return Wish(commands, lambda: talk.held_since is not None)


def resume(site: Site, seat: Seat, call_id: str) -> Wish:
    """The other side is heard again. Raises Conflict where only the phone can do that, or the agent asks somebody."""
    channel, talk = talking_leg(seat, call_id)
    if talk.held_since is None:
        return Wish((), lambda: True)
    _check_asks_nobody(site, channel)
    if not talk.is_held_by_code:
        raise Conflict("the phone itself holds the caller: take the caller back there")
    return Wish(_keys(seat, channel, TAKE_BACK_KEY), lambda: talk.held_since is None)


# --- to whom ------------------------------------------------------------------------------------------------------


def extension_of(
    site: Site, seat: Seat, whom: Whom, directory: Directory, permissions: Collection[Permission], *, is_asked: bool
) -> str:
    """What is dialled for them; `is_asked`: before the call is handed over they are, so that an agent may be busy.

    Raises BadInput for whom the dialplan does not know, Conflict where the caller would be lost, NotAllowed.
    """
    if whom.agent is not None:
        return _agent(site, seat, whom.agent, directory, is_asked=is_asked)
    if whom.queue is not None:
        return _queue(site, whom.queue, directory)
    return _number(site, seat, whom.number or "", directory, permissions, is_asked=is_asked)


def _agent(site: Site, seat: Seat, number: str, directory: Directory, *, is_asked: bool) -> str:
    if number not in directory.agents:
        raise BadInput(f"the settings know no agent {number[:64]!r}", field="agent")
    if number == seat.agent_number:
        raise BadInput("this is the agent who has the call", field="agent")
    name = directory.agents[number].name
    phones = [seat for seat in site.seats.values() if seat.agent_number == number]
    reached = [phone for phone in phones if phone.device not in UNREACHABLE_DEVICES]
    if not reached:
        raise AgentIsNotFree(f"the phone of {name} cannot be reached", field="agent")
    if not is_asked and not any(phone.is_free for phone in reached):
        raise AgentIsNotFree(f"{name} is not free now; ask first, or choose somebody else", field="agent")
    return number


def _queue(site: Site, queue: str, directory: Directory) -> str:
    known = directory.queues
    check_lets_in(site, queue, known, known[queue].max_waiting if queue in known else 0)
    extension = known[queue].extension
    if not extension:
        raise BadInput(f"the queue {queue} has no extension in the settings", field="queue")
    return extension


def _number(
    site: Site,
    seat: Seat,
    number: str,
    directory: Directory,
    permissions: Collection[Permission],
    *,
    is_asked: bool,
) -> str:
    """A number of the centre's own is what it stands for."""
    if number in directory.agents:
        return _agent(site, seat, number, directory, is_asked=is_asked)
    for name, queue in directory.queues.items():
        if queue.extension == number:
            return _queue(site, name, directory)
    if OUTSIDE not in permissions:
        raise NotAllowed(f"this is a number outside; that needs the permission {OUTSIDE}")
    if not _NUMBER.fullmatch(number):
        raise BadInput("a number has 3 to 20 digits, as you dial it on the phone", field="number")
    return number


# --- handing over -------------------------------------------------------------------------------------------------


def transfer(site: Site, seat: Seat, call_id: str, extension: str) -> Wish:
    """The call goes there and the seat's part ends. Raises Conflict when not talking in it, or asking somebody."""
    channel, _ = talking_leg(seat, call_id)
    _check_asks_nobody(site, channel)
    command = c.Transfer(seat.pbx, channel_id=channel.channel_id, extension=extension)
    return Wish((command,), lambda: channel.talk is None)


def consult(site: Site, seat: Seat, call_id: str, extension: str) -> Wish:
    """The agent talks with whoever is there while the other side hears music; who is on hold is taken back before.

    Raises Conflict as `transfer` does.
    """
    channel, _ = talking_leg(seat, call_id)
    _check_asks_nobody(site, channel)
    command = c.Consult(seat.pbx, channel_id=channel.channel_id, extension=extension)
    return Wish((command,), lambda: consulted(site, channel) is not None)


def complete(site: Site, seat: Seat, call_id: str) -> Wish:
    """Who was asked has the call. Raises Conflict when nobody is being asked, or has not answered yet."""
    channel, _ = talking_leg(seat, call_id)
    if not _consulted(site, channel).is_up:
        raise Conflict("nobody has answered yet: go back to the caller, or wait")
    return Wish(_keys(seat, channel, COMPLETE_CODE), lambda: channel.talk is None)


def cancel(site: Site, seat: Seat, call_id: str) -> Wish:
    """The agent is back with the caller. Raises Conflict when nobody is being asked."""
    channel, talk = talking_leg(seat, call_id)
    _consulted(site, channel)
    command = c.CancelConsult(seat.pbx, channel_id=channel.channel_id)
    return Wish((command,), lambda: consulted(site, channel) is None and talk.held_since is None)


def _keys(seat: Seat, channel: Channel, code: str) -> tuple[c.AnyCommand, ...]:
    return tuple(c.PressKey(seat.pbx, channel_id=channel.channel_id, key=key) for key in code)


def _consulted(site: Site, channel: Channel) -> Channel:
    other = consulted(site, channel)
    if other is None:
        raise Conflict("nobody is being asked about this call (any more)", field="call_id")
    return other


def _check_asks_nobody(site: Site, channel: Channel) -> None:
    if consulted(site, channel) is not None:
        raise Conflict("somebody is being asked about this call: hand it over, or go back to the caller first")
