"""What a stretch of time comes to: queue visits with the talks that came of them, by queue and by agent.

Pure sums over what is over and what still goes on; Asterisk's own account (queue_log) is summed up by the same rules.
"""

from collections.abc import Iterable
from typing import Any, Self

from msgspec import Struct, field, structs

from callcenter.floor.facts import EndedBy, VisitOutcome
from callcenter.floor.terms import ChannelId, Instant, Seconds

REFUSALS = frozenset({VisitOutcome.REFUSED_EMPTY, VisitOutcome.REFUSED_FULL})


class QueueTalk(Struct, kw_only=True):
    """The talk that came of a visit. `seconds` includes hold, as queue_log counts it.

    `ended_by` is None where nobody saw it end: how long it was is not known then, and it is not counted.
    """

    seconds: Seconds
    hold_seconds: Seconds = 0.0
    ended_by: EndedBy | None
    ended_at: Instant


class QueueCall(Struct, kw_only=True):
    """One queue visit and its talk. `outcome` None: the caller waits still; answered without `talk`: they talk still.

    `agent` is the member's name; `left_at` is the end of the wait. `is_over` is set where no talk will ever be seen.
    `holder_id` is another channel that had taken the place of `channel_id` by the end, where there was one.
    """

    channel_id: ChannelId
    queue: str
    joined_at: Instant
    outcome: VisitOutcome | None = None
    left_at: Instant | None = None
    wait_seconds: Seconds = 0.0
    agent: str = ""
    interface: str = ""
    talk: QueueTalk | None = None
    is_over: bool = False
    holder_id: ChannelId = ChannelId("")

    @property
    def is_talking(self) -> bool:
        """Whether the two talk still."""
        return self.outcome is VisitOutcome.ANSWERED and self.talk is None and not self.is_over


class QueueTally(Struct):
    """What the visits to one queue, or to all, come to. offered = answered + every other end but refused + waiting."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    abandoned_short: int = 0
    timed_out: int = 0
    left_by_key: int = 0
    left_when_empty: int = 0
    withdrawn: int = 0
    refused: int = 0
    lost: int = 0
    answered_within: int = 0
    wait_answered_seconds: Seconds = 0.0
    completed_by_agent: int = 0
    completed_by_caller: int = 0
    transferred: int = 0
    talk_seconds: Seconds = 0.0
    hold_seconds: Seconds = 0.0
    waiting_now: int = 0
    talking_now: int = 0


class PauseTally(Struct):
    """How often and how long an agent paused for one reason."""

    count: int = 0
    seconds: Seconds = 0.0


class AgentTally(Struct):
    """What one agent did in queues. `not_answered`: the ring ran out or was rejected, as RINGNOANSWER has it.

    `rings` may have been up to `rings_unheard` more: a colleague answered them when nothing was heard, and queue_log
    tells only of the one who did.
    """

    rings: int = 0
    rings_unheard: int = 0
    answered: int = 0
    not_answered: int = 0
    given_up: int = 0
    talk_seconds: Seconds = 0.0
    hold_seconds: Seconds = 0.0
    wrap_up_seconds: Seconds = 0.0
    pauses: dict[str, PauseTally] = field(default_factory=dict)
    signed_in_seconds: Seconds = 0.0


class Thresholds(Struct, frozen=True):
    """Answered within the service level counts; an abandon below the other is short. Seconds."""

    service_level_seconds: Seconds = 20.0
    short_abandon_seconds: Seconds = 5.0


_COUNTED_AS = {
    VisitOutcome.ANSWERED: "answered",
    VisitOutcome.ABANDONED: "abandoned",
    VisitOutcome.TIMED_OUT: "timed_out",
    VisitOutcome.LEFT_BY_KEY: "left_by_key",
    VisitOutcome.CALLBACK_REQUESTED: "left_by_key",
    VisitOutcome.LEFT_WHEN_EMPTY: "left_when_empty",
    VisitOutcome.WITHDRAWN: "withdrawn",
    VisitOutcome.REFUSED_EMPTY: "refused",
    VisitOutcome.REFUSED_FULL: "refused",
    VisitOutcome.LOST: "lost",
    None: "waiting_now",
}

_TALKS_COUNTED_AS = {
    EndedBy.AGENT: "completed_by_agent",
    EndedBy.CALLER: "completed_by_caller",
    EndedBy.TRANSFER: "transferred",
    # Ended by neither phone but by AMI or the dialplan: queue_log calls that COMPLETECALLER.
    EndedBy.UNKNOWN: "completed_by_caller",
}


class Tallies:
    """All visits, and those of each queue by its name. A refusal whose queue nobody named is in the former only."""

    def __init__(self, thresholds: Thresholds) -> None:
        self.totals = QueueTally()
        self.queues: dict[str, QueueTally] = {}
        self._thresholds = thresholds

    def add(self, calls: Iterable[QueueCall]) -> Self:
        """Counts these, too."""
        for call in calls:
            _add(self.totals, call, self._thresholds)
            if call.queue:
                _add(self.queues.setdefault(call.queue, QueueTally()), call, self._thresholds)
        return self


def _add(into: QueueTally, call: QueueCall, thresholds: Thresholds) -> None:
    into.offered += call.outcome not in REFUSALS
    _one_more(into, _COUNTED_AS[call.outcome])
    if call.outcome is VisitOutcome.ABANDONED:
        into.abandoned_short += call.wait_seconds < thresholds.short_abandon_seconds
    if call.outcome is VisitOutcome.ANSWERED:
        into.answered_within += call.wait_seconds <= thresholds.service_level_seconds
        into.wait_answered_seconds += call.wait_seconds
        into.talking_now += call.is_talking
    if call.talk is not None and call.talk.ended_by is not None:
        into.talk_seconds += call.talk.seconds
        into.hold_seconds += call.talk.hold_seconds
        _one_more(into, _TALKS_COUNTED_AS[call.talk.ended_by])


def _one_more(into: QueueTally, name: str) -> None:
    setattr(into, name, getattr(into, name) + 1)


def tell(value: Struct) -> dict[str, Any]:
    """A tally as plain values; seconds to the millisecond."""
    return {name: _plain(item) for name, item in structs.asdict(value).items()}


def _plain(item: Any) -> Any:
    if isinstance(item, float):
        return round(item, 3)
    if isinstance(item, dict):
        return {key: tell(inner) for key, inner in sorted(item.items())}
    return item
