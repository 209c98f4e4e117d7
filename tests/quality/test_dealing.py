"""Who reviews what: even, in turn, never oneself, never beyond the target."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from callcenter.quality.dealing import Reviewer, Waiting, dealt

AGENTS = st.sampled_from(["1001", "1002", "1003", "1004"])
POOL = st.lists(st.tuples(AGENTS, st.sampled_from(["", "r0", "r1"])), max_size=40).map(
    lambda some: [Waiting(id=nth, agent_number=agent, given_back_by=by) for nth, (agent, by) in enumerate(some)]
)
PEOPLE = st.lists(
    st.tuples(st.integers(1, 15), st.integers(0, 5), st.sampled_from([None, "1001", "1002"])), max_size=4
).map(lambda some: [Reviewer(f"r{nth}", target, work, 0, agent) for nth, (target, work, agent) in enumerate(some)])


@given(POOL, PEOPLE)
def test_targets_hold_nobody_reviews_themself_and_what_nobody_may_stays(
    pool: list[Waiting], people: list[Reviewer]
) -> None:
    found = dealt(pool, people, {})
    given_to = Counter(reviewer.username for _, reviewer in found)
    for reviewer in people:
        assert given_to[reviewer.username] == reviewer.planned <= reviewer.target
    for one, reviewer in found:
        assert reviewer.agent_number != one.agent_number
        assert reviewer.username != one.given_back_by
    left = {one.id for one in pool} - {one.id for one, _ in found}
    for one in pool:
        if one.id in left:
            assert not any(reviewer.may_review(one) for reviewer in people)


@given(POOL, PEOPLE, st.dictionaries(AGENTS, st.sampled_from(["r0", "r1", "r2", "r3"])))
def test_no_agent_gets_the_same_reviewer_twice_in_a_row_while_another_is_free(
    pool: list[Waiting], people: list[Reviewer], last: dict[str, str]
) -> None:
    turns = dict(last)
    for one in pool:
        others = [who for who in people if who.may_review(one) and who.username != turns.get(one.agent_number)]
        for _, reviewer in dealt([one], people, turns):
            assert not others or reviewer in others
            turns[one.agent_number] = reviewer.username


@given(st.integers(0, 60), st.integers(1, 5), st.integers(0, 9))
def test_equal_targets_are_equal_work_within_one(count: int, reviewers: int, work: int) -> None:
    people = [Reviewer(f"r{nth}", 100, work) for nth in range(reviewers)]
    dealt([Waiting(id=nth, agent_number=str(nth)) for nth in range(count)], people, {})
    assert max(one.open for one in people) - min(one.open for one in people) <= 1


@given(st.integers(0, 60), st.lists(st.integers(1, 20), min_size=1, max_size=4))
def test_work_is_in_proportion_to_the_targets_within_one_review(count: int, targets: list[int]) -> None:
    people = [Reviewer(f"r{nth}", target) for nth, target in enumerate(targets)]
    dealt([Waiting(id=nth, agent_number=str(nth)) for nth in range(min(count, sum(targets)))], people, {})
    for one in people:
        assert all((one.open - 1) / one.target <= other.open / other.target + 1 / other.target for other in people)


def test_who_has_more_to_do_is_spared_until_the_others_have_as_much() -> None:
    busy, idle = Reviewer("busy", 10, open=3), Reviewer("idle", 10)
    found = dealt([Waiting(id=nth, agent_number=str(nth)) for nth in range(5)], [busy, idle], {})
    assert [reviewer.username for _, reviewer in found[:3]] == ["idle"] * 3
    assert (busy.open, idle.open) == (4, 4)


def test_turns_go_on_from_the_last_review() -> None:
    people = [Reviewer("a", 10), Reviewer("b", 10)]
    pool = [Waiting(id=nth, agent_number="1001") for nth in range(4)]
    assert [who.username for _, who in dealt(pool, people, {"1001": "a"})] == ["b", "a", "b", "a"]
