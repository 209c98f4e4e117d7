"""Asterisk's TestEvent MIXMONITOR_END ends with one line end too many; the message behind it must not be lost."""

import pytest

from callcenter.asterisk.messages import Framer, event_name

STREAM = b"Event: TestEvent\r\nFile: /var/spool/1\r\n\r\n\r\nEvent: Hangup\r\nUniqueid: 1.1\r\n\r\n"


@pytest.mark.parametrize("cut", range(len(STREAM)))
def test_the_message_after_a_stray_line_end_keeps_its_name(cut: int) -> None:
    framer = Framer()
    messages = framer.feed(STREAM[:cut]) + framer.feed(STREAM[cut:])
    assert [event_name(message) for message in messages] == [b"TestEvent", b"Hangup"]
