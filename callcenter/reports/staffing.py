"""How many seats a load needs: by Erlang C, where everybody waits, or Erlang A, where patience ends. Pure.

Erlang C: A. K. Erlang (1917), as in R. B. Cooper, Introduction to Queueing Theory. Erlang A (Palm's model): S. Zeltyn
and A. Mandelbaum, "Call centers with impatient customers: many-server asymptotics of the M/M/n+G queue", Queueing
Systems 51 (2005), for exponential patience. Nothing here is a factorial or a power, so that a thousand erlangs are as
safe as ten.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from callcenter.floor.terms import Seconds

Model = Literal["erlang_c", "erlang_a"]

STEPS = 256
"""Of each integral, by Simpson's rule: an error below 1e-5 over a fall by e^30."""

FALL = 30.0
"""An integrand is left out where it has fallen to e^-30 of its peak."""

MOST_SEATS = 20_000


class Load(Struct, frozen=True):
    """What comes in: calls per second, their mean handle time, and the mean patience (inf: nobody gives up)."""

    calls_per_second: float
    aht_seconds: Seconds
    patience_seconds: Seconds = math.inf

    @property
    def erlangs(self) -> float:
        """The work that comes in, in seats that are busy all the time."""
        return self.calls_per_second * self.aht_seconds


class Target(Struct, frozen=True):
    """What is wanted: this share of calls answered within the threshold, and seats busy for no more than this share."""

    service_level: float
    threshold_seconds: Seconds
    max_occupancy: float = 1.0


class Expected(Struct, frozen=True):
    """What a number of seats makes of a load. The service level is answered within the threshold ÷ offered."""

    service_level: float
    asa_seconds: Seconds | None
    occupancy: float
    abandonment_rate: float


OVERLOADED = Expected(service_level=0.0, asa_seconds=None, occupancy=1.0, abandonment_rate=0.0)
"""Without patience that ends, the line grows for ever: there is no mean wait."""

IDLE = Expected(service_level=1.0, asa_seconds=0.0, occupancy=0.0, abandonment_rate=0.0)


def patience_of(wait_seconds: Seconds, abandoned: int) -> Seconds | None:
    """The mean patience: the waiting time of all callers ÷ those who gave up; None when nobody did.

    The maximum-likelihood estimate of an exponential patience of which answered callers show only that it was longer
    than their wait: L. Brown et al., "Statistical analysis of a telephone call center", JASA 100 (2005).
    """
    return wait_seconds / abandoned if abandoned and wait_seconds > 0 else None


@lru_cache(maxsize=4096)
def erlang_b(erlangs: float, seats: int) -> float:
    """The share of calls that find all seats busy where nobody may wait; by the recursion, which cannot overflow."""
    blocked = 1.0
    for seat in range(1, seats + 1):
        blocked = erlangs * blocked / (seat + erlangs * blocked)
    return blocked


def waits(erlangs: float, seats: int) -> float:
    """Erlang C: the share of calls that wait; 1 where there are no more seats than work."""
    if seats <= erlangs:
        return 1.0
    blocked = erlang_b(erlangs, seats)
    return blocked / (1 - erlangs / seats * (1 - blocked))


def expected(load: Load, seats: int, threshold_seconds: Seconds) -> Expected:
    """What so many seats make of the load: by Erlang A if patience is finite, else by Erlang C."""
    if load.erlangs <= 0:
        return IDLE
    if math.isfinite(load.patience_seconds):
        return _erlang_a(load, seats, threshold_seconds) if seats > 0 else _nobody_there(load)
    return _erlang_c(load, seats, threshold_seconds)


def seats_needed(load: Load, target: Target) -> int:
    """The fewest seats that meet the target; 0 without load. More seats are never worse, so bisection finds them."""
    if load.erlangs <= 0:
        return 0
    low, high = 0, max(1, math.ceil(load.erlangs))
    while not _meets(load, high, target):
        low, high = high, min(high * 2, MOST_SEATS)
        if low == high:
            return high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _meets(load, middle, target) else (middle, high)
    return high


