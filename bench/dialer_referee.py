"""Checks every call of a simulated week by rules written down once more, with nothing of the dialer's own code."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bench.dialer_world import MAX_A_DAY, MAX_ATTEMPTS, Dial, Week

KINDS = ("outside_window", "above_cap", "listed_number", "twice_at_once")

HOLIDAYS = {date(2026, 10, day) for day in (4, 5, 6, 7)}
MAKE_UP_DAY = date(2026, 10, 10)
OFFICE_HOURS = [((9, 0), (20, 0))]
ABROAD_HOURS = [((9, 0), (13, 0)), ((14, 0), (20, 30))]
"""On the customer's clock, the law's hours (09:00–20:30) taken into account."""

NUMBER_CAPS = ((4, 1), (12, 7))


def violations(week: Week) -> dict[str, int]:
    """How many calls broke which rule."""
    found = Counter(dict.fromkeys(KINDS, 0))
    found["outside_window"] = sum(not _is_in_window(dial) for dial in week.dials)
    found["listed_number"] = sum(_is_listed(week, dial) for dial in week.dials)
    found["above_cap"] = _above_caps(week.dials)
    found["twice_at_once"] = _overlaps(week.dials)
    return dict(found)


def _local(dial: Dial) -> datetime:
    return datetime.fromtimestamp(dial.at, ZoneInfo(dial.zone))


def _is_in_window(dial: Dial) -> bool:
    local = _local(dial)
    hours = OFFICE_HOURS if dial.list_name == "home" else ABROAD_HOURS
    if dial.list_name == "home":
        is_workday = local.date() == MAKE_UP_DAY or (local.weekday() < 5 and local.date() not in HOLIDAYS)
        if not is_workday:
            return False
    clock = (local.hour, local.minute)
    return any(opens <= clock < closes for opens, closes in hours)


def _is_listed(week: Week, dial: Dial) -> bool:
    since, until = week.bans.get(dial.number, (None, None))
    is_listed = since is not None and since <= dial.at and (until is None or dial.at < until)
    return is_listed or dial.number.startswith(week.banned_prefix)


def _above_caps(dials: Sequence[Dial]) -> int:
    by_target: dict[int, list[Dial]] = defaultdict(list)
    by_number: dict[str, list[date]] = defaultdict(list)
    for dial in dials:
        by_target[dial.target].append(dial)
        by_number[dial.number].append(_local(dial).date())
    above = sum(max(0, len(calls) - MAX_ATTEMPTS) for calls in by_target.values())
    for calls in by_target.values():
        above += _above([_local(dial).date() for dial in calls], MAX_A_DAY, 1)
    for dates in by_number.values():
        above += sum(_above(dates, attempts, days) for attempts, days in NUMBER_CAPS)
    return above


def _above(dates: Iterable[date], attempts: int, days: int) -> int:
    recent: deque[date] = deque()
    above = 0
    for day in sorted(dates):
        recent.append(day)
        while (day - recent[0]).days >= days:
            recent.popleft()
        above += len(recent) > attempts
    return above


def _overlaps(dials: Sequence[Dial]) -> int:
    until: dict[str, float] = {}
    twice = 0
    for dial in sorted(dials, key=lambda dial: dial.at):
        twice += dial.at < until.get(dial.number, 0.0)
        until[dial.number] = max(dial.until, until.get(dial.number, 0.0))
    return twice


def worst_window(dials: Iterable[Dial], seconds: float) -> float:
    """The highest share of abandoned calls in any window of that length that ends with an answer."""
    worst = 0.0
    recent: deque[tuple[float, bool]] = deque()
    abandoned = 0
    answers = sorted((dial.answered_at, dial.is_abandoned) for dial in dials if dial.answered_at is not None)
    for at, is_abandoned in answers:
        recent.append((at, is_abandoned))
        abandoned += is_abandoned
        while recent[0][0] <= at - seconds:
            abandoned -= recent.popleft()[1]
        worst = max(worst, abandoned / len(recent))
    return worst
