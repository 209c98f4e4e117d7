"""The states of a review, which step leads from one to the next, and who may take it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct

from callcenter.accounts.rules import READ_REVIEWS, Permission
from callcenter.errors import BadInput, Conflict, NotAllowed
from callcenter.floor.terms import Instant
from callcenter.quality.rules import Answers, Fault, Section, asked, faults, items_of


class State(StrEnum):
    """Where a review stands. A discarded draft is shown to nobody any more."""

    DRAFT = "draft"
    DISCARDED = "discarded"
    PUBLISHED = "published"
    ACKNOWLEDGED = "acknowledged"
    APPEALED = "appealed"
    UPHELD = "upheld"
    CHANGED = "changed"
    CLOSED = "closed"


class Step(StrEnum):
    """What somebody does with a review; each is written down for good."""

    BEGIN = "begin"
    DISCARD = "discard"
    PUBLISH = "publish"
    ACKNOWLEDGE = "acknowledge"
    APPEAL = "appeal"
    UPHOLD = "uphold"
    CHANGE = "change"


class Party(StrEnum):
    """What somebody is to one review."""

    REVIEWER = "reviewer"
    AGENT = "agent"
    LEADER = "leader"


class Transition(Struct, frozen=True):
    """Who may take a step, and the state after it."""

    by: Party
    to: State


TRANSITIONS: Mapping[tuple[State, Step], Transition] = {
    (State.DRAFT, Step.DISCARD): Transition(Party.REVIEWER, State.DISCARDED),
    (State.DRAFT, Step.PUBLISH): Transition(Party.REVIEWER, State.PUBLISHED),
    (State.PUBLISHED, Step.ACKNOWLEDGE): Transition(Party.AGENT, State.ACKNOWLEDGED),
    (State.PUBLISHED, Step.APPEAL): Transition(Party.AGENT, State.APPEALED),
    (State.ACKNOWLEDGED, Step.APPEAL): Transition(Party.AGENT, State.APPEALED),
    (State.APPEALED, Step.UPHOLD): Transition(Party.LEADER, State.UPHELD),
    (State.APPEALED, Step.CHANGE): Transition(Party.LEADER, State.CHANGED),
    (State.UPHELD, Step.ACKNOWLEDGE): Transition(Party.AGENT, State.CLOSED),
    (State.CHANGED, Step.ACKNOWLEDGE): Transition(Party.AGENT, State.CLOSED),
}

NEEDS_WORDS = frozenset({Step.APPEAL, Step.UPHOLD, Step.CHANGE})
"""An appeal says why, and so does the answer to it."""

HIDDEN = frozenset({State.DRAFT, State.DISCARDED})
"""What nobody sees but the reviewer, and what not even the reviewer sees."""


def parties_of(
    user_id: int,
    agent_number: str | None,
    permissions: frozenset[Permission],
    *,
    reviewer_id: int,
    reviewed_agent: str,
) -> frozenset[Party]:
    """What this user is to a review. Who wrote it or is judged by it never decides its appeal."""
    is_reviewer, is_agent = user_id == reviewer_id, agent_number == reviewed_agent
    found = {
        Party.REVIEWER: is_reviewer and "review_calls" in permissions,
        Party.AGENT: is_agent and "see_own_reviews" in permissions,
        Party.LEADER: not is_reviewer and not is_agent and "decide_appeals" in permissions,
    }
    return frozenset(party for party, holds in found.items() if holds)


def may_read(state: State, parties: frozenset[Party], permissions: frozenset[Permission]) -> bool:
    """Drafts are read by their reviewers alone; the others by the agent, and by all who review or decide."""
    if state in HIDDEN:
        return state is State.DRAFT and Party.REVIEWER in parties
    return Party.AGENT in parties or not permissions.isdisjoint(READ_REVIEWS)


def state_at(state: State, appeal_until: Instant | None, now: Instant) -> State:
    """Where a review stands now: an acknowledged one closes by itself when it can be appealed no more."""
    is_over = appeal_until is not None and now >= appeal_until
    return State.CLOSED if state is State.ACKNOWLEDGED and is_over else state


def steps_for(state: State, parties: frozenset[Party], appeal_until: Instant | None, now: Instant) -> list[Step]:
    """The steps that somebody may take now."""
    standing = state_at(state, appeal_until, now)
    return [
        step
        for (of, step), transition in TRANSITIONS.items()
        if of is standing and transition.by in parties and not _is_late(step, appeal_until, now)
    ]


def after(
    state: State, step: Step, parties: frozenset[Party], comment: str, appeal_until: Instant | None, now: Instant
) -> State:
    """The state after a step. Raises Conflict, NotAllowed, BadInput for a reason that is missing."""
    transition = TRANSITIONS.get((state_at(state, appeal_until, now), step))
    if transition is None:
        raise Conflict(f"The review is {state_at(state, appeal_until, now)}; load it again")
    if transition.by not in parties:
        raise NotAllowed(f"Only the {transition.by} of this review may {step} it")
    if _is_late(step, appeal_until, now):
        raise Conflict("The time to appeal is over; speak with your leader")
    if step in NEEDS_WORDS and not comment.strip():
        raise BadInput("Say why", field="comment")
    return transition.to


def _is_late(step: Step, appeal_until: Instant | None, now: Instant) -> bool:
    return step is Step.APPEAL and appeal_until is not None and now >= appeal_until


def check_items(sections: Sequence[Section], named: Iterable[str], field: str) -> None:
    """Raises BadInput naming the first item (`notes.greets`) that the form does not have."""
    known = {item.id for item in items_of(sections)}
    for item in named:
        if item not in known:
            raise BadInput("the form has no such item", field=f"{field}.{item}")


def check_answers(sections: Sequence[Section], answers: Answers, *, is_complete: bool) -> None:
    """Raises BadInput naming the first item (`answers.greets`) whose answer is missing or not acceptable."""
    check_items(sections, answers, "answers")
    for item, fault in faults(sections, answers, is_complete=is_complete).items():
        told = "Answer this item before publishing" if fault is Fault.REQUIRED else fault.value.replace("_", " ")
        raise BadInput(told, field=f"answers.{item}")


def counted(sections: Sequence[Section], answers: Answers) -> dict[str, Any]:
    """The answers to what was asked, which is all that a published review keeps."""
    return {item.id: answers[item.id] for item in asked(sections, answers) if answers.get(item.id) is not None}
