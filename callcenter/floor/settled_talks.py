"""Talks in a gap: those that ended in it, and those that a survey found under way."""

from collections.abc import Iterable

from msgspec.structs import replace

from callcenter.floor import talks, visits
from callcenter.floor.events import LoggedTalk
from callcenter.floor.facts import Conversation, Direction, EndedBy
from callcenter.floor.matching import HALF_A_SECOND
from callcenter.floor.seat import Channel, Seat, Talk, finish_wrap_up, restate
from callcenter.floor.settlement import TOLERANCE_SECONDS, Settlement
from callcenter.floor.site import Site
from callcenter.floor.terms import ChannelId


def settle_talk(books: Settlement, theirs: Conversation) -> None:
    """Takes one talk of queue_log, which ended in the gap, into the books."""
    theirs = books.named(theirs)
    if _ends_open_talk(books, theirs):
        return
    told, ours = _same(books, books.told.talks, theirs), _same(books, books.concluded.talks, theirs)
    seat = _finishing(books, theirs)
    if told is not None and (told.leg_id == theirs.leg_id or ours is None or ours.leg_id != theirs.leg_id):
        books.told.talks.remove(told)
    elif ours is not None:
        books.concluded.talks.remove(ours)
        books.tell(_settled(ours, theirs))
    elif seat is not None and seat.unfinished is not None:
        _settle_unfinished(books, seat, seat.unfinished, theirs)
    elif theirs.leg_id not in books.site.talked_legs:
        books.tell(_whole(books, theirs))


def _same(books: Settlement, candidates: Iterable[Conversation], theirs: Conversation) -> Conversation | None:
    """The leg decides where it is known: a seat may begin its next talk seconds after the last one."""
    found = [talk for talk in candidates if _is_same(books, talk, theirs)]
    return next((talk for talk in found if talk.leg_id == theirs.leg_id), found[0] if found else None)


def _is_same(books: Settlement, ours: Conversation, theirs: Conversation) -> bool:
    """By the leg; behind a Local member, whose leg is another one, by the seat and the time or the call."""
    if ours.leg_id == theirs.leg_id:
        return True
    if ours.leg_id in books.logged_legs:
        return False  # queue_log tells of it, too
    if ours.interface.lower() != theirs.interface.lower() or ours.queue not in ("", theirs.queue):
        return False
    if theirs.began_at > ours.ended_at:
        return False  # one seat's next talk
    is_then = abs(ours.began_at - theirs.began_at) <= TOLERANCE_SECONDS
    return is_then if ours.queue else ours.call_id == theirs.call_id and not ours.is_certain


def _ends_open_talk(books: Settlement, theirs: Conversation) -> bool:
    """A talk of the queue whose leg lives on: either it goes on, or the other side was exchanged in the gap."""
    channel = _phone_of(books, theirs.leg_id)
    talk = channel.talk if channel else None
    if channel is None or talk is None or talk.queue != theirs.queue:
        return False
    if theirs.is_certain and theirs.ended_at + 1 <= books.event.until:
        talk.left_bridge_at = theirs.ended_at
        talks.end(books.site, channel, theirs.ended_by, books.changes)
        books.recovered.add(channel.call_id)
        if channel.bridge_id in books.site.bridges:
            talks.begin_in_bridge(books.site, channel.bridge_id, books.changes, is_certain=False)
    return True


def _phone_of(books: Settlement, leg_id: ChannelId) -> Channel | None:
    leg = books.site.channels.get(leg_id)
    return talks.at_the_phone(books.site, leg) if leg else None


def _finishing(books: Settlement, theirs: Conversation) -> Seat | None:
    """The seat whose wrap-up after this talk is under way."""
    seat = books.site.seats.get(theirs.interface.lower())
    is_it = seat is not None and seat.unfinished is not None and _is_same(books, seat.unfinished, theirs)
    return seat if is_it else None


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
    if seat.wrap_up_until <= books.site.now:
        books.site.wrapping_up.discard(seat)
        finish_wrap_up(seat, seat.wrap_up_until, books.changes)
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


