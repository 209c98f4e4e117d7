"""People of every role at the routes of quality."""

from collections.abc import AsyncIterator

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from callcenter.accounts.passwords import Passwords
from callcenter.accounts.service import Access
from callcenter.problems import tell_problems
from callcenter.quality.api import quality_routes
from callcenter.quality.service import ship_forms
from callcenter.store.engine import Sessions
from tests.dialer.test_api import Panel

NOW = 1_763_800_000.0


@pytest.fixture
async def panel(sessions: Sessions) -> AsyncIterator[Panel]:
    """A server with the shipped forms."""
    access = Access(sessions, lambda: NOW, Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
    web = FastAPI()
    web.state.access = access
    tell_problems(web)
    await ship_forms(sessions, NOW)
    web.include_router(quality_routes(sessions, lambda: NOW))
    panel = Panel(web, access)
    yield panel
    await panel.close()
