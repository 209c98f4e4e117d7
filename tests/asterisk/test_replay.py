"""Recorded traffic read back: the same events as live, whatever the pieces and wherever a connection was cut."""

import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from callcenter.asterisk import marks
from callcenter.asterisk.capture import read
from callcenter.asterisk.intake import Intake
from callcenter.asterisk.journal import Journal
from callcenter.asterisk.messages import NotAmi
from callcenter.asterisk.replay import replay
from callcenter.asterisk.replay_figures import replay_figures
from callcenter.cli import app
from callcenter.errors import BadInput
from callcenter.floor.events import (
    AnyEvent,
    ChannelClosed,
    ConnectionBegan,
    LinkChanged,
    LinkState,
    MemberChanged,
    Surveyed,
    Ticked,
)
from callcenter.floor.tally import Thresholds
from tests.asterisk.conftest import Told
from tests.asterisk.peer import QUEUES, Peer, hang_up_event, pause_event
from tests.asterisk.test_link import MakeLink

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
LOGGED_IN = b"Response: Success\r\nActionID: 1\r\nMessage: Authentication accepted\r\n\r\n"


def message(*lines: str) -> bytes:
    """One message on the wire."""
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def queue_call(channel_id: str, at: float, queue: str = "support") -> bytes:
    """A caller who waits for six seconds and hangs up."""

    def event(name: str, after: float, *more: str) -> bytes:
        who = (f"Uniqueid: {channel_id}", f"Linkedid: {channel_id}", "Channel: PJSIP/t-1", "CallerIDNum: 13912345678")
        return message(f"Event: {name}", "Privilege: agent,all", f"Timestamp: {at + after:.6f}", *who, *more)

    where = (f"Queue: {queue}", "Position: 1")
    return b"".join(
        (
            event("Newchannel", 0, "ChannelState: 4", "Context: inbound", "Exten: 4000"),
            event("QueueCallerJoin", 1, *where, "Count: 1"),
            event("RTCPSent", 2, "Report: x"),
            event("HangupRequest", 7, "Cause: 16"),
            event("QueueCallerAbandon", 7, *where, "OriginalPosition: 1", "HoldTime: 6"),
            event("QueueCallerLeave", 7, *where, "Count: 0"),
            event("Hangup", 7, "Cause: 16"),
        )
    )


CAPTURE = BANNER + LOGGED_IN + queue_call("1700000000.1", 1700000000) + queue_call("1700000060.2", 1700000060, "客服")


@pytest.mark.parametrize("size", [1, 2, 7, 1000, len(CAPTURE)])
def test_pieces_make_no_difference(size: int) -> None:
    events: list[AnyEvent] = []
    reading = replay((CAPTURE[at : at + size] for at in range(0, len(CAPTURE), size)), "pbx1", events.append)
    assert reading.messages == 15
    assert (len(events), events[0]) == (13, ConnectionBegan("pbx1", 0.0, is_first=True))
    assert reading.unknown == {"RTCPSent": 2}
    assert (reading.first_at, reading.last_at) == (1700000000.0, 1700000067.0)


@pytest.mark.parametrize("size", [1, 50, 100_000])
def test_a_connection_cut_inside_an_event_does_not_glue_it_to_the_next(size: int) -> None:
    half = message(*hang_up_event("1.1", 1700000001).split("\r\n"))[:-30]
    recorded = CAPTURE + half + CAPTURE + hang_up_event("9.9", 1700000200).encode() + b"\r\n\r\n"
    told = Told()
    reading = replay((recorded[at : at + size] for at in range(0, len(recorded), size)), "pbx1", told)
    assert [event.channel_id for event in told.of(ChannelClosed)] == [
        *["1700000000.1", "1700000060.2"] * 2,
        "9.9",
    ]
    assert not reading.failures


def test_a_caller_who_is_named_like_the_banner_hides_nothing() -> None:
    told = Told()
    recorded = BANNER + LOGGED_IN + message(
        "Event: Newchannel", "Privilege: call,all", "Timestamp: 1700000000.1", "Channel: PJSIP/t-1", "ChannelState: 4",
        "CallerIDNum: 139", "CallerIDName: Asterisk Call Manager/11.0.0", "Uniqueid: 1.1", "Linkedid: 1.1",
    )  # fmt: skip
    reading = replay([recorded], "pbx1", told)
    assert reading.events == {"ChannelOpened": 1}


def test_a_torn_end_is_left_out() -> None:
    reading = replay([CAPTURE[:-40]], "pbx1", Told())
    assert reading.events["ChannelClosed"] == 1


def test_events_are_held_until_their_survey_and_told_if_it_never_ends() -> None:
    told = Told()
    intake = Intake("pbx1", told)
    name, _, rest = QUEUES[0].partition("\r\n")
    intake.feed(message(name, "ActionID: callcenter-0a1b2c3d-survey:1/QueueStatus", *rest.split("\r\n")))
    intake.feed(message(*hang_up_event("1.1", 1700000001).split("\r\n")))
    assert told.events == []
    intake.reset()
    assert len(told.of(ChannelClosed)) == 1


