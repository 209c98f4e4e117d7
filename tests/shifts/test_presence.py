"""Adherence: a week computed by hand, the night of a clock change in it; and that it is what counting seconds gives."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.floor.facts import SeatState
from callcenter.settings import ShiftReasons
from callcenter.shifts.presence import AT_WORK, Came, Spell, attendance, kept
from callcenter.shifts.rules import Kind, Part, Planned, planned

BERLIN = ZoneInfo("Europe/Berlin")
REASONS = {Kind(kind): codes for kind, codes in ShiftReasons().model_dump(by_alias=True).items()}
LATER = 4e9

DAY = (
    Part(540, 570, Kind.BRIEFING),  # 09:00–09:30
    Part(570, 690, Kind.ON_POST),  # 09:30–11:30
    Part(690, 780, Kind.MEAL),  # 11:30–13:00
    Part(780, 1020, Kind.ON_POST),  # 13:00–17:00
    Part(1020, 1050, Kind.CLOSING),  # 17:00–17:30
)
"""The shift of domain.md: 8 h 30 min, 30,600 s."""

NIGHT = (
    Part(1320, 1335, Kind.BRIEFING),  # 22:00–22:15
    Part(1335, 1560, Kind.ON_POST),  # 22:15–02:00
    Part(1560, 1590, Kind.BREAK),  # 02:00–02:30
    Part(1590, 1800, Kind.ON_POST),  # 02:30–06:00, with the hour from 02:00 to 03:00 once more in it
)
READY, PAUSED, OUT = SeatState.READY, SeatState.PAUSED, SeatState.SIGNED_OUT


def spells(day: date, *told: str) -> list[Spell]:
    """Spells on the clock of a day: "09:30 11:30 ready", "15:00 15:20 paused break"."""
    found = []
    for line in told:
        since, until, state, *reason = line.split()
        times = (datetime.combine(day, datetime.strptime(at, "%H:%M").time(), BERLIN) for at in (since, until))  # noqa: DTZ007
        found.append(Spell(SeatState(state), "".join(reason), *(at.timestamp() for at in times)))
    return found


def utc(text: str) -> float:
    return datetime.fromisoformat(f"{text}:00+00:00").timestamp()


AS_PLANNED = (
    "09:20 09:30 paused meeting", "09:30 11:30 ready", "13:00 17:00 ready", "17:00 17:10 paused paperwork"
)  # fmt: skip
LATE = (
    "09:42 11:20 ready", "11:20 11:35 talking", "13:00 15:00 ready", "15:00 15:20 paused break", "15:20 16:50 ready"
)  # fmt: skip
TWO_PHONES = (
    "09:00 09:30 paused training", "09:30 10:30 ready", "10:15 11:30 on_hold", "13:00 14:00 wrap_up",
    "14:00 14:10 unreachable", "14:10 17:00 ringing",
)  # fmt: skip
WEEK = {
    # signed out for the briefing's first minutes, the meal, and after 17:10: all as planned
    date(2026, 10, 19): (AS_PLANNED, 30_600, 0, 0, 0),
    # out: on post from 09:42 (720 s), five minutes of the meal still talking (300), a break on post (1,200), and
    # gone from 16:50 (600)
    date(2026, 10, 20): (LATE, 27_780, 2_820, 720, 600),
    # absent: nothing counts, not even the briefing and the meal that need no phone
    date(2026, 10, 21): ((), 0, 30_600, 7_200, 0),
    # out: the briefing, paused for something else (1,800), and the phone unreachable (600); two phones at once are one
    date(2026, 10, 22): (TWO_PHONES, 28_200, 2_400, 0, 0),
}
"""What the agent did on each day; the seconds in and out of adherence, the late start, the early end."""

NIGHT_DONE = [
    Spell(PAUSED, "meeting", utc("2026-10-24T20:00"), utc("2026-10-24T20:15")),
    Spell(READY, "", utc("2026-10-24T20:15"), utc("2026-10-25T00:00")),
    Spell(PAUSED, "break", utc("2026-10-25T00:00"), utc("2026-10-25T01:30")),
    Spell(READY, "", utc("2026-10-25T01:30"), utc("2026-10-25T04:30")),
]
"""Back from the break at 02:30 as the clock shows it for the second time, an hour late; gone at 05:30."""


def test_a_week_computed_by_hand_with_the_night_of_the_clock_change() -> None:
    in_adherence = out_of_adherence = scheduled = 0.0
    for day, (told, in_seconds, out_seconds, late, early) in WEEK.items():
        found = kept(planned(day, DAY, BERLIN), spells(day, *told), REASONS, LATER)
        assert (found.in_adherence_seconds, found.out_of_adherence_seconds) == (in_seconds, out_seconds), day
        assert (found.late_start_seconds, found.early_end_seconds, found.is_absent) == (late, early, not told), day
        in_adherence, out_of_adherence = in_adherence + in_seconds, out_of_adherence + out_seconds
        scheduled += found.planned_seconds
    night = kept(planned(date(2026, 10, 24), NIGHT, BERLIN), NIGHT_DONE, REASONS, LATER)
    # planned 9 h: 900 + 13,500 + 1,800 + 16,200; of the last part 3,600 late and 1,800 early
    assert [part.planned_seconds for part in night.parts] == [900, 13_500, 1_800, 16_200]
    assert [part.in_adherence_seconds for part in night.parts] == [900, 13_500, 1_800, 10_800]
    assert (night.parts[3].late_start_seconds, night.parts[3].early_end_seconds) == (3_600, 1_800)
    assert (night.late_start_seconds, night.early_end_seconds) == (0, 1_800)
    in_adherence += night.in_adherence_seconds
    out_of_adherence += night.out_of_adherence_seconds
    scheduled += night.planned_seconds
    assert (scheduled, in_adherence, out_of_adherence) == (154_800, 113_580, 41_220)
    assert night.adherence_rate == pytest.approx(27_000 / 32_400)


def test_the_night_in_spring_is_seven_hours_and_has_no_break() -> None:
    parts = planned(date(2026, 3, 28), NIGHT, BERLIN)
    done = [Spell(READY, "", utc("2026-03-28T21:15"), utc("2026-03-29T04:00"))]
    found = kept(parts, done, REASONS, LATER)
    assert [part.planned_seconds for part in found.parts] == [900, 13_500, 0, 10_800]
    assert (found.planned_seconds, found.in_adherence_seconds, found.out_of_adherence_seconds) == (25_200, 25_200, 0)


def test_what_has_not_come_yet_is_not_planned_yet() -> None:
    day = date(2026, 10, 19)
    noon = datetime(2026, 10, 19, 10, 30, tzinfo=BERLIN).timestamp()
    found = kept(planned(day, DAY, BERLIN), spells(day, "09:30 10:30 ready"), REASONS, noon)
    assert [part.planned_seconds for part in found.parts] == [1_800, 3_600, 0, 0, 0]
    assert (found.planned_seconds, found.out_of_adherence_seconds, found.early_end_seconds) == (5_400, 0, 0)
    early = kept(planned(day, DAY, BERLIN), [], REASONS, noon - 5_000)  # 09:06: nobody is absent before the post
    assert (early.is_absent, early.adherence_rate) == (False, 1.0)
    before = kept(planned(day, DAY, BERLIN), [], REASONS, noon - 86_400)
    assert (before.planned_seconds, before.adherence_rate) == (0, None)


STATES = st.sampled_from([*SeatState])
SPELLS = st.lists(
    st.builds(
        lambda state, reason, since, seconds: Spell(state, reason, since, since + seconds),
        STATES, st.sampled_from(["", "break", "meal", "meeting", "paperwork"]), st.integers(0, 200), st.integers(0, 60),
    ),
    max_size=12,
)  # fmt: skip
EDGES = st.lists(st.integers(20, 180), min_size=2, max_size=7, unique=True).map(sorted)


@given(EDGES, st.lists(st.sampled_from([*Kind]), min_size=6, max_size=6), SPELLS, st.integers(0, 220))
def test_in_and_out_of_adherence_tile_what_was_planned_second_by_second(
    edges: list[int], kinds: list[Kind], told: list[Spell], now: int
) -> None:
    parts = [Planned(kind, *pair) for kind, *pair in zip(kinds, edges, edges[1:], strict=False)]
    found = kept(parts, told, REASONS, now)
    due = [second for part in parts if part.kind is Kind.ON_POST for second in _seconds(part, now)]
    seen = any(_at_phone(told, second) for part in parts for second in _seconds(part, now))
    assert found.is_absent == (bool(due) and not seen)
    for part, mine in zip(parts, found.parts, strict=True):
        seconds = _seconds(part, now)
        in_adherence = [] if found.is_absent else [one for one in seconds if _is_in(part.kind, told, one)]
        assert mine.planned_seconds == len(seconds)
        assert mine.in_adherence_seconds == len(in_adherence)
        assert mine.in_adherence_seconds + mine.out_of_adherence_seconds == mine.planned_seconds
        assert mine.late_start_seconds == (in_adherence[0] - part.since if in_adherence else len(seconds))
        assert mine.late_start_seconds + mine.early_end_seconds <= mine.planned_seconds
    assert found.in_adherence_seconds + found.out_of_adherence_seconds == found.planned_seconds


def _seconds(part: Planned, now: int) -> range:
    return range(int(part.since), max(int(part.since), min(int(part.until), now)))


def _at_phone(told: list[Spell], second: int) -> bool:
    return any(one.since <= second < one.until and one.state is not OUT for one in told)


def _is_in(kind: Kind, told: list[Spell], second: int) -> bool:
    now = [one for one in told if one.since <= second < one.until]
    if any(one.state is PAUSED and one.reason in REASONS[kind] for one in now):
        return True
    if kind is Kind.ON_POST:
        return any(one.state in AT_WORK for one in now)
    is_wrapping_up = kind is Kind.CLOSING and any(one.state is SeatState.WRAP_UP for one in now)
    return is_wrapping_up or not _at_phone(told, second)


@pytest.mark.parametrize(
    ("told", "came"),
    [
        (("09:02 09:30 paused meeting", "09:30 11:00 ready"), Came.THERE),
        (("09:30 11:00 ready",), Came.OFF_PHONE),
        (("08:30 11:00 ready",), Came.ELSEWHERE),
        (("09:00 09:14 paused meeting", "09:14 11:00 talking"), Came.ELSEWHERE),
        ((), Came.ABSENT),
    ],
)
def test_who_was_at_a_briefing(told: tuple[str, ...], came: Came) -> None:
    day = date(2026, 10, 19)
    parts = planned(day, DAY, BERLIN)
    found = attendance(parts[0], parts, spells(day, *told), REASONS, LATER)
    assert found.came is came
    assert found.there_seconds + found.off_phone_seconds + found.elsewhere_seconds == 1_800
    to_come = attendance(parts[0], parts, [], REASONS, parts[0].since)
    assert (to_come.came, to_come.elsewhere_seconds) == (Came.TO_COME, 0)
