"""What comes of each attempt, told to whoever follows a list: a row to be read by, and webhooks through the outbox.

Both are written in the transaction of the result: nothing is told that is not so, and nothing is forgotten.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.delivery.kinds import EventKind
from callcenter.delivery.service import post_webhooks
from callcenter.dialer.answers import ResultTold
from callcenter.dialer.rules import Mode, Outcome, TargetState
from callcenter.dialer.tables import Attempt, CallbackList, Result, Target
from callcenter.errors import NotFound
from callcenter.floor.terms import Instant
from callcenter.store.engine import Sessions

RESULT = EventKind("callback.result", ResultTold)


async def tell_result(session: AsyncSession, callback_list: CallbackList, target: Target, attempt: Attempt) -> None:
    """Tells what came of an attempt, and where its target stands now; again where an unknown one is put right."""
    session.add(Result(list_id=callback_list.id, attempt_id=attempt.id))
    at = attempt.ended_at or attempt.placed_at
    await post_webhooks(session, RESULT, result_view(callback_list, target, attempt), at)


def result_view(callback_list: CallbackList, target: Target, attempt: Attempt) -> ResultTold:
    """A result as webhooks and the API tell it (docs/api.md, Results)."""
    return {
        "list": {"id": str(callback_list.id), "name": callback_list.name},
        "target": {
            "id": target.id,
            "number": target.number,
            "name": target.name,
            "attributes": target.attributes,
            "state": TargetState(target.state),
            "attempts": target.attempts,
            "due_at": target.due_at,
        },
        "attempt": {
            "id": attempt.id,
            "number": attempt.number,
            "outcome": None if attempt.outcome is None else Outcome(attempt.outcome),
            "placed_at": attempt.placed_at,
            "answered_at": attempt.answered_at,
            "ended_at": attempt.ended_at,
            "agent_number": attempt.agent_number,
            "call_id": attempt.call_id,
            "pbx": attempt.pbx,
            "mode": Mode(attempt.mode),
            "is_machine": attempt.is_machine,
        },
    }


async def results_page(
    sessions: Sessions, list_id: int, *, after: int, since: Instant | None, limit: int
) -> tuple[list[dict[str, Any]], int]:
    """Results in the order in which they became known, those behind `after`; and what to ask behind next time.

    `since`: of attempts that ended then or later. Raises NotFound.
    """
    query = (
        select(Result, Attempt, Target)
        .join(Attempt, Attempt.id == Result.attempt_id)
        .join(Target, Target.id == Attempt.target_id)
        .where(Result.list_id == list_id, Result.id > after)
    )
    if since is not None:
        query = query.where(Attempt.ended_at >= since)
    async with sessions() as session:
        callback_list = await session.get(CallbackList, list_id)
        if callback_list is None:
            raise NotFound(f"There is no list {list_id}")
        rows: Sequence[Any] = (await session.execute(query.order_by(Result.id).limit(limit))).all()
    found = [{"id": row[0].id} | result_view(callback_list, row[2], row[1]) for row in rows]
    return found, rows[-1][0].id if rows else after
