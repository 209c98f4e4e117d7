"""An attended transfer as the floor shows it before its end: whom the agent asks, while the caller is on hold."""

from callcenter.floor import events as e
from callcenter.floor.facts import Conversation, EndedBy, Hold, SeatState
from tests.floor.stories import Diary, about, phone


def shown(day: Diary, agent: str = "1001") -> tuple[object, object]:
    view = day.floor.view(("seats", f"pbx1/{phone(agent)}")) or {}
    return view["consulting"], view["consult_answered"]


def asks(answered_after: float = 3) -> Diary:
    """1001 talks with the caller for ten seconds, then asks 1002, as Asterisk tells it (seen on 22.10)."""
    day = Diary().signs_in("1001").signs_in("1002").joins("caller").rings("1001", "caller").answers("1001", "caller")
    leg = day.leg("1001")
    day.after(10).tell(e.HoldBegun, leg)
    assert shown(day) == ("", False)
    for half in ("one", "two"):
        day.opens(half, f"Local/1002@callcenter-agents-00000000;{1 if half == 'one' else 2}", call="caller")
    day.tell(e.LocalJoined, "one", "two")
    day.bridges("one", call="caller", bridge="asking")
    day.leaves_bridge(leg, "bridge of caller").bridges(leg, call="caller", bridge="asking")
    assert shown(day) == ("1002", False)
    assert day.state("1001") is SeatState.ON_HOLD
    day.after(answered_after).tell(e.ChannelUp, "one", "caller", "1002", "1001")
    assert shown(day) == ("1002", True)
    return day


def test_who_is_asked_is_shown_until_the_agent_is_back_and_the_hold_counts() -> None:
    day = asks()
    leg = day.leg("1001")
    day.after(5).leaves_bridge(leg, "asking").bridges(leg, call="caller", bridge="bridge of caller")
    day.resumes("1001")
    assert shown(day) == ("", False)
    assert day.state("1001") is SeatState.TALKING
    [hold] = day.remained(Hold)
    assert hold.ended_at - hold.began_at == about(8)
    assert day.remained(Conversation) == []  # one talk, before and after


def test_handed_over_the_talk_ends_by_transfer_with_its_hold() -> None:
    day = asks()
    leg = day.leg("1001")
    day.after(5).leaves_bridge("one", "asking").bridges("one", call="caller", bridge="bridge of caller")
    day.leaves_bridge(leg, "asking")
    day.tell(e.AttendedTransferred, leg, leg, "caller", "one")
    assert shown(day) == ("", False)
    day.closes(leg)
    talk = day.talk()
    assert (talk.ended_by, talk.hold_seconds, talk.talk_seconds) == (EndedBy.TRANSFER, about(8), about(10))


def test_a_hold_is_no_question_and_tells_who_holds() -> None:
    day = Diary().signs_in("1001").joins("caller").rings("1001", "caller").answers("1001", "caller")
    channel = day.floor.sites["pbx1"].channels[day.leg("1001")]
    for by_code in (True, False):
        day.after(1).tell(e.HoldBegun, day.leg("1001"), by_code)
        assert channel.talk is not None
        assert channel.talk.is_held_by_code is by_code
        assert shown(day) == ("", False)
        day.after(1).resumes("1001")
