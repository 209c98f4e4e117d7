"""Talks in a gap: those that ended in it, and those that a survey found under way."""

from collections.abc import Iterable

from msgspec.structs import replace

from callcenter.floor import talks, visits
from callcenter.floor.events import LoggedTalk, MemberCompleted
from callcenter.floor.facts import Conversation, Direction, EndedBy
from callcenter.floor.matching import HALF_A_SECOND, WITHIN_A_SECOND
from callcenter.floor.seat import Channel, Seat, Talk, finish_wrap_up, restate
from callcenter.floor.settlement import TOLERANCE_SECONDS, Settlement
from callcenter.floor.site import Site
from callcenter.floor.terms import OWN_ID, CallId, ChannelId, Instant, Seconds


def settle_talk(books: Settlement, theirs: Conversation) -> None:
    """Takes one talk of queue_log, which ended in the gap, into the books. The next gap may have its end once more."""
    theirs = books.named(theirs)
    if not _ends_open_talk(books, theirs):
        _settle_ended(books, theirs)
    books.site.talked_legs.remember(theirs.leg_id)


def _settle_ended(books: Settlement, theirs: Conversation) -> None:
    seat = books.site.seats.get(theirs.interface.lower())
    unfinished = seat.unfinished if seat else None
    still = (unfinished,) if unfinished else ()
    ours = _same(books, (*books.told.talks, *books.concluded.talks, *still), theirs)
    if ours is not None and ours in books.told.talks:
        books.told.talks.remove(ours)
    elif ours is not None and ours in books.concluded.talks:
        books.concluded.talks.remove(ours)
        books.tell(_settled(ours, theirs))
    elif ours is not None and seat is not None:
        _settle_unfinished(books, seat, ours, theirs)
    elif theirs.leg_id not in books.site.talked_legs:
        books.tell(_whole(books, theirs))
        _go_on(books, theirs)


def _same(books: Settlement, candidates: Iterable[Conversation], theirs: Conversation) -> Conversation | None:
    """The leg decides where it is known, then the call: a seat may have several talks that begin within seconds."""
    found = [talk for talk in candidates if _is_same(books, talk, theirs)]
    return min(found, key=lambda talk: _unlike(talk, theirs), default=None)


def _unlike(ours: Conversation, theirs: Conversation) -> tuple[bool, bool, Seconds]:
    began = abs(ours.began_at - theirs.began_at - HALF_A_SECOND)
    return ours.leg_id != theirs.leg_id, ours.call_id != theirs.call_id, began


def _is_same(books: Settlement, ours: Conversation, theirs: Conversation) -> bool:
    """By the leg; behind a Local member, whose leg is another one, by the seat and the time or the call."""
    if ours.leg_id == theirs.leg_id:
        return True
    is_call = ours.call_id == theirs.call_id
    if ours.leg_id in books.logged_legs or (not is_call and (ours.call_id, ours.queue) in books.logged_calls):
        return False  # queue_log tells of it, too
    if ours.interface.lower() != theirs.interface.lower() or ours.queue not in ("", theirs.queue):
        return False
    if theirs.began_at > ours.ended_at:
        return False  # one seat's next talk
    is_heard = theirs.leg_id in books.site.talked_legs or theirs.leg_id.startswith(OWN_ID)
    if ours.queue and not is_heard and (ours.is_certain or ours.began_at <= books.gap.since):
        return False  # its beginning was heard, with the leg that was rung
    if ours.is_certain:  # Asterisk writes it down at once
        return bool(ours.queue) and abs(ours.began_at - theirs.began_at - HALF_A_SECOND) <= WITHIN_A_SECOND
    return abs(ours.began_at - theirs.began_at) <= TOLERANCE_SECONDS if ours.queue else is_call


def _ends_open_talk(books: Settlement, theirs: Conversation) -> bool:
    """A talk of the queue whose leg lives on: it goes on, or its end was not heard (the other side was exchanged in the
    gap, say). An end that was heard would be known by now."""
    channel = _phone_of(books, theirs.leg_id) or _heard_of(books, theirs)
    talk = channel.talk if channel else None
    if channel is None or talk is None or talk.queue != theirs.queue:
        return False
    if theirs.is_certain:
        talk.left_bridge_at = theirs.ended_at
        talks.end(books.site, channel, theirs.ended_by, books.changes)
        books.recovered.add(channel.call_id)
        if channel.bridge_id in books.site.bridges:
            talks.begin_in_bridge(books.site, channel.bridge_id, books.changes, is_certain=False)
    return True


