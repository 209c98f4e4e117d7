"""Recordings whose time is over are deleted, files first; what is held stays, and a run that broke off is completed."""

import asyncio
import concurrent.futures
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.recordings.library import Library
from callcenter.recordings.measuring import Measurer
from callcenter.recordings.processing import Processor, listen_through
from callcenter.recordings.rules import MissingRecording
from callcenter.recordings.tables import RecordingAudio, RecordingDeletion, RecordingSound
from callcenter.retention import deleting
from callcenter.retention.deleting import Retired, retire
from callcenter.retention.holds import place_hold
from callcenter.retention.rules import DAY_SECONDS
from callcenter.store.engine import Sessions
from callcenter.store.recorder import Recorder
from tests.facts import NOON, a_call, a_conversation, a_recording, a_visit
from tests.recordings.sounds import tone, write_wav
from tests.retention.conftest import CALL
from tests.retention.test_rulebook import add
from tests.serving import PANEL

MIX = Path(a_recording().path).name
LEGS = [MIX.replace(".wav", f"{ending}.wav") for ending in ("_agent", "_other")]
MONTH = 30


class Clock:
    """A minute after the call, until a test says otherwise."""

    def __init__(self) -> None:
        self.now = NOON + 120

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(folder: Path, tmp_path: Path, clock: Clock) -> Library:
    return Library({"pbx1": folder}, tmp_path / "copies", clock)


@pytest.fixture
async def recorded(engine: AsyncEngine, sessions: Sessions, library: Library, folder: Path) -> None:
    """A call recorded with both legs, listened through and copied; and a second one, younger by ten days."""
    later = {"began_at": NOON + 10 * DAY_SECONDS, "ended_at": NOON + 10 * DAY_SECONDS + 5}
    second = a_recording(call_id="2.1", channel_id="2.1", path="/var/spool/asterisk/monitor/second.wav", **later)
    for name in (MIX, *LEGS, "second.wav"):
        write_wav(folder / name, tone(2.0), modified_at=NOON + 73)
    recorder = Recorder(engine)
    recorder.note([a_call(), a_visit(), a_conversation(), a_recording(), second, a_call(call_id="2.1")])
    await recorder.flush()
    await Measurer(sessions, library).measure_due()
    processor = Processor(sessions, library, "wav")
    for job in await processor._due(10):
        # As the process that listens does it; starting one takes two seconds.
        await processor._keep(await asyncio.to_thread(listen_through, job))


def left(library: Library) -> list[str]:
    """The names of the files that are there, of recordings and of what was made of them."""
    folders = (library.folders["pbx1"], library.copies)
    return sorted(path.name for folder in folders for path in folder.rglob("*") if path.is_file())


async def _states(sessions: Sessions) -> list[str]:
    async with sessions() as session:
        return [*(await session.scalars(select(RecordingAudio.state).order_by(RecordingAudio.recording_id)))]


async def _log(sessions: Sessions) -> list[RecordingDeletion]:
    async with sessions() as session:
        return [*(await session.scalars(select(RecordingDeletion).order_by(RecordingDeletion.id)))]


ALL_OF_IT = sorted([MIX, *LEGS, "second.wav", "1.wav", "2.wav"])
SECOND = ["2.wav", "second.wav"]


async def test_what_is_due_is_shown_before_anything_is_deleted(
    admin: AsyncClient, library: Library, clock: Clock
) -> None:
    number = (await add(admin, "all", "", MONTH)).json()["id"]
    assert (await admin.get("/api/retention/due")).json()["recordings"] == 0
    clock.now = a_recording().ended_at + MONTH * DAY_SECONDS
    due = (await admin.get("/api/retention/due")).json()
    sizes = sum((library.folders["pbx1"] / name).stat().st_size for name in (MIX, *LEGS))
    sizes += (library.stored / "0" / "1.wav").stat().st_size
    counted = {"calls": 1, "recordings": 1, "files": 4, "bytes": sizes}
    assert {name: due[name] for name in counted} == counted
    rule = {"rule_id": number, "scope": "all", "label": "", "days": MONTH}
    assert due["by_rule"] == [rule | counted]
    (only,) = (await admin.get("/api/retention/due/recordings")).json()["recordings"]
    assert (only["recording_id"], only["call_id"], only["number"]) == (1, a_call().call_id, a_call().number)
    assert left(library) == ALL_OF_IT


