"""Files are found only where recordings are, and measured as they sound."""

import os
import struct
import subprocess
import wave
from pathlib import Path

import imageio_ffmpeg
import pytest

from callcenter.recordings.audio import Side, find_audio, is_audible
from callcenter.recordings.riff import NotAudio, playable, read_layout
from tests.recordings.sounds import RATE, leave_open, line_noise, silence, tone, write_wav

NAME = "pbx1_1763812800.1_0000000a"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "recordings"
    for ending in ("", "_agent", "_other"):
        write_wav(folder / "2025/11/22" / f"{NAME}{ending}.wav", tone(0.1))
    write_wav(tmp_path / "secret.wav", tone(0.1))
    return folder


@pytest.mark.parametrize(
    ("side", "name"), [("mix", f"{NAME}.wav"), ("agent", f"{NAME}_agent.wav"), ("customer", f"{NAME}_other.wav")]
)
@pytest.mark.parametrize("above", ["/var/spool/asterisk/monitor/", "/", "", "/mnt/a/b/c/"])
def test_a_file_is_found_wherever_the_pbx_sees_it(folder: Path, above: str, side: Side, name: str) -> None:
    assert find_audio(folder, f"{above}2025/11/22/{NAME}.wav", side) == folder / "2025/11/22" / name


def test_of_two_files_with_one_name_the_deeper_path_decides(folder: Path) -> None:
    write_wav(folder / f"{NAME}.wav", tone(0.1))
    assert find_audio(folder, f"/monitor/2025/11/22/{NAME}.wav") == folder / f"2025/11/22/{NAME}.wav"
    assert find_audio(folder, f"/monitor/2026/01/01/{NAME}.wav") == folder / f"{NAME}.wav"


@pytest.mark.parametrize(
    "path",
    [
        "../secret.wav",
        "/monitor/../../secret.wav",
        "2025/11/22/../../../../secret.wav",
        "2025/../../secret.wav",
        f"2025/11/22/{NAME}.wav\0",
        "\0",
        "",
        "/",
        ".",
        "..",
        "2025/11/22",
        "2025/11/22/folder.wav",
        "notes.txt",
        "..wav",
        "a" * 5000 + ".wav",
        "linked.wav",
        "2025/linked-folder/secret.wav",
        "circle.wav",
        "device.wav",
        "absent.wav",
    ],
)
def test_nothing_else_is_ever_opened(folder: Path, path: str) -> None:
    (folder / "notes.txt").write_text("private")
    (folder / "2025/11/22/folder.wav").mkdir()
    (folder / "linked.wav").symlink_to(folder.parent / "secret.wav")
    (folder / "2025/linked-folder").symlink_to(folder.parent)
    (folder / "circle.wav").symlink_to(folder / "circle.wav")
    (folder / "device.wav").symlink_to("/dev/zero")
    os.mkfifo(folder / "2025/pipe.wav")
    assert find_audio(folder, path) is None
    assert find_audio(folder, "2025/pipe.wav") is None


def test_an_absolute_path_of_this_machine_is_only_a_name(folder: Path) -> None:
    assert find_audio(folder, str(folder.parent / "secret.wav")) is None
    assert find_audio(folder, str(folder / f"2025/11/22/{NAME}.wav")) == folder / f"2025/11/22/{NAME}.wav"


def test_a_link_that_stays_inside_is_followed(folder: Path) -> None:
    (folder / "again.wav").symlink_to(folder / f"2025/11/22/{NAME}.wav")
    assert find_audio(folder, "again.wav") == folder / f"2025/11/22/{NAME}.wav"


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert find_audio(tmp_path / "none", "a.wav") is None


