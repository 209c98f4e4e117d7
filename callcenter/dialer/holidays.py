"""Which days are holidays and which weekend days are worked to make up for them: from maintained packages. Pure.

China's State Council publishes its calendar a year at a time: `chinesecalendar` has it, with the weekends inside a
holiday. All other countries, China's years that are not out yet, and which weekday a make-up day replaces, are from
`holidays`.
"""

import re
from datetime import date
from functools import lru_cache

import chinese_calendar
import holidays
from msgspec import Struct

CHINA = "CN"
FRIDAY = 5
_SUBSTITUTED = re.compile(r"substituted from (\d\d)/(\d\d)/(\d{4})")


class Day(Struct, frozen=True):
    """What is special about a date: the holiday's name ("" if it is none), or (1 is Monday) the weekday that it makes
    up for."""

    holiday: str = ""
    replaces_weekday: int | None = None


PLAIN = Day()


@lru_cache(maxsize=4096)
def day_of(region: str, day: date) -> Day:
    """A date in a region: a country's code, or one with its subdivision (`DE-BY`); "" knows no holidays."""
    if not region:
        return PLAIN
    year = _year(region, day.year)
    if region == CHINA:
        try:
            is_off, name = chinese_calendar.get_holiday_detail(day)
        except NotImplementedError:
            return year.get(day, PLAIN)
        if name is None:
            return PLAIN
        return Day(holiday=name) if is_off else year.get(day, Day(replaces_weekday=FRIDAY))
    return year.get(day, PLAIN)


def is_known(region: str) -> bool:
    """Whether a region's holidays are known."""
    country, _, part = region.partition("-")
    return part in ("", *holidays.list_supported_countries().get(country, [])) and (
        country in holidays.list_supported_countries()
    )


@lru_cache(maxsize=64)
def _year(region: str, year: int) -> dict[date, Day]:
    country, _, part = region.partition("-")
    # A make-up day may lie in another year than the day off.
    known = holidays.country_holidays(
        country, subdiv=part or None, years=(year - 1, year, year + 1), language=_language(country)
    )
    days = {day: Day(holiday=name) for day, name in known.items()}
    days |= {day: Day(replaces_weekday=FRIDAY) for day in known.weekend_workdays if day not in days}
    for off, name in known.items():
        if found := _SUBSTITUTED.search(name):
            month, number, of_year = map(int, found.groups())
            days[date(of_year, month, number)] = Day(replaces_weekday=off.isoweekday())
    return days


def _language(country: str) -> str | None:
    """English where the country's calendar has it: the substitutions are read from the names."""
    languages: tuple[str, ...] = getattr(holidays, country).supported_languages
    return "en_US" if "en_US" in languages else None