async def test_the_list_of_what_is_due_goes_on_page_by_page(admin: AsyncClient, clock: Clock) -> None:
    number = (await add(admin, "all", "", MONTH)).json()["id"]
    clock.now += 50 * DAY_SECONDS
    first = (await admin.get("/api/retention/due/recordings", params={"limit": 1})).json()
    assert [one["recording_id"] for one in first["recordings"]] == [1]
    query = {"limit": 1, "cursor": first["next"], "rule": number}
    second = (await admin.get("/api/retention/due/recordings", params=query)).json()
    assert ([one["recording_id"] for one in second["recordings"]], second["next"]) == ([2], None)
    other = (await admin.get("/api/retention/due/recordings", params={"rule": number + 1})).json()
    assert other == {"recordings": [], "next": None}


async def test_a_deleted_recording_leaves_a_row_and_says_so(
    admin: AsyncClient, sessions: Sessions, library: Library, clock: Clock
) -> None:
    await add(admin, "queue", "service", MONTH)
    async with sessions() as session:
        sha256 = await session.scalar(select(RecordingSound.sha256).where(RecordingSound.recording_id == 1))
    clock.now += 50 * DAY_SECONDS
    done = await retire(sessions, library, "nightly")
    assert (done.deleted.recordings, done.deleted.files, done.failed) == (1, 4, [])
    assert left(library) == SECOND
    assert await _states(sessions) == ["deleted", "ready"]
    (row,) = (await admin.get("/api/retention/deletions")).json()["deletions"]
    rule = {"scope": "queue", "label": "service", "days": MONTH}
    told = {"recording_id": 1, "how": "nightly", "rule": rule, "files": 4, "at": clock.now, "sha256": sha256}
    assert {name: row[name] for name in told} == told
    (recording,) = (await admin.get(CALL)).json()["recordings"]
    assert recording["state"] == "deleted"
    assert recording["deleted"] == {"at": clock.now, "how": "nightly", "rule": rule}
    answer = await admin.get("/api/recordings/1/audio")
    assert answer.status_code == 404
    assert "was deleted" in answer.text
    assert (await admin.get("/api/recordings/1/sound")).json() is None


async def test_a_second_run_deletes_nothing_and_no_alert_tells_of_a_missing_recording(
    admin: AsyncClient, sessions: Sessions, library: Library, clock: Clock
) -> None:
    await add(admin, "all", "", MONTH)
    clock.now += 50 * DAY_SECONDS
    await retire(sessions, library, "nightly")
    assert (await retire(sessions, library, "nightly")).deleted.recordings == 0
    missing: list[MissingRecording] = []
    measurer = Measurer(sessions, library, missing.append)
    measurer.on_facts([a_call(), a_conversation()])
    assert await measurer.measure_due() == 0
    assert missing == []
    processor = Processor(sessions, library, "wav")
    assert not await processor.process_due()
    await processor.close()
    assert len(await _log(sessions)) == 2


async def test_what_is_held_stays_until_the_hold_ends(
    admin: AsyncClient, sessions: Sessions, library: Library, clock: Clock
) -> None:
    await add(admin, "all", "", MONTH)
    hold = (await admin.post(f"{CALL}/holds", json={"reason": "case 17"}, headers=PANEL)).json()["id"]
    clock.now += 50 * DAY_SECONDS
    due = (await admin.get("/api/retention/due")).json()
    assert (due["recordings"], due["held"]["recordings"]) == (1, 1)
    await retire(sessions, library, "nightly")
    assert left(library) == sorted([MIX, *LEGS, "1.wav"])
    await admin.post(f"/api/holds/{hold}/end", json={"reason": "over"}, headers=PANEL)
    await retire(sessions, library, "nightly")
    assert left(library) == []


