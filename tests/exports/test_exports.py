"""Exports from the wish to the archive: what is in it, what is told of it, and what ends it."""

import asyncio
import csv
import errno
import hashlib
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from openpyxl import load_workbook
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.exports.archive import Archive
from callcenter.exports.choosing import Context
from callcenter.exports.packing import Packer
from callcenter.exports.service import expire, sweep
from callcenter.recordings.copying import store_copy
from callcenter.recordings.processing import blank
from callcenter.recordings.tables import RecordingAudio, RecordingSound
from callcenter.store.engine import Sessions
from callcenter.store.recorder import Recorder
from tests.exports.conftest import CALLS, EXPORTS, Clock, batches_of, of_call, ordered, told, with_free
from tests.facts import NOON, a_call, a_recording
from tests.recordings.sounds import tone, write_garbage, write_wav
from tests.serving import PANEL
from tests.web import Site

Rows = list[dict[str, str]]


async def _zipped(client: AsyncClient, export_id: int) -> zipfile.ZipFile:
    answer = await client.get(f"{EXPORTS}/{export_id}/file")
    assert answer.status_code == 200, answer.text
    zipped = zipfile.ZipFile(io.BytesIO(answer.content))
    assert zipped.testzip() is None
    return zipped


def _index(zipped: zipfile.ZipFile) -> Rows:
    return [*csv.DictReader(io.StringIO(zipped.read("index.csv").decode("utf-8-sig")))]


async def _log(client: AsyncClient, kind: str) -> list[tuple[int, str]]:
    answer = await client.get("/api/recording-accesses", params={"kind": kind, "limit": 200})
    return sorted((one["recording_id"], one["username"]) for one in answer.json()["accesses"])


def _check_whole(zipped: zipfile.ZipFile, folder: Path) -> None:
    """All five recordings, each once, as they are on the PBX's disk, and the index tells their hashes."""
    index = _index(zipped)
    assert [row["File"] for row in index] == [name for name in zipped.namelist() if name.startswith("audio/")]
    for nth, row in enumerate(index):
        recorded = (folder / f"{nth}.wav").read_bytes()
        assert zipped.read(row["File"]) == recorded
        assert row["SHA-256"] == hashlib.sha256(recorded).hexdigest()
    assert len(index) == CALLS


# --- what is in it ----------------------------------------------------------------------------------------------


async def test_an_export_holds_each_recording_and_an_index_of_them(
    qa: AsyncClient, packer: Packer, folder: Path
) -> None:
    asked = await ordered(qa)
    assert (asked["state"], asked["calls"], asked["recordings"], asked["by"]) == ("waiting", CALLS, CALLS, "qa")
    assert await packer.pack_next()
    assert not await packer.pack_next()
    done = await told(qa, asked["id"])
    assert (done["state"], done["packed"], done["left_out"]) == ("done", CALLS, 0)
    assert done["expires_at"] == done["ended_at"] + 7 * 86_400
    zipped = await _zipped(qa, asked["id"])
    _check_whole(zipped, folder)
    first = _index(zipped)[0]
    assert first["File"] == "audio/2025-11-22_200000_service_1001_Li-Na_0.1_1.wav"
    assert (first["Call began"], first["Customer number"], first["Queue"]) == (
        *("2025-11-22 20:00:00", "13800000000", "service"),
    )
    assert (first["Agent number"], first["Agent"], first["Outcome"]) == ("1001", "Li Na", "answered")
    assert (first["Duration"], first["Left out because"], first["Call"]) == ("1", "", "0.1")


async def test_the_sheet_says_the_same_and_says_why(qa: AsyncClient, packer: Packer) -> None:
    asked = await ordered(qa)
    await packer.pack_next()
    zipped = await _zipped(qa, asked["id"])
    book = load_workbook(io.BytesIO(zipped.read("index.xlsx")))
    sheet = [[cell.value for cell in row] for row in book["Recordings"].rows]
    hashes = sheet[0].index("SHA-256")
    assert [row[hashes] for row in sheet[1:]] == [row["SHA-256"] for row in _index(zipped)]
    notes = {row[0].value: row[1].value for row in book["Definitions"].rows}
    assert (notes["Reason of the export"], notes["Exported by"]) == ("for the lawyer", "qa")


