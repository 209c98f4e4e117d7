"""Recorded AMI streams: read, lengthened by repetition, and cut into the messages of single calls."""

import gzip
import re
from pathlib import Path

FOLDER = Path(__file__).parent / "streams"
UNFILTERED = FOLDER / "unfiltered.ami.gz"
FILTERED = FOLDER / "filtered.ami.gz"
END = b"\r\n\r\n"

_OF_THE_CONNECTION = (b"Event: FullyBooted\r\n", b"Event: Shutdown\r\n")
_EPOCH = re.compile(rb"\b(1[0-9]{9})\.([0-9]+)")


def messages(path: Path) -> list[bytes]:
    """The events of a recorded stream, in order, without banner, responses and list answers."""
    raw = gzip.decompress(path.read_bytes())
    recorded = (message for message in raw.split(END) if b"\r\nPrivilege: " in message)
    return [message for message in recorded if not message.startswith(_OF_THE_CONNECTION)]


def lengthened(path: Path, events: int) -> tuple[bytes, int]:
    """At least `events` events: the stream again and again, later each time, with ids of its own. Bytes and count.

    Uniqueids and timestamps both begin with the epoch, so shifting it makes each repetition a time of its own.
    """
    recorded = messages(path)
    once = END.join(recorded) + END
    epochs = [int(match.group(1)) for match in _EPOCH.finditer(once)]
    span = max(epochs) - min(epochs) + 60
    repetitions = -(-events // len(recorded))
    return b"".join(_shifted(once, span * turn) for turn in range(repetitions)), repetitions * len(recorded)


def _shifted(stream: bytes, seconds: int) -> bytes:
    return _EPOCH.sub(lambda match: b"%d.%s" % (int(match.group(1)) + seconds, match.group(2)), stream)


def header(message: bytes, name: bytes) -> bytes:
    """The value of one header, b"" where it is missing."""
    found = message.find(b"\r\n" + name + b": ")
    if found < 0:
        return b""
    start = found + len(name) + 4
    end = message.find(b"\r\n", start)
    return message[start : end if end >= 0 else len(message)]
