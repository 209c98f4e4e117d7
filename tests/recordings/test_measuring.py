"""Each recording is measured once, when its call is over and its file is complete."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.assembly import in_background
from callcenter.floor.facts import AnyFact, RecordingFile
from callcenter.floor.terms import Instant
from callcenter.recordings import measuring
from callcenter.recordings.library import Library
from callcenter.recordings.measuring import Measurer
from callcenter.recordings.rules import MissingRecording
from callcenter.recordings.tables import RecordingAudio
from callcenter.store.engine import Sessions
from callcenter.store.recorder import Recorder
from tests.facts import NOON, a_call, a_conversation, a_recording
from tests.recordings.sounds import RATE, leave_open, silence, tone, write_garbage, write_wav

MIX = "pbx1-1763812800.1-1.wav"
ENDED = a_recording().ended_at


class Clock:
    """A clock to turn by hand."""

    def __init__(self, now: Instant) -> None:
        self.now = now

    def __call__(self) -> Instant:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(ENDED + 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "recordings"


@pytest.fixture
def library(folder: Path, tmp_path: Path, clock: Clock) -> Library:
    return Library({"pbx1": folder}, tmp_path / "copies", clock)


async def _record(engine: AsyncEngine, *facts: AnyFact) -> None:
    recorder = Recorder(engine)
    recorder.note(facts)
    await recorder.flush()


async def _measured(sessions: Sessions) -> list[dict[str, Any]]:
    async with sessions() as session:
        rows = (await session.scalars(select(RecordingAudio).order_by(RecordingAudio.recording_id))).all()
    return [{column.name: getattr(row, column.name) for column in RecordingAudio.__table__.c} for row in rows]


async def test_a_finished_recording_with_one_leg(
    engine: AsyncEngine, sessions: Sessions, library: Library, folder: Path, clock: Clock
) -> None:
    write_wav(folder / MIX, tone(1.5), modified_at=ENDED)
    write_wav(folder / MIX.replace(".wav", "_other.wav"), tone(1.5), modified_at=ENDED)
    await _record(engine, a_recording(), a_call())
    measurer = Measurer(sessions, library)
    assert await measurer.measure_due() == 0
    assert await _measured(sessions) == [
        {
            "recording_id": 1,
            "state": "ready",
            "duration_seconds": 1.5,
            "size": 44 + 3 * RATE,
            "has_audio": True,
            "has_customer_leg": True,
            "has_agent_leg": False,
            "checked_at": clock.now,
            "original": "kept",
        }
    ]
    clock.now += 5
    assert await measurer.measure_due() == 0
    assert [row["checked_at"] for row in await _measured(sessions)] == [clock.now - 5]
    await measurer.close()


async def test_a_recording_waits_for_the_end_of_its_call(
    engine: AsyncEngine, sessions: Sessions, library: Library, folder: Path, clock: Clock
) -> None:
    write_wav(folder / MIX, silence(1), modified_at=ENDED)
    await _record(engine, a_recording(), a_call(call_id="another"))
    measurer = Measurer(sessions, library)
    assert await measurer.measure_due() == 0
    assert await _measured(sessions) == []
    clock.now += measuring.CALL_LOST_SECONDS
    await measurer.measure_due()
    assert [(row["state"], row["has_audio"]) for row in await _measured(sessions)] == [("ready", False)]
    await measurer.close()


async def test_a_file_that_is_being_written_is_looked_at_again(
    engine: AsyncEngine, sessions: Sessions, library: Library, folder: Path
) -> None:
    leave_open(write_wav(folder / MIX, tone(1.0)), ENDED)
    await _record(engine, a_recording(), a_call())
    measurer = Measurer(sessions, library)
    assert await measurer.measure_due() == 1
    assert await _measured(sessions) == []
    write_wav(folder / MIX, tone(2.0), modified_at=ENDED + 1)
    assert await measurer.measure_due() == 0
    assert [(row["state"], row["duration_seconds"]) for row in await _measured(sessions)] == [("ready", 2.0)]
    await measurer.close()


async def test_a_file_that_a_crash_cut_is_measured_when_nothing_comes_any_more(
    engine: AsyncEngine, sessions: Sessions, library: Library, folder: Path, clock: Clock
) -> None:
    leave_open(write_wav(folder / MIX, tone(1.0)), ENDED)
    await _record(engine, a_recording(), a_call())
    measurer = Measurer(sessions, library)
    assert await measurer.measure_due() == 1
    clock.now += 20
    assert await measurer.measure_due() == 0
    (row,) = await _measured(sessions)
    assert (row["state"], row["duration_seconds"], row["has_audio"]) == ("ready", 1.0, True)
    await measurer.close()


async def test_a_file_that_never_comes_is_missing(
    engine: AsyncEngine, sessions: Sessions, library: Library, clock: Clock
) -> None:
    await _record(engine, a_recording(), a_recording(pbx="unknown"), a_call(), a_call(pbx="unknown"))
    measurer = Measurer(sessions, library)
    assert await measurer.measure_due() == 2
    clock.now += 31
    assert await measurer.measure_due() == 0
    assert [(row["state"], row["size"]) for row in await _measured(sessions)] == [("missing", 0)] * 2
    await measurer.close()


async def test_what_is_not_a_wave_file_has_no_audio(
    engine: AsyncEngine, sessions: Sessions, library: Library, folder: Path, clock: Clock
) -> None:
    write_garbage(folder / MIX, modified_at=ENDED)
    await _record(engine, a_recording(), a_call())
    clock.now += 20
    measurer = Measurer(sessions, library)
    assert await measurer.measure_due() == 0
    (row,) = await _measured(sessions)
    assert (row["state"], row["has_audio"], row["size"]) == ("ready", False, 400)
    await measurer.close()


async def test_many_are_measured_in_batches(
    engine: AsyncEngine, sessions: Sessions, library: Library, folder: Path
) -> None:
    write_wav(folder / MIX, tone(0.5), modified_at=ENDED)
    files: list[RecordingFile] = [a_recording(path=f"/{n}/{MIX}", began_at=NOON + n / 1000) for n in range(150)]
    await _record(engine, *files, a_call())
    measurer = Measurer(sessions, library)
    while await measurer.measure_due():
        pass
    assert len(await _measured(sessions)) == 150
    await measurer.close()


async def test_facts_wake_the_measuring_which_goes_on_until_the_file_is_complete(
    engine: AsyncEngine,
    sessions: Sessions,
    library: Library,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(measuring, "RETRY_SECONDS", 0.01)
    looked: asyncio.Queue[int] = asyncio.Queue()
    measurer = Measurer(sessions, library)
    measure = measurer.measure_due

    async def watched() -> int:
        again = await measure()
        looked.put_nowait(again)
        return again

    monkeypatch.setattr(measurer, "measure_due", watched)
    recorder = Recorder(engine, after_write=measurer.on_facts)
    leave_open(write_wav(folder / MIX, tone(1.0)), ENDED)
    async with AsyncExitStack() as stack, asyncio.timeout(20):
        stack.push_async_callback(measurer.close)
        in_background(stack, measurer.run(), "measurer")
        assert await looked.get() == 0
        recorder.note([a_recording(), a_call()])
        await recorder.flush()
        assert await looked.get() == 1
        write_wav(folder / MIX, tone(1.0), modified_at=ENDED + 1)
        while await looked.get():
            pass
    assert [row["state"] for row in await _measured(sessions)] == ["ready"]


async def test_what_should_be_recorded_and_is_not_is_told_once(
    engine: AsyncEngine, sessions: Sessions, library: Library, clock: Clock
) -> None:
    told: list[MissingRecording] = []
    measurer = Measurer(sessions, library, told.append)
    recorder = Recorder(engine, after_write=measurer.on_facts)

    async def ends(*facts: AnyFact) -> list[str]:
        told.clear()
        recorder.note(facts)
        await recorder.flush()
        await measurer.measure_due()
        return [missing.call_id for missing in told]

    assert await ends(a_conversation(call_id="before"), a_call(call_id="before")) == []  # nothing was ever recorded
    assert await ends(a_conversation(leg_id="1"), a_call(), a_recording()) == []
    clock.now += 31
    assert await ends() == [a_recording().call_id]  # the file never came
    assert await ends() == []
    assert await ends(a_conversation(leg_id="2", call_id="c2")) == []  # its call is not over
    assert await ends(a_call(call_id="c2")) == ["c2"]
    assert await ends(a_call(call_id="c3")) == []  # nobody talked
    assert await ends(a_conversation(leg_id="3", call_id="c3")) == ["c3"]  # its wrap-up ended after the call
    assert (told[0].queue, told[0].ended_at) == ("service", a_conversation().ended_at)
    assert await ends(a_conversation(leg_id="4", call_id="c4", queue=""), a_call(call_id="c4")) == []
    await measurer.close()
