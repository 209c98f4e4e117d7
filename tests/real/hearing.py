"""What each party of a call hears: every phone plays a tone of its own and keeps what comes over the line."""

import time
import wave
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy

from tests.real.conftest import Pair

RATE = 8000
TONES = {"caller": 425, "agent": 770, "supervisor": 1310}
"""Hertz; none is a multiple of another, so that no overtone passes for somebody."""
LOUDNESS = 0.2
HEARD_FROM = LOUDNESS / 20
"""A tone is heard from here on: 26 dB below what was played; what nobody plays is below 60."""
WINDOW_SECONDS = 1.0
_HEADER_BYTES = 44


@dataclass
class Ears:
    """The tones and the recordings of a call's parties, in a folder."""

    pair: Pair
    folder: Path

    def __post_init__(self) -> None:
        at = numpy.arange(RATE * 10) / RATE
        for party, hertz in TONES.items():
            samples = (LOUDNESS * 32767 * numpy.sin(2 * numpy.pi * hertz * at)).astype("<i2")
            with wave.open(str(self.folder / f"{party}-tone.wav"), "wb") as file:
                file.setparams((1, 2, RATE, 0, "NONE", ""))
                file.writeframes(samples.tobytes())

    def phone(self, number: str, party: str) -> None:
        """The phone with this number is the party's: it answers, plays and keeps what it hears."""
        files = {"tone": self.folder / f"{party}-tone", "heard": self.folder / f"{party}-heard"}
        self.pair.behave(number, do="tone", after=0.2, **files)

    def caller_calls(self, number: str) -> str:
        """A customer calls; the channel's id in the world."""
        party = self.folder / "caller"
        self.pair.outside.action("Setvar", Variable="TONE", Value=f"{party}-tone")
        self.pair.outside.action("Setvar", Variable="HEARD", Value=f"{party}-heard")
        place = {"Context": "world-tone", "Exten": "s", "Priority": 1}
        return self.pair.place(f"PJSIP/{number}@centre", CallerID='"Bob" <13800138000>', **place)

    def heard(self, party: str) -> set[str]:
        """Whose tones the party received in the last second; a tone that comes and goes counts as heard."""
        file = self.folder / f"{party}-heard.wav"
        if not file.exists():
            return set()
        raw = file.read_bytes()[_HEADER_BYTES:]
        samples = numpy.frombuffer(raw[: len(raw) // 2 * 2], "<i2")[-round(RATE * WINDOW_SECONDS) :] / 32768
        if len(samples) < RATE * WINDOW_SECONDS:
            return set()
        spectrum = numpy.abs(numpy.fft.rfft(samples * numpy.hanning(len(samples)))) * 4 / len(samples)
        peak = {name: spectrum[hertz - 3 : hertz + 4].max() for name, hertz in TONES.items()}
        return {name for name, height in peak.items() if height > HEARD_FROM}

    def await_heard(self, expected: Mapping[str, set[str]], seconds: float = 40) -> None:
        """Waits until each party has heard exactly these for a second, twice in a row, with a second between."""
        deadline, agreed = time.monotonic() + seconds, 0
        while agreed < 2:
            heard = {party: self.heard(party) for party in expected}
            agreed = agreed + 1 if heard == expected else 0
            assert time.monotonic() < deadline, f"heard are {heard}, not {dict(expected)}"
            with suppress(AssertionError):
                self.pair.ami.until(lambda _: False, 1.1 * WINDOW_SECONDS if agreed else 0.1)
