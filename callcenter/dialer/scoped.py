"""Which callback lists somebody sees: those whose queue is in their scope."""

from sqlalchemy import select

from callcenter.accounts.scope import Scope
from callcenter.accounts.scoped import in_scope
from callcenter.dialer.tables import CallbackList
from callcenter.store.engine import Sessions


async def check_list(sessions: Sessions, scope: Scope, list_id: int) -> None:
    """Raises NotFound for a list outside the scope; whether there is such a list at all, is not asked of everything."""
    if scope.is_everything:
        return
    seen = select(CallbackList.id).where(CallbackList.id == list_id, in_scope(scope, queue=CallbackList.queue))
    async with sessions() as session:
        scope.check(await session.scalar(seen) is not None, f"list {list_id}")
