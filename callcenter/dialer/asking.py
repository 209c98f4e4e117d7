"""A person says what becomes of a target for which the rules ask one."""

from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.dialer.attempts import escalate
from callcenter.dialer.rules import TargetState
from callcenter.dialer.standing import close, leave_open, run_again
from callcenter.dialer.tables import CallbackList, Target
from callcenter.errors import Conflict, NotFound
from callcenter.floor.terms import Instant
from callcenter.store.engine import Sessions


class Decision(StrEnum):
    """What somebody decided."""

    CALL = "call"
    CLOSE = "close"
    ESCALATE = "escalate"


async def decide(
    sessions: Sessions, list_id: int, target_id: int, decision: Decision, *, now: Instant, due_at: Instant | None
) -> None:
    """Brings a target that waits for a person to where it goes on; it is called from `due_at` on (None: now).

    A list that was finished runs again. Raises NotFound, and Conflict unless the target waits for a person.
    """
    async with sessions.begin() as session:
        callback_list = await session.get(CallbackList, list_id, with_for_update=True)
        target = await session.get(Target, target_id, with_for_update=True)
        if callback_list is None or target is None or target.list_id != list_id:
            raise NotFound(f"There is no target {target_id} on list {list_id}")
        if target.state != TargetState.ASKING:
            raise Conflict(f"The target is {target.state}; nobody is asked about it")
        if decision is Decision.CALL:
            leave_open(target, TargetState.OPEN, now if due_at is None else due_at)
            run_again(callback_list)
            return
        if decision is Decision.ESCALATE:
            await _escalate(session, callback_list, target, now)
        close(target, TargetState.CLOSED, now)


async def _escalate(session: AsyncSession, callback_list: CallbackList, target: Target, now: Instant) -> None:
    if callback_list.escalation_list_id is None:
        raise Conflict("The list has no list to escalate to; set one first", field="escalation_list_id")
    await escalate(session, target, callback_list.escalation_list_id, now)
