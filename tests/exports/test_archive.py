"""An archive is what other programs read, and goes on after a break as if there had been none."""

import hashlib
import io
import os
import random
import zipfile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from callcenter.errors import BadInput
from callcenter.exports.archive import Archive, Broken, Entry, Unreadable, entry_date
from callcenter.exports.rules import checked_reason, entry_name, safe_word

DATE = (2025, 11, 22, 12, 0, 0)


@pytest.fixture
def sounds(tmp_path: Path) -> list[Path]:
    """Files of odd lengths, one of them empty."""
    chance, made = random.Random(4), []
    for size in (0, 1, 70_000, 1024**2 + 1, 3):
        made.append(tmp_path / f"{size}.wav")
        made[-1].write_bytes(chance.randbytes(size))
    return made


def _added(archive: Archive, files: list[Path]) -> list[Entry]:
    return [archive.add(f"audio/客服_{file.name}", file, DATE) for file in files]


def _check(path: Path, sounds: list[Path]) -> None:
    with zipfile.ZipFile(path) as zipped:
        assert zipped.testzip() is None
        assert zipped.namelist() == [*(f"audio/客服_{file.name}" for file in sounds), "index.csv"]
        assert all(one.compress_type == zipfile.ZIP_STORED for one in zipped.infolist())
        assert [zipped.read(f"audio/客服_{file.name}") for file in sounds] == [file.read_bytes() for file in sounds]
        assert zipped.infolist()[0].date_time == DATE


def test_it_holds_the_bytes_and_tells_their_hashes(sounds: list[Path], tmp_path: Path) -> None:
    path = tmp_path / "a" / "export.zip"
    with Archive(path) as archive:
        entries = _added(archive, sounds)
        assert archive.finish([("index.csv", b"a,b")]) == path.stat().st_size
    assert [one.sha256 for one in entries] == [hashlib.sha256(file.read_bytes()).hexdigest() for file in sounds]
    assert path.stat().st_mode & 0o777 == 0o600
    _check(path, sounds)


@pytest.mark.parametrize("rest", [b"", b"half an entry", b"PK\x03\x04" * 999])
def test_after_a_break_it_goes_on_with_what_is_known(sounds: list[Path], tmp_path: Path, rest: bytes) -> None:
    path = tmp_path / "export.zip"
    with Archive(path) as archive:
        entries = _added(archive, sounds[:3])
    with path.open("ab") as file:
        file.write(rest)
    with Archive(path, entries[:2]) as archive:
        _added(archive, sounds[2:])
        archive.finish([("index.csv", b"")])
    _check(path, sounds)


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: os.truncate(path, 60_000)])
def test_an_archive_that_lost_what_it_held_is_broken(sounds: list[Path], tmp_path: Path, damage: Any) -> None:
    path = tmp_path / "export.zip"
    with Archive(path) as archive:
        entries = _added(archive, sounds)
    damage(path)
    with pytest.raises(Broken):
        Archive(path, entries)


class Failing(io.FileIO):
    """A file whose disk fails in its middle."""

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 0:
            raise OSError(5, "Input/output error")
        return super().read(size) or b""


class OnABadDisk(type(Path())):  # type: ignore[misc]
    @override
    def open(self, *_args: Any, **_kwargs: Any) -> Any:
        return Failing(str(self))


def test_a_file_that_fails_in_its_middle_leaves_nothing_in_the_archive(sounds: list[Path], tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with Archive(path) as archive:
        _added(archive, sounds[:2])
        before = archive.size
        with pytest.raises(Unreadable, match="Input/output error"):
            archive.add("audio/bad.wav", OnABadDisk(sounds[3]), DATE)
        with pytest.raises(Unreadable):
            archive.add("audio/none.wav", tmp_path / "none.wav", DATE)
        assert archive.size == before
        _added(archive, sounds[2:])
        archive.finish([("index.csv", b"")])
    _check(path, sounds)


@given(st.lists(st.text(), max_size=4), st.floats(0, 4e9))
def test_a_name_is_one_place_in_a_folder_whatever_people_are_called(words: list[str], at: float) -> None:
    name = entry_name(at, ZoneInfo("Asia/Shanghai"), words, 7, ".wav")
    folder, _, file = name.partition("/")
    assert folder == "audio"
    assert file.endswith("7.wav")
    assert not set(file) & set('/\\:*?"<>|\0\n\r\t')
    assert not file.startswith(".")
    assert ".." not in file
    assert len(file.encode()) < 255


def test_a_name_says_when_who_and_which_call() -> None:
    name = entry_name(1_763_812_800.0, ZoneInfo("Asia/Shanghai"), ("客服", "1001", "Li Na", "", "a/../b"), 7, ".wav")
    assert name == "audio/2025-11-22_200000_客服_1001_Li-Na_a-b_7.wav"


def test_words_are_cut_between_letters() -> None:
    assert safe_word("客" * 30) == "客" * 16
    assert safe_word("../../etc/passwd") == "etc-passwd"


@pytest.mark.parametrize(("at", "year"), [(0.0, 1980), (1_763_812_800.0, 2025), (5e9, 2107)])
def test_a_date_is_one_that_zip_knows(at: float, year: int) -> None:
    assert entry_date(at, ZoneInfo("UTC"))[0] == year


@pytest.mark.parametrize("typed", ["", " \n\t", "x" * 501])
def test_a_reason_says_something(typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        checked_reason(typed)
    assert refused.value.field == "reason"
