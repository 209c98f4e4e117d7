"""Exports of a centre that encrypts, its copies in a folder or a bucket: packed plain, kept encrypted, given plain."""

import asyncio
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from callcenter.errors import StoreAway
from callcenter.exports.choosing import Context
from callcenter.exports.ending import withdraw_exports
from callcenter.exports.packing import Packer
from callcenter.exports.service import expire, sweep
from callcenter.recordings.library import Library
from callcenter.recordings.masters import Masters, Wrapped
from callcenter.recordings.processing import Processor, listen_through
from callcenter.recordings.sealing import new_key
from callcenter.recordings.storing import Store, store_of
from callcenter.recordings.tables import RecordingKey, RecordingSound
from callcenter.settings import RecordingSettings
from callcenter.store.engine import Sessions
from tests.exports.conftest import CALLS, EXPORTS, Clock, ordered, told
from tests.recordings.buckets import BucketServer
from tests.recordings.sounds import leave_open


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Each kind of store."""
    here = tmp_path / "copies" / "stored"
    if request.param == "folder":
        yield store_of(RecordingSettings(), here)
        return
    server: BucketServer = request.getfixturevalue("bucket_server")
    yield store_of(RecordingSettings(storage=f"s3://centre/{tmp_path.name}", s3=server.settings), here)
    server.is_away = False


@pytest.fixture
def library(folder: Path, tmp_path: Path, clock: Clock, store: Store) -> Library:
    """That of a centre with a master key."""
    return Library({"pbx1": folder}, tmp_path / "copies", clock, store, Masters((new_key(),)))


@pytest.fixture
async def copies(sessions: Sessions, library: Library, recorded: None, folder: Path) -> dict[int, bytes]:
    """Every recording has an encrypted copy; the PBX's files are gone. The copies as they were."""
    processor = Processor(sessions, library, "wav")
    for job in await processor._due(CALLS):
        await processor._keep(await asyncio.to_thread(listen_through, job))
    for nth in range(CALLS):
        (folder / f"{nth}.wav").unlink()
    return {nth + 1: await _copy(sessions, library, nth + 1) for nth in range(CALLS)}


async def _copy(sessions: Sessions, library: Library, recording_id: int) -> bytes:
    async with sessions() as session:
        sound = await session.get_one(RecordingSound, recording_id)
        keys = {row.name: row for row in await session.scalars(select(RecordingKey))}
    assert sound.copy in keys
    return await asyncio.to_thread(_opened, library, sound.copy, keys[sound.copy])


def _opened(library: Library, name: str, key: RecordingKey) -> bytes:
    copy = library.open_copy(name, {name: Wrapped(key.master, key.wrapped)})
    assert copy is not None
    assert not isinstance(copy.sound, Path)
    return copy.sound.read(0, 10**9)


async def _zipped(client: AsyncClient, export_id: int) -> zipfile.ZipFile:
    answer = await client.get(f"{EXPORTS}/{export_id}/file")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip"), answer.text
    assert f"recordings-{export_id}.zip" in answer.headers["content-disposition"]
    return zipfile.ZipFile(io.BytesIO(answer.content))


def _there(context: Context) -> list[str]:
    return sorted(file.name for file in context.folder.iterdir())


async def _keys(sessions: Sessions) -> list[str]:
    async with sessions() as session:
        names = await session.scalars(select(RecordingKey.name).where(RecordingKey.recording_id.is_(None)))
        return sorted(names)


async def test_encrypted_copies_are_packed_as_they_were(
    qa: AsyncClient, packer: Packer, copies: dict[int, bytes]
) -> None:
    asked = await ordered(qa)
    await packer.pack_next()
    zipped = await _zipped(qa, asked["id"])
    names = [name for name in zipped.namelist() if name.startswith("audio/")]
    packed = {int(name.rpartition("_")[2].removesuffix(".wav")): zipped.read(name) for name in names}
    assert packed == copies
    assert hashlib.sha256(copies[1]).hexdigest() in zipped.read("index.csv").decode()


async def test_the_archive_is_kept_encrypted_and_given_plain_by_ranges(
    qa: AsyncClient, packer: Packer, context: Context, sessions: Sessions
) -> None:
    asked = await ordered(qa)
    await packer.pack_next()
    name = f"export-{asked['id']}.zip.sealed"
    assert (_there(context), await _keys(sessions)) == ([name], [name])
    assert b"RIFF" not in await asyncio.to_thread((context.folder / name).read_bytes)
    whole = (await qa.get(f"{EXPORTS}/{asked['id']}/file")).content
    assert len(whole) == (await told(qa, asked["id"]))["bytes"]
    part = await qa.get(f"{EXPORTS}/{asked['id']}/file", headers={"Range": "bytes=65530-65600"})
    assert (part.status_code, part.content) == (206, whole[65530:65601])
    await sweep(context)
    assert _there(context) == [name]
    with zipfile.ZipFile(io.BytesIO(whole)) as zipped:
        assert zipped.testzip() is None


