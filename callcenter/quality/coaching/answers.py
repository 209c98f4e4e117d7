"""What the routes of coaching answer, for the API's description (docs/api.md, Coaching)."""

from typing_extensions import TypedDict

from callcenter.floor.terms import Instant
from callcenter.quality.answers import PersonName, ReviewEarned, Texts
from callcenter.quality.coaching.rules import CoachingStep, Standing


class CoachedItem(TypedDict):
    """An item to work on: what it earned in the review, and in the next one (null: none yet, or left out)."""

    id: str
    label: Texts
    before: ReviewEarned | None
    after: ReviewEarned | None


class CoachingTask(TypedDict):
    """A coaching task; `may` is what the reader can do next."""

    id: int
    review_id: int
    agent_number: str
    agent_name: str
    talked_at: Instant
    form_name: Texts
    items: list[CoachedItem]
    note: str
    owner: str
    due_at: Instant
    given_at: Instant
    given_by: str
    version: int
    state: Standing
    seen_at: Instant | None
    closed_at: Instant | None
    closed_by: str
    outcome: str
    is_drawn: bool
    next_review_id: int | None
    may: list[CoachingStep]


class CoachingPage(TypedDict):
    """A page of tasks; `next` is the cursor of the following one."""

    tasks: list[CoachingTask]
    next: int | None


class CoachingOwners(TypedDict):
    """Who can be given a task to see through."""

    owners: list[PersonName]
