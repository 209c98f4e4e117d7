"""Queue visits: what becomes of a caller in a line, decided only when Asterisk has said enough."""

from callcenter.floor import events as e
from callcenter.floor import rings, talks
from callcenter.floor.changes import Changes
from callcenter.floor.facts import EndedBy, RingOutcome, VisitOutcome
from callcenter.floor.matching import HALF_A_SECOND, WITHIN_A_SECOND
from callcenter.floor.queue import (
    OUTCOME_BY_QUEUESTATUS,
    REFUSAL_BY_QUEUESTATUS,
    Queue,
    Visit,
)
from callcenter.floor.seat import Channel, Seat, Talk
from callcenter.floor.site import CLOCK_SECONDS, Site
from callcenter.floor.terms import ChannelId, Instant

ENDED_BY_REASON = {"caller": EndedBy.CALLER, "agent": EndedBy.AGENT, "transfer": EndedBy.CALLER}
"""AgentComplete's reasons. An agent's transfer has ended the talk before, by its own event; a talk that is still open
at `transfer` was transferred by the caller, which is never credited to the agent."""

MOVED_SECONDS = 0.5
"""A caller's channel that outlives its unexplained end of waiting by more than this was moved by AMI's Redirect; AMI's
Hangup ends it within milliseconds."""

A_MOMENT = 0.05
"""Asterisk tells in so short a time that a caller leaves and why."""


def joined(site: Site, event: e.CallerJoined, changes: Changes) -> None:
    """A caller entered a queue. One whom a survey found there already is the same stay; one who has been there for
    longer has left it unheard."""
    known = site.visits.get(event.channel_id)
    if known is not None and known.queue == event.queue and known.is_waiting and _is_then(site, event):
        known.call_id, known.position = event.call_id, event.position
        changes.touched.add(known.key)
        return
    if was_said(site, event.channel_id, event.queue, event.at):
        return
    supersede(site, event.channel_id, changes)
    visit = _begun(site, event, event.position)
    _shift(site.queue(event.queue), visit, 1, changes)
    wait(site, visit, changes)


def _is_then(site: Site, event: e.CallerJoined) -> bool:
    """Whether somebody joined when the stay that is known began; a survey may be a little older or newer."""
    return event.at - site.stays_in(event.channel_id, event.queue).began_at <= CLOCK_SECONDS


def _begun(site: Site, event: e.CallerJoined | e.QueueResult, position: int) -> Visit:
    """The stay that begins with this event; a refused one ends with it, too."""
    call = site.call(event.call_id)
    return Visit(
        site.pbx,
        event.queue,
        event.channel_id,
        next_join(site, event.channel_id, event.queue, event.at),
        event.call_id,
        call.customer_number(event.number) if call else event.number,
        event.caller_name,
        position,
        site.now,
    )


def next_join(site: Site, channel_id: ChannelId, queue: str, at: Instant) -> int:
    """Counts the joins of a channel to a queue: the same one may come back."""
    stays = site.stays_in(channel_id, queue)
    stays.joins += 1
    stays.began_at = at
    stays.heard_at = max(at, stays.heard_at)
    return stays.joins


def was_said(site: Site, channel_id: ChannelId, queue: str, at: Instant) -> bool:
    """Whether an event about a stay that is not open is one of a stay that has ended, said again or come late."""
    return channel_id in site.ended_channels or at <= site.stays_in(channel_id, queue).heard_at


def _open_visit(site: Site, channel_id: ChannelId, queue: str, at: Instant) -> Visit | None:
    """The undecided visit that an event is about; it is heard of now. None for an event about an earlier stay."""
    visit = site.visits.get(channel_id) or _given_away(site, channel_id, queue)
    if visit is None or visit.queue != queue:
        return None
    stays = site.stays_in(channel_id, queue)
    if at < stays.began_at:
        return None
    stays.heard_at = max(at, stays.heard_at)
    return visit


