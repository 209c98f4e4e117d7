"""Conversations: when an agent and somebody else begin to talk, hold, and end."""

from collections.abc import Mapping

from callcenter.floor.changes import Changes
from callcenter.floor.events import LocalOptimised
from callcenter.floor.facts import Conversation, Direction, EndedBy, Hold
from callcenter.floor.seat import Channel, Seat, Talk, finish_wrap_up, restate
from callcenter.floor.site import Site
from callcenter.floor.terms import ChannelId, Instant


def begin(
    site: Site, channel: Channel, queue: str, changes: Changes, *, seat: Seat | None = None, is_certain: bool = True
) -> None:
    """The agent at this channel (or `seat`, whose queue rang it) begins to talk; nothing when already talking on it."""
    at = channel.seat
    if at is None or channel.talk is not None:
        return
    seat = seat or at
    channel.is_ringing = channel.is_dialling = False
    channel.queue = queue
    channel.parts += 1
    channel.talk = Talk(channel.call_id, queue, seat, channel.parts, site.now, is_certain)
    _reach(site, channel, seat)
    _describe(site, channel)
    if channel.channel_id not in site.stays:
        site.calls[channel.call_id].talked_with, site.calls[channel.call_id].judged = seat, None
    restate(at, site.now, changes)


def _describe(site: Site, channel: Channel) -> None:
    call = site.calls[channel.call_id]
    channel.direction = call.direction
    channel.other_number = call.number or channel.other_number
    if call.answered_at is None:
        call.answered_at = site.now


def _reach(site: Site, channel: Channel, seat: Seat) -> None:
    attempt_id = site.calls[channel.call_id].attempt_id
    attempt = site.attempts.get(attempt_id) if attempt_id else None
    if attempt is not None:
        attempt.reach(seat.agent_number, site.now)


def begin_in_bridge(site: Site, bridge_id: str, changes: Changes, *, is_certain: bool = True) -> None:
    """Two channels in a bridge talk; every one of them that ends at a seat is a conversation (again)."""
    members = site.bridges[bridge_id]
    if len(members) < 2:
        return
    for channel in list(members.values()):
        if channel.talk is not None:
            channel.talk.left_bridge_at = None
        elif not (
            channel.twin_id
            or channel.has_handed_over
            or _is_over(channel, members)
            or _is_rung_through(site, members, is_surveyed=not is_certain)
        ):
            begin(site, channel, "", changes, is_certain=is_certain)


def _is_over(channel: Channel, members: Mapping[ChannelId, Channel]) -> bool:
    """Whether this is the bridge of a talk that has ended: Asterisk may tell the end of one that is hung up at once
    before the bridge."""
    return channel.parts > 0 and any(one.hangup_requested for one in members.values())


def _is_rung_through(site: Site, members: Mapping[ChannelId, Channel], *, is_surveyed: bool) -> bool:
    """Whether a queue rings through the Local channel in this bridge: the talk begins when the queue says so, or where
    nobody heard that, when a survey finds its other half with the caller."""
    halves = (site.channels.get(channel.twin_id) for channel in members.values() if channel.twin_id)
    rung = [half for half in halves if half is not None and half.queue]
    return any(not (is_surveyed and len(site.bridges.get(half.bridge_id, ())) > 1) for half in rung)


def at_the_phone(site: Site, leg: Channel) -> Channel:
    """The channel at the end of a rung leg.

    Behind a Local member it is the one that the other half dialled: it lives on when the Local channel is optimised
    away, and holds and hang-ups are its own (docs/asterisk.md). A phone that is rung for the other half, since it was
    transferred into a queue, is another agent's.
    """
    if not leg.twin_id:
        return leg
    others = (site.channels[channel_id] for channel_id in site.calls[leg.call_id].channels)
    rung = {ring.leg_id for ring in site.rings.values() if ring.channel_id == leg.twin_id}
    behind = (one for one in others if one.dialled_by == leg.twin_id and one.channel_id not in rung)
    return max(behind, key=lambda channel: (channel.is_up, channel.opened_at), default=leg)


def found_behind(site: Site, leg: Channel, seat: Seat, queue: str) -> Channel:
    """The channel at the end of a rung leg, be it one that only a survey found: who dialled it is not known then."""
    channel = at_the_phone(site, leg)
    if channel.talk is not None or not leg.twin_id:
        return channel
    leg.queue = queue
    of_call = [one for one in seat.channels.values() if one.call_id == leg.call_id and one.dialled_by is None]
    talking = [(one, one.talk) for one in of_call if one.talk is not None and one.talk.may_be_of(queue)]
    known = (one for one, talk in talking if talk.queue)  # the agent may be the caller, too
    return next(known, talking[0][0] if talking else channel)


def optimised(site: Site, event: LocalOptimised, changes: Changes) -> None:
    """The phone behind a Local channel takes its place, and the talk of which nobody knew at which phone it is."""
    half, phone = site.channels.get(event.one_id), site.channels.get(event.source_id)
    if half is None or half.talk is None or phone is None or phone.talk is not None or phone.twin_id:
        return
    talk, seat = half.talk, half.talk.seat
    phone.talk, half.talk = talk, None
    phone.parts = talk.part = phone.parts + 1
    phone.queue, phone.direction, phone.other_number = half.queue, half.direction, half.other_number
    if phone.seat is None:
        phone.seat = seat
        seat.channels[phone.channel_id] = phone
    restate(seat, site.now, changes)


