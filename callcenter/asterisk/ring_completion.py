"""Rings that ended in a gap are those of the queue_log beside the capture."""

from collections.abc import Iterable, Sequence

from callcenter.asterisk.log_calls import LogCalls, LogRing
from callcenter.asterisk.replay import Gap
from callcenter.floor.attendance import RINGS_COUNTED_AS, Attendance
from callcenter.floor.facts import Ring, RingOutcome, VisitOutcome
from callcenter.floor.matching import HALF_A_SECOND, WITHIN_A_SECOND
from callcenter.floor.site import CLOCK_SECONDS
from callcenter.floor.terms import Instant, Seconds

NEAR_SECONDS = 5.0
"""What ended so far from every gap was heard, and needs no look."""

LOGGED_SECONDS = NEAR_SECONDS + 2 * CLOCK_SECONDS + 1
"""The log's line of every ring that is looked at is, too: a ring without its own line would take another's."""


def complete_rings(attendance: Attendance, log: LogCalls, gaps: Sequence[Gap]) -> None:
    """Adds what nobody heard; of what began or was concluded in a gap, the log tells how it ended."""
    doubtful = (ring for ring, _ in attendance.rings if ring.outcome is RingOutcome.LOST or _spans(ring, gaps))
    unheard = [*gaps, *(Gap(ring.began_at, ring.ended_at) for ring in doubtful)]
    theirs: dict[str, list[LogRing]] = {}
    for logged in log.rings:
        is_near = any(_is_in(at, unheard, LOGGED_SECONDS) for at in (logged.began_at, logged.ended_at))
        if is_near or _is_in(logged.joined_at, gaps):
            theirs.setdefault(logged.agent, []).append(logged)
    callers = {logged.channel_id for rings in theirs.values() for logged in rings}
    ours: dict[str, list[Ring]] = {}
    for ring, name in attendance.rings:
        if ring.channel_id in callers or _is_in(ring.ended_at, unheard, NEAR_SECONDS + CLOCK_SECONDS):
            ours.setdefault(attendance.name_of(name, ring.interface), []).append(ring)
    _doubt_losers(attendance, log, gaps)
    for agent in ours.keys() | theirs.keys():
        _complete(Book(attendance, agent, gaps), ours.get(agent, []), theirs.get(agent, []))


def _doubt_losers(attendance: Attendance, log: LogCalls, gaps: Sequence[Gap]) -> None:
    """Of those who lost to a colleague in a gap, or rang when Asterisk died, the log does not tell that they rang."""
    won = (ring for ring in log.rings if ring.outcome is RingOutcome.ANSWERED)
    ends = [(ring.channel_id, ring.queue, ring.began_at - CLOCK_SECONDS, ring.ended_at) for ring in won]
    lost = (call for call in log.calls if call.outcome is VisitOutcome.LOST)
    ends += [(call.channel_id, call.queue, call.joined_at, call.left_at or call.joined_at) for call in lost]
    unheard = [end for end in ends if any(end[2] <= gap.until and gap.since - 1 <= end[3] for gap in gaps)]
    named = {queue: attendance.names_in(queue) for queue in {queue for _, queue, _, _ in unheard}}
    for channel_id, queue, _, ended_at in unheard:
        known = {
            attendance.name_of(name, ring.interface)
            for ring, name in attendance.rings
            if (ring.channel_id, ring.queue) == (channel_id, queue)
            and ring.began_at - 1 <= ended_at <= ring.ended_at + 1
        }
        for agent in sorted(named[queue] - known):
            attendance.doubt_ring(agent)


