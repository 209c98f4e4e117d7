"""The routes of reviews (docs/api.md, Reviews)."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from msgspec import structs, to_builtins
from pydantic import Field

from callcenter.accounts.api import requires
from callcenter.accounts.once import OnceRoute
from callcenter.accounts.rules import READ_REVIEWS, USERNAME_LENGTH
from callcenter.accounts.scoped import check_call
from callcenter.accounts.service import Account
from callcenter.accounts.user_api import AgentNumber
from callcenter.calls.api import RecordingsOf, When, Word
from callcenter.calls.service import tell_call
from callcenter.errors import BadInput, NotAllowed
from callcenter.floor.terms import Instant
from callcenter.forms.shapes import Identity, Row, Shape, Text
from callcenter.quality import answers, reading, reviews
from callcenter.quality.calibration_tables import Calibration
from callcenter.quality.reading import Read, Wanted
from callcenter.quality.reviewing import State, Step, state_at, steps_for
from callcenter.quality.reviews import Act, Draft, Part, Terms
from callcenter.quality.rules import MOST_ITEMS, asked
from callcenter.quality.scoring import score
from callcenter.quality.service import Content
from callcenter.quality.shapes import score_shape
from callcenter.quality.tables import Review
from callcenter.store.engine import Sessions

Anybody = Annotated[Account, requires(reach="scoped")]
Reviewer = Annotated[Account, requires("review_calls", reach="scoped")]
Agent = Annotated[Account, requires("see_own_reviews", reach="own")]
Leader = Annotated[Account, requires("decide_appeals", reach="scoped")]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]

MOST_COMMENTS = 200
LONGEST_RECORDING = 86_400


def _reader(account: Anybody) -> Account:
    if account.permissions.isdisjoint(READ_REVIEWS | {"see_own_reviews"}):
        raise NotAllowed("this needs the permission see_own_reviews")
    return account


class ReviewQuery(Shape):
    """Which reviews; `cursor` is `next` of the page before."""

    agent: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00]*$")] | None = None
    reviewer: Annotated[str, Field(min_length=1, max_length=USERNAME_LENGTH, pattern=r"^[^\x00]*$")] | None = None
    state: State | None = None
    form_id: Annotated[Row | None, Field(alias="form")] = None
    since: Annotated[When | None, Field(alias="from")] = None
    until: Annotated[When | None, Field(alias="to")] = None
    cursor: Row | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class NewReviewShape(Shape):
    """The part of a call to review, and by which form."""

    pbx: Word
    call_id: Word
    agent_number: AgentNumber
    form_id: Row
    assignment_id: Row | None = None


class RemarkShape(Shape):
    """A text, and the moment of a recording that it is about: seconds from its beginning."""

    text: Text = ""
    at: Annotated[float, Field(ge=0, le=LONGEST_RECORDING)] | None = None
    recording_id: Row | None = None


class StepShape(Shape):
    """A step from the version that was read, with its words."""

    version: Version
    comment: Text = ""

    def act(self, account: Account, now: Instant) -> Act:
        """The same for the service."""
        return Act(account, now, self.version, self.comment)


class DraftShape(Shape):
    """A draft as it is typed."""

    version: Version
    answers: Annotated[dict[Identity, Any], Field(max_length=MOST_ITEMS)]
    notes: Annotated[dict[Identity, RemarkShape], Field(max_length=MOST_ITEMS)]
    comments: Annotated[list[RemarkShape], Field(max_length=MOST_COMMENTS)]

    def draft(self) -> Draft:
        """What it holds."""
        told = self.model_dump()
        return Draft(told["answers"], told["notes"], told["comments"])


class DecisionShape(StepShape):
    """The answer to an appeal; one that changes the review has all answers."""

    decision: Literal["upheld", "changed"]
    answers: Annotated[dict[Identity, Any], Field(max_length=MOST_ITEMS)] | None = None

    def chosen(self) -> dict[str, Any] | None:
        """The new answers, None where the review is upheld. Raises BadInput."""
        if (self.decision == "changed") != (self.answers is not None):
            raise BadInput("A review that is changed, and no other, has new answers", field="answers")
        return self.answers


def review_routes(
    sessions: Sessions, recordings_of: RecordingsOf, terms: Terms, clock: Callable[[], Instant]
) -> APIRouter:
    """`/api/reviews`: read by who may, written by the reviewer, answered by the agent, decided by a leader."""
    routes = APIRouter(prefix="/api/reviews", route_class=OnceRoute)
    _reading_routes(routes, sessions, recordings_of, clock)
    _reviewing_routes(routes, sessions, terms, clock)
    _answering_routes(routes, sessions, clock)
    return routes


def _reading_routes(
    routes: APIRouter, sessions: Sessions, recordings_of: RecordingsOf, clock: Callable[[], Instant]
) -> None:
    @routes.get("", response_model=answers.ReviewsPage)
    async def page(query: Annotated[ReviewQuery, Query()], account: Anybody) -> dict[str, Any]:
        wanted = Wanted(**query.model_dump(exclude={"cursor", "limit"}))
        now = clock()
        found = await reading.reviews(
            sessions, wanted, _reader(account), before=query.cursor, limit=query.limit + 1, now=now
        )
        shown = found[: query.limit]
        following = shown[-1][0].id if len(found) > query.limit else None
        return {"reviews": [_line(one, content, now) for one, content in shown], "next": following}

    @routes.get("/{review_id}", response_model=answers.Review)
    async def one(review_id: Row, account: Anybody) -> dict[str, Any]:
        return _shape(await reading.review(sessions, review_id, _reader(account)), clock())

    @routes.get("/{review_id}/call", response_model=answers.ReviewedCall)
    async def call(review_id: Row, account: Anybody) -> dict[str, Any]:
        """What there is to hear, to whom a review is shown: the agent may see no other part of calls."""
        found = (await reading.review(sessions, review_id, _reader(account))).review
        return await heard(sessions, recordings_of, found)


def _reviewing_routes(routes: APIRouter, sessions: Sessions, terms: Terms, clock: Callable[[], Instant]) -> None:
    @routes.post("", response_model=answers.Review, status_code=201)
    async def begin(shape: NewReviewShape, account: Reviewer) -> dict[str, Any]:
        now = clock()
        await check_call(sessions, account.scope, shape.pbx, shape.call_id)
        return _shape(await reviews.begin(sessions, Part(**shape.model_dump()), account=account, now=now), now)

    @routes.put("/{review_id}", response_model=answers.Review)
    async def save(review_id: Row, shape: DraftShape, account: Reviewer) -> dict[str, Any]:
        act = Act(account, clock(), shape.version)
        return _shape(await reviews.save_draft(sessions, review_id, shape.draft(), act), act.now)

    @routes.delete("/{review_id}", status_code=204)
    async def discard(review_id: Row, version: Annotated[Version, Query()], account: Reviewer) -> None:
        await reviews.discard(sessions, review_id, Act(account, clock(), version))

    @routes.post("/{review_id}/publish", response_model=answers.Review)
    async def publish(review_id: Row, shape: StepShape, account: Reviewer) -> dict[str, Any]:
        act = shape.act(account, clock())
        return _shape(await reviews.publish(sessions, review_id, act, terms), act.now)


def _answering_routes(routes: APIRouter, sessions: Sessions, clock: Callable[[], Instant]) -> None:
    @routes.post("/{review_id}/acknowledge", response_model=answers.Review)
    async def acknowledge(review_id: Row, shape: StepShape, account: Agent) -> dict[str, Any]:
        act = shape.act(account, clock())
        return _shape(await reviews.answer(sessions, review_id, Step.ACKNOWLEDGE, act), act.now)

    @routes.post("/{review_id}/appeal", response_model=answers.Review)
    async def appeal(review_id: Row, shape: StepShape, account: Agent) -> dict[str, Any]:
        act = shape.act(account, clock())
        return _shape(await reviews.answer(sessions, review_id, Step.APPEAL, act), act.now)

    @routes.post("/{review_id}/decision", response_model=answers.Review)
    async def decide(review_id: Row, shape: DecisionShape, account: Leader) -> dict[str, Any]:
        act = shape.act(account, clock())
        return _shape(await reviews.decide(sessions, review_id, shape.chosen(), act), act.now)


async def heard(sessions: Sessions, recordings_of: RecordingsOf, of: Review | Calibration) -> dict[str, Any]:
    """What there is to hear of the agent's part of a call."""
    story = await tell_call(sessions, of.pbx, of.call_id)
    own = [one for one in story.conversations if one.agent_number == of.agent_number]
    parts = {(one.leg_id, one.part) for one in own}
    return {
        "number": story.summary.call.number,
        "direction": story.summary.call.direction,
        "started_at": story.summary.call.started_at,
        "conversations": [structs.asdict(one) for one in own],
        "holds": [structs.asdict(one) for one in story.holds if (one.leg_id, one.part) in parts],
        "recordings": await recordings_of(of.pbx, story.summary.call.call_id, story.conversations),
    }


