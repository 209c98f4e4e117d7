"""Real WAVE files: tones, silence, the noise of a quiet line, and files as a crash of Asterisk leaves them."""

import math
import os
import random
import struct
import wave
from array import array
from pathlib import Path

import numpy
from numpy.typing import NDArray

RATE = 8000
Samples = NDArray[numpy.float64]


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


def write_wav(
    path: Path, samples: bytes, *, channels: int = 1, rate: int = RATE, modified_at: float | None = None
) -> Path:
    """A file that was closed properly."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
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


def spoken(spans: list[tuple[float, float]], seconds: float, *, level: float = 0.1, rate: int = RATE) -> Samples:
    """Something like speech in those spans: a voice of 140 Hz with overtones, in syllables of a quarter of a second.

    Each span begins and ends with a syllable at full level; `level` is its root mean square, 1 the loudest possible.
    """
    at = numpy.arange(round(seconds * rate)) / rate
    voice = sum(numpy.sin(2 * numpy.pi * 140 * n * at + n) / n for n in range(1, 12))
    heard = numpy.zeros(len(at))
    for start, end in spans:
        inside = (at >= start) & (at < end)
        syllables = (end - start) // 0.25
        heard[inside] = 0.05 + numpy.abs(numpy.sin(numpy.pi * (at[inside] - start) / (end - start) * syllables)) ** 0.5
    sound: Samples = voice * heard
    loudness = numpy.sqrt(numpy.mean(sound[heard > 0] ** 2)) if spans else 1
    sound *= level / loudness
    return sound


def hiss(seconds: float, decibels: float = -60, rate: int = RATE) -> Samples:
    """White noise of that level."""
    return numpy.random.default_rng(7).normal(0, 10 ** (decibels / 20), round(seconds * rate))


def music(seconds: float, rate: int = RATE) -> Samples:
    """Chords that change every second, with a beat, at about −20 dBFS: no pause between them."""
    at = numpy.arange(round(seconds * rate)) / rate
    roots = numpy.array([220.0, 261.6, 196.0, 174.6])[at.astype(int) % 4]
    chord = sum(numpy.sin(2 * numpy.pi * roots * ratio * at) for ratio in (1, 1.25, 1.5))
    sound: Samples = 0.08 * chord * (0.7 + 0.3 * numpy.cos(2 * numpy.pi * 2 * at))
    return sound


def pcm(*channels: Samples) -> bytes:
    """16-bit samples of one or two channels."""
    columns = numpy.column_stack(channels)
    return numpy.clip(columns * 32767, -32768, 32767).astype("<i2").tobytes()
