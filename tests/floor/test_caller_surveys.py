"""The survey after the call: who is asked, what remains of it, and what is not believed."""

import pytest

from callcenter.floor import events as e
from callcenter.floor.facts import CallerSurvey
from callcenter.floor.terms import ChannelId
from tests.floor.stories import CALLER_NUMBER, Diary, about
from tests.floor.test_queue_calls import a_day
from tests.floor.test_seats import in_a_talk


def asked() -> Diary:
    """The agent has hung up, and the caller hears the question."""
    return in_a_talk().after(10).lets_go("1001", "caller").is_asked("caller")


def survey(day: Diary) -> CallerSurvey:
    """The only survey that is over."""
    [told] = day.remained(CallerSurvey)
    return told


def test_an_answer_stands_with_the_call_its_queue_and_who_talked() -> None:
    day = asked()
    since = day.now
    day.after(4).presses("caller", 4)
    told = survey(day)
    visit = day.visit()
    assert (told.channel_id, told.queue, told.join) == (visit.channel_id, visit.queue, visit.join)
    assert (told.call_id, told.number) == (visit.call_id, CALLER_NUMBER)
    assert (told.agent_number, told.agent_name, told.team, told.interface) == (
        "1001",
        "Agent 1001",
        "day",
        "PJSIP/1001",
    )
    assert (told.asked_at, told.ended_at - told.asked_at) == (since, about(4))
    assert (told.score, told.is_certain) == (4, True)
    day.requests_hangup("caller").closes("caller")
    assert len(day.remained(CallerSurvey)) == 1
    assert (day.surprises, day.leftovers()) == ([], [])


def test_who_hangs_up_at_the_question_was_asked_and_did_not_answer() -> None:
    day = asked().after(3)
    assert day.remained(CallerSurvey) == []
    day.requests_hangup("caller").closes("caller")
    told = survey(day)
    assert (told.score, told.agent_number, told.is_certain) == (0, "1001", True)
    assert (day.surprises, day.leftovers()) == ([], [])


def test_said_again_and_pressed_again_it_counts_once() -> None:
    day = asked().is_asked("caller").presses("caller", 2)
    for event in [*day.events]:
        if isinstance(event, e.CallerSurveyOffered | e.CallerSurveyAnswered):
            day.apply(event)
    day.presses("caller", 5).closes("caller").is_asked("caller").presses("caller", 1)
    assert survey(day).score == 2
    assert day.surprises == []


def test_an_answer_whose_question_was_not_heard_counts() -> None:
    day = in_a_talk().after(10).lets_go("1001", "caller").presses("caller", 5).closes("caller")
    assert survey(day).score == 5


def test_a_second_visit_is_asked_about_for_itself() -> None:
    day = asked().presses("caller", 1)
    day.after(1).joins("caller").rings("1001", "caller").answers("1001", "caller")
    day.after(9).lets_go("1001", "caller").is_asked("caller").after(1).closes("caller")
    assert [(told.join, told.score) for told in day.remained(CallerSurvey)] == [(1, 1), (2, 0)]


def test_the_agent_who_talked_last_is_judged() -> None:
    day = a_day("1001", "1002").joins("caller").rings("1001", "caller").answers("1001", "caller").after(5)
    day.opens("consult", "PJSIP/1001-000000c1", number="1001", extension="1002")
    day.opens("second", "PJSIP/1002-000000c2", call="consult", number="1002")
    day.bridges("consult", "second", call="consult", bridge="consultation").after(5)
    day.tell(
        e.AttendedTransferred, day.leg("1001", "caller"), ChannelId("consult"), ChannelId("caller"), ChannelId("second")
    )
    day.bridges("second", call="caller", bridge="bridge of caller").closes("consult")
    day.after(5).completes("1001", "caller", "transfer").leaves_bridge("second", "bridge of caller")
    day.is_asked("caller").presses("caller", 3)
    assert survey(day).agent_number == "1002"


def test_a_colleague_who_calls_the_queue_is_not_judged_for_it() -> None:
    day = a_day("1001", "1002").opens("caller", "PJSIP/1002-000000aa", number="1002", extension="4001")
    day.adopts("caller").joins("caller").rings("1001", "caller").answers("1001", "caller")
    day.after(5).lets_go("1001", "caller").is_asked("caller").presses("caller", 5)
    assert survey(day).agent_number == "1001"


@pytest.mark.parametrize(("channel", "queue"), [("caller", "sales"), ("caller", "x" * 128), ("nobody", "support")])
def test_what_the_floor_does_not_know_of_is_not_counted(channel: str, queue: str) -> None:
    day = in_a_talk().after(10).lets_go("1001", "caller")
    day.is_asked(channel, queue).presses(channel, 5, queue).closes("caller")
    assert day.remained(CallerSurvey) == []
    assert len(day.surprises) == 2
    assert all(queue not in surprise.came + surprise.expected for surprise in day.surprises)
    assert day.leftovers() == []


def test_a_caller_whom_nobody_answered_is_not_believed() -> None:
    day = a_day("1001").joins("caller").presses("caller", 5).gives_up("caller")
    assert day.remained(CallerSurvey) == []


def test_a_caller_who_was_gone_after_a_gap_may_have_answered() -> None:
    day = asked().after(60)
    day.tell(e.Surveyed, ("support",), (), (), (), ())
    assert (survey(day).score, survey(day).is_certain) == (0, False)
