"""AMI message → event: one table. Asterisk's header names, units and habits die here.

What Asterisk sends is in its AMI documentation, and was checked against Asterisk 22. To add an event: a class in
floor/events.py, a function and a row here, a case in floor/floor.py.
"""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from callcenter.asterisk.headers import caller_name, device_from_name, member, number, seconds, whole
from callcenter.asterisk.messages import EventParser, Message, event_name, parse
from callcenter.asterisk.survey import LIST_EVENTS, Assembler
from callcenter.floor import events as e
from callcenter.floor.events import AnyEvent
from callcenter.floor.listening import MODE_KEYS
from callcenter.floor.terms import AttemptId, CallId, ChannelId, Instant

PONG = b"\r\nPing: Pong\r\n"
ATTEMPT_ACTION = "callcenter-attempt:"
"""An Originate of ours carries this and the attempt's id as ActionID, so that its answer is known for ours."""

LISTEN_CONTEXT = "callcenter-listen"
LISTENING_KEYS = {mode: key for key, mode in MODE_KEYS.items()}
"""The extensions of that context, which are the keys of the listener's phone: Asterisk tells the mode by them."""

HOLD_MUSIC = "callcenter-hold"
"""What those hear whom an agent holds by a code in the call (dialplans/features.conf)."""

Maker = Callable[[str, Instant, Message], AnyEvent | None]


def _fully_booted(pbx: str, at: Instant, m: Message) -> AnyEvent | None:
    # The one sent at boot has a Timestamp; the one that answers a login says only that this connection is new.
    return e.PbxStarted(pbx, at) if "Timestamp" in m else None


