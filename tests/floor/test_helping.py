"""The mark of an agent who asks for help: who raises it, who comes, what ends it."""

from callcenter.floor import events as e
from tests.floor.stories import NOON, Diary, about

SEAT = "PJSIP/1001"


def mark(day: Diary) -> tuple[object, object]:
    view = day.floor.view(("seats", f"pbx1/{SEAT}")) or {}
    return view["help_since"], view["help_by"]


def test_the_first_question_and_the_first_helper_count() -> None:
    day = Diary().signs_in("1001")
    day.tell(e.HelpTaken, SEAT, "Nobody was asked")
    assert mark(day) == (None, "")
    day.after(5).tell(e.HelpAsked, SEAT.lower())
    day.after(5).tell(e.HelpAsked, SEAT)
    assert mark(day) == (about(NOON + 5), "")
    for name in ("Zhang Min", "Wang Wei"):
        day.tell(e.HelpTaken, SEAT, name)
    assert mark(day)[1] == "Zhang Min"
    day.tell(e.HelpEnded, SEAT)
    assert mark(day) == (None, "")


def test_it_ends_with_the_last_queue_and_is_not_raised_without_one() -> None:
    day = Diary().signs_in("1001").signs_in("1001", "sales")
    day.tell(e.HelpAsked, SEAT)
    day.signs_out("1001")
    assert mark(day)[0] is not None
    day.signs_out("1001", "sales")
    assert mark(day) == (None, "")
    day.tell(e.HelpAsked, SEAT)
    day.tell(e.HelpAsked, "PJSIP/9999")
    assert mark(day) == (None, "")


def test_signed_out_in_a_call_the_agent_may_ask_until_the_call_is_over() -> None:
    day = Diary().signs_in("1001").calls("bob").joins("bob").rings("1001", "bob").answers("1001", "bob")
    day.tell(e.HelpAsked, SEAT)
    day.signs_out("1001")
    assert mark(day)[0] is not None  # the call goes on, and with it the question
    day.tell(e.HelpEnded, SEAT)
    day.tell(e.HelpAsked, SEAT)
    assert mark(day)[0] is not None
    day.hangs_up("caller", "1001", "bob")
    assert mark(day) == (None, "")
