"""What the routes of reviews, forms and plans answer, for the API's description (docs/api.md, Quality)."""

from typing import Annotated, Any, Literal

from typing_extensions import TypedDict

from callcenter.calls.answers import Recording
from callcenter.floor.facts import Conversation, Direction, Hold
from callcenter.floor.terms import Instant, Seconds
from callcenter.quality.plan_rules import PeriodKind, Rules, Why
from callcenter.quality.plans import Target
from callcenter.quality.reviewing import State, Step
from callcenter.quality.rules import Section, Words
from callcenter.quality.scoring import Score
from callcenter.told import Like

Texts = Annotated[dict[str, Any], Like(Words, "Words")]
ReviewSections = list[Annotated[dict[str, Any], Like(Section, "ReviewSection")]]
ReviewScore = Annotated[dict[str, Any], Like(Score, "ReviewScore")]
ReviewAnswers = dict[str, bool | float | str]
"""By item: whether, how much, which option, or `not_applicable`."""


class ReviewForm(TypedDict):
    """A version of a review form; `created_by` "": it came with the server."""

    id: int
    shipped_as: str | None
    retired_at: Instant | None
    retired_by: str
    version: int
    name: Texts
    sections: ReviewSections
    created_at: Instant
    created_by: str


class ReviewForms(TypedDict):
    """The newest versions of all review forms."""

    forms: list[ReviewForm]


class TriedScore(TypedDict):
    """What some answers to a form would score, and which items they have asked."""

    total: float | None
    zeroed_by: list[str]
    items: dict[str, "ReviewEarned"]
    sections: dict[str, "ReviewEarned"]
    asked: list[str]


class ReviewEarned(TypedDict):
    """What an item or a section earned (`points`) of what it weighs, both of the whole 100."""

    points: float
    weight: float


class Remark(TypedDict):
    """A text, and the moment of a recording that it is about: seconds from its beginning."""

    text: str
    at: Seconds | None
    recording_id: int | None


StateTold = Literal["draft", "published", "acknowledged", "appealed", "upheld", "changed", "closed"]
"""Of a review that is still there."""


class ReviewLine(TypedDict):
    """A review as lists tell it; `total` is 0-100."""

    id: int
    pbx: str
    call_id: str
    agent_number: str
    agent_name: str
    talked_at: Instant
    form_id: int
    form_version: int
    assignment_id: int | None
    reviewer: str
    version: int
    pass_score: float | None
    created_at: Instant
    changed_at: Instant
    published_at: Instant | None
    appeal_until: Instant | None
    state: StateTold
    form_name: Texts
    total: float | None
    has_passed: bool | None


class ReviewsPage(TypedDict):
    """A page of reviews; `next` is the cursor of the following one."""

    reviews: list[ReviewLine]
    next: int | None


class ReviewStep(TypedDict):
    """What somebody did with a review; answers and score are those that the step left."""

    at: Instant
    step: Step
    username: str
    comment: str
    state: State
    answers: ReviewAnswers | None
    score: float | None


class Review(ReviewLine):
    """A review with its answers and its steps; `may` is what the reader can do next."""

    sections: ReviewSections
    answers: ReviewAnswers
    notes: dict[str, Remark]
    comments: list[Remark]
    score: ReviewScore
    asked: list[str]
    steps: list[ReviewStep]
    may: list[Step]


class ReviewedCall(TypedDict):
    """What there is to hear of the agent's part of a call."""

    number: str
    direction: Direction
    started_at: Instant
    conversations: list[Annotated[dict[str, Any], Like(Conversation)]]
    holds: list[Annotated[dict[str, Any], Like(Hold, "TalkHold")]]
    recordings: list[Recording]


class PersonName(TypedDict):
    """Somebody by username and name."""

    username: str
    name: str


class PlanReviewer(TypedDict):
    """How far a reviewer of a plan is in this period; `target` null: they are no longer one."""

    username: str
    target: int | None
    open: int
    done: int


class PlanProgress(TypedDict):
    """How far a plan is in its present period."""

    period: str
    drawn: int
    done: int
    pool: int
    reviewers: list[PlanReviewer]


class ReviewPlan(TypedDict):
    """A sampling plan; `active_since` null: it is paused."""

    name: str
    form_id: int
    agents: list[str]
    teams: list[str]
    queues: list[str]
    lists: list[int]
    period: PeriodKind
    per_agent: int
    min_talk_seconds: Seconds
    rules: Annotated[dict[str, Any], Like(Rules, "PlanRules")]
    reviewers: list[Annotated[dict[str, Any], Like(Target, "PlanTarget")]]
    claim_hours: int
    id: int
    seed: str
    active_since: Instant | None
    created_at: Instant
    created_by: str
    progress: PlanProgress


class ListChoice(TypedDict):
    """A callback list to choose."""

    id: int
    name: str


class ReviewPlans(TypedDict):
    """All plans, and who and which lists can be chosen for one."""

    plans: list[ReviewPlan]
    reviewers: list[PersonName]
    lists: list[ListChoice]


class PlannedAgent(TypedDict):
    """What a plan draws of an agent, and why."""

    agent_number: str
    agent_name: str
    conversations: int
    assigned: int
    drawn: int
    why: dict[Why, int]


class PlanPreview(TypedDict):
    """What a plan draws of a period by now."""

    name: str
    period: str
    since: Instant
    until: Instant
    agents: list[PlannedAgent]
    drawn: int


class ReviewAssignment(TypedDict):
    """A conversation that is to be reviewed, and why it was drawn."""

    id: int
    plan_id: int
    plan: str
    form_id: int
    period: str
    pbx: str
    call_id: str
    agent_number: str
    agent_name: str
    queue: str
    began_at: Instant
    talk_seconds: Seconds
    why: Why
    drawn_at: Instant
    assigned_at: Instant | None
    claimed_at: Instant | None
    expires_at: Instant | None


class ReviewInbox(TypedDict):
    """What is one's own to review, and what anybody may claim."""

    mine: list[ReviewAssignment]
    pool: list[ReviewAssignment]