async def test_only_what_the_search_finds_and_nothing_that_comes_later(
    qa: AsyncClient, packer: Packer, engine: AsyncEngine, folder: Path
) -> None:
    asked = await ordered(qa, **{"from": NOON + 60, "to": NOON + 240})
    assert asked["search"] == {"from": NOON + 60, "to": NOON + 240}
    late = Recorder(engine)
    late.note([a_call(call_id="9.1", started_at=NOON + 90), a_recording(call_id="9.1", path="/9.wav")])
    await late.flush()
    write_wav(folder / "9.wav", tone(1.0), modified_at=NOON)
    await packer.pack_next()
    assert [row["Call"] for row in _index(await _zipped(qa, asked["id"]))] == ["1.1", "2.1", "3.1"]


async def test_the_recordings_of_one_customer(qa: AsyncClient, packer: Packer) -> None:
    estimate = (await qa.get(f"{EXPORTS}/estimate", params={"customer": 1})).json()
    assert (estimate["calls"], estimate["recordings"]) == (2, 2)
    asked = await ordered(qa, customer=1)
    assert asked["search"] == {"customer": 1}
    await packer.pack_next()
    assert [row["Call"] for row in _index(await _zipped(qa, asked["id"]))] == ["1.1", "3.1"]
    answer = await qa.post(EXPORTS, json={"search": {"customer": 2}, "reason": "nobody"})
    assert answer.status_code == 404


async def test_what_cannot_be_packed_stands_in_the_index_with_its_reason(
    qa: AsyncClient, packer: Packer, sessions: Sessions, folder: Path
) -> None:
    async with sessions.begin() as session:
        for recording_id, state in ((1, "deleting"), (2, "deleted")):
            of = RecordingAudio.recording_id == recording_id
            await session.execute(update(RecordingAudio).where(of).values(state=state))
    (folder / "2.wav").unlink()
    write_garbage(folder / "3.wav", NOON)
    estimate = (await qa.get(f"{EXPORTS}/estimate")).json()
    assert (estimate["calls"], estimate["recordings"], estimate["deleted"]) == (CALLS, CALLS, 2)
    assert estimate["seconds"] == pytest.approx(1.2 + 1.3 + 1.4)
    asked = await ordered(qa)
    await packer.pack_next()
    done = await told(qa, asked["id"])
    assert (done["state"], done["packed"], done["left_out"]) == ("done", 1, 4)
    rows = _index(await _zipped(qa, asked["id"]))
    over = "deleted when its time was over"
    assert [row["Left out because"] for row in rows] == [
        *(over, over, "its file is not found", "its file cannot be read", ""),
    ]
    assert [bool(row["File"]) for row in rows] == [False] * 4 + [True]
    assert await _log(qa, "exported") == [(5, "qa")]


async def test_where_the_wave_is_gone_its_stored_copy_is_packed(
    qa: AsyncClient, packer: Packer, sessions: Sessions, folder: Path, context: Context
) -> None:
    copy = context.library.stored / "0" / "1.opus"
    store_copy([folder / "0.wav"], copy, "opus", 1.0, 8000)
    async with sessions.begin() as session:
        session.add(RecordingSound(**blank(1) | {"copy": "0/1.opus", "heard_at": NOON}))
    (folder / "0.wav").unlink()
    asked = await ordered(qa, number="13800000000")
    await packer.pack_next()
    zipped = await _zipped(qa, asked["id"])
    (row,) = _index(zipped)
    assert row["File"].endswith("_1.opus")
    assert zipped.read(row["File"]) == copy.read_bytes()


