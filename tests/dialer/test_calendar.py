"""When a customer may be called: windows, holidays, exceptions, the law's hours, and the days when clocks change."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.dialer.calendar import (
    WHOLE_DAY,
    Almanac,
    Calendar,
    Clock,
    Closed,
    calendar_of,
    day_start,
    next_change,
    next_opening,
    why_closed,
    zones_of,
    zones_of_number,
)
from callcenter.dialer.holidays import Day, day_of, is_known
from callcenter.dialer.windows import Span, Window

MINUTES_A_DAY = 24 * 60

BERLIN, SHANGHAI, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
LOS_ANGELES, UTC = ZoneInfo("America/Los_Angeles"), ZoneInfo("UTC")
EVERY_DAY = frozenset(range(1, 8))
OFFICE = Window(frozenset({1, 2, 3, 4, 5}), Span(9 * 60, 18 * 60))
NIGHT = Window(frozenset({7}), Span(2 * 60 + 30, 4 * 60))
BY_DAY = Span(8 * 60, 21 * 60)


def at(zone: ZoneInfo, text: str, fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp()


def reason(calendar: Calendar, zone: ZoneInfo, moment: str) -> Closed | None:
    return why_closed(calendar, WHOLE_DAY, Clock(zone, (zone,)), at(zone, moment))


def opens(calendar: Calendar, zone: ZoneInfo, moment: float) -> float | None:
    return next_opening(calendar, WHOLE_DAY, Clock(zone, (zone,)), moment)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23T08:59:59", Closed.OUTSIDE_WINDOW),
        ("2026-11-23T09:00:00", None),
        ("2026-11-23T17:59:59", None),
        ("2026-11-23T18:00:00", Closed.OUTSIDE_WINDOW),
        ("2026-11-22T12:00:00", Closed.OUTSIDE_WINDOW),  # a Sunday
    ],
)
def test_the_edges_of_a_window(moment: str, expected: Closed | None) -> None:
    assert reason(Calendar((OFFICE,)), SHANGHAI, moment) is expected


def test_noon_and_evening_windows_on_one_day() -> None:
    noon, evening = Window(EVERY_DAY, Span(720, 840)), Window(EVERY_DAY, Span(1080, 1230))
    calendar = Calendar((noon, evening))
    assert reason(calendar, SHANGHAI, "2026-11-23T12:00") is None
    assert reason(calendar, SHANGHAI, "2026-11-23T15:00") is Closed.OUTSIDE_WINDOW
    assert opens(calendar, SHANGHAI, at(SHANGHAI, "2026-11-23T15:00")) == at(SHANGHAI, "2026-11-23T18:00")


def test_the_window_follows_the_centre_or_the_customer() -> None:
    nine_in_shanghai = at(SHANGHAI, "2026-11-23T09:00:00")
    clock = Clock(SHANGHAI, (BERLIN,))
    assert why_closed(Calendar((OFFICE,)), WHOLE_DAY, clock, nine_in_shanghai) is None
    of_customer = Calendar((OFFICE,), uses_customer_clock=True)
    assert why_closed(of_customer, WHOLE_DAY, clock, nine_in_shanghai) is Closed.OUTSIDE_WINDOW
    assert next_opening(of_customer, WHOLE_DAY, clock, nine_in_shanghai) == at(BERLIN, "2026-11-23T09:00")


def test_the_law_is_kept_on_the_customers_clock_whatever_the_list_says() -> None:
    always = Calendar((Window(EVERY_DAY, WHOLE_DAY),))
    clock = Clock(SHANGHAI, (NEW_YORK,))
    assert why_closed(always, BY_DAY, clock, at(NEW_YORK, "2026-11-23T07:59")) is Closed.OUTSIDE_LEGAL_HOURS
    assert why_closed(always, BY_DAY, clock, at(NEW_YORK, "2026-11-23T08:00")) is None
    assert why_closed(always, BY_DAY, clock, at(NEW_YORK, "2026-11-23T21:00")) is Closed.OUTSIDE_LEGAL_HOURS


def test_a_customer_who_may_be_in_several_zones_is_called_when_it_is_right_in_all() -> None:
    always = Calendar((Window(EVERY_DAY, WHOLE_DAY),))
    clock = Clock(UTC, (NEW_YORK, LOS_ANGELES))
    assert next_opening(always, BY_DAY, clock, at(NEW_YORK, "2026-11-23T08:00")) == at(LOS_ANGELES, "2026-11-23T08:00")
    closes = next_change(always, BY_DAY, clock, at(LOS_ANGELES, "2026-11-23T09:00"))
    assert closes == at(NEW_YORK, "2026-11-23T21:00")


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-23T07:00:00", "2026-11-23T09:00:00"),
        ("2026-11-23T12:00:00", "2026-11-23T12:00:00"),
        ("2026-11-20T18:00:00", "2026-11-23T09:00:00"),  # Friday evening → Monday
    ],
)
def test_the_next_opening(moment: str, opening: str) -> None:
    assert opens(Calendar((OFFICE,)), BERLIN, at(BERLIN, moment)) == at(BERLIN, opening)


def test_a_list_without_windows_never_opens() -> None:
    assert opens(Calendar(()), BERLIN, 0.0) is None
    assert why_closed(Calendar(()), WHOLE_DAY, Clock(UTC, (UTC,)), 0.0) is Closed.OUTSIDE_WINDOW


# --- holidays ---------------------------------------------------------------------------------------------------


def test_a_holiday_is_skipped_and_its_weekend_too() -> None:
    calendar = Calendar((Window(EVERY_DAY, Span(540, 1080)),), region="CN")
    for day in ("2026-05-01", "2026-05-03", "2026-05-05"):
        assert reason(calendar, SHANGHAI, f"{day}T12:00") is Closed.HOLIDAY
    assert opens(calendar, SHANGHAI, at(SHANGHAI, "2026-04-30T18:00")) == at(SHANGHAI, "2026-05-06T09:00")
    careless = Calendar(calendar.windows, region="CN", skips_holidays=False)
    assert reason(careless, SHANGHAI, "2026-05-01T12:00") is None


def test_a_make_up_day_has_the_windows_of_the_weekday_that_it_replaces() -> None:
    wednesdays = Window(frozenset({3}), Span(600, 700))
    calendar = Calendar((wednesdays,), region="CN")
    assert day_of("CN", date(2026, 10, 10)) == Day(replaces_weekday=3)  # a Saturday for Wednesday, 7 October
    assert reason(calendar, SHANGHAI, "2026-10-10T10:30") is None
    strict = Calendar((wednesdays,), region="CN", works_make_up_days=False)
    assert reason(strict, SHANGHAI, "2026-10-10T10:30") is Closed.OUTSIDE_WINDOW


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_china_has_the_days_of_its_state_council(year: int) -> None:
    day = date(year, 1, 1)
    while day.year == year:
        special = day_of("CN", day)
        assert bool(special.holiday) == (day in chinese_calendar.holidays)
        assert (special.replaces_weekday is not None) == (day in chinese_calendar.workdays)
        day += timedelta(days=1)


def test_years_that_are_not_published_and_other_countries_have_their_holidays() -> None:
    assert day_of("CN", date(2031, 10, 1)).holiday
    assert day_of("US", date(2026, 11, 26)).holiday == "Thanksgiving Day"
    assert day_of("DE-BY", date(2026, 1, 6)).holiday
    assert not day_of("DE", date(2026, 1, 6)).holiday
    assert not day_of("", date(2026, 1, 1)).holiday
    assert [is_known(region) for region in ("CN", "DE-BY", "DE-XX", "XX", "")] == [True, True, False, False, False]


def test_exceptions_come_before_holidays_and_windows() -> None:
    calendar = calendar_of(
        [{"weekdays": [1, 2, 3, 4, 5], "from": "09:00", "until": "18:00"}],
        {
            "region": "CN",
            "exceptions": [
                {"date": "2026-11-23", "windows": []},
                {"date": "2026-10-01", "windows": [{"from": "10:00", "until": "11:00"}]},
            ],
        },
    )
    assert reason(calendar, SHANGHAI, "2026-11-23T12:00") is Closed.CLOSED_DATE
    assert reason(calendar, SHANGHAI, "2026-10-01T10:30") is None
    assert reason(calendar, SHANGHAI, "2026-10-01T12:00") is Closed.OUTSIDE_WINDOW
    assert reason(calendar, SHANGHAI, "2026-10-02T10:30") is Closed.HOLIDAY


# --- whose clock ------------------------------------------------------------------------------------------------


def test_the_zone_is_read_from_the_number() -> None:
    assert zones_of_number("+8613800138000") == "Asia/Shanghai"
    assert zones_of_number("+12125550100") == "America/New_York"
    assert zones_of_number("+8002345678") == ""
    assert "Asia/Kamchatka" in zones_of_number("+79161234567").split(",")
    assert zones_of("", BERLIN) == (BERLIN,)
    assert zones_of("Asia/Shanghai,Europe/Berlin", UTC) == (SHANGHAI, BERLIN)


def test_midnights() -> None:
    evening = at(BERLIN, "2026-10-25T20:00")
    assert day_start(BERLIN, evening) == at(BERLIN, "2026-10-25T00:00")
    assert day_start(BERLIN, evening, 1) - day_start(BERLIN, evening) == 25 * 3600


# --- the days when clocks change ----------------------------------------------------------------------------------


def test_a_window_whose_beginning_is_skipped_opens_when_clocks_have_jumped() -> None:
    # 29 March 2026: 02:00 becomes 03:00, so 02:30 never comes.
    before = at(BERLIN, "2026-03-29T01:00:00")
    assert opens(Calendar((NIGHT,)), BERLIN, before) == at(BERLIN, "2026-03-29T03:00:00") == before + 3600


def test_a_window_that_is_skipped_altogether_opens_a_week_later() -> None:
    skipped = Calendar((Window(frozenset({7}), Span(120, 180)),))
    assert opens(skipped, BERLIN, at(BERLIN, "2026-03-29T01:00:00")) == at(BERLIN, "2026-04-05T02:00:00")


def test_a_time_that_comes_twice_opens_twice() -> None:
    # 25 October 2026: 03:00 becomes 02:00.
    night, clock = Calendar((NIGHT,)), Clock(BERLIN, (BERLIN,))
    first, second = (at(BERLIN, "2026-10-25T02:30:00", fold) for fold in (0, 1))
    assert opens(night, BERLIN, at(BERLIN, "2026-10-25T01:00:00")) == first
    again = at(BERLIN, "2026-10-25T02:10:00", 1)
    assert why_closed(night, WHOLE_DAY, clock, again) is Closed.OUTSIDE_WINDOW
    assert opens(night, BERLIN, again) == second == first + 3600


# --- properties ---------------------------------------------------------------------------------------------------

spans = st.builds(
    lambda edges: Span(min(edges), max(edges)), st.sets(st.integers(0, MINUTES_A_DAY), min_size=2, max_size=2)
)
windows_anywhere = st.builds(Window, st.frozensets(st.integers(1, 7), min_size=1), spans)
ZONES = [BERLIN, SHANGHAI, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Africa/Cairo"), ZoneInfo("Asia/Tokyo")]
clocks = st.builds(
    Clock, st.sampled_from(ZONES), st.lists(st.sampled_from(ZONES), min_size=1, max_size=2, unique=True).map(tuple)
)
calendars = st.builds(
    Calendar,
    st.lists(windows_anywhere, min_size=1, max_size=3).map(tuple),
    st.sampled_from(["", "CN"]),
    uses_customer_clock=st.booleans(),
)


@settings(max_examples=30, deadline=None)
@given(calendars, spans, clocks, st.integers(0, 365 * 24 * 60))
def test_the_next_change_is_the_first_minute_that_differs(
    calendar: Calendar, legal: Span, clock: Clock, minutes: int
) -> None:
    start = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) + minutes * 60
    days = range(start, start + 2 * 86400, 60)
    by_hand = [why_closed(calendar, legal, clock, minute) for minute in days]
    changes, opening = next_change(calendar, legal, clock, start), next_opening(calendar, legal, clock, start)
    differs = next((days[nth] for nth, reason in enumerate(by_hand) if reason is not by_hand[0]), None)
    opened = next((days[nth] for nth, reason in enumerate(by_hand) if reason is None), None)
    assert changes == differs if differs is not None else changes is None or changes > days[-1]
    assert opening == opened if opened is not None else opening is None or opening > days[-1]


@settings(max_examples=40, deadline=None)
@given(calendars, spans, st.sampled_from(ZONES), st.lists(st.integers(0, 14 * 24 * 60), min_size=1, max_size=8))
def test_an_almanac_says_what_the_calendar_says(
    calendar: Calendar, legal: Span, zone: ZoneInfo, minutes: list[int]
) -> None:
    almanac = Almanac(calendar, legal, BERLIN)
    clock = Clock(BERLIN, (zone,))
    for minute in minutes:
        moment = datetime(2026, 9, 25, tzinfo=UTC).timestamp() + minute * 60
        assert almanac.why_closed(zone.key, moment) is why_closed(calendar, legal, clock, moment)
        assert almanac.next_opening(zone.key, moment) == next_opening(calendar, legal, clock, moment)


@given(st.integers(0, 4_000_000_000), st.sampled_from(ZONES))
def test_a_window_of_all_day_and_every_day_is_always_open(moment: int, zone: ZoneInfo) -> None:
    always = Calendar((Window(EVERY_DAY, WHOLE_DAY),))
    assert why_closed(always, WHOLE_DAY, Clock(zone, (zone,)), float(moment)) is None
