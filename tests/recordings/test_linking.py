"""A recording belongs to the conversation of its call that it holds most of."""

import pytest

from callcenter.floor.facts import Conversation
from callcenter.recordings.linking import conversation_of, sound_begins_at
from tests.facts import NOON, a_conversation, a_recording


def _talk(leg: str, began: float, ended: float, **given: object) -> Conversation:
    return a_conversation(leg_id=leg, began_at=NOON + began, ended_at=NOON + ended, **given)


FILE = a_recording(channel_id="caller", began_at=NOON, ended_at=NOON + 60)


@pytest.mark.parametrize(
    ("conversations", "leg"),
    [
        ([], None),
        ([_talk("a", 5, 60)], "a"),
        ([_talk("a", 5, 20), _talk("b", 20, 60)], "b"),
        ([_talk("a", 5, 50), _talk("b", 50, 60)], "a"),
        ([_talk("a", 5, 30), _talk("b", 30, 55)], "a"),
        ([_talk("a", 5, 50), _talk("caller", 50, 60)], "caller"),
        ([_talk("a", 60, 90)], None),
        ([_talk("a", -20, 0)], None),
        ([_talk("a", 5, 60, call_id="another")], None),
        ([_talk("a", 5, 60, pbx="pbx2")], None),
    ],
    ids=[
        "none", "the only one", "mostly the second", "mostly the first", "equal: the first", "its own channel",
        "after it", "before it", "another call", "another PBX",
    ],
)  # fmt: skip
def test_the_conversation_of_a_recording(conversations: list[Conversation], leg: str | None) -> None:
    found = conversation_of(FILE, conversations)
    assert (found.leg_id if found else None) == leg


@pytest.mark.parametrize(
    ("duration", "conversations", "begins"),
    [
        (60.0, [_talk("a", 12, 60)], 0),
        (59.5, [_talk("a", 12, 60)], 0),
        (48.0, [_talk("a", 12, 60)], 12),
        (40.0, [_talk("b", 30, 60), _talk("a", 12, 25)], 12),
        (40.0, [_talk("a", -5, 60)], 0),
        (40.0, [], 0),
    ],
    ids=["whole", "whole but for rounding", "bridged only", "the first of two", "began before", "no conversation"],
)
def test_when_its_sound_begins(duration: float, conversations: list[Conversation], begins: float) -> None:
    assert sound_begins_at(FILE, duration, conversations) == NOON + begins
