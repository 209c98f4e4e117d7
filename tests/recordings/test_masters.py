"""Master keys: which wraps, which unwrap, where they come from, and a new one beside a server that runs."""

import asyncio
import errno
import os
import signal
import subprocess
import sys
from base64 import b64encode
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select
from typer.testing import CliRunner, Result

from callcenter.cli import app
from callcenter.errors import Damaged, KeyIsMissing, SetupFailed
from callcenter.recordings import keys as keys_module
from callcenter.recordings.keys import check_masters, key_row, masters_in_use, wrap_anew
from callcenter.recordings.masters import KeyFile, Masters, Wrapped, id_of, put_new_key
from callcenter.recordings.sealing import new_key
from callcenter.recordings.tables import RecordingKey
from callcenter.settings import RecordingSettings, Settings
from callcenter.store.engine import Sessions

KEY = new_key()
OLD, NEW = new_key(), new_key()


def test_the_first_master_key_wraps_and_all_unwrap() -> None:
    wrapped = Masters((OLD,)).wrap(KEY, "0/1.opus.sealed")
    both = Masters((NEW, OLD))
    assert both.unwrap(wrapped, "0/1.opus.sealed") == KEY
    anew = both.wrap(KEY, "0/1.opus.sealed")
    assert (anew.master, both.ids) == (Masters((NEW,)).ids[0], (anew.master, wrapped.master))
    assert Masters((NEW,)).unwrap(anew, "0/1.opus.sealed") == KEY
    for masters in (Masters((NEW,)), Masters()):
        with pytest.raises(KeyIsMissing, match=wrapped.master):
            masters.unwrap(wrapped, "0/1.opus.sealed")
    with pytest.raises(KeyIsMissing, match="no master key"):
        Masters().wrap(KEY, "x")


@given(st.integers(0, 12 + 32 + 15), st.integers(1, 255))
def test_a_wrapped_key_cannot_be_changed_or_put_to_another_file(at: int, change: int) -> None:
    masters = Masters((OLD,))
    wrapped = masters.wrap(KEY, "0/1.opus.sealed")
    broken = bytearray(wrapped.key)
    broken[at] ^= change
    for key, name in ((bytes(broken), "0/1.opus.sealed"), (wrapped.key, "0/2.opus.sealed"), (b"", "0/1.opus.sealed")):
        with pytest.raises(Damaged):
            masters.unwrap(Wrapped(wrapped.master, key), name)


GOOD = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


def test_master_keys_of_a_variable_and_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "master.keys"
    file.write_text(f"# of 2026\n{GOOD}\n\n{GOOD}\n")
    of_file = Masters.of(RecordingSettings(master_key_file=file))
    assert of_file.keys == (b"01234567890123456789012345678901",) * 2
    monkeypatch.setenv("CALLCENTER_RECORDINGS__MASTER_KEY", GOOD)
    settings = Settings()
    assert Masters.of(settings.recordings).keys == of_file.keys[:1]
    assert GOOD not in repr(settings) + str(settings.model_dump())
    assert "0123" not in repr(of_file)
    assert not Masters.of(RecordingSettings()).keys


@pytest.mark.parametrize("told", ["secret", "MTIz", "", "# nothing", "\xff", GOOD + "\nMTIz"])
def test_what_is_no_key_is_refused_without_showing_it(tmp_path: Path, told: str) -> None:
    file = tmp_path / "master.keys"
    file.write_bytes(told.encode("latin-1"))
    with pytest.raises(SetupFailed, match="master_key_file: ") as refused:
        Masters.of(RecordingSettings(master_key_file=file))
    assert "secret" not in refused.value.message
    assert "MTIz" not in refused.value.message
    with pytest.raises(SetupFailed, match="No such file"):
        Masters.of(RecordingSettings(master_key_file=tmp_path / "none"))


# --- a new master key beside a server that runs -----------------------------------------------------------------


def _ids(file: Path) -> tuple[str, ...]:
    return Masters.of(RecordingSettings(master_key_file=file)).ids


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """One master key, for its owner alone."""
    file = tmp_path / "master.keys"
    file.write_text(f"# of 2025\n{GOOD}\n")
    file.chmod(0o600)
    return file


