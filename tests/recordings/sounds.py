"""Real WAVE files: tones, silence, the noise of a quiet line, and files as a crash of Asterisk leaves them."""

import math
import os
import random
import struct
import wave
from array import array
from pathlib import Path

RATE = 8000


def tone(seconds: float, level: float = 0.3, channels: int = 1) -> bytes:
    """A tone of 440 Hz; `level` 1 is the loudest."""
    count = int(RATE * seconds)
    one = [round(32767 * level * math.sin(2 * math.pi * 440 * n / RATE)) for n in range(count)]
    return array("h", [sample for sample in one for _ in range(channels)]).tobytes()


def silence(seconds: float) -> bytes:
    """Nothing at all."""
    return bytes(2 * int(RATE * seconds))


def line_noise(seconds: float) -> bytes:
    """What a quiet line sounds like: about −60 dBFS."""
    chance = random.Random(1)
    return array("h", [chance.randint(-40, 40) for _ in range(int(RATE * seconds))]).tobytes()


def write_wav(path: Path, samples: bytes, *, channels: int = 1, modified_at: float | None = None) -> Path:
    """A file that was closed properly."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples)
    if modified_at is not None:
        os.utime(path, (modified_at, modified_at))
    return path


def leave_open(path: Path, modified_at: float) -> Path:
    """Takes the sizes out of the header: as while Asterisk writes, and after it was killed."""
    with path.open("r+b") as file:
        for place in (4, 40):
            file.seek(place)
            file.write(struct.pack("<I", 0))
    os.utime(path, (modified_at, modified_at))
    return path


def write_garbage(path: Path, modified_at: float) -> None:
    """400 bytes that are no WAVE file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"OggS" * 100)
    os.utime(path, (modified_at, modified_at))
