"""The routes of sampling plans and of the reviewers' inbox (docs/api.md, Sampling plans)."""

from collections import Counter
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from msgspec import convert, to_builtins
from pydantic import Field
from sqlalchemy import select

from callcenter.accounts.api import requires
from callcenter.accounts.once import OnceRoute
from callcenter.accounts.service import Account
from callcenter.accounts.user_api import AgentNumber
from callcenter.dialer.tables import CallbackList
from callcenter.forms.shapes import Label, Row, Shape
from callcenter.quality import answers, assignments, plans
from callcenter.quality.assignment_tables import ReviewAssignment, ReviewPlan
from callcenter.quality.plan_rules import MOST_PER_AGENT, PeriodKind
from callcenter.quality.plans import Context, Drawing, Plan, Tally, plan_of

Manager = Annotated[Account, requires("manage_sampling")]
ReviewerAccount = Annotated[Account, requires("review_calls")]
Word = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]
Few = Field(max_length=500)
LONGEST_TALK_SECONDS = 86_400
LONGEST_CLAIM_HOURS = 31 * 24
Talk = Annotated[float, Field(ge=0, le=LONGEST_TALK_SECONDS)]
Limit = Annotated[float, Field(gt=0, le=LONGEST_TALK_SECONDS)]


class NewAgentsShape(Shape):
    """So many more of agents who were first seen within so many days."""

    days: Annotated[int, Field(ge=1, le=366)]
    calls: Annotated[int, Field(ge=1, le=MOST_PER_AGENT)]


class RulesShape(Shape):
    """What is drawn beside the conversations by lot; absent: the rule is off."""

    long_seconds: Limit | None = None
    talk_over_seconds: Limit | None = None
    survey_score: Annotated[int, Field(ge=1, le=5)] | None = None
    complaints: bool = False
    new_agents: NewAgentsShape | None = None
    share: Annotated[float, Field(gt=0, le=100)] | None = None


class TargetShape(Shape):
    """A reviewer, and how many reviews they are given in a period at most."""

    username: Word
    target: Annotated[int, Field(ge=1, le=10_000)]


class PlanShape(Shape):
    """A plan."""

    name: Label
    form_id: Row
    agents: Annotated[tuple[AgentNumber, ...], Few] = ()
    teams: Annotated[tuple[Word, ...], Few] = ()
    queues: Annotated[tuple[Word, ...], Few] = ()
    lists: Annotated[tuple[Row, ...], Few] = ()
    period: PeriodKind = "month"
    per_agent: Annotated[int, Field(ge=0, le=MOST_PER_AGENT)]
    min_talk_seconds: Talk = 30.0
    rules: RulesShape = RulesShape()
    reviewers: Annotated[list[TargetShape], Field(max_length=200)]
    claim_hours: Annotated[int, Field(ge=1, le=LONGEST_CLAIM_HOURS)] = 24

    def plan(self) -> Plan:
        """What it says."""
        told = self.model_dump()
        whom = {name: told.pop(name) for name in ("agents", "teams", "queues", "lists")}
        return convert(told | {"whom": whom}, Plan)


def plan_routes(context: Context) -> APIRouter:
    """The routes of plans and of the inbox; each says which permission it needs."""
    routes = APIRouter(prefix="/api", route_class=OnceRoute)
    _reading_routes(routes, context)
    _changing_routes(routes, context)
    _inbox_routes(routes, context)
    return routes


def _reading_routes(routes: APIRouter, context: Context) -> None:
    @routes.get("/review-plans", response_model=answers.ReviewPlans, dependencies=[requires("manage_sampling")])
    async def every() -> dict[str, Any]:
        shapes = [await _shape(context, row) for row in await plans.plans(context.sessions)]
        async with context.sessions() as session:
            lists = await session.execute(select(CallbackList.id, CallbackList.name).order_by(CallbackList.name))
            people = [{"username": user.username, "name": user.name} for user in await plans.reviewers(session)]
            return {"plans": shapes, "reviewers": people, "lists": [{"id": one, "name": name} for one, name in lists]}

    @routes.get(
        "/review-plans/{plan_id}", response_model=answers.ReviewPlan, dependencies=[requires("manage_sampling")]
    )
    async def one(plan_id: Row) -> dict[str, Any]:
        return await _shape(context, await plans.plan_row(context.sessions, plan_id))

    @routes.get(
        "/review-plans/{plan_id}/preview",
        response_model=answers.PlanPreview,
        dependencies=[requires("manage_sampling")],
    )
    async def preview(plan_id: Row, period: Literal["this", "last"] = "this") -> dict[str, Any]:
        return _preview_shape(await plans.preview(context, plan_id, period))


