"""Asks for the whole state of a PBX after a (re)connect, and tells the answers as one event."""

import re
from collections.abc import Callable

from callcenter.asterisk.headers import caller_name, device_from_name, member, number, whole
from callcenter.asterisk.messages import Message
from callcenter.floor.events import DeviceState, Member, OpenChannel, Surveyed, WaitingCaller
from callcenter.floor.terms import CallId, ChannelId, Instant

QUESTIONS = ("CoreShowChannels", "DeviceStateList", "QueueStatus")
"""Asked in this order. QueueStatus is last: its end is the end of the survey, ours or anybody's."""

LIST_EVENTS = frozenset(
    {
        b"QueueParams",
        b"QueueMember",
        b"QueueEntry",
        b"QueueStatusComplete",
        b"CoreShowChannel",
        b"CoreShowChannelsComplete",
        b"DeviceStateListComplete",
    }
)

_SURVEY_ID = re.compile(r"(callcenter-[0-9a-f]+-survey:[0-9]+)/[A-Za-z]+")


def survey_id(instance: str, turn: int, question: str) -> str:
    """The ActionID of one question of a survey; `instance` is hexadecimal."""
    return f"callcenter-{instance}-survey:{turn}/{question}"


class Answers:
    """The answers to one survey so far, since `at`."""

    def __init__(self, at: Instant) -> None:
        self.at = at
        self.queues: list[str] = []
        self.members: list[Member] = []
        self.waiting: list[WaitingCaller] = []
        self.channels: list[OpenChannel] = []
        self.devices: list[tuple[str, DeviceState]] = []
        self.has_all_channels = False
        self.has_all_devices = False

    def surveyed(self, pbx: str) -> Surveyed | None:
        """The survey as one event; None if a list that had begun was cut."""
        if (self.channels and not self.has_all_channels) or (self.devices and not self.has_all_devices):
            return None
        return Surveyed(
            pbx,
            self.at,
            tuple(self.queues),
            tuple(self.members),
            tuple(self.waiting),
            tuple(self.channels) if self.has_all_channels else None,
            tuple(self.devices) if self.has_all_devices else None,
        )


class Assembler:
    """Collects list answers by their ActionID until a survey is complete.

    It works from the stream alone, so that a replay gives what the link gave. In a foreign capture a QueueStatus that
    another program asked for, under any ActionID or none, is a survey without channels and devices.
    """

    def __init__(self, pbx: str) -> None:
        self.pbx = pbx
        self.current = ""
        """Our survey whose answers are coming in; "" when there is none."""
        self.given_up = ""
        """Our survey that was given up: what still comes of it is a rest without a head."""
        self._open: dict[str, Answers] = {}

    @property
    def is_idle(self) -> bool:
        """Whether no list is coming in."""
        return not self.current and not self._open

    def feed(self, name: str, message: Message, at: Instant) -> Surveyed | None:
        """The survey that this answer completes, if it does.

        The event is as old as its *first* answer: what happens while the lists come in happens after it.
        """
        key = message.get("ActionID", "")
        ours = _SURVEY_ID.fullmatch(key)
        if ours:
            key = ours[1]
            self._begin(key)
        is_wanted = key == self.current if ours else name.startswith("Queue")
        if not is_wanted:
            return None
        answers = self._open.setdefault(key, Answers(at))
        if name != "QueueStatusComplete":
            _STEPS[name](answers, message)
            return None
        del self._open[key]
        self.current = "" if ours else self.current
        return answers.surveyed(self.pbx)

    def give_up(self) -> None:
        """Forgets what has come in; answers to our survey that come later are ignored, being a rest without a head."""
        self.given_up = self.current or self.given_up
        self.current = ""
        self._open.clear()

    def _begin(self, key: str) -> None:
        if key not in (self.current, self.given_up):
            self.give_up()
            self.current = key


def _queue(answers: Answers, m: Message) -> None:
    answers.queues.append(m["Queue"])


def _member(answers: Answers, m: Message) -> None:
    # The list spells two headers otherwise than the live events (docs/asterisk.md).
    interface = m.get("Location") or m["Interface"]
    answers.members.append(member({**m, "Interface": interface, "MemberName": m.get("Name", interface)}))


def _entry(answers: Answers, m: Message) -> None:
    answers.waiting.append(
        WaitingCaller(
            m["Queue"],
            ChannelId(m["Uniqueid"]),
            whole(m, "Position"),
            number(m, "CallerIDNum"),
            caller_name(m, "CallerIDName"),
            float(whole(m, "Wait")),
        )
    )


def _channel(answers: Answers, m: Message) -> None:
    answers.channels.append(
        OpenChannel(
            ChannelId(m["Uniqueid"]),
            CallId(m["Linkedid"]),
            m["Channel"],
            m.get("ChannelState") == "6",
            number(m, "CallerIDNum"),
            caller_name(m, "CallerIDName"),
            m.get("BridgeId", ""),
            clock_seconds(m.get("Duration", "")),
            m.get("Application", ""),
            m.get("Exten", ""),
            number(m, "ConnectedLineNum"),
        )
    )


def clock_seconds(duration: str) -> float:
    """`HH:MM:SS` (hours beyond 24 go on counting) in seconds; 0 where there is none."""
    total = 0
    for part in duration.split(":") if duration else ():
        total = total * 60 + int(part)
    return float(total)


def _all_channels(answers: Answers, m: Message) -> None:
    answers.has_all_channels = True


def _device(answers: Answers, m: Message) -> None:
    # Queues are devices too (`Queue:support_avail`); only phones are ours.
    if not m["Device"].startswith("Queue:"):
        answers.devices.append((m["Device"], device_from_name(m.get("State", ""))))


def _all_devices(answers: Answers, m: Message) -> None:
    answers.has_all_devices = True


_STEPS: dict[str, Callable[[Answers, Message], None]] = {
    "QueueParams": _queue,
    "QueueMember": _member,
    "QueueEntry": _entry,
    "CoreShowChannel": _channel,
    "CoreShowChannelsComplete": _all_channels,
    "DeviceStateChange": _device,
    "DeviceStateListComplete": _all_devices,
}
