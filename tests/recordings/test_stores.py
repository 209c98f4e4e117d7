"""Copies of recordings are kept in a folder or a bucket: the same is played, and goes, whichever it is."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from httpx import AsyncClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.errors import KeyIsMissing, SetupFailed, StoreAway
from callcenter.recordings import processing
from callcenter.recordings.library import Library
from callcenter.recordings.masters import Masters
from callcenter.recordings.processing import Processor, listen_through
from callcenter.recordings.sealing import new_key
from callcenter.recordings.service import open_copy
from callcenter.recordings.storing import BucketStore, FolderStore, Store, Stored, probe, store_of
from callcenter.recordings.tables import RecordingAudio, RecordingDeletion, RecordingKey, RecordingSound
from callcenter.retention.deleting import retire
from callcenter.retention.rules import DAY_SECONDS
from callcenter.retention.tables import RetentionRule
from callcenter.settings import RecordingSettings, load
from callcenter.store.engine import Sessions
from tests.recordings.buckets import BucketServer
from tests.recordings.conftest import ENDED, measured
from tests.recordings.sounds import leave_open, pcm, spoken, write_wav

MIX = "pbx1-1763812800.1-1"
LEGS = {"agent": [(0.5, 3.0)], "other": [(2.0, 5.0)]}
SECONDS = 6.0
STEREO = "/api/recordings/1/audio?side=stereo"


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Each kind of store, empty."""
    here = tmp_path / "copies" / "stored"
    if request.param == "folder":
        (tmp_path / "kept").mkdir()
        yield store_of(RecordingSettings(storage=str(tmp_path / "kept")), here)
        return
    server: BucketServer = request.getfixturevalue("bucket_server")
    yield store_of(RecordingSettings(storage=f"s3://centre/{tmp_path.name}", s3=server.settings), here)
    server.is_away = False


@pytest.fixture(params=["plain", "encrypted"])
def library(request: pytest.FixtureRequest, folder: Path, tmp_path: Path, store: Store) -> Library:
    """The audio as it is 20 s after the recording ended."""
    masters = Masters((new_key(),) if request.param == "encrypted" else ())
    return Library({"pbx1": folder}, tmp_path / "copies", lambda: ENDED + 20, store, masters)


@pytest.fixture
async def recorded(engine: AsyncEngine, sessions: Sessions, library: Library, folder: Path) -> None:
    for name, spans in LEGS.items():
        write_wav(folder / f"{MIX}_{name}.wav", pcm(spoken(spans, SECONDS)), modified_at=ENDED)
    write_wav(folder / f"{MIX}.wav", pcm(spoken(LEGS["agent"], SECONDS)), modified_at=ENDED)
    await measured(engine, sessions, library)


async def _process(sessions: Sessions, library: Library) -> RecordingSound:
    """As the process that listens does it; starting one takes two seconds."""
    processor = Processor(sessions, library, "wav")
    for job in await processor._due(10):
        await processor._keep(await asyncio.to_thread(listen_through, job))
    async with sessions() as session:
        return (await session.scalars(select(RecordingSound))).one()