TOLD = (
    "id",
    "pbx",
    "call_id",
    "agent_number",
    "agent_name",
    "talked_at",
    "form_id",
    "form_version",
    "assignment_id",
    "reviewer",
    "version",
    "pass_score",
    "created_at",
    "changed_at",
    "published_at",
    "appeal_until",
)


def _line(review: Review, content: Content, now: Instant) -> dict[str, Any]:
    total = review.score
    passed = None if total is None or review.pass_score is None else total >= review.pass_score
    return {name: getattr(review, name) for name in TOLD} | {
        "state": state_at(State(review.state), review.appeal_until, now),
        "form_name": to_builtins(content.name),
        "total": total,
        "has_passed": passed,
    }


def _shape(read: Read, now: Instant) -> dict[str, Any]:
    review, sections = read.review, read.content.sections
    told_steps = ("at", "step", "username", "comment", "state", "answers", "score")
    return _line(review, read.content, now) | {
        "sections": to_builtins(sections),
        "answers": review.answers,
        "notes": review.notes,
        "comments": review.comments,
        "score": score_shape(score(sections, review.answers)),
        "asked": [item.id for item in asked(sections, review.answers)],
        "steps": [{name: getattr(step, name) for name in told_steps} for step in read.steps],
        "may": [step.value for step in steps_for(State(review.state), read.parties, review.appeal_until, now)],
    }
