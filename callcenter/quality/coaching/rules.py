"""Who gives, acknowledges and closes a coaching task, and which conversation shows whether it helped. Pure."""

from collections.abc import Collection, Iterable
from enum import StrEnum

from msgspec import Struct

from callcenter.accounts.rules import READ_REVIEWS, Permission
from callcenter.errors import BadInput, Conflict, NotAllowed
from callcenter.floor.terms import Instant
from callcenter.quality.plan_rules import Candidate, Key

COACHING = READ_REVIEWS
"""Who has one of these leads or reviews, and so may coach."""


class Standing(StrEnum):
    """How far a task is."""

    GIVEN = "given"
    SEEN = "seen"
    CLOSED = "closed"


class CoachingStep(StrEnum):
    """What can be done with a task."""

    ACKNOWLEDGE = "acknowledge"
    CLOSE = "close"


class Person(Struct, frozen=True, kw_only=True):
    """What somebody is to a task: the agent whose it is, or who coaches; `is_in_charge`: owns it, or gave it."""

    permissions: frozenset[Permission]
    is_agent: bool
    is_in_charge: bool = False


def may_coach(person: Person) -> bool:
    """Nobody coaches themself."""
    return not person.is_agent and not person.permissions.isdisjoint(COACHING)


def may_read(person: Person) -> bool:
    """The agent, and all who coach."""
    return may_coach(person) or (person.is_agent and "see_own_reviews" in person.permissions)


def standing(seen_at: Instant | None, closed_at: Instant | None) -> Standing:
    """How far a task is; one can be closed unseen, as when the agent was told in person."""
    if closed_at is not None:
        return Standing.CLOSED
    return Standing.GIVEN if seen_at is None else Standing.SEEN


def steps_for(person: Person, state: Standing) -> list[CoachingStep]:
    """What this person may do with it now."""
    may = {
        CoachingStep.ACKNOWLEDGE: state is Standing.GIVEN
        and person.is_agent
        and "see_own_reviews" in person.permissions,
        CoachingStep.CLOSE: state is not Standing.CLOSED and may_coach(person) and person.is_in_charge,
    }
    return [step for step, holds in may.items() if holds]


def check_step(person: Person, state: Standing, step: CoachingStep) -> None:
    """Raises Conflict where it is too late for the step, NotAllowed where it is for somebody else."""
    if state is Standing.CLOSED or (step is CoachingStep.ACKNOWLEDGE and state is not Standing.GIVEN):
        raise Conflict(f"The task is {state}; load it again")
    if step not in steps_for(person, state):
        whose = "its agent" if step is CoachingStep.ACKNOWLEDGE else "who owns the task, or gave it,"
        raise NotAllowed(f"Only {whose} may {step} it")


def check_task(items: Iterable[str], lost: Collection[str], due_at: Instant, now: Instant) -> None:
    """Raises BadInput naming the field of a task that cannot be given for a review with these items `lost`."""
    known = list(items)
    if not known:
        raise BadInput("Choose what to work on", field="items")
    for nth, item in enumerate(known):
        if item not in lost:
            raise BadInput("No points were lost at this item", field=f"items.{nth}")
        if item in known[:nth]:
            raise BadInput("This item is there twice", field=f"items.{nth}")
    if due_at <= now:
        raise BadInput("A task is due in the future", field="due_at")


def next_after(
    candidates: Iterable[Candidate], agent: str, closed_at: Instant, taken: Collection[Key]
) -> Candidate | None:
    """The agent's first conversation after the task was closed that can be reviewed and is not drawn already.

    It depends on nothing but the conversations, so that the same draw comes out again.
    """
    later = (one for one in candidates if one.key.agent_number == agent and one.began_at >= closed_at)
    return min((one for one in later if one.key not in taken), key=lambda one: (one.began_at, one.key), default=None)
