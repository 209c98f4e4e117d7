"""Calibrations in the database: opened, scored blind, closed. Each function is one transaction.

What others gave leaves this module only with a calibration that is closed.
"""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.service import Account
from callcenter.accounts.tables import User
from callcenter.errors import BadInput, Conflict, NotAllowed, NotFound
from callcenter.floor.terms import Instant
from callcenter.quality.calibration.rules import Result, Viewer, check_invited, may_close, may_see, result_of
from callcenter.quality.calibration_tables import Calibration, CalibrationScoring
from callcenter.quality.plans import reviewers as able_reviewers
from callcenter.quality.reading import content_reviewed
from callcenter.quality.reviewing import check_answers, check_items, counted
from callcenter.quality.reviews import Act, Draft, Part, check_moments, talked, version_in_use
from callcenter.quality.scoring import score
from callcenter.quality.service import Content, content_of
from callcenter.quality.tables import ReviewFormVersion
from callcenter.store.engine import Sessions


class Invitation(Struct, frozen=True):
    """What is to be scored, by whom (usernames), until when."""

    part: Part
    reviewers: Sequence[str]
    due_at: Instant


class Line(Struct, frozen=True):
    """A calibration as somebody sees it in a list: who is invited, and who of them has scored, but not what.

    `is_to_score`: it waits for the score of who sees it.
    """

    calibration: Calibration
    content: Content
    has_scored: dict[str, bool]
    is_to_score: bool
    viewer: Viewer


class Seen(Struct, frozen=True):
    """A calibration as somebody sees it: with what they gave themself, and once it is closed what comes of it.

    `told` are the scorings of all who have scored, none before it is closed.
    """

    line: Line
    own: CalibrationScoring | None
    result: Result | None
    told: Sequence[CalibrationScoring]


def _viewer(of: Calibration, invited: Sequence[int], account: Account) -> Viewer:
    return Viewer(
        permissions=account.permissions,
        is_judged=account.agent_number == of.agent_number,
        is_invited=account.id in invited,
        is_opener=account.id == of.opener_id,
    )


# --- opening ----------------------------------------------------------------------------------------------------


async def open_calibration(sessions: Sessions, wanted: Invitation, account: Account, now: Instant) -> Seen:
    """Invites reviewers to score a call. Raises BadInput, NotAllowed for an own call."""
    part = wanted.part
    if account.agent_number == part.agent_number:
        raise NotAllowed("Nobody has their own calls calibrated")
    check_invited(wanted.reviewers, wanted.due_at, now)
    async with sessions.begin() as session:
        invited = await _invited(session, wanted)
        agent_name, _, talked_at = await talked(session, part)
        made = Calibration(
            pbx=part.pbx,
            call_id=part.call_id,
            agent_number=part.agent_number,
            agent_name=agent_name,
            talked_at=talked_at,
            form_id=part.form_id,
            form_version=await version_in_use(session, part.form_id),
            due_at=wanted.due_at,
            opened_at=now,
            opener_id=account.id,
            opened_by=account.username,
        )
        session.add(made)
        await session.flush()
        session.add_all(
            CalibrationScoring(calibration_id=made.id, reviewer_id=user.id, reviewer=user.username) for user in invited
        )
        await session.flush()
        return await _seen(session, made, made.id, account)


async def candidates(sessions: Sessions) -> list[User]:
    """Who can be invited."""
    async with sessions() as session:
        return await able_reviewers(session)


async def _invited(session: AsyncSession, wanted: Invitation) -> list[User]:
    able = {user.username: user for user in await able_reviewers(session)}
    for nth, username in enumerate(wanted.reviewers):
        user = able.get(username)
        if user is None:
            raise BadInput(f"{username!r} may not review calls", field=f"reviewers.{nth}")
        if user.agent_number == wanted.part.agent_number:
            raise BadInput(f"The call is {username!r}'s own", field=f"reviewers.{nth}")
    return [able[username] for username in wanted.reviewers]


# --- reading ----------------------------------------------------------------------------------------------------


async def calibrations(
    sessions: Sessions, account: Account, *, is_open: bool | None, before: int | None, limit: int
) -> list[Line]:
    """A page of those that this account may see, newest first: those before the id `before`."""
    form = ReviewFormVersion
    is_its_form = and_(form.form_id == Calibration.form_id, form.version == Calibration.form_version)
    query = select(Calibration, form).join(form, is_its_form).where(_visible(account))
    if is_open is not None:
        query = query.where(Calibration.closed_at.is_(None) if is_open else Calibration.closed_at.is_not(None))
    if before is not None:
        query = query.where(Calibration.id < before)
    async with sessions() as session:
        rows = (await session.execute(query.order_by(Calibration.id.desc()).limit(limit))).all()
        scorings = await _scorings(session, [one.id for one, _ in rows])
    return [_line(one, content_of(version), scorings.get(one.id, []), account) for one, version in rows]


def _visible(account: Account) -> ColumnElement[bool]:
    """The same as `rules.may_see`, for the database."""
    is_others = Calibration.agent_number != (account.agent_number or "")
    if "manage_sampling" in account.permissions:
        return is_others
    invited = select(CalibrationScoring.id).where(
        CalibrationScoring.calibration_id == Calibration.id, CalibrationScoring.reviewer_id == account.id
    )
    return and_(is_others, invited.exists())


