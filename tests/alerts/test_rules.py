"""Each rule comes true and ceases to be, told as diaries of the floor."""

from pathlib import Path

import pytest

from callcenter.alerts.kinds import Severity
from callcenter.alerts.rules import KINDS
from callcenter.alerts.wording import sentence
from callcenter.floor import events as e
from callcenter.floor.events import LinkState
from tests.alerts.diaries import Watched, a_rule, in_talk, seated

SEAT = ("seats", "pbx1/PJSIP/1001")


def test_more_seats_away_than_may_be() -> None:
    day = seated(a_rule("seats_away", scope="team"))
    day.pauses("1001", "meal").pauses("1002", "break")
    assert day.told == []
    day.pauses("1003", "training")
    assert day.alert().subject == ("teams", "day")
    assert day.alert().value == 3
    assert day.alert().who == {"team": "day", "seats": [f"pbx1/PJSIP/100{n}" for n in (1, 2, 3)]}
    day.pauses("1004", "meal")
    assert (day.alert().value, day.alert().peak) == (4, 4)
    day.unpauses("1001").unpauses("1002")
    assert day.told == ["+ seats_away", "- seats_away"]


def test_pause_at_the_desk_is_not_away() -> None:
    day = seated(a_rule("seats_away", threshold=0))
    day.pauses("1001", "paperwork")
    assert day.told == []
    day.pauses("1001", "meal")
    assert day.told == ["+ seats_away"]


def test_away_is_counted_for_each_queue_by_itself() -> None:
    day = seated(a_rule("seats_away", scope="queue", threshold=1))
    for agent in ("1001", "1002"):
        day.signs_in(agent, "sales").pauses(agent, "meal", "sales").pauses(agent, "meal", "support")
    assert day.subjects() == [("queues", "pbx1/sales"), ("queues", "pbx1/support")]
    day.signs_out("1001", "sales")
    assert day.subjects() == [("queues", "pbx1/support")]


def test_only_the_named_teams_are_concerned() -> None:
    day = seated(a_rule("seats_away", scope="team", names=frozenset({"night"}), threshold=0))
    day.pauses("1001", "meal")
    assert day.told == []


def test_too_few_staffed_seats() -> None:
    day = seated(a_rule("staffing_low", threshold=3))
    assert day.told == ["+ staffing_low", "- staffing_low"]  # while they came in one after another
    day.told.clear()
    day.signs_out("1001")
    assert day.told == []
    day.pauses("1002", "paperwork")
    assert day.told == []
    day.pauses("1002", "meal")
    assert day.alert().value == 2
    day.device("1003", e.DeviceState.UNAVAILABLE)
    assert day.alert().value == 1
    day.signs_in("1001").device("1003", e.DeviceState.NOT_IN_USE)
    assert day.told == ["+ staffing_low", "- staffing_low"]


def test_nobody_there_at_all_is_too_few() -> None:
    assert Watched(a_rule("staffing_low", threshold=1)).told == ["+ staffing_low"]


def test_away_for_longer_than_its_reason_allows() -> None:
    day = seated(a_rule("away_long"))
    day.pauses("1001", "break").after(599)
    assert day.told == []
    day.after(1.1)
    assert (day.alert().subject, day.alert().threshold) == (SEAT, 600)
    assert day.alert().who["agent_name"] == "Agent 1001"
    assert day.alert().raised_at == pytest.approx(day.alert().since + 600)
    day.unpauses("1001")
    assert day.told == ["+ away_long", "- away_long"]


@pytest.mark.parametrize(
    ("limits", "reason", "limit"),
    [({}, "meal", 1800), ({"meal": 60}, "meal", 60), ({}, "training", 3600), ({"training": 0}, "training", None)],
)
def test_whose_away_limit_counts(limits: dict[str, float], reason: str, limit: float | None) -> None:
    day = seated(a_rule("away_long", limits=limits))
    day.pauses("1001", reason).after(9999)
    assert [alert.threshold for alert in day.alerts] == ([] if limit is None else [limit])


def test_another_reason_is_another_spell() -> None:
    day = seated(a_rule("away_long"))
    day.pauses("1001", "break").after(500).pauses("1001", "meal").after(500)
    assert day.told == []


def test_talk_past_its_limit() -> None:
    day = in_talk(seated(a_rule("talk_long", threshold=300)))
    day.after(200).holds("1001").after(99)
    assert day.told == []
    day.after(2)
    assert day.alert().who["call_id"] == "a caller"
    day.resumes("1001").after(60)
    assert day.told == ["+ talk_long"]
    day.hangs_up("caller", "1001", "a caller")
    assert day.told == ["+ talk_long", "- talk_long"]
    [*_, cleared] = day.effects
    assert cleared.alert.peak == pytest.approx(361, abs=0.2)


def test_next_talk_begins_anew() -> None:
    day = in_talk(seated(a_rule("talk_long", threshold=300)))
    day.after(290).hangs_up("caller", "1001", "a caller")
    in_talk(day, caller="the next").after(290)
    assert day.told == []


