"""Every row of the table, from a message in Asterisk's own field order."""

import re

import pytest

from callcenter.asterisk.headers import caller_name, device_from_name, device_from_number
from callcenter.asterisk.translate import ATTEMPT_ACTION, TABLE, Translator
from callcenter.floor import events as e
from callcenter.floor.events import AnyEvent, DeviceState, Member
from callcenter.floor.terms import AttemptId, CallId, ChannelId
from tests.asterisk.ami_text import CHANNEL, LEG, MEMBER, message, prefixed

NOW = 1763812800.25
CALLER, CALL, RING = ChannelId("pbx1-1763812800.1"), CallId("pbx1-1763812800.1"), ChannelId("pbx1-1763812801.2")
RUNG = (CHANNEL, prefixed("Dest", LEG), {"Queue": "support", "Interface": "PJSIP/1001", "MemberName": "Li Na"})
BRIDGE = {
    "BridgeUniqueid": "b-1", "BridgeType": "basic", "BridgeTechnology": "simple_bridge", "BridgeCreator": "<unknown>",
    "BridgeName": "<unknown>", "BridgeNumChannels": "2", "BridgeVideoSourceMode": "none",
}  # fmt: skip
LOCAL = (
    prefixed("LocalOne", CHANNEL | {"Uniqueid": "1.1"}),
    prefixed("LocalTwo", CHANNEL | {"Uniqueid": "1.2"}),
)
THE_MEMBER = Member(
    "support", "Local/1001@agents/n", 'Pi|pe "Q"', "PJSIP/1001", DeviceState.NOT_IN_USE, True, "meal", True, 2, 10,
    1763812700.0, 1763812600.0,
)  # fmt: skip
LISTENER = CHANNEL | {
    "Channel": "PJSIP/1003-00000009", "Uniqueid": "listen.a1.1.2", "Context": "callcenter-listen", "Exten": "5",
}  # fmt: skip

