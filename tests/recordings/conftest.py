"""Where the audio of the tests is, and who may hear it."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.calls.api import call_routes
from callcenter.finding import beyond_calls
from callcenter.recordings.access_api import access_routes
from callcenter.recordings.api import recording_routes
from callcenter.recordings.library import Library
from callcenter.recordings.measuring import Measurer
from callcenter.recordings.service import recordings_of
from callcenter.store.engine import Sessions
from callcenter.store.recorder import Recorder
from tests.customers.nobody import no_customer
from tests.facts import a_call, a_conversation, a_recording
from tests.web import Site

ENDED = a_recording().ended_at


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the PBX records into."""
    return tmp_path / "recordings"


@pytest.fixture
def library(folder: Path, tmp_path: Path) -> Library:
    """The audio as it is 20 s after the recording ended."""
    return Library({"pbx1": folder}, tmp_path / "copies", lambda: ENDED + 20)


@pytest.fixture
async def recorded() -> None:
    """What was recorded before somebody looks: nothing, unless a module says so."""


@pytest.fixture
def site(sessions: Sessions, library: Library, recorded: None) -> Site:
    """The routes of calls and of recordings."""
    calls = call_routes(sessions, partial(recordings_of, sessions, library), beyond_calls, no_customer)
    return Site(sessions, calls, recording_routes(sessions, library), access_routes(sessions, library))


@pytest.fixture
async def reviewer(site: Site) -> AsyncIterator[AsyncClient]:
    """Somebody who may hear recordings."""
    async with await site.client(Role.QA) as client:
        yield client


async def measured(engine: AsyncEngine, sessions: Sessions, library: Library) -> None:
    """A call with its recording is known and measured."""
    recorder = Recorder(engine)
    recorder.note([a_recording(), a_call(), a_conversation()])
    await recorder.flush()
    measurer = Measurer(sessions, library)
    await measurer.measure_due()
    await measurer.close()
