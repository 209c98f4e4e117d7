"""Which day is compared with queue_log, and when."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from callcenter.errors import BadInput
from callcenter.floor.terms import Instant, Seconds

Span = tuple[Instant, Instant]
"""From, and up to but without."""

SETTLED_SECONDS: Seconds = 30 * 60
"""After midnight, until which who joined before it has most likely been served."""

OLDEST_YEAR = 1999
"""That of the first Asterisk."""


def day_span(day: date, zone: ZoneInfo) -> Span:
    """A day of the centre, which has 23 to 25 hours."""
    begin, end = (datetime.combine(each, time(0), zone) for each in (day, day + timedelta(days=1)))
    return begin.timestamp(), end.timestamp()


def ended_day(now: Instant, zone: ZoneInfo) -> Span:
    """The last day of which everybody has most likely been served."""
    today = datetime.fromtimestamp(now - SETTLED_SECONDS, zone).date()
    return day_span(today - timedelta(days=1), zone)


def asked_span(day: date | None, now: Instant, zone: ZoneInfo) -> Span:
    """The span for a day that somebody asks for, yesterday unless named; of today what has passed. Raises BadInput."""
    if day is None:
        return ended_day(now, zone)
    try:
        since, until = day_span(day, zone)
    except OverflowError:
        raise BadInput(f"{day} is no day that could be compared", field="day") from None
    if day.year < OLDEST_YEAR:
        raise BadInput(f"{day} is before there was a queue_log", field="day")
    if since >= now:
        raise BadInput(f"{day} has not begun yet", field="day")
    return since, min(until, now)
