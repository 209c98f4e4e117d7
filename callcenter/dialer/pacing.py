"""How many calls to place: one for each free seat, or as many as keep abandoned calls under a target. Pure.

The model of predictive pacing. Of `n` calls in the air that nobody has answered, X ~ Binomial(n, p) are going to be
answered by people. By then S = f + Y seats are free: f are now, and of the b busy ones Y ~ Binomial(b, q) get free
while it rings, q = ring ÷ handling time. Calls beyond the free seats, D = X − S, are abandoned. With D taken as normal
(mean μ, deviation σ, z = μ/σ) the expected number of them is the unit loss E[D⁺] = σ(φ(z) + zΦ(z)) of inventory theory
(P. Zipkin, Foundations of Inventory Management, 2000, C.2; on predicting free agents and answers: D. Samuelson,
Predictive Dialing for Outbound Telephone Call Centers, Interfaces 29(5), 1999). The largest n is taken that keeps both
promises:

* on average: E[D⁺] ≤ aim · n·p, with the aim a part of the target, so that there is something left for bad luck;
* always: μ + kσ ≤ B, where B = ⌊target · answered − abandoned⌋ of the rolling window is how many more abandoned
  calls the target allows. Where B < 1 nothing is risked: one call for each free seat.
"""

from collections import deque
from math import erf, exp, floor, pi, sqrt

from msgspec import Struct

from callcenter.floor.events import Instant, Seconds

AIM = 0.7
"""The part of the target that is aimed at on average."""

CAUTION = 3.0
"""k: how many deviations from the mean the abandoned calls of the moment may be without breaking the target."""

MOST_LINES_A_SEAT = 6
"""However few answer: a spell of wrong numbers must not let hundreds of calls out."""

CALLS_KNOWN = 400
"""From the newest so many calls the answering rate and the times are learned."""


def calls_to_place(free_seats: int, in_air: int) -> int:
    """Progressive: every call in the air has a free seat that waits for it."""
    return max(0, free_seats - in_air)


class Seating(Struct, frozen=True):
    """The seats of a queue: `free` ones, less those kept for callers, and `busy` ones that will come back."""

    free: int
    busy: int = 0


class Habits(Struct, frozen=True):
    """What calls were like lately: the share that people answered, how long it rang until then and handling took."""

    answer_rate: float
    ring_seconds: Seconds
    handle_seconds: Seconds

    def freeing(self) -> float:
        """The share of busy seats that get free while it rings."""
        return min(1.0, self.ring_seconds / self.handle_seconds) if self.handle_seconds > 0 else 0.0


class Record(Struct, frozen=True):
    """The rolling window: calls that people answered, and those of them for whom no agent was there in time."""

    answered: int
    abandoned: int

    @property
    def abandon_rate(self) -> float:
        """Abandoned ÷ answered by people."""
        return self.abandoned / self.answered if self.answered else 0.0

    def budget(self, target: float) -> int:
        """How many more abandoned calls the target allows."""
        return floor(target * self.answered - self.abandoned + 1e-9)


def lines(seating: Seating, habits: Habits, record: Record, target: float) -> int:
    """Predictive: how many calls without a seat may be in the air, never fewer than there are free seats."""
    budget = record.budget(target)
    most = MOST_LINES_A_SEAT * (seating.free + seating.busy)
    if budget < 1 or not habits.answer_rate:
        return seating.free
    low, high = seating.free, max(most, seating.free)
    while low < high:
        middle = (low + high + 1) // 2
        if _is_safe(middle, seating, habits, budget, AIM * target):
            low = middle
        else:
            high = middle - 1
    return low


def _is_safe(calls: int, seating: Seating, habits: Habits, budget: int, aim: float) -> bool:
    p, q = habits.answer_rate, habits.freeing()
    mean = calls * p - seating.free - seating.busy * q
    deviation = sqrt(calls * p * (1 - p) + seating.busy * q * (1 - q))
    if mean + CAUTION * deviation > budget and calls > seating.free:
        return False
    return unit_loss(mean, deviation) <= aim * calls * p


def unit_loss(mean: float, deviation: float) -> float:
    """E[max(D, 0)] of a normal D."""
    if deviation <= 0:
        return max(0.0, mean)
    z = mean / deviation
    density = exp(-z * z / 2) / sqrt(2 * pi)
    below = (1 + erf(z / sqrt(2))) / 2
    return deviation * (density + z * below)


class Bucket:
    """At most so many calls a second: a call takes one of the drops, which come back at that rate, at most a second's.

    0 means without limit.
    """

    def __init__(self, per_second: float) -> None:
        self._rate, self._drops, self._at = per_second, max(1.0, per_second), 0.0

    def take(self, now: Instant) -> bool:
        """Takes a drop if there is one."""
        if not self._rate:
            return True
        self._drops = min(max(1.0, self._rate), self._drops + max(0.0, now - self._at) * self._rate)
        self._at = max(now, self._at)
        if self._drops < 1:
            return False
        self._drops -= 1
        return True

    def full_at(self, now: Instant) -> Instant:
        """When the next call may be placed."""
        return now if not self._rate or self._drops >= 1 else now + (1 - self._drops) / self._rate


class Experience:
    """What the dialer has seen of a queue's calls: the record of the rolling window, and the habits of the newest."""

    def __init__(self, window_seconds: Seconds) -> None:
        self._window_seconds = window_seconds
        self._answers: deque[tuple[Instant, bool]] = deque()
        self._abandoned = 0
        self._people, self._rings, self._handlings = _Newest(), _Newest(), _Newest()

    def dialled(self, at: Instant, *, is_person: bool, is_abandoned: bool, ring_seconds: Seconds | None) -> None:
        """A call has found its fate: a person was there or not, and an agent in time for him or not."""
        self._people.add(float(is_person))
        if not is_person:
            return
        if ring_seconds is not None:
            self._rings.add(ring_seconds)
        self._answers.append((at, is_abandoned))
        self._abandoned += is_abandoned

    def handled(self, seconds: Seconds) -> None:
        """A seat took so long for a call, wrap-up included."""
        self._handlings.add(seconds)

    def record(self, now: Instant) -> Record:
        """The window that ends now."""
        while self._answers and self._answers[0][0] <= now - self._window_seconds:
            self._abandoned -= self._answers.popleft()[1]
        return Record(len(self._answers), self._abandoned)

    def habits(self) -> Habits:
        """What the next calls will be like. Where little is known one more call is taken as answered: caution."""
        people = self._people
        return Habits(
            answer_rate=min(1.0, (people.total + 1) / (people.count + 1)),
            ring_seconds=self._rings.mean,
            handle_seconds=self._handlings.mean,
        )


class _Newest:
    """The newest values and their mean."""

    def __init__(self) -> None:
        self._values: deque[float] = deque()
        self.total = 0.0

    @property
    def count(self) -> int:
        return len(self._values)

    @property
    def mean(self) -> float:
        return self.total / len(self._values) if self._values else 0.0

    def add(self, value: float) -> None:
        self._values.append(value)
        self.total += value
        if len(self._values) > CALLS_KNOWN:
            self.total -= self._values.popleft()
