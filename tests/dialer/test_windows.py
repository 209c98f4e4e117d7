"""Windows: their edges, the days when clocks change, and the next opening."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.dialer.windows import Window, is_open, next_change, next_opening

MINUTES_A_DAY = 24 * 60

BERLIN = ZoneInfo("Europe/Berlin")
SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = Window(weekdays=frozenset({1, 2, 3, 4, 5}), from_minute=9 * 60, until_minute=18 * 60)
NIGHT = Window(weekdays=frozenset({7}), from_minute=2 * 60 + 30, until_minute=4 * 60)
EVERY_DAY = frozenset(range(1, 8))


def at(zone: ZoneInfo, text: str, fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp()


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23T08:59:59", False),
        ("2026-11-23T09:00:00", True),
        ("2026-11-23T17:59:59", True),
        ("2026-11-23T18:00:00", False),
        ("2026-11-22T12:00:00", False),  # a Sunday
    ],
)
def test_the_edges_of_a_window(moment: str, expected: bool) -> None:
    assert is_open([OFFICE], SHANGHAI, at(SHANGHAI, moment)) is expected


def test_the_window_follows_the_centre_not_utc() -> None:
    nine_in_shanghai = at(SHANGHAI, "2026-11-23T09:00:00")
    assert is_open([OFFICE], SHANGHAI, nine_in_shanghai)
    assert not is_open([OFFICE], BERLIN, nine_in_shanghai)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-23T07:00:00", "2026-11-23T09:00:00"),
        ("2026-11-23T12:00:00", "2026-11-23T12:00:00"),
        ("2026-11-20T18:00:00", "2026-11-23T09:00:00"),  # Friday evening → Monday
    ],
)
def test_the_next_opening(moment: str, opens: str) -> None:
    assert next_opening([OFFICE], BERLIN, at(BERLIN, moment)) == at(BERLIN, opens)


def test_a_list_without_windows_never_opens() -> None:
    assert next_opening([], BERLIN, 0.0) is None
    assert not is_open([], BERLIN, 0.0)


def test_a_window_whose_beginning_is_skipped_opens_when_clocks_have_jumped() -> None:
    # 29 March 2026: 02:00 becomes 03:00, so 02:30 never comes.
    before = at(BERLIN, "2026-03-29T01:00:00")
    assert next_opening([NIGHT], BERLIN, before) == at(BERLIN, "2026-03-29T03:00:00") == before + 3600


def test_a_window_that_is_skipped_altogether_opens_a_week_later() -> None:
    skipped = Window(weekdays=frozenset({7}), from_minute=120, until_minute=180)
    assert next_opening([skipped], BERLIN, at(BERLIN, "2026-03-29T01:00:00")) == at(BERLIN, "2026-04-05T02:00:00")


def test_a_time_that_comes_twice_opens_twice() -> None:
    # 25 October 2026: 03:00 becomes 02:00.
    first, second = (at(BERLIN, "2026-10-25T02:30:00", fold) for fold in (0, 1))
    assert next_opening([NIGHT], BERLIN, at(BERLIN, "2026-10-25T01:00:00")) == first
    assert not is_open([NIGHT], BERLIN, at(BERLIN, "2026-10-25T02:10:00", 1))
    assert next_opening([NIGHT], BERLIN, at(BERLIN, "2026-10-25T02:10:00", 1)) == second == first + 3600


windows_anywhere = st.builds(
    lambda weekdays, edges: Window(weekdays=weekdays, from_minute=min(edges), until_minute=max(edges)),
    st.frozensets(st.integers(1, 7), min_size=1),
    st.sets(st.integers(0, MINUTES_A_DAY), min_size=2, max_size=2),
)
ZONES = [BERLIN, SHANGHAI, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Africa/Cairo")]


@settings(max_examples=40, deadline=None)
@given(st.lists(windows_anywhere, min_size=1, max_size=3), st.sampled_from(ZONES), st.integers(0, 365 * 24 * 60))
def test_the_next_opening_is_the_first_open_minute(windows: list[Window], zone: ZoneInfo, minutes: int) -> None:
    start = datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC")).timestamp() + minutes * 60
    opens = next_opening(windows, zone, start)
    span = timedelta(days=8).total_seconds()
    by_hand = next((t for t in range(int(start), int(start + span), 60) if is_open(windows, zone, t)), None)
    if by_hand is None:
        assert opens is None or opens >= start + span
    else:
        assert opens == by_hand


@settings(max_examples=40, deadline=None)
@given(st.lists(windows_anywhere, min_size=1, max_size=3), st.sampled_from(ZONES), st.integers(0, 365 * 24 * 60))
def test_the_next_change_is_the_first_minute_that_differs(windows: list[Window], zone: ZoneInfo, minutes: int) -> None:
    start = int(datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC")).timestamp()) + minutes * 60
    now = is_open(windows, zone, start)
    days_8 = range(start, start + 8 * 86400, 60)
    by_hand = next((moment for moment in days_8 if is_open(windows, zone, moment) != now), None)
    changes = next_change(windows, zone, start)
    assert changes == by_hand if by_hand is not None else changes is None or changes >= days_8[-1]


@given(st.integers(0, 4_000_000_000), st.sampled_from(ZONES))
def test_a_window_of_all_day_and_every_day_is_always_open(moment: int, zone: ZoneInfo) -> None:
    assert is_open([Window(weekdays=EVERY_DAY, from_minute=0, until_minute=MINUTES_A_DAY)], zone, float(moment))