async def test_a_number_is_no_formula_and_a_name_no_path(
    qa: AsyncClient, packer: Packer, engine: AsyncEngine, folder: Path
) -> None:
    facts = [*of_call(7, agent_name="=cmd|' /C calc'!A0", queue="../../etc")]
    recorder = Recorder(engine)
    recorder.note(facts)
    await recorder.flush()
    write_wav(folder / "7.wav", tone(1.0), modified_at=NOON)
    asked = await ordered(qa, number="13800000007")
    await packer.pack_next()
    zipped = await _zipped(qa, asked["id"])
    (row,) = _index(zipped)
    assert row["Agent"].startswith("'=")
    assert row["File"] == "audio/2025-11-22_200700_etc_1001_cmd-C-calc-A0_7.1_6.wav"
    sheet = load_workbook(io.BytesIO(zipped.read("index.xlsx")))["Recordings"]
    assert {cell.data_type for line in sheet.rows for cell in line} <= {"s", "n", "d"}


async def test_in_chinese(qa: AsyncClient, packer: Packer) -> None:
    answer = await qa.post(EXPORTS, json={"search": {}, "reason": "投诉", "language": "zh"})
    await packer.pack_next()
    zipped = await _zipped(qa, answer.json()["id"])
    assert _index(zipped)[0]["结果"] == "接通"
    assert load_workbook(io.BytesIO(zipped.read("index.xlsx"))).sheetnames == ["录音", "口径说明"]


# --- breaks and ends --------------------------------------------------------------------------------------------


def _stop_before(path_ends: str) -> Callable[..., Any]:
    """An archive whose process is killed before it adds this file; what follows the last whole entry is half a file."""
    add = Archive.add

    def killed(self: Archive, name: str, path: Path, date: Any) -> Any:
        if path.name == path_ends:
            os.pwrite(self._file.fileno(), b"PK\x03\x04 half", self.size)
            raise asyncio.CancelledError
        return add(self, name, path, date)

    return killed


