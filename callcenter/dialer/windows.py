"""Spans of a weekday on the clock of somebody's wall. Pure, like rules.py."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct


class Span(Struct, frozen=True):
    """From one minute of the day up to, not including, another (1440 is midnight)."""

    from_minute: int
    until_minute: int

    def has(self, minute: int) -> bool:
        """Whether a minute of the day is in it."""
        return self.from_minute <= minute < self.until_minute


class Window(Struct, frozen=True):
    """A span on these weekdays (1 is Monday)."""

    weekdays: frozenset[int]
    span: Span


def windows_of(shapes: Iterable[Mapping[str, Any]]) -> tuple[Window, ...]:
    """Windows from the form that the API and the database have them in (docs/api.md, Callbacks)."""
    return tuple(Window(frozenset(shape["weekdays"]), span_of(shape)) for shape in shapes)


def span_of(shape: Mapping[str, Any]) -> Span:
    """The span of `{from: "09:00", until: "18:00"}`."""
    return Span(minute_of(shape["from"]), minute_of(shape["until"]))


def minute_of(text: str) -> int:
    """The minute of the day of "09:00"; "24:00" is the end of the day."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def clock_of(minute: int) -> str:
    """The minute of the day as `minute_of` reads it."""
    return f"{minute // 60:02}:{minute % 60:02}"
