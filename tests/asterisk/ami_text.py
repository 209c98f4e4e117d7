"""AMI messages as Asterisk 22 writes them: headers in their real order (docs/asterisk.md)."""

from collections.abc import Iterable

AT = "1763812800.250000"

CHANNEL = {
    "Channel": "PJSIP/trunk-00000001",
    "ChannelState": "6",
    "ChannelStateDesc": "Up",
    "CallerIDNum": "13800138000",
    "CallerIDName": "王小明",
    "ConnectedLineNum": "<unknown>",
    "ConnectedLineName": "<unknown>",
    "Language": "en",
    "AccountCode": "",
    "Context": "callcenter-inbound",
    "Exten": "4000",
    "Priority": "3",
    "Uniqueid": "pbx1-1763812800.1",
    "Linkedid": "pbx1-1763812800.1",
}
LEG = CHANNEL | {
    "Channel": "PJSIP/1001-00000002",
    "CallerIDNum": "1001",
    "CallerIDName": "Li Na",
    "ConnectedLineNum": "13800138000",
    "Uniqueid": "pbx1-1763812801.2",
}
MEMBER = {
    "Queue": "support",
    "MemberName": 'Pi|pe "Q"',
    "Interface": "Local/1001@agents/n",
    "StateInterface": "PJSIP/1001",
    "Membership": "dynamic",
    "Penalty": "2",
    "CallsTaken": "7",
    "LastCall": "1763812700",
    "LastPause": "1763812600",
    "LoginTime": "1763800000",
    "InCall": "0",
    "Status": "1",
    "Paused": "1",
    "PausedReason": "meal",
    "Ringinuse": "0",
    "Wrapuptime": "10",
}


def prefixed(prefix: str, headers: dict[str, str]) -> dict[str, str]:
    """The headers of a second channel in a message: `DestChannel`, `DestUniqueid` …"""
    return {f"{prefix}{name}": value for name, value in headers.items()}


def message(event: str, *parts: dict[str, str], privilege: str = "call,all", at: str = AT, **rest: str) -> bytes:
    """An event without its blank line."""
    headers = {"Event": event}
    headers |= {"Privilege": privilege} if privilege else {}
    headers |= {"Timestamp": at} if at else {}
    for part in (*parts, rest):
        headers |= part
    return lines(f"{name}: {value}" for name, value in headers.items())


def lines(headers: Iterable[str]) -> bytes:
    """Header lines as bytes."""
    return "\r\n".join(headers).encode()
