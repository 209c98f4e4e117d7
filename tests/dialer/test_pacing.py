"""How many calls to place: the promises of the predictive model, its edges, and a small week."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.dialer_week import week_of
from bench.dialer_world import Size, predictive
from callcenter.dialer.pacing import (
    MOST_LINES_A_SEAT,
    Bucket,
    Expected,
    Experience,
    Forecast,
    Record,
    Seating,
    lines,
    unit_loss,
)

QUIET = Forecast(Expected(), 0.3)


def test_nothing_is_risked_before_the_target_allows_one_abandoned_call() -> None:
    assert lines(Seating(10), QUIET, Record(33, 0), 0.03) == 10
    assert lines(Seating(10), QUIET, Record(200, 0), 0.03) > 10
    assert lines(Seating(10), QUIET, Record(1000, 30), 0.03) == 10


def test_the_newest_part_of_the_window_must_allow_it_too() -> None:
    assert Record(1000, 3, (Record(100, 3),)).budget(0.03) == 0
    assert Record(1000, 3, (Record(20, 0),)).budget(0.03) == 1
    assert Record(1000, 3, (Record(20, 1),)).budget(0.03) < 1


def test_more_lines_for_seats_that_get_free_and_fewer_for_calls_that_ring() -> None:
    record = Record(2000, 10)
    plain = lines(Seating(10), QUIET, record, 0.03)
    assert lines(Seating(10, Expected(40, 5, 3)), QUIET, record, 0.03) > plain
    assert lines(Seating(10), Forecast(Expected(12, 10, 2), 0.3), record, 0.03) < plain


@given(
    st.integers(0, 80),
    st.integers(0, 80),
    st.floats(0.01, 1),
    st.integers(0, 5000),
    st.integers(0, 200),
    st.integers(0, 100),
)
def test_the_number_of_lines_is_bounded(
    free: int, busy: int, rate: float, answered: int, abandoned: int, ringing: int
) -> None:
    seating = Seating(free, Expected(busy, busy * 0.1, busy * 0.09))
    forecast = Forecast(Expected(ringing, ringing * rate, ringing * rate * (1 - rate)), rate)
    count = lines(seating, forecast, Record(answered, min(abandoned, answered)), 0.03)
    assert free <= count <= max(MOST_LINES_A_SEAT * (free + busy), free, ringing)


@pytest.mark.parametrize(
    ("mean", "deviation", "loss"), [(0.0, 1.0, 0.39894), (1.0, 0.0, 1.0), (-1.0, 0.0, 0.0), (1.0, 1.0, 1.08332)]
)
def test_the_unit_loss_is_that_of_the_tables(mean: float, deviation: float, loss: float) -> None:
    assert unit_loss(mean, deviation) == pytest.approx(loss, abs=1e-5)


def test_experience_learns_from_the_newest_calls_alone() -> None:
    experience = Experience(3600)
    assert experience.forecast([]).answer_rate == 1.0
    for at in range(1000):
        experience.dialled(at, 10 if at < 500 else 20, is_person=at < 500, is_abandoned=at == 499)
    assert experience.forecast([]).answer_rate < 0.01
    assert experience.record(600) == Record(500, 1, (Record(500, 1), Record(500, 1), Record(349, 1)))
    assert experience.record(4000).answered == 99


def test_calls_that_ring_for_long_are_hoped_for_less() -> None:
    experience = Experience(3600)
    for at in range(300):
        experience.dialled(at, 10 if at % 3 == 0 else 30, is_person=at % 3 == 0)
    assert experience.forecast([5]).ringing.mean == pytest.approx(0.33, abs=0.02)
    assert experience.forecast([15]).ringing.mean < 0.01


def test_seats_that_have_just_begun_are_not_expected_back() -> None:
    experience = Experience(3600)
    for at in range(300):
        experience.dialled(at, 10, is_person=True)
        experience.handled(100 + at % 100)
    assert experience.freed([0, 0]).mean < 0.01
    assert experience.freed([150]).mean == pytest.approx(0.14, abs=0.02)


def test_a_bucket_lets_so_many_a_second_out() -> None:
    bucket = Bucket(2)
    assert [bucket.take(0.0) for _ in range(3)] == [1, 1, 0]
    assert bucket.full_at(0.0) == 0.5
    assert [bucket.take(0.5), bucket.take(0.5)] == [1, 0]
    assert bucket.take(2.0, 5) == 2
    bucket.give_back(1)
    assert bucket.take(2.0, 5) == 1
    assert Bucket(0).take(1.0, 7) == 7


def test_a_small_week_breaks_no_rule_and_keeps_its_target() -> None:
    played = week_of(Size(targets=2000, agents=20, days=7, seed=3), predictive)
    assert set(played["violations"].values()) == {0}  # type: ignore[attr-defined]
    assert float(str(played["abandon_rate"])) <= 0.03
    assert int(str(played["calls"])) > 2000
