"""Stays in queues and their rings in a gap: each of queue_log is told before, open still, concluded, or new."""

from collections.abc import Iterable
from itertools import chain

from msgspec.structs import replace

from callcenter.floor import rings, visits
from callcenter.floor.facts import QueueVisit, Ring, RingOutcome, VisitOutcome
from callcenter.floor.matching import HALF_A_SECOND, nearest
from callcenter.floor.queue import RingUnderWay, Visit
from callcenter.floor.settlement import TAKEN_OVER_SECONDS, TOLERANCE_SECONDS, Settlement, stay_of
from callcenter.floor.terms import ChannelId

SAME_END_SECONDS = HALF_A_SECOND + 0.02
"""From the middle of the whole second: Asterisk tells on both sides at once that a ring ran out, and may ring the same
phone again a second later. A ring that is given up is the last one of its stay."""


def settle_visit(books: Settlement, theirs: QueueVisit) -> None:
    """Takes one stay of queue_log into the books."""
    theirs = books.named(_moved(books, theirs))
    ours = _same_stay(books, theirs)
    if ours is None:
        books.tell(_whole(books, theirs))
    elif isinstance(ours, Visit):
        _decide(books, ours, theirs)
    elif ours in books.concluded.visits.get(stay_of(ours), ()):
        books.concluded.visits[stay_of(ours)].remove(ours)
        books.tell(_settled(ours, theirs))
    else:
        books.told.visits[stay_of(ours)].remove(ours)


def _moved(books: Settlement, theirs: QueueVisit) -> QueueVisit:
    """queue_log says ABANDON, too, of a caller whom somebody moved and who lives on."""
    is_moved = theirs.outcome is VisitOutcome.ABANDONED and theirs.channel_id in books.site.channels
    return replace(theirs, outcome=VisitOutcome.WITHDRAWN) if is_moved else theirs


def _same_stay(books: Settlement, theirs: QueueVisit) -> QueueVisit | Visit | None:
    """One of the same channel; else, or where that one was only thought to be lost, one that took its place over."""
    joined_at = theirs.joined_at + HALF_A_SECOND
    own = (one for one in books.stays(stay_of(theirs)) if not _ends_otherwise(books, one, theirs))
    found = nearest(joined_at, own, lambda one: one.joined_at, TOLERANCE_SECONDS)
    if found is not None and not _is_thought_lost(books, found):
        return found
    others = chain.from_iterable(books.stays(stay) for stay in books.unlogged_stays if stay[1] == theirs.queue)
    taken_over = (one for one in others if _took_over(books, one, theirs) and not _ends_otherwise(books, one, theirs))
    place = nearest(joined_at, taken_over, lambda one: one.joined_at, TAKEN_OVER_SECONDS)
    if place is not None and isinstance(found, QueueVisit):
        books.concluded.visits[stay_of(found)].remove(found)
    return place or found


def _is_thought_lost(books: Settlement, ours: QueueVisit | Visit) -> bool:
    is_concluded = isinstance(ours, QueueVisit) and ours in books.concluded.visits.get(stay_of(ours), ())
    return is_concluded and isinstance(ours, QueueVisit) and ours.outcome is VisitOutcome.LOST


def _took_over(books: Settlement, ours: QueueVisit | Visit, theirs: QueueVisit) -> bool:
    """Whether an attended transfer in the gap gave this place to a channel of whose joining queue_log knows nothing."""
    if isinstance(ours, Visit) or ours.outcome is VisitOutcome.LOST:
        return books.is_unlogged(ours)
    return abs(ours.ended_at - theirs.ended_at - HALF_A_SECOND) <= 1 and books.is_unlogged(ours)


def without_taken_over(books: Settlement, concluded: Iterable[QueueVisit]) -> list[QueueVisit]:
    """Without those who joined a moment before the gap and of whom queue_log has no end either, where the survey found
    another channel in that place: it is the same stay."""
    found = [one for stay in books.unlogged_stays for one in books.stays(stay) if books.is_unlogged(one)]
    rest = []
    for ours in concluded:
        here = [one for one in found if one.queue == ours.queue and stay_of(ours) in books.waiting]
        place = nearest(ours.joined_at, here, lambda one: one.joined_at, TAKEN_OVER_SECONDS)
        if place is None:
            rest.append(ours)
        else:
            found.remove(place)
    return rest