def test_wrap_up_past_its_limit() -> None:
    day = Watched(a_rule("wrap_up_long", threshold=30))
    day.directory("1001", wrap_up=90).signs_in("1001")
    in_talk(day).hangs_up("agent", "1001", "a caller").after(31)
    assert day.told == ["+ wrap_up_long"]
    day.wrap_up_done("1001")
    assert day.told == ["+ wrap_up_long", "- wrap_up_long"]


def test_callback_past_its_limit() -> None:
    day = seated(a_rule("callback_long"))
    channel = "attempt-7"
    day.opens(channel, "PJSIP/trunk-77").adopts(channel).joins(channel).rings("1001", channel).answers("1001", channel)
    in_talk(day, "1002")
    day.after(181)
    assert day.subjects() == [SEAT]


def test_caller_on_hold_goes_amber_then_red() -> None:
    amber, red = a_rule("hold_long"), a_rule("hold_long", 2, threshold=180, severity=Severity.CRITICAL)
    day = in_talk(seated(amber, red)).after(100)
    day.holds("1001").after(121)
    assert [alert.severity for alert in day.alerts] == ["warning"]
    day.after(60)
    assert [alert.severity for alert in day.alerts] == ["warning", "critical"]
    day.resumes("1001")
    assert day.alerts == []


def test_an_agent_asks_for_help_within_a_second_and_red_until_somebody_comes() -> None:
    amber, red = a_rule("help_asked"), a_rule("help_asked", 2, threshold=60, severity=Severity.CRITICAL)
    day = seated(amber, red)
    day.tell(e.HelpAsked, "PJSIP/1001")
    day.after(1)
    assert day.subjects() == [SEAT]
    day.after(60)
    assert [alert.severity for alert in day.alerts] == ["warning", "critical"]
    day.tell(e.HelpTaken, "PJSIP/1001", "Zhang Min")
    assert day.alerts == []
    day.tell(e.HelpEnded, "PJSIP/1001")
    day.tell(e.HelpAsked, "PJSIP/1001")
    day.signs_out("1001")
    assert day.alerts == []


def test_hold_that_flaps_stays_one_alert_with_a_pause_before_clearing() -> None:
    day = in_talk(seated(a_rule("hold_long", clear_after_seconds=20)))
    day.holds("1001").after(125).resumes("1001").after(5)
    assert day.told == ["+ hold_long"]
    day.holds("1001").after(10)
    assert day.told == ["+ hold_long"]
    day.after(20)
    assert day.told == ["+ hold_long", "- hold_long"]


def test_phone_that_is_let_ring() -> None:
    day = seated(a_rule("ring_long"))
    day.joins("a caller").rings("1001", "a caller").after(14.9)
    assert day.told == []
    day.after(0.2)
    assert day.alert().subject == SEAT
    day.answers("1001", "a caller")
    assert day.told == ["+ ring_long", "- ring_long"]


def test_agent_who_dials_is_not_being_rung() -> None:
    day = seated(a_rule("ring_long"))
    day.dials("1001", "13900139000", to="outside").after(60)
    assert day.told == []


def test_several_rings_not_answered_within_a_while() -> None:
    day = seated(a_rule("rings_unanswered", options={"span_seconds": 600}))
    day.joins("a caller")
    for _ in range(3):
        assert day.told == []
        day.rings("1001", "a caller").after(15).does_not_answer("1001", "a caller").after(60)
    assert (day.alert().subject, day.alert().value) == (SEAT, 3)
    day.after(600 - 75 * 3 + 80)
    assert day.told == ["+ rings_unanswered", "- rings_unanswered"]


def test_rejections_are_no_rings_that_ran_out() -> None:
    day = seated(a_rule("rings_unanswered"), a_rule("rings_rejected", 2))
    day.joins("a caller")
    for _ in range(3):
        day.rings("1001", "a caller").after(1).does_not_answer("1001", "a caller", cause=21)
    assert day.told == ["+ rings_rejected"]


def test_pauses_in_short_bursts() -> None:
    day = seated(a_rule("pauses_short", threshold=3))
    for seconds in (10, 200, 20, 5):
        assert day.told == []
        day.pauses("1001", "break").after(seconds).unpauses("1001").after(30)
    assert day.alert().value == 3
    day.after(1800)
    assert day.told == ["+ pauses_short", "- pauses_short"]


def test_signing_out_and_in_again_and_again() -> None:
    day = seated(a_rule("sign_outs", threshold=3, options={"span_seconds": 900}))
    for _ in range(3):
        assert day.told == []
        day.signs_out("1001").after(20).signs_in("1001").after(60)
    assert day.alert().who["agent_number"] == "1001"
    day.after(900)
    assert day.told == ["+ sign_outs", "- sign_outs"]


def test_caller_who_waits_too_long() -> None:
    day = Watched(a_rule("wait_long"))
    day.joins("first").after(30).joins("second").after(29)
    assert day.told == []
    day.after(2)
    assert day.alert().subject == ("queues", "pbx1/support")
    day.gives_up("first")
    assert day.alerts == []
    day.after(31)
    assert day.told == ["+ wait_long", "- wait_long", "+ wait_long"]
    day.gives_up("second")
    assert day.alerts == []


