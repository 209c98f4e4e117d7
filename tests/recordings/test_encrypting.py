"""Copies that lie plain are encrypted, in a folder and in a bucket; what breaks off loses nothing and goes on."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import select, update
from typer.testing import CliRunner

from callcenter.cli import app
from callcenter.errors import StoreAway
from callcenter.recordings import encrypting
from callcenter.recordings.encrypting import count_plain, encrypt_copies, encrypt_copy
from callcenter.recordings.keys import copy_keys
from callcenter.recordings.library import Library
from callcenter.recordings.masters import Masters
from callcenter.recordings.sealing import new_key
from callcenter.recordings.storing import BucketStore, FolderStore, Store, Stored
from callcenter.recordings.tables import RecordingAudio, RecordingKey, RecordingSound
from callcenter.retention.deleting import retire
from callcenter.retention.rules import DAY_SECONDS
from callcenter.store.engine import Sessions
from tests.recordings.buckets import BucketServer
from tests.recordings.conftest import ENDED
from tests.recordings.test_masters import GOOD
from tests.recordings.test_stores import (
    _files,
    _keep_for_a_day,
    _process,
    recorded,
    store,
)

__all__ = ["recorded", "store"]

PLAIN, SEALED = "0/1.wav", "0/1.wav.sealed"


@pytest.fixture
def library(folder: Path, tmp_path: Path, store: Store) -> Library:
    """A centre that does not encrypt."""
    return Library({"pbx1": folder}, tmp_path / "copies", lambda: ENDED + 20, store)


@pytest.fixture
def keyed(library: Library) -> Library:
    """The same with a master key."""
    return replace(library, masters=Masters((new_key(),)))


@pytest.fixture
async def content(sessions: Sessions, library: Library, recorded: None) -> bytes:
    """A copy lies plain."""
    await _process(sessions, library)
    return library.store.read(PLAIN, 0, 10**9)


async def _opened(sessions: Sessions, library: Library) -> bytes:
    async with sessions() as session:
        sound = await session.get_one(RecordingSound, 1)
        keys = await copy_keys(session, [sound.copy])
    copy = await asyncio.to_thread(library.open_copy, sound.copy, keys)
    assert copy is not None
    if isinstance(copy.sound, Path):
        return await asyncio.to_thread(copy.sound.read_bytes)
    return await asyncio.to_thread(copy.sound.read, 0, 10**9)


async def _named(sessions: Sessions) -> str:
    async with sessions() as session:
        return (await session.get_one(RecordingSound, 1)).copy


async def test_a_plain_copy_is_encrypted_and_is_the_same(sessions: Sessions, keyed: Library, content: bytes) -> None:
    assert await count_plain(sessions) == 1
    done = await encrypt_copies(sessions, keyed)
    assert (done.count, done.failed, await count_plain(sessions)) == (1, {}, 0)
    assert (await _named(sessions), keyed.store.find(PLAIN)) == (SEALED, None)
    assert content[:4] == b"RIFF"
    assert b"RIFF" not in keyed.store.read(SEALED, 0, 10**9)
    assert await _opened(sessions, keyed) == content
    assert _files(keyed.copies) == []
    assert (await encrypt_copies(sessions, keyed)).count == 0


async def test_what_was_mended_for_players_goes_too(
    reviewer: AsyncClient, sessions: Sessions, keyed: Library, content: bytes
) -> None:
    keyed.mended.mkdir(parents=True)
    (keyed.mended / "1-mix.wav").write_bytes(b"RIFF")
    await encrypt_copies(sessions, keyed)
    assert _files(keyed.copies) == []


STEPS = ["_kept_key", "_sealed_from", "_put_sealed", "_take_over"]


@pytest.mark.parametrize("step", STEPS)
async def test_broken_off_after_any_step_it_is_heard_and_goes_on(
    sessions: Sessions, keyed: Library, content: bytes, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(encrypting, step, _breaking(getattr(encrypting, step)))
        with pytest.raises(StoreAway):
            await encrypt_copies(sessions, keyed)
    assert await _opened(sessions, keyed) == content
    done = await encrypt_copies(sessions, keyed)
    assert (done.count, done.failed) == (0 if step == "_take_over" else 1, {})
    assert (await _named(sessions), keyed.store.find(PLAIN)) == (SEALED, None)
    assert await _opened(sessions, keyed) == content


def _breaking(step: Callable[..., Any]) -> Callable[..., Any]:
    """The step, and then the break."""

    async def after(*given: Any) -> None:
        await step(*given)
        raise StoreAway("gone")

    def then(*given: Any) -> None:
        step(*given)
        raise StoreAway("gone")

    return after if asyncio.iscoroutinefunction(step) else then


async def test_the_plain_one_gone_and_not_yet_said_so_is_heard_and_goes_on(
    sessions: Sessions, keyed: Library, content: bytes
) -> None:
    key = await encrypting._kept_key(sessions, keyed.masters, 1, SEALED)
    await asyncio.to_thread(encrypting._put_sealed, keyed.store, PLAIN, key)
    await asyncio.to_thread(keyed.store.remove, PLAIN)
    assert (await _named(sessions), await _opened(sessions, keyed)) == (PLAIN, content)
    assert (await encrypt_copies(sessions, keyed)).count == 1
    assert (await _named(sessions), await _opened(sessions, keyed)) == (SEALED, content)


async def test_a_store_that_gives_back_other_bytes_costs_nothing(
    sessions: Sessions, keyed: Library, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed_from = encrypting._sealed_from

    def changed(plain: Stored, key: bytes) -> str:
        return sealed_from(plain, key)[::-1]

    monkeypatch.setattr(encrypting, "_sealed_from", changed)
    done = await encrypt_copies(sessions, keyed)
    assert (done.count, "another file" in done.failed[1]) == (0, True)
    assert (await _named(sessions), keyed.store.read(PLAIN, 0, 10**9)) == (PLAIN, content)


async def test_a_copy_that_is_not_there_is_told(sessions: Sessions, keyed: Library, content: bytes) -> None:
    keyed.store.remove(PLAIN)
    done = await encrypt_copies(sessions, keyed)
    assert (done.count, done.failed) == (0, {1: f"the copy {PLAIN} is not where copies are kept"})


async def test_a_store_that_is_away_ends_it(
    sessions: Sessions, keyed: Library, content: bytes, bucket_server: BucketServer, tmp_path: Path
) -> None:
    if isinstance(keyed.store, FolderStore):
        keyed.store.folder.rename(tmp_path / "unmounted")
    else:
        bucket_server.is_away = True
    with pytest.raises(StoreAway):
        await encrypt_copies(sessions, keyed)
    assert await _named(sessions) == PLAIN


async def test_one_deleted_meanwhile_leaves_nothing(sessions: Sessions, keyed: Library, content: bytes) -> None:
    key = await encrypting._kept_key(sessions, keyed.masters, 1, SEALED)
    await _keep_for_a_day(sessions)
    await retire(sessions, replace(keyed, clock=lambda: ENDED + 2 * DAY_SECONDS), "command")
    async with sessions() as session:
        assert (await session.scalars(select(RecordingKey))).all() == []
    made = keyed.store.folder / "made"
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_bytes(key)
    keyed.store.put(SEALED, made)
    assert not await encrypting._take_over(sessions, keyed.store, 1, PLAIN)
    assert keyed.store.find(SEALED) is None


async def test_retention_removes_both_copies_of_one_that_is_being_encrypted(
    sessions: Sessions, keyed: Library, content: bytes
) -> None:
    key = await encrypting._kept_key(sessions, keyed.masters, 1, SEALED)
    await asyncio.to_thread(encrypting._put_sealed, keyed.store, PLAIN, key)
    await _keep_for_a_day(sessions)
    done = await retire(sessions, replace(keyed, clock=lambda: ENDED + 2 * DAY_SECONDS), "command")
    assert (done.deleted.files, keyed.store.find(PLAIN), keyed.store.find(SEALED)) == (5, None, None)


async def test_one_that_is_being_deleted_is_left_alone(sessions: Sessions, keyed: Library, content: bytes) -> None:
    async with sessions.begin() as session:
        await session.execute(update(RecordingAudio).values(state="deleting"))
    assert await count_plain(sessions) == 0
    assert not await encrypt_copy(sessions, keyed, 1, PLAIN)
    assert keyed.store.find(PLAIN) is not None


# --- the command ------------------------------------------------------------------------------------------------

KILLED = """
import os, signal
from callcenter import cli
from callcenter.recordings.storing import BucketStore, FolderStore
for kind in (BucketStore, FolderStore):
    kind.remove = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
