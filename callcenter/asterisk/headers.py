"""Reads single values out of a message: what Asterisk writes for unknown, how it escapes, how it counts."""

import re

from callcenter.asterisk.messages import Message
from callcenter.floor.events import DeviceState, Member

_DEVICE_BY_NUMBER = {
    "0": DeviceState.UNKNOWN,
    "1": DeviceState.NOT_IN_USE,
    "2": DeviceState.IN_USE,
    "3": DeviceState.BUSY,
    "4": DeviceState.INVALID,
    "5": DeviceState.UNAVAILABLE,
    "6": DeviceState.RINGING,
    "7": DeviceState.RING_IN_USE,
    "8": DeviceState.ON_HOLD,
}
_DEVICE_BY_NAME = {
    "UNKNOWN": DeviceState.UNKNOWN,
    "NOT_INUSE": DeviceState.NOT_IN_USE,
    "INUSE": DeviceState.IN_USE,
    "BUSY": DeviceState.BUSY,
    "INVALID": DeviceState.INVALID,
    "UNAVAILABLE": DeviceState.UNAVAILABLE,
    "RINGING": DeviceState.RINGING,
    "RINGINUSE": DeviceState.RING_IN_USE,
    "ONHOLD": DeviceState.ON_HOLD,
}


def device_from_number(number: str) -> DeviceState:
    """`Status` of a queue member (docs/asterisk.md)."""
    return _DEVICE_BY_NUMBER.get(number, DeviceState.UNKNOWN)


def device_from_name(name: str) -> DeviceState:
    """`State` of DeviceStateChange (docs/asterisk.md)."""
    return _DEVICE_BY_NAME.get(name, DeviceState.UNKNOWN)


_ESCAPED = re.compile(r"\\(.)")
_CONTROL = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
"""What stands for a control character after a backslash (ast_escape_c); anything else stands for itself."""


def number(m: Message, header: str) -> str:
    """A caller's number, "" where Asterisk writes `<unknown>` or `unknown`."""
    value = m.get(header, "")
    return "" if value in ("<unknown>", "unknown") else value


def caller_name(m: Message, header: str) -> str:
    """A caller's name, which AMI writes C-escaped: a quote as \\", a backslash as \\\\, a tab as \\t."""
    value = number(m, header)
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda match: _CONTROL.get(match[1], match[1]), value)


def whole(m: Message, header: str) -> int:
    """A whole number, 0 where the header is missing or empty."""
    value = m.get(header)
    return int(value) if value else 0


def seconds(m: Message, header: str) -> float:
    """A number of seconds or an epoch, 0 where missing or empty."""
    value = m.get(header)
    return float(value) if value else 0.0


def member(m: Message) -> Member:
    """The member's headers of the live events; QueueStatus spells two of them otherwise (docs/asterisk.md)."""
    interface = m["Interface"]
    return Member(
        m["Queue"],
        interface,
        m.get("MemberName", interface),
        m.get("StateInterface") or interface,
        device_from_number(m.get("Status", "")),
        m.get("Paused") == "1",
        m.get("PausedReason", "") if m.get("Paused") == "1" else "",
        m.get("Membership") != "static",
        whole(m, "Penalty"),
        whole(m, "Wrapuptime"),
        seconds(m, "LastCall"),
        seconds(m, "LastPause"),
    )
