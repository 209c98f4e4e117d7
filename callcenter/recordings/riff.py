"""WAVE files as Asterisk writes them: where the samples are, also in one that a crash cut off, and its mended copy."""

import shutil
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from callcenter.floor.terms import Seconds
from callcenter.recordings.storing import Found

MOST_CHUNKS = 64
"""No more are looked through for the samples, so that a file of garbage costs nothing."""
PCM = 1
SAMPLE_BYTES = 2
OPEN_SIZES = (0, 0xFFFF_FFFF)
"""Data sizes in the header of a file that is being written, or was when Asterisk crashed."""


class NotAudio(Exception):
    """The file is not what was looked for; its text says why."""


@dataclass(frozen=True)
class Layout:
    """Where in the file the samples are.

    `is_closed` when the header was completed, which Asterisk does at the end; `is_cut` when its sizes are not those of
    the samples that are there. `data_bytes` is of whole samples that are there, whatever the header says.
    """

    rate: int
    channels: int
    data_at: int
    data_bytes: int
    is_closed: bool
    is_cut: bool = False
    is_pcm: bool = True

    @property
    def duration_seconds(self) -> Seconds:
        """The length of the recording, of 16-bit PCM."""
        return self.data_bytes / (self.rate * self.channels * SAMPLE_BYTES)


@dataclass(frozen=True)
class _Format:
    rate: int
    channels: int
    block_bytes: int
    is_pcm: bool
    why: str


def read_layout(path: Path) -> Layout:
    """What the samples in the file are. Raises NotAudio where they are not 16-bit PCM, and OSError."""
    form, layout = _read(path)
    if not layout.is_pcm:
        raise NotAudio(form.why)
    return layout


def read_riff(path: Path) -> Layout:
    """The same of samples in any encoding. Raises NotAudio and OSError."""
    return _read(path)[1]


def _read(path: Path) -> tuple[_Format, Layout]:
    size = path.stat().st_size
    with path.open("rb") as file:
        if len(head := file.read(12)) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
            raise NotAudio("not a RIFF WAVE file")
        form: _Format | None = None
        for name, at, told in islice(_chunks(file), MOST_CHUNKS):
            if name == b"fmt ":
                form = _format(file.read(min(told, 16)))
            if name == b"data" and form is not None:
                riff_bytes = struct.unpack_from("<I", head, 4)[0]
                return form, _layout(form, at, _samples(file, at, told, size), told, riff_bytes)
    raise NotAudio("no samples in it")


def _layout(form: _Format, at: int, there: int, told: int, riff_bytes: int) -> Layout:
    whole = there - there % form.block_bytes
    is_closed = told not in OPEN_SIZES
    is_cut = there != told or (form.is_pcm and whole != there) or (bool(whole) and riff_bytes in OPEN_SIZES)
    return Layout(form.rate, form.channels, at, whole, is_closed, is_cut, form.is_pcm)


def _samples(file: IO[bytes], at: int, told: int, size: int) -> int:
    """How many bytes of samples are there: to the end of the file, unless another chunk really follows where the
    header says that they end."""
    there = size - at
    if told in OPEN_SIZES or told >= there:
        return there
    file.seek(at + told + told % 2)
    rest = file.read(8)
    is_chunk = len(rest) == 8 and rest[:4].isascii() and rest[:4].decode("ascii").isprintable()
    return told if is_chunk or there - told < 8 else there


def _chunks(file: IO[bytes]) -> Iterator[tuple[bytes, int, int]]:
    """Name, place and size of each chunk's content; the file stands at its beginning."""
    while len(head := file.read(8)) == 8:
        name, size = struct.unpack("<4sI", head)
        at = file.tell()
        yield name, at, size
        file.seek(at + size + size % 2)


def _format(content: bytes) -> _Format:
    if len(content) < 16:
        raise NotAudio("its format is cut off")
    kind, channels, rate, _, block_bytes, bits = struct.unpack("<HHIIHH", content)
    is_pcm = kind == PCM and bits == SAMPLE_BYTES * 8
    why = f"format {kind} with {bits} bits is not 16-bit PCM"
    if not channels or not rate:
        raise NotAudio(why)
    return _Format(rate, channels, channels * SAMPLE_BYTES if is_pcm else max(block_bytes, 1), is_pcm, why)


def playable(path: Path, copy: Path) -> Path:
    """The file itself, or `copy`, made now with a completed header, if its own is not what the file holds.

    Players show a recording that was cut by a crash as 0 s long. The PBX's file is left as it is. Raises NotAudio and
    OSError.
    """
    layout = read_layout(path)
    if not layout.is_cut or not layout.data_bytes:
        return path
    if not copy.exists():
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _complete(path, layout, copy)
    return copy


@dataclass(frozen=True)
class Completed:
    """A file that is read as if its header were completed: `head` up to the samples, then the file."""

    path: Path
    head: bytes
    found: Found

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` to before `end`, fewer at the end of the samples."""
        end = min(end, self.found.size)
        if start >= end:
            return b""
        with self.path.open("rb") as file:
            file.seek(max(start, len(self.head)))
            return self.head[start:end] + file.read(max(0, end - max(start, len(self.head))))


def completed(path: Path) -> Path | Completed:
    """The file itself, or a way to read it with a completed header; nothing is written. Raises NotAudio and OSError."""
    layout = read_layout(path)
    if not layout.is_cut or not layout.data_bytes:
        return path
    return Completed(path, _head(path, layout), Found(layout.data_at + layout.data_bytes, path.stat().st_mtime, ""))


def _head(path: Path, layout: Layout) -> bytes:
    with path.open("rb") as file:
        head = bytearray(file.read(layout.data_at))
    struct.pack_into("<I", head, 4, layout.data_at + layout.data_bytes - 8)
    struct.pack_into("<I", head, layout.data_at - 4, layout.data_bytes)
    return bytes(head)


def _complete(path: Path, layout: Layout, copy: Path) -> None:
    """Writes the copy aside and puts it in its place whole, so that a second listener never meets a half."""
    with tempfile.NamedTemporaryFile(dir=copy.parent, delete=False) as new:
        with path.open("rb") as old:
            shutil.copyfileobj(old, new)
        new.seek(0)
        new.write(_head(path, layout))
        new.truncate(layout.data_at + layout.data_bytes)
    Path(new.name).replace(copy)
