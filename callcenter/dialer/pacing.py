"""How many calls to place: one for each free seat, or as many as keep abandoned calls under a target. Pure.

The model of predictive pacing. Of the `m` calls in the air that nobody has answered and `n` new ones, X are going to
be answered by people: each new one with the answer rate p, each old one with the share s(age) that people answered of
the calls that rang for longer. By then S = f + Y seats are free: f are now, and Y of the busy
ones get free in time, each with the share q(age) of handlings that ended so soon of those that lasted for longer
(at the start of a shift everybody has just begun, and nobody gets free soon). Calls beyond the free seats, D = X − S,
are abandoned. With D taken as normal (mean μ, deviation σ, z = μ/σ) the expected number of them is the unit loss
E[D⁺] = σ(φ(z) + zΦ(z)) of inventory theory (P. Zipkin, Foundations of Inventory Management, 2000, C.2; on predicting
free agents and answers: D. Samuelson, Predictive Dialing for Outbound Telephone Call Centers, Interfaces 29(5), 1999).
The largest n is taken that keeps both promises:

* on average: E[D⁺] ≤ aim · E[X], with the aim a part of the target, so that there is something left for bad luck;
* always: μ + kσ ≤ B, where B = ⌊target · answered − abandoned⌋ of the rolling window is how many more abandoned
  calls the target allows. Where B < 1 nothing is risked: one call for each free seat. The halves, quarters and eighths
  of the window that end now must allow it, too: else calls that fall out of the window would break the promise when
  fewer follow them.
"""

from collections import deque
from collections.abc import Iterable
from itertools import accumulate
from math import erf, exp, floor, pi, sqrt

from msgspec import Struct

from callcenter.floor.terms import Instant, Seconds

AIM = 0.8
"""The part of the target that is aimed at on average."""

CAUTION = 3.0
"""k: how many deviations from the mean the abandoned calls of the moment may be without breaking the target."""

PATIENCE_SECONDS: Seconds = 2.0
"""So long a customer who has answered waits for a seat before the recorded message: then the call is abandoned."""

MOST_LINES_A_SEAT = 6
"""However few answer: a spell of wrong numbers must not let hundreds of calls out."""

CALLS_KNOWN = 400
"""From the newest so many calls the answering rate and the times are learned."""

LONGEST_RING, LONGEST_HANDLING = 121, 901
"""Seconds; what lasts longer counts as so long."""


def calls_to_place(free_seats: int, in_air: int) -> int:
    """Progressive: every call in the air has a free seat that waits for it."""
    return max(0, free_seats - in_air)


class Expected(Struct, frozen=True):
    """So many that each come out with a chance of their own: how many are expected to, and the variance of that."""

    count: int = 0
    mean: float = 0.0
    variance: float = 0.0


NOBODY = Expected()


class Seating(Struct, frozen=True):
    """The seats of a queue: `free` ones, less those kept for callers and less customers who wait for one (so it may be
    below 0); and those that get free while it rings."""

    free: int
    busy: Expected = NOBODY


class Record(Struct, frozen=True):
    """Calls that people answered in the rolling window, and those of them for whom no agent was there in time.

    `parts` are the same of the newest half, quarter and eighth of the window.
    """

    answered: int
    abandoned: int
    parts: tuple["Record", ...] = ()

    @property
    def abandon_rate(self) -> float:
        """Abandoned ÷ answered by people."""
        return self.abandoned / self.answered if self.answered else 0.0

    def budget(self, target: float) -> int:
        """How many more abandoned calls the target allows. A part in which there was none always allows one."""
        allowed = floor(target * self.answered - self.abandoned + 1e-9)
        return min((allowed, *(max(part.budget(target), not part.abandoned) for part in self.parts)))


class Forecast(Struct, frozen=True):
    """How many of those that ring people are going to answer, and the share of new calls that they will."""

    ringing: Expected
    answer_rate: float


def lines(seating: Seating, forecast: Forecast, record: Record, target: float) -> int:
    """Predictive: how many calls without a seat may be in the air, never fewer than there are free seats.

    Those that ring are among them.
    """
    budget, ringing = record.budget(target), forecast.ringing.count
    if budget < 1:
        return max(0, seating.free)
    new, most = 0, MOST_LINES_A_SEAT * (max(0, seating.free) + seating.busy.count) - ringing
    while new < most:
        middle = (new + most + 1) // 2
        if _is_safe(middle, seating, forecast, budget, AIM * target):
            new = middle
        else:
            most = middle - 1
    return max(0, seating.free, ringing + new)


def _is_safe(new: int, seating: Seating, forecast: Forecast, budget: int, aim: float) -> bool:
    p = forecast.answer_rate
    answers = forecast.ringing.mean + new * p
    mean = answers - seating.free - seating.busy.mean
    deviation = sqrt(forecast.ringing.variance + new * p * (1 - p) + seating.busy.variance)
    return mean + CAUTION * deviation <= budget and unit_loss(mean, deviation) <= aim * answers


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

    def take(self, now: Instant, most: int = 1) -> int:
        """Takes so many drops, or as many as there are; how many."""
        if not self._rate:
            return most
        self._drops = min(max(1.0, self._rate), self._drops + max(0.0, now - self._at) * self._rate)
        self._at = max(now, self._at)
        taken = min(most, int(self._drops))
        self._drops -= taken
        return taken

    def give_back(self, drops: int) -> None:
        """Some of those that were taken were not needed."""
        self._drops += drops

    def full_at(self, now: Instant) -> Instant:
        """When the next call may be placed."""
        return now if not self._rate or self._drops >= 1 else now + (1 - self._drops) / self._rate