class Book:
    """The rings of one agent."""

    def __init__(self, attendance: Attendance, agent: str, gaps: Sequence[Gap]) -> None:
        self.attendance, self.agent, self.gaps = attendance, agent, gaps

    def settle(self, ours: Ring, theirs: LogRing | None) -> None:
        """A ring that we knew of; what the log does not have was none that it counts."""
        if self.is_hidden(ours, theirs):
            outcome = theirs.outcome if theirs else None
            self.attendance.correct_ring(self.agent, self.attendance.outcome_of(ours), outcome)

    def take(self, theirs: LogRing) -> None:
        """A ring that only the log has."""
        if any(_is_in(at, self.gaps) for at in (theirs.ended_at, theirs.began_at, theirs.joined_at)):
            self.attendance.add_ring(self.agent, theirs.outcome)

    def may_be_same(self, ours: Ring, theirs: LogRing) -> bool:
        """Near enough, or within it where its end was not heard; where it was heard, its end is the same, too."""
        is_near = self.distance(ours, theirs) <= CLOCK_SECONDS
        if not (self.is_hidden(ours, theirs) and self.is_in_doubt(ours)):
            return is_near and not self.unlike(ours, theirs)[0]
        is_within = ours.began_at - 1 <= theirs.ended_at <= ours.ended_at
        return is_near or (is_within and ours.channel_id == theirs.channel_id)

    def is_in_doubt(self, ours: Ring) -> bool:
        """Whether a part of it was not heard."""
        touches = (ours.began_at <= gap.until and gap.since <= ours.ended_at for gap in self.gaps)
        return ours.outcome is RingOutcome.LOST or any(touches)

    def is_hidden(self, ours: Ring, theirs: LogRing | None) -> bool:
        """Whether its end was not heard: in a gap, or lost sight of by a survey that was before the event. The end of
        a ring that was under way in a whole gap, or whose caller joined in one, may be only what was concluded."""
        told = (theirs.ended_at, theirs.joined_at) if theirs else ()
        is_unheard = any(_is_in(at, self.gaps) for at in (ours.ended_at, *told))
        return ours.outcome is RingOutcome.LOST or is_unheard or _spans(ours, self.gaps)

    def unlike(self, ours: Ring, theirs: LogRing) -> tuple[bool, bool, bool, Seconds]:
        """How far two rings are from being the same: the channel may be another one after an attended transfer."""
        is_other_end = _counted_as(self.attendance.outcome_of(ours)) != _counted_as(theirs.outcome)
        is_far = self.distance(ours, theirs) > WITHIN_A_SECOND
        return is_other_end, is_far, ours.channel_id != theirs.channel_id, sum(_apart(ours, theirs))

    def distance(self, ours: Ring, theirs: LogRing) -> Seconds:
        """Between the ends; across a gap the beginnings may be nearer."""
        began, ended = _apart(ours, theirs)
        return min(began, ended) if self.is_hidden(ours, theirs) else ended


def _complete(book: Book, ours: list[Ring], theirs: list[LogRing]) -> None:
    """Those that are most alike are the same: rings of one agent may follow each other within a second."""
    pairs = [
        (book.unlike(ring, logged), mine, other)
        for other, logged in enumerate(theirs)
        for mine, ring in enumerate(ours)
        if book.may_be_same(ring, logged)
    ]
    left, unheard = dict(enumerate(ours)), dict(enumerate(theirs))
    for _, mine, other in sorted(pairs):
        if mine in left and other in unheard:
            book.settle(left.pop(mine), unheard.pop(other))
    for ring in left.values():
        book.settle(ring, None)
    for logged in unheard.values():
        book.take(logged)


def _apart(ours: Ring, theirs: LogRing) -> tuple[Seconds, Seconds]:
    """Of the beginnings and of the ends."""
    began, ended = ours.began_at - theirs.began_at, ours.ended_at - theirs.ended_at
    return abs(began - HALF_A_SECOND), abs(ended - HALF_A_SECOND)


def _counted_as(outcome: RingOutcome | None) -> str | None:
    return RINGS_COUNTED_AS.get(outcome, outcome.value) if outcome else None


def _is_in(at: Instant | None, gaps: Iterable[Gap], margin: Seconds = 0.0) -> bool:
    return at is not None and any(gap.has(at, margin) for gap in gaps)


def _spans(ring: Ring, gaps: Iterable[Gap]) -> bool:
    return any(ring.began_at <= gap.since and gap.until <= ring.ended_at for gap in gaps)
