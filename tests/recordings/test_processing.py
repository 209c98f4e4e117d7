"""A complete recording is listened through once, and its stereo copy stored, whatever comes between."""

import asyncio
import hashlib
import os
import signal
from concurrent.futures import Future
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from typing_extensions import override

from callcenter.accounts.rules import Role
from callcenter.assembly import in_background
from callcenter.floor.terms import ChannelId
from callcenter.recordings import processing
from callcenter.recordings.copying import Encoding
from callcenter.recordings.inspection import inspect_files
from callcenter.recordings.library import Library
from callcenter.recordings.measuring import Measurer
from callcenter.recordings.processing import Job, Processor
from callcenter.recordings.tables import RecordingSound
from callcenter.store.engine import Sessions
from callcenter.store.recorder import Recorder
from tests.facts import a_call, a_recording
from tests.recordings.conftest import ENDED, measured
from tests.recordings.sounds import hiss, leave_open, pcm, spoken, write_garbage, write_wav
from tests.web import Site

MIX = "pbx1-1763812800.1-1"
AGENT = [(0.5, 3.0)]
CUSTOMER = [(2.0, 5.0)]
SECONDS = 6.0


def _record(folder: Path) -> None:
    """A mix and both legs, the agent's a little shorter."""
    agent, customer = spoken(AGENT, SECONDS - 0.5), spoken(CUSTOMER, SECONDS) + hiss(SECONDS)
    write_wav(folder / f"{MIX}.wav", pcm(spoken(AGENT, SECONDS) + customer), modified_at=ENDED)
    write_wav(folder / f"{MIX}_agent.wav", pcm(agent), modified_at=ENDED)
    write_wav(folder / f"{MIX}_other.wav", pcm(customer), modified_at=ENDED)


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def _sounds(sessions: Sessions) -> list[RecordingSound]:
    async with sessions() as session:
        return list(await session.scalars(select(RecordingSound)))


async def _processed(engine: AsyncEngine, sessions: Sessions, library: Library, encoding: Encoding) -> RecordingSound:
    await measured(engine, sessions, library)
    processor = Processor(sessions, library, encoding)
    await processor.process_due()
    await processor.close()
    (sound,) = await _sounds(sessions)
    return sound


@pytest.mark.parametrize("encoding", ["opus", "mp3", "wav"])
async def test_two_legs_become_one_stereo_file(
    engine: AsyncEngine, sessions: Sessions, library: Library, folder: Path, encoding: Encoding
) -> None:
    _record(folder)
    sound = await _processed(engine, sessions, library, encoding)
    assert [side["side"] for side in sound.sides] == ["agent", "customer"]
    assert [side["talk_seconds"] for side in sound.sides] == [pytest.approx(2.5, abs=0.1), pytest.approx(3, abs=0.1)]
    assert sound.talk_over_seconds == pytest.approx(1.0, abs=0.1)
    assert len(sound.peaks) == 600
    assert (sound.duration_seconds, sound.failure, sound.is_repaired) == (SECONDS, "", False)
    assert sound.sha256 == hashlib.sha256((folder / f"{MIX}.wav").read_bytes()).hexdigest()
    copy = inspect_files([library.stored / sound.copy])
    assert copy.duration_seconds == pytest.approx(SECONDS, abs=0.06)
    assert copy.sides[0].talk == [pytest.approx(AGENT[0], abs=0.12)]
    assert copy.sides[1].talk == [pytest.approx(CUSTOMER[0], abs=0.12)]
    assert [path.name for path in _files(library.stored / "0")] == [f"1.{encoding}"]


async def test_a_mix_alone_stays_one_side(
    engine: AsyncEngine, sessions: Sessions, library: Library, folder: Path
) -> None:
    write_wav(folder / f"{MIX}.wav", pcm(spoken(AGENT, SECONDS)), modified_at=ENDED)
    sound = await _processed(engine, sessions, library, "opus")
    assert [side["side"] for side in sound.sides] == ["mix"]
    assert inspect_files([library.stored / sound.copy]).duration_seconds == pytest.approx(SECONDS, abs=0.06)


async def test_files_cut_off_by_a_crash_are_copied_whole(
    engine: AsyncEngine, sessions: Sessions, library: Library, folder: Path
) -> None:
    _record(folder)
    for file in _files(folder):
        leave_open(file, ENDED)
    sound = await _processed(engine, sessions, library, "wav")
    assert sound.is_repaired
    copy = inspect_files([library.stored / sound.copy])
    assert (copy.duration_seconds, copy.is_repaired) == (SECONDS, False)


async def test_a_leg_that_cannot_be_read_leaves_the_mix(
    engine: AsyncEngine, sessions: Sessions, library: Library, folder: Path
) -> None:
    _record(folder)
    write_garbage(folder / f"{MIX}_agent.wav", ENDED)
    (folder / f"{MIX}_agent.wav").write_text("no audio")
    sound = await _processed(engine, sessions, library, "opus")
    assert [side["side"] for side in sound.sides] == ["mix"]


async def test_what_is_no_audio_is_tried_once(
    engine: AsyncEngine, sessions: Sessions, library: Library, folder: Path
) -> None:
    write_garbage(folder / f"{MIX}.wav", ENDED)
    sound = await _processed(engine, sessions, library, "opus")
    assert (sound.copy, sound.sides) == ("", [])
    assert "cannot be decoded" in sound.failure


