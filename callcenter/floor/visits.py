"""Queue visits and rings: what becomes of a caller in a line, decided only when Asterisk has said enough."""

from callcenter.floor import events as e
from callcenter.floor import talks
from callcenter.floor.call import Channel
from callcenter.floor.changes import Changes
from callcenter.floor.events import ChannelId, Instant
from callcenter.floor.facts import EndedBy, RingOutcome, VisitOutcome
from callcenter.floor.queue import (
    ANSWERED_ELSEWHERE,
    OUTCOME_BY_QUEUESTATUS,
    REFUSAL_BY_QUEUESTATUS,
    REJECTION_CAUSES,
    RingUnderWay,
    Visit,
)
from callcenter.floor.seat import Seat
from callcenter.floor.site import Site

ENDED_BY_REASON = {"caller": EndedBy.CALLER, "agent": EndedBy.AGENT, "transfer": EndedBy.CALLER}
"""AgentComplete's reasons. An agent's transfer has ended the talk before, by its own event; a talk that is still open
at `transfer` was transferred by the caller, which is never credited to the agent."""


def joined(site: Site, event: e.CallerJoined, changes: Changes) -> None:
    """A caller entered a queue. One whom a survey found there already is the same stay."""
    known = site.visits.get(event.channel_id)
    if known is not None and known.queue == event.queue and known.is_waiting:
        known.call_id, known.position = event.call_id, event.position
        changes.touched.add(known.key)
        return
    if was_said(site, event.channel_id, event.queue, event.at):
        return
    supersede(site, event.channel_id, changes)
    visit = Visit(
        site.pbx,
        event.queue,
        event.channel_id,
        next_join(site, event.channel_id, event.queue, event.at),
        event.call_id,
        event.number,
        event.caller_name,
        event.position,
        site.now,
    )
    wait(site, visit, changes)


def next_join(site: Site, channel_id: ChannelId, queue: str, at: Instant) -> int:
    """Counts the joins of a channel to a queue: the same one may come back."""
    stays = site.stays_in(channel_id, queue)
    stays.joins += 1
    stays.heard_at = max(at, stays.heard_at)
    return stays.joins


def was_said(site: Site, channel_id: ChannelId, queue: str, at: Instant) -> bool:
    """Whether an event about a stay that is not open is one of a stay that has ended, said again or come late."""
    return channel_id in site.ended_channels or at <= site.stays_in(channel_id, queue).heard_at


def _open_visit(site: Site, channel_id: ChannelId, queue: str, at: Instant) -> Visit | None:
    """The undecided visit that an event is about; it is heard of now. None for an event about an earlier stay."""
    visit = site.visits.get(channel_id)
    if visit is None or visit.queue != queue:
        return None
    stays = site.stays_in(channel_id, queue)
    if at < stays.heard_at:
        return None
    stays.heard_at = at
    return visit


def wait(site: Site, visit: Visit, changes: Changes) -> None:
    """Puts a visit in the line."""
    site.visits[visit.channel_id] = visit
    queue = site.queue(visit.queue)
    queue.waiting[visit.channel_id] = visit
    changes.touched.update((visit.key, queue.key))


def leave_line(site: Site, visit: Visit, changes: Changes) -> None:
    """The caller waits no more, whatever the outcome will be."""
    if visit.left_at is None:
        visit.left_at = site.now
    queue = site.queue(visit.queue)
    if queue.waiting.get(visit.channel_id) is visit:
        del queue.waiting[visit.channel_id]
    changes.touched.update((visit.key, queue.key))


def settle(site: Site, visit: Visit, outcome: VisitOutcome, changes: Changes, seat: Seat | None = None) -> None:
    """Gives a visit its one outcome: the fact remains, the rings still open end with it."""
    leave_line(site, visit, changes)
    if site.visits.get(visit.channel_id) is visit:
        del site.visits[visit.channel_id]
    rules = site.queue(visit.queue).rules
    changes.facts.append(visit.ended(site.now, outcome, rules, seat))
    if outcome is not VisitOutcome.ANSWERED:
        given_up = RingOutcome.LOST if outcome is VisitOutcome.LOST else RingOutcome.GIVEN_UP
        for ring_id in sorted(visit.rings):
            ring = site.rings.get(ring_id)
            if ring is not None and ring.outcome is None:
                end_ring(site, ring_id, given_up, changes, is_certain=visit.is_certain)


def left(site: Site, event: e.CallerLeft, changes: Changes) -> None:
    """The caller left the line: answered, gone or by key. Only a true abandon can be told at this moment."""
    visit = _open_visit(site, event.channel_id, event.queue, event.at)
    if visit is None:
        return
    leave_line(site, visit, changes)
    channel = site.channels.get(event.channel_id)
    if visit.is_gone and channel is not None and channel.hangup_requested:
        settle(site, visit, VisitOutcome.ABANDONED, changes)