# --- under way --------------------------------------------------------------------------------------------------


def settle_under_way(books: Settlement, theirs: LoggedTalk) -> None:
    """A survey found a talk: queue_log knows of which queue it is and when it began."""
    channel = _phone_of(books, theirs.leg_id)
    if channel is None or channel.talk is None:
        channel = _talking_to(books, theirs) or _begin_unheard(books, theirs)
    talk = channel.talk if channel else None
    if channel is None or talk is None:
        if not _begin_ended(books, theirs):
            _end_unseen(books, theirs)
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
    talk.queue = channel.queue = talk.seat.queue = theirs.queue
    books.changes.touched.add(talk.seat.key)
    books.recovered.add(channel.call_id)


def _talking_to(books: Settlement, theirs: LoggedTalk) -> Channel | None:
    """The phone in the caller's call, where the Local channel that was rung has gone since; the agent's own where the
    caller has gone from one to another."""
    caller = books.site.channels.get(theirs.channel_id)
    call = books.site.call(caller.call_id) if caller else None
    channels = (books.site.channels[one] for one in sorted(call.channels)) if call else ()
    talking = [(one, one.talk.seat) for one in channels if one.talk and not one.talk.is_certain]
    seat = books.seat_named(theirs.queue, theirs.agent)
    own = next((one for one, at in talking if at is seat), None)
    is_only = sum(talk.channel_id == theirs.channel_id for talk in books.event.talks) == 1
    return own or (talking[0][0] if talking and is_only else None)


def _begin_ended(books: Settlement, theirs: LoggedTalk) -> bool:
    """The talk ended after the survey, before queue_log was read: its end was seen, its beginning is told here."""
    for ours in books.concluded.talks:
        if ours.leg_id == theirs.leg_id:
            books.concluded.talks.remove(ours)
            books.tell(_begun(ours, theirs))
            return True
    for seat in books.site.seats.values():
        ours_still = seat.unfinished
        if ours_still is not None and ours_still.leg_id == theirs.leg_id and not ours_still.is_certain:
            seat.unfinished = _begun(ours_still, theirs)
            books.count(seat.unfinished)
            return True
    return False


def _end_unseen(books: Settlement, theirs: LoggedTalk) -> None:
    """queue_log lets the talk run on, but behind the Local member there is no phone any more: its agent transferred the
    caller away, and all of it was in the gap (docs/asterisk.md)."""
    leg = books.site.channels.get(theirs.leg_id)
    if leg is None or not leg.twin_id or talks.at_the_phone(books.site, leg) is not leg:
        return
    if theirs.leg_id in books.site.talked_legs:
        return
    call = books.site.call(leg.call_id)
    ended_at = max(theirs.began_at, books.gap.since)
    talk = Conversation(
        pbx=books.site.pbx,
        is_certain=False,
        leg_id=theirs.leg_id,
        part=1,
        call_id=leg.call_id,
        queue=theirs.queue,
        direction=call.direction if call else Direction.INBOUND,
        number=call.number if call else "",
        interface=theirs.agent,
        agent_number="",
        agent_name=theirs.agent,
        began_at=theirs.began_at,
        ended_at=ended_at,
        completed_at=ended_at,
        talk_seconds=ended_at - theirs.began_at,
        hold_seconds=0.0,
        holds=0,
        wrap_up_seconds=0.0,
        ended_by=EndedBy.TRANSFER,
    )
    books.tell(books.named(talk))


def _begun(ours: Conversation, theirs: LoggedTalk) -> Conversation:
    began_at = min(ours.began_at, theirs.began_at)
    seconds = ours.ended_at - began_at - ours.hold_seconds
    is_certain = ours.ended_by is not EndedBy.UNKNOWN
    return replace(ours, is_certain=is_certain, queue=theirs.queue, began_at=began_at, talk_seconds=seconds)
