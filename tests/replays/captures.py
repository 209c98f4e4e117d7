"""Recorded captures, cut into their messages."""

import gzip
import re
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
END = b"\r\n\r\n"
CONNECTION = b"Asterisk Call Manager/11.0.0\r\nResponse: Success\r\nMessage: Authentication accepted"
"""What the link hears when it has connected again."""


class Capture(NamedTuple):
    """The messages of a capture, each with the newest Timestamp so far."""

    messages: list[bytes]
    times: list[float]


def read_capture(name: str) -> Capture:
    """The capture of this name beside the tests."""
    messages = gzip.decompress((HERE / f"{name}.ami.gz").read_bytes()).split(END)
    times, newest = [], 0.0
    for message in messages:
        stamp = re.search(rb"\r\nTimestamp: ([0-9.]+)", message)
        newest = float(stamp[1]) if stamp else newest
        times.append(newest)
    return Capture(messages, times)