def _given_away(site: Site, channel_id: ChannelId, queue: str) -> Visit | None:
    """The place that this channel gave to another one, of which Asterisk goes on to tell under the old id where the
    answer comes within milliseconds of the transfer."""
    stays = (visit for visit in site.visits.values() if (visit.channel_id, visit.queue) == (channel_id, queue))
    return next((visit for visit in stays if visit.holder_id != channel_id), None)


def wait(site: Site, visit: Visit, changes: Changes) -> None:
    """Puts a visit in the line."""
    site.visits[visit.holder_id] = visit
    queue = site.queue(visit.queue)
    queue.waiting[visit.channel_id] = visit
    changes.touched.update((visit.key, queue.key))


def _shift(queue: Queue, around: Visit, places: int, changes: Changes) -> None:
    """Moves those behind a visit by so many places: Asterisk says it of nobody but the one who comes or goes."""
    for other in queue.waiting.values():
        if other is not around and other.position >= around.position:
            other.position = max(1, other.position + places)
            changes.touched.add(other.key)


def leave_line(site: Site, visit: Visit, changes: Changes) -> None:
    """The caller waits no more, whatever the outcome will be."""
    if visit.left_at is None:
        visit.left_at = site.now
    queue = site.queue(visit.queue)
    if queue.waiting.get(visit.channel_id) is visit:
        del queue.waiting[visit.channel_id]
        _shift(queue, visit, -1, changes)
    changes.touched.update((visit.key, queue.key))


def settle(site: Site, visit: Visit, outcome: VisitOutcome, changes: Changes, seat: Seat | None = None) -> None:
    """Gives a visit its one outcome: the fact remains, the rings still open end with it."""
    leave_line(site, visit, changes)
    if site.visits.get(visit.holder_id) is visit:
        del site.visits[visit.holder_id]
    rules = site.queue(visit.queue).rules
    changes.facts.append(visit.ended(site.now, outcome, rules, seat))
    if outcome is VisitOutcome.ANSWERED:
        site.stays_in(visit.holder_id, visit.queue).answered = visit.join
    else:
        given_up = RingOutcome.LOST if outcome is VisitOutcome.LOST else RingOutcome.GIVEN_UP
        for ring_id in sorted(visit.rings):
            ring = site.rings.get(ring_id)
            if ring is not None and ring.outcome is None:
                rings.end(site, ring_id, given_up, changes, is_certain=visit.is_certain)


def left(site: Site, event: e.CallerLeft, changes: Changes) -> None:
    """The caller left the line: answered, gone or by key. Which it was, the next events tell."""
    visit = _open_visit(site, event.channel_id, event.queue, event.at)
    if visit is None:
        _leaves_another(site, event, changes)
        return
    leave_line(site, visit, changes)
    visit.left_unheard = False
    channel = site.channels.get(event.channel_id)
    visit.has_hung_up = channel is not None and channel.hangup_requested


def gone(site: Site, event: e.CallerGone, changes: Changes) -> None:
    """QueueCallerAbandon: unanswered, for a reason that the next events tell."""
    visit = _open_visit(site, event.channel_id, event.queue, event.at)
    if visit is None:
        if not was_said(site, event.channel_id, event.queue, event.at):
            site.surprise("a visit to end", "QueueCallerAbandon", changes)
        _leaves_another(site, event, changes)
        return
    visit.is_gone = True
    visit.wait_seconds = event.wait_seconds
    visit.position = event.position
    changes.touched.add(visit.key)


def _leaves_another(site: Site, event: e.CallerLeft | e.CallerGone, changes: Changes) -> None:
    """The caller leaves a queue without having been seen to join it: the stay that was known is over since then, and
    what is said next of this channel is not of it."""
    visit = site.visits.get(event.channel_id)
    if visit is None or visit.queue == event.queue or was_said(site, event.channel_id, event.queue, event.at):
        return
    if event.at > site.stays_in(event.channel_id, visit.queue).heard_at:
        supersede(site, event.channel_id, changes)