def _ends_otherwise(books: Settlement, ours: QueueVisit | Visit, theirs: QueueVisit) -> bool:
    """Whether it is the next stay of a caller who has come back within a second or two: who waits is in queue_log, too,
    but for what was written in the second of the survey; or he was heard to join after it."""
    if isinstance(ours, Visit):
        is_known_to_wait = stay_of(theirs) in books.waiting or theirs.ended_at + 1 <= books.event.until
        return ours.is_waiting and (is_known_to_wait or ours.joined_at > books.event.until)
    return ours.is_certain and abs(ours.ended_at - theirs.ended_at - HALF_A_SECOND) > 1


def _decide(books: Settlement, visit: Visit, theirs: QueueVisit) -> None:
    """A caller who waits will be heard to leave. One who has left has an outcome now."""
    if visit.is_waiting or theirs.outcome is VisitOutcome.LOST:
        return
    del books.site.visits[visit.holder_id]
    books.open_visits[stay_of(visit)].remove(visit)
    ours = visit.ended(books.site.now, VisitOutcome.LOST, books.site.queue(visit.queue).rules)
    books.tell(_settled(ours, theirs))


def doubt_visit(books: Settlement, visit: Visit) -> None:
    """Who left when nothing was heard, and of whom queue_log has no end: AMI may tell it yet, or nobody does."""
    if visit.left_at is None or visit.left_at > books.event.until:
        return
    if visit.is_gone:
        visit.is_certain = False
    elif books.event.is_readable:
        visit.left_unheard = True
    else:
        visits.lose(books.site, visit, books.changes)
        books.lost.add(visit.call_id)


def _settled(ours: QueueVisit, theirs: QueueVisit) -> QueueVisit:
    """The end is that of queue_log; what only AMI tells stays."""
    return replace(
        ours,
        is_certain=theirs.outcome is not VisitOutcome.LOST,
        outcome=theirs.outcome,
        ended_at=max(ours.joined_at, theirs.ended_at),
        wait_seconds=theirs.wait_seconds,
        agent_number=theirs.agent_number,
        agent_name=theirs.agent_name,
        interface=theirs.interface,
    )


def _whole(books: Settlement, theirs: QueueVisit) -> QueueVisit:
    """A stay that began unseen, too."""
    site = books.site
    channel = site.channels.get(theirs.channel_id)
    if channel is None:
        site.ended_channels.remember(theirs.channel_id)
    rules = site.queue(theirs.queue).rules
    return replace(
        theirs,
        join=_free_join(books, theirs),
        call_id=channel.call_id if channel else theirs.call_id,
        service_level_seconds=rules.service_level_seconds,
        service_level_variant=rules.service_level_variant,
        short_abandon_seconds=rules.short_abandon_seconds,
    )


def _free_join(books: Settlement, theirs: QueueVisit) -> int:
    if theirs.channel_id in books.site.channels:
        return visits.next_join(books.site, theirs.channel_id, theirs.queue, theirs.ended_at)
    return max(theirs.join, books.joins(stay_of(theirs)) + 1)


# --- rings ------------------------------------------------------------------------------------------------------


def settle_ring(books: Settlement, theirs: Ring) -> None:
    """Takes one ring of queue_log into the books. It numbers only answered ones as we do."""
    theirs = books.named(theirs)
    ours = _same_ring(books, theirs)
    if ours is None:
        books.tell(theirs)
    elif isinstance(ours, RingUnderWay):
        _end_ring(books, ours, theirs)
    elif ours in books.concluded.rings.get(stay_of(ours), ()):
        books.concluded.take_ring(ours)
        ended_at = max(ours.began_at, theirs.ended_at)
        end = {"outcome": theirs.outcome, "ended_at": ended_at, "ring_seconds": theirs.ring_seconds}
        books.tell(replace(ours, is_certain=True, **end))
    else:
        books.told.take_ring(ours)


def _end_ring(books: Settlement, ring: RingUnderWay, theirs: Ring) -> None:
    """A ring that goes on will be heard to end; one whose visit has been decided has ended with it."""
    if ring.channel_id not in books.site.visits:
        ring.ring_seconds = theirs.ring_seconds
        books.take_open_ring(ring)
        rings.end(books.site, ring.leg_id, theirs.outcome, books.changes)