def seats_scheduled(needed: int, shrinkage: float) -> int:
    """How many must be on the roster when this share of them is away: breaks, training, illness."""
    return math.ceil(round(needed / (1 - shrinkage), 9))


def _meets(load: Load, seats: int, target: Target) -> bool:
    came = expected(load, seats, target.threshold_seconds)
    return came.service_level >= target.service_level and came.occupancy <= target.max_occupancy


def _erlang_c(load: Load, seats: int, threshold_seconds: Seconds) -> Expected:
    spare = seats - load.erlangs
    if spare <= 0:
        return OVERLOADED
    waiting = waits(load.erlangs, seats)
    return Expected(
        service_level=1 - waiting * math.exp(-spare * threshold_seconds / load.aht_seconds),
        asa_seconds=waiting * load.aht_seconds / spare,
        occupancy=load.erlangs / seats,
        abandonment_rate=0.0,
    )


def _nobody_there(load: Load) -> Expected:
    return Expected(service_level=0.0, asa_seconds=None, occupancy=1.0, abandonment_rate=1.0)


def _erlang_a(load: Load, seats: int, threshold_seconds: Seconds) -> Expected:
    """Zeltyn and Mandelbaum's J and ε, both divided by the peak of the integrand, which alone may be huge.

    The offered wait V has the density λ·exp(λH(v) − nμv) ÷ (ε + λJ), H(v) = (1 − e^(−θv)) ÷ θ; a caller whose patience
    outlasts V is served.
    """
    rate, finishing, leaving = load.calls_per_second, seats / load.aht_seconds, 1 / load.patience_seconds

    def exponent(wait: float) -> float:
        return rate * -math.expm1(-leaving * wait) / leaving - finishing * wait

    at_peak = max(0.0, math.log(rate / finishing) / leaving) if rate > finishing else 0.0
    peak = exponent(at_peak)
    start, end = _bounds(lambda wait: exponent(wait) - peak, at_peak)

    def density(wait: float) -> float:
        return math.exp(exponent(wait) - peak)

    def served(wait: float) -> float:
        return density(wait) * math.exp(-leaving * wait)

    blocked = erlang_b(load.erlangs, seats - 1)
    at_once = math.exp(-peak) / blocked if blocked else math.inf
    everything = at_once + rate * _integral(density, start, end)
    if math.isinf(everything):
        return Expected(1.0, 0.0, load.erlangs / seats, 0.0)
    threshold = min(max(start, threshold_seconds), end)
    in_time, late = _integral(served, start, threshold), _integral(served, threshold, end)
    answered = (at_once + rate * (in_time + late)) / everything
    waited = rate * _integral(lambda wait: wait * served(wait), start, end) / everything
    return Expected(
        service_level=min(1.0, (at_once + rate * in_time) / everything),
        asa_seconds=waited / answered if answered else None,
        occupancy=min(1.0, load.erlangs * answered / seats),
        abandonment_rate=max(0.0, 1 - answered),
    )


def _bounds(below_peak: Callable[[float], float], at_peak: float) -> tuple[float, float]:
    """Between which waits the integrand counts: it rises up to its peak and falls for ever after it."""
    distance = 1.0
    while below_peak(at_peak + distance) > -FALL:
        distance *= 2
    end = _crossing(below_peak, at_peak, at_peak + distance)
    return 0.0 if below_peak(0.0) > -FALL else _crossing(below_peak, at_peak, 0.0), end


def _crossing(below_peak: Callable[[float], float], inside: float, outside: float) -> float:
    for _ in range(20):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if below_peak(middle) > -FALL else (inside, middle)
    return outside


def _integral(function: Callable[[float], float], since: float, until: float) -> float:
    """By Simpson's rule."""
    if until <= since:
        return 0.0
    step = (until - since) / STEPS
    odd = sum(function(since + step * index) for index in range(1, STEPS, 2))
    even = sum(function(since + step * index) for index in range(2, STEPS, 2))
    return (function(since) + 4 * odd + 2 * even + function(until)) * step / 3