def queue_result(site: Site, event: e.QueueResult, changes: Changes) -> None:
    """Queue() returned: why is the outcome of an unanswered visit, or a refusal at the door."""
    if event.status in REFUSAL_BY_QUEUESTATUS:
        if not was_said(site, event.channel_id, event.queue, event.at):
            moved_on(site, event.channel_id, changes)
            _refuse(site, event, changes)
        return
    visit = site.visits.get(event.channel_id)
    outcome = OUTCOME_BY_QUEUESTATUS.get(event.status)
    if visit is not None and outcome is not None and _open_visit(site, event.channel_id, visit.queue, event.at):
        settle(site, visit, outcome, changes)


def _refuse(site: Site, event: e.QueueResult, changes: Changes) -> None:
    visit = _begun(site, event, 0)
    rules = site.queue(event.queue).rules if event.queue else e.QueueRules("")
    changes.facts.append(visit.ended(site.now, REFUSAL_BY_QUEUESTATUS[event.status], rules))


def moved_on(site: Site, channel_id: ChannelId, changes: Changes) -> None:
    """The channel does something else: a visit of it that is still undecided ended before.

    Gone without a hang-up and without a reason of Queue(): somebody moved the caller. Left without being gone: a key.
    """
    visit = site.visits.get(channel_id)
    if visit is None:
        return
    visit.is_certain = visit.is_certain and not _is_doubtful(site, visit)
    if visit.is_gone:
        settle(site, visit, VisitOutcome.ABANDONED if visit.has_hung_up else VisitOutcome.WITHDRAWN, changes)
    elif visit.left_unheard:
        lose(site, visit, changes)
    elif not visit.is_waiting:
        settle(site, visit, VisitOutcome.LEFT_BY_KEY, changes)


def callback_requested(site: Site, event: e.CallbackRequested, changes: Changes) -> None:
    """The caller left by the key that asks for a callback; said again it changes nothing."""
    visit = _open_visit(site, event.channel_id, event.queue, event.at)
    if visit is not None and not visit.is_gone:
        settle(site, visit, VisitOutcome.CALLBACK_REQUESTED, changes)


def supersede(site: Site, channel_id: ChannelId, changes: Changes) -> None:
    """The channel is in another queue now: whatever visit it still had is over, even one whose end was not seen."""
    moved_on(site, channel_id, changes)
    visit = site.visits.get(channel_id)
    if visit is not None:
        site.surprise("QueueCallerLeave before another queue", "QueueCallerJoin", changes, visit.call_id)
        lose(site, visit, changes)


def taken_over(site: Site, channel_id: ChannelId, by: ChannelId, changes: Changes) -> None:
    """Another channel takes the place of one that waits: its agent had called the queue and gives it to the caller."""
    visit, channel = site.visits.get(channel_id), site.channels.get(by)
    if visit is None or not by:
        return
    moved_on(site, by, changes)
    del site.visits[channel_id]
    site.visits[by], visit.holder_id = visit, by
    call = site.calls[channel.call_id] if channel else None
    if call is not None:
        visit.call_id, visit.number, visit.caller_name = call.call_id, call.number, call.caller_name
    for ring_id in visit.rings & site.rings.keys():
        site.rings[ring_id].channel_id = by
    changes.touched.add(visit.key)


def channel_closed(site: Site, channel_id: ChannelId, changes: Changes, *, is_certain: bool) -> None:
    """The caller's channel ended: what is undecided is decided by what was seen of it."""
    visit = site.visits.get(channel_id)
    if visit is not None:
        _decide(site, visit, changes, is_certain=is_certain)
    site.stays.pop(channel_id, None)


def _is_doubtful(site: Site, visit: Visit) -> bool:
    """Whether the reason of leaving may have been told in a gap that is not settled yet, or before the survey that
    found the caller in the line."""
    gap = site.gap
    if gap is None or visit.left_at is None:
        return visit.left_unheard
    is_cut = gap.since - MOVED_SECONDS <= visit.left_at <= gap.since
    is_at_survey = gap.until is not None and 0 <= visit.left_at - gap.until <= A_MOMENT
    return visit.left_unheard or is_cut or (is_at_survey and not visit.is_gone)