cli.main()
"""


@pytest.fixture
def config(tmp_path: Path, library: Library, storage_url: str) -> Path:
    """The settings of that centre, with a master key."""
    store, s3 = library.store, ""
    if isinstance(store, BucketStore):
        bucket = store.bucket
        secret = 'key = "k"\nsecret = "s3cret"\n'
        s3 = f'[recordings.s3]\nendpoint = "{bucket.endpoint}"\nregion = "{bucket.region}"\n{secret}'
    kept = str(store.bucket) if isinstance(store, BucketStore) else str(store.folder)
    (tmp_path / "master.keys").write_text(GOOD)
    config = tmp_path / "callcenter.toml"
    config.write_text(
        f'database_url = "{storage_url}"\ndata_folder = "{tmp_path}/var"\n'
        f'[recordings]\nmaster_key_file = "{tmp_path}/master.keys"\nstorage = "{kept}"\n{s3}'
    )
    return config


async def test_killed_before_the_plain_one_goes_the_command_goes_on(
    sessions: Sessions, library: Library, content: bytes, config: Path
) -> None:
    command = [sys.executable, "-c", KILLED, "recordings", "encrypt", "--config", str(config)]
    killed = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (await _named(sessions), library.store.read(PLAIN, 0, 10**9)) == (PLAIN, content)
    run = CliRunner().invoke
    done = await asyncio.to_thread(run, app, ["recordings", "encrypt", "--config", str(config)])
    assert (done.exit_code, "1 copies and 0 clips were encrypted." in done.output) == (0, True), done.output
    assert (await _named(sessions), library.store.find(PLAIN)) == (SEALED, None)


def test_without_a_master_key_nothing_is_encrypted(config: Path) -> None:
    config.write_text(config.read_text().replace("master_key_file", "# "))
    done = CliRunner().invoke(app, ["recordings", "encrypt", "--config", str(config)])
    assert "nothing is encrypted" in str(done.exception)