def test_half_a_message_is_forgotten_at_a_reset() -> None:
    told = Told()
    intake = Intake("pbx1", told)
    intake.feed(b"Event: Hangup\r\nUniqueid: 9.9\r\nChan")
    intake.reset()
    intake.feed(message(*hang_up_event("1.1", 1700000001).split("\r\n")))
    assert [event.channel_id for event in told.of(ChannelClosed)] == ["1.1"]


def test_what_is_no_ami_is_said() -> None:
    with pytest.raises(NotAmi):
        replay([b"GET / HTTP/1.1\r\n" * 100_000], "pbx1", Told())


async def test_a_replay_of_the_journal_gives_what_was_told_live(
    peer: Peer, told: Told, make_link: MakeLink, tmp_path: Path
) -> None:
    journal = Journal(tmp_path, "pbx1")
    make_link(journal=journal)
    await told.until_state(LinkState.LIVE)
    peer.connection.raw(queue_call("1700000100.1", 1700000100))
    peer.connection.raw(b"Event: Hangup\r\nPrivilege: ca")
    await told.until(lambda: bool(told.of(ChannelClosed)))
    peer.connection.writer.close()
    await told.until_state(LinkState.LIVE, 2)
    peer.connection.say(pause_event("王小明", "meal", 1700000200))
    await told.until(lambda: bool(told.of(MemberChanged)))
    live = [event for event in told.events if not isinstance(event, LinkChanged)]
    journal.close()
    (file,) = (tmp_path / "pbx1").iterdir()
    replayed = Told()
    replay(read(file), "pbx1", replayed)
    assert replayed.events == live
    assert len(replayed.of(Surveyed)) == 2


def test_the_command_tells_what_it_read(tmp_path: Path) -> None:
    first, second = tmp_path / "1.ami", tmp_path / "2.ami.gz"
    cut = len(CAPTURE) // 2
    first.write_bytes(CAPTURE[:cut])
    second.write_bytes(gzip.compress(CAPTURE[cut:]))
    result = CliRunner().invoke(app, ["replay", str(first), str(second), "--json"])
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert {queue: (figures["offered"], figures["abandoned"]) for queue, figures in told["queues"].items()} == {
        "support": (1, 1),
        "客服": (1, 1),
    }
    assert told["totals"]["abandoned"] == 2
    assert (told["events"], told["unknown_events"]) == (14, {"RTCPSent": 2})
    assert (told["open_calls"], told["gaps"], told["agents"]) == (0, [], {})


@pytest.mark.parametrize(("seconds", "short"), [(6, 0), (6.5, 2)])
def test_the_thresholds_are_options(tmp_path: Path, seconds: float, short: int) -> None:
    file = tmp_path / "1.ami"
    file.write_bytes(CAPTURE)
    result = CliRunner().invoke(app, ["replay", str(file), "--short-abandon", str(seconds), "--json"])
    assert json.loads(result.stdout)["totals"]["abandoned_short"] == short


def test_the_command_prints_tables(tmp_path: Path) -> None:
    file = tmp_path / "1.ami"
    file.write_bytes(CAPTURE)
    result = CliRunner().invoke(app, ["replay", str(file)])
    assert result.exit_code == 0
    assert "2023-11-14 22:13:20+00:00 to 2023-11-14 22:14:27+00:00" in result.stdout
    assert "客服" in result.stdout
    assert "abandoned" in result.stdout


def test_a_queue_log_that_is_none_is_said(tmp_path: Path) -> None:
    file = tmp_path / "1.ami"
    file.write_bytes(CAPTURE)
    result = CliRunner().invoke(app, ["replay", str(file), "--queue-log", str(file), "--json"])
    assert isinstance(result.exception, BadInput)
    assert str(file) in result.exception.message


def test_a_file_of_something_else_is_an_error_that_names_it(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear customer,\n\nthis is no AMI.\n")
    result = CliRunner().invoke(app, ["replay", str(file), "--json"])
    assert isinstance(result.exception, BadInput)
    assert str(file) in result.exception.message
    assert result.output == ""


def test_a_hole_of_the_journal_is_a_gap() -> None:
    hole = marks.hole(1700000070.0, 1700000990.0) + marks.told(Ticked("pbx1", 1700000500.0))
    recorded = CAPTURE + hole + queue_call("1700001000.3", 1700001000)
    figures, reading = replay_figures([recorded], "pbx1", Thresholds())
    assert [(gap["from"], gap["to"]) for gap in figures["gaps"]] == [(1700000067.0, 1700001000.0)]
    assert (figures["totals"]["offered"], figures["unknown_events"]) == (3, {"RTCPSent": 3})
    assert not reading.failures