def _phone_of(books: Settlement, leg_id: ChannelId) -> Channel | None:
    """Behind a Local member; what its other half dialled later, for a queue that it was transferred to, is not it."""
    leg = books.site.channels.get(leg_id)
    phone = talks.at_the_phone(books.site, leg) if leg else None
    return leg if phone is not None and phone.channel_id in books.logged_legs else phone


def _heard_of(books: Settlement, theirs: Conversation) -> Channel | None:
    """The phone at which this talk was heard to begin, where the Local channel that was rung has gone since."""
    seat = books.site.seats.get(theirs.interface.lower())
    for channel in seat.channels.values() if seat else ():
        talk = channel.talk
        if talk is None or channel.channel_id in books.logged_legs or talk.began_at > books.event.until:
            continue
        is_stay = (talk.call_id, talk.queue) == (theirs.call_id, theirs.queue)
        if is_stay and abs(talk.began_at - theirs.began_at) <= TOLERANCE_SECONDS:
            return channel
    return None


def _settle_unfinished(books: Settlement, seat: Seat, ours: Conversation, theirs: Conversation) -> None:
    """The talk ended before the survey that did not find it, and so does the work after it."""
    if ours.is_certain:
        return
    seat.unfinished = settled = _settled(ours, theirs)
    books.count(settled)
    if seat.wrap_up_until is None:
        return
    seat.wrap_up_until -= ours.ended_at - settled.ended_at
    books.site.due_at = min(books.site.due_at, seat.wrap_up_until)
    ends_at = max(seat.wrap_up_until, seat.extended_until or 0.0)
    if ends_at <= books.site.now:
        books.site.wrapping_up.discard(seat)
        finish_wrap_up(seat, ends_at, books.changes)
        restate(seat, books.site.now, books.changes)


def _settled(ours: Conversation, theirs: Conversation) -> Conversation:
    """The length and the end are those of queue_log; what only AMI tells stays. A beginning that was seen is exact."""
    was_seen = abs(ours.began_at - theirs.began_at) <= TOLERANCE_SECONDS
    began_at = ours.began_at if was_seen else theirs.began_at
    seconds = theirs.talk_seconds if theirs.is_certain else max(0.0, theirs.ended_at - began_at)
    hold_seconds = min(ours.hold_seconds, seconds)
    return replace(
        ours,
        is_certain=theirs.is_certain,
        queue=theirs.queue,
        began_at=began_at,
        ended_at=began_at + seconds,
        completed_at=began_at + seconds + ours.wrap_up_seconds,
        talk_seconds=seconds - hold_seconds,
        hold_seconds=hold_seconds,
        ended_by=theirs.ended_by,
    )


def _whole(books: Settlement, theirs: Conversation) -> Conversation:
    """A talk that began unseen, too: the caller is that of the visit of which it came."""
    stays = books.telling.visits.get((ChannelId(theirs.call_id), theirs.queue), ())
    visit = next((one for one in stays if one.interface == theirs.interface), None)
    return replace(theirs, number=visit.number, call_id=visit.call_id) if visit else theirs


def _go_on(books: Settlement, theirs: Conversation) -> None:
    """The agent goes on with somebody else, whom a transfer brought: the survey found the next talk of the leg, or it
    comes yet."""
    channel = books.site.channels.get(theirs.leg_id)
    if channel is None:
        return
    if channel.talk is None:
        channel.parts = max(channel.parts, theirs.part)
    elif channel.talk.part == theirs.part:
        channel.parts = channel.talk.part = theirs.part + 1
        channel.talk.began_at = max(theirs.ended_at, books.gap.since)


# --- under way --------------------------------------------------------------------------------------------------


def settle_under_way(books: Settlement, theirs: LoggedTalk) -> None:
    """A survey found a talk: queue_log knows of which queue it is and when it began."""
    channel = _phone_of(books, theirs.leg_id)
    if channel is None or channel.talk is None:
        channel = _talking_to(books, theirs) or _begin_unheard(books, theirs)
    talk = channel.talk if channel else None
    if channel is None or talk is None or _is_later(books, talk):
        if _begin_ended(books, theirs) or _end_heard(books, theirs) or _end_unseen(books, theirs):
            books.site.talked_legs.remember(theirs.leg_id)
    elif not talk.queue and not talk.is_certain:
        talk.began_at, talk.is_certain = min(talk.began_at, theirs.began_at), True
        _belongs_to(books, channel, talk, theirs)
    elif not talk.queue and abs(talk.began_at - theirs.began_at) <= TOLERANCE_SECONDS:
        _belongs_to(books, channel, talk, theirs)