TRANSLATED: dict[str, tuple[bytes, AnyEvent | None]] = {
    "FullyBooted": (
        message("FullyBooted", privilege="system,all", Status="Fully Booted", Uptime="0", LastReload="0"),
        e.PbxStarted("pbx1", NOW),
    ),
    "Shutdown": (
        message("Shutdown", privilege="system,all", Shutdown="Cleanly", Restart="False"),
        e.PbxStopped("pbx1", NOW),
    ),
    "Newchannel": (
        message("Newchannel", CHANNEL | {"ChannelState": "4", "ChannelStateDesc": "Ring"}),
        e.ChannelOpened(
            "pbx1", NOW, CALLER, CALL, "PJSIP/trunk-00000001", "13800138000", "王小明",
            "callcenter-inbound", "4000", False,
        ),
    ),
    "Newstate": (message("Newstate", LEG), e.ChannelUp("pbx1", NOW, RING, CALL, "1001", "13800138000")),
    "HangupRequest": (message("HangupRequest", CHANNEL, Cause="16"), e.HangupRequested("pbx1", NOW, CALLER)),
    "Hangup": (
        message("Hangup", LEG, {"Cause": "17", "Cause-txt": "User busy", "TechCause": "486"}),
        e.ChannelClosed("pbx1", NOW, RING, CALL, 17, "486"),
    ),
    "DialBegin": (
        message("DialBegin", CHANNEL, prefixed("Dest", LEG), DialString="1001"),
        e.DialBegun("pbx1", NOW, CALL, CALLER, RING, "PJSIP/1001-00000002", "1001"),
    ),
    "DialEnd": (
        message("DialEnd", CHANNEL, prefixed("Dest", LEG), DialStatus="CANCEL", Forward="1002"),
        e.DialEnded("pbx1", NOW, RING, "CANCEL", "1002"),
    ),
    "BridgeEnter": (message("BridgeEnter", BRIDGE, LEG), e.BridgeEntered("pbx1", NOW, RING, CALL, "b-1")),
    "BridgeLeave": (message("BridgeLeave", BRIDGE, LEG), e.BridgeLeft("pbx1", NOW, RING, "b-1")),
    "Hold": (message("Hold", LEG, MusicClass="default"), e.HoldBegun("pbx1", NOW, RING)),
    "Hold by a code": (
        message("Hold", LEG, MusicClass="callcenter-hold"), e.HoldBegun("pbx1", NOW, RING, by_code=True)
    ),
    "Unhold": (message("Unhold", LEG), e.HoldEnded("pbx1", NOW, RING)),
    "MixMonitorMute": (
        message("MixMonitorMute", LEG, Direction="both", State="1", Count="1"),
        e.RecordingPaused("pbx1", NOW, RING),
    ),
    "LocalBridge": (
        message("LocalBridge", *LOCAL, Context="agents", Exten="1001", LocalOptimization="Yes"),
        e.LocalJoined("pbx1", NOW, ChannelId("1.1"), ChannelId("1.2")),
    ),
    "LocalOptimizationBegin": (
        message("LocalOptimizationBegin", *LOCAL, prefixed("Source", LEG), DestUniqueid="1.2", Id="9"),
        e.LocalOptimised("pbx1", NOW, ChannelId("1.1"), ChannelId("1.2"), RING),
    ),
    "BlindTransfer": (
        message(
            "BlindTransfer", {"Result": "Success"}, prefixed("Transferer", LEG), prefixed("Transferee", CHANNEL),
            BRIDGE, IsExternal="No", Context="queues", Extension="4001",
        ),
        e.BlindTransferred("pbx1", NOW, RING, CALLER, "4001", "queues"),
    ),
    "AttendedTransfer": (
        message(
            "AttendedTransfer", {"Result": "Success"}, prefixed("OrigTransferer", LEG),
            prefixed("OrigBridge", BRIDGE), prefixed("SecondTransferer", LEG | {"Uniqueid": "1.3"}),
            prefixed("SecondBridge", BRIDGE), prefixed("Transferee", CHANNEL),
            prefixed("TransferTarget", LEG | {"Uniqueid": "1.4"}), IsExternal="No", DestType="Bridge",
            DestBridgeUniqueid="b-1",
        ),
        e.AttendedTransferred("pbx1", NOW, RING, ChannelId("1.3"), CALLER, ChannelId("1.4")),
    ),
    "VarSet": (
        message("VarSet", CHANNEL, privilege="dialplan,all", Variable="QUEUESTATUS", Value="TIMEOUT"),
        e.QueueResult("pbx1", NOW, CALLER, CALL, "TIMEOUT", "13800138000", "王小明"),
    ),
    "QueueCallerJoin": (
        message("QueueCallerJoin", CHANNEL, privilege="agent,all", Queue="support", Position="2", Count="3"),
        e.CallerJoined("pbx1", NOW, "support", CALLER, CALL, "13800138000", "王小明", 2),
    ),
    "QueueCallerLeave": (
        message("QueueCallerLeave", CHANNEL, privilege="agent,all", Queue="support", Count="0", Position="1"),
        e.CallerLeft("pbx1", NOW, "support", CALLER, 1),
    ),
    "QueueCallerAbandon": (
        message("QueueCallerAbandon", CHANNEL, Queue="support", Position="1", OriginalPosition="4", HoldTime="31"),
        e.CallerGone("pbx1", NOW, "support", CALLER, 1, 4, 31.0),
    ),
    "AgentCalled": (
        message("AgentCalled", *RUNG),
        e.MemberRung("pbx1", NOW, "support", "PJSIP/1001", "Li Na", CALLER, CALL, RING),
    ),
    "AgentRingNoAnswer": (
        message("AgentRingNoAnswer", *RUNG, RingTime="15000"),
        e.RingNotAnswered("pbx1", NOW, "support", "PJSIP/1001", CALLER, RING, 15.0),
    ),
    "AgentConnect": (
        message("AgentConnect", *RUNG, HoldTime="12", RingTime="4"),
        e.MemberConnected("pbx1", NOW, "support", "PJSIP/1001", "Li Na", CALLER, CALL, RING, 12.0, 4.0),
    ),
    "AgentComplete": (
        message("AgentComplete", *RUNG, HoldTime="12", TalkTime="63", Reason="agent"),
        e.MemberCompleted("pbx1", NOW, "support", "PJSIP/1001", "Li Na", CALLER, RING, 12.0, 63.0, "agent"),
    ),
    "AgentDump": (
        message("AgentDump", *RUNG),
        e.MemberDumped("pbx1", NOW, "support", "PJSIP/1001", CALLER, RING),
    ),
    "QueueMemberAdded": (message("QueueMemberAdded", MEMBER), e.MemberAdded("pbx1", NOW, THE_MEMBER)),
    "QueueMemberStatus": (message("QueueMemberStatus", MEMBER), e.MemberChanged("pbx1", NOW, THE_MEMBER)),
    "QueueMemberPause": (message("QueueMemberPause", MEMBER), e.MemberChanged("pbx1", NOW, THE_MEMBER)),
    "QueueMemberPenalty": (message("QueueMemberPenalty", MEMBER), e.MemberChanged("pbx1", NOW, THE_MEMBER)),
    "QueueMemberRemoved": (
        message("QueueMemberRemoved", MEMBER),
        e.MemberRemoved("pbx1", NOW, "support", "Local/1001@agents/n"),
    ),
    "DeviceStateChange": (
        message("DeviceStateChange", Device="PJSIP/1001", State="RINGINUSE"),
        e.DeviceChanged("pbx1", NOW, "PJSIP/1001", DeviceState.RING_IN_USE),
    ),
    "OriginateResponse": (
        message(
            "OriginateResponse", ActionID=f"{ATTEMPT_ACTION}attempt-7", Response="Failure", Channel="PJSIP/139@trunk",
            Context="callcenter-callback", Exten="s", Reason="3", Uniqueid="<unknown>", CallerIDNum="<unknown>",
            CallerIDName="<unknown>",
        ),
        e.OriginateEnded("pbx1", NOW, AttemptId("attempt-7"), ChannelId(""), False, 3),
    ),
    "ChanSpyStart": (
        message("ChanSpyStart", prefixed("Spyer", LISTENER), prefixed("Spyee", LEG)),
        e.ListeningBegan(
            "pbx1", NOW, ChannelId("listen.a1.1.2"), "PJSIP/1003-00000009", ChannelId(LEG["Uniqueid"]),
            e.ListeningMode.WHISPER,
        ),
    ),
    "ChanSpyStop": (
        message("ChanSpyStop", prefixed("Spyer", LISTENER), prefixed("Spyee", LEG)),
        e.ListeningEnded("pbx1", NOW, ChannelId("listen.a1.1.2")),
    ),
    "UserEvent": (
        message("UserEvent", CHANNEL, privilege="user,all", UserEvent="WrapUpDone", Interface="PJSIP/1001"),
        e.WrapUpEnded("pbx1", NOW, "PJSIP/1001"),
    ),
    "UserEvent of who asks for help": (
        message("UserEvent", privilege="user,all", UserEvent="HelpAsked", Interface="PJSIP/1001"),
        e.HelpAsked("pbx1", NOW, "PJSIP/1001"),
    ),
    "UserEvent of who helps": (
        message("UserEvent", privilege="user,all", UserEvent="HelpTaken", Interface="PJSIP/1001", By="Zhang Min"),
        e.HelpTaken("pbx1", NOW, "PJSIP/1001", "Zhang Min"),
    ),
    "UserEvent of an end of help": (
        message("UserEvent", privilege="user,all", UserEvent="HelpEnded", Interface="PJSIP/1001"),
        e.HelpEnded("pbx1", NOW, "PJSIP/1001"),
    ),
}  # fmt: skip


