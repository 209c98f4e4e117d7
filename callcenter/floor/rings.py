"""Rings: each try of a queue to reach a seat, and how it ended."""

from collections.abc import Iterable

from callcenter.floor import desks
from callcenter.floor import events as e
from callcenter.floor.call import interface_of
from callcenter.floor.changes import Changes
from callcenter.floor.facts import RingOutcome
from callcenter.floor.queue import ANSWERED_ELSEWHERE, REJECTION_CAUSES, Queue, RingUnderWay, Visit
from callcenter.floor.seat import Channel, Seat
from callcenter.floor.site import Site
from callcenter.floor.terms import ChannelId


def rung(site: Site, event: e.MemberRung, changes: Changes) -> None:
    """A queue rings a member, once on each leg."""
    channel = site.channels.get(event.ring_id)
    is_known = channel is not None and bool(channel.queue or channel.parts)
    if is_known or event.ring_id in site.rings or event.ring_id in site.ended_channels:
        return
    seat = seat_of_member(site, event.queue, event.interface, event.member_name, changes)
    _begin(site, RingUnderWay(event.ring_id, event.channel_id, event.call_id, event.queue, seat, site.now))


def seat_of_member(site: Site, queue: str, interface: str, name: str, changes: Changes) -> Seat:
    """A member's seat is at its StateInterface where it has one (Local channels), else at the interface."""
    seat = site.queue(queue).seats.get(interface.lower()) or site.seat(interface)
    if not seat.agent_name and name != interface:
        if seat.desk is not None:
            desks.sit_down(site, seat, name, changes)
        else:
            seat.agent_name = name
    return seat


def take_seat(channel: Channel, seat: Seat) -> None:
    """A leg whose name is no phone's (a Local channel) belongs to the seat that it rings."""
    if channel.seat is None:
        channel.seat = seat
        seat.channels[channel.channel_id] = channel


def found(site: Site, leg: Channel, visit: Visit) -> None:
    """A survey finds a leg that is rung for a visit; its ring is as old as the leg."""
    if leg.queue or leg.parts or leg.channel_id in site.rings:
        return
    seat = _member_at(site.queue(visit.queue), interface_of(leg.name).lower()) or leg.seat
    if seat is None:
        return
    ring = RingUnderWay(leg.channel_id, visit.channel_id, visit.call_id, visit.queue, seat, leg.opened_at)
    ring.is_found = True
    _begin(site, ring)


def first_in_line(site: Site, leg: Channel, visits: Iterable[Visit]) -> Visit | None:
    """Of these visits the first in a line of the member at this leg."""
    name = interface_of(leg.name).lower()
    own = (visit for visit in visits if _member_at(site.queue(visit.queue), name) is not None)
    return min(own, key=lambda visit: visit.position, default=None)


def _member_at(queue: Queue, name: str) -> Seat | None:
    """The options of a Local member (`/n`) are no part of its channel's name."""
    with_options = (seat for member, seat in queue.seats.items() if member.rpartition("/")[0] == name)
    return queue.seats.get(name) or next(with_options, None)


def go_on(site: Site, visit: Visit) -> None:
    """A stay that nobody saw begin has the rings that were heard of already."""
    stay = visit.channel_id, visit.queue
    visit.rings |= {ring.leg_id for ring in site.rings.values() if (ring.channel_id, ring.queue) == stay}


def unheard(site: Site, event: e.MemberConnected | e.RingNotAnswered, seat: Seat) -> RingUnderWay | None:
    """A ring whose beginning was not heard; None where its leg is not known or was rung before."""
    leg, visit = site.channels.get(event.ring_id), site.visits.get(event.channel_id)
    if leg is None or visit is None or visit.queue != event.queue or leg.queue or leg.parts:
        return None
    began_at = site.now - event.ring_seconds
    ring = RingUnderWay(leg.channel_id, visit.channel_id, visit.call_id, visit.queue, seat, began_at)
    _begin(site, ring)
    return ring


def _begin(site: Site, ring: RingUnderWay) -> None:
    site.rings[ring.ring_id] = ring
    visit = site.visits.get(ring.channel_id)
    if visit is not None and visit.queue != ring.queue:  # the caller's next queue, which nobody saw him join
        visit = None
    if visit is not None:
        visit.rings.add(ring.ring_id)
    leg = site.channels.get(ring.ring_id)
    if leg is not None:
        leg.queue = ring.queue
        if visit is not None:
            leg.other_number = visit.number
        take_seat(leg, ring.seat)


