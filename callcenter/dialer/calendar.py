"""When a customer may be called: a list's windows, holidays, exceptions, and the law's hours on his clock. Pure.

A time of the clock that comes twice when clocks go back is open both times; one that is left out never comes.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from msgspec import Struct
from phonenumbers import timezone

from callcenter.dialer.holidays import day_of
from callcenter.dialer.windows import Span, Window, span_of, windows_of
from callcenter.floor.terms import Instant, Seconds

DAYS_AHEAD = 62
"""How far the next opening is looked for: past the longest holidays, and a window that a clock change swallowed."""

DAY_SECONDS: Seconds = 86_400
MOST_OPENINGS = 1000
"""How many answers an almanac remembers: many targets are put off to the same morning."""

UNKNOWN_ZONE = "Etc/Unknown"
WHOLE_DAY = Span(0, 1440)

Zones = tuple[ZoneInfo, ...]


class Closed(StrEnum):
    """Why nobody is called at a time, in one word that the panel translates."""

    OUTSIDE_WINDOW = "outside_window"
    HOLIDAY = "holiday"
    CLOSED_DATE = "closed_date"
    OUTSIDE_LEGAL_HOURS = "outside_legal_hours"


class Calendar(Struct, frozen=True):
    """A list's days. `region` is whose holidays count; `exceptions` are dates with spans of their own (none: closed).

    `uses_customer_clock`: windows and dates are those of the customer, not of the centre. A day that makes up for a
    holiday has the windows of the weekday that it replaces if `works_make_up_days`.
    """

    windows: tuple[Window, ...]
    region: str = ""
    skips_holidays: bool = True
    works_make_up_days: bool = True
    uses_customer_clock: bool = False
    exceptions: Mapping[date, tuple[Span, ...]] = {}

    def spans(self, day: date) -> tuple[tuple[Span, ...], Closed]:
        """The spans of a date, and why it is closed outside them."""
        if day in self.exceptions:
            return self.exceptions[day], Closed.CLOSED_DATE
        special = day_of(self.region, day)
        if special.holiday and self.skips_holidays:
            return (), Closed.HOLIDAY
        weekday = day.isoweekday()
        if special.replaces_weekday is not None and self.works_make_up_days:
            weekday = special.replaces_weekday
        return tuple(window.span for window in self.windows if weekday in window.weekdays), Closed.OUTSIDE_WINDOW


def calendar_of(windows: Iterable[Mapping[str, Any]], rest: Mapping[str, Any]) -> Calendar:
    """A calendar from the form that the API and the database have it in (docs/api.md, Callbacks)."""
    fields = {key: value for key, value in rest.items() if key != "exceptions"}
    exceptions = {
        date.fromisoformat(shape["date"]): tuple(span_of(span) for span in shape["windows"])
        for shape in rest.get("exceptions", ())
    }
    return Calendar(windows=windows_of(windows), exceptions=exceptions, **fields)


# --- whose clock ------------------------------------------------------------------------------------------------


@cache
def all_zones() -> frozenset[str]:
    """The names of every time zone; asking the system reads its disk each time, for 11 ms."""
    return frozenset(available_timezones())


def zones_of_number(number: str) -> str:
    """The time zones in which a number (E.164) may be, separated by commas; "" when nobody can say.

    A mobile of a country with several zones may be in any of them.
    """
    try:
        return _joined(tuple(timezone.time_zones_for_number(phonenumbers.parse(number))))
    except phonenumbers.NumberParseException:
        return ""


def zones_of_line(number: phonenumbers.PhoneNumber, kind: int) -> str:
    """As `zones_of_number`, of a number that is parsed and valid, and of which type is known: three times as fast."""
    if phonenumbers.phonenumberutil.is_number_type_geographical(kind, number.country_code or 0):
        return _joined(tuple(timezone.time_zones_for_geographical_number(number)))
    return _joined(tuple(timezone.time_zones_for_number(number)))


@lru_cache(1000)
def _joined(names: tuple[str, ...]) -> str:
    return ",".join(sorted(name for name in names if name != UNKNOWN_ZONE and name in all_zones()))


def zones_of(names: str, centre: ZoneInfo) -> Zones:
    """The zones that `zones_of_number` or a column of the list named; the centre's where none is."""
    return tuple(ZoneInfo(name) for name in names.split(",")) if names else (centre,)


class Clock(Struct, frozen=True):
    """Whose walls are looked at: the centre's, and every one where the customer may be."""

    centre: ZoneInfo
    customer: Zones


# --- the decision -----------------------------------------------------------------------------------------------