def _shutdown(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.PbxStopped(pbx, at)


def _channel(m: Message) -> ChannelId:
    return ChannelId(m.get("Uniqueid", ""))


def _call(m: Message) -> CallId:
    return CallId(m.get("Linkedid") or m.get("DestLinkedid", ""))


def _new_channel(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.ChannelOpened(
        pbx,
        at,
        ChannelId(m["Uniqueid"]),
        CallId(m["Linkedid"]),
        m["Channel"],
        number(m, "CallerIDNum"),
        caller_name(m, "CallerIDName"),
        m.get("Context", ""),
        m.get("Exten", ""),
        m.get("ChannelState") == "6",
    )


def _new_state(pbx: str, at: Instant, m: Message) -> AnyEvent | None:
    make = _STATES.get(m.get("ChannelState", ""))
    if make is None:
        return None
    return make(
        pbx,
        at,
        ChannelId(m["Uniqueid"]),
        CallId(m["Linkedid"]),
        number(m, "CallerIDNum"),
        number(m, "ConnectedLineNum"),
    )


_STATES: dict[str, type[e.ChannelUp] | type[e.ChannelRinging]] = {"5": e.ChannelRinging, "6": e.ChannelUp}


def _hangup_request(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.HangupRequested(pbx, at, _channel(m))


def _hangup(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.ChannelClosed(pbx, at, _channel(m), _call(m), whole(m, "Cause"), m.get("TechCause", ""))


def _dial_begin(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.DialBegun(
        pbx,
        at,
        CallId(m.get("DestLinkedid", "")),
        _channel(m),
        ChannelId(m["DestUniqueid"]),
        m.get("DestChannel", ""),
        m.get("DialString", ""),
    )


def _dial_end(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.DialEnded(pbx, at, ChannelId(m.get("DestUniqueid", "")), m.get("DialStatus", ""), m.get("Forward", ""))


def _bridge_enter(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.BridgeEntered(pbx, at, _channel(m), _call(m), m["BridgeUniqueid"])


def _bridge_leave(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.BridgeLeft(pbx, at, _channel(m), m["BridgeUniqueid"])


def _hold(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.HoldBegun(pbx, at, _channel(m), m.get("MusicClass") == HOLD_MUSIC)


def _unhold(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.HoldEnded(pbx, at, _channel(m))


def _mixmonitor_mute(pbx: str, at: Instant, m: Message) -> AnyEvent | None:
    # One side that is muted is no pause: the other one is still kept. One side that is heard again ends it.
    if m.get("State") == "0":
        return e.RecordingResumed(pbx, at, _channel(m))
    return e.RecordingPaused(pbx, at, _channel(m)) if m.get("Direction", "").lower() == "both" else None


def _local_bridge(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.LocalJoined(pbx, at, ChannelId(m["LocalOneUniqueid"]), ChannelId(m["LocalTwoUniqueid"]))


def _local_optimization(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.LocalOptimised(
        pbx,
        at,
        ChannelId(m["LocalOneUniqueid"]),
        ChannelId(m["LocalTwoUniqueid"]),
        ChannelId(m.get("SourceUniqueid", "")),
    )


def _blind_transfer(pbx: str, at: Instant, m: Message) -> AnyEvent | None:
    if m.get("Result") != "Success":
        return None
    return e.BlindTransferred(
        pbx,
        at,
        ChannelId(m.get("TransfererUniqueid", "")),
        ChannelId(m.get("TransfereeUniqueid", "")),
        m.get("Extension", ""),
        m.get("Context", ""),
    )


def _attended_transfer(pbx: str, at: Instant, m: Message) -> AnyEvent | None:
    # Threeway and Fail leave everybody where they were (app_queue ignores them too).
    if m.get("Result") != "Success" or m.get("DestType") in ("Threeway", "Fail"):
        return None
    return e.AttendedTransferred(
        pbx,
        at,
        ChannelId(m.get("OrigTransfererUniqueid", "")),
        ChannelId(m.get("SecondTransfererUniqueid", "")),
        ChannelId(m.get("TransfereeUniqueid", "")),
        ChannelId(m.get("TransferTargetUniqueid", "")),
    )


def _var_set(pbx: str, at: Instant, m: Message) -> AnyEvent | None:
    value = m.get("Value", "")
    if not value:
        return None
    if m.get("Variable") == "QUEUESTATUS":
        return e.QueueResult(
            pbx,
            at,
            _channel(m),
            _call(m),
            value,
            number(m, "CallerIDNum"),
            caller_name(m, "CallerIDName"),
            _queue_of_extension(m),
        )
    return e.RecordingBegun(pbx, at, _channel(m), _call(m), value)


def _queue_of_extension(m: Message) -> str:
    """A refusal names no queue; the shipped dialplan's extension does (dialplans/callcenter/extensions.conf)."""
    return m.get("Exten", "").removeprefix("q-") if m.get("Context") == "callcenter-queue" else ""


def _spy_start(pbx: str, at: Instant, m: Message) -> AnyEvent | None:
    mode = MODE_KEYS.get(m.get("SpyerExten", ""))
    if mode is None or m.get("SpyerContext") != LISTEN_CONTEXT:
        return None
    return e.ListeningBegan(
        pbx, at, ChannelId(m["SpyerUniqueid"]), m["SpyerChannel"], ChannelId(m["SpyeeUniqueid"]), mode
    )


def _spy_stop(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.ListeningEnded(pbx, at, ChannelId(m["SpyerUniqueid"]))


def _caller_join(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.CallerJoined(
        pbx,
        at,
        m["Queue"],
        _channel(m),
        _call(m),
        number(m, "CallerIDNum"),
        caller_name(m, "CallerIDName"),
        whole(m, "Position"),
    )


def _caller_leave(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.CallerLeft(pbx, at, m["Queue"], _channel(m), whole(m, "Position"))


def _caller_abandon(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.CallerGone(
        pbx,
        at,
        m["Queue"],
        _channel(m),
        whole(m, "Position"),
        whole(m, "OriginalPosition"),
        seconds(m, "HoldTime"),
    )


def _agent_called(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.MemberRung(
        pbx,
        at,
        m["Queue"],
        m["Interface"],
        m.get("MemberName", ""),
        _channel(m),
        _call(m),
        ChannelId(m.get("DestUniqueid", "")),
    )


def _ring_no_answer(pbx: str, at: Instant, m: Message) -> AnyEvent:
    # RingTime is in milliseconds here, in AgentConnect in seconds.
    return e.RingNotAnswered(
        pbx,
        at,
        m["Queue"],
        m["Interface"],
        _channel(m),
        ChannelId(m.get("DestUniqueid", "")),
        seconds(m, "RingTime") / 1000,
    )


def _agent_connect(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.MemberConnected(
        pbx,
        at,
        m["Queue"],
        m["Interface"],
        m.get("MemberName", ""),
        _channel(m),
        _call(m),
        ChannelId(m.get("DestUniqueid", "")),
        seconds(m, "HoldTime"),
        seconds(m, "RingTime"),
    )


def _agent_complete(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.MemberCompleted(
        pbx,
        at,
        m["Queue"],
        m.get("Interface", ""),
        m.get("MemberName", ""),
        _channel(m),
        ChannelId(m.get("DestUniqueid", "")),
        seconds(m, "HoldTime"),
        seconds(m, "TalkTime"),
        m.get("Reason", ""),
    )


def _agent_dump(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.MemberDumped(pbx, at, m["Queue"], m["Interface"], _channel(m), ChannelId(m.get("DestUniqueid", "")))


def _member_added(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.MemberAdded(pbx, at, member(m))


def _member_changed(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.MemberChanged(pbx, at, member(m))


def _member_removed(pbx: str, at: Instant, m: Message) -> AnyEvent:
    return e.MemberRemoved(pbx, at, m["Queue"], m["Interface"])


def _device_state(pbx: str, at: Instant, m: Message) -> AnyEvent | None:
    device = m.get("Device", "")
    # Queues are devices too (`Queue:support_avail`); only phones are ours.
    if device.startswith("Queue:"):
        return None
    return e.DeviceChanged(pbx, at, device, device_from_name(m.get("State", "")))


def _originate_response(pbx: str, at: Instant, m: Message) -> AnyEvent | None:
    action = m.get("ActionID", "")
    if not action.startswith(ATTEMPT_ACTION):
        return None
    return e.OriginateEnded(
        pbx,
        at,
        AttemptId(action.removeprefix(ATTEMPT_ACTION)),
        ChannelId(number(m, "Uniqueid")),
        m.get("Response") == "Success",
        whole(m, "Reason"),
    )


def _user_event(pbx: str, at: Instant, m: Message) -> AnyEvent | None:
    match m.get("UserEvent"):
        case "WrapUpDone" | "HelpAsked" | "HelpTaken" | "HelpEnded" as name:
            return _seat_event(pbx, at, m, name)
        case "CallbackMachine":
            return e.MachineAnswered(pbx, at, AttemptId(m.get("Attempt", "")))
        case "CallbackPerson":
            return e.PersonAnswered(pbx, at, AttemptId(m.get("Attempt", "")))
        case "CallbackRequested":
            return e.CallbackRequested(pbx, at, ChannelId(m.get("Uniqueid", "")), m.get("Queue", ""))
        case "SurveyOffered" | "SurveyAnswered":
            return _survey_event(pbx, at, m)
        case "PauseRecording" | "ResumeRecording" as name:
            asked = e.RecordingPauseAsked if name == "PauseRecording" else e.RecordingResumeAsked
            return asked(pbx, at, _channel(m))
        case "LineMeasured":
            return _line_measured(pbx, at, m)
        case _:
            return None


_OF_SEATS: dict[str, type[e.WrapUpEnded] | type[e.HelpAsked] | type[e.HelpEnded]] = {
    "WrapUpDone": e.WrapUpEnded,
    "HelpAsked": e.HelpAsked,
    "HelpEnded": e.HelpEnded,
}


def _seat_event(pbx: str, at: Instant, m: Message, name: str) -> AnyEvent:
    interface = m.get("Interface", "")
    if name == "HelpTaken":
        return e.HelpTaken(pbx, at, interface, m.get("By", "")[:LONGEST_NAME])
    return _OF_SEATS[name](pbx, at, interface)


LONGEST_NAME = 200
"""Of whoever is on the way: any AMI user may send a user event."""

SCORES = {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5}
"""What a caller may press in the survey after the call."""

LONGEST_QUEUE = 128
"""No queue of Asterisk has a longer name (its table of queues and queue_log have that room)."""


def _survey_event(pbx: str, at: Instant, m: Message) -> AnyEvent:
    # Any AMI user may send a user event: what is no answer of a caller is refused, and its text is not repeated.
    queue = m.get("Queue", "")
    if not 0 < len(queue) <= LONGEST_QUEUE:
        raise ValueError("a survey names the queue that it is about")
    if m["UserEvent"] == "SurveyOffered":
        return e.CallerSurveyOffered(pbx, at, _channel(m), queue)
    score = SCORES.get(m.get("Score", ""))
    if score is None:
        raise ValueError("the score of a survey is a digit from 1 to 5")
    return e.CallerSurveyAnswered(pbx, at, _channel(m), queue, score)


def _line_measured(pbx: str, at: Instant, m: Message) -> AnyEvent | None:
    """What `CHANNEL(rtcp,all)` says; nothing where the channel had no audio of its own."""
    said = dict(part.partition("=")[::2] for part in m.get("Rtcp", "").split(";") if part)
    if not said:
        return None
    try:
        packets = [int(said[name]) for name in ("rxcount", "lp", "txcount", "rlp")]
        seconds = [float(said[name]) for name in ("rxjitter", "rtt")]
    except (KeyError, ValueError):
        raise ValueError("a line is measured in packets and seconds") from None
    if not all(0 <= length < LONGEST_DELAY for length in seconds):
        raise ValueError("a line is measured in packets and seconds")
    heard, lost, sent, missed = (count if 0 <= count < MOST_PACKETS else 0 for count in packets)
    return e.LineMeasured(pbx, at, _channel(m), heard, lost, sent, missed, *seconds)


LONGEST_DELAY = 60.0
MOST_PACKETS = 2**31
"""Asterisk counts without a sign: where more came than was expected, twice as much and more is said to be lost."""


class Row(NamedTuple):
    """How one AMI event is translated; without one of `needles` in its bytes it is not even parsed."""

    make: Maker
    needles: tuple[bytes, ...] = ()


TABLE: dict[bytes, Row] = {
    b"FullyBooted": Row(_fully_booted),
    b"Shutdown": Row(_shutdown),
    b"Newchannel": Row(_new_channel),
    b"Newstate": Row(_new_state),
    b"HangupRequest": Row(_hangup_request),
    b"Hangup": Row(_hangup),
    b"DialBegin": Row(_dial_begin),
    b"DialEnd": Row(_dial_end),
    b"BridgeEnter": Row(_bridge_enter),
    b"BridgeLeave": Row(_bridge_leave),
    b"Hold": Row(_hold),
    b"Unhold": Row(_unhold),
    b"MixMonitorMute": Row(_mixmonitor_mute),
    b"LocalBridge": Row(_local_bridge),
    b"LocalOptimizationBegin": Row(_local_optimization),
    b"BlindTransfer": Row(_blind_transfer),
    b"AttendedTransfer": Row(_attended_transfer),
    b"VarSet": Row(_var_set, (b"\r\nVariable: QUEUESTATUS\r\n", b"\r\nVariable: MIXMONITOR_FILENAME\r\n")),
    b"ChanSpyStart": Row(_spy_start),
    b"ChanSpyStop": Row(_spy_stop),
    b"QueueCallerJoin": Row(_caller_join),
    b"QueueCallerLeave": Row(_caller_leave),
    b"QueueCallerAbandon": Row(_caller_abandon),
    b"AgentCalled": Row(_agent_called),
    b"AgentRingNoAnswer": Row(_ring_no_answer),
    b"AgentConnect": Row(_agent_connect),
    b"AgentComplete": Row(_agent_complete),
    b"AgentDump": Row(_agent_dump),
    b"QueueMemberAdded": Row(_member_added),
    b"QueueMemberStatus": Row(_member_changed),
    b"QueueMemberPause": Row(_member_changed),
    b"QueueMemberPenalty": Row(_member_changed),
    b"QueueMemberRemoved": Row(_member_removed),
    b"DeviceStateChange": Row(_device_state),
    b"OriginateResponse": Row(_originate_response),
    b"UserEvent": Row(
        _user_event,
        (
            b"\r\nUserEvent: WrapUpDone\r\n",
            b"\r\nUserEvent: HelpAsked\r\n",
            b"\r\nUserEvent: HelpTaken\r\n",
            b"\r\nUserEvent: HelpEnded\r\n",
            b"\r\nUserEvent: CallbackMachine\r\n",
            b"\r\nUserEvent: CallbackPerson\r\n",
            b"\r\nUserEvent: CallbackRequested\r\n",
            b"\r\nUserEvent: SurveyOffered\r\n",
            b"\r\nUserEvent: SurveyAnswered\r\n",
            b"\r\nUserEvent: PauseRecording\r\n",
            b"\r\nUserEvent: ResumeRecording\r\n",
            b"\r\nUserEvent: LineMeasured\r\n",
        ),
    ),
}


def _holds_any(raw: bytes, needles: tuple[bytes, ...]) -> bool:
    # A loop and not any(): half of an unfiltered stream is VarSet, and comes here.
    for needle in needles:  # noqa: SIM110
        if needle in raw:
            return True
    return False


class Translator:
    """Turns the messages of one PBX into events, in their order.

    `clock` is the newest Timestamp seen: list answers and the login's FullyBooted have none of their own.
    `unknown` counts the event names that have no row; they cost one look-up.
    """

    def __init__(self, pbx: str) -> None:
        self.pbx = pbx
        self.clock: Instant = 0.0
        self.unknown: Counter[bytes] = Counter()
        self.survey = Assembler(pbx)
        self._parser = EventParser()

    def translate(self, raw: bytes) -> AnyEvent | None:
        """The event in one message, or None where it says nothing that matters on the floor.

        Raises KeyError or ValueError for an event without a header that it always has.
        """
        name = event_name(raw)
        row = TABLE.get(name)
        if row is None:
            return self._without_row(name, raw)
        if row.needles and not _holds_any(raw, row.needles):
            return None
        message = self._parser.parse(name, raw)
        if name == b"DeviceStateChange" and b"\r\nPrivilege: " not in raw:
            return self.survey.feed("DeviceStateChange", message, self.clock)
        timestamp = message.get("Timestamp")
        if timestamp:
            self.clock = float(timestamp)
        return row.make(self.pbx, self.clock, message)

    def _without_row(self, name: bytes, raw: bytes) -> AnyEvent | None:
        if name in LIST_EVENTS:
            return self.survey.feed(name.decode(), parse(raw), self.clock)
        if name:
            self.unknown[name] += 1
        elif PONG in raw:
            # The PBX's clock before its first event of this connection.
            self.clock = seconds(parse(raw), "Timestamp") or self.clock
        return None
