"""When a rule is in force: windows on the centre's clock. Pure.

A window that ends before it begins goes over midnight and belongs to the weekday on which it begins. Whoever asks once
a minute is right on the days when clocks change, too: windows begin and end with whole minutes of the wall's clock.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from callcenter.floor.terms import Instant


class Window(Struct, frozen=True):
    """On these weekdays (1 is Monday) from one minute of the day up to, not including, another (1440 is midnight).

    `threshold` is what counts in it, None for the rule's own.
    """

    weekdays: frozenset[int]
    from_minute: int
    until_minute: int
    threshold: float | None = None

    def is_open(self, weekday: int, minute: int) -> bool:
        """Whether it is open at this minute of the wall's clock."""
        yesterday = weekday - 1 or 7
        if self.from_minute < self.until_minute:
            return weekday in self.weekdays and self.from_minute <= minute < self.until_minute
        begun = weekday in self.weekdays and minute >= self.from_minute
        return begun or (yesterday in self.weekdays and minute < self.until_minute)


def windows_of(shapes: Iterable[Mapping[str, Any]]) -> tuple[Window, ...]:
    """Windows from the form that the API and the database have them in (docs/api.md, Alerts)."""
    return tuple(
        Window(
            frozenset(shape["weekdays"]), minute_of(shape["from"]), minute_of(shape["until"]), shape.get("threshold")
        )
        for shape in shapes
    )


def minute_of(text: str) -> int:
    """The minute of the day of "09:00"; "24:00" is the end of the day."""
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def threshold_at(windows: tuple[Window, ...], threshold: float, zone: ZoneInfo, at: Instant) -> float | None:
    """What counts at `at`: None outside all windows; without windows a rule is always in force."""
    if not windows:
        return threshold
    local = datetime.fromtimestamp(at, zone)
    weekday, minute = local.isoweekday(), local.hour * 60 + local.minute
    for window in windows:
        if window.is_open(weekday, minute):
            return threshold if window.threshold is None else window.threshold
    return None
