"""Spans told relative to a day ("last week"), and when a report falls due again. Pure, by the centre's calendar."""

import calendar
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

from callcenter.floor.terms import Instant

Span = Literal[
    "today", "yesterday", "this_week", "last_week", "this_month", "last_month", "last_7_days", "last_30_days"
]
Every = Literal["day", "week", "month"]

ONE = timedelta(days=1)
DAYS_AROUND = 35
"""Any plan falls due within this many days: a month, and a day for the clock's changes."""


class Dates(NamedTuple):
    """The first and the last day, both included."""

    first: date
    last: date


def dates_of(span: Span, today: date) -> Dates:
    """What a span means on a day. Weeks begin on Monday; the last 7 days end yesterday, since today is not over."""
    monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
    return {
        "today": Dates(today, today),
        "yesterday": Dates(today - ONE, today - ONE),
        "this_week": Dates(monday, today),
        "last_week": Dates(monday - timedelta(days=7), monday - ONE),
        "this_month": Dates(first, today),
        "last_month": Dates((first - ONE).replace(day=1), first - ONE),
        "last_7_days": Dates(today - timedelta(days=7), today - ONE),
        "last_30_days": Dates(today - timedelta(days=30), today - ONE),
    }[span]


class Plan(Struct, frozen=True):
    """When a report is due: each day, each week on `weekday` (1 is Monday), each month on `day` or its last one."""

    every: Every
    at: time
    weekday: int = 1
    day: int = 1

    def is_on(self, day: date) -> bool:
        """Whether it is due on that day."""
        if self.every == "week":
            return day.isoweekday() == self.weekday
        longest = calendar.monthrange(day.year, day.month)[1]
        return self.every == "day" or day.day == min(self.day, longest)


def next_due(plan: Plan, zone: ZoneInfo, after: Instant) -> Instant:
    """The first instant after that one at which it is due."""
    return next(at for at in _dues(plan, zone, after, ONE) if at > after)


def last_due(plan: Plan, zone: ZoneInfo, at: Instant) -> Instant:
    """The last instant up to that one at which it was due."""
    return next(due for due in _dues(plan, zone, at, -ONE) if due <= at)


def _dues(plan: Plan, zone: ZoneInfo, around: Instant, step: timedelta) -> Iterator[Instant]:
    """Due instants from a day before, or after, in one direction.

    A time that the clock shows twice is the first of the two; one that it skips is as much later as it skips.
    """
    day = datetime.fromtimestamp(around, zone).date() - step
    for _ in range(DAYS_AROUND):
        if plan.is_on(day):
            yield datetime.combine(day, plan.at, zone).timestamp()
        day += step
