"""Checkpoints: read back as they were, refused when they are anything else."""

import logging
import pickle
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from typing_extensions import override

from callcenter.floor import events as e
from callcenter.floor.floor import Floor
from callcenter.live import checkpoint
from callcenter.live.checkpoint import Header, Unusable
from tests.floor.stories import PBX, Diary
from tests.floor.test_seats import after_a_talk

HEADER = Header(
    pbx=PBX, at=1.0, day="2026-11-25", offset=77, clock=0.5, given_up="callcenter-1-survey:2", is_first=False
)


@pytest.fixture
def busy() -> Diary:
    """A floor with a seat in wrap-up, a caller who waits and one who talks."""
    day = after_a_talk(wrap_up=20)
    day.joins("waiting")
    return day


@pytest.fixture
def kept(busy: Diary, tmp_path: Path) -> Path:
    """A checkpoint of it."""
    checkpoint.write(tmp_path, HEADER, checkpoint.frozen(busy.floor.sites[PBX]).packed())
    return checkpoint.path_of(tmp_path, PBX)


def test_a_floor_goes_on_as_it_was(busy: Diary, kept: Path) -> None:
    other = Floor()
    other.sites[PBX] = checkpoint.load(kept).site
    assert other.snapshot() == busy.floor.snapshot()
    later = e.Ticked(PBX, busy.now + 60)
    assert other.apply(later).facts == busy.floor.apply(later).facts != []
    assert other.snapshot() == busy.floor.snapshot()


def test_its_first_line_is_readable_by_itself(kept: Path) -> None:
    header = checkpoint.header_of(kept)
    assert replace(header, fingerprint="", digest="") == HEADER
    assert header.fingerprint == checkpoint.fingerprint()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert not list(kept.parent.glob("*.part"))


def test_the_one_before_is_the_second_chance(busy: Diary, kept: Path, caplog: pytest.LogCaptureFixture) -> None:
    checkpoint.write(kept.parent, replace(HEADER, offset=99), checkpoint.frozen(busy.floor.sites[PBX]).packed())
    newest = checkpoint.newest(kept.parent, PBX)
    assert newest is not None
    assert newest.header.offset == 99
    kept.write_bytes(kept.read_bytes()[:-100])
    before = checkpoint.newest(kept.parent, PBX)
    assert before is not None
    assert before.header.offset == 77
    assert "is damaged" in caplog.text


def test_without_any_there_is_none_and_nothing_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert checkpoint.newest(tmp_path, PBX) is None
    assert not caplog.records


@pytest.mark.parametrize("content", [b"", b"nonsense", b"{}\n", b"[1]\nabc", b"\0" * 9], ids=repr)
def test_a_foreign_file_is_passed_over(content: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    checkpoint.path_of(tmp_path, PBX).write_bytes(content)
    assert checkpoint.newest(tmp_path, PBX) is None
    assert "is no checkpoint of this program" in caplog.text


def _with_body(folder: Path, body: bytes, **fields: str) -> Path:
    checkpoint.write(folder, HEADER, body)
    path = checkpoint.path_of(folder, PBX)
    header = replace(checkpoint.header_of(path), **fields)
    path.write_bytes(msgspec.json.encode(header) + b"\n" + body)
    return path


def test_one_of_another_version_is_refused(busy: Diary, tmp_path: Path) -> None:
    path = _with_body(tmp_path, checkpoint.frozen(busy.floor.sites[PBX]).packed(), fingerprint="0123")
    with pytest.raises(Unusable, match="another version"):
        checkpoint.load(path)


class Evil:
    """What a forged checkpoint would hold."""

    @override
    def __reduce__(self) -> tuple[object, ...]:
        return print, ("done",)


@pytest.mark.parametrize(
    "content", [Evil(), pickle.Pickler, Path("/"), "a text", 3, {"a": {1}}], ids=lambda content: type(content).__name__
)
def test_nothing_but_a_floor_comes_out(content: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    within = pickle.dumps((msgspec.msgpack.encode([]), pickle.dumps(content)))
    for body in (pickle.dumps(content), within):
        path = _with_body(tmp_path, body)
        with pytest.raises(Unusable, match=r"cannot be read|is not the floor"):
            checkpoint.load(path)
    assert capsys.readouterr().out == ""


def test_the_floor_of_another_pbx_is_refused(busy: Diary, tmp_path: Path) -> None:
    path = _with_body(tmp_path, checkpoint.frozen(busy.floor.sites[PBX]).packed(), pbx="other")
    with pytest.raises(Unusable, match="is not the floor of other"):
        checkpoint.load(path)


def test_a_disk_that_is_full_leaves_the_last_one(kept: Path, busy: Diary, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        checkpoint.write(kept.parent, replace(HEADER, offset=99), checkpoint.frozen(busy.floor.sites[PBX]).packed())
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]
    assert checkpoint.load(kept).header.offset == 77
