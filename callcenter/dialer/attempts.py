"""An attempt's life in the database: reserved before its call is placed, settled by its result, never placed again.

Every transaction begins with a write, which is what makes SQLite's readers wait; PostgreSQL locks rows.
"""

from collections.abc import Collection, Sequence
from uuid import uuid4

from msgspec import Struct, convert
from sqlalchemy import exists, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.dialer.rules import (
    AttemptState,
    ListState,
    Outcome,
    RedialRule,
    TargetState,
    calls_to_place,
    outcome_of,
    redial,
)
from callcenter.dialer.tables import Attempt, CallbackList, Target
from callcenter.floor.call import ATTEMPT_PREFIX
from callcenter.floor.events import AttemptId, Instant, PbxName
from callcenter.floor.facts import AttemptResult
from callcenter.store.engine import Sessions
from callcenter.store.tables import attempt_results, fact_of

TRIES = 3


class Reservation(Struct, frozen=True):
    """A target that is ours to call, once, under `attempt_id`: committed, and not yet asked for."""

    attempt_id: AttemptId
    list_id: int
    pbx: PbxName
    queue: str
    number: str
    detect_machine: bool


class Ending(Struct, frozen=True):
    """What the end of an attempt changed: whose list, and what came of it."""

    list_id: int
    outcome: Outcome


class OpenAttempt(Struct, frozen=True):
    """An attempt in the air."""

    attempt_id: AttemptId
    list_id: int
    pbx: PbxName
    queue: str


async def reserve(
    sessions: Sessions, list_id: int, *, now: Instant, free_seats: int, seated: Collection[AttemptId]
) -> Reservation | None:
    """The next target due, with its attempt committed; None if none is due, no seat is free or the list is stopped.

    Attempts in `seated` have got their seat, which is no longer among the free ones. Safe against other dialers on
    the same database: lists of one queue take turns, and the index on numbers in the air has the last word.
    """
    for _ in range(TRIES):
        try:
            async with sessions.begin() as session:
                return await _reserve(session, list_id, now, free_seats, seated)
        except IntegrityError:
            # A list of another queue has just dialled this number: it is no longer among the candidates.
            continue
    return None


async def _reserve(
    session: AsyncSession, list_id: int, now: Instant, free_seats: int, seated: Collection[AttemptId]
) -> Reservation | None:
    callback_list = await _lock(session, list_id)
    if callback_list is None:
        return None
    in_air = await session.scalars(
        select(Attempt.attempt_id).where(
            Attempt.pbx == callback_list.pbx, Attempt.queue == callback_list.queue, Attempt.ended_at.is_(None)
        )
    )
    unseated = sum(attempt_id not in seated for attempt_id in in_air)
    target = await _next_target(session, list_id, now) if calls_to_place(free_seats, unseated) else None
    if target is None:
        return None
    target.state = TargetState.IN_AIR
    target.attempts += 1
    attempt = Attempt(
        attempt_id=f"{ATTEMPT_PREFIX}{uuid4().hex}",
        list_id=list_id,
        target_id=target.id,
        pbx=callback_list.pbx,
        queue=callback_list.queue,
        number=target.number,
        placed_at=now,
    )
    session.add(attempt)
    return Reservation(
        attempt_id=AttemptId(attempt.attempt_id),
        list_id=list_id,
        pbx=attempt.pbx,
        queue=attempt.queue,
        number=attempt.number,
        detect_machine=callback_list.detect_machine,
    )


async def _lock(session: AsyncSession, list_id: int) -> CallbackList | None:
    """The list if it runs; until the end of the transaction nobody else counts or places calls of its queue."""
    mine = select(CallbackList.pbx, CallbackList.queue).where(CallbackList.id == list_id).subquery()
    # One row stands for the queue: locking several could deadlock with somebody who meets them in another order.
    first = (
        select(func.min(CallbackList.id))
        .join(mine, (CallbackList.pbx == mine.c.pbx) & (CallbackList.queue == mine.c.queue))
        .scalar_subquery()
    )
    await session.execute(
        update(CallbackList)
        .where(CallbackList.id == first)
        .values(name=CallbackList.name)
        .execution_options(synchronize_session=False)
    )
    running = select(CallbackList).where(CallbackList.id == list_id, CallbackList.state == ListState.RUNNING)
    return await session.scalar(running.with_for_update())


async def _next_target(session: AsyncSession, list_id: int, now: Instant) -> Target | None:
    in_air = exists().where(Attempt.number == Target.number, Attempt.ended_at.is_(None))
    return await session.scalar(
        select(Target)
        .where(Target.list_id == list_id, Target.state == TargetState.OPEN, Target.due_at <= now, ~in_air)
        .order_by(Target.due_at, Target.id)
        .limit(1)
    )


