"""Which users a ticket may be given to, beside the agents."""

from collections.abc import Sequence

from msgspec import Struct

from callcenter.accounts.own_roles import users_who_may
from callcenter.accounts.scope import Scope
from callcenter.accounts.service import Account, scope_of_user
from callcenter.tickets.service import Context


class Owner(Struct, frozen=True):
    """A user who works on tickets, and what they are called."""

    username: str
    name: str


async def owners(context: Context, account: Account) -> Sequence[Owner]:
    """Users who work on tickets, by username; a limited account is told of those who see something that it sees."""
    async with context.sessions() as session:
        users = await users_who_may(session, "work_tickets")
    return [Owner(user.username, user.name) for user in users if _meet(account.scope, scope_of_user(user))]


def _meet(one: Scope, other: Scope) -> bool:
    """Whether two scopes have a team or a queue in common."""
    is_everything = one.is_everything or other.is_everything
    return is_everything or not (one.teams.isdisjoint(other.teams) and one.queues.isdisjoint(other.queues))