def _was_decided(site: Site, visit: Visit) -> bool:
    """Whether the channel lived on long enough before the gap: nothing more was to be said of this stay."""
    gap = site.gap
    return gap is not None and visit.left_at is not None and visit.left_at < gap.since - MOVED_SECONDS


def _decide(site: Site, visit: Visit, changes: Changes, *, is_certain: bool) -> None:
    visit.is_certain = visit.is_certain and not _is_doubtful(site, visit)
    if not (is_certain or _was_decided(site, visit)) or (visit.left_unheard and not visit.is_gone):
        lose(site, visit, changes)
    elif visit.is_gone or visit.has_hung_up:
        outlived = not visit.has_hung_up and site.now - (visit.left_at or site.now) > MOVED_SECONDS
        settle(site, visit, VisitOutcome.WITHDRAWN if outlived else VisitOutcome.ABANDONED, changes)
    elif not visit.is_waiting:
        settle(site, visit, VisitOutcome.LEFT_BY_KEY, changes)
    else:
        site.surprise("QueueCallerLeave before the end of a waiting channel", "Hangup", changes, visit.call_id)
        lose(site, visit, changes)


def connected(site: Site, event: e.MemberConnected, changes: Changes) -> None:
    """A member and a caller were connected: the visit is answered, the losers' rings end, the talk begins."""
    visit = _open_visit(site, event.channel_id, event.queue, event.at)
    if visit is None:
        if was_said(site, event.channel_id, event.queue, event.at):
            return
        site.surprise("a visit to be answered", "AgentConnect", changes, event.call_id)
        supersede(site, event.channel_id, changes)
        visit = _unseen(site, event)
        rings.go_on(site, visit)
    seat = rings.seat_of_member(site, event.queue, event.interface, event.member_name, changes)
    visit.wait_seconds = event.wait_seconds
    ring = site.rings.get(event.ring_id) or rings.unheard(site, event, seat)
    if ring is not None:
        ring.ring_seconds = event.ring_seconds
    rings.end(site, event.ring_id, RingOutcome.ANSWERED, changes)
    for ring_id in sorted(visit.rings - {event.ring_id}):
        rings.lose_to_colleague(site, ring_id, changes)
    settle(site, visit, VisitOutcome.ANSWERED, changes, seat)
    leg = site.channels.get(event.ring_id)
    if leg is None:
        site.surprise("a channel to talk on", "AgentConnect", changes, event.call_id)
    else:
        channel = begin_talk(site, leg, seat, event.queue, visit.number, changes)
        if channel.talk is not None:  # it was rung for the agent who gave his place to this caller, maybe
            channel.talk.call_id = visit.call_id


def begin_talk(site: Site, leg: Channel, seat: Seat, queue: str, number: str, changes: Changes) -> Channel:
    """The agent at the phone behind a rung leg begins to talk, from a queue; the channel of that phone."""
    rings.take_seat(leg, seat)
    leg.is_ringing = False
    leg.queue = queue
    channel = talks.at_the_phone(site, leg)
    rings.take_seat(channel, seat)
    channel.other_number = number
    talks.begin(site, channel, queue, changes, seat=seat)
    site.talked_legs.remember(leg.channel_id)
    return channel


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
    """The talk of a queue call ended. Of a channel that has gone the id may be missing: the member's own talk in this
    queue is meant."""
    seat = rings.seat_of_member(site, event.queue, event.interface, event.member_name, changes)
    _answer_unseen(site, event, seat, changes)
    leg = site.channels.get(event.ring_id)
    channel = talks.found_behind(site, leg, seat, event.queue) if leg else _only_talk(site, event, seat)
    if channel is not None and channel.talk is not None and channel.talk.may_be_of(event.queue):
        channel.talk.queue = event.queue
        if site.gap is not None and not channel.talk.is_certain:  # a survey found it
            channel.talk.began_at = min(channel.talk.began_at, event.at - event.talk_seconds)
        talks.end(site, channel, ENDED_BY_REASON.get(event.reason, EndedBy.UNKNOWN), changes)
        talks.go_on(site, channel, event.channel_id, changes)
    elif site.gap is not None:
        site.gap.completed.append(event)


