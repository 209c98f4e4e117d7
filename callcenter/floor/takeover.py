"""Takes over the whole state that a survey found: what is there is there, what is not there has ended unseen."""

from callcenter.floor import channels, consulting, listening, members, rings, talks, visits
from callcenter.floor import events as e
from callcenter.floor.changes import Changes
from callcenter.floor.events import OpenChannel, WaitingCaller
from callcenter.floor.facts import GapReason
from callcenter.floor.matching import nearest
from callcenter.floor.queue import Visit
from callcenter.floor.seat import Channel, restate
from callcenter.floor.site import CLOCK_SECONDS, Site
from callcenter.floor.terms import AttemptId, CallId, ChannelId, Instant

SAME_STAY_SECONDS = 1.0
"""A survey tells the time waited as a difference of whole seconds. One who joined later than that has left and come
back unheard."""

RINGS_FOR_A_QUEUE = "AppQueue"
"""The application that CoreShowChannels tells of a leg that a queue rings."""


def surveyed(site: Site, event: e.Surveyed, changes: Changes) -> None:
    """Brings the floor in line with a survey, which is as old as its first answer (`at`).

    It may be newer than events still on their way: they are idempotent. What came to be after `at`, while the lists
    were coming in, is left alone.
    """
    for name in event.queues:
        changes.touched.add(site.queue(name).key)
    _take_members(site, event, changes)
    _take_over_places(site, event.waiting, changes)
    if event.channels is not None:
        found = {channel.channel_id for channel in event.channels} | {caller.channel_id for caller in event.waiting}
        _drop_channels(site, found, event.at, changes)
    _take_waiting(site, event.waiting, event.at, changes)
    if event.channels is not None:
        _take_channels(site, event.channels, event.at, changes)
        listening.surveyed(site, event.channels, event.at, changes)
    for device, state in event.devices or ():
        members.device_changed(site, e.DeviceChanged(site.pbx, site.now, device, state), changes)
    if site.gap is not None:
        site.gap.until = max(event.at, site.gap.since)
        changes.touched.add(site.key)


def started(site: Site, event: e.PbxStarted, changes: Changes) -> None:
    """Asterisk has just started: what was open before ended unseen."""
    if site.gap is not None:
        site.gap.reason = GapReason.PBX_RESTART
    _drop_channels(site, set(), site.now, changes)


def _take_members(site: Site, event: e.Surveyed, changes: Changes) -> None:
    found = {(member.queue, member.interface.lower()) for member in event.members}
    for queue in list(site.queues.values()):
        for interface in list(queue.seats):
            if (queue.name, interface) not in found:
                members.expel(site, queue.name, interface, changes)
    for member in event.members:
        members.enrol(site, member, changes)


def _drop_channels(site: Site, alive: set[ChannelId], at: Instant, changes: Changes) -> None:
    since = {channel_id: channel.opened_at for channel_id, channel in site.channels.items()}
    since |= {ring_id: ring.began_at for ring_id, ring in site.rings.items() if ring_id not in since}
    since |= {channel_id: visit.joined_at for channel_id, visit in site.visits.items() if channel_id not in since}
    for channel_id in {**since, **site.recordings, **site.stays}:
        if channel_id not in alive and since.get(channel_id, at) <= at:
            channels.close(site, channel_id, changes, is_certain=False)


def _take_over_places(site: Site, waiting: tuple[WaitingCaller, ...], changes: Changes) -> None:
    """Who has waited since before a gap and was not heard to join has another one's place: an agent had called the
    queue and gave it to the caller. Of a place that was taken in the second of the gap the agent must be his."""
    found = {(caller.channel_id, caller.queue) for caller in waiting}
    left = [visit for visit in site.visits.values() if visit.is_waiting and (visit.holder_id, visit.queue) not in found]
    for caller in waiting:
        known, joined_at = site.visits.get(caller.channel_id), site.now - caller.wait_seconds
        is_heard = known is not None and known.queue == caller.queue and known.is_waiting
        if site.gap is None or is_heard:
            continue
        is_before = joined_at + 1 <= site.gap.since
        places = [
            visit for visit in left if visit.queue == caller.queue and (is_before or _asks_for(site, visit, caller))
        ]
        visit = nearest(joined_at, places, lambda visit: visit.joined_at, CLOCK_SECONDS)
        if visit is not None:
            left.remove(visit)
            visit.number, visit.caller_name = caller.number, caller.caller_name
            visits.supersede(site, caller.channel_id, changes)
            visits.taken_over(site, visit.holder_id, caller.channel_id, changes)


def _asks_for(site: Site, visit: Visit, caller: WaitingCaller) -> bool:
    """Whether the agent who waits in the line was talking to this caller meanwhile."""
    asking, customer = site.channels.get(visit.holder_id), site.channels.get(caller.channel_id)
    if asking is None or asking.seat is None or customer is None:
        return False
    return any(one.talk is not None and one.call_id == customer.call_id for one in asking.seat.channels.values())


def _take_waiting(site: Site, waiting: tuple[WaitingCaller, ...], at: Instant, changes: Changes) -> None:
    found = {(caller.channel_id, caller.queue) for caller in waiting}
    for visit in list(site.visits.values()):
        if visit.is_waiting and (visit.holder_id, visit.queue) not in found and visit.joined_at <= at:
            # queue_log tells after a gap what came of it, or AMI does: an answer is told after the leaving.
            (visits.lose if site.gap is None else visits.leave_unheard)(site, visit, changes)
    for caller in waiting:
        _take_caller(site, caller, at, changes)


