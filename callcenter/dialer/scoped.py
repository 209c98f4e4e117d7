"""Which callback lists somebody sees: those whose queue is in their scope."""

from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import select

from callcenter.accounts.api import requires
from callcenter.accounts.rules import Permission
from callcenter.accounts.scope import Scope
from callcenter.accounts.scoped import in_scope
from callcenter.accounts.service import Account
from callcenter.dialer.shapes import ListId
from callcenter.dialer.tables import CallbackList
from callcenter.errors import BadInput, NotFound
from callcenter.store.engine import Sessions


def of_list(sessions: Sessions, permission: Permission) -> Any:
    """For a route of `list_id`: as `requires`, of a list in the caller's scope; any other is not there."""

    async def check(list_id: ListId, account: Annotated[Account, requires(permission, reach="scoped")]) -> Account:
        await check_list(sessions, account.scope, list_id)
        return account

    return Depends(check)


async def check_list(sessions: Sessions, scope: Scope, list_id: int) -> None:
    """Raises NotFound for a list that is not seen."""
    if not await sees_list(sessions, scope, list_id):
        raise NotFound(f"There is no list {list_id}")


async def sees_list(sessions: Sessions, scope: Scope, list_id: int) -> bool:
    """Whether a list is in the scope; of everything it is not asked whether there is such a list at all."""
    if scope.is_everything:
        return True
    seen = select(CallbackList.id).where(CallbackList.id == list_id, in_scope(scope, queue=CallbackList.queue))
    async with sessions() as session:
        return await session.scalar(seen) is not None


def check_queue(scope: Scope, queue: str, field: str) -> None:
    """Raises BadInput at `field` for a queue outside the scope, as for one that is not there."""
    if not scope.sees_queue(queue):
        raise BadInput(f"There is no queue {queue!r} in what your account sees", field=field)
