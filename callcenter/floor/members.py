"""What member, device and directory events change: who is signed in where, paused why, and reachable."""

from callcenter.floor import desks, helping
from callcenter.floor import events as e
from callcenter.floor.changes import Changes
from callcenter.floor.events import Member
from callcenter.floor.seat import Seat, finish_wrap_up, restate
from callcenter.floor.site import Site, name_seat
from callcenter.floor.terms import Instant


def described(site: Site, event: e.MemberAdded | e.MemberChanged, changes: Changes) -> None:
    """A member is there, with everything that Asterisk says of it."""
    enrol(site, event.member, changes)


def enrol(site: Site, member: Member, changes: Changes) -> Seat:
    """Takes a member as Asterisk describes it; an unknown one makes a seat by itself."""
    queue = site.queue(member.queue)
    seat = site.seat(_phone(member))
    _seat_agent(site, seat, member, changes)
    known = seat.members.get(member.queue)
    seat.members[member.queue] = member
    former = queue.seats.get(member.interface.lower())
    if known is not None and former is seat and seat.device is member.device and _pause(known) == _pause(member):
        if known.penalty != member.penalty:
            changes.touched.add(seat.key)
        return seat
    seat.device = member.device
    if former is not seat:
        if former is not None:  # the same member at another phone (hot-desking)
            expel(site, member.queue, member.interface, changes)
        queue.seats[member.interface.lower()] = seat
        seat.count_in(queue.census)
    changes.touched.add(queue.key)
    if known is None or _pause(known) != _pause(member):
        _adjust_wrap_up(site, seat, changes)
    restate(seat, site.now, changes)
    return seat


def _seat_agent(site: Site, seat: Seat, member: Member, changes: Changes) -> None:
    if seat.desk is not None:
        desks.sit_down(site, seat, member.name, changes)
        return
    if not seat.agent_name:
        seat.agent_name = member.name if member.name != member.interface else ""
    site.sat_last.pop(seat.agent_name, None)


def _pause(member: Member) -> tuple[bool, str, Instant]:
    return member.is_paused, member.pause_reason, member.paused_at


def _adjust_wrap_up(site: Site, seat: Seat, changes: Changes) -> None:
    """More time after a call may have been asked for, or be given back."""
    ends_at = seat.wrap_up_ends_at
    if ends_at is None:
        site.wrapping_up.discard(seat)
    elif ends_at <= site.now and seat.extended_until is None:
        finish_wrap_up(seat, site.now, changes)
        site.wrapping_up.discard(seat)
    else:
        site.wrapping_up.add(seat)
        site.due_at = min(site.due_at, ends_at)


def _phone(member: Member) -> str:
    """The phone behind a member: a Local interface names it in its StateInterface; `hint:` ones name no phone."""
    if member.state_interface and not member.state_interface.startswith(("hint:", "Custom:")):
        return member.state_interface
    return member.interface


def removed(site: Site, event: e.MemberRemoved, changes: Changes) -> None:
    """A member signed out of a queue."""
    expel(site, event.queue, event.interface, changes)


def expel(site: Site, queue_name: str, interface: str, changes: Changes) -> None:
    """Takes a member out of a queue; does nothing when it is not in it."""
    queue = site.queue(queue_name)
    seat = queue.seats.pop(interface.lower(), None)
    if seat is None:
        return
    seat.count_out(queue.census)
    seat.members.pop(queue_name, None)
    helping.let_go(seat, changes)
    changes.touched.add(queue.key)
    _adjust_wrap_up(site, seat, changes)
    restate(seat, site.now, changes)


def device_changed(site: Site, event: e.DeviceChanged, changes: Changes) -> None:
    """The state of a phone, whether or not a queue rings it."""
    seat = site.seats.get(event.device.lower())
    if seat is not None and seat.device != event.state:
        seat.device = event.state
        restate(seat, site.now, changes)


def wrap_up_ended(site: Site, event: e.WrapUpEnded, changes: Changes) -> None:
    """The agent says that the work after the call is done."""
    seat = site.seats.get(event.interface.lower())
    if seat is not None and seat.wrap_up_ends_at is not None:
        end_wrap_up(site, seat, changes)


def end_wrap_up(site: Site, seat: Seat, changes: Changes) -> None:
    """Wrap-up is over; of one that was extended Asterisk tells the end, but what comes now is not of the call."""
    finish_wrap_up(seat, site.now, changes)
    site.wrapping_up.discard(seat)
    restate(seat, site.now, changes)


def directory_changed(site: Site, event: e.DirectoryChanged, changes: Changes) -> None:
    """The configured agents and queues: each has its seat and its line from the start."""
    site.agents = {agent.interface.lower(): agent for agent in event.agents if agent.interface}
    site.named = {agent.name: agent for agent in event.agents}
    site.desks = {desk.interface.lower(): desk for desk in event.phones}
    site.rules = {rules.queue: rules for rules in event.queues}
    site.pause_rules.clear()  # in place: the seats share it
    site.pause_rules.update({rules.reason: rules for rules in event.pauses})
    desks.set_up(site, changes)
    for agent in site.agents.values():
        seat = site.seat(agent.interface)
        name_seat(seat, agent)
        changes.touched.add(seat.key)
    for rules in event.queues:
        queue = site.queue(rules.queue)
        queue.rules = rules
        changes.touched.add(queue.key)
