"""Which users a ticket may be given to, beside the agents."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import select

from callcenter.accounts.own_roles import roles_now
from callcenter.accounts.rules import permissions_of
from callcenter.accounts.scope import Scope
from callcenter.accounts.service import Account, scope_of_user
from callcenter.accounts.tables import User
from callcenter.tickets.service import Context


class Owner(Struct, frozen=True):
    """A user who works on tickets, and what they are called."""

    username: str
    name: str


async def owners(context: Context, account: Account) -> Sequence[Owner]:
    """Users who work on tickets, by username; a limited account is told of those who see something that it sees."""
    async with context.sessions() as session:
        roles = await roles_now(session)
        users = (
            await session.scalars(select(User).where(User.is_disabled.is_(False)).order_by(User.username_key))
        ).all()
    return [
        Owner(user.username, user.name)
        for user in users
        if "work_tickets" in permissions_of(user.roles, roles) and _meet(account.scope, scope_of_user(user))
    ]


def _meet(one: Scope, other: Scope) -> bool:
    """Whether two scopes have a team or a queue in common."""
    is_everything = one.is_everything or other.is_everything
    return is_everything or not (one.teams.isdisjoint(other.teams) and one.queues.isdisjoint(other.queues))