async def test_a_hold_placed_between_the_mark_and_the_files_wins(
    admin: AsyncClient, sessions: Sessions, library: Library, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(admin, "queue", "service", MONTH)
    clock.now += 50 * DAY_SECONDS
    mark = deleting._set_state

    async def marked(*given: Any) -> None:
        await mark(*given)
        await given[0].commit()
        await place_hold(sessions, "pbx1", a_call().call_id, "case 17", by="admin", now=clock.now)

    monkeypatch.setattr(deleting, "_set_state", marked)
    with contextlib.suppress(Exception):  # the block of the transaction that was ended within it
        await retire(sessions, library, "nightly")
    monkeypatch.undo()
    assert left(library) == ALL_OF_IT
    await retire(sessions, library, "nightly")
    await Measurer(sessions, library).measure_due()
    assert left(library) == ALL_OF_IT
    assert (await _states(sessions), await _log(sessions)) == (["ready", "ready"], [])
    assert (await admin.get("/api/recordings/1/audio")).status_code == 200


async def test_a_hold_waits_while_files_are_removed_and_comes_after(
    admin: AsyncClient, sessions: Sessions, library: Library, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(admin, "queue", "service", MONTH)
    clock.now += 50 * DAY_SECONDS
    remove, order = deleting.remove, []
    loop = asyncio.get_running_loop()
    holds: list[concurrent.futures.Future[None]] = []

    async def hold() -> None:
        await place_hold(sessions, "pbx1", a_call().call_id, "case 17", by="admin", now=clock.now)
        order.append(("held", len(await _log(sessions))))

    def removing(files: Any) -> None:
        holds.append(asyncio.run_coroutine_threadsafe(hold(), loop))
        remove(files)
        order.append(("removed", 0))

    monkeypatch.setattr(deleting, "remove", removing)
    await retire(sessions, library, "nightly")
    await asyncio.wrap_future(holds[0])
    assert order == [("removed", 0), ("held", 1)]


@pytest.mark.parametrize("gone", [[], LEGS, [*LEGS, MIX, "1.wav"]])
async def test_a_run_killed_among_the_files_is_completed_by_the_next(
    admin: AsyncClient, sessions: Sessions, library: Library, clock: Clock, folder: Path, gone: list[str]
) -> None:
    await add(admin, "queue", "service", MONTH)
    clock.now += 50 * DAY_SECONDS
    await _break_off(sessions, library, gone)
    assert await _log(sessions) == []
    done = await retire(sessions, library, "command")
    assert done.failed == []
    assert (left(library), await _states(sessions)) == (SECOND, ["deleted", "ready"])
    (row,) = await _log(sessions)
    assert (row.how, row.rule_scope, row.files) == ("command", "queue", 4 - len(gone))


async def _break_off(sessions: Sessions, library: Library, gone: list[str]) -> None:
    """As a process leaves it that is killed after the mark, when these files are gone."""
    async with sessions.begin() as session:
        await session.execute(update(RecordingAudio).where(RecordingAudio.recording_id == 1).values(state="deleting"))
    for name in gone:
        (library.stored / "0" / name if name == "1.wav" else library.folders["pbx1"] / name).unlink()


async def test_a_rule_taken_away_after_a_run_broke_off(
    admin: AsyncClient, sessions: Sessions, library: Library, clock: Clock
) -> None:
    await _break_off(sessions, library, [])
    await retire(sessions, library, "nightly")
    await Measurer(sessions, library).measure_due()
    assert (left(library), await _states(sessions)) == (ALL_OF_IT, ["ready", "ready"])
    await _break_off(sessions, library, [*LEGS, MIX])
    await retire(sessions, library, "nightly")
    assert (left(library), await _states(sessions)) == (SECOND, ["deleted", "ready"])
    (row,) = await _log(sessions)
    assert (row.rule_days, row.files) == (0, 1)


async def test_a_failing_disk_claims_nothing(
    admin: AsyncClient, sessions: Sessions, library: Library, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(admin, "queue", "service", MONTH)
    clock.now += 50 * DAY_SECONDS

    def failing(_files: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(deleting, "remove", failing)
    done = await retire(sessions, library, "nightly")
    assert [(one.recording_id, one.reason) for one in done.failed] == [(1, "Input/output error")]
    assert (left(library), await _log(sessions)) == (ALL_OF_IT, [])
    monkeypatch.undo()
    assert (await retire(sessions, library, "nightly")).deleted.recordings == 1


def _move(folder: Path, to: Path) -> None:
    folder.rename(to)


async def test_recordings_on_a_disk_that_is_away_are_left_alone(
    admin: AsyncClient, sessions: Sessions, library: Library, clock: Clock, folder: Path
) -> None:
    await add(admin, "all", "", MONTH)
    clock.now += 50 * DAY_SECONDS
    _move(folder, folder.with_name("away"))
    due = (await admin.get("/api/retention/due")).json()
    assert (due["recordings"], due["not_found"]) == (0, 2)
    await retire(sessions, library, "nightly")
    _move(folder.with_name("away"), folder)
    assert (left(library), await _log(sessions)) == (ALL_OF_IT, [])


async def test_nothing_outside_the_recordings_folder_is_touched(
    admin: AsyncClient, engine: AsyncEngine, sessions: Sessions, library: Library, clock: Clock, folder: Path
) -> None:
    outside = folder.with_name("outside.wav")
    write_wav(outside, tone(1.0), modified_at=NOON)
    (folder / "link.wav").symlink_to(outside)
    recorder = Recorder(engine)
    paths = ("/monitor/../outside.wav", "/monitor/link.wav", str(outside))
    recorder.note([a_recording(path=path, call_id=f"9.{at}") for at, path in enumerate(paths)])
    await recorder.flush()
    clock.now += 50 * DAY_SECONDS
    await Measurer(sessions, library).measure_due()
    await add(admin, "all", "", MONTH)
    await retire(sessions, library, "nightly")
    assert outside.is_file()
    assert [row.recording_id for row in await _log(sessions)] == [1, 2]


async def test_a_recording_not_yet_listened_through_waits_for_that(
    admin: AsyncClient, sessions: Sessions, library: Library, clock: Clock
) -> None:
    await add(admin, "all", "", 1)
    async with sessions.begin() as session:
        await session.execute(text("DELETE FROM recording_sounds"))
    clock.now += 50 * DAY_SECONDS
    await retire(sessions, library, "nightly")
    assert await _log(sessions) == []


async def test_two_runs_at_once_delete_each_recording_once(
    admin: AsyncClient, sessions: Sessions, library: Library, clock: Clock
) -> None:
    await add(admin, "all", "", MONTH)
    clock.now += 50 * DAY_SECONDS
    runs: list[Callable[[], Awaitable[Retired]]] = [lambda: retire(sessions, library, "nightly")] * 3
    done = await asyncio.gather(*(run() for run in runs))
    assert sum(one.deleted.recordings for one in done) == 2
    assert len(await _log(sessions)) == 2


async def test_the_log_is_searched(admin: AsyncClient, sessions: Sessions, library: Library, clock: Clock) -> None:
    await add(admin, "queue", "service", MONTH)
    await add(admin, "all", "", MONTH)
    clock.now += 50 * DAY_SECONDS
    await retire(sessions, library, "nightly")

    async def found(**query: Any) -> list[int]:
        answer = await admin.get("/api/retention/deletions", params=query)
        return [row["recording_id"] for row in answer.json()["deletions"]]

    assert await found() == [2, 1]
    assert await found(scope="queue") == await found(subject="service") == [1]
    assert await found(number=a_call().number) == [2, 1]
    assert await found(number="1") == await found(to=clock.now) == []
    page = (await admin.get("/api/retention/deletions", params={"limit": 1})).json()
    assert await found(cursor=page["next"]) == [1]
    assert (await admin.get("/api/retention/deletions", params={"subject": "a\0"})).status_code == 422


@pytest.mark.parametrize("statement", ["UPDATE recording_deletions SET how = 'x'", "DELETE FROM recording_deletions"])
async def test_the_database_refuses_to_change_the_log(
    admin: AsyncClient, sessions: Sessions, library: Library, clock: Clock, engine: AsyncEngine, statement: str
) -> None:
    await add(admin, "all", "", MONTH)
    clock.now += 50 * DAY_SECONDS
    await retire(sessions, library, "nightly")
    with pytest.raises(DBAPIError, match="append-only"):
        async with engine.begin() as connection:
            await connection.execute(text(statement))