def go_on(site: Site, channel: Channel, caller_id: ChannelId, changes: Changes) -> None:
    """The queue's talk is over, but the agent goes on with somebody whom the caller's transfer brought: a talk of its
    own, outside the queue."""
    others = site.bridges.get(channel.bridge_id, {}).keys() - {channel.channel_id, caller_id}
    if caller_id and others and not channel.hangup_requested:
        begin_in_bridge(site, channel.bridge_id, changes)


def hold(site: Site, channel_id: ChannelId, changes: Changes, *, by_code: bool) -> None:
    """The phone of this channel put the other side on hold. Hold by the caller's phone is no hold of ours."""
    channel = site.channels.get(channel_id)
    if channel and channel.seat and channel.talk and channel.talk.hold(site.now):
        channel.talk.held_in, channel.talk.is_held_by_code = channel.bridge_id, by_code
        restate(channel.seat, site.now, changes)


def resume(site: Site, channel_id: ChannelId, changes: Changes) -> None:
    """The phone of this channel took the other side back."""
    channel = site.channels.get(channel_id)
    if channel and channel.seat and channel.talk and _take_back(channel, channel.talk, site.now, changes):
        restate(channel.seat, site.now, changes)


def _take_back(channel: Channel, talk: Talk, at: Instant, changes: Changes, *, is_certain: bool = True) -> bool:
    """Ends the hold of this talk and tells it; False when there is none."""
    since = talk.held_since
    if since is None or not talk.resume(at):
        return False
    if since < at:
        hold = Hold(
            pbx=talk.seat.pbx,
            is_certain=is_certain,
            leg_id=channel.channel_id,
            part=talk.part,
            call_id=talk.call_id,
            began_at=since,
            ended_at=at,
        )
        changes.facts.append(hold)
    return True


def end(site: Site, channel: Channel, ended_by: EndedBy, changes: Changes, *, is_certain: bool = True) -> None:
    """The conversation on this channel ends, at the moment when it left the bridge if it has; wrap-up begins."""
    talk = channel.talk
    if talk is None:
        return
    seat = talk.seat
    ended_at = site.now if talk.left_bridge_at is None else talk.left_bridge_at
    ended_at = max(ended_at, talk.began_at)
    _take_back(channel, talk, ended_at, changes, is_certain=is_certain)
    channel.talk = None
    finish_wrap_up(seat, site.now, changes)
    talk.ended_by = ended_by
    seat.unfinished = _conversation(channel, seat, talk, ended_at, is_certain=is_certain)
    if not any(other.talk for other in seat.channels.values()):
        _begin_wrap_up(site, seat, "" if talk.agent else talk.queue, ended_at)
    if seat.wrap_up_until is None:
        finish_wrap_up(seat, ended_at, changes)
    restate(seat, site.now, changes)
    if channel.seat is not None and channel.seat is not seat:
        restate(channel.seat, site.now, changes)


def _begin_wrap_up(site: Site, seat: Seat, queue: str, ended_at: Instant) -> None:
    if not queue:
        return
    member = seat.members.get(queue)
    wrap_up = member.wrap_up_seconds if member and member.wrap_up_seconds else site.queue(queue).rules.wrap_up_seconds
    if wrap_up > 0:
        seat.wrap_up_until = ended_at + wrap_up
        site.wrapping_up.add(seat)
        site.due_at = min(site.due_at, seat.wrap_up_until)


def _conversation(channel: Channel, seat: Seat, talk: Talk, ended_at: Instant, *, is_certain: bool) -> Conversation:
    hold_seconds = min(talk.hold_seconds, ended_at - talk.began_at)
    agent = talk.agent or seat.agent
    return Conversation(
        pbx=seat.pbx,
        is_certain=is_certain and talk.is_certain,
        leg_id=channel.channel_id,
        part=talk.part,
        call_id=talk.call_id,
        queue=talk.queue,
        direction=channel.direction or Direction.INBOUND,
        number=channel.other_number,
        interface=seat.interface,
        agent_number=agent.number,
        agent_name=agent.name,
        team=agent.team,
        began_at=talk.began_at,
        ended_at=ended_at,
        completed_at=ended_at,
        talk_seconds=ended_at - talk.began_at - hold_seconds,
        hold_seconds=hold_seconds,
        holds=talk.holds,
        wrap_up_seconds=0.0,
        ended_by=talk.ended_by,
    )


def who_ended(site: Site, channel: Channel) -> EndedBy:
    """Whoever asked for the hang-up: the agent's phone, or anybody else in the call.

    A queue's talk that nobody in the call ended (AMI did) is the caller's end in queue_log, and here.
    """
    if channel.talk is not None and channel.talk.ended_by is not EndedBy.UNKNOWN:
        return channel.talk.ended_by
    if channel.hangup_requested:
        return EndedBy.AGENT
    asked = any(site.channels[other].hangup_requested for other in site.calls[channel.call_id].channels)
    return EndedBy.CALLER if asked or channel.queue else EndedBy.UNKNOWN
