"""Who takes which step with a coaching task, what can be given, and which conversation is drawn after it."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.accounts.rules import Permission
from callcenter.errors import BadInput, Conflict, NotAllowed
from callcenter.quality.coaching.rules import (
    CoachingStep,
    Person,
    Standing,
    check_step,
    check_task,
    may_coach,
    may_read,
    next_after,
    standing,
    steps_for,
)
from callcenter.quality.plan_rules import Candidate, Key

AGENT: frozenset[Permission] = frozenset({"see_own_reviews"})
QA: frozenset[Permission] = frozenset({"review_calls"})
LEADER: frozenset[Permission] = frozenset({"decide_appeals"})
BOTH = AGENT | LEADER


@pytest.mark.parametrize(
    ("permissions", "is_agent", "reads", "coaches"),
    [
        (AGENT, True, True, False),
        (AGENT, False, False, False),
        (QA, False, True, True),
        (QA, True, False, False),
        (LEADER, False, True, True),
        (BOTH, True, True, False),
        (frozenset(), False, False, False),
    ],
)
def test_who_reads_and_who_coaches(
    permissions: frozenset[Permission], is_agent: bool, reads: bool, coaches: bool
) -> None:
    person = Person(permissions=permissions, is_agent=is_agent)
    assert (may_read(person), may_coach(person)) == (reads, coaches)


def test_steps() -> None:
    agent = Person(permissions=AGENT, is_agent=True)
    owner = Person(permissions=LEADER, is_agent=False, is_in_charge=True)
    other = Person(permissions=LEADER, is_agent=False)
    told = {
        (name, state): steps_for(person, state)
        for name, person in (("agent", agent), ("owner", owner), ("other", other))
        for state in Standing
    }
    ends = {key: steps for key, steps in told.items() if steps}
    assert ends == {
        ("agent", Standing.GIVEN): [CoachingStep.ACKNOWLEDGE],
        ("owner", Standing.GIVEN): [CoachingStep.CLOSE],
        ("owner", Standing.SEEN): [CoachingStep.CLOSE],
    }
    with pytest.raises(NotAllowed):
        check_step(other, Standing.SEEN, CoachingStep.CLOSE)
    with pytest.raises(NotAllowed):
        check_step(owner, Standing.GIVEN, CoachingStep.ACKNOWLEDGE)
    with pytest.raises(Conflict):
        check_step(owner, Standing.CLOSED, CoachingStep.CLOSE)
    with pytest.raises(Conflict):
        check_step(agent, Standing.SEEN, CoachingStep.ACKNOWLEDGE)


def test_standing() -> None:
    assert [standing(None, None), standing(1, None), standing(1, 2), standing(None, 2)] == [
        Standing.GIVEN,
        Standing.SEEN,
        Standing.CLOSED,
        Standing.CLOSED,
    ]


@pytest.mark.parametrize(
    ("items", "due_at", "field"),
    [
        ([], 10, "items"),
        (["greets", "sings"], 10, "items.1"),
        (["greets", "listens", "greets"], 10, "items.2"),
        (["greets"], 5, "due_at"),
    ],
)
def test_what_cannot_be_given(items: list[str], due_at: float, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_task(items, {"greets", "listens"}, due_at, now=5)
    assert refused.value.field == field


CANDIDATES = st.lists(
    st.builds(
        lambda call, agent, at: Candidate(
            key=Key("pbx1", str(call), agent), agent_name="", queue="", began_at=float(at), talk_seconds=60
        ),
        call=st.integers(0, 99),
        agent=st.sampled_from(["1001", "1002"]),
        at=st.integers(0, 20),
    ),
    unique_by=lambda one: one.key,
)


@given(candidates=CANDIDATES, closed_at=st.integers(0, 20), mixed=st.randoms(use_true_random=False))
def test_the_next_conversation_is_the_first_after_the_end_in_whatever_order_they_come(
    candidates: list[Candidate], closed_at: int, mixed: Random
) -> None:
    taken = {one.key for one in candidates if int(one.key.call_id) % 3 == 0}
    found = next_after(candidates, "1001", closed_at, taken)
    able = [
        one
        for one in candidates
        if one.key.agent_number == "1001" and one.began_at >= closed_at and one.key not in taken
    ]
    assert (found is None) == (not able)
    if found is not None:
        assert found in able
        assert found.began_at == min(one.began_at for one in able)
    mixed.shuffle(candidates)
    assert next_after(candidates, "1001", closed_at, taken) == found
