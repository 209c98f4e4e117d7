"""A restart as people see it: the floor, today's figures and the books go on where they were."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typing_extensions import override

from callcenter.app import App, running
from callcenter.errors import SetupFailed
from callcenter.floor.facts import SeatState
from callcenter.live import checkpoint
from callcenter.settings import AgentSettings, PbxSettings, Settings
from callcenter.store.recorder import Recorder
from tests.asterisk.peer import Peer, hang_up_event, pause_event
from tests.asterisk.test_journal import full_disk

SEAT, CALLER = "pbx1/PJSIP/1001", "1700000000.1"


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    """A PBX with a paused agent and a caller who waits."""
    peer = Peer()
    await peer.start()
    yield peer
    await peer.stop()


def _settings(folder: Path, pbx: PbxSettings, **others: Any) -> Settings:
    agents = (AgentSettings(number="1001", name="Li Na", team="A"),)
    return Settings(data_folder=folder, pbxs=(pbx,), **{"agents": agents} | others)


@asynccontextmanager
async def centre(folder: Path, peer: Peer, **others: Any) -> AsyncIterator[App]:
    """The server beside that PBX, once its link is live."""
    async with running(_settings(folder, peer.settings(), **others)) as app:
        await until(lambda: _view(app, "links", "pbx1")["state"] == "live")
        yield app


async def until(is_so: Callable[[], object]) -> None:
    """Waits until it is so, fifteen seconds at most."""
    for _ in range(750):
        if is_so():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come to be so")


def _view(app: App, kind: str, identity: str) -> dict[str, Any]:
    return app.keeper.floor.view((kind, identity)) or {}


async def _rows(app: App) -> dict[str, list[tuple[Any, ...]]]:
    async with app.engine.connect() as connection:
        return {
            table: [tuple(row) for row in await connection.execute(text(f"SELECT * FROM {table} ORDER BY id"))]
            for table in ("queue_visits", "calls", "seat_spells")
        }


def _journal(folder: Path) -> Path:
    return next((folder / "journal/pbx1").glob("*.ami"))


async def _happenings(app: App, peer: Peer) -> None:
    """The caller gives up, the agent takes another pause."""
    peer.connection.say(hang_up_event(CALLER, 1700000200.0))
    peer.connection.say(pause_event("Li Na", "break", 1700000300.0))
    await until(lambda: _view(app, "seats", SEAT)["reason"] == "break")


async def test_what_was_on_the_floor_is_there_before_the_pbx_answers(tmp_path: Path, peer: Peer) -> None:
    async with centre(tmp_path, peer) as app:
        await _happenings(app, peer)
        seat, snapshot = _view(app, "seats", SEAT), app.keeper.floor.snapshot()
        rows = await _flushed(app)
    await peer.stop()
    async with running(_settings(tmp_path, peer.settings())) as again:
        assert _view(again, "seats", SEAT) == seat
        assert again.keeper.floor.snapshot() | {"links": {}} == snapshot | {"links": {}}
        assert await _rows(again) == rows


async def _flushed(app: App) -> dict[str, list[tuple[Any, ...]]]:
    await app.recorder.flush()
    return await _rows(app)


class Forgetful(Recorder):
    """A recorder that is killed before it writes."""

    @override
    async def flush(self) -> None:
        self._waiting.clear()


async def test_facts_that_a_crash_kept_from_the_database_are_told_again(
    tmp_path: Path, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with centre(tmp_path, peer):
        folder = tmp_path / "checkpoints"
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    with monkeypatch.context() as killed:
        killed.setattr("callcenter.app.Recorder", Forgetful)
        async with centre(tmp_path, peer) as app:
            await _happenings(app, peer)
            assert await _rows(app) == {"queue_visits": [], "calls": [], "seat_spells": []}
    for name, content in kept.items():
        (folder / name).write_bytes(content)
    await peer.stop()
    async with running(_settings(tmp_path, peer.settings())) as again:
        rows = await _rows(again)
        assert (len(rows["calls"]), len(rows["seat_spells"])) == (1, 1)
        assert _view(again, "seats", SEAT)["reason"] == "break"


async def test_without_a_checkpoint_the_journal_is_read_and_nothing_counts_twice(
    tmp_path: Path, peer: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    async with centre(tmp_path, peer) as app:
        await _happenings(app, peer)
        seat, rows = _view(app, "seats", SEAT), await _flushed(app)
    path = checkpoint.path_of(tmp_path / "checkpoints", "pbx1")
    path.write_bytes(path.read_bytes()[:-9])
    checkpoint.previous(path).write_bytes(b"nonsense")
    await peer.stop()
    caplog.set_level(logging.INFO)
    async with running(_settings(tmp_path, peer.settings())) as again:
        assert _view(again, "seats", SEAT) == seat
        assert await _rows(again) == rows
    assert "is damaged" in caplog.text
    assert "is no checkpoint of this program" in caplog.text


async def test_settings_that_changed_meanwhile_are_in_force(tmp_path: Path, peer: Peer) -> None:
    async with centre(tmp_path, peer) as app:
        assert _view(app, "seats", SEAT)["agent_name"] == "Li Na"
    other = (AgentSettings(number="2002", name="Wang Wei", interface="PJSIP/1001"),)
    await peer.stop()
    async with running(_settings(tmp_path, peer.settings(), agents=other)) as again:
        seat = _view(again, "seats", SEAT)
        assert (seat["agent_number"], seat["agent_name"], seat["state"]) == ("2002", "Wang Wei", SeatState.PAUSED)


async def test_a_full_disk_is_shown_and_the_floor_goes_on(tmp_path: Path, peer: Peer) -> None:
    async with centre(tmp_path, peer) as app:
        surveys = peer.counts()["QueueStatus"]
        with full_disk(_journal(tmp_path).stat().st_size + 5):
            peer.connection.say(pause_event("Li Na", "stretching", 1700000300.0))
            await until(lambda: _view(app, "seats", SEAT)["reason"] == "stretching")
            await until(lambda: "pbx1" in app.hub.published.get("journals", {}))
            assert app.hub.published["journals"]["pbx1"]["reason"] in ("No space left on device", "File too large")
        peer.connection.say(pause_event("Li Na", "break", 1700000400.0))
        await until(lambda: not app.hub.published["journals"])
        await until(lambda: peer.counts()["QueueStatus"] > surveys)
    kept = _journal(tmp_path).read_bytes()
    assert b"Event: CallcenterHole\r\n" in kept
    assert b"stretching" not in kept


async def test_no_checkpoint_is_kept_before_its_facts_are_in_the_database(
    tmp_path: Path, peer: Peer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def away(self: Recorder) -> None:
        raise OSError("the database is away")

    async with centre(tmp_path, peer):
        pass
    path = checkpoint.path_of(tmp_path / "checkpoints", "pbx1")
    before = checkpoint.header_of(path)
    async with centre(tmp_path, peer):
        await until(lambda: checkpoint.header_of(path) != before)
        last = checkpoint.header_of(path)
        monkeypatch.setattr(Recorder, "flush", away)
    assert checkpoint.header_of(path) == last
    assert "No checkpoint of pbx1 could be kept: the database is away" in caplog.text


def test_the_signal_of_a_full_disk_does_not_end_the_server() -> None:
    assert signal.getsignal(signal.SIGXFSZ) is signal.SIG_IGN, "Python ignores it: a write fails instead"


async def test_two_servers_do_not_work_with_one_folder(tmp_path: Path, peer: Peer) -> None:
    async with centre(tmp_path, peer):
        with pytest.raises(SetupFailed, match="another server works with"):
            async with running(_settings(tmp_path, peer.settings())):
                raise AssertionError("it started")
    async with centre(tmp_path, peer):
        pass
