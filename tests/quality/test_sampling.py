"""Draws: repeatable, exact, and fair."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.quality.sampling import drawn, drawn_for_each

CALLS = st.lists(st.text(max_size=12), max_size=60)


@given(CALLS, st.integers(0, 80), st.text(max_size=12), st.randoms(use_true_random=False))
def test_a_draw_is_exact_and_is_repeated_by_its_seed_in_any_order(
    calls: list[str], count: int, seed: str, random: Random
) -> None:
    found = drawn(calls, count, seed=seed, stratum="1001")
    assert len(found) == len(set(found)) == min(count, len(set(calls)))
    assert set(found) <= set(calls)
    shuffled = random.sample(calls, len(calls))
    assert drawn(shuffled, count, seed=seed, stratum="1001") == found


@given(CALLS, st.integers(1, 20), st.text(max_size=12))
def test_a_late_call_replaces_one_at_most(calls: list[str], count: int, late: str) -> None:
    before = set(drawn(calls, count, seed="s", stratum="1001"))
    after = set(drawn([*calls, late], count, seed="s", stratum="1001"))
    assert after - before <= {late}
    assert len(before - after) <= 1


def chi_square(counts: Counter[str], among: list[str], expected: float) -> float:
    return sum((counts[one] - expected) ** 2 / expected for one in among)


def test_every_call_is_as_likely_as_any_other() -> None:
    """Chi-square over seeds: 20 calls, 1 drawn 10,000 times; 19 degrees of freedom exceed 43.8 once in 1,000."""
    calls = [f"pbx-1763800000.{nth}" for nth in range(20)]
    counts = Counter(drawn(calls, 1, seed=str(seed), stratum="1001")[0] for seed in range(10_000))
    assert chi_square(counts, calls, 500) < 43.8


def test_pairs_are_drawn_as_often_as_any_other() -> None:
    """Chi-square over seeds: 10 pairs of 5 calls, 10,000 times; 9 degrees of freedom exceed 27.9 once in 1,000."""
    pairs = [f"{a}{b}" for a in "abcde" for b in "abcde" if a < b]
    counts = Counter("".join(sorted(drawn("abcde", 2, seed=str(seed), stratum=""))) for seed in range(10_000))
    assert chi_square(counts, pairs, 1000) < 27.9


def test_agents_are_drawn_for_apart() -> None:
    calls = [str(nth) for nth in range(1000)]
    found = drawn_for_each({"1001": calls, "1002": calls, "1003": calls[:2]}, 20, seed="2026-11")
    assert {agent: len(some) for agent, some in found.items()} == {"1001": 20, "1002": 20, "1003": 2}
    assert found["1001"] != found["1002"]
    assert drawn(calls, 20, seed="a", stratum="bc") != drawn(calls, 20, seed="ab", stratum="c")


def test_fewer_than_none_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="fewer than none"):
        drawn(["a"], -1, seed="s", stratum="")
