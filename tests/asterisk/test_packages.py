"""Fetching: which archive, and what is said when something is in the way. The real fetch is in tests/real."""

import errno
import fcntl
import os
import shutil
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest
from rich.console import Console

from callcenter.asterisk import packages
from callcenter.asterisk.installation import Version, installed, parse_version, unpacked
from callcenter.asterisk.packages import Cache, Source, choose_sources, explain, fetch
from callcenter.errors import SetupFailed

MIRROR = "http://mirror.example/debian/"


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("Asterisk 22.10.1+dfsg+~cs6.17.60671434-1\n", Version(22, 10, 1)),
        ("Asterisk 20.6.0~dfsg+~cs6.13.40431414-2build5", Version(20, 6, 0)),
        ("Asterisk certified/20.7-cert2", Version(20, 7, 0)),
        ("Asterisk certified-18.9-cert1", Version(18, 9, 0)),
        ("Asterisk GIT-master-abcdef", None),
        ("", None),
    ],
)
def test_the_release_is_read_from_what_asterisk_says(text: str, version: Version | None) -> None:
    assert parse_version(text) == version


def test_debian_takes_sid_from_its_own_mirror(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(packages, "_KEYRINGS", tmp_path)
    (tmp_path / "debian-archive-keyring.gpg").touch()
    known = [
        Source("nodesource", "nodesource", "https://other.example/", "nodistro"),
        Source("Debian", "Debian-Security", "http://mirror.example/debian-security/", "bookworm-security"),
        Source("Debian", "Debian", MIRROR, "bookworm"),
        Source("Debian", "Debian", MIRROR, "bookworm-updates"),
    ]
    keyring = tmp_path / "debian-archive-keyring.gpg"
    assert choose_sources(known) == f"deb [signed-by={keyring}] {MIRROR} sid main\n"


def test_ubuntu_takes_its_own_suites_with_universe(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(packages, "_KEYRINGS", tmp_path)
    ubuntu = "http://mirror.example/ubuntu/"
    known = [Source("Ubuntu", "Ubuntu", ubuntu, suite) for suite in ("noble", "noble", "noble-updates")]
    assert choose_sources(known) == (
        f"deb {ubuntu} noble main universe\ndeb {ubuntu} noble-updates main universe\n"
    )  # fmt: skip


@pytest.mark.parametrize("known", [[], [Source("Raspbian", "Raspbian", MIRROR, "bookworm")]])
def test_another_system_is_told_to_install_asterisk(known: list[Source]) -> None:
    with pytest.raises(SetupFailed, match="package manager"):
        choose_sources(known)


@pytest.mark.parametrize(
    ("stderr", "words"),
    [
        ("E: Failed to fetch http://x/  Temporary failure resolving 'x'", "no network"),
        ("E: Failed to fetch http://x/  Could not connect to x:80", "no network"),
        ("E: You don't have enough free space in /x/cache/archives/.", "disk is full"),
        ("dpkg-deb: error: failed to write: No space left on device", "disk is full"),
        ("W: GPG error: NO_PUBKEY 0E98404D386FA1D9", "signature"),
        ("E: Unable to locate package asterisk", "no Asterisk for this system"),
    ],
)
def test_apts_errors_are_told_in_plain_words_with_its_own(stderr: str, words: str) -> None:
    assert words in explain(stderr)
    assert stderr.strip() in explain(stderr)


def silent() -> Console:
    return Console(file=StringIO())


def test_without_apt_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupFailed, match="no apt"):
        fetch(Cache(tmp_path / "cache"), silent())


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_full_disk_is_told_before_anything_is_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10, 10, 5_000_000))
    with pytest.raises(SetupFailed, match="5 MB are free"):
        fetch(Cache(tmp_path), silent())
    assert not (tmp_path / "apt").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SetupFailed, match="cannot be fetched into"):
        fetch(Cache(tmp_path / "file" / "cache"), silent())


def test_a_disk_that_fills_up_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(packages, "_fetch", full)
    with pytest.raises(SetupFailed, match="No space left on device"):
        fetch(Cache(tmp_path), silent())


def test_no_network_is_told_and_nothing_is_left_half_done(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nowhere = [Source("Debian", "Debian", "http://127.0.0.1:9/debian/", "bookworm")]
    monkeypatch.setattr(packages.Apt, "known_sources", lambda _: nowhere)
    with pytest.raises(SetupFailed, match="cannot be reached"):
        fetch(Cache(tmp_path), silent())
    assert not Cache(tmp_path).tree.exists()


def test_a_tree_that_is_not_whole_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupFailed, match="pbx fetch --again"):
        unpacked(tmp_path)


def test_who_waits_for_another_finds_what_it_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The lock is held by somebody who puts the tree there; then nothing is fetched again."""
    cache = Cache(tmp_path)
    real = fcntl.flock
    waited: list[int] = []
    unpacked_trees: list[Path] = []

    def flock(file: object, operation: int) -> None:
        if operation & fcntl.LOCK_NB:
            raise BlockingIOError
        waited.append(operation)
        cache.tree.mkdir()
        real(file, operation)  # type: ignore[arg-type]  # an open file

    monkeypatch.setattr(fcntl, "flock", flock)
    monkeypatch.setattr(packages, "_fetch", lambda *_: pytest.fail("fetched twice"))
    monkeypatch.setattr(packages, "unpacked", unpacked_trees.append)
    fetch(cache, silent())
    assert unpacked_trees == [cache.tree]
    assert waited == [fcntl.LOCK_EX]


FAKE = """#!/bin/sh
echo "Asterisk {version}"
"""


@pytest.mark.parametrize("version", ["16.2.1", "not a release"])
def test_an_asterisk_on_path_that_is_too_old_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str
) -> None:
    program = tmp_path / "asterisk"
    program.write_text(FAKE.format(version=version))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert installed() is None
