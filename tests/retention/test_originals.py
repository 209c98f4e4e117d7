"""The PBX's files go once their copy is proved, and nothing that anybody still needs goes with them."""

import asyncio
import errno
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.exports.ending import being_packed
from callcenter.exports.tables import ExportPart, RecordingExport
from callcenter.recordings.library import Library
from callcenter.recordings.masters import Masters
from callcenter.recordings.receiving import Receiver
from callcenter.recordings.sealing import new_key
from callcenter.recordings.storing import Store, store_of
from callcenter.recordings.tables import RecordingAudio, RecordingSound
from callcenter.retention.deleting import remove, retire
from callcenter.retention.holds import end_hold, place_hold
from callcenter.retention.nightly import _without_originals
from callcenter.retention.originals import remove_originals
from callcenter.retention.rules import DAY_SECONDS
from callcenter.settings import RecordingSettings
from callcenter.store.engine import Sessions
from tests.facts import NOON, a_call, a_recording
from tests.recordings.buckets import BucketServer
from tests.recordings.sounds import tone, write_wav
from tests.retention.conftest import CALL
from tests.retention.test_deleting import LEGS, MIX, Clock, _log, clock, recorded
from tests.retention.test_rulebook import add

__all__ = ["clock", "recorded"]

pytestmark = pytest.mark.usefixtures("recorded")


@pytest.fixture(params=["plain", "encrypted in a bucket"])
def library(request: pytest.FixtureRequest, folder: Path, tmp_path: Path, clock: Clock) -> Library:
    """Copies as they lie at first, and the furthest from that."""
    store: Store | None = None
    masters = Masters()
    if request.param != "plain":
        server: BucketServer = request.getfixturevalue("bucket_server")
        settings = RecordingSettings(storage=f"s3://centre/{tmp_path.name}", s3=server.settings)
        store, masters = store_of(settings, tmp_path / "copies" / "stored"), Masters((new_key(),))
    return Library({"pbx1": folder}, tmp_path / "copies", clock, store, masters)


async def _nobody(_session: AsyncSession, _ids: Collection[int]) -> Collection[int]:
    return ()


def _recorded_files(library: Library) -> list[str]:
    return sorted(path.name for path in library.folders["pbx1"].iterdir())


async def _originals(sessions: Sessions) -> list[str]:
    async with sessions() as session:
        rows = await session.scalars(select(RecordingAudio.original).order_by(RecordingAudio.recording_id))
        return [*rows]


async def test_they_go_are_written_down_and_the_copy_is_heard_instead(
    admin: AsyncClient, sessions: Sessions, library: Library
) -> None:
    size = sum((library.folders["pbx1"] / name).stat().st_size for name in (MIX, *LEGS))
    assert await remove_originals(sessions, library, _nobody) == 2
    assert (_recorded_files(library), await _originals(sessions)) == ([], ["gone", "gone"])
    first, second = await _log(sessions)
    assert (first.rule_scope, first.rule_days, first.files, first.bytes) == ("original", 0, 3, size)
    assert (second.recording_id, second.files, bool(second.sha256)) == (2, 1, True)
    told = (await admin.get(CALL)).json()["recordings"][0]
    assert (told["state"], told["legs"], "deleted" in told) == ("ready", [], False)
    stereo = await admin.get("/api/recordings/1/audio?side=stereo")
    mix = await admin.get("/api/recordings/1/audio")
    assert (mix.status_code, mix.content == stereo.content, mix.content[:4]) == (200, True, b"RIFF")
    assert (await admin.get("/api/recordings/1/audio?side=agent")).status_code == 404
    logged = (await admin.get("/api/retention/deletions")).json()["deletions"]
    assert [one["rule"]["scope"] for one in logged] == ["original", "original"]
    assert await remove_originals(sessions, library, _nobody) == 0


async def test_the_copy_goes_when_its_time_is_over(
    admin: AsyncClient, sessions: Sessions, library: Library, clock: Clock
) -> None:
    await remove_originals(sessions, library, _nobody)
    await add(admin, "all", "", 30)
    clock.now = a_recording().ended_at + 31 * DAY_SECONDS
    done = await retire(sessions, library, "nightly")
    assert (done.deleted.recordings, done.deleted.files, _recorded_files(library)) == (1, 1, [])
    assert [one.rule_scope for one in await _log(sessions)] == ["original", "original", "all"]
    assert (await admin.get(CALL)).json()["recordings"][0]["state"] == "deleted"


