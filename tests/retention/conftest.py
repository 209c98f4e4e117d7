"""Recorded calls of a centre, with who may tag, hold and look."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.calls.api import call_routes
from callcenter.finding import beyond_calls
from callcenter.recordings.api import recording_routes
from callcenter.recordings.library import Library
from callcenter.recordings.service import recordings_of
from callcenter.retention.api import retention_routes
from callcenter.retention.call_api import call_retention_routes
from callcenter.store.engine import Sessions
from callcenter.store.recorder import Recorder
from tests.customers.nobody import no_customer
from tests.facts import NOON, a_call, a_conversation, a_recording, a_visit
from tests.web import Site

CALL = f"/api/calls/pbx1/{a_call().call_id}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the PBX records into."""
    return tmp_path / "recordings"


@pytest.fixture
def library(folder: Path, tmp_path: Path) -> Library:
    """The audio as it is a minute after the call."""
    return Library({"pbx1": folder}, tmp_path / "copies", lambda: NOON + 120)


@pytest.fixture
async def recorded(engine: AsyncEngine) -> None:
    """One call of a queue, recorded."""
    recorder = Recorder(engine)
    recorder.note([a_call(), a_visit(), a_conversation(), a_recording()])
    await recorder.flush()


@pytest.fixture
def site(sessions: Sessions, library: Library, recorded: None) -> Site:
    """The routes of calls, recordings and retention."""
    calls = call_routes(sessions, partial(recordings_of, sessions, library), beyond_calls, no_customer)
    retention = (call_retention_routes(sessions, library.clock), retention_routes(sessions, library))
    return Site(sessions, calls, recording_routes(sessions, library), *retention)


@pytest.fixture
async def reviewer(site: Site) -> AsyncIterator[AsyncClient]:
    """Somebody who may tag."""
    async with await site.client(Role.QA) as client:
        yield client


@pytest.fixture
async def admin(site: Site) -> AsyncIterator[AsyncClient]:
    """Somebody who may do everything."""
    async with await site.client(Role.ADMIN) as client:
        yield client
