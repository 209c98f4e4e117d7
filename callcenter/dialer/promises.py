"""A customer who is talked with is promised another call: the same target falls due again, by itself, at that time."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.dialer.rules import TargetState
from callcenter.dialer.standing import close, leave_open, run_again
from callcenter.dialer.tables import CallbackList, Target
from callcenter.floor.terms import Instant
from callcenter.store.engine import Sessions

MOST_SHOWN = 100
"""So many promises of an agent are told, those due first."""


async def promises_of(sessions: Sessions, agent: str) -> Sequence[tuple[Target, CallbackList]]:
    """What this agent promised and nobody has called yet, in order of time; not what is before somebody already."""
    query = (
        select(Target, CallbackList)
        .join(CallbackList, CallbackList.id == Target.list_id)
        .where(Target.owner_agent == agent, Target.state == TargetState.OPEN, Target.due_at.is_not(None))
        .order_by(Target.due_at, Target.id)
        .limit(MOST_SHOWN)
    )
    async with sessions() as session:
        return [(target, callback_list) for target, callback_list in await session.execute(query)]


async def promise(session: AsyncSession, target: Target, at: Instant, owner_agent: str) -> None:
    """Promises a call at an instant, by an agent ("": by anybody); one promised before is forgotten.

    While the target is in the air the promise waits for the end of that call. A list that was finished runs again.
    """
    callback_list = await session.get_one(CallbackList, target.list_id)
    target.promised_at, target.owner_agent = at, owner_agent
    if target.state not in (TargetState.IN_AIR, TargetState.OFFERED):
        keep_promise(target, callback_list)
    run_again(callback_list)


def keep_promise(target: Target, callback_list: CallbackList) -> None:
    """The target falls due when it was promised, with all its attempts before it; until then and for a while after
    it is its agent's alone, if the promise has one."""
    due_at = target.promised_at or 0.0
    leave_open(target, TargetState.OPEN, due_at)
    target.promised_at, target.attempts = None, 0
    target.owner_until = due_at + callback_list.personal_seconds if target.owner_agent else None


def withdraw_promise(target: Target, at: Instant, now: Instant) -> None:
    """The call promised at that instant is not made after all; one that is made already stands."""
    if target.promised_at == at:
        target.promised_at, target.owner_agent = None, ""
    elif target.state == TargetState.OPEN and target.due_at == at:
        close(target, TargetState.REACHED, now)
        target.owner_agent, target.owner_until = "", None