def _changing_routes(routes: APIRouter, context: Context) -> None:
    @routes.post("/review-plans", response_model=answers.ReviewPlan, status_code=201)
    async def add(shape: PlanShape, account: Manager) -> dict[str, Any]:
        return await _shape(context, await plans.add_plan(context, shape.plan(), by=account.username))

    @routes.put(
        "/review-plans/{plan_id}", response_model=answers.ReviewPlan, dependencies=[requires("manage_sampling")]
    )
    async def change(plan_id: Row, shape: PlanShape) -> dict[str, Any]:
        return await _shape(context, await plans.change_plan(context, plan_id, shape.plan()))

    @routes.post(
        "/review-plans/{plan_id}/start", response_model=answers.ReviewPlan, dependencies=[requires("manage_sampling")]
    )
    async def start(plan_id: Row) -> dict[str, Any]:
        row = await plans.switch_on(context, plan_id)
        await context.flush()
        await assignments.fill(context, plan_id)
        return await _shape(context, row)

    @routes.post(
        "/review-plans/{plan_id}/pause", response_model=answers.ReviewPlan, dependencies=[requires("manage_sampling")]
    )
    async def pause(plan_id: Row) -> dict[str, Any]:
        return await _shape(context, await plans.pause(context, plan_id))


def _inbox_routes(routes: APIRouter, context: Context) -> None:
    @routes.get("/review-inbox", response_model=answers.ReviewInbox)
    async def inbox(account: ReviewerAccount) -> dict[str, Any]:
        found = await assignments.inbox(context.sessions, account.username, context.clock())
        return {
            "mine": [_assignment_shape(row, plan) for row, plan in found.mine],
            "pool": [_assignment_shape(row, plan) for row, plan in found.pool],
        }

    @routes.post("/review-inbox/claim", response_model=answers.ReviewAssignment)
    async def claim_next(account: ReviewerAccount) -> dict[str, Any]:
        row = await assignments.claim_next(context.sessions, account.username, context.clock())
        return _assignment_shape(row, await plans.plan_row(context.sessions, row.plan_id))

    @routes.post("/review-inbox/{assignment_id}/claim", response_model=answers.ReviewAssignment)
    async def claim(assignment_id: Row, account: ReviewerAccount) -> dict[str, Any]:
        async with context.sessions.begin() as session:
            row = await assignments.claim(session, assignment_id, account.username, context.clock())
        return _assignment_shape(row, await plans.plan_row(context.sessions, row.plan_id))

    @routes.delete("/review-inbox/{assignment_id}/claim", status_code=204)
    async def give_back(assignment_id: Row, account: ReviewerAccount) -> None:
        async with context.sessions.begin() as session:
            await assignments.give_back(session, assignment_id, account.username)


# --- shapes -----------------------------------------------------------------------------------------------------


async def _shape(context: Context, row: ReviewPlan) -> dict[str, Any]:
    told: dict[str, Any] = to_builtins(plan_of(row))
    tallies = dict(await plans.tallies(context, row))
    pool = tallies.pop("", Tally(0, 0))
    targets = {one["username"]: one["target"] for one in told["reviewers"]}
    people = [
        {"username": name, "target": targets.get(name), **to_builtins(tallies.get(name, Tally(0, 0)))}
        for name in [*targets, *sorted(tallies.keys() - targets.keys())]
    ]
    progress = {
        "period": plans.present_period(context, row).name,
        "drawn": pool.open + sum(one.open + one.done for one in tallies.values()),
        "done": sum(one.done for one in tallies.values()),
        "pool": pool.open,
        "reviewers": people,
    }
    kept = {name: getattr(row, name) for name in ("id", "seed", "active_since", "created_at", "created_by")}
    return {**told.pop("whom"), **told, **kept, "progress": progress}


def _preview_shape(drawing: Drawing) -> dict[str, Any]:
    names, heard = {}, Counter(one.key.agent_number for one in drawing.candidates)
    for one in drawing.candidates:
        names[one.key.agent_number] = one.agent_name
    why: dict[str, Counter[str]] = {agent: Counter() for agent in heard}
    for draw in drawing.draws:
        why[draw.candidate.key.agent_number][draw.why.value] += 1
    had = Counter(key.agent_number for key in drawing.assigned)
    agents = [
        {
            "agent_number": agent,
            "agent_name": names[agent],
            "conversations": heard[agent],
            "assigned": had[agent],
            "drawn": why[agent].total(),
            "why": dict(why[agent]),
        }
        for agent in sorted(heard)
    ]
    return {**drawing.period._asdict(), "period": drawing.period.name, "agents": agents, "drawn": len(drawing.draws)}


def _assignment_shape(row: ReviewAssignment, plan: ReviewPlan) -> dict[str, Any]:
    told = (
        *("id", "plan_id", "period", "pbx", "call_id", "agent_number", "agent_name", "queue", "began_at"),
        *("talk_seconds", "why", "drawn_at", "assigned_at", "claimed_at", "expires_at"),
    )
    return {name: getattr(row, name) for name in told} | {"plan": plan.name, "form_id": plan.form_id}
