"""The books in which a gap is settled: what was concluded, what was told before, and what is told now."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from msgspec.structs import replace

from callcenter.floor.changes import Changes
from callcenter.floor.events import GapSettled
from callcenter.floor.facts import AnyFact, CallRecord, Conversation, EndedBy, QueueVisit, Ring, VisitOutcome
from callcenter.floor.gap import OpenGap
from callcenter.floor.seat import Seat
from callcenter.floor.site import Site
from callcenter.floor.terms import CallId, ChannelId

TOLERANCE_SECONDS = 2.5
"""Whole seconds on one side; on the other the waiting time that a survey tells, which are whole seconds too."""

StayKey = tuple[ChannelId, str]
"""Channel and queue."""

Kept = TypeVar("Kept", QueueVisit, Ring, Conversation)


def stay_of(fact: QueueVisit | Ring) -> StayKey:
    """The channel and queue of a visit or ring."""
    return fact.channel_id, fact.queue


@dataclass(slots=True)
class Known:
    """Facts by what they have in common with those of queue_log."""

    visits: dict[StayKey, list[QueueVisit]] = field(default_factory=dict)
    rings: dict[StayKey, list[Ring]] = field(default_factory=dict)
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
                case Conversation():
                    self.talks.append(fact)
                case CallRecord():
                    self.calls.append(fact)
        return self


class Settlement:
    """One gap. `concluded` facts are told once, as queue_log has them or as they are; `told` were told before."""

    def __init__(self, site: Site, gap: OpenGap, event: GapSettled, changes: Changes) -> None:
        self.site, self.gap, self.event, self.changes = site, gap, event, changes
        self.concluded = Known().add(gap.unsettled)
        self.told = Known().add(site.told)
        self.telling = Known()
        self.logged_legs = {fact.leg_id for fact in event.facts if isinstance(fact, Conversation)}
        self.logged_legs |= {talk.leg_id for talk in event.talks}
        self.logged_calls = {(fact.call_id, fact.queue) for fact in event.facts if isinstance(fact, Conversation)}
        self.logged_calls |= {(CallId(talk.channel_id), talk.queue) for talk in event.talks}
        self.logged_stays = {stay_of(fact) for fact in event.facts if isinstance(fact, QueueVisit)}
        self.logged_stays |= set(event.waiting)
        self.recovered: set[CallId] = set()
        self.lost: set[CallId] = set()
        self._seats: dict[tuple[str, str], tuple[str, str, str]] = {}

    def tell(self, fact: QueueVisit | Ring | Conversation) -> None:
        """Tells a fact, and counts its call as recovered or lost."""
        self.telling.add((fact,))
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
        seat = self.site.seats.get(theirs.interface.lower()) or self.seat_named(theirs.queue, theirs.agent_name)
        if seat is None:
            return theirs.interface, theirs.agent_number, theirs.agent_name
        return seat.interface, seat.agent_number or theirs.agent_number, seat.agent_name or theirs.agent_name

    def seat_named(self, queue_name: str, name: str) -> Seat | None:
        """The seat of the member of this name; of one who has signed out, that of the agent."""
        queue = self.site.queues.get(queue_name)
        members = [(seat, seat.members[queue_name].name) for seat in queue.seats.values()] if queue else []
        by_name = (seat for seat, member in members if name in (member, seat.agent_name))
        signed_out = (seat for seat in self.site.seats.values() if seat.agent_name == name)
        return next(by_name, None) or next(signed_out, None)