def translated(raw: bytes) -> AnyEvent | None:
    return Translator("pbx1").translate(raw)


@pytest.mark.parametrize("name", [name.decode() for name in TABLE])
def test_every_row(name: str) -> None:
    raw, event = TRANSLATED[name]
    assert translated(raw) == event


def test_a_needle_is_a_header_of_its_message() -> None:
    """A row's needles are whole header lines, so that a value can never pass for one."""
    for name, row in TABLE.items():
        assert all(re.fullmatch(rb"\r\n(Variable|UserEvent): \w+\r\n", needle) for needle in row.needles), name


@pytest.mark.parametrize(
    "raw",
    [
        message("VarSet", CHANNEL, Variable="DIALSTATUS", Value="ANSWER"),
        message("VarSet", CHANNEL, Variable="X", Value="Variable: QUEUESTATUS"),
        message("VarSet", CHANNEL, Variable="QUEUESTATUS", Value=""),
        message("UserEvent", UserEvent="Something", Interface="PJSIP/1001"),
        message("ChanSpyStart", prefixed("Spyer", LISTENER | {"Context": "others"}), prefixed("Spyee", LEG)),
        message("UserEvent", UserEvent="Other", Text="UserEvent: WrapUpDone"),
        message("DeviceStateChange", Device="Queue:support_avail", State="NOT_INUSE"),
        message("OriginateResponse", ActionID="somebody-elses", Response="Failure", Reason="0"),
        message("BlindTransfer", {"Result": "Fail"}, prefixed("Transferer", LEG)),
        message("AttendedTransfer", {"Result": "Fail"}, prefixed("OrigTransferer", LEG)),
        message("AttendedTransfer", {"Result": "Success"}, prefixed("OrigTransferer", LEG), DestType="Threeway"),
        message("Newstate", LEG | {"ChannelState": "3"}),
        message("FullyBooted", privilege="system,all", at="", Status="Fully Booted", Uptime="90000"),
        b"Response: Success\r\nActionID: 1\r\nMessage: Originate successfully queued",
    ],
)
def test_what_says_nothing_of_the_floor(raw: bytes) -> None:
    assert translated(raw) is None


