"""`callcenter recordings inspect`: any file that Asterisk or people have, whole, cut off, or no audio at all."""

import json
import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest
from typer.testing import CliRunner, Result

from callcenter.cli import app
from callcenter.errors import BadInput
from tests.recordings.sounds import RATE, leave_open, pcm, silence, spoken, write_wav

TALK = [(0.5, 3.0)]
SECONDS = 5.0


def _run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["recordings", "inspect", *map(str, words)])


def _inspected(*files: Path) -> dict[str, Any]:
    result = _run(*files, "--json")
    assert result.exit_code == 0, result
    told: dict[str, Any] = json.loads(result.output)
    return told


def _refused(*files: str | Path) -> str:
    result = _run(*files)
    assert result.exit_code != 0
    assert isinstance(result.exception, BadInput)
    return result.exception.message


def _speech(path: Path, *, rate: int = RATE, seconds: float = SECONDS) -> Path:
    return write_wav(path, pcm(spoken(TALK, seconds, rate=rate)), rate=rate)


def _converted(source: Path, target: Path, *options: str) -> Path:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(source), *options, str(target)]
    subprocess.run(command, check=True)
    return target


def test_a_stereo_file(tmp_path: Path) -> None:
    sides = spoken(TALK, SECONDS), spoken([(2.0, 4.5)], SECONDS)
    told = _inspected(write_wav(tmp_path / "call.wav", pcm(*sides), channels=2))
    assert list(told) == ["duration_seconds", "repaired", "audible", "channels", "talk_over_seconds", "peaks"]
    assert (told["duration_seconds"], told["repaired"], told["audible"]) == (5.0, False, True)
    assert [side["talk_seconds"] for side in told["channels"]] == [pytest.approx(2.5, abs=0.1)] * 2
    assert told["channels"][0]["silence"] == [pytest.approx([3.0, 5.0], abs=0.1)]
    assert told["talk_over_seconds"] == pytest.approx(1.0, abs=0.1)
    assert len(told["peaks"]) == 2


def test_two_legs_of_different_length_and_rate(tmp_path: Path) -> None:
    agent = _speech(tmp_path / "agent.wav", rate=16000, seconds=8.0)
    customer = _speech(tmp_path / "customer.wav")
    told = _inspected(agent, customer)
    assert told["duration_seconds"] == 8.0
    assert [side["silence"] for side in told["channels"]] == [[pytest.approx([3.0, 8.0], abs=0.1)]] * 2
    assert told["talk_over_seconds"] == pytest.approx(2.5, abs=0.1)
    assert [len(peaks) for peaks in told["peaks"]] == [400, 400]


WRITTEN = {
    "alaw.wav": ("-c:a", "pcm_alaw"),
    "ulaw.wav": ("-c:a", "pcm_mulaw"),
    "float.wav": ("-c:a", "pcm_f32le"),
    "call.ulaw": ("-c:a", "pcm_mulaw", "-f", "mulaw"),
    "call.alaw": ("-c:a", "pcm_alaw", "-f", "alaw"),
    "call.sln": ("-f", "s16le"),
    "call.sln16": ("-ar", "16000", "-f", "s16le"),
    "call.mp3": (),
    "call.flac": (),
    "call.opus": ("-c:a", "libopus"),
    "call.ogg": ("-c:a", "libvorbis"),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_asterisk_and_people_write(tmp_path: Path, name: str) -> None:
    told = _inspected(_converted(_speech(tmp_path / "source.wav"), tmp_path / name, *WRITTEN[name]))
    assert told["duration_seconds"] == pytest.approx(SECONDS, abs=0.06)
    assert told["channels"][0]["talk_seconds"] == pytest.approx(2.5, abs=0.15)
    assert told["audible"]
    assert not told["repaired"]


@pytest.mark.parametrize("name", ["alaw.wav", "call.wav"])
@pytest.mark.parametrize("told_bytes", [0, 0xFFFF_FFFF, 10_000_000, 1000])
def test_a_header_that_is_wrong_is_not_believed(tmp_path: Path, name: str, told_bytes: int) -> None:
    path = _speech(tmp_path / "call.wav")
    if name != "call.wav":
        path = _converted(path, tmp_path / name, *WRITTEN[name])
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.index(b"data") + 4, told_bytes)
    path.write_bytes(content + b"\x01")
    told = _inspected(path)
    assert told["repaired"]
    assert told["duration_seconds"] == pytest.approx(SECONDS, abs=0.01)
    assert told["channels"][0]["talk_seconds"] == pytest.approx(2.5, abs=0.15)


def test_a_file_cut_off_by_a_crash_is_told_in_words(tmp_path: Path) -> None:
    path = leave_open(_speech(tmp_path / "call.wav"), 0)
    path.write_bytes(path.read_bytes()[:-1])
    assert "cut off while it was written" in _run(path).output