def _answer_unseen(site: Site, event: e.MemberCompleted, seat: Seat, changes: Changes) -> None:
    """A stay without an outcome that began when this one did was answered, though nobody saw it."""
    visit = site.visits.get(event.channel_id)
    if visit is None or visit.queue != event.queue:
        return
    is_known = event.ring_id in site.channels or event.ring_id in site.ended_channels
    answered_at = event.at - event.talk_seconds
    joined_at = int(event.at) - event.talk_seconds - event.wait_seconds  # differences of whole-second clocks
    is_then = -WITHIN_A_SECOND <= joined_at + HALF_A_SECOND - visit.joined_at <= CLOCK_SECONDS  # the end is told late
    if event.at < visit.joined_at or not is_then or (is_known and event.ring_id not in _rung_for(site, visit)):
        return  # the caller has joined again
    visit.is_certain = False
    visit.wait_seconds = event.wait_seconds
    visit.left_at = visit.left_at or max(visit.joined_at, answered_at)
    _end_ring_unheard(site, visit, event.ring_id, answered_at, changes)
    settle(site, visit, VisitOutcome.ANSWERED, changes, seat)


def _end_ring_unheard(site: Site, visit: Visit, ring_id: ChannelId, answered_at: Instant, changes: Changes) -> None:
    """The ring that was answered, though nobody saw it."""
    open_rings = (ring for one in visit.rings if (ring := site.rings.get(one)) is not None)
    for ring in open_rings:
        leg = site.channels.get(ring.leg_id)
        if ring.leg_id == ring_id or (leg is not None and talks.at_the_phone(site, leg).channel_id == ring_id):
            ring.ring_seconds = max(0.0, answered_at - ring.began_at)
            rings.end(site, ring.leg_id, RingOutcome.ANSWERED, changes, is_certain=False)
            return


def _rung_for(site: Site, visit: Visit) -> set[ChannelId]:
    """The legs that were rung for a visit, and the phones behind Local ones."""
    legs = (site.channels[ring_id] for ring_id in visit.rings if ring_id in site.channels)
    return visit.rings | {talks.at_the_phone(site, leg).channel_id for leg in legs}


def _only_talk(site: Site, event: e.MemberCompleted, seat: Seat) -> Channel | None:
    """The talk that such an end means. Without both ids both channels have gone, and the talk with them."""
    if event.ring_id or not event.channel_id:
        return None
    caller = site.channels.get(event.channel_id)
    matching = [
        channel
        for channel in seat.channels.values()
        if channel.talk
        and channel.talk.queue == event.queue
        and _began_then(channel.talk, event)
        and (caller is None or channel.call_id == caller.call_id)
    ]
    return matching[0] if len(matching) == 1 else None


def _began_then(talk: Talk, event: e.MemberCompleted) -> bool:
    """Whether a talk began when the one that ended did; where that was heard it is known to the second."""
    is_later = talk.began_at - (int(event.at) - event.talk_seconds) > HALF_A_SECOND + WITHIN_A_SECOND
    return abs(event.at - event.talk_seconds - talk.began_at) <= CLOCK_SECONDS and not (talk.is_certain and is_later)


def leave_unheard(site: Site, visit: Visit, changes: Changes) -> None:
    """A survey does not find a caller in the line whose channel lives on: what came of the stay is told yet."""
    leave_line(site, visit, changes)
    visit.left_unheard = True


def lose(site: Site, visit: Visit, changes: Changes) -> None:
    """The end of this visit was not seen."""
    visit.is_certain = False
    settle(site, visit, VisitOutcome.LOST, changes)
