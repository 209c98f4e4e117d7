"""What a queue_log alone tells of the visits to queues: read in code that shares nothing with the floor."""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from callcenter.asterisk.queue_log_lines import (
    NO_AGENT,
    AnyRecord,
    Completed,
    Connected,
    Entered,
    Left,
    Record,
    RingEnded,
    Started,
)
from callcenter.asterisk.queue_log_places import Place, joined_at, kept, taken_over
from callcenter.floor.facts import RingOutcome, VisitOutcome
from callcenter.floor.tally import QueueCall, QueueTalk
from callcenter.floor.terms import ChannelId, Instant, Seconds

Stay = tuple[ChannelId, str]


class LogRing(Struct, frozen=True):
    """A ring, as far as queue_log tells: the losers of ringall are not in it. `agent` as the line names it.

    `joined_at` is when its caller joined, None where that line is missing. Without an `outcome` the agent hung up in
    the announcement (AGENTDUMP), which is neither an answer nor RINGNOANSWER.
    """

    channel_id: ChannelId
    queue: str
    agent: str
    joined_at: Instant | None
    began_at: Instant
    ended_at: Instant
    outcome: RingOutcome | None


class LogCalls:
    """The visits that the lines tell of, in the order in which they were first heard of.

    A visit whose beginning is before the file is known by its end; instants that no line has follow from its seconds.
    """

    def __init__(self, records: Iterable[AnyRecord]) -> None:
        self.calls: list[QueueCall] = []
        self.rings: list[LogRing] = []
        """By their ends."""
        self.moments: list[Instant] = []
        """When something happened to a caller or a ring."""
        self.starts: list[Instant] = []
        """When Asterisk started."""
        self.first_at: Instant = 0.0
        self._waiting: dict[Stay, QueueCall] = {}
        self._places: dict[Stay, Place] = {}
        self._talking: dict[Stay, list[QueueCall]] = {}
        self._completed_at: dict[Stay, Instant] = {}
        lines = list(records)
        self._kept = kept(lines)
        for record in lines:
            self.first_at = self.first_at or record.at
            step = _STEPS.get(type(record))
            if step is not None:
                step(self, record)
                self.moments.append(record.at)

    def _begin(self, record: Record, joined_at: Instant) -> QueueCall:
        call = QueueCall(channel_id=record.channel_id, queue=record.queue, joined_at=joined_at)
        self.calls.append(call)
        return call

    def _entered(self, record: Entered) -> None:
        stay = record.channel_id, record.queue
        self._waiting[stay] = self._begin(record, record.at)
        self._places[stay] = Place(*stay, record.at, record.position)

    def _left(self, record: Left) -> None:
        call = self._end_wait(record, record.outcome)
        if record.agent != NO_AGENT:  # the caller left in the announcement: no RINGCANCELED tells of it
            self._ring(record, call, 0.0, RingOutcome.GIVEN_UP)

    def _end_wait(self, record: Connected | Left, outcome: VisitOutcome) -> QueueCall:
        call = self._waiting.pop((record.channel_id, record.queue), None) or self._taken_over(record)
        call = call or self._begin(record, joined_at(record))
        call.outcome, call.left_at = outcome, record.at
        call.wait_seconds = record.at - call.joined_at if record.wait_seconds is None else record.wait_seconds
        return call

    def _taken_over(self, record: Connected | Left) -> QueueCall | None:
        """The stay in whose place an attended transfer put this channel: it joined then, under another id."""
        line = (place for place in map(self._places.__getitem__, self._waiting) if place.queue == record.queue)
        place = taken_over(record, (place for place in line if place not in self._kept))
        if place is None:
            return None
        call = self._waiting.pop((place.channel_id, place.queue))
        call.holder_id = record.channel_id
        return call

    def _connected(self, record: Connected) -> None:
        call = self._end_wait(record, VisitOutcome.ANSWERED)
        call.agent = record.agent
        self._ring(record, call, record.ring_seconds, RingOutcome.ANSWERED)
        self._talking.setdefault((record.channel_id, record.queue), []).append(call)

    def _completed(self, record: Completed) -> None:
        stay = (record.channel_id, record.queue)
        call = self._talk_of(record)
        if call is None:
            if record.at - self._completed_at.get(stay, 0.0) <= 1:
                return  # an attended transfer into another queue's call may end its visit twice
            call = self._unseen(record)
        seconds = record.talk_seconds
        call.talk = QueueTalk(
            seconds=record.at - (call.left_at or record.at) if seconds is None else seconds,
            ended_by=record.ended_by,
            ended_at=record.at,
        )
        if call.channel_id != record.channel_id:
            call.holder_id = record.channel_id
        self._completed_at[stay] = record.at

    def _talk_of(self, record: Completed) -> QueueCall | None:
        """The talk that ended: by its caller, or the agent's that began then if another channel took its place.

        Of a caller who was moved back into a queue two talks end at once.
        """
        stay = (record.channel_id, record.queue)
        began_at = record.at - (record.talk_seconds or 0.0)
        if stay not in self._talking:
            if stay in self._completed_at:
                return None
            agents = [(key, calls[0]) for key, calls in self._talking.items() if key[1] == record.queue]
            agents = [(key, call) for key, call in agents if call.agent == record.agent]
            stay, _ = min(agents, key=lambda one: abs((one[1].left_at or 0.0) - began_at), default=(stay, None))
        calls = self._talking.get(stay)
        if not calls:
            return None
        call = min(calls, key=lambda one: abs((one.left_at or 0.0) - began_at)) if record.talk_seconds else calls[0]
        calls.remove(call)
        if not calls:
            del self._talking[stay]
        return call

    def _unseen(self, record: Completed) -> QueueCall:
        left_at = record.at - (record.talk_seconds or 0.0)
        call = self._begin(record, left_at - (record.wait_seconds or 0.0))
        call.outcome, call.left_at, call.agent = VisitOutcome.ANSWERED, left_at, record.agent
        call.wait_seconds = record.wait_seconds or 0.0
        return call

    def _started(self, record: Started) -> None:
        self.starts.append(record.at)
        for call in self._waiting.values():
            call.outcome, call.left_at = VisitOutcome.LOST, record.at
        for calls in self._talking.values():
            for call in calls:
                call.is_over = True
        self._waiting, self._talking = {}, {}

    def _ring_ended(self, record: RingEnded) -> None:
        call = self._waiting.get((record.channel_id, record.queue))
        outcome = None if record.outcome is RingOutcome.REJECTED else record.outcome
        self._ring(record, call, record.ring_seconds, outcome)

    def _ring(self, record: Record, call: QueueCall | None, seconds: Seconds, outcome: RingOutcome | None) -> None:
        joined_at, ended_at = call.joined_at if call else None, record.at
        began_at = ended_at - seconds
        ring = LogRing(record.channel_id, record.queue, record.agent, joined_at, began_at, ended_at, outcome)
        self.rings.append(ring)


_STEPS: dict[type[AnyRecord], Callable[[LogCalls, Any], None]] = {
    Started: LogCalls._started,
    Entered: LogCalls._entered,
    Left: LogCalls._left,
    Connected: LogCalls._connected,
    Completed: LogCalls._completed,
    RingEnded: LogCalls._ring_ended,
}
