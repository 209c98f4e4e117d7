"""When a list may call: windows on the clock of the centre's wall, right on the days when clocks change.

A window is open while the wall clock shows a time in it, whichever of two equal times it is. Pure, like rules.py.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from callcenter.floor.events import Instant

# A window can vanish in a clock change, so that it next opens a week later.
DAYS_AHEAD = 15


class Window(Struct, frozen=True):
    """On these weekdays (1 is Monday) from one minute of the day up to, not including, another (1440 is midnight)."""

    weekdays: frozenset[int]
    from_minute: int
    until_minute: int


def windows_of(shapes: Iterable[Mapping[str, Any]]) -> tuple[Window, ...]:
    """Windows from the form that the API and the database have them in (docs/api.md, Callbacks)."""
    return tuple(
        Window(
            weekdays=frozenset(shape["weekdays"]),
            from_minute=minute_of(shape["from"]),
            until_minute=minute_of(shape["until"]),
        )
        for shape in shapes
    )


def minute_of(text: str) -> int:
    """The minute of the day of "09:00"; "24:00" is the end of the day."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def is_open(windows: Iterable[Window], zone: ZoneInfo, at: Instant) -> bool:
    """Whether any window is open at `at`."""
    local = datetime.fromtimestamp(at, zone)
    minute = local.hour * 60 + local.minute
    return any(
        local.isoweekday() in window.weekdays and window.from_minute <= minute < window.until_minute
        for window in windows
    )


def next_opening(windows: Iterable[Window], zone: ZoneInfo, at: Instant) -> Instant | None:
    """The first instant from `at` on at which a window is open; None if there is none."""
    windows = tuple(windows)
    return at if is_open(windows, zone, at) else next_change(windows, zone, at)


def next_change(windows: Iterable[Window], zone: ZoneInfo, at: Instant) -> Instant | None:
    """The first instant after `at` at which open becomes closed or closed becomes open; None if that never happens."""
    windows = tuple(windows)
    is_open_now = is_open(windows, zone, at)
    today = datetime.fromtimestamp(at, zone).date()
    edges = (edge for ahead in range(-1, DAYS_AHEAD) for edge in _edges(windows, zone, today + timedelta(days=ahead)))
    return min((edge for edge in edges if edge > at and is_open(windows, zone, edge) != is_open_now), default=None)


def _edges(windows: Iterable[Window], zone: ZoneInfo, day: date) -> Iterator[Instant]:
    """Every instant around `day` at which a window may open or close; a time of the clock may come twice."""
    midnight = datetime.combine(day, time(0), zone)
    for window in windows:
        for minute in (window.from_minute, window.until_minute):
            wall = midnight + timedelta(minutes=minute)
            yield from (wall.replace(fold=fold).timestamp() for fold in (0, 1))
    yield from _clock_changes(zone, day)


def _clock_changes(zone: ZoneInfo, day: date) -> Iterator[Instant]:
    """The instant between noon of the day before and noon of `day` at which clocks change, if they do."""
    noon = datetime.combine(day, time(12), UTC)
    before, after = int((noon - timedelta(days=1)).timestamp()), int(noon.timestamp())
    old, new = _offset(zone, before), _offset(zone, after)
    if old == new:
        return
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if _offset(zone, middle) == old else (before, middle)
    yield float(after)


def _offset(zone: ZoneInfo, at: Instant) -> timedelta | None:
    return datetime.fromtimestamp(at, zone).utcoffset()
