"""The reviewers' inbox: filled by the plans, claimed, given back, finished."""

from collections.abc import Sequence
from contextlib import suppress

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.tables import User
from callcenter.errors import Conflict, NotAllowed, NotFound
from callcenter.floor.terms import Instant
from callcenter.quality.assignment_tables import ReviewAssignment, ReviewPlan
from callcenter.quality.coaching.drawing import coaching_draws
from callcenter.quality.dealing import Reviewer, Waiting, dealt
from callcenter.quality.plan_rules import Draw, Period, periods_to_draw
from callcenter.quality.plans import (
    Context,
    Drawing,
    assigned_in,
    drawing,
    locked,
    plan_of,
    plan_row,
    reviewers,
)
from callcenter.quality.tables import Review
from callcenter.store.engine import Sessions

TRIES = 5
HOUR_SECONDS = 3600
IN_THE_POOL = {"reviewer": None, "assigned_at": None, "claimed_at": None, "expires_at": None}


# --- filling ----------------------------------------------------------------------------------------------------


async def fill_all(context: Context) -> None:
    """Has every active plan draw and deal what is due."""
    async with context.sessions() as session:
        active = select(ReviewPlan.id).where(ReviewPlan.active_since.is_not(None)).order_by(ReviewPlan.id)
        due = (await session.scalars(active)).all()
    if due:
        await context.flush()
    for plan_id in due:
        await fill(context, plan_id)


async def fill(context: Context, plan_id: int) -> int:
    """Draws and deals what is due of a plan; how many it drew. Doing so again adds nothing. Raises NotFound.

    Drawing takes a while, so it is done before the plan is locked, and anew where somebody else was faster.
    """
    for _ in range(TRIES):
        row, now = await plan_row(context.sessions, plan_id), context.clock()
        if row.active_since is None:
            return 0
        plan = plan_of(row)
        async with context.sessions() as session:
            periods = periods_to_draw(now, row.active_since, plan.period, context.zone)
            drew = [await drawing(context, session, row, period, now) for period in periods]
        async with context.sessions.begin() as session:
            present = await locked(session, plan_id)
            is_same = present.active_since == row.active_since and plan_of(present) == plan
            if not is_same or not await _are_fresh(session, plan_id, drew):
                continue
            session.add_all(_row(plan_id, one.period, draw, now) for one in drew for draw in one.draws)
            coached = await _draw_for_coaching(session, present, drew, now)
            await _deal(session, present, now)
        return sum(len(one.draws) for one in drew) + coached
    return 0


async def _are_fresh(session: AsyncSession, plan_id: int, drew: Sequence[Drawing]) -> bool:
    """Whether nothing was drawn since."""
    return all([await assigned_in(session, plan_id, one.period) == one.assigned for one in drew])


def _row(plan_id: int, period: Period, draw: Draw, now: Instant) -> ReviewAssignment:
    one = draw.candidate
    return ReviewAssignment(
        plan_id=plan_id,
        period=period.name,
        **one.key._asdict(),
        agent_name=one.agent_name,
        queue=one.queue,
        began_at=one.began_at,
        talk_seconds=one.talk_seconds,
        why=draw.why.value,
        drawn_at=now,
        given_back_by="",
    )


async def _draw_for_coaching(session: AsyncSession, plan: ReviewPlan, drew: Sequence[Drawing], now: Instant) -> int:
    """Draws the next conversations of agents whose coaching is done, each of which is known to its task; how many."""
    coached = await coaching_draws(session, plan, drew)
    for task, period, draw in coached:
        drawn = _row(plan.id, period, draw, now)
        session.add(drawn)
        await session.flush()
        task.assignment_id = drawn.id
    await session.flush()
    return len(coached)


