"""The samples of an audio file, block by block: 16-bit PCM is read as it lies, all else is decoded by ffmpeg."""

import struct
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import IO

import imageio_ffmpeg
import numpy
from numpy.typing import NDArray

from callcenter.recordings.riff import SAMPLE_BYTES, Layout, NotAudio, read_riff

Samples = NDArray[numpy.int16]

RAW_FORMATS: Mapping[str, tuple[str, int]] = {
    **dict.fromkeys((".ulaw", ".ul", ".mu", ".pcm"), ("mulaw", 8000)),
    **dict.fromkeys((".alaw", ".al"), ("alaw", 8000)),
    **dict.fromkeys((".sln", ".raw"), ("s16le", 8000)),
    **{f".sln{k}": ("s16le", k * 1000) for k in (12, 16, 24, 32, 48, 96, 192)},
    ".sln44": ("s16le", 44_100),
}
"""Files that are nothing but samples, by the endings that Asterisk gives them: ffmpeg's name for them, and samples a
second of one channel."""
MAGIC: Sequence[tuple[bytes, str]] = ((b"OggS", "ogg"), (b"fLaC", "flac"), (b"ID3", "mp3"))
READABLE = "WAVE (PCM, alaw, ulaw, GSM), .gsm, .ulaw, .alaw, .sln, .sln16 …, MP3, Opus, Ogg and FLAC"
RATES = (4_000, 192_000)
HEAD_BYTES = 44


@dataclass(frozen=True)
class Sound:
    """An open file: samples a second, channels, whether it was cut off while it was written, and where it is read."""

    rate: int
    channels: int
    is_cut: bool
    source: IO[bytes]
    left: int | None
    """Bytes of samples to be read; None: to the end."""

    def blocks(self, frames: int) -> Iterator[Samples]:
        """The samples, at most `frames` of each channel at a time: arrays of (frames, channels). Only once."""
        frame_bytes = self.channels * SAMPLE_BYTES
        left = self.left
        while content := self.source.read(frames * frame_bytes if left is None else min(frames * frame_bytes, left)):
            left = None if left is None else left - len(content)
            whole = len(content) - len(content) % frame_bytes
            yield numpy.frombuffer(content[:whole], dtype="<i2").reshape(-1, self.channels)


@contextmanager
def open_sound(path: Path) -> Iterator[Sound]:
    """Opens an audio file by what is in it. Raises NotAudio, which says what is wrong, and OSError."""
    layout = _checked_riff(path) if _head(path)[:4] == b"RIFF" else None
    if layout is not None and layout.is_pcm:
        opened = _pcm(path, layout)
    else:
        opened = _decoded(path, layout is not None and layout.is_cut)
    with opened as sound:
        yield sound


def input_options(path: Path) -> tuple[str, ...]:
    """ffmpeg's input format and its options. It is never left to guess: some formats name other files to be read.

    Raises NotAudio for what none of them reads, and OSError.
    """
    head = _head(path)
    ending = path.suffix.lower()
    if head[:4] == b"RIFF":
        return "wav", "-ignore_length", "1" if read_riff(path).is_cut else "0"
    if ending in RAW_FORMATS:
        name, rate = RAW_FORMATS[ending]
        return name, "-ar", str(rate)
    if ending == ".gsm":
        return ("gsm",)
    found = next((name for magic, name in MAGIC if head.startswith(magic)), None)
    if found is None and head[0] == 0xFF and head[1:2] >= b"\xe0":  # a frame of MP3 without tags
        found = "mp3"
    if found is None:
        raise NotAudio(f"this is no audio that can be read; what can: {READABLE}")
    return (found,)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(12)
    if not head:
        raise NotAudio("the file is empty (0 bytes): nothing was written into it")
    return head


def _checked_riff(path: Path) -> Layout:
    layout = read_riff(path)
    if layout.channels > 2:
        raise NotAudio(f"{layout.channels} channels; give a stereo file, or one file for each side")
    if not RATES[0] <= layout.rate <= RATES[1]:
        raise NotAudio(f"its header tells {layout.rate} samples a second, which no recording has")
    return layout


@contextmanager
def _pcm(path: Path, layout: Layout) -> Iterator[Sound]:
    with path.open("rb") as file:
        file.seek(layout.data_at)
        yield Sound(layout.rate, layout.channels, layout.is_cut, file, layout.data_bytes)


@contextmanager
def _decoded(path: Path, is_cut: bool) -> Iterator[Sound]:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe"]
    command += [
        "-f",
        *input_options(path),
        "-i",
        f"file:{path}",
        "-map",
        "0:a:0",
        "-c:a",
        "pcm_s16le",
        "-bitexact",
        "-f",
        "wav",
        "-",
    ]
    with tempfile.TemporaryFile() as said:
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said)  # noqa: S603 - no shell
        with running:
            assert running.stdout is not None  # noqa: S101 - it is a pipe
            try:
                yield _piped(running.stdout, is_cut, said)
            finally:
                running.kill()


def _piped(pipe: IO[bytes], is_cut: bool, said: IO[bytes]) -> Sound:
    head = pipe.read(HEAD_BYTES)
    has_samples = bool(isinstance(pipe, BufferedReader) and pipe.peek(1))
    said.seek(0)
    last = "" if has_samples else said.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
    if len(head) < HEAD_BYTES or last:
        raise NotAudio(f"it cannot be decoded ({last.rpartition(': ')[2] or 'no samples in it'})")
    channels, rate = struct.unpack_from("<HI", head, 22)
    if channels > 2:
        raise NotAudio(f"{channels} channels; give a stereo file, or one file for each side")
    return Sound(rate, channels, is_cut, pipe, None)