async def test_an_export_that_was_broken_off_goes_on_where_it_was(
    qa: AsyncClient, packer: Packer, context: Context, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await ordered(qa)
    with batches_of(2), monkeypatch.context() as killing:
        killing.setattr(Archive, "add", _stop_before("3.wav"))
        with pytest.raises(asyncio.CancelledError):
            await packer.pack_next()
    broken_off = await told(qa, asked["id"])
    assert (broken_off["state"], broken_off["packed"]) == ("running", 2)
    read, add = [], Archive.add

    def counted(self: Archive, name: str, path: Path, date: Any) -> Any:
        read.append(path.name)
        return add(self, name, path, date)

    monkeypatch.setattr(Archive, "add", counted)
    assert await Packer(context).pack_next()
    assert read == ["2.wav", "3.wav", "4.wav"]
    _check_whole(await _zipped(qa, asked["id"]), folder)
    assert await _log(qa, "exported") == [(number, "qa") for number in range(1, CALLS + 1)]


async def test_an_export_whose_file_was_lost_meanwhile_begins_again(
    qa: AsyncClient, packer: Packer, context: Context, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await ordered(qa)
    with batches_of(2), monkeypatch.context() as killing:
        killing.setattr(Archive, "add", _stop_before("3.wav"))
        with pytest.raises(asyncio.CancelledError):
            await packer.pack_next()
    context.file(asked["id"]).unlink()
    await packer.pack_next()
    assert (await told(qa, asked["id"]))["packed"] == CALLS
    _check_whole(await _zipped(qa, asked["id"]), folder)


async def test_a_server_packs_by_itself_and_after_a_stop(qa: AsyncClient, context: Context) -> None:
    asked = await ordered(qa)
    packer = Packer(context)
    packing = asyncio.create_task(packer.run())
    try:
        await _await_done(qa, asked["id"])
        second = await ordered(qa)
        packer.wake()
        await _await_done(qa, second["id"])
    finally:
        packing.cancel()
        await asyncio.gather(packing, return_exceptions=True)


async def _await_done(client: AsyncClient, export_id: int) -> None:
    async with asyncio.timeout(20):
        while (await told(client, export_id))["state"] != "done":  # noqa: ASYNC110 - as the panel asks
            await asyncio.sleep(0.01)


async def test_a_cancelled_export_leaves_no_file(
    qa: AsyncClient, packer: Packer, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, running = await ordered(qa), await ordered(qa)
    assert (await qa.post(f"{EXPORTS}/{waiting['id']}/cancel")).status_code == 204
    add, loop = Archive.add, asyncio.get_running_loop()

    def cancelled(self: Archive, name: str, path: Path, date: Any) -> Any:
        if path.name == "1.wav":
            answer = asyncio.run_coroutine_threadsafe(qa.post(f"{EXPORTS}/{running['id']}/cancel"), loop)
            assert answer.result(20).status_code == 204
        return add(self, name, path, date)

    monkeypatch.setattr(Archive, "add", cancelled)
    assert await packer.pack_next()
    assert not await packer.pack_next()
    for one in (waiting, running):
        ended = await told(qa, one["id"])
        assert (ended["state"], ended["ended_by"], ended["bytes"]) == ("cancelled", "qa", 0)
        assert (await qa.get(f"{EXPORTS}/{one['id']}/file")).status_code == 404
        assert (await qa.post(f"{EXPORTS}/{one['id']}/cancel")).status_code == 409
    assert [*context.folder.iterdir()] == []


@pytest.mark.parametrize(
    ("number", "says"), [(errno.ENOSPC, "disk is full"), (errno.EDQUOT, "disk is full"), (errno.EIO, "disk failed")]
)
async def test_a_disk_that_fails_is_told_and_leaves_no_half_file(
    qa: AsyncClient, packer: Packer, context: Context, monkeypatch: pytest.MonkeyPatch, number: int, says: str
) -> None:
    asked, keep = await ordered(qa), Archive.keep

    def full(self: Archive) -> None:
        if self.size > 40_000:
            raise OSError(number, os.strerror(number))
        keep(self)

    with batches_of(2), monkeypatch.context() as filled:
        filled.setattr(Archive, "keep", full)
        await packer.pack_next()
    failed = await told(qa, asked["id"])
    assert (failed["state"], failed["bytes"]) == ("failed", 0)
    assert says in failed["detail"]
    assert [*context.folder.iterdir()] == []
    second = await ordered(qa)
    await packer.pack_next()
    assert (await told(qa, second["id"]))["state"] == "done"


async def test_an_export_stops_before_it_takes_the_room_that_the_server_needs(
    qa: AsyncClient, context: Context
) -> None:
    asked = await ordered(qa)
    await with_free(context, 2**30 + 10_000).pack_next()
    failed = await told(qa, asked["id"])
    assert (failed["state"], "disk is full" in failed["detail"]) == ("failed", True)
    assert [*context.folder.iterdir()] == []


async def test_what_expired_is_gone_that_night_and_not_given_before_it(
    qa: AsyncClient, packer: Packer, context: Context, clock: Clock
) -> None:
    asked = await ordered(qa)
    await packer.pack_next()
    assert await expire(context) == 0
    clock.now += 7 * 86_400
    assert (await qa.get(f"{EXPORTS}/{asked['id']}/file")).status_code == 404
    assert context.file(asked["id"]).exists()
    assert await expire(context) == 1
    assert not context.file(asked["id"]).exists()
    assert (await told(qa, asked["id"]))["state"] == "expired"


async def test_a_file_is_deleted_on_request_and_what_no_export_has_is_swept(
    qa: AsyncClient, packer: Packer, context: Context
) -> None:
    kept, deleted = await ordered(qa), await ordered(qa)
    assert (await qa.delete(f"{EXPORTS}/{deleted['id']}")).status_code == 409
    while await packer.pack_next():
        pass
    assert (await qa.delete(f"{EXPORTS}/{deleted['id']}")).status_code == 204
    assert not context.file(deleted["id"]).exists()
    assert (await told(qa, deleted["id"]))["state"] == "deleted"
    context.file(99).write_bytes(b"left by a stop")
    await sweep(context)
    assert [*context.folder.iterdir()] == [context.file(kept["id"])]


# --- who, and how much ------------------------------------------------------------------------------------------


async def test_each_export_and_download_is_written_down_of_each_recording(qa: AsyncClient, packer: Packer) -> None:
    asked = await ordered(qa, **{"from": NOON + 180})
    await packer.pack_next()
    assert await _log(qa, "exported") == [(4, "qa"), (5, "qa")]
    assert await _log(qa, "downloaded") == []
    part = await qa.get(f"{EXPORTS}/{asked['id']}/file", headers={"Range": "bytes=1-9"})
    assert (part.status_code, len(part.content)) == (206, 9)
    await _zipped(qa, asked["id"])
    assert await _log(qa, "downloaded") == [(4, "qa"), (5, "qa")]
    beside = (await qa.get("/api/recordings/4/accesses")).json()["accesses"]
    assert [one["kind"] for one in beside] == ["downloaded"]  # one entry for what was exported and then taken


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
async def test_who_may_not_export_reaches_no_part_of_it(
    site: Site, qa: AsyncClient, packer: Packer, role: Role
) -> None:
    asked = await ordered(qa)
    await packer.pack_next()
    async with await site.client(role) as client:
        client.headers.update(qa.headers)
        body = {"search": {}, "reason": "curious"}
        for method, path in (
            *(("GET", ""), ("GET", "/estimate"), ("POST", ""), ("GET", f"/{asked['id']}")),
            *(("GET", f"/{asked['id']}/file"), ("POST", f"/{asked['id']}/cancel"), ("DELETE", f"/{asked['id']}")),
        ):
            answer = await client.request(method, EXPORTS + path, json=body if (method, path) == ("POST", "") else None)
            assert answer.status_code == 403, (method, path)
    async with site.stranger() as nobody:
        assert (await nobody.get(f"{EXPORTS}/{asked['id']}/file")).status_code == 401


async def test_too_many_none_and_no_reason_are_refused_by_name(
    qa: AsyncClient, engine: AsyncEngine, context: Context
) -> None:
    recorder = Recorder(engine)
    for nth in range(CALLS, 21):
        recorder.note([*of_call(nth)])
    await recorder.flush()
    estimate = (await qa.get(f"{EXPORTS}/estimate")).json()
    assert (estimate["recordings"], estimate["most_recordings"], estimate["days"]) == (21, 20, 7)
    for body, field in (
        ({"search": {}, "reason": "all"}, "search"),
        ({"search": {"number": "555"}, "reason": "none"}, "search"),
        ({"search": {"has_recording": False}, "reason": "none"}, "search"),
        ({"search": {"number": "0001"}, "reason": " "}, "reason"),
    ):
        answer = await qa.post(EXPORTS, json=body)
        assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
    assert (await qa.get(EXPORTS)).json() == {"exports": []}


async def test_without_room_nothing_begins(qa: AsyncClient, site: Site, context: Context) -> None:
    object.__setattr__(context, "free", lambda _folder: 2**30)
    answer = await qa.post(EXPORTS, json={"search": {}, "reason": "all"})
    assert (answer.status_code, answer.json()["code"]) == (507, "no_room")


async def test_who_sees_numbers_masked_exports_without_them(site: Site, packer: Packer) -> None:
    site.mask(Role.QA)
    async with await site.client(Role.QA) as qa, await site.client(Role.ADMIN) as admin:
        for client in (qa, admin):
            client.headers.update(PANEL)
        masked, in_full = await ordered(qa), await ordered(admin)
        assert (masked["is_masked"], in_full["is_masked"]) == (True, False)
        while await packer.pack_next():
            pass
        rows = _index(await _zipped(qa, masked["id"]))
        assert [row["Customer number"] for row in rows] == [f"138****{nth:04}" for nth in range(CALLS)]
        assert all(row["File"] and len(row["SHA-256"]) == 64 and "*" not in row["SHA-256"] for row in rows)
        sheet = load_workbook(io.BytesIO((await _zipped(qa, masked["id"])).read("index.xlsx"))).worksheets[0]
        assert "13800000000" not in {cell.value for row in sheet for cell in row}
        refused = await qa.get(f"{EXPORTS}/{in_full['id']}/file")
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
        assert "13800000000" in {row["Customer number"] for row in _index(await _zipped(admin, in_full["id"]))}
