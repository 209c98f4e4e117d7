"""The books in which a gap is settled: what was concluded, what was told before, and what is told now."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from msgspec.structs import replace

from callcenter.floor.changes import Changes
from callcenter.floor.events import GapSettled
from callcenter.floor.facts import AnyFact, CallRecord, Conversation, EndedBy, QueueVisit, Ring, VisitOutcome
from callcenter.floor.gap import OpenGap
from callcenter.floor.matching import HALF_A_SECOND
from callcenter.floor.queue import RingUnderWay, Visit
from callcenter.floor.seat import Seat
from callcenter.floor.site import Site
from callcenter.floor.terms import CallId, ChannelId

TOLERANCE_SECONDS = 2.5
"""Whole seconds on one side; on the other the waiting time that a survey tells, which are whole seconds too."""

TAKEN_OVER_SECONDS = 1 + HALF_A_SECOND
"""When a place was taken in the line, by a survey and by the middle of a whole second."""

StayKey = tuple[ChannelId, str]
"""Channel and queue."""

Kept = TypeVar("Kept", QueueVisit, Ring, Conversation)
OfAStay = TypeVar("OfAStay", QueueVisit, Visit, RingUnderWay)


def stay_of(one: QueueVisit | Visit | Ring | RingUnderWay) -> StayKey:
    """The channel and queue of a visit or ring."""
    return one.channel_id, one.queue


def _by_stay(ones: Iterable[OfAStay]) -> dict[StayKey, list[OfAStay]]:
    found: dict[StayKey, list[OfAStay]] = {}
    for one in ones:
        found.setdefault(stay_of(one), []).append(one)
    return found


@dataclass(slots=True)
class Known:
    """Facts by what they have in common with those of queue_log."""

    visits: dict[StayKey, list[QueueVisit]] = field(default_factory=dict)
    rings: dict[StayKey, list[Ring]] = field(default_factory=dict)
    ring_by_id: dict[ChannelId, Ring] = field(default_factory=dict)
    talks: list[Conversation] = field(default_factory=list)
    calls: list[CallRecord] = field(default_factory=list)

    def add(self, facts: Iterable[AnyFact]) -> "Known":
        """Takes facts in."""
        for fact in facts:
            match fact:
                case QueueVisit():
                    self.visits.setdefault(stay_of(fact), []).append(fact)
                case Ring():
                    self.rings.setdefault(stay_of(fact), []).append(fact)
                    self.ring_by_id[fact.ring_id] = fact
                case Conversation():
                    self.talks.append(fact)
                case CallRecord():
                    self.calls.append(fact)
        return self

    def take_ring(self, ring: Ring) -> None:
        """Takes a ring out."""
        self.rings[stay_of(ring)].remove(ring)
        self.ring_by_id.pop(ring.ring_id, None)


class Settlement:
    """One gap. `concluded` facts are told once, as queue_log has them or as they are; `told` were told before.

    There may be thousands of each, and the floor stands still meanwhile: what is looked for is looked up.
    """

    def __init__(self, site: Site, gap: OpenGap, event: GapSettled, changes: Changes) -> None:
        self.site, self.gap, self.event, self.changes = site, gap, event, changes
        self.concluded = Known().add(gap.unsettled)
        self.told = Known().add(site.told)
        self.telling = Known()
        self.open_visits = _by_stay(site.visits.values())
        self.open_rings = _by_stay(site.rings.values())
        self.open_ring_by_id = {ring.ring_id: ring for ring in site.rings.values()}
        self.logged_legs = {fact.leg_id for fact in event.facts if isinstance(fact, Conversation)}
        self.logged_legs |= {talk.leg_id for talk in event.talks}
        self.logged_calls = {(fact.call_id, fact.queue) for fact in event.facts if isinstance(fact, Conversation)}
        self.logged_calls |= {(CallId(talk.channel_id), talk.queue) for talk in event.talks}
        self.waiting = set(event.waiting)
        self._logged_stays = _by_stay(fact for fact in event.facts if isinstance(fact, QueueVisit))
        self.unlogged_stays = self._find_unlogged()
        self.recovered: set[CallId] = set()
        self.lost: set[CallId] = set()
        self._joins: dict[StayKey, int] = {}
        self._seats: dict[tuple[str, str], tuple[str, str, str]] = {}
        self._seats_named: dict[tuple[str, str], Seat | None] = {}
        for fact in (*gap.unsettled, *site.told):
            self._count_join(fact)

    def _find_unlogged(self) -> list[StayKey]:
        known = dict.fromkeys((*self.concluded.visits, *self.told.visits, *self.open_visits))
        return [stay for stay in known if any(map(self.is_unlogged, self.stays(stay)))]

    def is_unlogged(self, one: QueueVisit | Visit) -> bool:
        """Whether it began under a channel of whose joining queue_log knows nothing: in this gap, or in one before it
        that did not see its end."""
        stay = stay_of(one)
        is_told = isinstance(one, QueueVisit) and one in self.told.visits.get(stay, ())
        since = self.gap.since - 1 if is_told else 0.0
        if stay in self.waiting or not since <= one.joined_at <= self.event.until:
            return False
        logged = (theirs.joined_at + HALF_A_SECOND for theirs in self._logged_stays.get(stay, ()))
        return all(abs(one.joined_at - at) > TAKEN_OVER_SECONDS for at in logged)

    def stays(self, stay: StayKey) -> list[QueueVisit | Visit]:
        """What is known of the stays of one channel in one queue."""
        ended = (*self.concluded.visits.get(stay, ()), *self.told.visits.get(stay, ()))
        return [*ended, *self.open_visits.get(stay, ())]

    def take_open_ring(self, ring: RingUnderWay) -> None:
        """Takes a ring out of those that go on."""
        self.open_rings[stay_of(ring)].remove(ring)
        self.open_ring_by_id.pop(ring.ring_id, None)

    def joins(self, stay: StayKey) -> int:
        """How often this channel has joined this queue, as far as its facts tell."""
        return self._joins.get(stay, 0)

    def _count_join(self, fact: AnyFact) -> None:
        if isinstance(fact, QueueVisit):
            self._joins[stay_of(fact)] = max(fact.join, self.joins(stay_of(fact)))

    def tell(self, fact: QueueVisit | Ring | Conversation) -> None:
        """Tells a fact, and counts its call as recovered or lost."""
        self.telling.add((fact,))
        self._count_join(fact)
        self.changes.facts.append(fact)
        self.count(fact)

    def count(self, fact: AnyFact) -> None:
        """A call that is over is lost if nobody knows how its stay or its talk ended."""
        if isinstance(fact, QueueVisit):
            (self.lost if fact.outcome is VisitOutcome.LOST else self.recovered).add(fact.call_id)
        elif isinstance(fact, Conversation) and fact.is_certain:
            self.recovered.add(fact.call_id)
        elif isinstance(fact, Conversation) and fact.ended_by is EndedBy.UNKNOWN:
            self.lost |= {fact.call_id} - self.site.calls.keys()

    def named(self, theirs: Kept) -> Kept:
        """queue_log names a member: the fact is of the seat of that member."""
        if not theirs.interface:
            return theirs
        key = theirs.queue, theirs.interface
        if key not in self._seats:
            self._seats[key] = self._seat_of(theirs)
        interface, number, name = self._seats[key]
        return replace(theirs, interface=interface, agent_number=number, agent_name=name)

    def _seat_of(self, theirs: QueueVisit | Ring | Conversation) -> tuple[str, str, str]:
        by_name = self.seat_named(theirs.queue, theirs.agent_name)
        at_desk = by_name if by_name is not None and by_name.desk is not None else None
        seat = at_desk or self.site.seats.get(theirs.interface.lower()) or by_name
        if seat is None:
            return theirs.interface, theirs.agent_number, theirs.agent_name
        if seat.desk is not None:  # where another agent may sit by now
            return seat.interface, theirs.agent_number, theirs.agent_name
        return seat.interface, seat.agent_number or theirs.agent_number, seat.agent_name or theirs.agent_name

    def seat_named(self, queue_name: str, name: str) -> Seat | None:
        """The seat of the member of this name; of one who has signed out, the desk phone where that was, or his own."""
        key = queue_name, name
        if key not in self._seats_named:
            self._seats_named[key] = self._find_seat(queue_name, name)
        return self._seats_named[key]

    def _find_seat(self, queue_name: str, name: str) -> Seat | None:
        queue = self.site.queues.get(queue_name)
        members = [(seat, seat.members[queue_name].name) for seat in queue.seats.values()] if queue else []
        by_name = (seat for seat, member in members if name in (member, seat.agent_name))
        signed_out = (seat for seat in self.site.seats.values() if seat.agent_name == name)
        desk = self.site.seats.get(self.site.sat_last.get(name, "").lower())
        return next(by_name, None) or desk or next(signed_out, None)
