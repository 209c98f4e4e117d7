"""The dialer's centre, which forms are part of, and people of every role at its routes."""

from collections.abc import AsyncIterator

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from callcenter.accounts.passwords import Passwords
from callcenter.accounts.service import Access
from callcenter.dialer.api import callback_routes
from callcenter.floor.floor import Floor
from callcenter.forms.api import form_routes
from callcenter.forms.offers_api import offer_routes
from callcenter.problems import tell_problems
from callcenter.settings import QueueSettings, Settings
from tests.dialer.conftest import Centre, centre
from tests.dialer.test_api import Panel

__all__ = ["centre"]


@pytest.fixture
def floor() -> Floor:
    return Floor()


@pytest.fixture
async def panel(centre: Centre, floor: Floor) -> AsyncIterator[Panel]:
    access = Access(centre.sessions, centre.clock, Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
    web = FastAPI()
    web.state.access = access
    tell_problems(web)
    worker = centre.worker()
    web.include_router(form_routes(centre.sessions, worker, floor))
    web.include_router(offer_routes(centre.sessions, worker))
    web.include_router(callback_routes(centre.sessions, worker, Settings(queues={"support": QueueSettings()})))
    panel = Panel(web, access)
    yield panel
    await panel.close()
