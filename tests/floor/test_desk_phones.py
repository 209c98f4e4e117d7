"""Desk phones: one interface, and one agent after another at it; what was theirs stays theirs."""

from typing import Any

import pytest

from callcenter.asterisk.gap_account import gap_account
from callcenter.asterisk.queue_log_lines import parse
from callcenter.asterisk.queue_log_stay import StayFacts
from callcenter.floor import events as e
from callcenter.floor.account import Account
from callcenter.floor.facts import CallerSurvey, Conversation, QueueVisit, Ring, SeatSpell, SeatState
from callcenter.floor.gauges import gauges
from callcenter.live import checkpoint
from tests.floor.logs import Log
from tests.floor.stories import PBX, Diary, about, member
from tests.floor.test_properties import Watched

DESK, OTHER = "PJSIP/801", "PJSIP/802"
LI_NA = e.AgentEntry("1001", "Li Na", "day", "PJSIP/1001")
ZHANG_MIN = e.AgentEntry("1003", "Zhang Min", "day", "")
CHEN_JIE = e.AgentEntry("1004", "Chen Jie", "night", "")
PHONES = (e.DeskPhone("801", "Desk 1", DESK), e.DeskPhone("802", "Desk 2", OTHER))


def a_room(*, wrap_up: int = 0) -> Diary:
    """An agent with a phone of her own, two without, two desk phones at which nobody sits."""
    day = Diary()
    queues = (e.QueueRules("support", "Support", wrap_up), e.QueueRules("sales", "Sales", wrap_up))
    day.tell(e.DirectoryChanged, (LI_NA, ZHANG_MIN, CHEN_JIE), queues, (), PHONES)
    return day


def takes(day: Diary, caller: str, seconds: float = 10) -> Diary:
    """Whoever sits at the desk talks with a caller for so long, and the caller hangs up."""
    day.joins(caller).after(1).rings(DESK, caller).after(2).answers(DESK, caller)
    return day.after(seconds).hangs_up("caller", DESK, caller)


def sits(day: Diary, at: str = DESK) -> tuple[str, str, str, SeatState]:
    seat = day.seat(at)
    return seat.agent_number, seat.agent_name, seat.team, seat.state


def surveyed(day: Diary, *members: e.Member) -> Diary:
    """A new connection, and its survey that finds these members and no calls."""
    day.apply(e.ConnectionBegan(PBX, day.floor.sites[PBX].heard_at))
    day.tell(e.Surveyed, queues=("support",), members=members, waiting=(), channels=(), devices=())
    return day


NOBODY = ("", "", "", SeatState.SIGNED_OUT)


def test_a_desk_phone_is_shown_with_its_place_and_counts_as_no_seat_while_nobody_sits_there() -> None:
    day = a_room()
    view = day.seat(DESK).view()
    assert (view["desk"], view["desk_label"], view["agent_name"]) == ("801", "Desk 1", "")
    assert sits(day) == NOBODY
    assert gauges(day.floor.sites.values(), 0)["seats"]["signed_out"] == 1  # type: ignore[index]
    day.signs_in(DESK, name="Zhang Min")
    assert sits(day) == ("1003", "Zhang Min", "day", SeatState.READY)
    assert gauges(day.floor.sites.values(), 0)["seats"]["ready"] == 1  # type: ignore[index]
    day.after(60).signs_out(DESK)
    assert sits(day) == NOBODY
    assert sum(gauges(day.floor.sites.values(), 0)["seats"].values()) == 1  # type: ignore[attr-defined]


def test_two_agents_one_after_the_other_have_each_their_own_facts() -> None:
    day = a_room(wrap_up=5)
    day.signs_in(DESK, name="Zhang Min").after(5)
    takes(day, "one").after(10).signs_out(DESK).after(30)
    day.signs_in(DESK, name="Chen Jie").after(5)
    takes(day, "two", 20).after(10).signs_out(DESK)
    whose = [("1003", "day"), ("1004", "night")]
    for kind in (QueueVisit, Ring, Conversation):
        facts: list[Any] = list(day.remained(kind))
        assert [(fact.agent_number, fact.team) for fact in facts] == whose
        assert {fact.interface for fact in facts} == {DESK}
    spells: dict[str, float] = {}
    for spell in day.remained(SeatSpell):
        spells[spell.agent_number] = spells.get(spell.agent_number, 0) + spell.until - spell.since
    assert spells == {"1003": about(28), "1004": about(38)}
    assert day.surprises == []