def test_a_user_event_that_is_not_ours_though_it_was_parsed() -> None:
    raw = message("UserEvent", UserEvent="Odd").replace(b"Odd", b"Odd\r\nUserEvent: WrapUpDone\r\nX: y")
    assert translated(raw) is None


def test_a_refusal_names_its_queue_where_the_shipped_dialplan_does() -> None:
    shipped = CHANNEL | {"Context": "callcenter-queue", "Exten": "q-support"}
    event = translated(message("VarSet", shipped, Variable="QUEUESTATUS", Value="FULL"))
    assert isinstance(event, e.QueueResult)
    assert event.queue == "support"


def test_other_rows_of_the_same_events() -> None:
    ringing = message("Newstate", LEG | {"ChannelState": "5", "ChannelStateDesc": "Ringing"})
    assert translated(ringing) == e.ChannelRinging("pbx1", NOW, RING, CALL, "1001", "13800138000")
    recording = message("VarSet", CHANNEL, Variable="MIXMONITOR_FILENAME", Value="/monitor/2026/1.wav")
    assert translated(recording) == e.RecordingBegun("pbx1", NOW, CALLER, CALL, "/monitor/2026/1.wav")
    machine = message("UserEvent", CHANNEL, UserEvent="CallbackMachine", Attempt="attempt-7")
    assert translated(machine) == e.MachineAnswered("pbx1", NOW, AttemptId("attempt-7"))
    person = message("UserEvent", CHANNEL, UserEvent="CallbackPerson", Attempt="attempt-7")
    assert translated(person) == e.PersonAnswered("pbx1", NOW, AttemptId("attempt-7"))
    asked = message("UserEvent", CHANNEL, UserEvent="CallbackRequested", Queue="support")
    assert translated(asked) == e.CallbackRequested("pbx1", NOW, CALLER, "support")
    offered = message("UserEvent", CHANNEL, UserEvent="SurveyOffered", Queue="support")
    assert translated(offered) == e.CallerSurveyOffered("pbx1", NOW, CALLER, "support")
    scored = message("UserEvent", CHANNEL, UserEvent="SurveyAnswered", Queue="support", Score="4")
    assert translated(scored) == e.CallerSurveyAnswered("pbx1", NOW, CALLER, "support", 4)
    pause = message("UserEvent", LEG, UserEvent="PauseRecording", Interface="PJSIP/1001")
    assert translated(pause) == e.RecordingPauseAsked("pbx1", NOW, RING)
    resume = message("UserEvent", LEG, UserEvent="ResumeRecording", Interface="PJSIP/1001")
    assert translated(resume) == e.RecordingResumeAsked("pbx1", NOW, RING)