def not_answered(site: Site, event: e.RingNotAnswered, changes: Changes) -> None:
    """A ring ran out, or the phone said no: the cause of the leg tells which."""
    ring = site.rings.get(event.ring_id)
    if ring is None:
        seat = seat_of_member(site, event.queue, event.interface, event.interface, changes)
        ring = unheard(site, event, seat)
    if ring is not None:
        ring.outcome, ring.is_forwarded = RingOutcome.NOT_ANSWERED, False
        ring.ring_seconds, ring.over_at = event.ring_seconds, site.now
        if event.ring_id not in site.channels:  # an account that reads no channel events hears no more of this leg
            end(site, event.ring_id, ring.outcome, changes)


def given_up(site: Site, ring_id: ChannelId) -> None:
    """The queue rings on no longer, since its caller has left or a colleague answered: what the phone says now is late.

    Of a ring that the phone refused, app_queue says BUSY, CONGESTION or NOANSWER and never CANCEL.
    """
    ring = site.rings.get(ring_id)
    if ring is not None and ring.outcome is None:
        ring.outcome = RingOutcome.GIVEN_UP


def forwarded(site: Site, ring_id: ChannelId) -> None:
    """The phone sent the ring elsewhere: the queue dials there next, and the ring is still the member's."""
    ring = site.rings.get(ring_id)
    if ring is not None and ring.channel_id in site.visits:
        ring.is_forwarded = True


def follow(site: Site, caller_id: ChannelId, leg: Channel) -> None:
    """A caller's queue dialled a channel: a ring that was forwarded goes on there. No AgentCalled names that leg."""
    visit = site.visits.get(caller_id)
    for ring_id in sorted(visit.rings) if visit else ():
        ring = site.rings.get(ring_id)
        if visit is not None and ring is not None and ring.is_forwarded:
            ring.is_forwarded, ring.leg_id = False, leg.channel_id
            site.rings[leg.channel_id] = site.rings.pop(ring_id)
            visit.rings.add(leg.channel_id)
            leg.queue, leg.other_number = ring.queue, visit.number
            take_seat(leg, ring.seat)
            return


def dumped(site: Site, event: e.MemberDumped, changes: Changes) -> None:
    """The agent hung up in the announcement; the caller waits on."""
    end(site, event.ring_id, RingOutcome.REJECTED, changes)


def leg_closed(site: Site, ring_id: ChannelId, cause: int, changes: Changes, *, is_certain: bool) -> None:
    """The rung leg ended: now its outcome is known."""
    ring = site.rings.get(ring_id)
    if ring is None or ring.is_forwarded:
        return
    visit = site.visits.get(ring.channel_id)
    if visit is not None and visit.left_unheard:  # it may have been answered: queue_log tells
        is_certain = False
    outcome = _outcome(site, ring, cause, is_certain=is_certain)
    is_doubtful = ring.is_found and site.gap is not None and outcome is RingOutcome.GIVEN_UP
    end(site, ring_id, outcome, changes, is_certain=is_certain and not is_doubtful)


def _outcome(site: Site, ring: RingUnderWay, cause: int, *, is_certain: bool) -> RingOutcome:
    if not is_certain:
        return RingOutcome.LOST
    is_given_up = ring.outcome is RingOutcome.GIVEN_UP
    if cause == ANSWERED_ELSEWHERE or (is_given_up and _is_won(site, ring)):
        return RingOutcome.WON_BY_COLLEAGUE
    if cause in REJECTION_CAUSES and not is_given_up:
        return RingOutcome.REJECTED
    # The queue says of every ring that ran out that it did; of one that it gave up for its caller it says nothing.
    return ring.outcome or RingOutcome.GIVEN_UP


def _is_won(site: Site, ring: RingUnderWay) -> bool:
    """Whether a colleague has picked up."""
    visit = site.visits.get(ring.channel_id)
    legs = (site.channels.get(ring_id) for ring_id in visit.rings - {ring.leg_id, ring.ring_id}) if visit else ()
    return any(leg is not None and leg.is_up for leg in legs)


def lose_to_colleague(site: Site, ring_id: ChannelId, changes: Changes) -> None:
    """A colleague answered. A ring that was over before has its own end, which that of its leg tells."""
    ring = site.rings.get(ring_id)
    if ring is not None and ring.outcome is not RingOutcome.NOT_ANSWERED:
        end(site, ring_id, RingOutcome.WON_BY_COLLEAGUE, changes)


def end(site: Site, ring_id: ChannelId, outcome: RingOutcome, changes: Changes, *, is_certain: bool = True) -> None:
    """A ring is over: the fact remains. Does nothing for a ring that has ended before."""
    ring = site.rings.pop(ring_id, None)
    if ring is None:
        return
    changes.facts.append(ring.ended(site.pbx, site.now, outcome, is_certain=is_certain))
    leg = site.channels.get(ring_id)
    if leg is None:  # never seen to open: nothing else will say that it has ended
        site.ended_channels.remember(ring_id)
    elif not leg.queue:  # seen to open after it was rung
        leg.queue = ring.queue
