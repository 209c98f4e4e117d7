"""Talk, silence and talk-over of sounds whose spans are known, within a tenth of a second."""

from pathlib import Path

import numpy
import pytest

from callcenter.recordings.inspection import Inspection, inspect_files
from callcenter.recordings.voices import PEAKS
from tests.recordings.sounds import RATE, Samples, hiss, music, pcm, spoken, write_wav

AGENT = [(0.5, 6.0), (14.0, 20.0)]
CUSTOMER = [(5.0, 12.5)]
CUSTOMER_SILENCE = [(0.0, 5.0), (12.5, 22.0)]
SECONDS = 22.0


def _inspected(folder: Path, *channels: Samples, rate: int = RATE) -> Inspection:
    file = write_wav(folder / "call.wav", pcm(*channels), channels=len(channels), rate=rate)
    return inspect_files([file])


def _near(found: list[tuple[float, float]], expected: list[tuple[float, float]]) -> bool:
    return len(found) == len(expected) and numpy.allclose(found, expected, atol=0.1)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 44100, 48000])
@pytest.mark.parametrize("noise", [None, -60.0, -50.0])
def test_who_talks_when(tmp_path: Path, rate: int, noise: float | None) -> None:
    under = hiss(SECONDS, noise, rate) if noise else numpy.zeros(round(SECONDS * rate))
    agent, customer = (spoken(spans, SECONDS, rate=rate) + under for spans in (AGENT, CUSTOMER))
    found = _inspected(tmp_path, agent, customer, rate=rate)
    assert found.duration_seconds == pytest.approx(SECONDS, abs=0.001)
    assert _near(found.sides[0].talk, AGENT)
    assert _near(found.sides[1].silence, CUSTOMER_SILENCE)
    assert found.sides[0].talk_seconds == pytest.approx(11.5, abs=0.2)
    assert _near(found.talk_over, [(5.0, 6.0)])


@pytest.mark.parametrize("level", [0.9, 0.1, 0.01, 0.005])
def test_speech_is_heard_however_loud(tmp_path: Path, level: float) -> None:
    found = _inspected(tmp_path, spoken(AGENT, SECONDS, level=level) + hiss(SECONDS), hiss(SECONDS))
    assert _near(found.sides[0].talk, AGENT)
    assert [side.is_audible for side in found.sides] == [True, False]
    assert found.sides[1].silence == [(0.0, SECONDS)]


def test_a_shift_of_the_line_is_no_sound(tmp_path: Path) -> None:
    found = _inspected(tmp_path, spoken(AGENT, SECONDS) + 0.2, numpy.full(round(SECONDS * RATE), 0.2))
    assert _near(found.sides[0].talk, AGENT)
    assert not found.sides[1].is_audible
    assert max(found.peaks[1]) == 0


def test_clicks_are_no_talk(tmp_path: Path) -> None:
    clicks = hiss(SECONDS)
    for at in numpy.arange(0.5, SECONDS - 1, 0.7):
        clicks[round(at * RATE) : round((at + 0.02) * RATE)] += 0.5
        clicks[round((at + 0.02) * RATE) : round((at + 0.03) * RATE)] -= 0.5
    found = _inspected(tmp_path, clicks)
    assert (found.sides[0].talk, found.sides[0].silence) == ([], [(0.0, SECONDS)])


def test_steady_noise_is_no_talk_and_speech_over_it_is(tmp_path: Path) -> None:
    found = _inspected(tmp_path, spoken(AGENT, SECONDS) + hiss(SECONDS, -42))
    assert _near(found.sides[0].talk, AGENT)


def test_noise_that_begins_in_the_middle_is_followed(tmp_path: Path) -> None:
    noise = hiss(SECONDS, -45)
    noise[: 8 * RATE] = 0
    found = _inspected(tmp_path, spoken(AGENT, SECONDS) + noise)
    assert _near(found.sides[0].talk, AGENT)


def test_music_on_hold_is_sound_of_its_side_and_hides_nothing_of_the_other(tmp_path: Path) -> None:
    held = numpy.concatenate((numpy.zeros(8 * RATE), music(6.0), numpy.zeros(8 * RATE)))
    found = _inspected(tmp_path, spoken(AGENT, SECONDS), held)
    assert _near(found.sides[1].silence, [(0.0, 8.0), (14.0, 22.0)])
    assert _near(found.sides[0].talk, AGENT)


def test_a_tone_is_sound_however_long_it_goes_on(tmp_path: Path) -> None:
    tone = 0.1 * numpy.sin(2 * numpy.pi * 440 * numpy.arange(12 * RATE) / RATE)
    found = _inspected(tmp_path, numpy.concatenate((tone, numpy.zeros(4 * RATE))))
    assert _near(found.sides[0].talk, [(0.0, 12.0)])


def test_a_change_of_turns_is_no_talk_over(tmp_path: Path) -> None:
    found = _inspected(tmp_path, spoken([(1.0, 3.1)], 6.0), spoken([(3.0, 5.0)], 6.0))
    assert found.talk_over == []


def test_pauses_shorter_than_a_second_are_not_told(tmp_path: Path) -> None:
    found = _inspected(tmp_path, spoken([(0.0, 2.0), (2.8, 4.0), (5.3, 7.0)], 7.0))
    assert _near(found.sides[0].silence, [(4.0, 5.3)])


def test_the_waveform_is_as_long_as_the_recording_for_each_side(tmp_path: Path) -> None:
    found = _inspected(tmp_path, spoken(AGENT, SECONDS), spoken(CUSTOMER, SECONDS))
    agent = numpy.array(found.peaks[0])
    assert [len(peaks) for peaks in found.peaks] == [1100, 1100]
    assert agent.max() <= 1
    columns = numpy.arange(1100) * 0.02
    assert agent[(columns > 6.1) & (columns < 13.9)].max() == 0
    assert agent[(columns > 1) & (columns < 5)].max() > 0.15


def test_a_long_waveform_has_no_more_columns_than_a_screen_shows(tmp_path: Path) -> None:
    found = _inspected(tmp_path, numpy.concatenate((numpy.zeros(90 * RATE), 0.5 * numpy.ones(1), numpy.zeros(RATE))))
    assert len(found.peaks[0]) == PEAKS
    assert numpy.argmax(found.peaks[0]) / PEAKS * 91 == pytest.approx(90, abs=0.1)