def test_chunks_after_the_samples_are_no_sound(tmp_path: Path) -> None:
    path = _speech(tmp_path / "call.wav")
    path.write_bytes(path.read_bytes() + b"LIST" + struct.pack("<I", 4000) + bytes(4000))
    told = _inspected(path)
    assert (told["duration_seconds"], told["repaired"]) == (SECONDS, False)


def test_only_a_header(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "call.wav", b"")
    told = _inspected(path)
    assert (told["duration_seconds"], told["audible"], told["repaired"], told["peaks"]) == (0, False, False, [[]])
    assert told["channels"] == [{"talk_seconds": 0, "silence": []}]
    assert "nobody was connected" in _run(path).output


def test_nothing_but_silence(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "call.wav", silence(3.0))
    assert _inspected(path)["channels"] == [{"talk_seconds": 0, "silence": [[0.0, 3.0]]}]
    assert "No audio" in _run(path).output


def test_the_side_without_audio_is_named(tmp_path: Path) -> None:
    agent, customer = _speech(tmp_path / "agent.wav"), write_wav(tmp_path / "customer.wav", silence(SECONDS))
    output = _run(agent, customer).output
    assert "No audio on the customer's side" in output
    assert "agent's side" not in output


@pytest.mark.parametrize("name", ["a b;$(x) 'é.wav", "录音.wav", "-call.wav", "[red].wav", "a\nb.wav", "concat:x.wav"])
def test_a_path_with_odd_characters(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (_speech(tmp_path / name), _converted(tmp_path / name, tmp_path / f"{name}.mp3")):
        assert _inspected(path)["audible"]
        result = _run("--", path.name)
        assert result.exit_code == 0
        assert "length 0:05" in result.output


def _file(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


WRONG = {
    "empty.wav": (b"", "nothing was written"),
    "empty.gsm": (b"", "nothing was written"),
    "text.wav": (b"root:x:0:0\n" * 50, "what can"),
    "notes.txt": (b"some words", "what can"),
    "list.mp3": (b"#EXTM3U\n/etc/passwd\n", "what can"),
    "film.wav": (b"RIFF\x00\x00\x00\x00AVI " + bytes(50), "not a RIFF WAVE file"),
    "short.wav": (b"RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00", "cut off"),
    "rate.wav": (
        b"RIFF\x00\x00\x00\x00WAVEfmt " + struct.pack("<IHHIIHH4sI", 16, 1, 1, 1, 2, 2, 16, b"data", 0),
        "samples a",
    ),
    "six.wav": (
        b"RIFF\x00\x00\x00\x00WAVEfmt " + struct.pack("<IHHIIHH4sI", 16, 1, 6, 8000, 2, 12, 16, b"data", 0),
        "6 channels",
    ),
    "odd.wav": (
        b"RIFF\x00\x00\x00\x00WAVEfmt " + struct.pack("<IHHIIHH4sI", 16, 9999, 1, 8000, 1, 1, 8, b"data", 9) + bytes(9),
        "cannot be decoded",
    ),
    "noise.ogg": (b"OggS" * 200, "cannot be decoded"),
    "noise.mp3": (b"ID3" + bytes(400), "cannot be decoded"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_audio_is_refused_by_name(tmp_path: Path, name: str) -> None:
    content, why = WRONG[name]
    message = _refused(_file(tmp_path / name, content))
    assert message.startswith(str(tmp_path / name))
    assert why in message


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    assert "there is no such file" in _refused(tmp_path / "absent.wav")
    assert "a folder" in _refused(tmp_path)
    assert "a folder or a device" in _refused(tmp_path / "pipe.wav")
    assert "there is no such file" in _refused(_speech(tmp_path / "agent.wav"), tmp_path / "absent.wav")


def test_a_stereo_file_is_no_leg(tmp_path: Path) -> None:
    both = write_wav(tmp_path / "both.wav", pcm(spoken(TALK, 4.0), spoken(TALK, 4.0)), channels=2)
    assert "a stereo file alone" in _refused(both, _speech(tmp_path / "leg.wav"))


def test_a_mistake_ends_without_a_traceback(tmp_path: Path) -> None:
    odd = str(tmp_path / os.fsdecode(b"\xff.wav"))
    command = [sys.executable, "-m", "callcenter.cli", "recordings", "inspect", odd]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "no such file" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("name", ["call.WAV", "call.gsm"])
def test_gsm(tmp_path: Path, name: str) -> None:
    as_gsm = ["-e", "gsm-full-rate"] if name.endswith("WAV") else []
    subprocess.run(["sox", _speech(tmp_path / "source.wav"), *as_gsm, tmp_path / name], check=True)
    told = _inspected(tmp_path / name)
    assert told["duration_seconds"] == pytest.approx(SECONDS, abs=0.06)
    assert told["channels"][0]["talk_seconds"] == pytest.approx(2.5, abs=0.15)
    assert not told["repaired"]
    with (tmp_path / name).open("r+b") as file:
        file.truncate(60)
    if name.endswith("WAV"):
        assert _inspected(tmp_path / name)["duration_seconds"] == 0
