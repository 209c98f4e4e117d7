"""An inspection told: as JSON, and in words."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from callcenter.floor.terms import Seconds
from callcenter.recordings.inspection import Inspection, printable
from callcenter.recordings.voices import SILENCE_SECONDS, Side


def inspection_shape(found: Inspection) -> dict[str, Any]:
    """An inspection as docs/guide.md shapes it; seconds are rounded to thousandths."""
    return {
        "duration_seconds": round(found.duration_seconds, 3),
        "repaired": found.is_repaired,
        "audible": found.is_audible,
        "channels": [
            {
                "talk_seconds": round(side.talk_seconds, 3),
                "silence": [[round(start, 3), round(end, 3)] for start, end in side.silence],
            }
            for side in found.sides
        ],
        "talk_over_seconds": round(found.talk_over_seconds, 3),
        "peaks": found.peaks,
    }


def tell(files: Sequence[Path], found: Inspection, console: Console) -> None:
    """Prints an inspection for people."""
    console.print(Text(" + ".join(printable(file) for file in files)), soft_wrap=True)
    console.print(f"length {_clock(found.duration_seconds)}", highlight=False)
    names = ["agent", "customer"] if len(found.sides) == 2 else ["both in one"]
    table = Table("side", "talk", "share", f"silences from {SILENCE_SECONDS:g} s", "longest silence")
    for name, side in zip(names, found.sides, strict=True):
        table.add_row(name, *_cells(side, found.duration_seconds))
    console.print(table)
    if len(found.sides) == 2:
        console.print(f"both at once {_clock(found.talk_over_seconds)} ({len(found.talk_over)} times)", highlight=False)
    for hint in _hints(names, found):
        console.print(Text(hint, "yellow"), soft_wrap=True)


def _cells(side: Side, duration: Seconds) -> tuple[str, ...]:
    if not side.is_audible:
        return "no audio", "", "", ""
    longest = max((end - start for start, end in side.silence), default=0.0)
    share = f"{100 * side.talk_seconds / duration:.0f} %"
    return _clock(side.talk_seconds), share, str(len(side.silence)), _clock(longest)


def _hints(names: Sequence[str], found: Inspection) -> list[str]:
    hints = []
    if found.is_repaired:
        hints.append("The file was cut off while it was written: its header is wrong, and all that is there was read.")
    if not found.duration_seconds:
        hints.append("There is a header and no sound: nobody was connected while it was recorded.")
    elif not found.is_audible:
        hints.append("No audio: nothing but silence was recorded.")
    elif len(names) == 2:
        silent = [name for name, side in zip(names, found.sides, strict=True) if not side.is_audible]
        hints += [f"No audio on the {name}'s side." for name in silent]
    return hints


def _clock(seconds: Seconds) -> str:
    minutes, rest = divmod(round(seconds, 1), 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{rest:04.1f}" if hours else f"{minutes}:{rest:04.1f}"
