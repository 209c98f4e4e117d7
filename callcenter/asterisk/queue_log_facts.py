"""queue_log → facts: the visits, rings, conversations and pauses that its lines tell of, in whole seconds.

The keys are those of the facts that are recorded live, where queue_log has them: a visit's is its channel, queue and
join; that of an answered ring and of a conversation is the agent's channel. queue_log numbers no other ring, so theirs
begin with `queue_log:`. What it does not know stays out: refusals at the door, holds, wrap-up, losers of ringall.
"""

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from msgspec import structs

from callcenter.asterisk import queue_log_places as places
from callcenter.asterisk.queue_log_lines import (
    NO_AGENT,
    AnyRecord,
    Completed,
    Connected,
    Entered,
    Left,
    MemberAdded,
    MemberRemoved,
    Paused,
    RingEnded,
    Started,
    Unpaused,
)
from callcenter.asterisk.queue_log_pauses import Pauses
from callcenter.asterisk.queue_log_places import Place
from callcenter.asterisk.queue_log_stay import Stay, StayFacts, add_ring, entered, leg_id, unknown, unseen
from callcenter.floor.events import DirectoryChanged, LoggedTalk
from callcenter.floor.facts import AnyFact, QueueVisit, RingOutcome, VisitOutcome
from callcenter.floor.terms import ChannelId, Instant

TalkKey = tuple[ChannelId, str, str]
"""Channel, queue and agent as written: a caller may be talking from one stay and be in another of the same queue."""

DAY = 86_400.0
"""So long a channel is remembered at least, to number its joins and to see that an abandoned caller lives on."""


class Joined(NamedTuple):
    """How often a channel has joined a queue, and when it did last."""

    times: int = 0
    at: Instant = 0.0


class Joins:
    """Counts the joins of a channel to a queue, and forgets channels that have not been heard of for a day or two."""

    def __init__(self) -> None:
        self._recent: dict[tuple[ChannelId, str], Joined] = {}
        self._older: dict[tuple[ChannelId, str], Joined] = {}

    def of(self, channel_id: ChannelId, queue: str) -> Joined:
        """What there was so far."""
        key = channel_id, queue
        return self._recent.get(key) or self._older.get(key) or Joined()

    def add(self, channel_id: ChannelId, queue: str, at: Instant) -> int:
        """One more; its number, from 1."""
        joined = self._recent[channel_id, queue] = Joined(self.of(channel_id, queue).times + 1, at)
        return joined.times

    def turn(self) -> None:
        """A day has passed."""
        self._older, self._recent = self._recent, {}

    def clear(self) -> None:
        """Asterisk started: its channels are new."""
        self._recent, self._older = {}, {}


class Talks:
    """The talks that go on. Asterisk may write two endings of one talk: the first counts."""

    def __init__(self, make: StayFacts) -> None:
        self._make = make
        self._open: dict[TalkKey, tuple[Stay, Connected]] = {}

    def begin(self, stay: Stay, record: Connected) -> list[AnyFact]:
        """A talk begins; one of the same call and agent, whose ending was not logged, is over."""
        key = record.channel_id, record.queue, record.agent
        facts = self._end(key, None, record.at)
        self._open[key] = stay, record
        return facts

    def end(self, record: Completed) -> list[AnyFact]:
        """The ending was logged. That of the same call and agent before this one comes late, and is longer."""
        key = self._key_of(record)
        begin = self._open[key][1] if key in self._open else None
        is_earlier = begin is not None and record.at - (record.talk_seconds or 0.0) < begin.at - 1
        return [] if is_earlier else self._end(key, record, record.at)

    def lose(self, before: Instant, ended_at: Instant | None = None) -> list[AnyFact]:
        """Ends what began before, then or in the second in which it began: its ending will not come."""
        lost = [(key, begin.at) for key, (_, begin) in self._open.items() if begin.at < before]
        return [fact for key, at in lost for fact in self._end(key, None, at if ended_at is None else ended_at)]

    def under_way(self) -> list[LoggedTalk]:
        """The talks that have no ending so far."""
        return [
            LoggedTalk(begin.channel_id, begin.queue, begin.agent, leg_id(begin), begin.at)
            for _, begin in self._open.values()
        ]

    def _key_of(self, end: Completed) -> TalkKey:
        """Asterisk may name a channel that nobody has heard of (a hidden one): then the agent, the time and the waiting
        tell."""
        key = end.channel_id, end.queue, end.agent
        if key in self._open or end.talk_seconds is None:
            return key
        began_at = end.at - end.talk_seconds
        near = (
            (begin.wait_seconds != end.wait_seconds, abs(begin.at - began_at), other)
            for other, (_, begin) in self._open.items()
            if other[1:] == key[1:] and abs(begin.at - began_at) <= 1.0
        )
        return min(near, default=(False, 0.0, key))[2]

    def _end(self, key: TalkKey, end: Completed | None, ended_at: Instant) -> list[AnyFact]:
        stay, begin = self._open.pop(key, (None, None))
        if stay is None or begin is None:
            return []
        return [self._make.conversation(stay, begin, ended_at, end)]


