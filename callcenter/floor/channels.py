"""What channel events change: calls, legs of seats, bridges, attempts."""

from callcenter.floor import caller_surveys, consulting, helping, listening, recordings, rings, talks, visits
from callcenter.floor import events as e
from callcenter.floor.call import Attempt, is_agent_first
from callcenter.floor.changes import Changes
from callcenter.floor.facts import AttemptResult, Direction, EndedBy
from callcenter.floor.listening import is_listener
from callcenter.floor.seat import Channel, restate
from callcenter.floor.site import Site, close_call, is_attempt, opened_call
from callcenter.floor.terms import AttemptId, CallId, ChannelId


def opened(site: Site, event: e.ChannelOpened, changes: Changes) -> None:
    """A channel came to be; the first of a Linkedid opens a call."""
    if event.channel_id in site.channels or event.channel_id in site.ended_channels or is_listener(event.channel_id):
        return
    channel = Channel(event.channel_id, event.call_id, event.name, event.number, site.now, is_up=event.is_up)
    adopt(site, channel, event.caller_name, event.extension)


def adopt(site: Site, channel: Channel, caller_name: str, extension: str) -> None:
    """Takes a channel into the books: its seat, its call, and the attempt that it may be."""
    site.channels[channel.channel_id] = channel
    channel.seat = site.seat_of_channel(channel.name)
    if channel.seat is not None:
        channel.seat.channels[channel.channel_id] = channel
    call = site.call(channel.call_id) or opened_call(site, channel, caller_name, extension)
    call.channels.add(channel.channel_id)
    if is_attempt(channel.channel_id):
        _follow_attempt(site, channel)


def _follow_attempt(site: Site, channel: Channel) -> None:
    attempt = Attempt(AttemptId(channel.channel_id), channel.call_id)
    if is_agent_first(channel.channel_id):
        attempt.is_placed = False
        attempt.agent_number = channel.seat.agent_number if channel.seat else ""
    site.attempts[attempt.attempt_id] = attempt


def up(site: Site, event: e.ChannelUp, changes: Changes) -> None:
    """A channel was answered. One that was dialled for somebody rings on until the two are connected: an agent may hear
    an announcement first."""
    channel = site.channels.get(event.channel_id)
    if channel is None:
        return
    channel.is_up = True
    if channel.is_ringing and not channel.dialled_by and event.channel_id not in site.rings:
        channel.is_ringing = False
        if channel.seat is not None:
            restate(channel.seat, site.now, changes)
    attempt = site.attempts.get(AttemptId(event.channel_id))
    if attempt is not None:
        attempt.pick_up(site.now)
    consulting.touch(site, channel.bridge_id, changes)


def ringing(site: Site, event: e.ChannelRinging, changes: Changes) -> None:
    """A phone rings: of a seat, for somebody."""
    channel = site.channels.get(event.channel_id)
    if channel is None or channel.is_up:
        return
    channel.is_ringing = True
    if channel.seat is not None:
        _describe_ring(site, channel, event.connected_number)
        restate(channel.seat, site.now, changes)


def _describe_ring(site: Site, channel: Channel, connected_number: str) -> None:
    call = site.call(channel.call_id)
    said = call.customer_number(connected_number) if call else connected_number
    channel.other_number = said or channel.other_number or (call.number if call else "")
    channel.direction = call.direction if call else None


def hangup_requested(site: Site, event: e.HangupRequested, changes: Changes) -> None:
    """The far end hung up; kept, since it tells an abandon and who ended a talk: the first who asks."""
    channel = site.channels.get(event.channel_id)
    if channel is None:
        return
    channel.hangup_requested = True
    for other in site.bridges.get(channel.bridge_id, {}).values():
        if other.talk is not None and other.talk.ended_by is EndedBy.UNKNOWN:
            other.talk.ended_by = EndedBy.AGENT if other is channel else EndedBy.CALLER


def closed(site: Site, event: e.ChannelClosed, changes: Changes) -> None:
    """A channel ended, and with it whatever was open on it."""
    close(site, event.channel_id, changes, cause=event.cause, tech_cause=event.tech_cause)


def close(
    site: Site,
    channel_id: ChannelId,
    changes: Changes,
    *,
    cause: int = 0,
    tech_cause: str = "",
    is_certain: bool = True,
) -> None:
    """Ends a channel: its visit, ring, conversation, recording and attempt; the call with its last channel.

    `is_certain` is False where the end was not seen but concluded.
    """
    recordings.close(site, channel_id, changes, is_certain=is_certain)  # also of a leg that rang unheard
    if channel_id in site.ended_channels:
        return
    site.ended_channels.remember(channel_id)
    listening.channel_closed(site, channel_id, changes)
    visits.channel_closed(site, channel_id, changes, is_certain=is_certain)
    rings.leg_closed(site, channel_id, cause, changes, is_certain=is_certain)
    caller_surveys.close(site, channel_id, changes, is_certain=is_certain)
    channel = site.channels.get(channel_id)
    if channel is None:
        return
    ended_by = talks.who_ended(site, channel) if is_certain else EndedBy.UNKNOWN
    talks.end(site, channel, ended_by, changes, is_certain=is_certain)
    if is_attempt(channel_id):
        _close_attempt(site, AttemptId(channel_id), cause, tech_cause, changes, is_certain=is_certain)
    _forget(site, channel, changes, is_certain=is_certain)