def end_rings(books: Settlement) -> None:
    """The rings of visits that have been decided: what queue_log does not say of them is concluded."""
    decided = {stay_of(visit) for visits_told in books.telling.visits.values() for visit in visits_told}
    for ring in list(books.site.rings.values()):
        if (ring.channel_id, ring.queue) in decided and ring.channel_id not in books.site.visits:
            ended = ended_with_visit(
                books, ring.ended(books.site.pbx, books.site.now, RingOutcome.LOST, is_certain=False)
            )
            rings.end(books.site, ring.leg_id, ended.outcome, books.changes, is_certain=False)


_WITHOUT_LENGTH = frozenset({RingOutcome.REJECTED, RingOutcome.GIVEN_UP})
"""AGENTDUMP does not say for how long it rang, nor does ABANDON in an announcement: it is the last one of the seat."""


def _same_ring(books: Settlement, theirs: Ring) -> Ring | RingUnderWay | None:
    """An answered one by its leg, whatever channel has the caller's place now; another one by its seat and time."""
    by_id = _ring_of_leg(books, theirs.ring_id)
    if by_id is not None:
        return by_id
    stays = {(channel_id, theirs.queue): None for channel_id in (theirs.channel_id, ChannelId(theirs.call_id))}
    within = TOLERANCE_SECONDS if theirs.outcome is RingOutcome.GIVEN_UP else SAME_END_SECONDS
    told = chain.from_iterable(books.told.rings.get(stay, ()) for stay in stays)
    ended = [ring for ring in told if _is_at(ring, theirs)]
    then = nearest(theirs.ended_at + HALF_A_SECOND, ended, lambda ring: ring.ended_at, within)
    if then is not None:
        return then
    doubtful = chain.from_iterable(
        (*books.concluded.rings.get(stay, ()), *books.open_rings.get(stay, ())) for stay in stays
    )
    others = [ring for ring in doubtful if _is_at(ring, theirs) and not _rings_on(books, ring, theirs)]
    if theirs.outcome in _WITHOUT_LENGTH:
        begun = (ring for ring in others if ring.began_at < theirs.ended_at + 1)
        return max(begun, key=lambda ring: ring.began_at, default=None)
    return nearest(theirs.began_at + HALF_A_SECOND, others, lambda ring: ring.began_at, TOLERANCE_SECONDS)


def _ring_of_leg(books: Settlement, ring_id: ChannelId) -> Ring | RingUnderWay | None:
    known = books.told.ring_by_id.get(ring_id) or books.concluded.ring_by_id.get(ring_id)
    return known or books.open_ring_by_id.get(ring_id)


def _rings_on(books: Settlement, ours: Ring | RingUnderWay, theirs: Ring) -> bool:
    """Whether it is the next try to reach the seat: it has begun later, the survey found it, or all of it was heard."""
    is_later = ours.began_at > theirs.ended_at + 1
    if isinstance(ours, Ring) or is_later:
        return is_later
    is_found = ours.channel_id in books.site.visits and theirs.ended_at + 1 <= books.event.until
    return is_found or ours.began_at > books.event.until


def _is_at(ours: Ring | RingUnderWay, theirs: Ring) -> bool:
    """Whether both are tries to reach one seat."""
    return _interface(ours).lower() == theirs.interface.lower()


def _interface(ring: Ring | RingUnderWay) -> str:
    return ring.interface if isinstance(ring, Ring) else ring.seat.interface


_WITH_THE_VISIT = frozenset({RingOutcome.LOST, RingOutcome.GIVEN_UP, RingOutcome.WON_BY_COLLEAGUE})


def ended_with_visit(books: Settlement, ring: Ring) -> Ring:
    """A ring of which queue_log has no end lost to the colleague who answered (ringall), or ended with its caller's
    waiting: of one that ran out it says so."""
    if ring.outcome not in _WITH_THE_VISIT:
        return ring
    told = (*books.telling.visits.get(stay_of(ring), ()), *books.told.visits.get(stay_of(ring), ()))
    ends = [visit for visit in told if visit.ended_at >= ring.began_at and visit.outcome is not VisitOutcome.LOST]
    answered = [visit.interface for visit in ends if visit.outcome is VisitOutcome.ANSWERED]
    if not answered:
        return replace(ring, outcome=RingOutcome.GIVEN_UP) if ends else ring
    return ring if ring.interface in answered else replace(ring, outcome=RingOutcome.WON_BY_COLLEAGUE)