def test_too_many_callers_waiting_with_a_margin() -> None:
    day = Watched(a_rule("callers_waiting", scope="queue", threshold=2, clear_margin=1))
    day.joins("a").joins("b")
    assert day.told == []
    day.joins("c").joins("d", "sales")
    assert (day.alert().subject, day.alert().value) == (("queues", "pbx1/support"), 3)
    day.gives_up("a")
    assert day.told == ["+ callers_waiting"]
    day.joins("e").gives_up("e").gives_up("b")
    assert day.told == ["+ callers_waiting", "- callers_waiting"]


def test_callers_of_all_queues_together() -> None:
    day = Watched(a_rule("callers_waiting", threshold=2))
    day.joins("a").joins("b", "sales").joins("c", "sales")
    assert day.alert().subject == ("all", "*")


def test_crowd_that_passes_is_not_told() -> None:
    day = Watched(a_rule("callers_waiting", threshold=1, raise_after_seconds=10))
    day.joins("a").joins("b").after(9).gives_up("a").after(60)
    assert day.told == []
    day.joins("c").after(11)
    assert day.told == ["+ callers_waiting"]


def test_service_level_under_target() -> None:
    day = Watched(a_rule("service_level_low", scope="queue", clear_margin=0.02))
    day.figure("support", offered=19, service_level=0.5)
    assert day.told == []
    day.figure("support", offered=20, service_level=0.79).figure("*", offered=40, service_level=0.7)
    assert (day.alert().subject, day.alert().value) == (("queues", "pbx1/support"), 0.79)
    day.figure("support", offered=30, service_level=0.81)
    assert day.told == ["+ service_level_low"]
    day.figure("support", offered=40, service_level=0.83)
    assert day.told == ["+ service_level_low", "- service_level_low"]
    [*_, cleared] = day.effects
    assert cleared.alert.peak == 0.79


def test_service_level_of_everything() -> None:
    day = Watched(a_rule("service_level_low"))
    day.figure("*", offered=40, service_level=None)
    day.figure("*", offered=40, service_level=0.7)
    assert day.alert().subject == ("all", "*")


def test_backlog_of_callbacks() -> None:
    day = Watched(a_rule("callbacks_due", threshold=10))
    a_list = {"id": "7", "name": "Autumn", "queue": "support", "state": "running", "due": 11}
    day.a_list("7", a_list)
    assert day.alert().who == {"list": "7", "name": "Autumn"}
    day.a_list("7", a_list | {"state": "stopped"})
    assert day.told == ["+ callbacks_due", "- callbacks_due"]
    day.a_list("7", a_list).a_list("7", None)
    assert day.alerts == []


def test_tickets_that_are_late() -> None:
    late = {"ticket": "T-7", "team": "Team A", "queue": "", "agent_number": "1001", "level": 1, "to": "team_leader"}
    team = a_rule("tickets_late", scope="team", names=frozenset({"Team A"}), threshold=2)
    day = Watched(team)
    day.tickets({"7": late, "8": late | {"team": "Team B", "level": 2}}, "7", "8")
    assert day.alerts == []
    day.tickets({"7": late | {"level": 2}}, "7", "8")
    assert (day.alert().subject, day.alert().who["ticket"], day.alert().value) == (("tickets", "7"), "T-7", 2)
    assert sentence(day.alert(), KINDS["tickets_late"], "en") == "T-7: late, level 2"
    day.set_rules(team)
    assert day.told == ["+ tickets_late"]
    day.tickets({}, "7")
    assert day.told == ["+ tickets_late", "- tickets_late"]


def test_recordings_missing() -> None:
    day = seated(a_rule("recordings_missing", scope="queue", names=frozenset({"support"}), threshold=2))
    day.misses_recording("1").misses_recording("2", "sales").after(1800)
    assert day.alerts == []
    day.misses_recording("3")
    assert (day.alert().value, day.alert().who["queue"]) == (2, "support")
    day.after(1801)
    assert day.told == ["+ recordings_missing", "- recordings_missing"]


def test_link_that_goes_down_and_tries_again_is_one_alert() -> None:
    day = Watched(a_rule("link_down"))
    day.link(LinkState.DOWN).after(8).link(LinkState.CONNECTING).after(8)
    assert day.told == ["+ link_down"]
    assert day.alert().since == pytest.approx(day.now - 16, abs=0.1)
    day.link(LinkState.DOWN).after(8).link(LinkState.SURVEYING).link(LinkState.LIVE)
    assert day.told == ["+ link_down", "- link_down"]


def test_link_that_is_back_at_once_is_not_told() -> None:
    day = Watched(a_rule("link_down"))
    day.link(LinkState.DOWN).after(14).link(LinkState.LIVE).after(60).link(LinkState.DOWN).after(14)
    assert day.told == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_explains_itself_in_both_languages(kind: object) -> None:
    words = [value for name, value in kind._asdict().items() if name.endswith(("_en", "_zh"))]  # type: ignore[attr-defined]
    assert len(words) == 6
    assert all(words)


def test_every_kind_has_a_story_here() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f'"{kind}"' not in source] == []