async def settle(sessions: Sessions, result: AttemptResult) -> Ending | None:
    """Ends an attempt and decides what becomes of its target; None if it is not ours or over already.

    An attempt given up as `unknown` is put right when its result comes after all.
    """
    outcome = outcome_of(result)
    is_known = outcome is not Outcome.UNKNOWN
    async with sessions.begin() as session:
        attempt = await session.scalar(
            update(Attempt)
            .where(Attempt.attempt_id == result.attempt_id, Attempt.state != AttemptState.ENDED)
            .values(
                state=AttemptState.ENDED if is_known else AttemptState.UNKNOWN,
                outcome=outcome,
                answered_at=result.answered_at,
                ended_at=result.ended_at,
                agent_number=result.agent_number,
                call_id=result.call_id,
                cause=result.cause,
                tech_cause=result.tech_cause,
            )
            .returning(Attempt)
        )
        if attempt is None:
            return None
        await _redial(session, attempt, outcome, result.ended_at)
        return Ending(attempt.list_id, outcome)


async def _redial(session: AsyncSession, attempt: Attempt, outcome: Outcome, ended_at: Instant) -> None:
    callback_list = await session.get_one(CallbackList, attempt.list_id)
    target = await session.get_one(Target, attempt.target_id)
    with_this_outcome = await session.scalar(
        select(func.count()).where(Attempt.target_id == target.id, Attempt.outcome == outcome, Attempt.is_counted)
    )
    after = redial(
        outcome,
        ended_at,
        rules=convert(callback_list.rules, dict[Outcome, RedialRule]),
        with_this_outcome=with_this_outcome or 0,
        attempts=target.attempts,
        max_attempts=callback_list.max_attempts,
    )
    target.state, target.due_at, target.last_outcome = after.state, after.due_at, outcome


async def withdraw(sessions: Sessions, attempt_id: AttemptId, now: Instant) -> Ending | None:
    """Ends an attempt whose call never left: the target is as due as before, and nothing is held against it."""
    async with sessions.begin() as session:
        attempt = await session.scalar(
            update(Attempt)
            .where(Attempt.attempt_id == attempt_id, Attempt.ended_at.is_(None))
            .values(state=AttemptState.ENDED, outcome=Outcome.FAILED, is_counted=False, ended_at=now)
            .returning(Attempt)
        )
        if attempt is None:
            return None
        target = await session.get_one(Target, attempt.target_id)
        target.state = TargetState.OPEN
        target.attempts -= 1
        return Ending(attempt.list_id, Outcome.FAILED)


async def give_up(sessions: Sessions, attempt_id: AttemptId, now: Instant) -> Ending | None:
    """Ends an attempt of which nobody heard again as `unknown`: its target waits for a person, or for a late result."""
    async with sessions.begin() as session:
        attempt = await session.scalar(
            update(Attempt)
            .where(Attempt.attempt_id == attempt_id, Attempt.ended_at.is_(None))
            .values(state=AttemptState.UNKNOWN, outcome=Outcome.UNKNOWN, ended_at=now)
            .returning(Attempt)
        )
        if attempt is None:
            return None
        await _redial(session, attempt, Outcome.UNKNOWN, now)
        return Ending(attempt.list_id, Outcome.UNKNOWN)


async def finish(sessions: Sessions, list_id: int) -> bool:
    """Marks a running list as finished if none of its targets is left to call; tells whether it did."""
    left = exists().where(Target.list_id == list_id, Target.state.in_([TargetState.OPEN, TargetState.IN_AIR]))
    async with sessions.begin() as session:
        done = await session.scalar(
            update(CallbackList)
            .where(CallbackList.id == list_id, CallbackList.state == ListState.RUNNING, ~left)
            .values(state=ListState.FINISHED)
            .returning(CallbackList.id)
            .execution_options(synchronize_session=False)
        )
        return done is not None


async def open_attempts(sessions: Sessions) -> Sequence[OpenAttempt]:
    """Every attempt in the air."""
    query = select(Attempt).where(Attempt.ended_at.is_(None))
    async with sessions() as session:
        return [
            OpenAttempt(AttemptId(row.attempt_id), row.list_id, row.pbx, row.queue)
            for row in await session.scalars(query)
        ]


async def recorded_results(sessions: Sessions) -> Sequence[AttemptResult]:
    """The results that the store has of attempts in the air: they came while no dialer ran."""
    query = select(attempt_results).join(
        Attempt.__table__, (Attempt.attempt_id == attempt_results.c.attempt_id) & (Attempt.pbx == attempt_results.c.pbx)
    )
    async with sessions() as session:
        rows = await session.execute(query.where(Attempt.ended_at.is_(None)))
        return [fact_of(AttemptResult, row) for row in rows.mappings()]