async def calibration(sessions: Sessions, calibration_id: int, account: Account) -> Seen:
    """A calibration. Raises NotFound also for one that this account may not see."""
    async with sessions() as session:
        return await _seen(session, await session.get(Calibration, calibration_id), calibration_id, account)


async def _scorings(session: AsyncSession, ids: Sequence[int]) -> dict[int, list[CalibrationScoring]]:
    """Everybody's, by calibration, in the order in which they were invited."""
    found: dict[int, list[CalibrationScoring]] = {}
    query = select(CalibrationScoring).where(CalibrationScoring.calibration_id.in_(ids))
    for one in await session.scalars(query.order_by(CalibrationScoring.id)):
        found.setdefault(one.calibration_id, []).append(one)
    return found


def _line(of: Calibration, content: Content, scorings: Sequence[CalibrationScoring], account: Account) -> Line:
    own = [one for one in scorings if one.reviewer_id == account.id]
    return Line(
        of,
        content,
        {one.reviewer: one.done_at is not None for one in scorings},
        of.closed_at is None and any(one.done_at is None for one in own),
        _viewer(of, [one.reviewer_id for one in scorings], account),
    )


async def _seen(session: AsyncSession, found: Calibration | None, calibration_id: int, account: Account) -> Seen:
    scorings = (await _scorings(session, [calibration_id])).get(calibration_id, [])
    if found is None or not may_see(_viewer(found, [one.reviewer_id for one in scorings], account)):
        raise NotFound(f"There is no calibration {calibration_id}")
    content = await content_reviewed(session, found)
    told = [one for one in scorings if one.done_at is not None] if found.closed_at is not None else []
    return Seen(
        _line(found, content, scorings, account),
        next((one for one in scorings if one.reviewer_id == account.id), None),
        None if found.closed_at is None else result_of(content.sections, {one.reviewer: one.answers for one in told}),
        told,
    )


# --- scoring and closing ----------------------------------------------------------------------------------------


async def save(sessions: Sessions, calibration_id: int, draft: Draft, act: Act) -> Seen:
    """Keeps what a reviewer has typed. Raises NotFound, NotAllowed, BadInput, Conflict for a stale version."""
    async with sessions.begin() as session:
        seen = await _locked(session, calibration_id, act.account)
        own = _scorable(seen, act)
        sections = seen.line.content.sections
        check_answers(sections, draft.answers, is_complete=False)
        check_items(sections, draft.notes, "notes")
        await check_moments(session, seen.line.calibration, [*draft.notes.values(), *draft.comments])
        own.answers, own.notes = dict(draft.answers), dict(draft.notes)
        own.comments = [dict(comment) for comment in draft.comments]
        own.version += 1
        await session.flush()
        return await _seen(session, seen.line.calibration, calibration_id, act.account)


async def finish(sessions: Sessions, calibration_id: int, act: Act) -> Seen:
    """Has what was last saved stand; the last reviewer's closes the calibration.

    Raises NotFound, NotAllowed, BadInput where an answer is missing, Conflict.
    """
    async with sessions.begin() as session:
        seen = await _locked(session, calibration_id, act.account)
        own, of, sections = _scorable(seen, act), seen.line.calibration, seen.line.content.sections
        check_answers(sections, own.answers, is_complete=True)
        if score(sections, own.answers).total is None:
            raise BadInput("At least one item with points must be judged", field="answers")
        own.answers, own.done_at, own.version = counted(sections, own.answers), act.now, own.version + 1
        if all(seen.line.has_scored[name] for name in seen.line.has_scored if name != own.reviewer):
            of.closed_at = act.now
        await session.flush()
        return await _seen(session, of, calibration_id, act.account)


async def close(sessions: Sessions, calibration_id: int, account: Account, now: Instant) -> Seen:
    """Shows everybody what was given; nobody scores any more. Raises NotFound, NotAllowed, Conflict."""
    async with sessions.begin() as session:
        line = (await _locked(session, calibration_id, account)).line
        of = line.calibration
        if of.closed_at is not None:
            raise Conflict("The calibration is closed already; load it again")
        if not may_close(line.viewer, of.due_at, now):
            raise NotAllowed(f"Until it is due only {of.opened_by}, who opened it, may close it")
        of.closed_at, of.closed_by = now, account.username
        await session.flush()
        return await _seen(session, of, calibration_id, account)


def _scorable(seen: Seen, act: Act) -> CalibrationScoring:
    """The caller's own scoring, where it may be changed still."""
    if seen.own is None:
        raise NotAllowed("Only who was invited scores this call")
    if seen.line.calibration.closed_at is not None:
        raise Conflict("The calibration is closed; load it again")
    if seen.own.done_at is not None:
        raise Conflict("You have scored this call; what you gave stands")
    if seen.own.version != act.version:
        raise Conflict("The scores were changed meanwhile, maybe in another window; load them again")
    return seen.own


async def _locked(session: AsyncSession, calibration_id: int, account: Account) -> Seen:
    """The calibration, which nobody else scores or closes until this transaction is over."""
    locking = update(Calibration).where(Calibration.id == calibration_id).values(closed_by=Calibration.closed_by)
    return await _seen(session, await session.scalar(locking.returning(Calibration)), calibration_id, account)
