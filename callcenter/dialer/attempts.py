"""An attempt's life in the database: reserved before its call is placed, settled by its result, never placed again.

Every transaction begins with a write, which is what makes SQLite's readers wait; PostgreSQL locks rows.
"""

from collections.abc import Sequence

from msgspec import Struct, convert
from sqlalchemy import exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.dialer.promises import keep_promise
from callcenter.dialer.results import tell_result
from callcenter.dialer.rules import (
    LEFT,
    OVER,
    AttemptState,
    ListState,
    Outcome,
    Redial,
    RedialRule,
    Standing,
    TargetState,
    outcome_of,
    redial,
)
from callcenter.dialer.standing import close, leave_open, run_again
from callcenter.dialer.tables import Attempt, CallbackList, Target
from callcenter.floor.call import is_agent_first
from callcenter.floor.facts import AttemptResult
from callcenter.floor.terms import AttemptId, Instant, PbxName
from callcenter.store.engine import Sessions
from callcenter.store.tables import attempt_results, fact_of


class Ending(Struct, frozen=True):
    """What the end of an attempt changed: whose list, what came of it, and when the customer answered."""

    list_id: int
    pbx: PbxName
    queue: str
    outcome: Outcome
    placed_at: Instant
    ended_at: Instant
    answered_at: Instant | None = None
    trunk: str = ""


class OpenAttempt(Struct, frozen=True):
    """An attempt in the air."""

    attempt_id: AttemptId
    list_id: int
    pbx: PbxName
    queue: str
    placed_at: Instant = 0.0
    trunk: str = ""


async def settle(sessions: Sessions, result: AttemptResult) -> Ending | None:
    """Ends an attempt and decides what becomes of its target; None if it is not ours or over already.

    An attempt given up as `unknown` is put right when its result comes after all. One whose agent was called first and
    did not pick up is withdrawn: nobody was called.
    """
    if is_agent_first(result.attempt_id) and not result.was_placed and result.is_certain:
        return await withdraw(sessions, result.attempt_id, result.ended_at)
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
                is_machine=result.is_machine,
            )
            .returning(Attempt)
        )
        if attempt is None:
            return None
        await _redial(session, attempt, outcome, result.ended_at)
        return _ending(attempt, outcome)


def _ending(attempt: Attempt, outcome: Outcome) -> Ending:
    return Ending(
        attempt.list_id,
        attempt.pbx,
        attempt.queue,
        outcome,
        attempt.placed_at,
        attempt.ended_at or attempt.placed_at,
        attempt.answered_at,
        attempt.trunk,
    )


async def _redial(session: AsyncSession, attempt: Attempt, outcome: Outcome, ended_at: Instant) -> None:
    callback_list = await session.get_one(CallbackList, attempt.list_id)
    target = await session.get_one(Target, attempt.target_id)
    reached_before = select(func.max(Attempt.id)).where(
        Attempt.target_id == target.id, Attempt.outcome == Outcome.REACHED, Attempt.id < attempt.id
    )
    with_this_outcome = await session.scalar(
        select(func.count()).where(
            Attempt.target_id == target.id,
            Attempt.number == attempt.number,
            Attempt.outcome == outcome,
            Attempt.is_counted,
            # Who was reached and asked to be called again is called as if for the first time.
            Attempt.id > func.coalesce(reached_before.scalar_subquery(), 0),
        )
    )
    standing = Standing(
        outcome=outcome,
        ended_at=ended_at,
        with_this_outcome=with_this_outcome or 0,
        attempts=target.attempts,
        numbers_left=len(target.other_numbers) - target.number_index,
    )
    rules = convert(callback_list.rules, dict[Outcome, RedialRule])
    after = redial(standing, rules, callback_list.max_attempts)
    move_on(target, after, outcome, ended_at)
    if target.promised_at is not None:
        keep_promise(target, callback_list)
    elif after.is_escalated and callback_list.escalation_list_id is not None:
        await escalate(session, target, callback_list.escalation_list_id, ended_at)
    await tell_result(session, callback_list, target, attempt)


def move_on(target: Target, after: Redial, outcome: Outcome, ended_at: Instant) -> None:
    """Brings a target to where it stands after an attempt that ended then."""
    target.last_outcome = outcome
    if after.state in OVER:
        close(target, after.state, ended_at)
    else:
        leave_open(target, after.state, after.due_at)
    if after.is_next_number:
        target.dial_number = target.other_numbers[target.number_index]
        target.number_index += 1


async def escalate(session: AsyncSession, target: Target, list_id: int, now: Instant) -> None:
    """Adds the target to another list, due now, unless that has gone or has the number already. A list that was
    finished runs again."""
    there = await session.get(CallbackList, list_id, with_for_update=True)
    has = exists().where(Target.list_id == list_id, Target.number == target.number)
    if there is None or await session.scalar(select(has)):
        return
    run_again(there)
    kept = ("number", "other_numbers", "time_zones", "name", "attributes", "priority", "owner_agent", "owner_until")
    session.add(
        Target(
            list_id=list_id,
            dial_number=target.number,
            due_at=now,
            came_from=target.id,
            **{field: getattr(target, field) for field in kept},
        )
    )


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
        return _ending(attempt, Outcome.FAILED)


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
        return _ending(attempt, Outcome.UNKNOWN)


async def finish(sessions: Sessions, list_id: int) -> bool:
    """Marks a running list as finished if none of its targets is left to call; tells whether it did."""
    left = exists().where(Target.list_id == list_id, Target.state.in_(LEFT))
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
            OpenAttempt(AttemptId(row.attempt_id), row.list_id, row.pbx, row.queue, row.placed_at, row.trunk)
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


async def answered_since(sessions: Sessions, list_id: int, since: Instant) -> Sequence[Ending]:
    """The calls of a list that people answered since then, in order."""
    people = [Outcome.REACHED, Outcome.ABANDONED]
    query = select(Attempt).where(Attempt.list_id == list_id, Attempt.answered_at >= since, Attempt.outcome.in_(people))
    async with sessions() as session:
        rows = await session.scalars(query.order_by(Attempt.answered_at))
        return [_ending(row, Outcome(row.outcome or "")) for row in rows]


async def last_attempts(sessions: Sessions, target_id: int, most: int) -> Sequence[Attempt]:
    """The calls to a target that are over, newest first."""
    query = select(Attempt).where(Attempt.target_id == target_id, Attempt.ended_at.is_not(None), Attempt.is_counted)
    async with sessions() as session:
        return (await session.scalars(query.order_by(Attempt.id.desc()).limit(most))).all()


async def attempt_row(session: AsyncSession, attempt_id: str) -> Attempt | None:
    """The attempt whose channel has this id."""
    return await session.scalar(select(Attempt).where(Attempt.attempt_id == attempt_id))