def _forget(site: Site, channel: Channel, changes: Changes, *, is_certain: bool) -> None:
    del site.channels[channel.channel_id]
    _hand_on(site, channel, changes)
    leave_bridge(site, channel, changes)
    seat = channel.seat
    if seat is not None:
        seat.channels.pop(channel.channel_id, None)
        helping.let_go(seat, changes)
        restate(seat, site.now, changes)
    call = site.calls[channel.call_id]
    call.channels.discard(channel.channel_id)
    if not call.channels:
        close_call(site, call, changes, is_certain=is_certain)


def _hand_on(site: Site, channel: Channel, changes: Changes) -> None:
    """Who takes the place of a channel in a queue is in its bridge, too, where the queue has connected it meanwhile;
    no event says so."""
    heir = site.channels.get(channel.given_to) if channel.given_to else None
    if heir is not None and channel.bridge_id and not heir.bridge_id:
        _enter_bridge(site, heir, channel.bridge_id, changes)


def _close_attempt(
    site: Site, attempt_id: AttemptId, cause: int, tech_cause: str, changes: Changes, *, is_certain: bool
) -> None:
    attempt = site.attempts.pop(attempt_id)
    changes.facts.append(
        AttemptResult(
            pbx=site.pbx,
            is_certain=is_certain,
            attempt_id=attempt_id,
            call_id=attempt.call_id,
            was_placed=attempt.is_placed,
            answered_at=attempt.answered_at,
            reached_at=attempt.reached_at,
            ended_at=site.now,
            cause=cause,
            tech_cause=tech_cause,
            is_machine=attempt.is_machine,
            agent_number=attempt.agent_number,
        )
    )


def originate_ended(site: Site, event: e.OriginateEnded, changes: Changes) -> None:
    """Asterisk's answer to a dial. With a channel the truth comes with its end; without one nothing was placed.

    A busy phone's channel has ended before the answer comes, and that names no channel (docs/asterisk.md, "Originate").
    """
    if event.succeeded or event.channel_id:
        return
    if event.attempt_id in site.attempts or event.attempt_id in site.ended_channels:
        return
    site.ended_channels.remember(event.attempt_id)
    changes.facts.append(
        AttemptResult(
            pbx=site.pbx,
            attempt_id=event.attempt_id,
            call_id=None,
            was_placed=False,
            answered_at=None,
            reached_at=None,
            ended_at=site.now,
            cause=0,
            tech_cause="",
            is_machine=None,
        )
    )


def machine_answered(site: Site, event: e.MachineAnswered, changes: Changes) -> None:
    """Detection says that this attempt met a machine."""
    _detect(site, event.attempt_id, is_machine=True)


def person_answered(site: Site, event: e.PersonAnswered, changes: Changes) -> None:
    """Detection says that this attempt met no machine."""
    _detect(site, event.attempt_id, is_machine=False)


def _detect(site: Site, attempt_id: AttemptId, *, is_machine: bool) -> None:
    attempt = site.attempts.get(attempt_id)
    if attempt is not None:
        attempt.is_machine = is_machine


def dial_begun(site: Site, event: e.DialBegun, changes: Changes) -> None:
    """Somebody dials: an agent's own call, or a caller who has gone on from a queue. A channel is dialled once."""
    dialled = site.channels.get(event.channel_id)
    if event.channel_id in site.ended_channels or (dialled is not None and dialled.dialled_by is not None):
        return
    visits.moved_on(site, event.caller_id, changes)
    caller = site.channels.get(event.caller_id)
    call = site.call(event.call_id)
    if call is not None and call.attempt_id and not call.number and not is_agent_first(event.channel_id):
        call.number = dialled_number(event.dialled)
    if dialled is not None:
        dialled.dialled_by = event.caller_id
        rings.follow(site, event.caller_id, dialled)
    if (attempt := site.attempts.get(AttemptId(event.caller_id))) is not None:
        attempt.is_placed = True
    if caller is None or caller.seat is None or dialled is None:
        return
    if call is not None and call.direction is Direction.OUTBOUND and dialled.seat is not None:
        call.direction = Direction.INTERNAL
    caller.is_dialling = True
    _describe_ring(site, caller, caller.other_number)
    restate(caller.seat, site.now, changes)


def dialled_number(dial_string: str) -> str:
    """`PJSIP/13800000000@trunk` and `13800000000@trunk` dial 13800000000."""
    return dial_string.rpartition("/")[2].partition("@")[0] if "@" in dial_string else dial_string.rpartition("/")[2]


