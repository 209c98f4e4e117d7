"""Command → AMI action, and the one encoder of everything that is written to Asterisk.

Whatever a person typed reaches Asterisk only through here: an action is refused before its first byte is sent when a
value could end a header, a queue_log column or a dialplan argument (docs/asterisk.md).
"""

import re
from collections.abc import Mapping, Sequence
from typing import assert_never

from callcenter.asterisk.translate import ATTEMPT_ACTION, LISTEN_CONTEXT, LISTENING_KEYS
from callcenter.errors import BadInput
from callcenter.floor import commands as c

Headers = dict[str, str | Sequence[str]]

_ToChannel = c.HangUp | c.PauseRecording | c.ResumeRecording | c.PressKey | c.Transfer | c.Consult | c.CancelConsult

CALLBACK_CONTEXT = "callcenter-callback"
AGENT_FIRST_CONTEXT = "callcenter-agent-first"
QUEUE_CONTEXT = "callcenter-queue"
PULLED_CONTEXT = "callcenter-pulled"
AGENTS_CONTEXT = "callcenter-agents"
AGENT_PICKS_UP_SECONDS = 20
"""So long the phone of an agent who asked for a call rings."""
LISTENER_PICKS_UP_SECONDS = 20
"""So long the phone of whoever listens rings."""
MAX_LINE_BYTES = 1000
"""Asterisk answers an action line above 1,024 bytes with an error (docs/asterisk.md)."""

_INTERFACE = re.compile(r"[A-Za-z0-9_]+/[A-Za-z0-9_.@+-]+(/n)?")
_DIALLED = re.compile(r"[A-Za-z0-9_]+/[A-Za-z0-9_.@:+/-]+")
_EXTENSION = re.compile(r"[0-9]{1,64}")
_KEY = re.compile(r"[0-9*#]")
_AGENT = re.compile(r"[0-9]{1,64}")
_NUMBER = re.compile(r"\+?[0-9]{3,20}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:;@-]{0,148}")
_CHANNEL_NAME = re.compile(r"[A-Za-z0-9_]+/[A-Za-z0-9_.@+;-]{1,149}")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
"""A queue of the shipped dialplan."""
_LISTENER = re.compile(r"listen\.[A-Za-z0-9]{1,32}\.[A-Za-z0-9_.-]{1,100}")
_LISTENED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
"""An id that stands in the dialplan's arguments."""
_CALLER_ID = re.compile(r'("[^"<>\\]{1,60}" )?<\+?[0-9]{3,20}>|\+?[0-9]{3,20}')
_SEPARATORS = frozenset('|,;&"\\$`{}<>')


def encode(headers: Mapping[str, str | Sequence[str]]) -> bytes:
    """The bytes of one action; a sequence is one header line for each of its values.

    Raises BadInput for a line break, a NUL or a line too long, in keys and in values.
    """
    lines = [
        _line(key, value)
        for key, values in headers.items()
        for value in ((values,) if isinstance(values, str) else values)
    ]
    return b"".join(lines) + b"\r\n"


def _line(key: str, value: str) -> bytes:
    line = f"{key}: {value}"
    if any(character in line for character in "\r\n\0"):
        raise BadInput(f"{key} must not contain a line break or NUL.", field=key)
    encoded = line.encode("utf-8", "replace")
    if len(encoded) > MAX_LINE_BYTES:
        raise BadInput(f"{key} is longer than {MAX_LINE_BYTES} bytes.", field=key)
    return encoded + b"\r\n"


def action(command: c.AnyCommand) -> Headers:
    """The headers that carry out a command. Raises BadInput naming the command's field that cannot be sent."""
    match command:
        case c.AddMember():
            return _queue_add(command)
        case c.RemoveMember() | c.SetPenalty() | c.PauseMember() | c.UnpauseMember():
            return _of_member(command)
        case c.EndWrapUp() | c.AskForHelp() | c.TakeHelp() | c.EndHelp() | c.TellDesk():
            return _told(command)
        case c.PlaceCall():
            return _originate(command)
        case (
            c.HangUp() | c.PauseRecording() | c.ResumeRecording()
            | c.PressKey() | c.Transfer() | c.Consult() | c.CancelConsult()
        ):  # fmt: skip
            return _to_channel(command)
        case c.MoveToFront() | c.MoveToQueue() | c.MoveToAgent():
            return _moved(command)
        case c.Listen() | c.SwitchListening():
            return _listening(command)
        case _:
            assert_never(command)


