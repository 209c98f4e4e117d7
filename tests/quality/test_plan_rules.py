"""Plans' draws: exact, spread, repeatable, fair; periods; what a plan must say."""

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.errors import BadInput
from callcenter.quality.plan_rules import (
    Assigned,
    Candidate,
    Draw,
    Key,
    NewAgents,
    Period,
    Rules,
    Sampling,
    Why,
    check_sampling,
    draws,
    period_at,
    periods_to_draw,
    slices_over,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONTH = Period("2025-11", 0.0, 30 * 86_400.0)
HOUR = 3600.0


def candidate(nth: int, at: float, agent: str = "1001", **given: Any) -> Candidate:
    return Candidate(
        key=Key("pbx1", f"{nth}", agent), agent_name="", queue="", began_at=at, **({"talk_seconds": 60.0} | given)
    )


def sampling(per_agent: int, seed: str = "s", **rules: object) -> Sampling:
    return Sampling(per_agent=per_agent, rules=Rules(**rules), seed=seed)  # type: ignore[arg-type]


def after(assigned: dict[Key, Assigned], drew: Sequence[Draw]) -> dict[Key, Assigned]:
    return assigned | {one.candidate.key: Assigned(one.why, one.candidate.began_at) for one in drew}


AGENTS = st.sampled_from(["1001", "1002", "1003"])
CALLS = st.lists(st.tuples(st.floats(0, MONTH.until - 1), AGENTS, st.floats(0, 600)), max_size=60).map(
    lambda some: [candidate(nth, at, agent, talk_seconds=talk) for nth, (at, agent, talk) in enumerate(some)]
)
RUNS = st.lists(st.floats(0, MONTH.until * 1.2), max_size=12).map(sorted)


@given(CALLS, st.integers(0, 12), RUNS, st.integers(0, 5))
def test_a_month_of_runs_never_exceeds_and_never_misses(
    calls: list[Candidate], count: int, runs: list[float], more: int
) -> None:
    plan = sampling(count, long_seconds=500.0, new_agents=NewAgents(30, more) if more else None)
    assigned: dict[Key, Assigned] = {}
    for now in [*runs, MONTH.until]:
        so_far = [one for one in calls if one.began_at <= now]
        assigned = after(assigned, draws(plan, MONTH, so_far, {"1002"}, assigned, now))
        for agent in ("1001", "1002", "1003"):
            by_lot = [one for key, one in assigned.items() if key.agent_number == agent and one.why is not Why.LONG]
            total = count + (more if agent == "1002" else 0)
            assert len(by_lot) <= slices_over(MONTH, total, now)
    for agent in ("1001", "1002", "1003"):
        why = Counter(one.why for key, one in assigned.items() if key.agent_number == agent)
        ordinary = sum(1 for one in calls if one.key.agent_number == agent and one.talk_seconds < 500)
        total = count + (more if agent == "1002" else 0)
        assert why[Why.RANDOM] + why[Why.NEW_AGENT] == min(total, ordinary)
        assert why[Why.LONG] == sum(1 for one in calls if one.key.agent_number == agent) - ordinary
        if ordinary >= total:
            assert why[Why.RANDOM] == count


@given(CALLS, st.integers(0, 8), st.floats(0, MONTH.until * 1.1), st.randoms(use_true_random=False))
def test_a_draw_is_repeated_in_any_order_and_a_second_run_adds_nothing(
    calls: list[Candidate], count: int, now: float, random: Random
) -> None:
    plan = sampling(count, share=20.0)
    drew = draws(plan, MONTH, calls, (), {}, now)
    assert draws(plan, MONTH, random.sample(calls, len(calls)), (), {}, now) == drew
    assert draws(plan, MONTH, calls, (), after({}, drew), now) == []


@given(st.integers(1, 8), st.integers(1, 3), RUNS, st.integers(0, 99))
def test_how_often_it_ran_does_not_change_what_is_drawn_where_every_slice_has_calls(
    count: int, per_slice: int, runs: list[float], seed: int
) -> None:
    length = MONTH.until / count
    calls = [
        candidate(nth, length * (nth // per_slice) + 100.0 * (1 + nth % per_slice)) for nth in range(count * per_slice)
    ]
    plan = sampling(count, str(seed))
    assigned: dict[Key, Assigned] = {}
    for now in [*runs, MONTH.until]:
        so_far = [one for one in calls if one.began_at <= now]
        assigned = after(assigned, draws(plan, MONTH, so_far, (), assigned, now))
    assert assigned == after({}, draws(plan, MONTH, calls, (), {}, MONTH.until))


def test_every_call_of_a_steady_month_is_as_likely_as_any_other() -> None:
    """Chi-square over seeds: 4 of 20 calls, hourly runs; 19 degrees of freedom exceed 43.8 once in 1,000."""
    calls = [candidate(nth, (nth + 0.5) * MONTH.until / 20) for nth in range(20)]
    counts: Counter[str] = Counter()
    for seed in range(1500):
        assigned: dict[Key, Assigned] = {}
        for quarter in range(1, 5):
            now = quarter * MONTH.until / 4
            so_far = [one for one in calls if one.began_at < now]
            assigned = after(assigned, draws(sampling(4, str(seed)), MONTH, so_far, (), assigned, now))
        counts.update(key.call_id for key in assigned)
    assert sum((counts[str(nth)] - 300) ** 2 / 300 for nth in range(20)) < 43.8


def test_reviews_spread_over_the_month_and_what_was_missed_is_made_up() -> None:
    plan, week = sampling(4), MONTH.until / 4
    early = [candidate(nth, nth * HOUR) for nth in range(50)]
    assert draws(plan, MONTH, early, (), {}, week - 1) == []
    first = draws(plan, MONTH, early, (), {}, week)
    assert len(first) == 1
    # The agent is away in the second week: that review is of the first; and the third week has its own.
    second = draws(plan, MONTH, early, (), after({}, first), 2 * week)
    assert len(second) == 1
    late = [candidate(100 + nth, 2 * week + nth * HOUR) for nth in range(50)]
    third = draws(plan, MONTH, early + late, (), after(after({}, first), second), 3 * week)
    assert [one.candidate in late for one in third] == [True]


def test_rules_take_what_they_name_beside_the_lots() -> None:
    calls = [
        candidate(1, 0, talk_seconds=900.0),
        candidate(2, 1, talk_over_seconds=12.0),
        *(candidate(nth, nth) for nth in range(3, 9)),
    ]
    drew = draws(sampling(3, long_seconds=600.0, talk_over_seconds=10.0), MONTH, calls, (), {}, MONTH.until)
    assert Counter(one.why for one in drew) == {Why.RANDOM: 3, Why.LONG: 1, Why.TALK_OVER: 1}
    at_once = draws(sampling(3, long_seconds=600.0), MONTH, calls, (), {}, 10.0)
    assert [(one.candidate.key.call_id, one.why) for one in at_once] == [("1", Why.LONG)]


def test_a_low_answer_of_the_caller_is_taken_and_no_answer_is_not() -> None:
    calls = [candidate(score, score, survey_score=score) for score in range(6)]
    drew = draws(sampling(0, survey_score=2), MONTH, calls, (), {}, 10.0)
    assert [(one.candidate.survey_score, one.why) for one in drew] == [(1, Why.LOW_SURVEY), (2, Why.LOW_SURVEY)]
    assert draws(sampling(0, share=0.0), MONTH, calls, (), {}, 10.0) == []


def test_a_share_is_about_its_per_cent_and_decided_for_each_call_alone() -> None:
    """10,000 calls at 5 %: 500 ± 98 (4.5 standard deviations)."""
    calls = [candidate(nth, float(nth)) for nth in range(10_000)]
    drew = {one.candidate.key for one in draws(sampling(0, share=5.0), MONTH, calls, (), {}, 0.0)}
    assert 402 < len(drew) < 598
    half = {one.candidate.key for one in draws(sampling(0, share=5.0), MONTH, calls[:5000], (), {}, 0.0)}
    assert half == {key for key in drew if int(key.call_id) < 5000}
    assert len(draws(sampling(0, share=100.0), MONTH, calls, (), {}, 0.0)) == 10_000


def test_a_call_that_was_drawn_in_the_period_before_counts_there_and_is_not_drawn_again() -> None:
    over_midnight = candidate(1, 5.0)
    assigned = {over_midnight.key: Assigned(Why.RANDOM, -5.0)}
    drew = draws(sampling(1), MONTH, [over_midnight, candidate(2, 6.0)], (), assigned, MONTH.until)
    assert [one.candidate.key.call_id for one in drew] == ["2"]


def test_weeks_and_months_are_those_of_the_centre() -> None:
    # Monday, 1 December 2025, 00:30 in Shanghai: still November in UTC.
    at = 1_764_520_200.0
    assert period_at(at, "month", SHANGHAI) == Period("2025-12", 1_764_518_400.0, 1_767_196_800.0)
    assert period_at(at, "week", SHANGHAI) == Period("2025-W49", 1_764_518_400.0, 1_765_123_200.0)
    assert period_at(at, "month", ZoneInfo("UTC")).name == "2025-11"
    # 29 December 2025 is of the first week of 2026; the last Sunday of March has 23 hours in Berlin.
    assert period_at(1_767_000_000.0, "week", SHANGHAI).name == "2026-W01"
    spring = period_at(1_774_800_000.0, "week", ZoneInfo("Europe/Berlin"))
    assert spring.until - spring.since == 7 * 86_400 - HOUR


def test_the_period_that_ended_last_is_drawn_to_its_end_but_none_from_before_the_plan() -> None:
    december = period_at(1_764_520_200.0, "month", SHANGHAI)
    names = [one.name for one in periods_to_draw(december.since + 9, december.since - 9, "month", SHANGHAI)]
    assert names == ["2025-11", "2025-12"]
    names = [one.name for one in periods_to_draw(december.since + 9, december.since, "month", SHANGHAI)]
    assert names == ["2025-12"]


@pytest.mark.parametrize(
    ("per_agent", "rules", "field"),
    [(0, Rules(), "per_agent"), (90, Rules(new_agents=NewAgents(30, 20)), "rules.new_agents.calls")],
)
def test_what_a_plan_must_say(per_agent: int, rules: Rules, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_sampling(per_agent, rules)
    assert refused.value.field == field
    check_sampling(0, Rules(share=1.0))
    check_sampling(5, Rules(new_agents=NewAgents(30, 5)))
