"""Audio files of recordings: found by the PBX's name for them, and looked at for sound.

The PBX's path is never opened: its last parts are looked for below the folder where this machine sees the recordings.
"""

import warnings
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Literal

from callcenter.floor.terms import Seconds
from callcenter.recordings.riff import SAMPLE_BYTES, Layout

with warnings.catch_warnings():
    # pydub looks for ffmpeg when it is imported and warns without it; nothing here converts.
    warnings.simplefilter("ignore")
    from pydub import AudioSegment

Side = Literal["mix", "agent", "customer"]

SIDE_ENDINGS: Mapping[Side, str] = {"mix": "", "agent": "_agent", "customer": "_other"}
"""What the shipped dialplan adds to the name of the mix for the file of one side (dialplans, callcenter-record)."""

BLOCK_SECONDS: Seconds = 0.1
AUDIBLE_LEVEL = 100
"""Root mean square of 16-bit samples, −50 dBFS: above the noise of a quiet line (−60), far below speech (−20)."""
AUDIBLE_SECONDS: Seconds = 0.3
"""So much above the level is a sound; less is a click of the line."""


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