def dial_ended(site: Site, event: e.DialEnded, changes: Changes) -> None:
    """A dial ended. Only the caller's side is looked at: the dialled leg's own events say more.

    With an answer the two are about to talk. A queue's ring that the phone forwarded goes on elsewhere.
    """
    if event.forwarded_to:
        rings.forwarded(site, event.channel_id)
    elif event.status == "CANCEL":
        rings.given_up(site, event.channel_id)
    if event.status == "ANSWER":
        return
    dialled = site.channels.get(event.channel_id)
    caller = site.channels.get(dialled.dialled_by) if dialled and dialled.dialled_by else None
    if caller is not None and caller.seat is not None and caller.is_dialling:
        caller.is_dialling = False
        restate(caller.seat, site.now, changes)


def bridge_entered(site: Site, event: e.BridgeEntered, changes: Changes) -> None:
    """A channel entered a bridge; its Linkedid may have changed with that. A talk of that very call goes on: a Local
    channel between the two has been optimised away."""
    channel = site.channels.get(event.channel_id)
    if channel is None:
        return
    if event.call_id and event.call_id != channel.call_id:
        if channel.talk is not None and channel.talk.call_id != event.call_id:
            talks.end(site, channel, EndedBy.TRANSFER, changes)
        change_call(site, channel, event.call_id, changes)
    visits.moved_on(site, event.channel_id, changes)
    leave_bridge(site, channel, changes)
    _enter_bridge(site, channel, event.bridge_id, changes)


def _enter_bridge(site: Site, channel: Channel, bridge_id: str, changes: Changes) -> None:
    channel.bridge_id, channel.bridged_at = bridge_id, site.now
    site.bridges.setdefault(bridge_id, {})[channel.channel_id] = channel
    talks.begin_in_bridge(site, bridge_id, changes)
    consulting.touch(site, bridge_id, changes)


def change_call(site: Site, channel: Channel, call_id: CallId, changes: Changes) -> None:
    """Channels that meet in a bridge take the oldest Linkedid: the channel belongs to another call now."""
    former = site.calls[channel.call_id]
    channel.call_id = call_id
    call = site.call(call_id) or opened_call(site, channel, "", "")
    call.channels.add(channel.channel_id)
    former.channels.discard(channel.channel_id)
    call.attempt_id = call.attempt_id or former.attempt_id
    if not former.channels:
        close_call(site, former, changes)
    recordings.touch_call(site, former.call_id, changes)
    recordings.touch_call(site, call_id, changes)


def bridge_left(site: Site, event: e.BridgeLeft, changes: Changes) -> None:
    """A channel left its bridge: a talk on it ends now, unless it enters another one."""
    channel = site.channels.get(event.channel_id)
    if channel is None:
        return
    leave_bridge(site, channel, changes)
    channel.bridged_at = site.now
    if channel.talk is not None:
        channel.talk.left_bridge_at = site.now


def leave_bridge(site: Site, channel: Channel, changes: Changes) -> None:
    """Takes a channel out of its bridge, if it is in one; an empty bridge is forgotten."""
    consulting.touch(site, channel.bridge_id, changes)
    members = site.bridges.get(channel.bridge_id)
    if members is not None:
        members.pop(channel.channel_id, None)
        if not members:
            del site.bridges[channel.bridge_id]
    channel.bridge_id = ""


def blind_transferred(site: Site, event: e.BlindTransferred, changes: Changes) -> None:
    """An agent sent the caller elsewhere: the agent's conversation ends here."""
    end_by_transfer(site, event.transferer_id, changes)


def attended_transferred(site: Site, event: e.AttendedTransferred, changes: Changes) -> None:
    """An agent joined the caller with somebody else, or with a queue in which one of the agent's legs waited: both of
    the agent's conversations end here."""
    if event.transferee_id and not event.target_id:
        _give_place(site, event.second_leg_id, event.transferee_id, changes)
    elif event.target_id and not event.transferee_id:
        _give_place(site, event.first_leg_id, event.target_id, changes)
    end_by_transfer(site, event.first_leg_id, changes)
    end_by_transfer(site, event.second_leg_id, changes)


def _give_place(site: Site, channel_id: ChannelId, to: ChannelId, changes: Changes) -> None:
    """The channel is in an application, a queue's line maybe, and another one takes its place there."""
    visits.taken_over(site, channel_id, to, changes)
    channel = site.channels.get(channel_id)
    if channel is not None:
        channel.given_to = to


def end_by_transfer(site: Site, channel_id: ChannelId, changes: Changes) -> None:
    """Ends the conversation of a transferring seat; a transfer by the customer ends nobody's."""
    channel = site.channels.get(channel_id)
    if channel is not None and channel.seat is not None:
        channel.has_handed_over = True
        talks.end(site, channel, EndedBy.TRANSFER, changes)


def local_joined(site: Site, event: e.LocalJoined, changes: Changes) -> None:
    """Two channels are the halves of one Local channel: neither of them is a phone."""
    for half_id, twin_id in ((event.one_id, event.two_id), (event.two_id, event.one_id)):
        half = site.channels.get(half_id)
        if half is not None:
            half.twin_id = twin_id
