"""Who talks when: frames of sound told apart from the noise of the line, spans of talk and silence, and the waveform.

Levels are dBFS, of the root mean square of a frame without its mean (a shift of the line is no sound): the loudest sine
is at −3, speech on a telephone near −20, comfort noise near −60. "Talk" is any sound that is not steady noise: a tone
or music counts as talk of the side that it comes from.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy
from numpy.typing import NDArray

from callcenter.floor.terms import Seconds
from callcenter.recordings.sound import Samples, Sound

Span = tuple[Seconds, Seconds]
Levels = NDArray[numpy.float32]
Spans = NDArray[numpy.float64]

FRAME_SECONDS: Seconds = 0.02
"""As speech coders cut it: speech is steady for so long, a syllable is five or more (ITU-T G.729, annex B: 0.01)."""
BLOCK_FRAMES = 500

NOISE_SECONDS: Seconds = 5.0
"""What goes on for so long without falling is noise. Speech falls between words to the noise under it, several times a
second; so the least level of such a window is that of the noise (minimum statistics: R. Martin, IEEE Trans. Speech and
Audio Processing 9/5, 2001, with windows of 1.5 s, for noise that changes sooner than that of a telephone line)."""
ABOVE_NOISE_DB = 8.0
"""Speech is so far above the noise under it: less is not understood; noise itself varies by 2 from frame to frame."""
LEAST_LEVEL_DB = -55.0
"""Below this nothing is talk: comfort noise is at −60 (ITU-T G.711, appendix II), a whisper above −50."""
LOUDEST_NOISE_DB = -38.0
"""Steady sound above this is no noise of the line, but a tone or a held note."""

LEAST_SOUND_SECONDS: Seconds = 0.06
"""A single sound shorter than this is a click: it touches three frames at most."""
PAUSE_SECONDS: Seconds = 0.3
"""A gap up to this belongs to speech (closures and breath; F. Goldman-Eisler, 1968, counts pauses from 0.25)."""
LEAST_TALK_SECONDS: Seconds = 0.16
"""A span of talk lasts at least so long: "yes" takes 0.2."""
SILENCE_SECONDS: Seconds = 1.0
"""The shortest silence that is told: shorter ones are part of every conversation."""
TALK_OVER_SECONDS: Seconds = 0.2
"""Both sides talking for less is a change of turns, not talk-over (turns overlap by less than 0.2 in the median: S.
Levinson and F. Torreira, Frontiers in Psychology 6/731, 2015)."""

AUDIBLE_DB = -50.0
AUDIBLE_SECONDS: Seconds = 0.3
"""A side is audible with so much above that level: more than clicks, less than a word."""

PEAKS = 2000
"""Columns of a waveform, at most: more than a wide screen shows of one recording."""


@dataclass(frozen=True)
class Track:
    """One channel in frames: their levels in dBFS and greatest deflections (0–1)."""

    levels: Levels
    peaks: Levels
    rate: int
    frame_seconds: Seconds
    duration_seconds: Seconds


@dataclass(frozen=True)
class Side:
    """What one side of a recording sounds like. `silence` are its spans without talk of at least SILENCE_SECONDS."""

    talk: list[Span]
    silence: list[Span]
    is_audible: bool

    @property
    def talk_seconds(self) -> Seconds:
        """The sum of its spans of talk."""
        return sum(end - start for start, end in self.talk)


def tracks_of(sound: Sound) -> list[Track]:
    """One track a channel, read through once: memory grows by 400 bytes a second of sound, not with its samples."""
    size = max(1, int(sound.rate * FRAME_SECONDS))
    levels, peaks, count = [], [], 0
    for block in sound.blocks(size * BLOCK_FRAMES):
        count += len(block)
        for frames in _frames(block, size):
            level, peak = _measured(frames)
            levels.append(level)
            peaks.append(peak)
    empty = numpy.zeros((0, sound.channels), dtype=numpy.float32)
    level, peak = (numpy.concatenate(parts) if parts else empty for parts in (levels, peaks))
    seconds = count / sound.rate
    return [
        Track(level[:, side], peak[:, side], sound.rate, size / sound.rate, seconds) for side in range(sound.channels)
    ]


def _frames(block: Samples, size: int) -> Iterator[Samples]:
    """The block as (frames, samples, channels); what is left of it at the end of the file is a shorter frame."""
    whole = len(block) // size * size
    if whole:
        yield block[:whole].reshape(-1, size, block.shape[1])
    if whole < len(block):
        yield block[whole:][numpy.newaxis]


def _measured(frames: Samples) -> tuple[Levels, Levels]:
    sound = frames.astype(numpy.float32)
    sound -= sound.mean(axis=1, keepdims=True)
    peaks = numpy.maximum(sound.max(axis=1), -sound.min(axis=1)) / 32768
    power = numpy.einsum("fsc,fsc->fc", sound, sound) / (frames.shape[1] * 32768.0**2)
    levels = 10 * numpy.log10(numpy.maximum(power, 1e-12))
    return levels.astype(numpy.float32), numpy.minimum(peaks, 1).astype(numpy.float32)


def side_of(track: Track, duration_seconds: Seconds) -> Side:
    """One side of a recording that is so long: the track of a shorter leg is silent to the end."""
    talk = _talk(track)
    edges = [0.0, *(at for span in talk for at in span), duration_seconds]
    gaps = [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    loud = numpy.count_nonzero(track.levels > AUDIBLE_DB) * track.frame_seconds
    silence = [gap for gap in gaps if gap[1] - gap[0] >= SILENCE_SECONDS]
    return Side(talk, silence or _all_of_it(talk, duration_seconds), bool(loud >= AUDIBLE_SECONDS))


def _all_of_it(talk: Sequence[Span], duration_seconds: Seconds) -> list[Span]:
    return [(0.0, duration_seconds)] if duration_seconds and not talk else []


def _talk(track: Track) -> list[Span]:
    def frames(seconds: Seconds) -> float:
        return seconds / track.frame_seconds - 0.01

    found = _runs(track.levels > _threshold(track.levels, round(frames(NOISE_SECONDS))))
    found = _at_least(found, frames(LEAST_SOUND_SECONDS) + 1)
    found = _at_least(_joined(found, frames(PAUSE_SECONDS)), frames(LEAST_TALK_SECONDS))
    seconds = numpy.minimum(found * track.frame_seconds, track.duration_seconds)
    return [(round(float(start), 3), round(float(end), 3)) for start, end in seconds]


def _threshold(levels: Levels, window: int) -> Levels:
    """The level from which a frame is sound: so far above the greatest of the least levels of the windows around it."""
    if len(levels) < window:
        return numpy.full_like(levels, LEAST_LEVEL_DB)
    least = numpy.pad(_sliding_least(levels, window), window - 1, constant_values=-numpy.inf)
    noise = -_sliding_least(-least, window)
    return numpy.maximum(LEAST_LEVEL_DB, numpy.minimum(noise, LOUDEST_NOISE_DB) + ABOVE_NOISE_DB)


def _sliding_least(values: Levels, window: int) -> Levels:
    """The least of each whole window, by doubling: one pass for each power of two."""
    reach = 1
    while reach < window:
        step = min(reach, window - reach)
        values = numpy.minimum(values[:-step], values[step:])
        reach += step
    return values


def _runs(flags: NDArray[numpy.bool_]) -> Spans:
    edges = numpy.flatnonzero(numpy.diff(numpy.concatenate(([False], flags, [False]))))
    return edges.reshape(-1, 2).astype(numpy.float64)


def _at_least(spans: Spans, length: float) -> Spans:
    return spans[spans[:, 1] - spans[:, 0] >= length]


def _joined(spans: Spans, gap: float) -> Spans:
    if not len(spans):
        return spans
    parted = spans[1:, 0] - spans[:-1, 1] > gap
    starts, ends = numpy.append(True, parted), numpy.append(parted, True)
    return numpy.column_stack((spans[starts, 0], spans[ends, 1]))


def talk_over(one: Side, other: Side) -> list[Span]:
    """The spans in which both talk, of at least TALK_OVER_SECONDS."""
    found, rest = [], list(other.talk)
    for start, end in one.talk:
        rest = [span for span in rest if span[1] > start]
        shared = [(max(start, first), min(end, last)) for first, last in rest if first < end]
        found += [span for span in shared if span[1] - span[0] >= TALK_OVER_SECONDS]
    return found


def waveform(track: Track, duration_seconds: Seconds) -> list[float]:
    """The greatest deflection in each of up to PEAKS equal columns of the duration: 0–1, 1 the loudest possible."""
    frames = max(len(track.peaks), round(duration_seconds / track.frame_seconds))
    if not frames:
        return []
    peaks = numpy.pad(track.peaks, (0, frames - len(track.peaks)))
    edges = numpy.linspace(0, frames, min(PEAKS, frames) + 1).astype(int)
    columns = (peaks[start:end].max() for start, end in pairwise(edges))
    return [round(float(peak), 3) for peak in columns]