def gone(site: Site, event: e.CallerGone, changes: Changes) -> None:
    """QueueCallerAbandon: unanswered, for a reason that the next events tell."""
    visit = _open_visit(site, event.channel_id, event.queue, event.at)
    if visit is None:
        if not was_said(site, event.channel_id, event.queue, event.at):
            site.surprise("a visit to end", "QueueCallerAbandon", changes)
        return
    visit.is_gone = True
    visit.wait_seconds = event.wait_seconds
    visit.position = event.position
    changes.touched.add(visit.key)


def queue_result(site: Site, event: e.QueueResult, changes: Changes) -> None:
    """Queue() returned: why is the outcome of an unanswered visit, or a refusal at the door."""
    if event.status in REFUSAL_BY_QUEUESTATUS:
        if not was_said(site, event.channel_id, event.queue, event.at):
            moved_on(site, event.channel_id, changes)
            _refuse(site, event, changes)
        return
    visit = site.visits.get(event.channel_id)
    outcome = OUTCOME_BY_QUEUESTATUS.get(event.status)
    if visit is not None and outcome is not None and _open_visit(site, visit.channel_id, visit.queue, event.at):
        settle(site, visit, outcome, changes)


def _refuse(site: Site, event: e.QueueResult, changes: Changes) -> None:
    visit = Visit(
        site.pbx,
        event.queue,
        event.channel_id,
        next_join(site, event.channel_id, event.queue, event.at),
        event.call_id,
        event.number,
        event.caller_name,
        0,
        site.now,
    )
    rules = site.queue(event.queue).rules if event.queue else e.QueueRules("")
    changes.facts.append(visit.ended(site.now, REFUSAL_BY_QUEUESTATUS[event.status], rules))


def moved_on(site: Site, channel_id: ChannelId, changes: Changes) -> None:
    """The channel does something else: a visit of it that is still undecided ended before.

    Gone without a hang-up and without a reason of Queue(): somebody moved the caller. Left without being gone: a key.
    """
    visit = site.visits.get(channel_id)
    if visit is None:
        return
    if visit.is_gone:
        settle(site, visit, VisitOutcome.WITHDRAWN, changes)
    elif not visit.is_waiting:
        settle(site, visit, VisitOutcome.LEFT_BY_KEY, changes)


def supersede(site: Site, channel_id: ChannelId, changes: Changes) -> None:
    """The channel is in another queue now: whatever visit it still had is over, even one whose end was not seen."""
    moved_on(site, channel_id, changes)
    visit = site.visits.get(channel_id)
    if visit is not None:
        site.surprise("QueueCallerLeave before another queue", "QueueCallerJoin", changes, visit.call_id)
        lose(site, visit, changes)


def channel_closed(site: Site, channel_id: ChannelId, changes: Changes, *, is_certain: bool) -> None:
    """The caller's channel ended: what is undecided is decided by what was seen of it."""
    visit = site.visits.get(channel_id)
    if visit is not None:
        _decide(site, visit, changes, is_certain=is_certain)
    site.stays.pop(channel_id, None)


def _decide(site: Site, visit: Visit, changes: Changes, *, is_certain: bool) -> None:
    if not is_certain:
        lose(site, visit, changes)
    elif visit.is_gone:
        settle(site, visit, VisitOutcome.ABANDONED, changes)
    elif not visit.is_waiting:
        settle(site, visit, VisitOutcome.LEFT_BY_KEY, changes)
    else:
        site.surprise("QueueCallerLeave before the end of a waiting channel", "Hangup", changes, visit.call_id)
        lose(site, visit, changes)


def rung(site: Site, event: e.MemberRung, changes: Changes) -> None:
    """A queue rings a member, once on each leg."""
    channel = site.channels.get(event.ring_id)
    if event.ring_id in site.rings or event.ring_id in site.ended_channels or (channel and channel.queue):
        return
    seat = _seat_of_member(site, event.queue, event.interface)
    ring = RingUnderWay(event.ring_id, event.channel_id, event.call_id, event.queue, seat, site.now)
    site.rings[event.ring_id] = ring
    visit = site.visits.get(event.channel_id)
    if visit is not None:
        visit.rings.add(event.ring_id)
    if channel is not None:
        channel.queue = event.queue
        if visit is not None:
            channel.other_number = visit.number
        _take_seat(channel, seat)


def _seat_of_member(site: Site, queue: str, interface: str) -> Seat:
    """A member's seat is at its StateInterface where it has one (Local channels), else at the interface."""
    known = site.queue(queue).seats.get(interface.lower())
    return known or site.seat(interface)


def _take_seat(channel: Channel, seat: Seat) -> None:
    if channel.seat is None:
        channel.seat = seat
        seat.channels[channel.channel_id] = channel


def not_answered(site: Site, event: e.RingNotAnswered, changes: Changes) -> None:
    """A ring ran out, or the phone said no: the cause of the leg tells which."""
    ring = site.rings.get(event.ring_id)
    if ring is not None:
        ring.outcome = RingOutcome.NOT_ANSWERED
        ring.ring_seconds = event.ring_seconds


