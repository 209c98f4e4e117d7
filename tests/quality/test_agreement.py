"""Krippendorff's alpha: his own example by value, and what holds for whatever is given."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.quality.calibration.agreement import Level, Ratings, krippendorff_alpha

N = None
FOUR_OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3),
    (N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N),
)
"""Twelve units, with missing values: Krippendorff (2011), example C."""
TWO_OBSERVERS = ((0, 1, 0, 0, 0, 0, 0, 0, 1, 0), (1, 1, 1, 0, 0, 1, 0, 0, 0, 0))
"""Ten units without missing values: the same, example A."""


@pytest.mark.parametrize(
    ("ratings", "level", "alpha"),
    [
        (FOUR_OBSERVERS, Level.NOMINAL, 0.743),
        (FOUR_OBSERVERS, Level.INTERVAL, 0.849),
        (TWO_OBSERVERS, Level.NOMINAL, 0.095),
        (TWO_OBSERVERS, Level.INTERVAL, 0.095),
    ],
)
def test_the_published_examples(ratings: Ratings, level: Level, alpha: float) -> None:
    assert krippendorff_alpha(ratings, level) == pytest.approx(alpha, abs=0.0005)


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("ratings", [[], [[]], [[], []], [[1.0, 2.0]], [[1.0, N], [N, 2.0]], [[N], [N]]])
def test_where_nothing_was_judged_by_two_there_is_none(ratings: Ratings, level: Level) -> None:
    assert krippendorff_alpha(ratings, level) is None


@pytest.mark.parametrize("level", Level)
def test_opposite_judgements_are_less_than_chance(level: Level) -> None:
    alpha = krippendorff_alpha([[0, 1, 0, 1], [1, 0, 1, 0]], level)
    assert alpha is not None
    assert alpha < 0


VALUES = st.integers(0, 20).map(lambda step: step / 20)
ROWS = st.integers(1, 8).flatmap(
    lambda units: st.lists(
        st.lists(st.none() | VALUES, min_size=units, max_size=units), min_size=2, max_size=6
    )
)  # fmt: skip


@given(row=st.lists(VALUES, min_size=1, max_size=10), reviewers=st.integers(2, 6), level=st.sampled_from(Level))
def test_all_equal_is_one(row: list[float], reviewers: int, level: Level) -> None:
    assert krippendorff_alpha([row] * reviewers, level) == pytest.approx(1.0)


@given(ratings=ROWS, level=st.sampled_from(Level), mixed=st.randoms(use_true_random=False))
def test_the_order_of_reviewers_and_units_and_who_judged_alone_are_all_the_same(
    ratings: list[list[float | None]], level: Level, mixed: Random
) -> None:
    alpha = krippendorff_alpha(ratings, level)
    assert alpha is None or alpha <= 1
    units = list(zip(*ratings, strict=True))
    alone = (0.5, *[None] * (len(ratings) - 1))
    units.append(alone)
    mixed.shuffle(units)
    rows = list(zip(*units, strict=True))
    mixed.shuffle(rows)
    assert krippendorff_alpha(rows, level) == (None if alpha is None else pytest.approx(alpha))


@given(ratings=ROWS, factor=st.integers(1, 50), offset=st.integers(-50, 50))
def test_another_unit_of_measurement_is_the_same(ratings: list[list[float | None]], factor: int, offset: int) -> None:
    other = [[None if value is None else value * factor + offset for value in row] for row in ratings]
    for level in Level:
        alpha = krippendorff_alpha(ratings, level)
        assert krippendorff_alpha(other, level) == (None if alpha is None else pytest.approx(alpha, abs=1e-6))


@given(ratings=ROWS)
def test_it_is_the_definition_pair_by_pair(ratings: list[list[float | None]]) -> None:
    units = [[value for value in unit if value is not None] for unit in zip(*ratings, strict=True)]
    units = [unit for unit in units if len(unit) > 1]
    every = [value for unit in units for value in unit]
    alpha = krippendorff_alpha(ratings, Level.INTERVAL)
    if not every:
        assert alpha is None
        return
    within = sum(sum((a - b) ** 2 for a in unit for b in unit) / (len(unit) - 1) for unit in units) / len(every)
    of_all = sum((a - b) ** 2 for a in every for b in every) / (len(every) * (len(every) - 1))
    assert alpha == pytest.approx(1 if of_all == 0 else 1 - within / of_all)