def _begin_unheard(books: Settlement, theirs: LoggedTalk) -> Channel | None:
    """Behind a Local member the queue says when the talk begins, and nobody heard it. Where the Local channel has been
    optimised away the phone is with the caller."""
    site = books.site
    channel = _phone_of(books, theirs.leg_id) or _beside(site, theirs.channel_id)
    if channel is None or channel.parts or theirs.leg_id in site.talked_legs:
        return None
    if len(site.bridges.get(channel.bridge_id, ())) < 2:
        return None
    leg = site.channels.get(theirs.leg_id)
    seat = leg.seat if leg is not None else books.seat_named(theirs.queue, theirs.agent)
    if seat is None or leg is channel:
        return None
    visits.begin_talk(site, channel, seat, theirs.queue, channel.other_number, books.changes)
    site.talked_legs.remember(theirs.leg_id)
    if channel.talk is not None:
        channel.talk.began_at = theirs.began_at + HALF_A_SECOND
    return channel


def _beside(site: Site, channel_id: ChannelId) -> Channel | None:
    """The only other channel in the bridge of this one."""
    caller = site.channels.get(channel_id)
    others = [one for one in site.bridges.get(caller.bridge_id, {}).values() if one is not caller] if caller else []
    return others[0] if len(others) == 1 and not others[0].twin_id else None


def _belongs_to(books: Settlement, channel: Channel, talk: Talk, theirs: LoggedTalk) -> None:
    """The talk is the member's, also where his phone had sent the ring elsewhere (302)."""
    talk.seat = books.seat_named(theirs.queue, theirs.agent) or talk.seat
    talk.queue = channel.queue = talk.seat.queue = theirs.queue
    books.site.talked_legs.remember(theirs.leg_id)
    books.changes.touched.add(talk.seat.key)
    books.recovered.add(channel.call_id)


def _is_later(books: Settlement, talk: Talk) -> bool:
    """Whether it was heard to begin after the gap, outside a queue, and the leg had talked before: an agent who goes on
    from his talk into a queue is a caller there, also where his own phone answers him. The first talk of a leg may be
    the queue's: where both sides are behind Local channels, the bridge tells of it when they are optimised away."""
    is_heard = talk.is_certain and not talk.queue and talk.began_at > books.event.until
    return is_heard and talk.part > 1


def _talking_to(books: Settlement, theirs: LoggedTalk) -> Channel | None:
    """The phone in the caller's call, where the Local channel that was rung has gone since; the agent's own where the
    caller has gone from one to another."""
    caller = books.site.channels.get(theirs.channel_id)
    call = books.site.call(caller.call_id) if caller else None
    others = call.channels - (books.logged_legs - {theirs.leg_id}) - {theirs.channel_id} if call else ()
    channels = (books.site.channels[one] for one in sorted(others))
    talking = [(one, one.talk.seat) for one in channels if one.talk and not one.talk.is_certain]
    seat = books.seat_named(theirs.queue, theirs.agent)
    own = next((one for one, at in talking if at is seat), None)
    is_only = sum(talk.channel_id == theirs.channel_id for talk in books.event.talks) == 1
    return own or (talking[0][0] if talking and is_only else None)


def _begin_ended(books: Settlement, theirs: LoggedTalk) -> bool:
    """The talk ended after the survey, before queue_log was read: its end was seen, its beginning is told here."""
    for ours in books.concluded.talks:
        if _is_end_of(books, ours, theirs):
            books.concluded.talks.remove(ours)
            books.tell(_begun(ours, theirs))
            return True
    for seat in books.site.seats.values():
        ours_still = seat.unfinished
        if ours_still is not None and not ours_still.is_certain and _is_end_of(books, ours_still, theirs):
            seat.unfinished = _begun(ours_still, theirs)
            books.count(seat.unfinished)
            return True
    return False


def _is_end_of(books: Settlement, ours: Conversation, theirs: LoggedTalk) -> bool:
    """By the leg; behind a Local member, whose leg is another one, by the call and the seat."""
    if ours.leg_id == theirs.leg_id or ours.leg_id in books.logged_legs or ours.queue not in ("", theirs.queue):
        return ours.leg_id == theirs.leg_id
    seat = books.seat_named(theirs.queue, theirs.agent)
    caller = books.site.channels.get(theirs.channel_id)
    is_call = ours.call_id == (caller.call_id if caller else theirs.channel_id)
    return is_call and seat is not None and seat.interface == ours.interface