@pytest.mark.parametrize("is_replaced", [False, True])
def test_what_goes_on_when_the_agent_signs_out_stays_the_agents(is_replaced: bool) -> None:
    day = a_room(wrap_up=20).signs_in(DESK, name="Zhang Min")
    day.joins("caller").rings(DESK, "caller").answers(DESK, "caller").after(10).signs_out(DESK)
    assert sits(day) == ("1003", "Zhang Min", "day", SeatState.TALKING)  # nobody else is free to sit there yet
    if is_replaced:  # whatever a page would say: Asterisk is right
        day.after(5).signs_in(DESK, name="Chen Jie")
        assert sits(day)[:2] == ("1004", "Chen Jie")
    day.after(5).hangs_up("caller", DESK, "caller")
    assert day.talk().agent_number == "1003"
    assert day.talk().wrap_up_seconds == about(0)
    assert sits(day) == (("1004", "Chen Jie", "night", SeatState.READY) if is_replaced else NOBODY)
    spells = [(spell.agent_number, spell.state) for spell in day.remained(SeatSpell) if spell.until - spell.since > 1]
    expected = [("1003", SeatState.TALKING)]
    assert spells == ([*expected, ("1004", SeatState.TALKING)] if is_replaced else expected)


def test_a_ring_that_outlasts_its_agent_is_the_agents() -> None:
    day = a_room().signs_in(DESK, name="Zhang Min").joins("caller").rings(DESK, "caller").after(3)
    day.signs_out(DESK).signs_in(DESK, name="Chen Jie").after(2).does_not_answer(DESK, "caller", seconds=5)
    [ring] = day.remained(Ring)
    assert (ring.agent_number, ring.agent_name) == ("1003", "Zhang Min")
    assert sits(day)[0] == "1004"


def test_the_survey_after_the_call_judges_who_talked_and_has_left() -> None:
    day = a_room().signs_in(DESK, name="Zhang Min").joins("caller").rings(DESK, "caller").answers(DESK, "caller")
    day.after(10).lets_go(DESK, "caller").is_asked("caller").signs_out(DESK)
    assert sits(day) == NOBODY
    day.signs_in(DESK, name="Chen Jie").after(3).presses("caller", 5)
    [survey] = day.remained(CallerSurvey)
    assert (survey.agent_number, survey.score) == ("1003", 5)


def test_a_survey_that_finds_somebody_else_cuts_the_spell() -> None:
    day = a_room().signs_in(DESK, name="Zhang Min").after(20)
    surveyed(day.after(5), member(DESK, name="Chen Jie"))
    assert sits(day) == ("1004", "Chen Jie", "night", SeatState.READY)
    [spell] = day.remained(SeatSpell)
    assert (spell.agent_number, spell.state, spell.is_certain) == ("1003", SeatState.READY, False)


def test_a_survey_that_finds_the_same_agent_cuts_nothing() -> None:
    day = a_room().signs_in(DESK, name="Zhang Min").after(20)
    surveyed(day.after(5), member(DESK, name="Zhang Min"))
    assert sits(day) == ("1003", "Zhang Min", "day", SeatState.READY)
    assert day.remained(SeatSpell) == []


def settles(log: Log) -> Diary:
    """As `Log.settles`, with those who have no phone of their own."""
    site = log.day.floor.sites[PBX]
    assert site.gap is not None
    assert site.gap.until is not None
    records = [record for line in log.lines if (record := parse(line)) is not None]
    known = e.DirectoryChanged(PBX, 0.0, site.directory(), tuple(site.rules.values()))
    log.day.after(1).apply(gap_account(records, known, site.gap.since, site.gap.until))
    return log.day


def test_calls_of_two_agents_at_one_phone_in_one_gap_are_each_ones_own() -> None:
    day = a_room().signs_in(DESK, name="Zhang Min").after(5)
    log = Log(day)
    log.after(3).joins("one").after(4).writes("one", "support", "Zhang Min", "CONNECT", 4, "leg-1", 2).after(9)
    log.writes("one", "support", "Zhang Min", "COMPLETECALLER", 4, 9, 1).after(2)
    log.writes("NONE", "support", "Zhang Min", "REMOVEMEMBER", "").after(1)
    log.writes("NONE", "support", "Chen Jie", "ADDMEMBER", "").after(3)
    log.joins("two").after(1).writes("two", "support", "Chen Jie", "CONNECT", 1, "leg-2", 1).after(7)
    log.writes("two", "support", "Chen Jie", "COMPLETEAGENT", 1, 7, 1).after(3)
    surveyed(day, member(DESK, name="Chen Jie"))
    settles(log)
    assert [(talk.agent_number, talk.interface, talk.talk_seconds) for talk in day.remained(Conversation)] == [
        ("1003", DESK, 9),
        ("1004", DESK, 7),
    ]
    assert [visit.agent_number for visit in day.remained(QueueVisit)] == ["1003", "1004"]


