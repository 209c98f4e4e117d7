"""Marks of the server's own in a journal: read back as they were told, and never a way to break the framing."""

from typing import get_args

import pytest
from msgspec import ValidationError

from callcenter.asterisk import marks
from callcenter.asterisk.intake import Intake
from callcenter.asterisk.messages import Framer
from callcenter.floor.events import (
    AgentEntry,
    AnyEvent,
    ConnectionBegan,
    DirectoryChanged,
    GapSettled,
    LinkChanged,
    LoggedTalk,
    QueueRules,
    Ticked,
)
from callcenter.floor.facts import Ring, RingOutcome
from callcenter.floor.floor import OURS
from callcenter.floor.terms import CallId, ChannelId

NAME = '王\r\n\r\nEvent: Hangup\r\nUniqueid: 1\r\n\r\n"\\'
RING = Ring(
    pbx="pbx1",
    ring_id=ChannelId("2"),
    channel_id=ChannelId("1"),
    call_id=CallId("1"),
    queue="support",
    interface="PJSIP/1001",
    agent_number="1001",
    agent_name=NAME,
    began_at=10.0,
    ended_at=12.5,
    outcome=RingOutcome.LOST,
    ring_seconds=2.5,
)
EVENTS = (
    Ticked("pbx1", 1_800_000_000.123456),
    DirectoryChanged("pbx1", 5.0, (AgentEntry("1001", NAME, "team", "PJSIP/1001"),), (QueueRules("support"),)),
    GapSettled("pbx1", 20.0, 20.0, (RING,), (LoggedTalk(ChannelId("1"), "q", NAME, ChannelId("2"), 9.0),), True, False),
)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_what_was_told_is_read_back(event: marks.Told) -> None:
    heard: list[AnyEvent] = []
    intake = Intake("pbx1", heard.append)
    intake.feed(marks.told(event))
    assert heard == [event]
    assert (intake.messages, intake.failures, intake.translator.clock) == (0, {}, 0.0)


def test_a_mark_is_one_message_and_of_the_pbx_whose_journal_it_is() -> None:
    (raw,) = Framer().feed(marks.told(EVENTS[1]))
    assert marks.event_in(raw, "other").pbx == "other"


def test_the_settlement_is_read_with_all_of_its_fields() -> None:
    assert marks.Settled.__struct_fields__ == GapSettled.__struct_fields__


def test_every_event_that_is_ours_is_kept_or_follows_from_what_is() -> None:
    """The state of a link is true now or not at all, and a banner tells that a connection began."""
    assert set(get_args(marks.Told)) == OURS - {LinkChanged, ConnectionBegan}


def test_a_mark_of_anything_else_is_refused() -> None:
    mark = marks.told(EVENTS[0]).replace(b"Ticked", b"Surveyed")
    with pytest.raises(ValidationError):
        marks.event_in(mark, "pbx1")


def test_behind_a_hole_it_is_as_behind_a_cut_connection() -> None:
    heard: list[AnyEvent] = []
    intake = Intake("pbx1", heard.append)
    intake.feed(b"Asterisk Call Manager/11.0.0\r\nResponse: Success\r\nPing: Pong\r\nTimestamp: 50.5\r\n\r\n")
    intake.feed(marks.hole(60.0, 70.0))
    assert heard == [ConnectionBegan("pbx1", 0.0, is_first=True), ConnectionBegan("pbx1", 50.5)]


def test_a_connection_behind_a_start_is_the_first_of_its_server() -> None:
    heard: list[AnyEvent] = []
    intake = Intake("pbx1", heard.append)
    banner = b"Asterisk Call Manager/11.0.0\r\nResponse: Success\r\n\r\n"
    intake.feed(banner + marks.closed(1.0) + banner + marks.started(2.0) + banner)
    assert [event.is_first for event in heard if isinstance(event, ConnectionBegan)] == [True, False, True]