class QueueLogFacts:
    """Takes the records of one PBX in the order of time and gives the facts that each of them completes.

    `directory` says who sits where and which thresholds are stored with a visit. A caller whom somebody moved out of
    the line is logged as ABANDON like one who hung up; that the channel joins another queue afterwards tells, so facts
    of abandoned visits come up to a day (of the log) later, or at `settle`. `kept` are the places in a line of which is
    known that nobody took them over.
    """

    def __init__(self, pbx: str, directory: DirectoryChanged, kept: Collection[Place] = ()) -> None:
        self._make = StayFacts(pbx, directory.agents, directory.queues)
        self._joins = Joins()
        self._kept = kept
        self._waiting: dict[ChannelId, dict[str, Stay]] = {}
        self._unknown: dict[tuple[ChannelId, str], Stay] = {}
        self._talks = Talks(self._make)
        self._abandoned: dict[ChannelId, QueueVisit] = {}
        self._pauses = Pauses(pbx, self._make.agent_of, directory.pauses)
        self._heard_at: Instant = 0.0
        self._turned_at: Instant = 0.0

    def apply(self, record: AnyRecord) -> list[AnyFact]:
        """The facts that this record completes."""
        facts = self._turn(record.at) if record.at - self._turned_at > DAY else []
        if step := _STEPS.get(type(record)):
            facts += step(self, record)
        if record.at > self._heard_at:
            self._heard_at = record.at
        return facts

    def settle(self) -> list[AnyFact]:
        """The facts that were held back for what might have followed; call it once all records have been applied."""
        facts: list[AnyFact] = list(self._abandoned.values())
        self._abandoned.clear()
        return facts

    def talks(self) -> list[LoggedTalk]:
        """The talks that were under way at the last record."""
        return self._talks.under_way()

    def waiting(self) -> list[tuple[ChannelId, str]]:
        """The stays, as channel and queue, that had no ending at the last record."""
        return [(stay.channel_id, stay.queue) for stays in self._waiting.values() for stay in stays.values()]

    def rings(self) -> list[AnyFact]:
        """The rings so far of those who still wait; they come again with the visit."""
        stays = (stay for stays in self._waiting.values() for stay in stays.values())
        return [ring for stay in (*stays, *self._unknown.values()) for ring in self._make.rings(stay)]

    def finish(self) -> list[AnyFact]:
        """What can be said at the end of the log: callers without an ending are lost, until a longer log tells it.

        Their rings, talks that go on and agents who are still paused are left to that longer log.
        """
        stays = [stay for stays in self._waiting.values() for stay in stays.values()]
        lost: list[AnyFact] = [self._make.visit(stay, VisitOutcome.LOST, self._heard_at, None) for stay in stays]
        return self.settle() + lost

    def _turn(self, at: Instant) -> list[AnyFact]:
        """A day has passed: what began before it is forgotten, and lost if it is still open."""
        self._turned_at, before = at, at - DAY
        self._joins.turn()
        self._unknown.clear()
        old = [channel_id for channel_id, visit in self._abandoned.items() if visit.ended_at < before]
        facts: list[AnyFact] = [self._abandoned.pop(channel_id) for channel_id in old]
        return facts + self._lose(before)

    def _paused(self, record: AnyRecord) -> list[AnyFact]:
        return self._pauses.apply(record, self._heard_at)

    def _completed(self, record: Completed) -> list[AnyFact]:
        return self._talks.end(record)

    def _started(self, record: Started) -> list[AnyFact]:
        facts = self._paused(record) + self._lose_everything()
        self._joins.clear()
        self._unknown.clear()
        return facts

    def _entered(self, record: Entered) -> list[AnyFact]:
        facts: list[AnyFact] = []
        moved = self._abandoned.pop(record.channel_id, None)
        if moved is not None:
            facts.append(structs.replace(moved, outcome=VisitOutcome.WITHDRAWN))
        stays = self._waiting.setdefault(record.channel_id, {})
        if record.queue in stays:
            facts += self._lost(stays[record.queue], record.at)
        stays[record.queue] = entered(record, self._joins.add(record.channel_id, record.queue, record.at))
        return facts

    def _ring_ended(self, record: RingEnded) -> list[AnyFact]:
        """Its fact comes with the visit's."""
        stay = self._waiting.get(record.channel_id, {}).get(record.queue)
        add_ring(stay or self._unknown.setdefault((record.channel_id, record.queue), unknown(record)), record)
        return []

    def _connected(self, record: Connected) -> list[AnyFact]:
        stay = self._ended_stay(record)
        if stay is None:
            return []
        facts = self._talks.begin(stay, record)
        stay.rings[leg_id(record)] = record
        facts.append(self._make.visit(stay, VisitOutcome.ANSWERED, record.at, record))
        return facts + self._make.rings(stay)

    def _left(self, record: Left) -> list[AnyFact]:
        if record.agent != NO_AGENT:  # the caller hung up in the announcement: no RINGCANCELED tells of it
            self._ring_ended(RingEnded(record.at, *_who(record), RingOutcome.GIVEN_UP, 0.0))
        stay = self._ended_stay(record)
        if stay is None:
            return []
        is_abandoned = record.outcome is VisitOutcome.ABANDONED
        is_elsewhere = record.channel_id in self._waiting
        outcome = VisitOutcome.WITHDRAWN if is_abandoned and is_elsewhere else record.outcome
        visit = self._make.visit(stay, outcome, record.at, record)
        if outcome is VisitOutcome.ABANDONED:
            self._abandoned[record.channel_id] = visit
            return self._make.rings(stay)
        return [visit, *self._make.rings(stay)]

    def _ended_stay(self, record: Connected | Left) -> Stay | None:
        """The stay that a record ends; one that began before the log; None for one that has ended before."""
        stay = self._taken(record.channel_id, record.queue)
        if stay is not None:
            return stay
        joined = self._joins.of(record.channel_id, record.queue)
        place = self._place_taken(record)
        others_off = places.off(record, place.joined_at) if place else places.SAME_JOIN_SECONDS
        if joined.times and places.off(record, joined.at) <= others_off:
            return None
        stay = self._taken(place.channel_id, place.queue) if place else None
        if stay is None and not joined.times:
            joined_at = places.joined_at(record)
            stay = unseen(record, self._joins.add(record.channel_id, record.queue, joined_at))
        if stay is not None:
            stay.moved_in = self._unknown.pop((record.channel_id, record.queue), None)
        return stay

    def _place_taken(self, record: Connected | Left) -> Place | None:
        here = (stays[record.queue] for stays in self._waiting.values() if record.queue in stays)
        line = (Place(stay.channel_id, stay.queue, stay.joined_at, stay.position) for stay in here)
        return places.taken_over(record, (place for place in line if place not in self._kept))

    def _lost(self, stay: Stay, at: Instant) -> list[AnyFact]:
        return [self._make.visit(stay, VisitOutcome.LOST, at, None), *self._make.rings(stay)]

    def _lose(self, before: Instant) -> list[AnyFact]:
        """Ends what began so long ago that its ending will not come; it may have ended in the same second."""
        facts = self._talks.lose(before)
        for stay in [stay for stays in self._waiting.values() for stay in stays.values() if stay.joined_at < before]:
            facts += self._lost(self._taken(stay.channel_id, stay.queue) or stay, stay.joined_at)
        return facts

    def _taken(self, channel_id: ChannelId, queue: str) -> Stay | None:
        """Takes a stay out of the line."""
        stays = self._waiting.get(channel_id, {})
        stay = stays.pop(queue, None)
        if stay is not None and not stays:
            del self._waiting[channel_id]
        return stay

    def _lose_everything(self) -> list[AnyFact]:
        """Ends what is open at the last moment that the log tells of."""
        facts = self.settle()
        for stays in self._waiting.values():
            for stay in stays.values():
                facts += self._lost(stay, self._heard_at)
        for stay in self._unknown.values():  # who had taken a place over is lost under the one who joined
            facts += self._make.rings(stay)
        facts += self._talks.lose(float("inf"), self._heard_at)
        self._waiting.clear()
        return facts


def _who(record: Left) -> tuple[ChannelId, str, str]:
    return record.channel_id, record.queue, record.agent


_STEPS: dict[type[AnyRecord], Callable[[QueueLogFacts, Any], list[AnyFact]]] = {
    Started: QueueLogFacts._started,
    Entered: QueueLogFacts._entered,
    RingEnded: QueueLogFacts._ring_ended,
    Connected: QueueLogFacts._connected,
    Completed: QueueLogFacts._completed,
    Left: QueueLogFacts._left,
    MemberAdded: QueueLogFacts._paused,
    MemberRemoved: QueueLogFacts._paused,
    Paused: QueueLogFacts._paused,
    Unpaused: QueueLogFacts._paused,
}
