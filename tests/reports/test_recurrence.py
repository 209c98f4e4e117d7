"""What "last week" means, and when a report is due, also where clocks change."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.reports.recurrence import Plan, Span, dates_of, last_due, next_due

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("span", "today", "first", "last"),
    [
        ("today", "2026-11-25", "2026-11-25", "2026-11-25"),
        ("yesterday", "2026-03-01", "2026-02-28", "2026-02-28"),
        ("this_week", "2026-11-25", "2026-11-23", "2026-11-25"),
        ("last_week", "2026-11-23", "2026-11-16", "2026-11-22"),
        ("last_week", "2026-11-29", "2026-11-16", "2026-11-22"),
        ("this_month", "2026-11-25", "2026-11-01", "2026-11-25"),
        ("last_month", "2026-01-31", "2025-12-01", "2025-12-31"),
        ("last_month", "2028-03-31", "2028-02-01", "2028-02-29"),
        ("last_7_days", "2026-11-25", "2026-11-18", "2026-11-24"),
        ("last_30_days", "2026-11-25", "2026-10-26", "2026-11-24"),
    ],
)
def test_relative_spans(span: Span, today: str, first: str, last: str) -> None:
    dates = dates_of(span, date.fromisoformat(today))
    assert (dates.first.isoformat(), dates.last.isoformat()) == (first, last)


def at(text: str, zone: ZoneInfo = BERLIN) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


@pytest.mark.parametrize(
    ("plan", "now", "due"),
    [
        (Plan("day", time(7)), "2026-11-25T06:59", "2026-11-25T07:00"),
        (Plan("day", time(7)), "2026-11-25T07:00", "2026-11-26T07:00"),
        (Plan("week", time(7), weekday=1), "2026-11-25T12:00", "2026-11-30T07:00"),
        (Plan("month", time(7), day=31), "2026-02-01T00:00", "2026-02-28T07:00"),
        (Plan("month", time(7), day=31), "2026-02-28T07:00", "2026-03-31T07:00"),
        (Plan("month", time(23, 59), day=1), "2026-12-31T23:59", "2027-01-01T23:59"),
        (Plan("day", time(2, 30)), "2026-03-28T12:00", "2026-03-29T03:30"),
        (Plan("day", time(2, 30)), "2026-10-24T12:00", "2026-10-25T02:30"),
    ],
)
def test_when_it_is_due_next(plan: Plan, now: str, due: str) -> None:
    assert next_due(plan, BERLIN, at(now)) == at(due)


def test_an_hour_that_comes_twice_is_due_once() -> None:
    plan = Plan("day", time(2, 30))
    first = next_due(plan, BERLIN, at("2026-10-25T00:00"))
    assert datetime.fromtimestamp(first, UTC).hour == 0
    assert next_due(plan, BERLIN, first) == at("2026-10-26T02:30")


plans = st.builds(
    Plan,
    every=st.sampled_from(["day", "week", "month"]),
    at=st.times().map(lambda moment: moment.replace(second=0, microsecond=0)),
    weekday=st.integers(1, 7),
    day=st.integers(1, 31),
)
instants = st.floats(1_700_000_000, 1_900_000_000)


@given(plan=plans, now=instants, zone=st.sampled_from([BERLIN, SHANGHAI, ZoneInfo("America/New_York")]))
def test_last_and_next_enclose_every_instant(plan: Plan, now: float, zone: ZoneInfo) -> None:
    before, after = last_due(plan, zone, now), next_due(plan, zone, now)
    assert before <= now < after
    assert next_due(plan, zone, before) == after
    assert last_due(plan, zone, after) == after
