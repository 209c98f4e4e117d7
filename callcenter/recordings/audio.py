"""Audio files of recordings: found by the PBX's name for them, measured, and made playable.

The PBX's path is never opened: its last parts are looked for below the folder where this machine sees the recordings.
"""

import shutil
import struct
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from callcenter.floor.events import Seconds

with warnings.catch_warnings():
    # pydub looks for ffmpeg when it is imported and warns without it; nothing here converts.
    warnings.simplefilter("ignore")
    from pydub import AudioSegment

Side = Literal["mix", "agent", "customer"]

SIDE_ENDINGS: Mapping[Side, str] = {"mix": "", "agent": "_agent", "customer": "_other"}
"""What the shipped dialplan adds to the name of the mix for the file of one side (dialplans, callcenter-record)."""

MOST_CHUNKS = 64
"""No more are looked through for the samples, so that a file of garbage costs nothing."""
PCM = 1
SAMPLE_BYTES = 2
OPEN_SIZES = (0, 0xFFFF_FFFF)
"""Data sizes in the header of a file that is being written, or was when Asterisk crashed."""

BLOCK_SECONDS: Seconds = 0.1
AUDIBLE_LEVEL = 100
"""Root mean square of 16-bit samples, −50 dBFS: above the noise of a quiet line (−60), far below speech (−20)."""
AUDIBLE_SECONDS: Seconds = 0.3
"""So much above the level is a sound; less is a click of the line."""


class NotAudio(Exception):
    """The file is not 16-bit PCM in a RIFF WAVE; its text says why."""


@dataclass(frozen=True)
class Layout:
    """Where in the file the samples are. `is_closed` when the header was completed, which Asterisk does at the end."""

    rate: int
    channels: int
    data_at: int
    data_bytes: int
    is_closed: bool

    @property
    def duration_seconds(self) -> Seconds:
        """The length of the recording."""
        return self.data_bytes / (self.rate * self.channels * SAMPLE_BYTES)


def find_audio(folder: Path, path: str, side: Side = "mix") -> Path | None:
    """The file that the PBX calls `path` (or that of one side of it), below `folder`; None if there is none.

    Only a regular `.wav` file whose real place is below `folder` is ever given: no `..`, no link that leads out.
    """
    named = PurePosixPath(path)
    parts = [part for part in named.parts if part != "/"]
    if "\0" in path or ".." in parts or named.suffix != ".wav":
        return None
    parts[-1] = f"{named.stem}{SIDE_ENDINGS[side]}.wav"
    root = folder.resolve()
    found = (_regular_file(root, root.joinpath(*parts[start:])) for start in range(len(parts)))
    return next((file for file in found if file is not None), None)


def _regular_file(root: Path, candidate: Path) -> Path | None:
    try:
        real = candidate.resolve(strict=True)
    except (OSError, RuntimeError):  # absent, name too long, links in a circle
        return None
    return real if real.is_relative_to(root) and real.is_file() else None


def read_layout(path: Path) -> Layout:
    """What the header says, or, if it was never completed, what the size of the file says. Raises NotAudio, OSError."""
    size = path.stat().st_size
    with path.open("rb") as file:
        return _layout(file, size)


def _layout(file: IO[bytes], file_size: int) -> Layout:
    if len(head := file.read(12)) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
        raise NotAudio("not a RIFF WAVE file")
    form: tuple[int, int] | None = None
    for name, at, size in islice(_chunks(file), MOST_CHUNKS):
        if name == b"fmt ":
            form = _format(file.read(min(size, 16)))
        if name == b"data" and form is not None:
            there = file_size - at
            is_closed = size not in OPEN_SIZES
            rate, channels = form
            held = min(size, there) if is_closed else there
            return Layout(rate, channels, at, held - held % (channels * SAMPLE_BYTES), is_closed)
    raise NotAudio("no samples in it")


def _chunks(file: IO[bytes]) -> Iterator[tuple[bytes, int, int]]:
    """Name, place and size of each chunk's content; the file stands at its beginning."""
    while len(head := file.read(8)) == 8:
        name, size = struct.unpack("<4sI", head)
        at = file.tell()
        yield name, at, size
        file.seek(at + size + size % 2)


def _format(content: bytes) -> tuple[int, int]:
    if len(content) < 16:
        raise NotAudio("its format is cut off")
    kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", content)
    if kind != PCM or bits != SAMPLE_BYTES * 8 or not channels or not rate:
        raise NotAudio(f"format {kind} with {bits} bits is not 16-bit PCM")
    return rate, channels


def is_audible(path: Path, layout: Layout) -> bool:
    """Whether there is something to hear: a silent recording is as long as any other. Raises OSError."""
    block_bytes = int(layout.rate * BLOCK_SECONDS) * layout.channels * SAMPLE_BYTES
    wanted = AUDIBLE_SECONDS / BLOCK_SECONDS
    loud = 0
    with path.open("rb") as file:
        file.seek(layout.data_at)
        for _ in range(layout.data_bytes // block_bytes):
            loud += _is_loud(file.read(block_bytes), layout)
            if loud >= wanted:
                return True
    return False


def _is_loud(block: bytes, layout: Layout) -> bool:
    # Of pydub only the arithmetic: it would read a whole file into memory, and a file cut by a crash as 0 s long.
    whole = block[: len(block) - len(block) % (SAMPLE_BYTES * layout.channels)]
    segment = AudioSegment(data=whole, sample_width=SAMPLE_BYTES, frame_rate=layout.rate, channels=layout.channels)
    return bool(segment.rms > AUDIBLE_LEVEL)


def playable(path: Path, copy: Path) -> Path:
    """The file itself, or `copy`, made now with a completed header, if its own says that it is empty.

    Players show a recording that was cut by a crash as 0 s long. The PBX's file is left as it is. Raises NotAudio and
    OSError.
    """
    layout = read_layout(path)
    if layout.is_closed or not layout.data_bytes:
        return path
    if not copy.exists():
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _complete(path, layout, copy)
    return copy


def _complete(path: Path, layout: Layout, copy: Path) -> None:
    """Writes the copy aside and puts it in its place whole, so that a second listener never meets a half."""
    with tempfile.NamedTemporaryFile(dir=copy.parent, delete=False) as new:
        with path.open("rb") as old:
            shutil.copyfileobj(old, new)
        new.seek(4)
        new.write(struct.pack("<I", layout.data_at + layout.data_bytes - 8))
        new.seek(layout.data_at - 4)
        new.write(struct.pack("<I", layout.data_bytes))
        new.truncate(layout.data_at + layout.data_bytes)
    Path(new.name).replace(copy)
