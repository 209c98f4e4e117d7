"""Desk phones: who sits at one is who is a member there, by the name that Asterisk tells (decision 63)."""

from callcenter.floor import helping
from callcenter.floor.changes import Changes
from callcenter.floor.events import AgentEntry
from callcenter.floor.facts import SeatState
from callcenter.floor.seat import Seat, finish_wrap_up, spell_until
from callcenter.floor.site import Site, name_seat

NOBODY = AgentEntry("", "", "", "")


def set_up(site: Site, changes: Changes) -> None:
    """The desk phones of the directory: each is shown from the start, and whoever sits there has the name of today."""
    for seat in site.seats.values():
        seat.desk = site.desks.get(seat.interface.lower())
    for seat in site.desk_seats():
        names = [member.name for member in seat.members.values()]
        if names:
            name_seat(seat, _agent_named(site, names[0], seat))
        changes.touched.add(seat.key)


def sit_down(site: Site, seat: Seat, name: str, changes: Changes) -> None:
    """The member of this name sits at the desk phone. What goes on there stays that of whoever sat there before."""
    agent = _agent_named(site, name, seat)
    site.sat_last[agent.name] = seat.interface
    if (agent.number, agent.name) == (seat.agent_number, seat.agent_name):
        return
    if seat.is_vacant:
        seat.count_in(site.census)
    else:
        _pin(site, seat)
        _cut(site, seat, changes)
    name_seat(seat, agent)
    changes.touched.add(seat.key)


def get_up(site: Site, changes: Changes) -> None:
    """Nobody sits at a desk phone any more whose member has signed out, once nothing is under way there."""
    for kind, identity in list(changes.touched):
        seat = site.seats.get(identity.partition("/")[2].lower()) if kind == "seats" else None
        if seat is None or seat.desk is None or seat.is_vacant or _is_in_use(site, seat):
            continue
        _pin(site, seat)
        seat.count_out(site.census)
        name_seat(seat, NOBODY)


def _agent_named(site: Site, name: str, seat: Seat) -> AgentEntry:
    return site.named.get(name) or AgentEntry("", name or seat.interface, "", "")


def _is_in_use(site: Site, seat: Seat) -> bool:
    is_busy = bool(seat.members) or seat.state is not SeatState.SIGNED_OUT or seat.unfinished is not None
    return is_busy or any(ring.seat is seat for ring in site.rings.values())


def _pin(site: Site, seat: Seat) -> None:
    """What is under way at the phone is, and stays, that of the agent who sits there now."""
    agent = seat.agent
    for channel in site.channels.values():
        if channel.talk is not None and channel.talk.seat is seat and channel.talk.agent is None:
            channel.talk.agent = agent
    for ring in site.rings.values():
        if ring.seat is seat and ring.agent is None:
            ring.agent = agent
    for call in site.calls.values():
        if call.talked_with is seat and call.judged is None:
            call.judged = agent


def _cut(site: Site, seat: Seat, changes: Changes) -> None:
    """The spell of one agent ends where that of the next begins."""
    at = max(site.now, seat.since)
    spell = spell_until(seat, at)
    if spell is not None:
        changes.facts.append(spell)
    finish_wrap_up(seat, at, changes)
    site.wrapping_up.discard(seat)
    helping.end(seat, changes)
    seat.since = at
