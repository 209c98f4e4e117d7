"""What a shift may be, and when its parts are, in the nights when the clock is changed, too."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.accounts.scope import EVERYTHING, scope_of
from callcenter.errors import BadInput, NotFound
from callcenter.settings import AgentSettings
from callcenter.shifts.rules import (
    Kind,
    Part,
    agent_seen,
    agents_seen,
    check_apart,
    check_team,
    checked_parts,
    days_between,
    moment,
    planned,
    teams_seen,
)

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = (
    Part(22 * 60, 26 * 60, Kind.ON_POST),
    Part(26 * 60, 26 * 60 + 30, Kind.BREAK),
    Part(26 * 60 + 30, 30 * 60, Kind.ON_POST),
)
AGENTS = (
    AgentSettings(number="1001", name="Li", team="A", queues=("sales",)),
    AgentSettings(number="1002", name="Wang", team="B", queues=("support",)),
    AgentSettings(number="1003", name="Zhao"),
)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([], "1 to 24 parts"),
        ([Part(600, 600, Kind.BREAK)], "10:00–10:00 does not end after it starts"),
        ([Part(600, 2881, Kind.ON_POST)], "within two days"),
        (
            [Part(540, 600, Kind.ON_POST), Part(599, 620, Kind.BREAK)],
            "09:00–10:00 and 09:59–10:20 are at the same time",
        ),
        ([Part(0, 10, Kind.ON_POST), Part(1430, 1441, Kind.ON_POST)], "at most 24 hours"),
        ([Part(1440, 1500, Kind.ON_POST)], "on its own date"),
        ([Part(n, n + 1, Kind.ON_POST) for n in range(25)], "1 to 24 parts"),
    ],
)
def test_a_shift_that_cannot_be(parts: list[Part], words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        checked_parts(parts)
    assert caught.value.field == "parts"


def test_the_parts_of_a_night_are_an_hour_longer_in_autumn_and_an_hour_shorter_in_spring() -> None:
    nights = {date(2026, 10, 24): (14_400, 1_800, 16_200), date(2026, 3, 28): (14_400, 0, 10_800)}
    for day, lengths in nights.items():
        parts = planned(day, NIGHT, BERLIN)
        assert tuple(part.seconds for part in parts) == lengths
        assert all(one.until == other.since for one, other in pairwise(parts))
    assert [part.seconds for part in planned(date(2026, 6, 1), NIGHT, BERLIN)] == [14_400, 1_800, 12_600]


def test_a_time_that_the_clock_jumps_over_is_when_it_jumps_and_one_shown_twice_is_the_first() -> None:
    jump = datetime(2026, 3, 29, 3, 0, tzinfo=BERLIN).timestamp()
    for minute in (120, 121, 150, 179, 180):
        assert moment(date(2026, 3, 29), minute, BERLIN) == jump
    twice = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=0).timestamp()
    assert moment(date(2026, 10, 25), 150, BERLIN) == twice == moment(date(2026, 10, 24), 1590, BERLIN)


@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai"]),
    st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    st.lists(st.integers(0, 1440), min_size=2, max_size=8, unique=True),
)
def test_parts_that_meet_on_the_clock_meet_in_time(zone: str, day: date, minutes: list[int]) -> None:
    parts = [Part(one, other, Kind.ON_POST) for one, other in pairwise(sorted(minutes))]
    found = planned(day, checked_parts(parts) if parts[0].start_minute < 1440 else parts, ZoneInfo(zone))
    assert all(one.until == other.since for one, other in pairwise(found))
    assert all(part.seconds >= 0 for part in found)


def test_a_shift_ends_before_the_next_one_begins() -> None:
    monday, night = date(2026, 10, 19), (Part(1320, 1800, Kind.ON_POST),)  # up to 06:00
    check_apart({("1", monday): night, ("1", date(2026, 10, 20)): (Part(360, 400, Kind.ON_POST),)})
    check_apart({("1", monday): night, ("2", date(2026, 10, 20)): (Part(300, 400, Kind.ON_POST),)})
    with pytest.raises(BadInput, match="agent 1 on 2026-10-19 goes on"):
        check_apart({("1", monday): night, ("1", date(2026, 10, 20)): (Part(359, 400, Kind.ON_POST),)})


def test_days() -> None:
    first = date(2026, 10, 19)
    assert days_between(first, first + timedelta(days=2)) == [first + timedelta(days=n) for n in range(3)]
    for last in (first - timedelta(days=1), first + timedelta(days=31)):
        with pytest.raises(BadInput, match="1 to 31 days"):
            days_between(first, last)


def test_whom_somebody_sees() -> None:
    def numbers(scope_names: tuple[list[str], list[str]] | None, team: str | None = None) -> list[str]:
        scope = scope_of(*scope_names) if scope_names else EVERYTHING
        return [one.number for one in agents_seen(AGENTS, scope, team)]

    assert numbers(None) == ["1003", "1001", "1002"]
    assert numbers((["A"], [])) == ["1001"]
    assert numbers(([], ["support"])) == ["1002"]
    assert numbers(None, "B") == ["1002"]
    assert agent_seen(AGENTS, EVERYTHING, "1002").name == "Wang"
    with pytest.raises(NotFound, match="no agent 1002"):
        agent_seen(AGENTS, scope_of(["A"], []), "1002")
    assert (teams_seen(AGENTS, EVERYTHING), teams_seen(AGENTS, scope_of(["A"], ["support"]))) == (["A", "B"], ["A"])
    check_team(AGENTS, EVERYTHING, "B")
    for team in ("B", ""):
        with pytest.raises(NotFound, match="no team"):
            check_team(AGENTS, scope_of(["A"], ["support"]), team)