async def _deal(session: AsyncSession, plan: ReviewPlan, now: Instant) -> None:
    """Gives what lies in the pool to the plan's reviewers, period by period."""
    row = ReviewAssignment
    people = await _people(session, plan)
    await _take_back(session, plan, [one.username for one in people], now)
    counts = (
        select(row.reviewer, row.period, func.count(), func.count() - func.count(row.done_at))
        .where(row.plan_id == plan.id, row.reviewer.is_not(None))
        .group_by(row.reviewer, row.period)
    )
    planned: dict[tuple[str, str | None], int] = {}
    by_name = {one.username: one for one in people}
    for username, period, many, left in await session.execute(counts):
        if username in by_name:
            planned[period, username] = many
            by_name[username].open += left
    pool: dict[str, list[Waiting]] = {}
    lying = select(row).where(row.plan_id == plan.id, row.reviewer.is_(None), row.done_at.is_(None))
    for one in await session.scalars(lying.order_by(row.began_at, row.id)):
        waiting = Waiting(id=one.id, agent_number=one.agent_number, given_back_by=one.given_back_by)
        pool.setdefault(one.period, []).append(waiting)
    last = await _last_reviewers(session, plan.id)
    for period, some in pool.items():
        for person in people:
            person.planned = planned.get((period, person.username), 0)
        for waiting, reviewer in dealt(some, people, last):
            last[waiting.agent_number] = reviewer.username
            giving = update(row).where(row.id == waiting.id, row.reviewer.is_(None), row.done_at.is_(None))
            await session.execute(giving.values(reviewer=reviewer.username, assigned_at=now))


async def _people(session: AsyncSession, plan: ReviewPlan) -> list[Reviewer]:
    able = {user.username: user.agent_number for user in await reviewers(session)}
    return [
        Reviewer(one.username, one.target, agent_number=able[one.username])
        for one in plan_of(plan).reviewers
        if one.username in able
    ]


async def _take_back(session: AsyncSession, plan: ReviewPlan, people: Sequence[str], now: Instant) -> None:
    """What was claimed and not done in time, and what lies with those who review no more, is in the pool again."""
    row = ReviewAssignment
    open_ones = update(row).where(row.plan_id == plan.id, row.done_at.is_(None), row.reviewer.is_not(None))
    expired = open_ones.where(row.expires_at <= now)
    await session.execute(expired.values(IN_THE_POOL | {"given_back_by": row.reviewer}))
    await session.execute(open_ones.where(row.reviewer.not_in(people)).values(IN_THE_POOL))


async def _last_reviewers(session: AsyncSession, plan_id: int) -> dict[str, str]:
    """Who was given the last review of each agent."""
    row = ReviewAssignment
    query = select(row.agent_number, row.reviewer).where(row.plan_id == plan_id, row.reviewer.is_not(None))
    ordered = await session.execute(query.order_by(row.assigned_at, row.began_at, row.id))
    return {agent: reviewer for agent, reviewer in ordered if reviewer is not None}


# --- the inbox --------------------------------------------------------------------------------------------------


class Inbox(Struct, frozen=True):
    """What awaits a reviewer: dealt to them or claimed by them, and what they may claim of the pool."""

    mine: list[tuple[ReviewAssignment, ReviewPlan]]
    pool: list[tuple[ReviewAssignment, ReviewPlan]]


async def inbox(sessions: Sessions, username: str, now: Instant) -> Inbox:
    """The reviewer's inbox: what they have claimed first, then the oldest conversation first."""
    row = ReviewAssignment
    query = select(row, ReviewPlan).join(ReviewPlan, ReviewPlan.id == row.plan_id)
    order = (row.expires_at.is_(None), row.expires_at, row.began_at, row.id)
    is_mine = and_(row.done_at.is_(None), row.reviewer == username, ~_is_in_pool(now))
    is_free = and_(row.done_at.is_(None), _is_in_pool(now))
    async with sessions() as session:
        agent = await _agent_number(session, username)
        mine = [(one, plan) for one, plan in await session.execute(query.where(is_mine).order_by(*order))]
        free = await session.execute(query.where(is_free).order_by(row.began_at, row.id))
        pool = [(one, plan) for one, plan in free if _may_claim(one, plan, username, agent)]
    return Inbox(mine, pool)


def _is_in_pool(now: Instant) -> ColumnElement[bool]:
    """A claim that has expired is none, also before the next run writes that down."""
    row = ReviewAssignment
    return or_(row.reviewer.is_(None), and_(row.expires_at.is_not(None), row.expires_at <= now))


def _may_claim(row: ReviewAssignment, plan: ReviewPlan, username: str, agent_number: str | None) -> bool:
    is_self = agent_number is not None and agent_number == row.agent_number
    return not is_self and username in {one.username for one in plan_of(plan).reviewers}


