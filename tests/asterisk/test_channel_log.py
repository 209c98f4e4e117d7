"""What the channel event log tells of an attempt, and what it cannot tell."""

import gzip
import os
from pathlib import Path

import pytest

from callcenter.asterisk.channel_log import ChannelLogs, recall
from callcenter.errors import NotFound
from callcenter.floor.terms import AttemptId

PLACED_AT = 1_795_629_000.0
OURS = AttemptId("attempt-1")


def write(path: Path, *lines: tuple[float, str, str, str]) -> Path:
    """Lines of seconds after the attempt, event, channel, details."""
    rows = (f"{PLACED_AT + at:.6f},{event},{channel},{details}" for at, event, channel, details in lines)
    path.write_text("".join(f"{row}\n" for row in rows))
    os.utime(path, (PLACED_AT + 100, PLACED_AT + 100))
    return path


def hung_up(cause: int) -> str:
    return f'"{{""hangupcause"":{cause},""hangupsource"":""PJSIP/trunk-00000002"",""dialstatus"":""""}}"'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "callcenter.csv"


def test_a_call_that_was_rejected(path: Path) -> None:
    write(path, (0.1, "CHAN_START", OURS, '""'), (2.5, "HANGUP", OURS, hung_up(21)))
    told = recall(path, "pbx1", OURS, PLACED_AT)
    assert not isinstance(told, str)
    assert (told.cause, told.answered_at, told.reached_at, told.ended_at) == (21, None, None, PLACED_AT + 2.5)
    assert (told.was_placed, told.is_certain, told.is_machine) == (True, True, None)


def test_a_customer_who_talked_with_an_agent(path: Path) -> None:
    write(
        path,
        (0.1, "CHAN_START", OURS, '""'),
        (3, "ANSWER", OURS, '""'),
        (4, "CHAN_START", "pbx1-1.8", '""'),
        (5, "BRIDGE_ENTER", OURS, '"{""bridge_id"":""1fb2""}"'),
        (7, "BRIDGE_ENTER", OURS, '"{""bridge_id"":""1fb2""}"'),
        (9, "HANGUP", OURS, hung_up(16)),
    )
    told = recall(path, "pbx1", OURS, PLACED_AT)
    assert not isinstance(told, str)
    assert (told.answered_at, told.reached_at) == (PLACED_AT + 3, PLACED_AT + 5)


@pytest.mark.parametrize(
    ("event", "details", "is_machine"),
    [
        ("CallbackMachine", '""', True),
        ("USER_DEFINED", '"{""extra"":""CallbackMachine""}"', True),
        ("CallbackPerson", '""', False),
        ("USER_DEFINED", '"{""extra"":""CallbackPerson""}"', False),
    ],
)
def test_what_machine_detection_said(path: Path, event: str, details: str, is_machine: bool) -> None:
    write(path, (0, "CHAN_START", OURS, '""'), (2, event, OURS, details), (3, "HANGUP", OURS, hung_up(16)))
    told = recall(path, "pbx1", OURS, PLACED_AT)
    assert not isinstance(told, str)
    assert told.is_machine is is_machine


def test_a_call_that_never_began_is_told_once_the_log_goes_on_behind_it(path: Path) -> None:
    write(path, (-20, "CHAN_START", "pbx1-1.1", '""'), (25, "CHAN_START", "pbx1-1.2", '""'))
    assert recall(path, "pbx1", OURS, PLACED_AT) == "not yet"
    write(path, (-20, "CHAN_START", "pbx1-1.1", '""'), (31, "HANGUP", "pbx1-1.2", hung_up(16)))
    assert recall(path, "pbx1", OURS, PLACED_AT) == "never"


def test_a_call_that_goes_on_is_not_told_yet(path: Path) -> None:
    write(path, (0, "CHAN_START", OURS, '""'), (3, "ANSWER", OURS, '""'), (60, "HANGUP", "pbx1-1.2", hung_up(16)))
    assert recall(path, "pbx1", OURS, PLACED_AT) == "not yet"


def test_what_rotation_left_beside_the_log_is_read_too(path: Path) -> None:
    write(path, (0, "CHAN_START", OURS, '""'), (1, "HANGUP", OURS, hung_up(17)))
    packed = path.with_name("callcenter.csv.1.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    os.utime(packed, (PLACED_AT + 50, PLACED_AT + 50))
    write(path, (60, "CHAN_START", "pbx1-1.2", '""'))
    told = recall(path, "pbx1", OURS, PLACED_AT)
    assert not isinstance(told, str)
    assert told.cause == 17


def test_a_long_log_is_read_from_where_the_attempt_may_be(path: Path) -> None:
    early = ((-50_000 + at, "CHAN_START", f"pbx1-1.{at}", '""') for at in range(20_000))
    write(path, *early, (0, "CHAN_START", OURS, '""'), (1, "HANGUP", OURS, hung_up(17)))
    told = recall(path, "pbx1", OURS, PLACED_AT)
    assert not isinstance(told, str)
    assert told.cause == 17


def test_lines_that_are_none_are_passed_over(path: Path) -> None:
    write(path, (0, "CHAN_START", OURS, '""'), (1, "HANGUP", OURS, "rubbish"))
    path.write_bytes(b"\0\0no line\n\n" + path.read_bytes() + b"1795")
    told = recall(path, "pbx1", OURS, PLACED_AT)
    assert not isinstance(told, str)
    assert told.cause == 0


async def test_where_there_is_no_log_nothing_is_known(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(NotFound):
        recall(path, "pbx1", OURS, PLACED_AT)
    logs = ChannelLogs({"pbx1": path})
    assert await logs.recall("pbx1", OURS, PLACED_AT) is None
    assert "the channel event log cannot be read" in caplog.text
    assert await logs.recall("pbx2", OURS, PLACED_AT) is None


AGENTS = AttemptId("attempt-agent-1")


@pytest.mark.parametrize(
    ("lines", "was_placed", "answered", "cause"),
    [
        (((0.1, "CHAN_START"), (20, "HANGUP")), False, None, 16),
        (((0.1, "CHAN_START"), (3, "ANSWER"), (9, "HANGUP")), True, None, 17),
        (((0.1, "CHAN_START"), (3, "ANSWER"), (8, "BRIDGE_ENTER"), (30, "HANGUP")), True, 8, 16),
    ],
)
def test_an_agent_who_was_called_first(
    path: Path, lines: tuple[tuple[float, str], ...], was_placed: bool, answered: float | None, cause: int
) -> None:
    write(path, *((at, event, AGENTS, hung_up(cause) if event == "HANGUP" else '""') for at, event in lines))
    told = recall(path, "pbx1", AGENTS, PLACED_AT)
    assert not isinstance(told, str)
    at = None if answered is None else PLACED_AT + answered
    assert (told.was_placed, told.answered_at, told.reached_at, told.cause) == (was_placed, at, at, cause)
