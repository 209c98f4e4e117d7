"""Coaching tasks in the database: given, acknowledged, closed, and what came of them, a transaction each."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.own_roles import users_who_may
from callcenter.accounts.scope import Scope
from callcenter.accounts.scoped import in_scope
from callcenter.accounts.service import Account, scope_of_user
from callcenter.accounts.tables import User
from callcenter.errors import BadInput, Conflict, NotFound
from callcenter.floor.terms import Instant
from callcenter.quality.coaching.rules import (
    COACHING,
    CoachingStep,
    Person,
    check_step,
    check_task,
    may_coach,
    may_read,
    standing,
)
from callcenter.quality.coaching_tables import CoachingTask
from callcenter.quality.reading import content_reviewed, readable
from callcenter.quality.reviewing import HIDDEN
from callcenter.quality.reviews import Act
from callcenter.quality.scoring import Earned, score
from callcenter.quality.service import Content
from callcenter.quality.tables import Review, ReviewLoss
from callcenter.store.engine import Sessions


class Task(Struct, frozen=True):
    """What is to be worked on (ids of items), in which words, until when, and who looks after it (a username)."""

    items: Sequence[str]
    note: str
    owner: str
    due_at: Instant


class After(Struct, frozen=True):
    """The review that shows whether it helped, with what the items of the task earned in it."""

    review: Review
    items: dict[str, Earned]


class Coaching(Struct, frozen=True):
    """A task as somebody sees it; `before` is what its items earned in the review that it was given for."""

    task: CoachingTask
    review: Review
    content: Content
    before: dict[str, Earned]
    after: After | None
    person: Person


def _person(account: Account, agent_number: str, task: CoachingTask | None = None) -> Person:
    return Person(
        permissions=account.permissions,
        is_agent=account.agent_number == agent_number,
        is_in_charge=task is not None and account.username in (task.owner, task.given_by),
    )


# --- giving -----------------------------------------------------------------------------------------------------


async def owners(sessions: Sessions, scope: Scope) -> list[User]:
    """Who can look after a task of an agent in the scope, by username."""
    async with sessions() as session:
        able = await users_who_may(session, *COACHING)
    return [user for user in able if scope.is_everything or _shares_a_team(user, scope)]


def _shares_a_team(user: User, scope: Scope) -> bool:
    theirs = scope_of_user(user)
    return theirs.is_everything or not theirs.teams.isdisjoint(scope.teams)


async def give(sessions: Sessions, review_id: int, wanted: Task, account: Account, now: Instant) -> Coaching:
    """Gives the agent of a published review something to work on.

    Raises NotFound also for a review that this account does not read or may not coach for, BadInput, Conflict for a
    draft and for a review that has a task already.
    """
    try:
        async with sessions.begin() as session:
            review, _ = readable(await session.get(Review, review_id), review_id, account)
            if not may_coach(_person(account, review.agent_number)):
                raise NotFound(f"There is no review {review_id} to coach for")
            if review.state in HIDDEN:
                raise Conflict("Publish the review first")
            lost = select(ReviewLoss.item).where(ReviewLoss.review_id == review_id)
            check_task(wanted.items, set(await session.scalars(lost)), wanted.due_at, now)
            able = await users_who_may(session, *COACHING)
            owner = next((user for user in able if user.username == wanted.owner), None)
            is_theirs = owner is not None and scope_of_user(owner).sees_agent(review.team)
            if owner is None or not is_theirs or owner.agent_number == review.agent_number:
                raise BadInput(f"{wanted.owner!r} cannot coach this agent", field="owner")
            made = CoachingTask(
                review_id=review_id,
                agent_number=review.agent_number,
                form_id=review.form_id,
                items=list(wanted.items),
                note=wanted.note.strip(),
                owner=owner.username,
                due_at=wanted.due_at,
                given_at=now,
                given_by=account.username,
            )
            session.add(made)
            await session.flush()
            return await _coaching(session, made, account)
    except IntegrityError as error:
        raise Conflict("A task was given for this review already") from error


# --- reading ----------------------------------------------------------------------------------------------------


class Wanted(Struct, frozen=True, kw_only=True):
    """Which tasks; None: any."""

    agent: str | None = None
    review_id: int | None = None
    is_open: bool | None = None


async def tasks(
    sessions: Sessions, wanted: Wanted, account: Account, *, before: int | None, limit: int
) -> list[Coaching]:
    """A page of the tasks that this account may read, newest first: those before the id `before`."""
    query = select(CoachingTask).where(_readable(account), *_conditions(wanted))
    if before is not None:
        query = query.where(CoachingTask.id < before)
    async with sessions() as session:
        found = (await session.scalars(query.order_by(CoachingTask.id.desc()).limit(limit))).all()
        return [await _coaching(session, one, account) for one in found]


def _readable(account: Account) -> ColumnElement[bool]:
    """The same as `_may_read`, for the database."""
    is_own = CoachingTask.agent_number == (account.agent_number or "")
    if not account.scope.is_everything:
        reviewed = select(Review.id).where(in_scope(account.scope, team=Review.team))
        return and_(_permitted(account, is_own), or_(is_own, CoachingTask.review_id.in_(reviewed)))
    return _permitted(account, is_own)


def _permitted(account: Account, is_own: ColumnElement[bool]) -> ColumnElement[bool]:
    """The same as `rules.may_read`, for the database."""
    sees_own = "see_own_reviews" in account.permissions
    if account.permissions.isdisjoint(COACHING):
        return and_(is_own, CoachingTask.id.is_not(None) if sees_own else CoachingTask.id.is_(None))
    return CoachingTask.id.is_not(None) if sees_own else ~is_own


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.agent is not None:
        found.append(CoachingTask.agent_number == wanted.agent)
    if wanted.review_id is not None:
        found.append(CoachingTask.review_id == wanted.review_id)
    if wanted.is_open is not None:
        found.append(CoachingTask.closed_at.is_(None) if wanted.is_open else CoachingTask.closed_at.is_not(None))
    return found


async def _coaching(session: AsyncSession, task: CoachingTask, account: Account) -> Coaching:
    review = await session.get_one(Review, task.review_id)
    content = await content_reviewed(session, review)
    return Coaching(
        task,
        review,
        content,
        await _earned(session, task, review),
        await _after(session, task, account),
        _person(account, task.agent_number, task),
    )


async def _earned(session: AsyncSession, task: CoachingTask, review: Review) -> dict[str, Earned]:
    judged = score((await content_reviewed(session, review)).sections, review.answers)
    return {item: judged.items[item] for item in task.items if item in judged.items}


async def _after(session: AsyncSession, task: CoachingTask, account: Account) -> After | None:
    """None also where the account does not see it: its agent is of another team by now."""
    if task.assignment_id is None:
        return None
    query = select(Review).where(Review.assignment_id == task.assignment_id, Review.state.not_in(HIDDEN))
    review = await session.scalar(query.order_by(Review.published_at, Review.id).limit(1))
    is_seen = review is not None and (_is_own(task, account) or account.scope.sees_agent(review.team))
    return After(review, await _earned(session, task, review)) if review is not None and is_seen else None


def _is_own(task: CoachingTask, account: Account) -> bool:
    return account.agent_number == task.agent_number


# --- steps ------------------------------------------------------------------------------------------------------


async def acknowledge(sessions: Sessions, task_id: int, act: Act) -> Coaching:
    """The agent has seen the task. Raises NotFound, NotAllowed, Conflict."""
    async with sessions.begin() as session:
        task = await _taken(session, task_id, CoachingStep.ACKNOWLEDGE, act)
        task.seen_at = act.now
        await session.flush()
        return await _coaching(session, task, act.account)


async def close(sessions: Sessions, task_id: int, act: Act) -> Coaching:
    """What was done is told in the act's comment; the next conversation is drawn. Raises as `acknowledge`, BadInput."""
    async with sessions.begin() as session:
        task = await _taken(session, task_id, CoachingStep.CLOSE, act)
        if not act.comment.strip():
            raise BadInput("Say what was done", field="comment")
        task.closed_at, task.closed_by, task.outcome = act.now, act.account.username, act.comment.strip()
        await session.flush()
        return await _coaching(session, task, act.account)


async def _taken(session: AsyncSession, task_id: int, step: CoachingStep, act: Act) -> CoachingTask:
    """The task, which nobody else changes until this transaction is over, where the step may be taken."""
    locking = update(CoachingTask).where(CoachingTask.id == task_id).values(version=CoachingTask.version)
    task: CoachingTask | None = await session.scalar(locking.returning(CoachingTask))
    if task is None or not await _may_read(session, task, act.account):
        raise NotFound(f"There is no coaching task {task_id}")
    check_step(_person(act.account, task.agent_number, task), standing(task.seen_at, task.closed_at), step)
    if task.version != act.version:
        raise Conflict("The task was changed meanwhile; load it again")
    task.version += 1
    return task


async def _may_read(session: AsyncSession, task: CoachingTask, account: Account) -> bool:
    """Whether an account may at all, and of a limited scope: it is of a review of its teams, or its own."""
    if not may_read(_person(account, task.agent_number)):
        return False
    if account.scope.is_everything or _is_own(task, account):
        return True
    return account.scope.sees_agent((await session.get_one(Review, task.review_id)).team)