async def test_its_key_goes_with_it(
    qa: AsyncClient, packer: Packer, context: Context, sessions: Sessions, clock: Clock
) -> None:
    exports = [(await ordered(qa))["id"] for _ in range(3)]
    while await packer.pack_next():
        pass
    assert (await qa.delete(f"{EXPORTS}/{exports[0]}")).status_code == 204
    await withdraw_exports(sessions, context.folder, [exports[1]], by="erasure", now=clock.now)
    assert (_there(context), await _keys(sessions)) == ([f"export-{exports[2]}.zip.sealed"],) * 2
    clock.now += 8 * 86_400
    assert await expire(context) == 1
    assert (_there(context), await _keys(sessions)) == ([], [])


async def test_without_its_master_key_it_is_not_given(qa: AsyncClient, packer: Packer, context: Context) -> None:
    asked = await ordered(qa)
    await packer.pack_next()
    object.__setattr__(context, "library", replace(context.library, masters=Masters((new_key(),))))
    answer = await qa.get(f"{EXPORTS}/{asked['id']}/file")
    assert (answer.status_code, answer.json()["code"]) == (503, "key_missing")


@pytest.mark.parametrize("step", ["_seal", "settle"])
async def test_broken_off_while_it_is_encrypted_it_goes_on(
    qa: AsyncClient, packer: Packer, context: Context, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def killed(*_: object) -> None:
        raise asyncio.CancelledError

    asked = await ordered(qa)
    with monkeypatch.context() as killing:
        killing.setattr(f"callcenter.exports.packing.{step}", killed)
        with pytest.raises(asyncio.CancelledError):
            await packer.pack_next()
    assert (await told(qa, asked["id"]))["state"] == "running"
    await sweep(context)
    assert _there(context) == [f"export-{asked['id']}.zip"]
    assert await Packer(context).pack_next()
    assert _there(context) == [f"export-{asked['id']}.zip.sealed"]
    assert (await _zipped(qa, asked["id"])).testzip() is None


async def test_a_stop_before_the_plain_one_is_removed_leaves_it_to_the_sweep(
    qa: AsyncClient, packer: Packer, context: Context
) -> None:
    asked = await ordered(qa)
    await packer.pack_next()
    context.file(asked["id"]).write_bytes(b"plain")
    await sweep(context)
    assert _there(context) == [f"export-{asked['id']}.zip.sealed"]


async def test_a_file_cut_off_by_a_crash_is_packed_whole(qa: AsyncClient, packer: Packer, folder: Path) -> None:
    leave_open(folder / "0.wav", 0.0)
    asked = await ordered(qa, number="13800000000")
    await packer.pack_next()
    zipped = await _zipped(qa, asked["id"])
    content = zipped.read(zipped.namelist()[0])
    assert content[40:44] == (len(content) - 44).to_bytes(4, "little")


async def test_a_store_that_is_away_is_waited_for(
    qa: AsyncClient,
    packer: Packer,
    copies: dict[int, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = await ordered(qa)

    def away(*_: object) -> None:
        raise StoreAway("the store is away")

    with monkeypatch.context() as broken:
        broken.setattr("callcenter.recordings.sealing.Unsealed.read", away)
        with pytest.raises(StoreAway):
            await packer.pack_next()
    assert (await told(qa, asked["id"]))["state"] == "running"
    assert await packer.pack_next()
    assert (await told(qa, asked["id"]))["packed"] == CALLS


async def test_a_copy_that_was_changed_is_left_out(
    qa: AsyncClient, packer: Packer, copies: dict[int, bytes], library: Library, tmp_path: Path
) -> None:
    sealed = library.store.read("0/1.wav.sealed", 0, 10**9)
    made = library.stored / "made"
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    library.store.put("0/1.wav.sealed", made)
    asked = await ordered(qa)
    await packer.pack_next()
    done = await told(qa, asked["id"])
    assert (done["state"], done["packed"], done["left_out"]) == ("done", CALLS - 1, 1)
    assert "its file cannot be read" in (await _zipped(qa, asked["id"])).read("index.csv").decode()