async def test_a_file_that_went_away_holds_nothing_up(
    engine: AsyncEngine, sessions: Sessions, library: Library, folder: Path
) -> None:
    _record(folder)
    await measured(engine, sessions, library)
    for file in _files(folder):
        file.unlink()
    processor = Processor(sessions, library, "opus")
    assert not await processor.process_due()
    await processor.close()
    assert [sound.failure for sound in await _sounds(sessions)] == ["the file is no longer there"]


async def test_what_was_broken_off_is_begun_again(
    engine: AsyncEngine, sessions: Sessions, library: Library, folder: Path
) -> None:
    _record(folder)
    await measured(engine, sessions, library)
    (library.stored / "0").mkdir(parents=True)
    (library.stored / "0" / ".abc.part").write_bytes(b"half")
    processor = Processor(sessions, library, "opus")
    async with AsyncExitStack() as stack:
        stack.push_async_callback(processor.close)
        in_background(stack, processor.run(), "processor")
        await _heard(sessions)
    assert [path.name for path in _files(library.stored / "0")] == ["1.opus"]


async def test_a_process_that_dies_is_replaced(
    engine: AsyncEngine, sessions: Sessions, library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processing, "RETRY_SECONDS", 0.01)
    _record(folder)
    processor = Processor(sessions, library, "opus")
    victim = processor._begun(processing.Job(9, folder / f"{MIX}.wav", (), library.stored, "wav"))
    await asyncio.wrap_future(victim)
    assert processor._pool is not None
    for pid in processor._pool._processes:
        os.kill(pid, signal.SIGKILL)
    await measured(engine, sessions, library)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(processor.close)
        in_background(stack, processor.run(), "processor")
        await _heard(sessions)


class Poisoned(Processor):
    """Recording 2 ends the process that listens to it."""

    @override
    def _begun(self, job: Job) -> Future[dict[str, Any]]:
        begun = super()._begun(job)
        assert self._pool is not None
        return self._pool.submit(os._exit, 1) if job.recording_id == 2 else begun


async def test_a_file_that_ends_every_process_is_given_up_and_holds_up_no_other(
    engine: AsyncEngine, sessions: Sessions, library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processing, "RETRY_SECONDS", 0.01)
    recorder = Recorder(engine)
    recorder.note([a_call()])
    for nth in (1, 2, 3):
        write_wav(folder / f"part{nth}.wav", pcm(spoken(AGENT, SECONDS)), modified_at=ENDED)
        path = f"/var/spool/asterisk/monitor/part{nth}.wav"
        recorder.note([a_recording(path=path, channel_id=ChannelId(f"1763812800.{nth}"))])
    await recorder.flush()
    measurer = Measurer(sessions, library)
    await measurer.measure_due()
    await measurer.close()
    processor = Poisoned(sessions, library, "opus")
    async with AsyncExitStack() as stack, asyncio.timeout(60):
        stack.push_async_callback(processor.close)
        in_background(stack, processor.run(), "processor")
        while len(await _sounds(sessions)) < 3:  # noqa: ASYNC110 - the rows come from other processes' work
            await asyncio.sleep(0.05)
    failures = {sound.recording_id: sound.failure for sound in await _sounds(sessions)}
    assert failures == {1: "", 2: "listening to it ends the process", 3: ""}


async def _heard(sessions: Sessions) -> None:
    async with asyncio.timeout(30):
        while not await _sounds(sessions):  # noqa: ASYNC110 - the row comes from another process's work
            await asyncio.sleep(0.05)


# --- played -----------------------------------------------------------------------------------------------------


@pytest.fixture
async def recorded(engine: AsyncEngine, sessions: Sessions, library: Library, folder: Path) -> None:
    _record(folder)
    await measured(engine, sessions, library)


async def test_the_copy_and_what_is_in_it_are_told(
    reviewer: AsyncClient, site: Site, sessions: Sessions, library: Library
) -> None:
    assert (await reviewer.get("/api/recordings/1/sound")).json() is None
    assert (await reviewer.get("/api/recordings/1/audio?side=stereo")).status_code == 404
    processor = Processor(sessions, library, "opus")
    await processor.process_due()
    await processor.close()
    told: dict[str, Any] = (await reviewer.get("/api/recordings/1/sound")).json()
    assert told["duration_seconds"] == SECONDS
    assert [len(side["peaks"]) for side in told["sides"]] == [300, 300]
    assert 0.2 < max(told["sides"][0]["peaks"]) <= 1
    assert told["talk_over"] == [pytest.approx([2.0, 3.0], abs=0.1)]
    part = await reviewer.get("/api/recordings/1/audio?side=stereo", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.headers["content-type"], part.content) == (206, "audio/ogg", b"OggS")
    async with site.stranger() as stranger:
        assert (await stranger.get("/api/recordings/1/sound")).status_code == 401
    async with await site.client(Role.AGENT) as agent:
        assert (await agent.get("/api/recordings/1/sound")).status_code == 403
        assert (await agent.get("/api/recordings/1/audio?side=stereo")).status_code == 403
