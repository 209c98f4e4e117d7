"""A list that nobody else changes until the transaction ends."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.dialer.rules import ListState
from callcenter.dialer.tables import CallbackList
from callcenter.errors import NotFound


async def lock_list(session: AsyncSession, list_id: int) -> str:
    """The state of the list, which nobody else changes until the transaction ends. Raises NotFound."""
    locking = update(CallbackList).where(CallbackList.id == list_id).values(name=CallbackList.name)
    state = await session.scalar(locking.returning(CallbackList.state).execution_options(synchronize_session=False))
    if state is None:
        raise NotFound(f"There is no list {list_id}")
    return state


async def set_state(session: AsyncSession, list_id: int, state: ListState) -> None:
    """Changes the state of a locked list."""
    await session.execute(update(CallbackList).where(CallbackList.id == list_id).values(state=state))
