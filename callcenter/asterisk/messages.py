"""From the bytes of an AMI connection to messages: framing and parsing, nothing more."""

import re

from callcenter.errors import CallCenterError

Message = dict[str, str]

END = b"\r\n\r\n"
BANNER = b"Asterisk Call Manager/"
_BANNER_LINE = re.compile(rb"Asterisk Call Manager/[0-9.]+\r\n(?=Response: |Event: )")
"""A banner is followed by the login's answer; a caller who is named like one is followed by another header."""

MAX_UNFINISHED_BYTES = 1_000_000
"""Asterisk's longest messages (long lists of channel variables) stay far below this."""


class NotAmi(CallCenterError):
    """The peer sends no AMI: more than a megabyte came without the end of a message."""

    code = "not_ami"


class Framer:
    """Cuts a byte stream into whole messages; what is unfinished is kept until its rest comes.

    `completed` are the bytes of the messages that the last `feed` gave.
    """

    def __init__(self) -> None:
        self.completed = b""
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that `data` completes, without their blank line. A banner is given as `BANNER` alone.

        Raises NotAmi when the unfinished rest grows without bound.
        """
        data = self._rest + data
        *messages, self._rest = data.split(END)
        self.completed = data[: len(data) - len(self._rest)]
        if len(self._rest) > MAX_UNFINISHED_BYTES:
            self.reset()
            raise NotAmi("More than a megabyte came from the peer without the end of a message: is it an AMI port?")
        if messages and BANNER in data:
            messages = [part for message in messages for part in _at_banners(message)]
        # Asterisk ends TestEvent MIXMONITOR_END with one line end too many: it stands before the next message.
        return [message.lstrip(b"\r\n") if message[:1] == b"\r" else message for message in messages]

    def reset(self) -> None:
        """Forgets half a message: a new connection begins with a banner."""
        self._rest = b""


def _at_banners(message: bytes) -> list[bytes]:
    """What follows the last banner; half an event of a cut connection may stand before it in a recorded stream."""
    parts = _BANNER_LINE.split(message)
    return [BANNER, parts[-1]] if len(parts) > 1 else parts


def event_name(raw: bytes) -> bytes:
    """The name of an event, b"" for anything else. Asterisk writes `Event` as the first header."""
    if not raw.startswith(b"Event: "):
        return b""
    return raw[7 : raw.find(b"\r\n")]


def parse(raw: bytes) -> Message:
    """The headers of one message. Values are kept as sent (leading spaces too); repeated ones are joined by a newline.

    Bytes that are not UTF-8 become U+FFFD; a line without `: ` has the value "".
    """
    lines = raw.decode("utf-8", "replace").split("\r\n")
    try:
        message: Message = dict([line.split(": ", 1) for line in lines])
    except ValueError:
        return _parse_irregular(lines)
    return message if len(message) == len(lines) else _parse_irregular(lines)


def _parse_irregular(lines: list[str]) -> Message:
    message: Message = {}
    for line in lines:
        key, _, value = line.partition(":")
        value = value.removeprefix(" ")
        message[key] = f"{message[key]}\n{value}" if key in message else value
    return message


# fmt: off
UNREAD = frozenset((
    "Event", "Privilege", "SystemName", "ChannelStateDesc", "ConnectedLineName", "Language", "AccountCode", "Priority",
    "DestChannelState", "DestChannelStateDesc", "DestCallerIDNum", "DestCallerIDName", "DestConnectedLineNum",
    "DestConnectedLineName", "DestLanguage", "DestAccountCode", "DestContext", "DestExten", "DestPriority",
    "BridgeType", "BridgeTechnology", "BridgeCreator", "BridgeName", "BridgeNumChannels", "BridgeVideoSourceMode",
    "CallsTaken", "LoginTime", "InCall", "Ringinuse", "Cause-txt",
))
# fmt: on
"""Headers of the live events that nobody here reads: more than half of all lines. A new header is read by default."""

MAX_LAYOUTS = 1_000
"""Far above the number of kinds of events that Asterisk has; it only bounds what a broken peer can make us keep."""

Place = tuple[int, str, str, int]
"""Line, the header's name with its colon and space, the name alone, the length of the former."""


class EventParser:
    """Parses events by the layout of their kind: headers stand where they stood in the last one of so many lines.

    Each line is checked for its header's name, so a message laid out otherwise is parsed in full.
    """

    def __init__(self) -> None:
        self._layouts: dict[tuple[bytes, int], tuple[Place, ...]] = {}

    def parse(self, name: bytes, raw: bytes) -> Message:
        """The headers of the event `name`, without those of `UNREAD`."""
        lines = raw.decode("utf-8", "replace").split("\r\n")
        layout = self._layouts.get((name, len(lines)))
        if layout is not None:
            message: Message = {}
            for line_number, prefix, header, length in layout:
                line = lines[line_number]
                if not line.startswith(prefix):
                    break
                message[header] = line[length:]
            else:
                return message
        return self._learn(name, raw, len(lines))

    def _learn(self, name: bytes, raw: bytes, line_count: int) -> Message:
        message = parse(raw)
        if len(message) == line_count and len(self._layouts) < MAX_LAYOUTS:
            self._layouts[name, line_count] = tuple(
                (number, f"{header}: ", header, len(header) + 2)
                for number, header in enumerate(message)
                if header not in UNREAD
            )
        return message