async def claim(session: AsyncSession, assignment_id: int, reviewer: str, now: Instant) -> ReviewAssignment:
    """The assignment is the reviewer's until the plan's hours are over; claimed again, from now on.

    Raises NotFound, Conflict if somebody else has it or it is done, NotAllowed for a plan of others or oneself.
    """
    row = await _take(session, assignment_id, reviewer, now, {"claimed_at": now})
    plan = await session.get_one(ReviewPlan, row.plan_id)
    if not _may_claim(row, plan, reviewer, await _agent_number(session, reviewer)):
        raise NotAllowed("This review is for others: you are no reviewer of its plan, or it is your own call")
    row.expires_at = now + plan.claim_hours * HOUR_SECONDS
    await session.flush()
    return row


async def claim_next(sessions: Sessions, reviewer: str, now: Instant) -> ReviewAssignment:
    """Claims what was dealt to the reviewer, else from the pool; the oldest first. Raises NotFound if there is none."""
    found = await inbox(sessions, reviewer, now)
    for one in [*(one for one, _ in found.mine if one.claimed_at is None), *(one for one, _ in found.pool)]:
        try:
            async with sessions.begin() as session:
                return await claim(session, one.id, reviewer, now)
        except Conflict:
            continue  # Somebody else was faster.
    raise NotFound("There is no review left to claim")


async def give_back(session: AsyncSession, assignment_id: int, reviewer: str) -> ReviewAssignment:
    """Puts what the reviewer had into the pool; it is not dealt to them again. Raises NotFound, Conflict."""
    row = ReviewAssignment
    giving = update(row).where(row.id == assignment_id, row.reviewer == reviewer, row.done_at.is_(None))
    given = await session.scalar(giving.values(IN_THE_POOL | {"given_back_by": reviewer}).returning(row))
    return given or await _refuse(session, assignment_id)


async def finish(
    session: AsyncSession, assignment_id: int, review_id: int, reviewer: str, now: Instant
) -> ReviewAssignment:
    """The review was made by that reviewer: the assignment is done. Raises as `claim` does; the same again is no error.

    Who had claimed it may finish it after the claim has expired, unless somebody else has it by now.
    """
    known = await session.get(ReviewAssignment, assignment_id)
    if known is not None and (known.review_id, known.reviewer) == (review_id, reviewer):
        return known
    row = await _take(session, assignment_id, reviewer, now, {"done_at": now, "review_id": review_id})
    if row.agent_number == await _agent_number(session, reviewer):
        raise NotAllowed("Nobody reviews themself")
    return row


async def conclude(session: AsyncSession, review: Review, now: Instant) -> None:
    """The assignment of a review that is published now is done.

    The review stands also where it is not: somebody else may have the assignment by now.
    """
    known = await session.get(ReviewAssignment, review.assignment_id) if review.assignment_id else None
    part = (review.pbx, review.call_id, review.agent_number)
    if known is not None and (known.pbx, known.call_id, known.agent_number) == part:
        with suppress(Conflict):
            await finish(session, known.id, review.id, review.reviewer, now)


async def _take(
    session: AsyncSession, assignment_id: int, reviewer: str, now: Instant, values: dict[str, object]
) -> ReviewAssignment:
    """An open assignment becomes the reviewer's if nobody else has it; nobody else changes it in this transaction."""
    row = ReviewAssignment
    is_free = or_(row.reviewer == reviewer, _is_in_pool(now))
    taking = update(row).where(row.id == assignment_id, row.done_at.is_(None), is_free)
    kept = {"assigned_at": case((row.reviewer == reviewer, row.assigned_at), else_=now), "expires_at": None}
    # What the session knows of the row may be old: it is read anew.
    taking = taking.values({"reviewer": reviewer, **kept, **values}).returning(row)
    taken = await session.scalar(taking, execution_options={"populate_existing": True})
    return taken or await _refuse(session, assignment_id)


async def _refuse(session: AsyncSession, assignment_id: int) -> ReviewAssignment:
    row = await session.get(ReviewAssignment, assignment_id)
    if row is None:
        raise NotFound(f"There is no review {assignment_id} in the inbox")
    raise Conflict("This review is done already" if row.done_at is not None else "This review is somebody else's now")


async def _agent_number(session: AsyncSession, username: str) -> str | None:
    number: str | None = await session.scalar(select(User.agent_number).where(User.username == username))
    return number
