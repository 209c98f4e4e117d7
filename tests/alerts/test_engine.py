"""The engine around the rules: links, restarts, changed rules, windows over midnight and on days of 23 and 25 hours."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from callcenter.alerts.alert import Raised
from callcenter.alerts.timetable import threshold_at, windows_of
from callcenter.floor.events import LinkState
from tests.alerts.diaries import Watched, a_rule, in_talk, seated


def at(text: str, zone: str = "UTC", fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


# --- a link that is down ----------------------------------------------------------------------------------------


def test_nothing_is_raised_or_cleared_from_the_past() -> None:
    day = seated(a_rule("away_long"), a_rule("seats_away", 2, threshold=1))
    day.pauses("1001", "break").pauses("1002", "break").after(601)
    assert day.told == ["+ seats_away", "+ away_long", "+ away_long"]
    day.pauses("1003", "break")
    day.link(LinkState.DOWN).after(3600)
    day.unpauses("1002")  # told by the survey, before the link is live
    assert len(day.alerts) == 3
    day.link(LinkState.LIVE)
    assert sorted(day.told[3:]) == ["+ away_long", "- away_long"]
    day.unpauses("1001").unpauses("1003")
    assert day.alerts == []


def test_nothing_is_raised_before_the_first_survey() -> None:
    day = seated(a_rule("staffing_low", threshold=4), live=False)
    assert day.told == []
    day.link(LinkState.LIVE)
    assert day.told == []


# --- a restart --------------------------------------------------------------------------------------------------


def test_alerts_open_at_a_restart_go_on_under_the_same_id() -> None:
    rule = a_rule("away_long")
    before = seated(rule)
    before.pauses("1001", "break").pauses("1002", "break").after(700)
    after = Watched(live=False, at=before.now - 700)
    after.directory("1001", "1002").signs_in("1001").signs_in("1002").pauses("1001", "break")
    after.now = before.now
    after.engine.adopt(before.alerts)
    after.set_rules(rule)
    assert len(after.alerts) == 2
    after.link(LinkState.LIVE)
    [stayed] = after.alerts
    assert stayed.alert_id == next(a.alert_id for a in before.alerts if a.subject == stayed.subject)
    assert after.told == ["- away_long"]


def test_alert_of_a_pbx_that_is_no_more_is_cleared() -> None:
    before = seated(a_rule("away_long"))
    before.pauses("1001", "break").after(700)
    after = Watched(live=False)
    after.engine.adopt(before.alerts)
    after.set_rules(a_rule("away_long"))
    assert after.told == ["- away_long"]


# --- rules that change ------------------------------------------------------------------------------------------


def test_rule_that_is_turned_off_clears_its_alerts_and_one_turned_on_looks_around() -> None:
    rule = a_rule("seats_away", threshold=1)
    day = seated(rule)
    day.pauses("1001").pauses("1002")
    day.set_rules()
    assert day.told == ["+ seats_away", "- seats_away"]
    day.set_rules(a_rule("seats_away", threshold=1))
    assert day.told[2:] == ["+ seats_away"]


def test_changed_threshold_keeps_the_alert_while_it_is_still_true() -> None:
    day = seated(a_rule("seats_away", threshold=0))
    day.pauses("1001").pauses("1002")
    first = day.alert().alert_id
    day.set_rules(a_rule("seats_away", threshold=1, severity="critical"))
    assert (day.alert().alert_id, day.alert().threshold, day.alert().severity) == (first, 1, "critical")
    day.set_rules(a_rule("seats_away", threshold=2))
    assert day.alerts == []


def test_what_happened_is_remembered_when_its_rule_changes() -> None:
    day = seated(a_rule("rings_unanswered", threshold=3))
    day.joins("a caller")
    for _ in range(2):
        day.rings("1001", "a caller").does_not_answer("1001", "a caller")
    day.set_rules(a_rule("rings_unanswered", threshold=2))
    assert day.told == ["+ rings_unanswered"]


# --- windows ----------------------------------------------------------------------------------------------------

NIGHT = [{"weekdays": [1], "from": "22:00", "until": "06:00", "threshold": 2}]


def test_window_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    day = Watched(a_rule("staffing_low", windows=NIGHT), at=at("2026-11-23 21:50"))  # a Monday
    assert day.told == []
    day.after(601)
    assert (day.told, day.alert().threshold) == (["+ staffing_low"], 2)
    assert day.alert().raised_at == at("2026-11-23 22:00")
    day.after(8 * 3600 - 2)
    assert day.told == ["+ staffing_low"]
    day.after(3)
    assert day.told == ["+ staffing_low", "- staffing_low"]
    day.after(24 * 3600)
    assert day.alerts == []


def test_each_window_has_its_own_number() -> None:
    windows = [
        {"weekdays": [1], "from": "09:00", "until": "17:00", "threshold": 4},
        {"weekdays": [1], "from": "17:00", "until": "21:00", "threshold": 2},
    ]
    day = seated(a_rule("staffing_low", windows=windows), agents=("1001", "1002", "1003"), at=at("2026-11-23 16:59:30"))
    assert day.alert().threshold == 4
    day.after(31)
    assert day.alerts == []
    day.signs_out("1001").signs_out("1002")
    assert day.alert().threshold == 2


@pytest.mark.parametrize(
    ("instant", "threshold"),
    [
        (at("2026-03-29 01:59", "Europe/Berlin"), None),
        (at("2026-03-29 01:59", "Europe/Berlin") + 60, 1.0),  # the clock jumps from 02:00 to 03:00, into the window
        (at("2026-03-29 03:59", "Europe/Berlin"), 1.0),
        (at("2026-03-29 04:00", "Europe/Berlin"), None),
        (at("2026-10-25 02:30", "Europe/Berlin", fold=0), 1.0),
        (at("2026-10-25 02:30", "Europe/Berlin", fold=1), 1.0),
        (at("2026-10-25 02:29", "Europe/Berlin", fold=1), None),
    ],
)
def test_window_on_days_when_clocks_change(instant: float, threshold: float | None) -> None:
    windows = windows_of([{"weekdays": [7], "from": "02:30", "until": "04:00"}])
    assert threshold_at(windows, 1.0, ZoneInfo("Europe/Berlin"), instant) == threshold


def test_rule_wakes_at_the_minute_when_the_clock_jumps_into_its_window() -> None:
    windows = [{"weekdays": [7], "from": "02:30", "until": "04:00"}]
    start = at("2026-03-29 01:30", "Europe/Berlin")
    day = Watched(a_rule("staffing_low", windows=windows), zone="Europe/Berlin", at=start)
    day.after(3 * 3600)
    raised = [effect.alert.raised_at for effect in day.effects if isinstance(effect, Raised)]
    assert raised == [at("2026-03-29 03:00", "Europe/Berlin")]
    assert day.alerts == []


def test_talk_rule_outside_its_window_says_nothing_and_wakes_into_it() -> None:
    windows = [{"weekdays": [1], "from": "09:00", "until": "17:00"}]
    day = in_talk(seated(a_rule("talk_long", threshold=60, windows=windows), at=at("2026-11-23 08:50")))
    day.after(590)
    assert day.told == []
    day.after(20)
    assert day.told == ["+ talk_long"]
