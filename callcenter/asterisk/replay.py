"""Reads recorded AMI traffic back: a journal, or any capture of a socket, through the very way of the live link."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from msgspec import Struct, field

from callcenter.asterisk.intake import Intake, Sink
from callcenter.floor.events import AnyEvent, Instant
from callcenter.floor.facts import QueueVisit
from callcenter.floor.floor import Floor


class Reading(Struct):
    """What a replay read: `events` by our name, `unknown` by Asterisk's, `failures` by kind.

    The span is by the PBX's clock. `outcomes` counts the finished queue visits by queue and outcome.
    """

    messages: int = 0
    first_at: Instant = 0.0
    last_at: Instant = 0.0
    events: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    outcomes: dict[str, Counter[str]] = {}
    surprises: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values, the most frequent first."""
        counters = {name: dict(getattr(self, name).most_common()) for name in ("events", "unknown", "failures")}
        outcomes = {queue: dict(counts.most_common()) for queue, counts in sorted(self.outcomes.items())}
        return {
            "messages": self.messages,
            "first_at": self.first_at,
            "last_at": self.last_at,
            **counters,
            "outcomes": outcomes,
            "surprises": self.surprises,
        }


def replay(pieces: Iterable[bytes], pbx: str, sink: Sink) -> Reading:
    """Tells `sink` every event in the recorded bytes, in order. Raises NotAmi when they are something else."""
    reading = Reading()

    def count(event: AnyEvent) -> None:
        reading.events[type(event).__name__] += 1
        reading.first_at = reading.first_at or event.at
        reading.last_at = max(reading.last_at, event.at)
        sink(event)

    intake = Intake(pbx, count)
    for data in pieces:
        intake.feed(data)
    intake.reset()
    reading.messages = intake.messages
    reading.unknown.update({name.decode("utf-8", "replace"): n for name, n in intake.translator.unknown.items()})
    reading.failures = intake.failures
    return reading


def replay_on_floor(pieces: Iterable[bytes], pbx: str) -> Reading:
    """Replays on a floor of its own and counts the outcomes of the queue visits that ended."""
    floor = Floor()
    visits: dict[tuple[str, str, int], QueueVisit] = {}

    def apply(event: AnyEvent) -> None:
        for fact in floor.apply(event).facts:
            if isinstance(fact, QueueVisit):
                visits[fact.channel_id, fact.queue, fact.join] = fact

    reading = replay(pieces, pbx, apply)
    for visit in visits.values():
        reading.outcomes.setdefault(visit.queue, Counter())[visit.outcome.value] += 1
    reading.surprises = floor.surprises
    return reading