async def _keep_for_a_day(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        session.add(RetentionRule(scope="all", subject="", days=1, created_at=ENDED, created_by="admin"))


async def _plain(sessions: Sessions, library: Library) -> bytes:
    copy = await open_copy(sessions, library, 1)
    if isinstance(copy.sound, Path):
        return await asyncio.to_thread(copy.sound.read_bytes)
    return await asyncio.to_thread(copy.sound.read, 0, 10**9)


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


async def test_any_part_of_the_copy_is_played(reviewer: AsyncClient, sessions: Sessions, library: Library) -> None:
    await _process(sessions, library)
    whole = await reviewer.get(STEREO)
    assert (whole.status_code, whole.headers["content-type"], whole.content[:4]) == (200, "audio/wav", b"RIFF")
    assert whole.content == await _plain(sessions, library)
    size = len(whole.content)
    assert int(whole.headers["content-length"]) == size > 2 * SECONDS * 8000 * 2
    for asked, first, last in (
        ("bytes=0-0", 0, 0),
        ("bytes=44-99", 44, 99),
        (f"bytes={size - 1}-", size - 1, size - 1),
        ("bytes=-7", size - 7, size - 1),
        ("bytes=65530-65550", 65530, 65550),
        ("bytes=9-999999999", 9, size - 1),
    ):
        part = await reviewer.get(STEREO, headers={"Range": asked})
        assert (part.status_code, part.headers["content-range"]) == (206, f"bytes {first}-{last}/{size}")
        assert part.content == whole.content[first : last + 1]
    both = await reviewer.get(STEREO, headers={"Range": "bytes=0-3,100-103"})
    assert (both.status_code, both.content.count(b"Content-Range: bytes ")) == (206, 2)
    beyond = await reviewer.get(STEREO, headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    head = await reviewer.head(STEREO)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(size), b"")
    again = {"Range": "bytes=0-9", "If-Range": head.headers["etag"]}
    assert (await reviewer.get(STEREO, headers=again)).status_code == 206
    assert (await reviewer.get(STEREO, headers=again | {"If-Range": '"other"'})).status_code == 200


async def test_retention_removes_the_copy_before_the_row(
    sessions: Sessions, library: Library, folder: Path, recorded: None
) -> None:
    sound = await _process(sessions, library)
    await _keep_for_a_day(sessions)
    later = replace(library, clock=lambda: ENDED + 2 * DAY_SECONDS)
    done = await retire(sessions, later, "command")
    assert (done.deleted.recordings, done.deleted.files, done.failed) == (1, 4, [])
    assert library.store.find(sound.copy) is None
    assert _files(folder) == []
    async with sessions() as session:
        (row,) = await session.scalars(select(RecordingDeletion))
        assert (await session.scalars(select(RecordingAudio.state))).all() == ["deleted"]
        assert (await session.scalars(select(RecordingKey))).all() == []
    assert row.files == 4


async def test_nothing_is_left_on_this_machine_but_what_is_kept_there(
    sessions: Sessions, library: Library, recorded: None
) -> None:
    await _process(sessions, library)
    assert _files(library.copies) == []


def test_a_store_is_tried(store: Store) -> None:
    probe(store)
    assert store.find(".doctor-probe") is None
    store.remove("0/never.wav")
    assert store.find("0/never.wav") is None
    with pytest.raises(FileNotFoundError):
        store.read("0/never.wav", 0, 5)


async def test_without_its_key_an_encrypted_copy_is_not_given(
    reviewer: AsyncClient, sessions: Sessions, library: Library
) -> None:
    sound = await _process(sessions, library)
    if not library.masters.keys:
        pytest.skip("nothing is encrypted")
    found = library.store.find(sound.copy)
    assert found is not None
    assert sound.copy == "0/1.wav.sealed"
    assert b"RIFF" not in library.store.read(sound.copy, 0, found.size)
    with pytest.raises(KeyIsMissing, match="master key"):
        await open_copy(sessions, replace(library, masters=Masters((new_key(),))), 1)
    assert (await reviewer.get(STEREO)).status_code == 200
    async with sessions.begin() as session:
        await session.execute(delete(RecordingKey))
    answer = await reviewer.get(STEREO)
    assert (answer.status_code, answer.json()["code"]) == (503, "key_missing")


async def test_a_file_cut_off_by_a_crash_is_played_whole(reviewer: AsyncClient, library: Library, folder: Path) -> None:
    leave_open(folder / f"{MIX}.wav", ENDED)
    answer = await reviewer.get("/api/recordings/1/audio")
    assert (answer.status_code, answer.content[40:44]) == (200, (96_000).to_bytes(4, "little"))
    assert len(answer.content) == 96_044
    part = await reviewer.get("/api/recordings/1/audio", headers={"Range": "bytes=40-50"})
    assert part.content == answer.content[40:51]
    assert bool(_files(library.copies)) is not bool(library.masters.keys)


# --- a store that is away ---------------------------------------------------------------------------------------


@pytest.fixture
async def away(store: Store, bucket_server: BucketServer, tmp_path: Path) -> AsyncIterator[None]:
    """The store goes away, and comes back after the test."""
    bucket_server.is_away = True
    if isinstance(store, FolderStore):
        store.folder.rename(tmp_path / "unmounted")
    yield
    _back(store, bucket_server, tmp_path)


def _back(store: Store, bucket_server: BucketServer, tmp_path: Path) -> None:
    bucket_server.is_away = False
    if isinstance(store, FolderStore) and (tmp_path / "unmounted").is_dir():
        (tmp_path / "unmounted").rename(store.folder)


async def test_processing_waits_for_a_store_that_is_away(
    sessions: Sessions,
    library: Library,
    bucket_server: BucketServer,
    tmp_path: Path,
    recorded: None,
    away: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    processor = Processor(sessions, library, "wav")
    (job,) = await processor._due(10)
    with pytest.raises(StoreAway, match="store of recordings"):
        await asyncio.to_thread(listen_through, job)
    assert _files(library.copies) == []
    _back(library.store, bucket_server, tmp_path)
    monkeypatch.setattr(processing, "RETRY_SECONDS", 0.01)
    assert (await _process(sessions, library)).failure == ""


async def test_a_copy_in_a_store_that_is_away_is_told_so(
    reviewer: AsyncClient,
    sessions: Sessions,
    library: Library,
    bucket_server: BucketServer,
    tmp_path: Path,
) -> None:
    sound = await _process(sessions, library)
    await _keep_for_a_day(sessions)
    bucket_server.is_away = True
    if isinstance(library.store, FolderStore):
        library.store.folder.rename(tmp_path / "unmounted")
    answer = await reviewer.get(STEREO)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.json()["code"] == "store_away"
    assert "store of recordings" in answer.json()["detail"]
    later = replace(library, clock=lambda: ENDED + 2 * DAY_SECONDS)
    with pytest.raises(StoreAway):
        await retire(sessions, later, "command")
    async with sessions() as session:
        assert (await session.scalars(select(RecordingDeletion))).all() == []
    _back(library.store, bucket_server, tmp_path)
    assert library.store.find(sound.copy) is not None
    assert (await reviewer.get(STEREO)).status_code == 200


# --- what goes over the line ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def big(bucket_server: BucketServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Stored, bytes]:
    """A file of 3 MiB in the bucket."""
    here = tmp_path_factory.mktemp("here")
    store = store_of(RecordingSettings(storage="s3://centre/big", s3=bucket_server.settings), here)
    content = bytes(range(256)) * 12_288
    (here / "made").write_bytes(content)
    store.put("0/1.wav", here / "made")
    found = store.find("0/1.wav")
    assert found is not None
    return Stored(store, "0/1.wav", found), content


@given(start=st.integers(0, 3 << 20), length=st.integers(0, 1000))
def test_only_the_bytes_asked_for_are_fetched(
    big: tuple[Stored, bytes], bucket_server: BucketServer, start: int, length: int
) -> None:
    stored, content = big
    before = len(bucket_server.asked)
    assert stored.read(start, start + length) == content[start : start + length]
    assert sum(asked.answered for asked in bucket_server.asked[before:]) <= length


def test_settings_name_the_store_and_keep_its_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLCENTER_RECORDINGS__STORAGE", "s3://centre/recordings")
    monkeypatch.setenv("CALLCENTER_RECORDINGS__S3__ENDPOINT", "https://minio.example:9000")
    monkeypatch.setenv("CALLCENTER_RECORDINGS__S3__SECRET", "s3cret")
    settings = load()
    store = Library.of(settings).store
    assert isinstance(store, BucketStore)
    assert (str(store.bucket), store.bucket.endpoint) == ("s3://centre/recordings", "https://minio.example:9000")
    assert "s3cret" not in repr(settings) + repr(store)


@pytest.mark.parametrize(
    "storage", ["http://minio/centre", "s3://", "s3://A", "s3://centre/../x", "s3://centre/a b", "ftp://x/y", "a\0b"]
)
def test_a_place_that_is_none_is_refused(storage: str, tmp_path: Path) -> None:
    config = tmp_path / "callcenter.toml"
    config.write_text(f'[recordings]\nstorage = "{storage}"\n'.replace("\0", "\\u0000"))
    with pytest.raises(SetupFailed, match=r"recordings.storage: use the path of a folder, or s3://bucket"):
        load(config)
