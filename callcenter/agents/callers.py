"""What a supervisor may ask for somebody who waits in a queue: what is asked of Asterisk, or why not, purely."""

from collections.abc import Collection

from callcenter.accounts.scope import EVERYTHING, Scope
from callcenter.agents.rules import Wish
from callcenter.errors import AgentIsNotFree, BadInput, Conflict, NotWaiting, QueueIsEmpty, QueueIsFull
from callcenter.floor import commands as c
from callcenter.floor.events import DeviceState
from callcenter.floor.queue import Visit
from callcenter.floor.seat import UNREACHABLE_DEVICES, Seat
from callcenter.floor.site import Site
from callcenter.floor.terms import Instant

PRIORITY_SINCE: Instant = 1_767_225_600.0
"""Priorities count the seconds from 2026 on: who is moved to the front later stands before who was earlier."""

_AWAY = UNREACHABLE_DEVICES | {DeviceState.UNKNOWN}
"""Devices with which the shipped queues let nobody in (`joinempty`)."""


def waiting(site: Site, visit_id: str, scope: Scope = EVERYTHING) -> Visit:
    """The visit with this id of the live feed. Raises NotWaiting unless it waits in a line, of a queue in the scope."""
    for visit in site.visits.values():
        if visit.key[1] == visit_id and visit.is_waiting and scope.sees_queue(visit.queue):
            return visit
    raise NotWaiting("this caller does not wait (any more)")


def hang_up(site: Site, visit: Visit) -> Wish:
    """The caller's call is over."""
    caller = visit.holder_id
    return Wish((c.HangUp(site.pbx, channel_id=caller),), lambda: caller not in site.channels and _is_over(site, visit))


def to_front(site: Site, visit: Visit) -> Wish:
    """Stands first in the line. Raises Conflict where Asterisk's name of the caller's channel is not known."""
    if visit.position == 1:
        return Wish((), lambda: True)
    channel = site.channels.get(visit.holder_id)
    if channel is None:
        raise Conflict("the caller's channel is not known yet; try again in a moment")
    priority = max(1, int(site.now - PRIORITY_SINCE))
    command = c.MoveToFront(site.pbx, queue=visit.queue, channel_name=channel.name, priority=priority)
    return Wish((command,), lambda: visit.position == 1)


def to_queue(site: Site, visit: Visit, queue: str, dialled: Collection[str], most_waiting: int) -> Wish:
    """Waits at the end of another queue's line, where at most so many may wait (0: any number).

    `dialled` are the queues that the dialplan knows. Raises BadInput for any other, and Conflict where the caller
    would be turned away.
    """
    if queue == visit.queue:
        return Wish((), lambda: True)
    check_lets_in(site, queue, dialled, most_waiting)
    caller = visit.holder_id
    before = site.stays_in(caller, queue).joins
    command = c.MoveToQueue(site.pbx, channel_id=caller, queue=queue)
    return Wish((command,), lambda: site.stays_in(caller, queue).joins > before)


def check_lets_in(site: Site, queue: str, dialled: Collection[str], most_waiting: int) -> None:
    """Raises BadInput for a queue that the dialplan does not know, Conflict for one that would turn a caller away."""
    if queue not in dialled or queue not in site.queues:
        raise BadInput(f"there is no queue {queue[:60]!r} at {site.pbx} to move a caller to", field="queue")
    line = site.queues[queue]
    if 0 < most_waiting <= len(line.waiting):
        raise QueueIsFull(f"{line.rules.label} is full: {len(line.waiting)} wait there", field="queue")
    if all(seat.device in _AWAY for seat in line.seats.values()):
        raise QueueIsEmpty(
            f"no agent is signed in to {line.rules.label} with a phone that can be reached", field="queue"
        )


def to_seat(site: Site, visit: Visit, seat: Seat, dialled: Collection[str]) -> Wish:
    """Rings at the phone of an agent; `dialled` are the agents that the dialplan knows, by their numbers.

    Raises BadInput for any other, and Conflict for one who is not free.
    """
    if seat.agent_number not in dialled:
        raise BadInput(f"the settings know no agent at {seat.interface}", field="interface")
    if not seat.is_free:
        name = seat.agent_name or seat.interface
        raise AgentIsNotFree(f"{name} is not free now: only an agent who is ready takes a caller", field="interface")
    command = c.MoveToAgent(site.pbx, channel_id=visit.holder_id, agent_number=seat.agent_number)
    return Wish((command,), lambda: _is_over(site, visit) and _has(seat, visit))


def _is_over(site: Site, visit: Visit) -> bool:
    return site.visits.get(visit.holder_id) is not visit


def _has(seat: Seat, visit: Visit) -> bool:
    return any(channel.call_id == visit.call_id for channel in seat.channels.values())
