"""A clock to turn by hand, a quick hasher, and access to an empty database on SQLite and on PostgreSQL."""

import pytest
from argon2 import PasswordHasher

from callcenter.accounts.passwords import Passwords
from callcenter.accounts.service import Access
from callcenter.store.engine import Sessions
from tests.accounts.clock import Clock


@pytest.fixture
def clock() -> Clock:
    """A clock to turn by hand."""
    return Clock()


@pytest.fixture
def access(sessions: Sessions, clock: Clock) -> Access:
    """Accounts on an empty database; hashes are weak, since their strength is not what is tested."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return Access(sessions, clock, Passwords(quick))