async def test_a_hold_keeps_them_and_keeps_the_copy_that_alone_is_left(
    admin: AsyncClient, sessions: Sessions, library: Library, clock: Clock
) -> None:
    held = await place_hold(sessions, "pbx1", str(a_call().call_id), "a lawsuit", by="admin", now=NOON)
    assert await remove_originals(sessions, library, _nobody) == 1
    assert (_recorded_files(library), await _originals(sessions)) == (sorted([MIX, *LEGS]), ["kept", "gone"])
    await end_hold(sessions, held, "settled", by="admin", now=NOON)
    assert await remove_originals(sessions, library, _nobody) == 1
    await place_hold(sessions, "pbx1", str(a_call().call_id), "another", by="admin", now=NOON)
    async with sessions.begin() as session:
        (await session.get_one(RecordingAudio, 1)).state = "deleting"  # a run broke off before the hold
    await add(admin, "all", "", 30)
    clock.now += 31 * DAY_SECONDS
    await retire(sessions, library, "nightly")
    assert (await admin.get("/api/recordings/1/audio")).status_code == 200
    async with sessions() as session:
        assert (await session.get_one(RecordingAudio, 1)).state == "ready"


async def test_an_export_under_way_keeps_them(sessions: Sessions, library: Library) -> None:
    about: dict[str, Any] = {"search": {}, "reason": "r", "language": "en", "user_id": 1, "username": "qa"}
    counts = {"address": "", "key_id": None, "asked_at": NOON, "calls": 1, "recordings": 1, "expected_bytes": 1}
    async with sessions.begin() as session:
        session.add(RecordingExport(state="waiting", **about, **counts))
        await session.flush()
        session.add(ExportPart(export_id=1, place=0, recording_id=1))
    assert await remove_originals(sessions, library, being_packed) == 1
    assert await _originals(sessions) == ["kept", "gone"]
    async with sessions.begin() as session:
        (await session.get_one(RecordingExport, 1)).state = "done"
    assert await remove_originals(sessions, library, being_packed) == 1


async def test_without_a_copy_that_is_proved_they_stay(sessions: Sessions, library: Library, folder: Path) -> None:
    names = {nth: await _copy_name(sessions, nth) for nth in (1, 2)}
    library.store.remove(names[1])
    made = library.stored / "made"
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_bytes(b"RIFF, but not the whole of it")
    library.store.put(names[2], made)
    assert await remove_originals(sessions, library, _nobody) == 0
    assert (await _originals(sessions), await _log(sessions)) == (["kept", "kept"], [])
    assert len(_recorded_files(library)) == 4


async def _copy_name(sessions: Sessions, recording_id: int) -> str:
    async with sessions() as session:
        return (await session.get_one(RecordingSound, recording_id)).copy


async def test_a_file_that_is_another_than_was_heard_stays(sessions: Sessions, library: Library, folder: Path) -> None:
    write_wav(folder / MIX, tone(3.0), modified_at=NOON)
    assert await remove_originals(sessions, library, _nobody) == 1
    assert await _originals(sessions) == ["kept", "gone"]


async def test_a_run_that_broke_off_is_completed(
    sessions: Sessions, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*given: Any) -> None:
        remove(*given)
        raise asyncio.CancelledError

    with monkeypatch.context() as killing:
        killing.setattr("callcenter.retention.originals.remove", killed)
        with pytest.raises(asyncio.CancelledError):
            await remove_originals(sessions, library, _nobody)
    assert (await _originals(sessions), await _log(sessions)) == (["going", "kept"], [])
    assert await remove_originals(sessions, library, _nobody) == 2
    assert [one.recording_id for one in await _log(sessions)] == [1, 2]


async def test_a_disk_that_is_away_is_not_taken_for_files_that_went(sessions: Sessions, library: Library) -> None:
    library.folders["pbx1"].rename(library.folders["pbx1"].with_name("away"))
    async with sessions.begin() as session:
        (await session.get_one(RecordingAudio, 1)).original = "going"
    assert await remove_originals(sessions, library, _nobody) == 0
    assert await _originals(sessions) == ["going", "kept"]


async def test_a_folder_that_cannot_be_written_is_told_once_and_nothing_is_lost(
    sessions: Sessions, library: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as mounted:
        mounted.setattr(Path, "unlink", refused)
        await _without_originals(sessions, library, _nobody)
    (said,) = [record.getMessage() for record in caplog.records if record.name.startswith("callcenter.retention")]
    assert "keep_originals is false: they cannot be removed (Read-only file system)" in said
    assert len(_recorded_files(library)) == 4
    assert await _log(sessions) == []
    assert await remove_originals(sessions, library, _nobody) == 2


async def test_what_went_here_is_not_shipped_again(sessions: Sessions, library: Library) -> None:
    await remove_originals(sessions, library, _nobody)
    looked = await Receiver(sessions, library.folders).look("pbx1", "/var/spool/asterisk/monitor", {"second.wav": 9})
    assert (looked.wanted, looked.deleted) == ([], ["second.wav"])
