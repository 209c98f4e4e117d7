"""Music for those who wait at a private Asterisk: a soft arpeggio, made here, as a WAV file.

Not the GSM files that distributions carry: after music in GSM, MixMonitor (seen on 22.10) loses the agent's side of
many recordings, though the caller hears it; docs/decisions tells more.
"""

import math
import wave
from array import array
from pathlib import Path

RATE = 8000
"""Samples a second."""

_CHORDS = ((262, 330, 392, 523), (220, 262, 330, 440), (175, 220, 262, 349), (196, 247, 294, 392))
"""Hertz: C, a, F, G, each broken into four notes of half a second."""


def write_music(file: Path) -> None:
    """Writes eight seconds, to be repeated."""
    samples = array("h")
    for frequency in (note for chord in _CHORDS for note in chord):
        length = RATE // 2
        samples.extend(
            round(2400 * math.sin(math.pi * n / length) * math.sin(2 * math.pi * frequency * n / RATE))
            for n in range(length)
        )
    with wave.open(str(file), "wb") as audio:
        audio.setnchannels(1)
        audio.setsampwidth(2)
        audio.setframerate(RATE)
        audio.writeframes(samples.tobytes())