class Experience:
    """What the dialer has seen of a queue's calls: the record of the rolling window, and how long things lasted."""

    def __init__(self, window_seconds: Seconds) -> None:
        self._spans = [_Span(window_seconds / part) for part in (1, 2, 4, 8)]
        self._calls, self._handlings = _Durations(LONGEST_RING), _Durations(LONGEST_HANDLING)

    def dialled(self, at: Instant, ring_seconds: Seconds, *, is_person: bool, is_abandoned: bool = False) -> None:
        """A call has found its fate: a person was there or not, and an agent in time for him or not."""
        self._calls.add(ring_seconds, is_hit=is_person)
        if is_person:
            for span in self._spans:
                span.add(at, is_abandoned)

    def handled(self, seconds: Seconds) -> None:
        """A seat took so long for a call, wrap-up included."""
        self._handlings.add(seconds, is_hit=True)

    def record(self, now: Instant) -> Record:
        """The window that ends now."""
        whole, *parts = (span.record(now) for span in self._spans)
        return Record(whole.answered, whole.abandoned, tuple(parts))

    def forecast(self, ages: Iterable[Seconds]) -> Forecast:
        """What will come of new calls, and of those that have rung for so long.

        One call more is taken as answered than was: caution where little is known.
        """
        calls, hits = self._calls.suffixes()
        last = len(calls) - 1
        seconds = [min(max(int(age), 0), last) for age in ages]
        return Forecast(
            _expected([(hits[second] + 1) / (calls[second] + 1) for second in seconds]), (hits[0] + 1) / (calls[0] + 1)
        )

    def freed(self, ages: Iterable[Seconds]) -> Expected:
        """How many of the seats that have been busy for so long get free before a customer who answers gives up.

        Answers come all the while it rings: on average a seat has half of that time, and the customer's patience.
        """
        handlings, _ = self._handlings.suffixes()
        last, in_time_seconds = len(handlings) - 1, self._calls.mean_hit / 2 + PATIENCE_SECONDS
        chances = []
        # Those still busy have lasted for so long, too: at the start of a shift only short handlings are over.
        for longer, age in enumerate(sorted(ages, reverse=True), start=1):
            begin, end = min(max(int(age), 0), last), min(max(int(age + in_time_seconds), 0), last)
            chances.append((handlings[begin] - handlings[end]) / (handlings[begin] + longer))
        return _expected(chances)


def _expected(chances: list[float]) -> Expected:
    return Expected(len(chances), sum(chances), sum(chance * (1 - chance) for chance in chances))


class _Durations:
    """How long the newest so many lasted, and which of them were hits; looked up by whole seconds."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._newest: deque[tuple[int, bool]] = deque()
        self._counts, self._hits = [0] * longest, [0] * longest
        self._sums: tuple[list[int], list[int]] | None = None
        self._hit_seconds = self._hit_count = 0

    def add(self, seconds: Seconds, *, is_hit: bool) -> None:
        second = self._second(seconds)
        self._newest.append((second, is_hit))
        self._count(second, is_hit, 1)
        if len(self._newest) > CALLS_KNOWN:
            self._count(*self._newest.popleft(), -1)
        self._sums = None

    def _count(self, second: int, is_hit: bool, by: int) -> None:
        self._counts[second] += by
        if is_hit:
            self._hits[second] += by
            self._hit_count += by
            self._hit_seconds += by * second

    def _second(self, seconds: Seconds) -> int:
        return min(max(int(seconds), 0), self._longest - 1)

    @property
    def mean_hit(self) -> Seconds:
        return self._hit_seconds / self._hit_count if self._hit_count else 0.0

    def suffixes(self) -> tuple[list[int], list[int]]:
        """By seconds, how many lasted for so long or longer, and how many of those were hits."""
        if self._sums is None:
            counts, hits = (list(accumulate(reversed(values)))[::-1] for values in (self._counts, self._hits))
            self._sums = (counts, hits)
        return self._sums


class _Span:
    """The answers of the newest so many seconds."""

    def __init__(self, seconds: Seconds) -> None:
        self._seconds = seconds
        self._answers: deque[tuple[Instant, bool]] = deque()
        self._abandoned = 0

    def add(self, at: Instant, is_abandoned: bool) -> None:
        self._answers.append((at, is_abandoned))
        self._abandoned += is_abandoned

    def record(self, now: Instant) -> Record:
        while self._answers and self._answers[0][0] <= now - self._seconds:
            self._abandoned -= self._answers.popleft()[1]
        return Record(len(self._answers), self._abandoned)
