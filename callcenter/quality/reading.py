"""Reviews read from the database: a page of those that an account may read, and one with its steps."""

from collections.abc import Collection, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.rules import READ_REVIEWS
from callcenter.accounts.scoped import in_scope
from callcenter.accounts.service import Account
from callcenter.errors import NotFound
from callcenter.floor.terms import Instant
from callcenter.quality.calibration_tables import Calibration
from callcenter.quality.reviewing import HIDDEN, Party, State, may_read, parties_of
from callcenter.quality.service import Content, content_of
from callcenter.quality.tables import Review, ReviewFormVersion, ReviewStep
from callcenter.store.engine import Sessions
from callcenter.store.tables import recording_files


class Wanted(Struct, frozen=True, kw_only=True):
    """Which reviews; None: any. `since` and `until` bound when they were begun."""

    agent: str | None = None
    reviewer: str | None = None
    state: State | None = None
    form_id: int | None = None
    since: Instant | None = None
    until: Instant | None = None


class Read(Struct, frozen=True):
    """A review as somebody reads it: with its form, its steps, and what the reader is to it."""

    review: Review
    content: Content
    steps: Sequence[ReviewStep]
    parties: frozenset[Party]


def _parties(review: Review, account: Account) -> frozenset[Party]:
    return parties_of(
        account.id,
        account.agent_number,
        account.permissions,
        reviewer_id=review.reviewer_id,
        reviewed_agent=review.agent_number,
    )


async def reviews(
    sessions: Sessions, wanted: Wanted, account: Account, *, before: int | None, limit: int, now: Instant
) -> list[tuple[Review, Content]]:
    """A page of the reviews that this account may read, newest first: those before the id `before`."""
    query = (
        select(Review, ReviewFormVersion)
        .join(
            ReviewFormVersion,
            and_(
                ReviewFormVersion.form_id == Review.form_id,
                ReviewFormVersion.version == Review.form_version,
            ),
        )
        .where(_readable(account), *_conditions(wanted, now))
        .order_by(Review.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Review.id < before)
    async with sessions() as session:
        return [(review, content_of(form)) for review, form in await session.execute(query)]


async def reviews_of_calls(
    sessions: Sessions, calls: Collection[tuple[str, str]], account: Account
) -> list[tuple[tuple[str, str], dict[str, Any]]]:
    """The reviews of these calls (pbx, call_id) that this account may read, in a few words each."""
    if account.permissions.isdisjoint(READ_REVIEWS | {"see_own_reviews"}):
        return []
    of_calls = select(Review).where(tuple_(Review.pbx, Review.call_id).in_(sorted(calls)), _readable(account))
    told = ("id", "agent_number", "agent_name", "score", "state", "talked_at")
    async with sessions() as session:
        rows = (await session.scalars(of_calls.order_by(Review.id))).all()
    return [((row.pbx, row.call_id), {name: getattr(row, name) for name in told}) for row in rows]


def _readable(account: Account) -> ColumnElement[bool]:
    """The same as `readable`, for the database."""
    mine = or_(Review.reviewer_id == account.id, Review.agent_number == (account.agent_number or ""))
    return and_(_permitted(account), or_(in_scope(account.scope, team=Review.team), mine))


def _permitted(account: Account) -> ColumnElement[bool]:
    """The same as `reviewing.may_read`."""
    is_out = Review.state.not_in(HIDDEN)
    mine = and_(Review.state == State.DRAFT, Review.reviewer_id == account.id)
    if "review_calls" in account.permissions:
        return or_(is_out, mine)
    if "decide_appeals" in account.permissions:
        return is_out
    return and_(is_out, Review.agent_number == (account.agent_number or ""))


def _conditions(wanted: Wanted, now: Instant) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.agent is not None:
        found.append(Review.agent_number == wanted.agent)
    if wanted.reviewer is not None:
        found.append(Review.reviewer == wanted.reviewer)
    if wanted.form_id is not None:
        found.append(Review.form_id == wanted.form_id)
    if wanted.since is not None:
        found.append(Review.created_at >= wanted.since)
    if wanted.until is not None:
        found.append(Review.created_at < wanted.until)
    if wanted.state is not None:
        found.append(_is_in(wanted.state, now))
    return found


def _is_in(state: State, now: Instant) -> ColumnElement[bool]:
    closed_by_time = and_(Review.state == State.ACKNOWLEDGED, Review.appeal_until <= now)
    if state is State.CLOSED:
        return or_(Review.state == State.CLOSED, closed_by_time)
    return and_(Review.state == state, ~closed_by_time) if state is State.ACKNOWLEDGED else Review.state == state


async def review(sessions: Sessions, review_id: int, account: Account) -> Read:
    """A review. Raises NotFound also for one that this account may not read."""
    async with sessions() as session:
        return await read_by(session, await session.get(Review, review_id), review_id, account)


async def was_reviewed_for(sessions: Sessions, account: Account, recording_id: int) -> bool:
    """Whether a recording is of a call that was reviewed for the agent who this account is."""
    if account.agent_number is None or "see_own_reviews" not in account.permissions:
        return False
    query = (
        select(Review.id)
        .join(
            recording_files,
            and_(recording_files.c.pbx == Review.pbx, recording_files.c.call_id == Review.call_id),
        )
        .where(
            recording_files.c.id == recording_id,
            Review.agent_number == account.agent_number,
            Review.state.not_in(HIDDEN),
        )
    )
    async with sessions() as session:
        return await session.scalar(query.limit(1)) is not None


def readable(found: Review | None, review_id: int, account: Account) -> tuple[Review, frozenset[Party]]:
    """The review and what this account is to it. Raises NotFound where there is none that it may read.

    Of a limited scope it reads the reviews of agents in the teams of the scope, its own, and those it makes.
    """
    roles = _parties(found, account) if found else frozenset[Party]()
    if found is None or not may_read(State(found.state), roles, account.permissions):
        raise NotFound(f"There is no review {review_id}")
    if roles.isdisjoint({Party.AGENT, Party.REVIEWER}):
        account.scope.check(account.scope.sees_agent(found.team), f"review {review_id}")
    return found, roles


async def read_by(session: AsyncSession, found: Review | None, review_id: int, account: Account) -> Read:
    shown, roles = readable(found, review_id, account)
    steps = select(ReviewStep).where(ReviewStep.review_id == review_id).order_by(ReviewStep.id)
    return Read(shown, await content_reviewed(session, shown), (await session.scalars(steps)).all(), roles)


async def content_reviewed(session: AsyncSession, of: Review | Calibration) -> Content:
    """The form by which it is judged, in the version that was in use when it was begun."""
    version = select(ReviewFormVersion).where(
        ReviewFormVersion.form_id == of.form_id, ReviewFormVersion.version == of.form_version
    )
    return content_of((await session.scalars(version)).one())
