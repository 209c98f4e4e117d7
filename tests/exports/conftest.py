"""A centre with recorded calls, exports of them, and who may ask for those."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.calls.api import call_routes
from callcenter.errors import NotFound
from callcenter.exports.api import export_routes
from callcenter.exports.choosing import Context
from callcenter.exports.packing import Packer
from callcenter.finding import beyond_calls
from callcenter.floor.facts import AnyFact
from callcenter.recordings.access_api import access_routes
from callcenter.recordings.library import Library
from callcenter.recordings.measuring import Measurer
from callcenter.recordings.service import recordings_of
from callcenter.store.engine import Sessions
from callcenter.store.recorder import Recorder
from tests.facts import NOON, a_call, a_conversation, a_recording, a_visit
from tests.recordings.sounds import tone, write_wav
from tests.serving import PANEL
from tests.web import Site

EXPORTS = "/api/recording-exports"
CALLS = 5
"""Recorded calls, from noon on, a minute each."""


async def forms_of(customer_id: int) -> frozenset[str]:
    """There is one customer, who called twice. Raises NotFound."""
    if customer_id != 1:
        raise NotFound(f"There is no customer {customer_id}")
    return frozenset({"13800000001", "13800000003"})


class Clock:
    """Ten minutes after noon, until a test says otherwise."""

    def __init__(self) -> None:
        self.now = NOON + 600

    def __call__(self) -> float:
        return self.now


def of_call(nth: int, **given: Any) -> Iterator[AnyFact]:
    """A call that was answered and recorded, a minute after the one before it."""
    at = NOON + 60 * nth
    of: dict[str, Any] = {"call_id": f"{nth}.1", "number": f"1380000{nth:04}"}
    yield a_call(**of, started_at=at, answered_at=at, ended_at=at + 30)
    yield a_visit(**of, channel_id=f"{nth}.1", joined_at=at, ended_at=at + 1, **given)
    talk: dict[str, Any] = {"leg_id": f"{nth}.2", "began_at": at + 1, "ended_at": at + 29}
    yield a_conversation(**of, **talk, **given)
    yield a_recording(call_id=f"{nth}.1", channel_id=f"{nth}.1", path=f"/{nth}.wav", began_at=at, ended_at=at + 30)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the PBX records into."""
    return tmp_path / "recordings"


@pytest.fixture
def library(folder: Path, tmp_path: Path, clock: Clock) -> Library:
    return Library({"pbx1": folder}, tmp_path / "copies", clock)


@pytest.fixture
async def recorded(engine: AsyncEngine, sessions: Sessions, library: Library, folder: Path) -> None:
    """Five calls, each with a sound of its own."""
    recorder = Recorder(engine)
    for nth in range(CALLS):
        write_wav(folder / f"{nth}.wav", tone(1.0 + nth / 10), modified_at=NOON + 60 * nth + 30)
        recorder.note([*of_call(nth)])
    await recorder.flush()
    await Measurer(sessions, library).measure_due()


@pytest.fixture
def context(sessions: Sessions, library: Library, tmp_path: Path) -> Context:
    return Context(
        sessions=sessions,
        library=library,
        beyond=beyond_calls,
        folder=tmp_path / "exports",
        zone=ZoneInfo("Asia/Shanghai"),
        most_recordings=20,
        free=lambda _folder: 2**40,
    )


@pytest.fixture
def packer(context: Context) -> Packer:
    return Packer(context)


@pytest.fixture
def site(sessions: Sessions, library: Library, context: Context, packer: Packer, recorded: None) -> Site:
    """The routes of calls, of who listened, and of exports."""
    calls = call_routes(sessions, partial(recordings_of, sessions, library), beyond_calls, forms_of)
    return Site(sessions, calls, access_routes(sessions, library), export_routes(context, packer, forms_of))


@pytest.fixture
async def qa(site: Site) -> AsyncIterator[AsyncClient]:
    """Somebody who may export recordings."""
    async with await site.client(Role.QA) as client:
        client.headers.update(PANEL)
        yield client


async def ordered(client: AsyncClient, **search: Any) -> dict[str, Any]:
    """An export that was asked for."""
    body = {"search": search, "reason": "for the lawyer", "language": "en"}
    answer = await client.post(EXPORTS, json=body)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def told(client: AsyncClient, export_id: int) -> dict[str, Any]:
    """How an export stands."""
    answer = await client.get(f"{EXPORTS}/{export_id}")
    assert answer.status_code == 200, answer.text
    shape: dict[str, Any] = answer.json()
    return shape


@contextmanager
def batches_of(count: int) -> Iterator[None]:
    """So few recordings are packed at once."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("callcenter.exports.packing.BATCH", count)
        yield


def with_free(context: Context, free: int) -> Packer:
    """A packer on a disk with so much room."""
    return Packer(replace(context, free=lambda _folder: free))