def _end_heard(books: Settlement, theirs: LoggedTalk) -> bool:
    """Of the talk only its end was heard, after a survey that could not see it: its phone is no seat's (an agent's
    mobile), or had hung up a moment before its caller. Of a caller who was moved the end says nothing: it comes when he
    hangs up."""
    site = books.site
    said = next((one for one in books.gap.completed if _is_end_said(books, one, theirs)), None)
    since = max(theirs.began_at, books.gap.since)
    if said is None or theirs.leg_id in site.talked_legs or _next_stay(books, theirs.channel_id, since) > since:
        return False
    books.gap.completed.remove(said)
    seconds = min(said.talk_seconds, said.at - theirs.began_at)
    ended_by = visits.ENDED_BY_REASON.get(said.reason, EndedBy.UNKNOWN)
    talk = _unheard(site, theirs, CallId(theirs.channel_id), said.at - seconds, said.at, ended_by)
    books.tell(_whole(books, books.named(talk)))
    return True


def _is_end_said(books: Settlement, said: MemberCompleted, theirs: LoggedTalk) -> bool:
    """By the caller; after an attended transfer, who is another one then, by the member and the second."""
    if said.queue != theirs.queue or said.channel_id == theirs.channel_id:
        return said.queue == theirs.queue
    is_elsewhere = (CallId(said.channel_id), said.queue) in books.logged_calls
    began_at = int(said.at) - said.talk_seconds
    return not is_elsewhere and said.member_name == theirs.agent and began_at == theirs.began_at


def _end_unseen(books: Settlement, theirs: LoggedTalk) -> bool:
    """queue_log lets the talk run on, but the phone has gone or is alone, and all of the talk was in the gap: its agent
    transferred the caller away behind a Local member, or somebody moved him (docs/asterisk.md). Where both have gone
    nobody knows how it ended, nor when."""
    site = books.site
    leg, caller = site.channels.get(theirs.leg_id), site.channels.get(theirs.channel_id)
    since = max(theirs.began_at, books.gap.since)
    ended_at = _next_stay(books, (leg.twin_id if leg else None) or theirs.channel_id, since)
    is_transferred = leg is not None and bool(leg.twin_id) and _phone_of(books, theirs.leg_id) is leg
    is_moved = (caller is not None or ended_at > since) and (leg is None or _is_alone(site, leg))
    held = leg or caller
    is_over = held is None and theirs.began_at > books.gap.since
    if theirs.leg_id in site.talked_legs or not (is_transferred or is_moved or is_over):
        return False
    call_id = held.call_id if held else CallId(theirs.channel_id)
    ended_by = EndedBy.TRANSFER if is_transferred else EndedBy.CALLER if is_moved else EndedBy.UNKNOWN
    talk = books.named(_unheard(site, theirs, call_id, theirs.began_at, ended_at, ended_by))
    books.tell(replace(talk if held else _whole(books, talk), is_certain=False))
    _go_on(books, talk)
    return True


def _is_alone(site: Site, leg: Channel) -> bool:
    return not leg.twin_id and len(site.bridges.get(leg.bridge_id, ())) < 2


def _unheard(
    site: Site, theirs: LoggedTalk, call_id: CallId, began_at: Instant, ended_at: Instant, ended_by: EndedBy
) -> Conversation:
    """A talk of which only queue_log and an end tell; `books.named` gives it its seat."""
    call = site.call(call_id)
    return Conversation(
        pbx=site.pbx,
        is_certain=True,
        leg_id=theirs.leg_id,
        part=1,
        call_id=call_id,
        queue=theirs.queue,
        direction=call.direction if call else Direction.INBOUND,
        number=call.number if call else "",
        interface=theirs.agent,
        agent_number="",
        agent_name=theirs.agent,
        began_at=began_at,
        ended_at=ended_at,
        completed_at=ended_at,
        talk_seconds=ended_at - began_at,
        hold_seconds=0.0,
        holds=0,
        wrap_up_seconds=0.0,
        ended_by=ended_by,
    )


def _next_stay(books: Settlement, channel_id: ChannelId, since: Instant) -> Instant:
    """When this channel joined its next queue, at the latest; where it did not, nobody knows how long it talked."""
    told = (visit for visits_told in books.telling.visits.values() for visit in visits_told)
    joins = [visit.joined_at for visit in told if visit.channel_id == channel_id]
    joins += (visit.joined_at for visit in books.site.visits.values() if visit.channel_id == channel_id)
    return min((at for at in joins if at >= since), default=since)


def _begun(ours: Conversation, theirs: LoggedTalk) -> Conversation:
    began_at = min(ours.began_at, theirs.began_at)
    seconds = ours.ended_at - began_at - ours.hold_seconds
    is_certain = ours.ended_by is not EndedBy.UNKNOWN
    return replace(ours, is_certain=is_certain, queue=theirs.queue, began_at=began_at, talk_seconds=seconds)