def _take_caller(site: Site, caller: WaitingCaller, at: Instant, changes: Changes) -> None:
    known = site.visits.get(caller.channel_id)
    joined_at = site.now - caller.wait_seconds
    if known is not None and known.queue == caller.queue and known.is_waiting:
        if site.gap is None or int(site.now) - caller.wait_seconds - int(known.joined_at) <= SAME_STAY_SECONDS:
            known.position = caller.position
            changes.touched.add(known.key)
            return
        visits.lose(site, known, changes)
    elif visits.was_said(site, caller.channel_id, caller.queue, at):
        return
    visits.supersede(site, caller.channel_id, changes)
    visit = Visit(
        site.pbx,
        caller.queue,
        caller.channel_id,
        visits.next_join(site, caller.channel_id, caller.queue, at),
        CallId(caller.channel_id),
        caller.number,
        caller.caller_name,
        caller.position,
        joined_at,
    )
    rings.go_on(site, visit)
    visits.wait(site, visit, changes)


def _take_channels(site: Site, found: tuple[OpenChannel, ...], at: Instant, changes: Changes) -> None:
    for seen in sorted(found, key=_came_later):
        if seen.channel_id not in site.ended_channels and not listening.is_listener(seen.channel_id):
            _take_channel(site, seen, at, changes)
    _pair_locals(site, found)
    _take_rings(site, found)
    for bridge_id in list(site.bridges):
        talks.begin_in_bridge(site, bridge_id, changes, is_certain=False)
    for channel in site.channels.values():
        if channel.seat is not None:
            restate(channel.seat, site.now, changes)


def _came_later(seen: OpenChannel) -> tuple[bool, float]:
    """Sorts what a survey found as it came to be: who calls, and whether it is an attempt, a call's first channel says.

    Asterisk lists channels in no order; a call has the id of its first channel, and ages are whole seconds.
    """
    return CallId(seen.channel_id) != seen.call_id, -seen.age_seconds


def _take_channel(site: Site, seen: OpenChannel, at: Instant, changes: Changes) -> None:
    channel = site.channels.get(seen.channel_id) or _adopt(site, seen)
    channel.is_up = channel.is_up or seen.is_up
    _answer_attempt(site, channel)
    if channel.bridged_at > at:
        return
    channels.leave_bridge(site, channel, changes)
    if seen.bridge_id:
        channel.bridge_id = seen.bridge_id
        site.bridges.setdefault(seen.bridge_id, {})[channel.channel_id] = channel
        consulting.touch(site, seen.bridge_id, changes)
    elif channel.talk is not None and channel.talk.left_bridge_at is None:
        channel.talk.left_bridge_at = site.now


def _adopt(site: Site, seen: OpenChannel) -> Channel:
    channel = Channel(seen.channel_id, seen.call_id, seen.name, seen.number, site.now - seen.age_seconds)
    channels.adopt(site, channel, seen.caller_name, seen.extension)
    channel.is_ringing = not seen.is_up and channel.seat is not None
    visit = site.visits.get(seen.channel_id)
    if visit is not None:
        visit.call_id = seen.call_id
    return channel


def _pair_locals(site: Site, found: tuple[OpenChannel, ...]) -> None:
    """The halves of a Local channel are told by their names; neither is a phone."""
    by_name = {seen.name: site.channels.get(seen.channel_id) for seen in found if seen.name.startswith("Local/")}
    for name, one in by_name.items():
        two = by_name.get(f"{name.removesuffix(';1')};2")
        if one is not None and two is not None and one is not two and not (one.twin_id or two.twin_id):
            one.twin_id, two.twin_id = two.channel_id, one.channel_id


def _take_rings(site: Site, found: tuple[OpenChannel, ...]) -> None:
    """The legs that queues ring now, of which no event told. One in whose call nobody else is left was rung for an
    agent who has given his place in the line to a caller."""
    callers = {visit.call_id: visit for visit in site.visits.values() if visit.is_waiting}
    rung = [seen for seen in found if _is_rung(seen) and seen.channel_id not in site.ended_channels]
    calls = {seen.call_id for seen in found if not _is_rung(seen)}
    unrung = callers.keys() - {seen.call_id for seen in rung}
    for seen in rung:
        visit = callers.get(seen.call_id)
        leg = site.channels[seen.channel_id]
        if visit is None and seen.call_id not in calls:
            visit = rings.first_in_line(site, leg, (callers[call_id] for call_id in sorted(unrung)))
        if visit is not None:
            rings.found(site, leg, visit)


def _is_rung(seen: OpenChannel) -> bool:
    return seen.application == RINGS_FOR_A_QUEUE and not seen.bridge_id  # it may be up: an announcement


def _answer_attempt(site: Site, channel: Channel) -> None:
    """Whoever the dialer called and is found on the line has answered, though nobody saw when."""
    attempt = site.attempts.get(AttemptId(channel.channel_id))
    if attempt is not None and channel.is_up:
        attempt.is_placed = True
        attempt.pick_up(site.now)
