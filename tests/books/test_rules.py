"""Days of the centre, whatever the clock does to them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from callcenter.books.rules import asked_span, day_span, ended_day
from callcenter.errors import BadInput

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-25", 24)])
def test_a_day_has_the_hours_that_it_has(day: str, hours: int) -> None:
    since, until = day_span(date.fromisoformat(day), BERLIN)
    assert (until - since) / 3600 == hours


def test_a_day_is_compared_when_its_last_callers_have_been_served() -> None:
    assert ended_day(at("2026-11-25T00:10"), BERLIN) == (at("2026-11-23T00:00"), at("2026-11-24T00:00"))
    assert ended_day(at("2026-11-25T00:31"), BERLIN) == (at("2026-11-24T00:00"), at("2026-11-25T00:00"))


def test_of_today_what_has_passed() -> None:
    now = at("2026-11-25T15:00")
    assert asked_span(date(2026, 11, 25), now, BERLIN) == (at("2026-11-25T00:00"), now)
    assert asked_span(None, now, BERLIN) == (at("2026-11-24T00:00"), at("2026-11-25T00:00"))


@pytest.mark.parametrize("day", [date(2026, 11, 26), date.max, date.min])
def test_no_such_day(day: date) -> None:
    with pytest.raises(BadInput) as refused:
        asked_span(day, at("2026-11-25T15:00"), BERLIN)
    assert refused.value.field == "day"