_USER_EVENTS = {
    c.EndWrapUp: "WrapUpDone",
    c.AskForHelp: "HelpAsked",
    c.TakeHelp: "HelpTaken",
    c.EndHelp: "HelpEnded",
}


def _told(command: c.EndWrapUp | c.AskForHelp | c.TakeHelp | c.EndHelp | c.TellDesk) -> Headers:
    if isinstance(command, c.TellDesk):
        variable = f"CC_SITS_{_matching(_AGENT, 'desk', command.desk)}"
        agent = _matching(_AGENT, "agent_number", command.agent_number)
        return {"Action": "Setvar", "Variable": variable, "Value": agent}
    by = {"By": command.by} if isinstance(command, c.TakeHelp) else {}
    name = _USER_EVENTS[type(command)]
    return {"Action": "UserEvent", "UserEvent": name, "Interface": _interface(command.interface), **by}


def _queue_add(command: c.AddMember) -> Headers:
    reason = {"Reason": _text("pause_reason", command.pause_reason)} if command.pause_reason else {}
    return {
        "Action": "QueueAdd",
        "Queue": _text("queue", command.queue),
        "Interface": _interface(command.interface),
        "MemberName": _text("name", command.name),
        "Penalty": str(max(0, int(command.penalty))),
        **({"Paused": "true", **reason} if command.is_paused else {}),
    }


def _of_member(command: c.RemoveMember | c.SetPenalty | c.PauseMember | c.UnpauseMember) -> Headers:
    if isinstance(command, c.RemoveMember | c.SetPenalty):
        member = {"Queue": _text("queue", command.queue), "Interface": _interface(command.interface)}
        if isinstance(command, c.RemoveMember):
            return {"Action": "QueueRemove", **member}
        return {"Action": "QueuePenalty", **member, "Penalty": str(max(0, int(command.penalty)))}
    where = {} if command.queue is None else {"Queue": _text("queue", command.queue)}
    why = {"Reason": _text("reason", command.reason)} if isinstance(command, c.PauseMember) else {}
    paused = "true" if isinstance(command, c.PauseMember) else "false"
    return {"Action": "QueuePause", "Interface": _interface(command.interface), **where, "Paused": paused, **why}


def _to_channel(command: _ToChannel) -> Headers:
    # Asterisk takes `/…/` for a regular expression over all channels; an id has no slash.
    channel = {"Channel": _matching(_ID, "channel_id", command.channel_id)}
    match command:
        case c.HangUp():
            return {"Action": "Hangup", **channel}
        case c.PauseRecording() | c.ResumeRecording():
            # Every recording on the channel: the mix and the files of the two sides.
            state = "1" if isinstance(command, c.PauseRecording) else "0"
            return {"Action": "MixMonitorMute", **channel, "Direction": "both", "State": state}
        case c.PressKey(key=key):
            return {"Action": "PlayDTMF", **channel, "Digit": _matching(_KEY, "key", key), "Receive": "true"}
        case c.Transfer(extension=extension):
            return {"Action": "BlindTransfer", **channel, **_agents_dial(extension)}
        case c.Consult(extension=extension):
            # It is typed into the channel: without `#` Asterisk would wait for more digits where more could follow.
            return {"Action": "Atxfer", **channel, **_agents_dial(extension, end="#")}
        case c.CancelConsult():
            return {"Action": "CancelAtxfer", **channel}
        case _:
            assert_never(command)


def _agents_dial(extension: str, end: str = "") -> dict[str, str]:
    return {"Context": AGENTS_CONTEXT, "Exten": _matching(_EXTENSION, "extension", extension) + end}