def ring_closed(site: Site, ring_id: ChannelId, cause: int, changes: Changes, *, is_certain: bool) -> None:
    """The rung leg ended: now its outcome is known."""
    ring = site.rings.get(ring_id)
    if ring is None:
        return
    end_ring(site, ring_id, _ring_outcome(ring, cause, is_certain=is_certain), changes, is_certain=is_certain)


def _ring_outcome(ring: RingUnderWay, cause: int, *, is_certain: bool) -> RingOutcome:
    if not is_certain:
        return RingOutcome.LOST
    if cause == ANSWERED_ELSEWHERE:
        return RingOutcome.WON_BY_COLLEAGUE
    if cause in REJECTION_CAUSES:
        return RingOutcome.REJECTED
    # The queue says of every ring that ran out that it did; of one that it gave up for its caller it says nothing.
    return ring.outcome or RingOutcome.GIVEN_UP


def end_ring(
    site: Site, ring_id: ChannelId, outcome: RingOutcome, changes: Changes, *, is_certain: bool = True
) -> None:
    """A ring is over: the fact remains. Does nothing for a ring that has ended before."""
    ring = site.rings.pop(ring_id, None)
    if ring is None:
        return
    changes.facts.append(ring.ended(site.pbx, site.now, outcome, is_certain=is_certain))
    if ring_id not in site.channels:  # a leg that was never seen to open: nothing else will say that it has ended
        site.ended_channels.remember(ring_id)


def connected(site: Site, event: e.MemberConnected, changes: Changes) -> None:
    """A member and a caller were connected: the visit is answered, the losers' rings end, the talk begins."""
    visit = _open_visit(site, event.channel_id, event.queue, event.at)
    if visit is None:
        if was_said(site, event.channel_id, event.queue, event.at):
            return
        site.surprise("a visit to be answered", "AgentConnect", changes, event.call_id)
        supersede(site, event.channel_id, changes)
        visit = _unseen(site, event)
    seat = _seat_of_member(site, event.queue, event.interface)
    visit.wait_seconds = event.wait_seconds
    ring = site.rings.get(event.ring_id)
    if ring is not None:
        ring.ring_seconds = event.ring_seconds
    end_ring(site, event.ring_id, RingOutcome.ANSWERED, changes)
    for ring_id in sorted(visit.rings - {event.ring_id}):
        end_ring(site, ring_id, RingOutcome.WON_BY_COLLEAGUE, changes)
    settle(site, visit, VisitOutcome.ANSWERED, changes, seat)
    _begin_talk(site, event, seat, visit.number, changes)


def _begin_talk(site: Site, event: e.MemberConnected, seat: Seat, number: str, changes: Changes) -> None:
    leg = site.channels.get(event.ring_id)
    if leg is None:
        site.surprise("a channel to talk on", "AgentConnect", changes, event.call_id)
        return
    _take_seat(leg, seat)
    leg.is_ringing = False
    leg.queue = event.queue
    channel = talks.at_the_phone(leg, seat)
    channel.other_number = number
    talks.begin(site, channel, event.queue, changes)


def _unseen(site: Site, event: e.MemberConnected) -> Visit:
    """An answered caller whose join was not seen (the link came up meanwhile)."""
    join = next_join(site, event.channel_id, event.queue, event.at)
    joined_at = site.now - event.wait_seconds
    call = site.call(event.call_id)
    number, name = (call.number, call.caller_name) if call else ("", "")
    return Visit(
        site.pbx, event.queue, event.channel_id, join, event.call_id, number, name, 0, joined_at, is_certain=False
    )


def completed(site: Site, event: e.MemberCompleted, changes: Changes) -> None:
    """The talk of a queue call ended. Either id may be missing: the member's own talk in this queue is meant then."""
    seat = _seat_of_member(site, event.queue, event.interface)
    leg = site.channels.get(event.ring_id)
    channel = talks.at_the_phone(leg, seat) if leg else None if event.ring_id else _only_talk(site, event, seat)
    if channel is not None and channel.talk is not None and channel.talk.queue == event.queue:
        talks.end(site, channel, ENDED_BY_REASON.get(event.reason, EndedBy.UNKNOWN), changes)


def _only_talk(site: Site, event: e.MemberCompleted, seat: Seat) -> Channel | None:
    caller = site.channels.get(event.channel_id)
    matching = [
        channel
        for channel in seat.channels.values()
        if channel.talk
        and channel.talk.queue == event.queue
        and channel.talk.began_at <= event.at
        and (caller is None or channel.call_id == caller.call_id)
    ]
    return matching[0] if len(matching) == 1 else None


def dumped(site: Site, event: e.MemberDumped, changes: Changes) -> None:
    """The agent hung up in the announcement; the caller waits on."""
    end_ring(site, event.ring_id, RingOutcome.REJECTED, changes)


def lose(site: Site, visit: Visit, changes: Changes) -> None:
    """The end of this visit was not seen."""
    visit.is_certain = False
    settle(site, visit, VisitOutcome.LOST, changes)
