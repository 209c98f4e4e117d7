"""What was heard in audio files as it is kept in a row, and as it is told from one (docs/api.md, `sound`)."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy

from callcenter.recordings.inspection import Inspection


class Sounding(Protocol):
    """A row that keeps what was heard: RecordingSound says what each field means."""

    duration_seconds: Any
    sides: Any
    talk_over: Any
    talk_over_seconds: Any
    peaks: Any


def kept(found: Inspection, names: Sequence[str]) -> dict[str, Any]:
    """The fields of such a row; `names` are those of its sides."""
    return {
        "duration_seconds": found.duration_seconds,
        "sides": [
            {
                "side": name,
                "is_audible": side.is_audible,
                "talk_seconds": round(side.talk_seconds, 3),
                "talk": side.talk,
                "silence": side.silence,
            }
            for name, side in zip(names, found.sides, strict=True)
        ],
        "talk_over_seconds": round(found.talk_over_seconds, 3),
        "talk_over": found.talk_over,
        "peaks": (numpy.array(found.peaks) * 255).round().astype(numpy.uint8).tobytes(),
    }


def told(row: Sounding) -> dict[str, Any]:
    """Who talks when, and the waveform."""
    count = max(1, len(row.sides))
    columns = len(row.peaks) // count
    peaks = [row.peaks[side * columns : (side + 1) * columns] for side in range(count)]
    return {
        "duration_seconds": row.duration_seconds,
        "sides": [
            {**side, "peaks": [round(peak / 255, 3) for peak in of_side]}
            for side, of_side in zip(row.sides, peaks, strict=False)
        ],
        "talk_over": row.talk_over,
        "talk_over_seconds": row.talk_over_seconds,
    }
