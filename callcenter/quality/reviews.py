"""Reviews are begun, saved while they are typed, and taken from step to step. Each function is one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.service import Account
from callcenter.errors import BadInput, Conflict, NotAllowed
from callcenter.floor.terms import Instant, Seconds
from callcenter.quality.assignments import conclude
from callcenter.quality.calibration_tables import Calibration
from callcenter.quality.losses import note_losses
from callcenter.quality.reading import Read, content_reviewed, read_by, readable
from callcenter.quality.reviewing import Party, State, Step, after, check_answers, check_items, counted
from callcenter.quality.rules import Section
from callcenter.quality.scoring import score
from callcenter.quality.tables import Review, ReviewForm, ReviewFormVersion, ReviewStep
from callcenter.store.engine import Sessions
from callcenter.store.tables import conversations, recording_files


class Terms(Struct, frozen=True):
    """What holds for a review that is published now."""

    pass_score: float
    appeal_seconds: Seconds


class Part(Struct, frozen=True):
    """What is to be reviewed, by the newest version of which form."""

    pbx: str
    call_id: str
    agent_number: str
    form_id: int
    assignment_id: int | None = None


class Draft(Struct, frozen=True):
    """What a reviewer has typed."""

    answers: Mapping[str, Any]
    notes: Mapping[str, Any]
    comments: Sequence[Mapping[str, Any]]


class Act(Struct, frozen=True):
    """Who does something to a review, when, having read which version of it, with which words."""

    account: Account
    now: Instant
    version: int
    comment: str = ""


# --- the reviewer -----------------------------------------------------------------------------------------------


async def begin(sessions: Sessions, part: Part, *, account: Account, now: Instant) -> Read:
    """Begins a draft, or finds the one that this reviewer has begun of that part by that form.

    Raises BadInput for a call or form that cannot be reviewed, NotAllowed for an own call, Conflict if this reviewer
    has another review of that part already.
    """
    if account.agent_number == part.agent_number:
        raise NotAllowed("Nobody reviews their own calls")
    try:
        async with sessions.begin() as session:
            found = await _new(session, part, account, now)
            session.add(found)
            await session.flush()
            session.add(_step(found, Step.BEGIN, Act(account, now, 1)))
            await session.flush()
            return await read_by(session, found, found.id, account)
    except IntegrityError:
        return await _begun(sessions, part, account)


async def _begun(sessions: Sessions, part: Part, account: Account) -> Read:
    query = select(Review).where(
        Review.pbx == part.pbx,
        Review.call_id == part.call_id,
        Review.agent_number == part.agent_number,
        Review.reviewer_id == account.id,
        Review.form_id == part.form_id,
        Review.state == State.DRAFT,
    )
    async with sessions() as session:
        found = await session.scalar(query)
        if found is None:
            raise Conflict("You have a review of this agent's part of the call already")
        return await read_by(session, found, found.id, account)


async def _new(session: AsyncSession, part: Part, account: Account, now: Instant) -> Review:
    agent_name, team, talked_at = await talked(session, part)
    return Review(
        pbx=part.pbx,
        call_id=part.call_id,
        agent_number=part.agent_number,
        agent_name=agent_name,
        team=team,
        talked_at=talked_at,
        form_id=part.form_id,
        form_version=await version_in_use(session, part.form_id),
        assignment_id=part.assignment_id,
        reviewer_id=account.id,
        reviewer=account.username,
        state=State.DRAFT,
        created_at=now,
        changed_at=now,
    )


async def talked(session: AsyncSession, part: Part) -> tuple[str, str, Instant]:
    """Name and team of the agent, and when they began to talk. Raises BadInput where they did not."""
    query = select(conversations.c.agent_name, conversations.c.team, conversations.c.began_at).where(
        conversations.c.pbx == part.pbx,
        conversations.c.call_id == part.call_id,
        conversations.c.agent_number == part.agent_number,
    )
    row = (await session.execute(query.order_by(conversations.c.began_at).limit(1))).one_or_none()
    if row is None:
        raise BadInput("This agent did not talk in this call, or is not done with it", field="agent_number")
    return row.agent_name, row.team, row.began_at


async def version_in_use(session: AsyncSession, form_id: int) -> int:
    """The newest version of a form. Raises BadInput for one that is not offered."""
    form = await session.get(ReviewForm, form_id)
    if form is None or form.retired_at is not None:
        raise BadInput("There is no such form, or it is retired", field="form_id")
    newest = select(ReviewFormVersion.version).where(ReviewFormVersion.form_id == form_id)
    return (await session.scalars(newest.order_by(ReviewFormVersion.version.desc()).limit(1))).one()


async def save_draft(sessions: Sessions, review_id: int, draft: Draft, act: Act) -> Read:
    """Keeps a draft as it is typed. Raises NotFound, BadInput, Conflict for a stale version."""
    async with sessions.begin() as session:
        found, roles = await _locked(session, review_id, act)
        if found.state != State.DRAFT or Party.REVIEWER not in roles:
            raise Conflict("A published review is not edited any more; load it again")
        sections = (await content_reviewed(session, found)).sections
        check_answers(sections, draft.answers, is_complete=False)
        check_items(sections, draft.notes, "notes")
        await check_moments(session, found, [*draft.notes.values(), *draft.comments])
        found.answers, found.notes = dict(draft.answers), dict(draft.notes)
        found.comments = [dict(comment) for comment in draft.comments]
        _changed(found, act)
        await session.flush()
        return await read_by(session, found, review_id, act.account)


async def check_moments(session: AsyncSession, of: Review | Calibration, pinned: Sequence[Mapping[str, Any]]) -> None:
    """Raises BadInput for a moment that is not of a recording of this call."""
    named = {one["recording_id"] for one in pinned if one["recording_id"] is not None}
    files = recording_files.c
    there = select(files.id).where(files.pbx == of.pbx, files.call_id == of.call_id, files.id.in_(named))
    if named - set((await session.scalars(there)).all()):
        raise BadInput("A moment is of a recording of this call", field="recording_id")


# --- steps ------------------------------------------------------------------------------------------------------


async def discard(sessions: Sessions, review_id: int, act: Act) -> None:
    """Throws a draft away. Raises NotFound, Conflict."""
    async with sessions.begin() as session:
        found, roles = await _locked(session, review_id, act)
        _take(session, found, Step.DISCARD, roles, act)
        found.answers, found.notes, found.comments = {}, {}, []


async def publish(sessions: Sessions, review_id: int, act: Act, terms: Terms) -> Read:
    """Shows a complete draft, as last saved, to its agent. Raises NotFound, Conflict, BadInput."""
    async with sessions.begin() as session:
        found, roles = await _locked(session, review_id, act)
        _take(session, found, Step.PUBLISH, roles, act)
        sections = (await content_reviewed(session, found)).sections
        _judge(found, sections, found.answers)
        await note_losses(session, found, sections)
        found.published_at, found.appeal_until = act.now, act.now + terms.appeal_seconds
        found.pass_score = terms.pass_score
        await session.flush()
        await conclude(session, found, act.now)
        return await read_by(session, found, review_id, act.account)


async def answer(sessions: Sessions, review_id: int, step: Step, act: Act) -> Read:
    """The agent acknowledges the review or a decision, or appeals. Raises NotFound, NotAllowed, Conflict, BadInput."""
    async with sessions.begin() as session:
        found, roles = await _locked(session, review_id, act)
        _take(session, found, step, roles, act)
        await session.flush()
        return await read_by(session, found, review_id, act.account)


async def decide(sessions: Sessions, review_id: int, answers: Mapping[str, Any] | None, act: Act) -> Read:
    """Answers an appeal: upheld without `answers`, else changed to those; the step keeps the old answers and score.

    Raises NotFound, NotAllowed, Conflict, BadInput.
    """
    async with sessions.begin() as session:
        found, roles = await _locked(session, review_id, act)
        before = found.answers
        _take(session, found, Step.UPHOLD if answers is None else Step.CHANGE, roles, act)
        if answers is not None:
            sections = (await content_reviewed(session, found)).sections
            _judge(found, sections, answers)
            await note_losses(session, found, sections)
            if found.answers == before:
                raise BadInput("No answer differs; uphold the review instead", field="answers")
        await session.flush()
        return await read_by(session, found, review_id, act.account)


def _judge(of: Review, sections: Sequence[Section], answers: Mapping[str, Any]) -> None:
    check_answers(sections, answers, is_complete=True)
    judged = score(sections, answers)
    if judged.total is None:
        raise BadInput("At least one item with points must be judged", field="answers")
    of.answers, of.score = counted(sections, answers), judged.total


def _take(session: AsyncSession, of: Review, step: Step, roles: frozenset[Party], act: Act) -> None:
    of.state = after(State(of.state), step, roles, act.comment, of.appeal_until, act.now)
    _changed(of, act)
    session.add(_step(of, step, act))


def _changed(of: Review, act: Act) -> None:
    of.version, of.changed_at = of.version + 1, act.now


def _step(of: Review, step: Step, act: Act) -> ReviewStep:
    is_change = step is Step.CHANGE
    return ReviewStep(
        review_id=of.id,
        at=act.now,
        step=step,
        username=act.account.username,
        comment=act.comment.strip(),
        state=of.state,
        answers=of.answers if is_change else None,
        score=of.score if is_change else None,
    )


async def _locked(session: AsyncSession, review_id: int, act: Act) -> tuple[Review, frozenset[Party]]:
    """The review, which nobody else changes until this transaction is over."""
    locking = update(Review).where(Review.id == review_id).values(version=Review.version)
    found, roles = readable(await session.scalar(locking.returning(Review)), review_id, act.account)
    if found.version != act.version:
        raise Conflict("The review was changed meanwhile, maybe in another window; load it again")
    return found, roles
