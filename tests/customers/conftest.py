"""A centre with customers, on both databases, and people of every role at its routes."""

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any

import pytest
from httpx import AsyncClient

from callcenter.accounts.rules import Role
from callcenter.accounts.service import Account
from callcenter.calls.service import Key
from callcenter.customers.api import customer_routes
from callcenter.customers.rules import Number, Record
from callcenter.customers.service import Context
from callcenter.settings import CustomerSettings
from callcenter.store.engine import Sessions
from tests.customers.nobody import no_tickets
from tests.facts import NOON
from tests.serving import PANEL
from tests.web import Site

LI, WANG, ZHAO = "+8613800138000", "+8613800138001", "+8613800138002"


def a_record(**fields: Any) -> Record:
    """A customer with one number."""
    numbers = tuple(Number(number) for number in fields.pop("numbers", (LI,)))
    return Record(**{"name": "Li Wei", "level": "regular"} | fields, numbers=numbers)


async def _reviews(keys: Collection[Key], account: Account) -> Sequence[tuple[Key, dict[str, Any]]]:
    told = {"id": 7, "agent_number": "1001", "score": None, "state": "published", "talked_at": NOON}
    return [(key, told | {"agent_name": f"read by {account.username}"}) for key in keys]


@pytest.fixture
def context(sessions: Sessions) -> Context:
    return Context(sessions, lambda: NOON, "CN", CustomerSettings())


@pytest.fixture
def site(context: Context) -> Site:
    return Site(context.sessions, customer_routes(context, _reviews, no_tickets))


@pytest.fixture
async def supervisor(site: Site) -> AsyncIterator[AsyncClient]:
    async with await site.client(Role.SUPERVISOR) as client:
        client.headers.update(PANEL)
        yield client