def _moved(command: c.MoveToFront | c.MoveToQueue | c.MoveToAgent) -> Headers:
    if isinstance(command, c.MoveToFront):
        return {
            "Action": "QueueChangePriorityCaller",
            "Queue": _text("queue", command.queue),
            "Caller": _matching(_CHANNEL_NAME, "channel_name", command.channel_name),
            "Priority": str(int(command.priority)),
            "Immediate": "yes",
        }
    channel = _matching(_ID, "channel_id", command.channel_id)
    if isinstance(command, c.MoveToQueue):
        context, extension = QUEUE_CONTEXT, f"q-{_matching(_WORD, 'queue', command.queue)}"
    else:
        context, extension = PULLED_CONTEXT, _matching(_AGENT, "agent_number", command.agent_number)
    return {"Action": "Redirect", "Channel": channel, "Context": context, "Exten": extension, "Priority": "1"}


def _originate(command: c.PlaceCall) -> Headers:
    # A synchronous Originate blocks this connection until the phone answers (docs/asterisk.md).
    attempt = _matching(_ID, "attempt_id", command.attempt_id)
    return {
        "Action": "Originate",
        "ActionID": ATTEMPT_ACTION + attempt,
        "Async": "true",
        "ChannelId": attempt,
        "Exten": "s",
        "Priority": "1",
        **(_to_agent(command) if command.agent_interface else _to_customer(command, attempt)),
    }


def _to_customer(command: c.PlaceCall, attempt: str) -> Headers:
    caller_id = {"CallerID": _matching(_CALLER_ID, "caller_id", command.caller_id)} if command.caller_id else {}
    return {
        "Channel": _channel(command),
        "Context": CALLBACK_CONTEXT,
        "Timeout": str(int(command.ring_seconds * 1000)),
        **caller_id,
        "Variable": (
            f"CC_QUEUE={_text('queue', command.queue)}",
            f"CC_ATTEMPT={attempt}",
            f"CC_AMD={int(command.detect_machine)}",
            f"CC_PATIENCE={int(command.patience_seconds)}",
        ),
    }


def _to_agent(command: c.PlaceCall) -> Headers:
    """His phone shows whom he is about to talk with; the customer sees the centre's number.

    Of that only the digits go along: Asterisk takes a comma in a variable for the beginning of the next one.
    """
    caller_id = _matching(_CALLER_ID, "caller_id", command.caller_id) if command.caller_id else ""
    return {
        "Channel": _interface(command.agent_interface),
        "Context": AGENT_FIRST_CONTEXT,
        "Timeout": str(AGENT_PICKS_UP_SECONDS * 1000),
        "CallerID": _matching(_NUMBER, "number", command.number),
        "Variable": (
            f"CC_DIAL={_channel(command)}",
            f"CC_RING={int(command.ring_seconds)}",
            f"CC_CALLER_ID={caller_id.rpartition('<')[2].removesuffix('>')}",
        ),
    }


def _listening(command: c.Listen | c.SwitchListening) -> Headers:
    listener = _matching(_LISTENER, "listener_id", command.listener_id)
    to = {"Context": LISTEN_CONTEXT, "Exten": LISTENING_KEYS[command.mode], "Priority": "1"}
    if isinstance(command, c.SwitchListening):
        return {"Action": "Redirect", "Channel": listener, **to}
    return {
        "Action": "Originate",
        "Async": "true",
        "Channel": _interface(command.interface),
        "ChannelId": listener,
        **to,
        "Timeout": str(LISTENER_PICKS_UP_SECONDS * 1000),
        "Variable": f"CC_LISTENED={_matching(_LISTENED, 'channel_id', command.channel_id)}",
    }


def _channel(command: c.PlaceCall) -> str:
    number = _matching(_NUMBER, "number", command.number)
    if command.dial_string.count("{number}") != 1:
        raise BadInput("A dial string must contain {number} once.", field="dial_string")
    return _matching(_DIALLED, "dial_string", command.dial_string.replace("{number}", number))


def _interface(value: str) -> str:
    return _matching(_INTERFACE, "interface", value)


def _matching(pattern: re.Pattern[str], field: str, value: str) -> str:
    if not pattern.fullmatch(value):
        raise BadInput(f"{value[:60]!r} cannot be used as {field}.", field=field)
    return value


def _text(field: str, value: str) -> str:
    """A value that ends up in queue_log's columns or in a dialplan's arguments."""
    bad = sorted(character for character in value if character in _SEPARATORS or not character.isprintable())
    if bad or not value.strip():
        raise BadInput(f"{field} must not be empty or contain {''.join(bad)!r}.", field=field)
    return value
