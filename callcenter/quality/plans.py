"""Sampling plans in the database: made, changed, switched on, paused, and what one would draw now."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct, convert, to_builtins
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.own_roles import users_who_may
from callcenter.accounts.tables import User
from callcenter.dialer.tables import CallbackList
from callcenter.errors import BadInput, NotFound
from callcenter.floor.terms import Instant, Seconds
from callcenter.quality.assignment_tables import ReviewAssignment, ReviewPlan
from callcenter.quality.candidates import Asked, Whom, candidates_of, new_agents_of
from callcenter.quality.plan_rules import (
    DAY_SECONDS,
    Assigned,
    Candidate,
    Draw,
    Key,
    Period,
    PeriodKind,
    Rules,
    Sampling,
    Why,
    check_sampling,
    draws,
    period_at,
)
from callcenter.quality.tables import ReviewForm
from callcenter.store.engine import Sessions


@dataclass(frozen=True)
class Context:
    """What plans need: `flush` brings what has just ended into the database; `queues` and `complaints` (the types of
    tickets that are such) are those of the settings."""

    sessions: Sessions
    zone: ZoneInfo
    clock: Callable[[], Instant]
    flush: Callable[[], Awaitable[None]]
    queues: frozenset[str]
    complaints: frozenset[str]


class Target(Struct, frozen=True):
    """A reviewer of a plan, and how many reviews they are given in a period at most."""

    username: str
    target: int


class Plan(Struct, frozen=True, kw_only=True):
    """What a plan says."""

    name: str
    form_id: int
    whom: Whom
    period: PeriodKind
    per_agent: int
    min_talk_seconds: Seconds
    rules: Rules
    reviewers: tuple[Target, ...]
    claim_hours: int


class Drawing(Struct, frozen=True):
    """What a plan draws of one period by now: from which conversations, beside what is assigned already."""

    period: Period
    candidates: list[Candidate]
    assigned: dict[Key, Assigned]
    draws: list[Draw]


def plan_of(row: ReviewPlan) -> Plan:
    """What a plan says."""
    told = {name: getattr(row, name) for name in Plan.__struct_fields__ if name != "whom"}
    whom = {name: getattr(row, name) for name in Whom.__struct_fields__}
    return convert(told | {"whom": whom}, Plan)


async def plans(sessions: Sessions) -> Sequence[ReviewPlan]:
    """All plans, in the order in which they were made."""
    async with sessions() as session:
        return (await session.scalars(select(ReviewPlan).order_by(ReviewPlan.id))).all()


async def plan_row(sessions: Sessions, plan_id: int) -> ReviewPlan:
    """A plan. Raises NotFound."""
    async with sessions() as session:
        return found(await session.get(ReviewPlan, plan_id), plan_id)


def found(row: ReviewPlan | None, plan_id: int) -> ReviewPlan:
    """The row. Raises NotFound where there is none."""
    if row is None:
        raise NotFound(f"There is no sampling plan {plan_id}")
    return row


async def add_plan(context: Context, plan: Plan, *, by: str) -> ReviewPlan:
    """Makes a plan, which is paused until it is switched on, with a seed of its own. Raises BadInput."""
    row = ReviewPlan(seed=secrets.token_hex(16), created_at=context.clock(), created_by=by)
    async with context.sessions.begin() as session:
        await _check(session, context, plan)
        _write(row, plan)
        session.add(row)
    return row


async def change_plan(context: Context, plan_id: int, plan: Plan) -> ReviewPlan:
    """Changes what a plan says; what it has drawn stays. Raises NotFound, BadInput."""
    async with context.sessions.begin() as session:
        row = await locked(session, plan_id)
        await _check(session, context, plan, present=plan_of(row))
        _write(row, plan)
    return row


async def switch_on(context: Context, plan_id: int) -> ReviewPlan:
    """Has a plan draw from now on; since when it did so already stays. Raises NotFound."""
    async with context.sessions.begin() as session:
        row = await locked(session, plan_id)
        row.active_since = context.clock() if row.active_since is None else row.active_since
    return row


async def pause(context: Context, plan_id: int) -> ReviewPlan:
    """Draws and deals nothing more; what was dealt stays with its reviewers. Raises NotFound."""
    async with context.sessions.begin() as session:
        row = await locked(session, plan_id)
        row.active_since = None
    return row


async def locked(session: AsyncSession, plan_id: int) -> ReviewPlan:
    """The plan, which nobody else changes, and which nobody else draws for, until this transaction is over."""
    locking = update(ReviewPlan).where(ReviewPlan.id == plan_id).values(seed=ReviewPlan.seed)
    return found(await session.scalar(locking.returning(ReviewPlan)), plan_id)


def _write(row: ReviewPlan, plan: Plan) -> None:
    told = to_builtins(plan)
    for name, value in {**told, **told["whom"]}.items():
        if name != "whom":
            setattr(row, name, value)


# --- checks -----------------------------------------------------------------------------------------------------


async def reviewers(session: AsyncSession) -> list[User]:
    """Everybody who may review calls at present and sees them all, by username: a plan deals by lot."""
    return [user for user in await users_who_may(session, "review_calls") if user.scope is None]


async def _check(session: AsyncSession, context: Context, plan: Plan, present: Plan | None = None) -> None:
    """What a plan has named already it may keep: forms are retired, queues and lists go, people leave."""
    check_sampling(plan.per_agent, plan.rules)
    form = await session.get(ReviewForm, plan.form_id)
    if form is None or (form.retired_at is not None and (present is None or present.form_id != plan.form_id)):
        raise BadInput("Choose a review form that is in use", field="form_id")
    whom = present.whom if present else Whom()
    for queue in set(plan.whom.queues) - set(whom.queues) - context.queues:
        raise BadInput(f"There is no queue {queue!r}", field="queues")
    lists = set(await session.scalars(select(CallbackList.id).where(CallbackList.id.in_(plan.whom.lists))))
    for list_id in set(plan.whom.lists) - set(whom.lists) - lists:
        raise BadInput(f"There is no list {list_id}", field="lists")
    await _check_reviewers(session, plan, {one.username for one in present.reviewers} if present else set())


async def _check_reviewers(session: AsyncSession, plan: Plan, kept: set[str]) -> None:
    may = {user.username for user in await reviewers(session)} | kept
    seen: set[str] = set()
    if not plan.reviewers:
        raise BadInput("A plan needs a reviewer", field="reviewers")
    for nth, reviewer in enumerate(plan.reviewers):
        if reviewer.username not in may:
            raise BadInput(f"{reviewer.username!r} may not review calls", field=f"reviewers.{nth}.username")
        if reviewer.username in seen:
            raise BadInput(f"{reviewer.username!r} is there twice", field=f"reviewers.{nth}.username")
        seen.add(reviewer.username)


# --- what is drawn ----------------------------------------------------------------------------------------------


async def drawing(context: Context, session: AsyncSession, row: ReviewPlan, period: Period, now: Instant) -> Drawing:
    """What the plan draws of a period by now."""
    plan = plan_of(row)
    rules = plan.rules
    asked = Asked(rules.talk_over_seconds is not None, context.complaints if rules.complaints else frozenset())
    able = await candidates_of(session, plan.whom, plan.min_talk_seconds, period, asked)
    new = await new_agents_of(session, rules.new_agents, period)
    had = await assigned_in(session, row.id, period)
    sampling = Sampling(per_agent=plan.per_agent, rules=rules, seed=row.seed)
    # A month of a large centre is some 100,000 lots: too many for the loop that the floor is told by.
    drew = await asyncio.to_thread(draws, sampling, period, able, new, had, now)
    return Drawing(period, able, had, drew)


async def assigned_in(session: AsyncSession, plan_id: int, period: Period) -> dict[Key, Assigned]:
    """What a plan has drawn of the calls of a period: one that went on past its end may have been drawn beside it."""
    row = ReviewAssignment
    query = select(row.pbx, row.call_id, row.agent_number, row.why, row.began_at).where(
        row.plan_id == plan_id,
        row.began_at >= period.since - DAY_SECONDS,
        row.began_at < period.until + DAY_SECONDS,
    )
    return {Key(*key): Assigned(Why(why), at) for *key, why, at in await session.execute(query)}


async def preview(context: Context, plan_id: int, which: Literal["this", "last"]) -> Drawing:
    """What the plan would draw now of the present period, or of the one before it. Raises NotFound."""
    await context.flush()
    row, now = await plan_row(context.sessions, plan_id), context.clock()
    period = present_period(context, row)
    if which == "last":
        period = period_at(period.since - 1, plan_of(row).period, context.zone)
    async with context.sessions() as session:
        return await drawing(context, session, row, period, now)


def present_period(context: Context, row: ReviewPlan) -> Period:
    """The week or month that it is."""
    return period_at(context.clock(), plan_of(row).period, context.zone)


class Tally(Struct, frozen=True):
    """How many reviews of a period somebody ("": the pool) has to do still, and has done."""

    open: int
    done: int


async def tallies(context: Context, row: ReviewPlan) -> Mapping[str, Tally]:
    """The progress of a plan in the present period, by reviewer."""
    told = ReviewAssignment
    query = select(told.reviewer, func.count() - func.count(told.done_at), func.count(told.done_at))
    query = query.where(told.plan_id == row.id, told.period == present_period(context, row).name)
    async with context.sessions() as session:
        rows = await session.execute(query.group_by(told.reviewer))
        return {reviewer or "": Tally(left, done) for reviewer, left, done in rows}
