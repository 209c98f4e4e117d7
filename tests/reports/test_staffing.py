"""Erlang C against published values and exact arithmetic, Erlang A against a simulated centre."""

import heapq
import math
import random
from fractions import Fraction
from itertools import pairwise

import pytest

from callcenter.reports.staffing import (
    Expected,
    Load,
    Target,
    erlang_b,
    expected,
    patience_of,
    seats_needed,
    seats_scheduled,
    waits,
)


def a_load(erlangs: float, aht_seconds: float = 180.0, patience_seconds: float = math.inf) -> Load:
    return Load(erlangs / aht_seconds, aht_seconds, patience_seconds)


@pytest.mark.parametrize(
    ("erlangs", "seats", "blocked"),
    [(1.0, 1, 0.5), (10.0, 10, 0.2146), (20.0, 30, 0.0085), (100.0, 100, 0.0757), (100.0, 117, 0.0098)],
)
def test_erlang_b_as_in_the_tables(erlangs: float, seats: int, blocked: float) -> None:
    assert erlang_b(erlangs, seats) == pytest.approx(blocked, abs=6e-5)


@pytest.mark.parametrize(("erlangs", "seats"), [(2, 3), (10, 12), (10, 14), (90, 100), (150, 151)])
def test_erlang_c_as_in_exact_arithmetic(erlangs: int, seats: int) -> None:
    load = Fraction(erlangs)
    busy = load**seats / math.factorial(seats) * seats / (seats - load)
    free = sum(load**count / math.factorial(count) for count in range(seats))
    assert waits(erlangs, seats) == pytest.approx(float(busy / (busy + free)), rel=1e-12)


def test_a_centre_worked_through_in_a_known_package() -> None:
    """pyworkforce's: 100 calls of 180 s in half an hour, 80 % within 20 s, at most 85 % busy, 30 % away."""
    load = Load(100 / 1800, 180.0)
    seats = seats_needed(load, Target(0.8, 20.0, 0.85))
    came = expected(load, seats, 20.0)
    assert (seats, seats_scheduled(seats, 0.3)) == (14, 20)
    assert waits(load.erlangs, seats) == pytest.approx(0.17413193, abs=1e-7)
    assert came.service_level == pytest.approx(0.88835002, abs=1e-7)
    assert came.occupancy == pytest.approx(0.71428571, abs=1e-7)


def test_a_thousand_erlangs_are_stable_in_both_models() -> None:
    for patience_seconds in (math.inf, 120.0):
        load = a_load(1000.0, patience_seconds=patience_seconds)
        seats = seats_needed(load, Target(0.8, 20.0))
        came = expected(load, seats, 20.0)
        assert 850 < seats < 1060
        assert 0.8 <= came.service_level < 0.9
        assert expected(load, seats - 1, 20.0).service_level < 0.8
        for count in (1, 500, 999, 1000, 1001, 2000, 8000):
            level = expected(load, count, 20.0).service_level
            assert 0 <= level <= 1


@pytest.mark.parametrize("patience_seconds", [math.inf, 30.0, 600.0, 20_000.0])
@pytest.mark.parametrize("erlangs", [0.05, 3.0, 47.5, 300.0])
def test_more_seats_are_never_worse(erlangs: float, patience_seconds: float) -> None:
    load = a_load(erlangs, patience_seconds=patience_seconds)
    levels = [expected(load, seats, 20.0) for seats in range(1, int(erlangs * 1.5) + 5)]
    for fewer, more in pairwise(levels):
        assert more.service_level >= fewer.service_level - 1e-9
        assert more.occupancy <= fewer.occupancy + 1e-6


def test_endless_patience_is_erlang_c() -> None:
    patient, endless = a_load(10.0, patience_seconds=1e9), a_load(10.0)
    for seats in (11, 12, 15):
        one, other = expected(patient, seats, 20.0), expected(endless, seats, 20.0)
        assert one.service_level == pytest.approx(other.service_level, abs=1e-4)
        assert one.asa_seconds == pytest.approx(other.asa_seconds, rel=1e-3)


def simulated(load: Load, seats: int, threshold_seconds: float, calls: int = 300_000) -> Expected:
    """First come, first served, by the seats' next free instants: exact, call by call."""
    dice = random.Random(seats)
    free = [0.0] * seats
    now = busy = waited = 0.0
    in_time = answered = abandoned = 0
    for _ in range(calls):
        now += dice.expovariate(load.calls_per_second)
        wait = max(0.0, free[0] - now)
        if wait >= dice.expovariate(1 / load.patience_seconds):
            abandoned += 1
            continue
        answered, waited, in_time = answered + 1, waited + wait, in_time + (wait <= threshold_seconds)
        talk = dice.expovariate(1 / load.aht_seconds)
        busy += talk
        heapq.heapreplace(free, now + wait + talk)
    return Expected(in_time / calls, waited / answered, busy / (seats * now), abandoned / calls)


@pytest.mark.parametrize(
    ("erlangs", "seats", "patience_seconds"),
    [(10.0, 9, 60.0), (10.0, 12, 200.0), (50.0, 45, 90.0), (50.0, 52, 150.0), (300.0, 280, 120.0)],
)
def test_erlang_a_as_in_a_simulated_centre(erlangs: float, seats: int, patience_seconds: float) -> None:
    load = a_load(erlangs, patience_seconds=patience_seconds)
    told, seen = expected(load, seats, 20.0), simulated(load, seats, 20.0)
    assert told.service_level == pytest.approx(seen.service_level, abs=0.015)
    assert told.abandonment_rate == pytest.approx(seen.abandonment_rate, abs=0.01)
    assert told.occupancy == pytest.approx(seen.occupancy, abs=0.015)
    assert told.asa_seconds == pytest.approx(seen.asa_seconds, rel=0.06, abs=0.3)


def test_patience_is_measured_from_who_gave_up_and_who_did_not() -> None:
    """Exponential patience of 90 s, seen only through waits that end by an answer or by giving up."""
    dice = random.Random(4)
    patience = [dice.expovariate(1 / 90.0) for _ in range(50_000)]
    offered = [dice.uniform(0, 120) for _ in patience]
    waited = sum(map(min, patience, offered))
    gave_up = sum(limit < offer for limit, offer in zip(patience, offered, strict=True))
    assert patience_of(waited, gave_up) == pytest.approx(90.0, rel=0.02)
    assert patience_of(100.0, 0) is None
    assert patience_of(0.0, 3) is None


def test_the_edges() -> None:
    assert seats_needed(Load(0.0, 180.0), Target(0.8, 20.0)) == 0
    assert expected(Load(0.0, 180.0), 0, 20.0).service_level == 1.0
    assert expected(a_load(10.0), 10, 20.0).asa_seconds is None
    assert expected(a_load(10.0, patience_seconds=60.0), 0, 20.0).abandonment_rate == 1.0
    assert seats_needed(a_load(0.01), Target(0.8, 20.0)) == 1
    assert seats_needed(a_load(9.0), Target(0.8, 20.0, 0.5)) == 18
    assert seats_scheduled(14, 0.3) == 20
    assert seats_scheduled(7, 0.3) == 10