RTCP = "ssrc=1;themssrc=2;lp=3;rxjitter=0.004000;rxcount=595;txjitter=0.0035;txcount=594;rlp={};rtt=0.08;rxmes=88.0"


def test_what_was_counted_on_a_line_is_read() -> None:
    line = translated(message("UserEvent", LEG, UserEvent="LineMeasured", Rtcp=RTCP.format(5)))
    assert line == e.LineMeasured("pbx1", NOW, RING, 595, 3, 594, 5, 0.004, 0.08)
    # More came than was expected: Asterisk counts without a sign.
    line = translated(message("UserEvent", LEG, UserEvent="LineMeasured", Rtcp=RTCP.format(2**32 - 1)))
    assert line == e.LineMeasured("pbx1", NOW, RING, 595, 3, 594, 0, 0.004, 0.08)
    assert translated(message("UserEvent", LEG, UserEvent="LineMeasured", Rtcp="")) is None


@pytest.mark.parametrize("rtcp", ["x", "rxcount=1", RTCP.format("many"), RTCP.format(0).replace("0.08", "nan")])
def test_what_is_no_count_of_a_line_is_refused_without_repeating_it(rtcp: str) -> None:
    with pytest.raises(ValueError, match=r"^a line is measured in packets and seconds$"):
        translated(message("UserEvent", LEG, UserEvent="LineMeasured", Rtcp=rtcp))


@pytest.mark.parametrize("score", ["", "0", "6", "-1", "4.5", "44", "\u0664", " 4", "four", "1" * 4000])
def test_an_answer_to_a_survey_that_is_no_digit_from_1_to_5_is_refused_without_repeating_it(score: str) -> None:
    raw = message("UserEvent", CHANNEL, UserEvent="SurveyAnswered", Queue="support", Score=score)
    with pytest.raises(ValueError, match=r"^the score of a survey is a digit from 1 to 5$"):
        translated(raw)


@pytest.mark.parametrize("name", ["SurveyOffered", "SurveyAnswered"])
@pytest.mark.parametrize("queue", ["", "q" * 129])
def test_a_survey_of_no_queue_is_refused(name: str, queue: str) -> None:
    raw = message("UserEvent", CHANNEL, UserEvent=name, Queue=queue, Score="4")
    with pytest.raises(ValueError, match="names the queue"):
        translated(raw)


@pytest.mark.parametrize("direction", ["both", "read", "write"])
def test_a_recording_is_paused_when_both_sides_are_and_goes_on_with_either(direction: str) -> None:
    muted = translated(message("MixMonitorMute", LEG, Direction=direction, State="1"))
    assert muted == (e.RecordingPaused("pbx1", NOW, RING) if direction == "both" else None)
    heard = translated(message("MixMonitorMute", LEG, Direction=direction, State="0"))
    assert heard == e.RecordingResumed("pbx1", NOW, RING)


