"""Framing and parsing: bytes of any connection, cut anywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.asterisk.messages import BANNER, END, MAX_UNFINISHED_BYTES, Framer, NotAmi, event_name, parse
from tests.asterisk.ami_text import CHANNEL, message

BANNER_LINE = b"Asterisk Call Manager/11.0.0\r\n"
LOGIN = b"Response: Success\r\nActionID: 1\r\nMessage: Authentication accepted"
JOIN = message("QueueCallerJoin", CHANNEL, Queue="客服", Position="1", Count="1")
HANGUP = message("Hangup", CHANNEL, {"Cause": "16", "Cause-txt": "Normal Clearing"})


def fed(stream: bytes, cuts: list[int]) -> list[bytes]:
    """What a framer makes of a stream that arrives in pieces."""
    framer, found, before = Framer(), [], 0
    for cut in [*sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]:
        found += framer.feed(stream[before:cut])
        before = cut
    return found


@given(st.lists(st.integers(0, 10_000), max_size=30))
def test_cuts_make_no_difference(cuts: list[int]) -> None:
    """Not within a line end, not within a character, not within the banner."""
    stream = BANNER_LINE + END.join((LOGIN, JOIN, HANGUP, b""))
    assert fed(stream, cuts) == [BANNER, LOGIN, JOIN, HANGUP]


@given(st.integers(1, len(JOIN) - 1), st.lists(st.integers(0, 10_000), max_size=10))
def test_half_an_event_before_a_banner_is_thrown_away(kept: int, cuts: list[int]) -> None:
    """A recorded stream goes on with the next connection's banner in the middle of an event."""
    stream = HANGUP + END + JOIN[:kept] + BANNER_LINE + LOGIN + END + JOIN + END
    assert fed(stream, cuts) == [HANGUP, BANNER, LOGIN, JOIN]


def test_what_is_unfinished_waits_or_is_forgotten() -> None:
    framer = Framer()
    assert framer.feed(JOIN + END + HANGUP[:30]) == [JOIN]
    framer.reset()
    assert framer.feed(BANNER_LINE + LOGIN + END) == [BANNER, LOGIN]


def test_what_is_no_ami_is_said_once_it_is_too_long() -> None:
    framer = Framer()
    assert framer.feed(b"x" * MAX_UNFINISHED_BYTES) == []
    with pytest.raises(NotAmi, match="is it an AMI port"):
        framer.feed(b"x")
    assert framer.feed(JOIN + END) == [JOIN]


@pytest.mark.parametrize(("raw", "name"), [(JOIN, b"QueueCallerJoin"), (LOGIN, b""), (b"", b"")])
def test_the_name_of_an_event_is_its_first_header(raw: bytes, name: bytes) -> None:
    assert event_name(raw) == name


def test_headers_are_kept_as_sent() -> None:
    parsed = parse(JOIN)
    assert parsed["Queue"] == "客服"
    assert list(parsed)[:4] == ["Event", "Privilege", "Timestamp", "Channel"]
    assert parse(message("X", CallerIDName="  Event: Hangup |"))["CallerIDName"] == "  Event: Hangup |"


def test_repeated_headers_are_all_kept() -> None:
    raw = b"Event: Newchannel\r\nChanVariable: a=1\r\nChanVariable: b=2\r\nUniqueid: 1.1\r\nChanVariable: c=3"
    assert parse(raw) == {"Event": "Newchannel", "ChanVariable": "a=1\nb=2\nc=3", "Uniqueid": "1.1"}


def test_lines_without_a_value() -> None:
    assert parse(b"Event: X\r\nAccountCode:\r\nOdd") == {"Event": "X", "AccountCode": "", "Odd": ""}


def test_bytes_that_are_no_utf_8_are_replaced() -> None:
    assert parse(b"Event: X\r\nName: Jos\xe9")["Name"] == "Jos�"


names = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1).filter(lambda name: ":" not in name)
values = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\n"))


@given(st.dictionaries(names, values, min_size=1))
def test_whatever_is_written_is_read(headers: dict[str, str]) -> None:
    assert parse("\r\n".join(f"{name}: {value}" for name, value in headers.items()).encode()) == headers