def test_a_server_learns_a_new_key_without_a_restart(key_file: Path) -> None:
    server = Masters.of(RecordingSettings(master_key_file=key_file))
    before = server.wrap(KEY, "0/1.opus.sealed")
    new = put_new_key(key_file, date(2026, 11, 27))
    assert server.ids == (new, before.master)
    assert server.wrap(KEY, "0/2.opus.sealed").master == new
    assert server.unwrap(before, "0/1.opus.sealed") == KEY
    assert key_file.read_text().startswith(f"# 2026-11-27, id {new}\n")
    assert key_file.read_text().endswith(f"# of 2025\n{GOOD}\n")
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in key_file.parent.iterdir()] == ["master.keys"]


def test_a_link_to_the_key_file_stays_one_and_rights_stay(key_file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(key_file)
    key_file.chmod(0o640)
    new = put_new_key(link, date(2026, 11, 27))
    assert (link.is_symlink(), _ids(key_file)[0], key_file.stat().st_mode & 0o777) == (True, new, 0o640)


def test_a_file_that_is_gone_or_broken_meanwhile_leaves_the_keys_in_use(
    key_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = KeyFile(key_file)
    keys = file.keys()
    key_file.write_text("half of a k")
    assert (file.keys(), file.keys()) == (keys, keys)
    key_file.unlink()
    assert (file.keys(), file.keys()) == (keys, keys)
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    assert "half" not in caplog.text
    key_file.write_text(GOOD)
    assert file.keys() == keys


# --- every key wrapped anew -------------------------------------------------------------------------------------

KEYS = 1203


async def _kept(sessions: Sessions, masters: Masters, count: int = KEYS) -> dict[str, bytes]:
    """So many files have keys, under the newest of these master keys."""
    keys = {f"{nth // 1000}/{nth}.opus.sealed": new_key() for nth in range(count)}
    async with sessions.begin() as session:
        session.add_all(key_row(name, masters.wrap(key, name)) for name, key in keys.items())
    return keys


async def _readable(sessions: Sessions, masters: Masters) -> dict[str, bytes]:
    async with sessions() as session:
        rows = (await session.scalars(select(RecordingKey))).all()
    return {row.name: masters.unwrap(Wrapped(row.master, row.wrapped), row.name) for row in rows}


async def test_every_key_is_wrapped_anew_and_is_the_same(sessions: Sessions) -> None:
    keys = await _kept(sessions, Masters((OLD,)))
    told: list[int] = []
    done = await wrap_anew(sessions, Masters((NEW, OLD)), told.append)
    assert (done.count, done.damaged, told) == (KEYS, [], [500, 500, 203])
    assert await _readable(sessions, Masters((NEW,))) == keys
    assert (await wrap_anew(sessions, Masters((NEW, OLD)))).count == 0


async def test_a_key_that_is_damaged_is_told_and_left_alone(sessions: Sessions) -> None:
    await _kept(sessions, Masters((OLD,)), 3)
    async with sessions.begin() as session:
        row = await session.get_one(RecordingKey, "0/1.opus.sealed")
        row.wrapped = row.wrapped[:-1] + b"x"
    done = await wrap_anew(sessions, Masters((NEW, OLD)))
    assert (done.count, done.damaged) == (2, ["0/1.opus.sealed"])
    assert await masters_in_use(sessions) == {id_of(NEW): 2, id_of(OLD): 1}


async def test_without_the_old_master_key_nothing_begins(sessions: Sessions) -> None:
    await _kept(sessions, Masters((OLD,)), 3)
    with pytest.raises(KeyIsMissing, match=rf"{id_of(OLD)} \(3 files\)"):
        await check_masters(sessions, Masters((NEW,)))
    with pytest.raises(KeyIsMissing, match=id_of(OLD)):
        await wrap_anew(sessions, Masters((NEW,)))
    assert await masters_in_use(sessions) == {id_of(OLD): 3}


async def test_a_key_deleted_meanwhile_does_not_come_back(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    await _kept(sessions, Masters((OLD,)), 2)
    statement = keys_module._wrapping()
    async with sessions.begin() as session:
        await session.execute(delete(RecordingKey).where(RecordingKey.name == "0/1.opus.sealed"))
        row = await session.get_one(RecordingKey, "0/0.opus.sealed")
        values, _ = keys_module._under_newest([row], Masters((NEW, OLD)))
        other = {**values[0], "of": "0/1.opus.sealed"}, {**values[0], "was": b"another"}
        await session.execute(statement, list(other))
    assert await masters_in_use(sessions) == {id_of(OLD): 1}


# --- the command ------------------------------------------------------------------------------------------------


@pytest.fixture
def config(tmp_path: Path, key_file: Path, storage_url: str) -> Path:
    """The settings of a centre that encrypts."""
    config = tmp_path / "callcenter.toml"
    config.write_text(
        f'database_url = "{storage_url}"\ndata_folder = "{tmp_path}/var"\n'
        f'[recordings]\nmaster_key_file = "{key_file}"\n'
    )
    return config


def _run(config: Path) -> Result:
    return CliRunner().invoke(app, ["recordings", "rotate-key", "--config", str(config)])


KILLED = """
import os, signal
from callcenter import cli
from callcenter.recordings import keys
keys.BATCH = 100
wrapping, times = keys._wrapping, iter(range(3))
def killed():
    if next(times, None) is None:
        os.kill(os.getpid(), signal.SIGKILL)
    return wrapping()
keys._wrapping = killed
cli.main()
"""


async def test_killed_in_the_middle_it_goes_on_and_nothing_is_lost(
    sessions: Sessions, config: Path, key_file: Path
) -> None:
    server = Masters.of(RecordingSettings(master_key_file=key_file))
    old = server.ids[0]
    keys = await _kept(sessions, server)
    command = [sys.executable, "-c", KILLED, "recordings", "rotate-key", "--config", str(config)]
    killed = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    new = server.ids[0]
    assert await masters_in_use(sessions) == {new: 300, old: KEYS - 300}
    assert await _readable(sessions, server) == keys
    done = await asyncio.to_thread(_run, config)
    assert (done.exit_code, "No new key is made: 903 keys" in done.output) == (0, True), done.output
    assert (server.ids, await masters_in_use(sessions)) == ((new, old), {new: KEYS})
    assert await _readable(sessions, server) == keys
    assert old in done.output.split("Not in use any more:")[1]


def test_without_an_old_key_a_new_one_is_made_each_time(config: Path, key_file: Path) -> None:
    (first,) = _ids(key_file)
    for count in (2, 3):
        done = _run(config)
        assert (done.exit_code, len(_ids(key_file)), GOOD in done.output) == (0, count, False), done.output
    assert _ids(key_file)[-1] == first


def test_without_a_master_key_there_is_nothing_to_change(config: Path) -> None:
    config.write_text(config.read_text().split("[recordings]")[0])
    assert "nothing is encrypted" in str(_run(config).exception)


async def test_what_cannot_be_done_is_told_and_changes_nothing(
    sessions: Sessions, config: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _kept(sessions, Masters((OLD,)), 2)
    before = await asyncio.to_thread(key_file.read_bytes)
    done = await asyncio.to_thread(_run, config)
    assert isinstance(done.exception, KeyIsMissing)
    monkeypatch.setenv("CALLCENTER_RECORDINGS__MASTER_KEY", b64encode(OLD).decode())
    done = await asyncio.to_thread(_run, config)
    assert "into a variable" in str(done.exception)
    monkeypatch.setenv("CALLCENTER_RECORDINGS__MASTER_KEY", f"{b64encode(NEW).decode()},{b64encode(OLD).decode()}")
    done = await asyncio.to_thread(_run, config)
    assert (done.exit_code, await masters_in_use(sessions)) == (0, {id_of(NEW): 2}), done.output
    assert await asyncio.to_thread(key_file.read_bytes) == before


def test_a_key_file_that_cannot_be_written_is_told(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(SetupFailed, match=r"Read-only file system.*put a new key above"):
        put_new_key(key_file, date(2026, 11, 27))
    assert key_file.read_text() == f"# of 2025\n{GOOD}\n"
    assert [path.name for path in key_file.parent.iterdir()] == ["master.keys"]