def test_a_talk_at_a_desk_phone_that_ended_in_the_gap_is_told_once() -> None:
    day = a_room().signs_in(DESK, name="Li Na")  # who has a phone of her own, too
    day.joins("caller").after(4).rings(DESK, "caller").after(1).answers(DESK, "caller").after(3)
    leg, log = day.leg(DESK), Log(day)
    log.after(6).writes("caller", "support", "Li Na", "COMPLETECALLER", 5, 9, 1).after(2)
    log.writes("NONE", "support", "Li Na", "REMOVEMEMBER", "")
    began = int(day.now) - 11
    log.lines[:0] = [
        f"{began - 5}|caller|support|NONE|ENTERQUEUE||13800138000|1",
        f"{began}|caller|support|Li Na|CONNECT|5|{leg}|1",
    ]
    surveyed(day.after(2))
    settles(log)
    [talk] = day.remained(Conversation)
    assert (talk.agent_number, talk.interface) == ("1001", DESK)
    assert sits(day) == NOBODY


def test_of_who_has_no_phone_queue_log_alone_gives_a_place_of_their_own() -> None:
    make = StayFacts(PBX, (LI_NA, ZHANG_MIN, CHEN_JIE), ())
    assert make.agent_of("Zhang Min").interface == "Agent/1003"
    assert make.agent_of("Chen Jie").interface == "Agent/1004"
    assert make.agent_of("Li Na").interface == "PJSIP/1001"


def test_a_checkpoint_keeps_who_sits_where() -> None:
    day = a_room().signs_in(DESK, name="Zhang Min")
    body = checkpoint.frozen(day.floor.sites[PBX]).packed()
    day.floor.sites[PBX] = checkpoint.thawed(body, PBX)
    assert sits(day) == ("1003", "Zhang Min", "day", SeatState.READY)
    takes(day, "caller").signs_out(DESK)
    assert day.talk().agent_number == "1003"
    assert sits(day) == NOBODY
    assert day.floor.sites[PBX].sat_last["Zhang Min"] == DESK


def test_a_new_directory_keeps_who_sits_there() -> None:
    day = a_room().signs_in(DESK, name="Zhang Min")
    renumbered = e.AgentEntry("2003", "Zhang Min", "night", "")
    day.tell(e.DirectoryChanged, (renumbered,), (), (), PHONES)
    assert sits(day) == ("2003", "Zhang Min", "night", SeatState.READY)


def test_a_member_whom_the_directory_does_not_know_sits_there_by_name() -> None:
    day = a_room().signs_in(DESK, name="Stranger").after(5)
    assert sits(day) == ("", "Stranger", "", SeatState.READY)
    day.signs_out(DESK)
    assert sits(day) == NOBODY


def test_the_feed_shows_who_comes_and_goes_by_its_changes() -> None:
    """Old snapshot and changes are the fresh snapshot, at desk phones too."""
    day = a_room(wrap_up=3).signs_in(DESK, name="Zhang Min").after(5)
    takes(day, "one").after(1).signs_out(DESK).signs_in(DESK, name="Chen Jie")
    takes(day, "two").after(5).signs_out(DESK).signs_in(OTHER, name="Chen Jie").signs_in(
        OTHER, "sales", name="Chen Jie"
    )
    day.signs_out(OTHER).after(4).signs_out(OTHER, "sales")
    watched = Watched().run(day.events)
    assert watched.surprises == 0


def test_an_account_of_the_day_knows_how_long_each_was_signed_in_and_paused_at_one_phone() -> None:
    day = a_room().signs_in(DESK, name="Zhang Min").after(20)
    day.tell(e.MemberChanged, member(DESK, name="Zhang Min", is_paused=True, pause_reason="meal"))
    day.after(30).signs_out(DESK).after(100).signs_in(DESK, name="Chen Jie").after(5)
    day.tell(e.MemberChanged, member(DESK, name="Chen Jie", is_paused=True, pause_reason="meal"))
    day.after(7).ticks()
    account = Account(PBX)
    for event in day.events:
        account.apply(event)
    account.close()
    agents = account.attendance.agents.items()
    told = {name: (one.signed_in_seconds, one.pauses["meal"].seconds) for name, one in agents}
    assert told == {"Zhang Min": (about(50), about(30)), "Chen Jie": (about(12), about(7))}
