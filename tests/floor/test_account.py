"""The account of a span: what was not heard of a stay is told by its end."""

from callcenter.floor import events as e
from callcenter.floor.account import Account
from callcenter.floor.events import AnyEvent
from callcenter.floor.facts import EndedBy, VisitOutcome
from callcenter.floor.tally import QueueCall
from callcenter.floor.terms import ChannelId
from tests.floor.stories import PBX, Diary, phone
from tests.floor.test_queue_calls import a_day


def calls_of(events: list[AnyEvent]) -> list[QueueCall]:
    """The stays, by their beginnings."""
    account = Account(PBX)
    for event in events:
        account.apply(event)
    account.close()
    return sorted(account.calls, key=lambda call: call.joined_at)


def unheard(day: Diary, since: int) -> None:
    """What the diary tells from there on was not heard."""
    del day.events[since:]


def completed(day: Diary, caller: str, leg: str, talk: float, reason: str = "caller") -> None:
    day.tell(e.MemberCompleted, "support", phone("1001"), phone("1001"), ChannelId(caller), leg, 0.0, talk, reason)


def test_a_place_that_was_taken_over_and_whose_answer_nobody_heard_is_one_stay() -> None:
    """Its end is told under the channel that took it over, and its beginning under that of the agent who asked."""
    day = a_day("1001", "1002").joins("caller").rings("1002", "caller").answers("1002", "caller").after(3)
    day.joins("asking").after(1)
    day.tell(e.AttendedTransferred, day.leg("1002"), ChannelId("asking"), ChannelId("caller"), ChannelId(""))
    day.completes("1002", "caller", "transfer").closes(day.leg("1002")).closes("asking")
    heard, asked_at = len(day.events), int(day.now)
    day.rings("1001", "asking").answers("1001", "asking")
    unheard(day, heard)
    day.now = asked_at + 6.0
    completed(day, "caller", day.leg("1001"), 6.0)
    calls = calls_of(day.closes("caller").events)
    assert [(call.channel_id, call.outcome) for call in calls] == [
        ("caller", VisitOutcome.ANSWERED),
        ("asking", VisitOutcome.ANSWERED),
    ]
    assert calls[1].talk is not None
    assert (calls[1].talk.seconds, calls[1].talk.ended_by) == (6.0, EndedBy.CALLER)


def test_the_end_of_a_stay_that_nobody_saw_begin_is_not_that_of_the_one_before() -> None:
    """The caller was moved back into the queue, unheard. Both talks end as he goes; each has its own length."""
    day = a_day("1001")
    day.now = int(day.now) + 0.7
    day.joins("caller").rings("1001", "caller").answers("1001", "caller")
    day.now = int(day.now) + 8.5
    completed(day, "caller", "unheard", 7.0, "agent")
    completed(day, "caller", "", 8.0)
    [call] = calls_of(day.closes("caller").events)
    assert call.talk is not None
    assert (round(call.talk.seconds), call.talk.ended_by) == (8, EndedBy.CALLER)


def test_an_end_without_the_agents_channel_is_not_that_of_a_talk_that_was_heard_to_begin_later() -> None:
    """The agent has two callers; of one of them only the end was heard."""
    day = a_day("1001")
    day.now = int(day.now) + 1.5
    day.joins("caller").rings("1001", "caller").answers("1001", "caller")
    day.now = int(day.now) + 1.2
    completed(day, "unheard", "", 2.0)
    day.after(5).hangs_up("agent", "1001", "caller")
    talks = {call.channel_id: call.talk for call in calls_of(day.events)}
    assert {channel_id: talk and (round(talk.seconds), talk.ended_by) for channel_id, talk in talks.items()} == {
        "unheard": (2, EndedBy.CALLER),
        "caller": (6, EndedBy.AGENT),
    }