def why_closed(calendar: Calendar, legal: Span, clock: Clock, at: Instant) -> Closed | None:
    """Why a customer may not be called at this moment, None if he may. Open means open wherever he may be."""
    for zone in clock.customer if calendar.uses_customer_clock else (clock.centre,):
        local = datetime.fromtimestamp(at, zone)
        spans, reason = calendar.spans(local.date())
        if not any(span.has(_minute(local)) for span in spans):
            return Closed.OUTSIDE_WINDOW if spans else reason
    for zone in clock.customer:
        if not legal.has(_minute(datetime.fromtimestamp(at, zone))):
            return Closed.OUTSIDE_LEGAL_HOURS
    return None


def next_change(calendar: Calendar, legal: Span, clock: Clock, at: Instant) -> Instant | None:
    """The first instant after `at` at which `why_closed` answers otherwise; None if none is in sight."""
    now = why_closed(calendar, legal, clock, at)
    edges = _edges_after(calendar, legal, clock, at)
    return next((edge for edge in edges if why_closed(calendar, legal, clock, edge) is not now), None)


def next_opening(calendar: Calendar, legal: Span, clock: Clock, at: Instant) -> Instant | None:
    """The first instant from `at` on at which the customer may be called; None if none is in sight."""
    if why_closed(calendar, legal, clock, at) is None:
        return at
    edges = _edges_after(calendar, legal, clock, at)
    return next((edge for edge in edges if why_closed(calendar, legal, clock, edge) is None), None)


def day_start(zone: ZoneInfo, at: Instant, days: int = 0) -> Instant:
    """The midnight before `at` on a wall, or that of `days` later."""
    day = datetime.fromtimestamp(at, zone).date() + timedelta(days=days)
    return datetime.combine(day, time(0), zone).timestamp()


def _minute(local: datetime) -> int:
    return local.hour * 60 + local.minute


def _edges_after(calendar: Calendar, legal: Span, clock: Clock, at: Instant) -> Iterator[Instant]:
    """In order, every instant after `at` at which something may open or close, on any of the walls."""
    for ahead in range(DAYS_AHEAD):
        since = at + ahead * DAY_SECONDS
        edges: set[Instant] = set()
        for zone in {clock.centre, *clock.customer}:
            today = datetime.fromtimestamp(since, zone).date()
            for days in (-1, 0, 1, 2):
                edges.update(_edges_of_day(calendar, legal, zone, today + timedelta(days=days)))
        yield from sorted(edge for edge in edges if since < edge <= since + DAY_SECONDS)


def _edges_of_day(calendar: Calendar, legal: Span, zone: ZoneInfo, day: date) -> Iterator[Instant]:
    midnight = datetime.combine(day, time(0), zone)
    spans, _ = calendar.spans(day)
    minutes = {minute for span in (*spans, legal, WHOLE_DAY) for minute in (span.from_minute, span.until_minute)}
    for minute in minutes:
        wall = midnight + timedelta(minutes=minute)
        # A time of the clock may come twice.
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


class Almanac:
    """Remembers a list's answers until they change: it is asked at every step of the dialer."""

    def __init__(self, calendar: Calendar, legal: Span, centre: ZoneInfo) -> None:
        self._calendar, self._legal, self.centre = calendar, legal, centre
        self._known: dict[str, tuple[Instant, Instant, Closed | None]] = {}
        self._openings: dict[tuple[str, Instant], Instant | None] = {}

    def why_closed(self, zones: str, at: Instant) -> Closed | None:
        """As `why_closed`, for customers in these zones (`zones_of`)."""
        return self._look(zones, at)[2]

    def next_change(self, zones: str, at: Instant) -> Instant | None:
        """As `next_change`."""
        until = self._look(zones, at)[1]
        return None if until == float("inf") else until

    def next_opening(self, zones: str, at: Instant) -> Instant | None:
        """As `next_opening`."""
        if len(self._openings) > MOST_OPENINGS:
            self._openings.clear()
        if (zones, at) not in self._openings:
            self._openings[zones, at] = next_opening(*self._question(zones), at)
        return self._openings[zones, at]

    def _question(self, zones: str) -> tuple[Calendar, Span, Clock]:
        return self._calendar, self._legal, Clock(self.centre, zones_of(zones, self.centre))

    def _look(self, zones: str, at: Instant) -> tuple[Instant, Instant, Closed | None]:
        known = self._known.get(zones)
        if known is None or not known[0] <= at < known[1]:
            question = self._question(zones)
            until = next_change(*question, at)
            reason = why_closed(*question, at)
            known = self._known[zones] = (at, float("inf") if until is None else until, reason)
        return known