def test_an_originate_has_no_caller() -> None:
    event = translated(message("DialBegin", prefixed("Dest", LEG), DialString="139@trunk"))
    assert isinstance(event, e.DialBegun)
    assert (event.caller_id, event.call_id) == ("", CALL)


@pytest.mark.parametrize(("kept", "ids"), [((), ("", "")), ((CHANNEL,), (CALLER, ""))])
def test_agent_complete_without_its_channels(kept: tuple[dict[str, str], ...], ids: tuple[str, str]) -> None:
    raw = message("AgentComplete", *kept, RUNG[2], HoldTime="12", TalkTime="", Reason="caller")
    event = translated(raw)
    assert isinstance(event, e.MemberCompleted)
    assert ((event.channel_id, event.ring_id), event.talk_seconds) == (ids, 0.0)


def test_unknown_callers_have_no_number() -> None:
    raw = message("QueueCallerJoin", CHANNEL | {"CallerIDNum": "<unknown>", "CallerIDName": "unknown"}, Queue="support")
    event = translated(raw)
    assert isinstance(event, e.CallerJoined)
    assert (event.number, event.caller_name, event.position) == ("", "", 0)


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ('Jo \\"The Ace\\" Smith', 'Jo "The Ace" Smith'),
        ("back\\\\slash", "back\\slash"),
        ("\\\\t is no tab, \\t is", "\\t is no tab, \t is"),
        ("Grace O\\'Neil", "Grace O'Neil"),
        ("A|B|C", "A|B|C"),
        (" kept ", " kept "),
    ],
)
def test_names_are_unescaped(sent: str, name: str) -> None:
    assert caller_name({"CallerIDName": sent}, "CallerIDName") == name


def test_an_unpaused_member_has_no_reason() -> None:
    """At an unpause PausedReason may carry the unpause's own reason."""
    event = translated(message("QueueMemberPause", MEMBER | {"Paused": "0", "PausedReason": "back"}))
    assert isinstance(event, e.MemberChanged)
    assert (event.member.is_paused, event.member.pause_reason) == (False, "")


def test_a_member_without_a_state_interface_is_its_own() -> None:
    event = translated(message("QueueMemberAdded", MEMBER | {"StateInterface": "", "Membership": "static"}))
    assert isinstance(event, e.MemberAdded)
    assert (event.member.state_interface, event.member.is_dynamic) == ("Local/1001@agents/n", False)


def test_device_states() -> None:
    assert {device_from_number(str(number)) for number in range(9)} == set(DeviceState)
    assert device_from_number("42") == device_from_name("SLEEPING") == DeviceState.UNKNOWN


def test_what_has_no_time_of_its_own_has_that_of_the_event_before() -> None:
    translator = Translator("pbx1")
    translator.translate(message("Hold", LEG, at="1763812900.5"))
    event = translator.translate(message("Unhold", LEG, at=""))
    assert event is not None
    assert event.at == 1763812900.5


def test_a_pong_tells_the_clock_before_the_first_event() -> None:
    translator = Translator("pbx1")
    assert translator.translate(b"Response: Success\r\nActionID: 9\r\nPing: Pong\r\nTimestamp: 1763812900.5") is None
    assert translator.clock == 1763812900.5


def test_unknown_events_are_counted_by_name() -> None:
    translator = Translator("pbx1")
    for _ in range(2):
        assert translator.translate(message("RTCPSent", CHANNEL)) is None
    assert translator.unknown == {b"RTCPSent": 2}


@pytest.mark.parametrize("name", ["Newchannel", "BridgeEnter", "QueueCallerJoin", "QueueMemberAdded"])
def test_a_message_without_what_it_always_has_is_refused(name: str) -> None:
    with pytest.raises(KeyError):
        translated(message(name))
    with pytest.raises(ValueError, match="could not convert"):
        translated(message(name, at="soon"))
