"""How one rule stands with one subject: quiet, about to be raised, raised, about to be cleared. Pure.

The pauses before raising and clearing and the margin of coming back keep an alert from flapping.
"""

from enum import StrEnum
from typing import NamedTuple

from callcenter.alerts.kinds import Compares, Reading
from callcenter.floor.terms import Instant, Seconds


class Phase(StrEnum):
    """Where a rule is with a subject; `pending` and `clearing` last a while before they become the next."""

    QUIET = "quiet"
    PENDING = "pending"
    RAISED = "raised"
    CLEARING = "clearing"


class Bounds(NamedTuple):
    """What a reading is held against, with the pauses."""

    compares: Compares
    threshold: float
    clear_margin: float = 0.0
    raise_after: Seconds = 0.0
    clear_after: Seconds = 0.0

    def is_beyond(self, value: float, margin: float = 0.0) -> bool:
        """Whether a value is beyond the threshold, or not back from it by the margin."""
        if self.compares is Compares.UNDER:
            return value < self.threshold + margin
        if self.compares is Compares.OVER:
            return value > self.threshold - margin
        return value >= self.threshold - margin - 1e-6


class Verdict(NamedTuple):
    """The phase, since when it lasts, and when it must be looked at again though nothing happens."""

    phase: Phase
    at: Instant = 0.0
    look_at: Instant | None = None


def judge(phase: Phase, at: Instant, reading: Reading | None, bounds: Bounds, now: Instant) -> Verdict:
    """Where a rule stands now, having been in `phase` since `at`; no reading means that there is nothing to see."""
    if phase in (Phase.QUIET, Phase.PENDING):
        return _from_quiet(at if phase is Phase.PENDING else None, reading, bounds, now)
    if reading is not None and bounds.is_beyond(reading.at(now), bounds.clear_margin):
        return Verdict(Phase.RAISED, at if phase is Phase.RAISED else now, reading.next_at)
    came_back_at = at if phase is Phase.CLEARING else now
    if now < came_back_at + bounds.clear_after:
        return Verdict(Phase.CLEARING, came_back_at, came_back_at + bounds.clear_after)
    return Verdict(Phase.QUIET, now, _crosses_at(reading, bounds, now))


def _from_quiet(pending_at: Instant | None, reading: Reading | None, bounds: Bounds, now: Instant) -> Verdict:
    crosses_at = _crosses_at(reading, bounds, now)
    if reading is None or crosses_at is None or crosses_at > now:
        return Verdict(Phase.QUIET, now, crosses_at)
    true_since = min(crosses_at, now) if pending_at is None else pending_at
    raises_at = true_since + bounds.raise_after
    if now >= raises_at:
        return Verdict(Phase.RAISED, now, reading.next_at)
    return Verdict(Phase.PENDING, true_since, raises_at)


def _crosses_at(reading: Reading | None, bounds: Bounds, now: Instant) -> Instant | None:
    """When a reading is beyond its threshold, or changes, by itself; `now` for a value that is beyond it."""
    if reading is None:
        return None
    if reading.since is not None:
        return reading.since + bounds.threshold
    # A sum of instants may miss the threshold by a rounding error: hence the millionth in `is_beyond`.
    return now if bounds.is_beyond(reading.value) else reading.next_at
