"""Who may take which step of a review from which state: every party, state and step."""

from itertools import product

import pytest

from callcenter.accounts.rules import PERMISSIONS, Role
from callcenter.errors import BadInput, CallCenterError, Conflict, NotAllowed
from callcenter.quality.reviewing import (
    NEEDS_WORDS,
    TRANSITIONS,
    Party,
    State,
    Step,
    after,
    check_answers,
    counted,
    may_read,
    parties_of,
    state_at,
    steps_for,
)
from callcenter.quality.rules import Condition, Item, ItemKind, Section, Words

UNTIL = 1000.0
IN_TIME, LATE = UNTIL - 1, UNTIL

TAKEN = {
    ("draft", "discard", "reviewer"): "discarded",
    ("draft", "publish", "reviewer"): "published",
    ("published", "acknowledge", "agent"): "acknowledged",
    ("published", "appeal", "agent"): "appealed",
    ("acknowledged", "appeal", "agent"): "appealed",
    ("appealed", "uphold", "leader"): "upheld",
    ("appealed", "change", "leader"): "changed",
    ("upheld", "acknowledge", "agent"): "closed",
    ("changed", "acknowledge", "agent"): "closed",
}


@pytest.mark.parametrize(("state", "step", "party"), list(product(State, Step, Party)))
def test_every_party_state_and_step(state: State, step: Step, party: Party) -> None:
    expected = TAKEN.get((state.value, step.value, party.value))
    parties = frozenset({party})
    assert (step in steps_for(state, parties, UNTIL, IN_TIME)) == (expected is not None)
    if expected is not None:
        assert after(state, step, parties, "because", UNTIL, IN_TIME) == expected
        return
    is_another_partys = any((of, taken) == (state, step) for of, taken in TRANSITIONS)
    with pytest.raises(NotAllowed if is_another_partys else Conflict):
        after(state, step, parties, "because", UNTIL, IN_TIME)


@pytest.mark.parametrize("step", sorted(NEEDS_WORDS))
def test_appeals_and_decisions_say_why(step: Step) -> None:
    state = State.PUBLISHED if step is Step.APPEAL else State.APPEALED
    with pytest.raises(BadInput) as refused:
        after(state, step, frozenset(Party), " \n", UNTIL, IN_TIME)
    assert refused.value.field == "comment"


def test_nobody_appeals_after_the_limit_and_an_acknowledged_review_closes_then() -> None:
    agent = frozenset({Party.AGENT})
    with pytest.raises(Conflict):
        after(State.PUBLISHED, Step.APPEAL, agent, "late", UNTIL, LATE)
    assert steps_for(State.PUBLISHED, agent, UNTIL, LATE) == [Step.ACKNOWLEDGE]
    assert [state_at(State.ACKNOWLEDGED, UNTIL, now) for now in (IN_TIME, LATE)] == [State.ACKNOWLEDGED, State.CLOSED]
    assert steps_for(State.ACKNOWLEDGED, agent, UNTIL, LATE) == []
    assert state_at(State.APPEALED, UNTIL, LATE) == State.APPEALED


@pytest.mark.parametrize(
    ("role", "user_id", "number", "parties"),
    [
        (Role.QA, 1, None, {Party.REVIEWER}),
        (Role.QA, 2, None, set()),
        (Role.AGENT, 2, "1001", {Party.AGENT}),
        (Role.AGENT, 2, "1002", set()),
        (Role.AGENT, 2, None, set()),
        (Role.SUPERVISOR, 2, None, {Party.LEADER}),
        (Role.SUPERVISOR, 2, "1001", set()),
        (Role.SUPERVISOR, 1, None, set()),
        (Role.ADMIN, 1, None, {Party.REVIEWER}),
        (Role.ADMIN, 2, None, {Party.LEADER}),
        (Role.ADMIN, 2, "1001", {Party.AGENT}),
    ],
)
def test_what_somebody_is_to_a_review(role: Role, user_id: int, number: str | None, parties: set[Party]) -> None:
    found = parties_of(user_id, number, PERMISSIONS[role], reviewer_id=1, reviewed_agent="1001")
    assert found == parties


@pytest.mark.parametrize(("state", "role"), list(product(State, Role)))
def test_drafts_are_read_by_their_reviewer_alone(state: State, role: Role) -> None:
    others = may_read(state, frozenset(), PERMISSIONS[role])
    assert others == (state not in (State.DRAFT, State.DISCARDED) and role is not Role.AGENT)
    assert may_read(state, frozenset({Party.REVIEWER}), PERMISSIONS[Role.QA]) == (state is not State.DISCARDED)
    is_out = state not in (State.DRAFT, State.DISCARDED)
    assert may_read(state, frozenset({Party.AGENT}), PERMISSIONS[Role.AGENT]) == is_out


def _item(name: str, **given: object) -> Item:
    return Item(**{"id": name, "kind": ItemKind.YES_NO, "label": Words("x"), "points": 5, **given})  # type: ignore[arg-type]


SECTIONS = (
    Section(
        id="s", label=Words("s"), items=(_item("a"), _item("b", asked_if=Condition(item="a", any_of=("no",)))),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "is_complete", "field"),
    [
        ({}, False, None),
        ({}, True, "answers.a"),
        ({"a": True}, True, None),
        ({"a": False}, True, "answers.b"),
        ({"a": "yes"}, False, "answers.a"),
        ({"z": True}, False, "answers.z"),
        ({"a": "not_applicable"}, True, None),
    ],
)
def test_a_draft_may_be_incomplete_a_published_review_not(
    answers: dict[str, object], is_complete: bool, field: str | None
) -> None:
    found = None
    try:
        check_answers(SECTIONS, answers, is_complete=is_complete)
    except CallCenterError as error:
        found = error.field
    assert found == field


def test_only_answers_to_what_was_asked_are_kept() -> None:
    assert counted(SECTIONS, {"a": True, "b": False}) == {"a": True}
    assert counted(SECTIONS, {"a": False, "b": False}) == {"a": False, "b": False}