@pytest.mark.parametrize(
    ("samples", "channels", "heard"),
    [
        (tone(2.5), 1, True),
        (tone(2.5, channels=2), 2, True),
        (tone(2.5, level=0.01), 1, True),
        (silence(2.5), 1, False),
        (line_noise(2.5), 1, False),
        (silence(2.0) + tone(0.5), 1, True),
        (silence(2.4) + tone(0.1), 1, False),
        (tone(0.1) + silence(2.4), 1, False),
    ],
    ids=["tone", "stereo", "soft", "silence", "line noise", "late", "click at the end", "click at the start"],
)
def test_length_and_level_are_measured(tmp_path: Path, samples: bytes, channels: int, heard: bool) -> None:
    path = write_wav(tmp_path / "a.wav", samples, channels=channels)
    layout = read_layout(path)
    assert (layout.rate, layout.channels, layout.is_closed) == (RATE, channels, True)
    assert layout.duration_seconds == pytest.approx(2.5)
    assert is_audible(path, layout) is heard


def test_a_header_that_was_never_completed_is_read_by_the_size_of_the_file(tmp_path: Path) -> None:
    path = leave_open(write_wav(tmp_path / "a.wav", tone(1.5)), 0)
    layout = read_layout(path)
    assert layout.duration_seconds == pytest.approx(1.5)
    assert not layout.is_closed
    assert is_audible(path, layout)


def test_a_file_of_nothing_but_a_header_is_silent(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", b"")
    layout = read_layout(path)
    assert layout.duration_seconds == 0
    assert not is_audible(path, layout)


def test_a_header_that_promises_more_than_there_is_is_not_believed(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(1.0))
    with path.open("r+b") as file:
        file.truncate(44 + RATE)
    assert read_layout(path).duration_seconds == pytest.approx(0.5)


def test_other_chunks_are_passed_over(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(1.0))
    content = path.read_bytes()
    path.write_bytes(content[:12] + b"LIST\3\0\0\0abc\0" + content[12:] + b"LIST\4\0\0\0abcd")
    assert read_layout(path).duration_seconds == pytest.approx(1.0)


HEAD = b"RIFF\0\0\0\0WAVE"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"RIFF",
        b"OggS" + bytes(100),
        HEAD,
        HEAD + bytes(100_000),
        HEAD + b"data\4\0\0\0abcd",
        HEAD + b"fmt \4\0\0\0abcd",
        HEAD + b"fmt \x10\0\0\0" + struct.pack("<HHIIHH", 7, 1, 8000, 8000, 1, 8) + b"data\4\0\0\0abcd",
        HEAD + b"fmt \x10\0\0\0" + struct.pack("<HHIIHH", 1, 0, 8000, 8000, 1, 16) + b"data\4\0\0\0abcd",
        HEAD + b"fmt \x10\0\0\0" + struct.pack("<HHIIHH", 1, 1, 0, 8000, 1, 16) + b"data\4\0\0\0abcd",
        HEAD + b"fmt \xff\xff\xff\xff" + bytes(40),
    ],
)
def test_what_is_not_audio_is_said_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(NotAudio):
        read_layout(path)


def test_a_whole_file_is_played_as_it_is(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(0.5))
    assert playable(path, tmp_path / "copies/1.wav") == path
    assert not (tmp_path / "copies").exists()


def test_a_cut_file_is_played_from_a_mended_copy(tmp_path: Path) -> None:
    path = leave_open(write_wav(tmp_path / "a.wav", tone(1.5) + b"\1"), 0)
    before = path.read_bytes()
    copy = playable(path, tmp_path / "copies/1.wav")
    assert copy == tmp_path / "copies/1.wav"
    assert playable(path, copy) == copy
    with wave.open(str(copy)) as mended:
        assert mended.getnframes() == 1.5 * RATE
    assert _decoded(copy) == pytest.approx(1.5, abs=0.05)
    assert path.read_bytes() == before
    assert [entry.name for entry in copy.parent.iterdir()] == ["1.wav"]


def _decoded(path: Path) -> float:
    """How long the sound is that ffmpeg decodes."""
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    command = [ffmpeg, "-v", "error", "-i", str(path), "-f", "s16le", "-ac", "1", "-ar", str(RATE), "-"]
    return len(subprocess.run(command, capture_output=True, check=True).stdout) / 2 / RATE
