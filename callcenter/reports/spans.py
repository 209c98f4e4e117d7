"""Spans of time in the centre's zone: what was asked for, its intervals, and the span before. Pure."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from callcenter.errors import BadInput
from callcenter.floor.terms import Instant

QUARTER = 900
"""The grain of roll-ups, in seconds. Every zone of today is whole quarters of an hour away from UTC."""

MOST_PIECES = 10_000
MOST_INTERVALS = 3_000

IntervalKind = Literal["none", "15m", "30m", "hour", "day", "week", "month", "hour_of_day", "weekday"]
INTERVALS: tuple[IntervalKind, ...] = get_args(IntervalKind)
FOLDED: tuple[IntervalKind, ...] = ("hour_of_day", "weekday")
"""Intervals that gather many pieces of the span under one index."""

DATE = len("2026-01-31")

LAST_INSTANT: Instant = 4_102_444_800
"""The end of the year 2099, UTC: clocks and calendars are asked for nothing later."""


class Span(NamedTuple):
    """From `since` up to, but without, `until`."""

    since: Instant
    until: Instant


class Piece(NamedTuple):
    """A part of a span that is counted under `group`."""

    group: int
    since: Instant
    until: Instant


def midnight(day: date, zone: ZoneInfo) -> Instant:
    """When a day begins in the centre's zone."""
    return datetime.combine(day, time(0), zone).timestamp()


def local(at: Instant, zone: ZoneInfo) -> datetime:
    """What the centre's clock shows."""
    return datetime.fromtimestamp(at, zone)


def day_of(at: Instant, zone: ZoneInfo) -> Span:
    """The centre's day that `at` lies in; days have 23 to 25 hours."""
    day = local(at, zone).date()
    return Span(midnight(day, zone), midnight(day + timedelta(days=1), zone))


def read_instant(text: str, field: str, zone: ZoneInfo, *, is_end: bool = False) -> Instant:
    """An instant (a number), a time of the centre's clock, or a date: its beginning, as an end its whole day.

    Raises BadInput naming the field.
    """
    try:
        at = float(text) if _is_number(text) else _moment(text, zone, is_end=is_end)
    except (ValueError, OverflowError):
        raise BadInput(f"{field}: {text!r} is no date such as 2026-01-31 or 2026-01-31T08:00", field=field) from None
    if at > LAST_INSTANT:
        raise BadInput(f"{field}: {text!r} is later than the year 2099", field=field)
    return at


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


def _moment(text: str, zone: ZoneInfo, *, is_end: bool) -> Instant:
    if len(text) <= DATE:
        return midnight(date.fromisoformat(text) + timedelta(days=int(is_end)), zone)
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()


def read_span(since: str, until: str, zone: ZoneInfo) -> Span:
    """The span between two instants as `read_instant` takes them. Raises BadInput naming `from` or `to`."""
    span = Span(read_instant(since, "from", zone), read_instant(until, "to", zone, is_end=True))
    if not 0 <= span.since < span.until:
        raise BadInput("to must be later than from", field="to")
    return span


def quarter_of(at: Instant) -> Instant:
    """The beginning of the quarter of an hour that `at` lies in."""
    return at // QUARTER * QUARTER


# --- intervals --------------------------------------------------------------------------------------------------


def pieces_of(span: Span, kind: IntervalKind, zone: ZoneInfo) -> list[Piece]:
    """The intervals of a span, cut to it, numbered from 0; a folded kind numbers them by hour (0-23) or weekday (1-7).

    Raises BadInput where there are too many.
    """
    if kind == "none":
        return [Piece(0, *span)]
    group = _FOLDS.get(kind)
    most = MOST_PIECES if group else MOST_INTERVALS
    pieces = []
    for number, (since, until) in enumerate(_cut(span, _NEXT[kind], zone)):
        if number == most:
            raise BadInput(
                f"interval: more than {most} of {kind} in this span; ask for a shorter one", field="interval"
            )
        pieces.append(Piece(group(local(since, zone)) if group else number, since, until))
    return pieces


def hours_of(span: Span, zone: ZoneInfo, weekday: int | None = None, hour: int | None = None) -> list[Piece]:
    """The hours of a span, numbered weekday × 24 + hour; only those of one weekday (1-7) or hour (0-23) if given."""
    pieces = []
    for since, until in _cut(span, _NEXT["hour"], zone):
        clock = local(since, zone)
        if weekday in (None, clock.isoweekday()) and hour in (None, clock.hour):
            pieces.append(Piece(clock.isoweekday() * 24 + clock.hour, since, until))
            if len(pieces) > MOST_PIECES:
                raise BadInput("to: too long a span for single hours; ask for a shorter one", field="to")
    return pieces


def merged(pieces: list[Piece]) -> list[Piece]:
    """The same time in as few pieces as there can be, all of one group; pieces are in the order of time."""
    found: list[Piece] = []
    for piece in pieces:
        if found and found[-1].until == piece.since:
            found[-1] = Piece(0, found[-1].since, piece.until)
        else:
            found.append(Piece(0, piece.since, piece.until))
    return found


Next = Callable[[Instant, ZoneInfo], Instant]


def _cut(span: Span, following: Next, zone: ZoneInfo) -> Iterator[Span]:
    since = span.since
    while since < span.until:
        until = min(following(since, zone), span.until)
        yield Span(since, until)
        since = until


def _every(seconds: int) -> Next:
    def following(at: Instant, zone: ZoneInfo) -> Instant:
        offset = local(at, zone).utcoffset() or timedelta()
        return at - (at + offset.total_seconds()) % seconds + seconds

    return following


def _next_day(at: Instant, zone: ZoneInfo) -> Instant:
    return day_of(at, zone).until


def _next_week(at: Instant, zone: ZoneInfo) -> Instant:
    day = local(at, zone).date()
    return midnight(day + timedelta(days=8 - day.isoweekday()), zone)


def _next_month(at: Instant, zone: ZoneInfo) -> Instant:
    return midnight(_month_later(local(at, zone).date(), 1), zone)


def _month_later(day: date, months: int) -> date:
    """The first of the month so many months later."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


_NEXT: dict[IntervalKind, Next] = {
    "15m": _every(QUARTER),
    "30m": _every(2 * QUARTER),
    "hour": _every(4 * QUARTER),
    "day": _next_day,
    "week": _next_week,
    "month": _next_month,
    "hour_of_day": _every(4 * QUARTER),
    "weekday": _next_day,
}

_FOLDS: dict[IntervalKind, Callable[[datetime], int]] = {
    "hour_of_day": lambda clock: clock.hour,
    "weekday": lambda clock: clock.isoweekday(),
}


def previous(span: Span, zone: ZoneInfo) -> Span:
    """The span before: as many whole months if this is whole months, as many days if whole days, else as long."""
    first, last = (local(at, zone) for at in span)
    if (first.time(), last.time()) != (time(0), time(0)):
        return Span(span.since - (span.until - span.since), span.since)
    if (first.day, last.day) == (1, 1):
        months = (last.year - first.year) * 12 + last.month - first.month
        return Span(midnight(_month_later(first.date(), -months), zone), span.since)
    return Span(midnight(first.date() - (last.date() - first.date()), zone), span.since)
