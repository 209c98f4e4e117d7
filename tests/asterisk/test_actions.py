"""Commands as AMI actions, and every door through which a value could become something else."""

from collections.abc import Callable

import pytest

from callcenter.asterisk.actions import action, encode
from callcenter.errors import BadInput
from callcenter.floor.commands import (
    AddMember,
    AnyCommand,
    AskForHelp,
    CancelConsult,
    Consult,
    EndHelp,
    EndWrapUp,
    HangUp,
    Listen,
    MoveToAgent,
    MoveToFront,
    MoveToQueue,
    PauseMember,
    PauseRecording,
    PlaceCall,
    PressKey,
    RemoveMember,
    ResumeRecording,
    SetPenalty,
    SwitchListening,
    TakeHelp,
    TellDesk,
    Transfer,
    UnpauseMember,
)
from callcenter.floor.events import ListeningMode
from callcenter.floor.terms import AttemptId, ChannelId


def place(
    number: str = "+8613912345678",
    *,
    dial_string: str = "PJSIP/{number}@trunk",
    queue: str = "support",
    attempt: str = "01J-a.7",
    caller_id: str = "",
) -> PlaceCall:
    """A call to a target."""
    return PlaceCall("pbx1", AttemptId(attempt), number, dial_string, queue, 30.5, caller_id, True)


@pytest.mark.parametrize(
    ("command", "headers"),
    [
        (
            AddMember("pbx1", "客服", "PJSIP/1001", "王 小明", 3),
            {"Action": "QueueAdd", "Queue": "客服", "Interface": "PJSIP/1001", "MemberName": "王 小明", "Penalty": "3"},
        ),
        (
            AddMember("pbx1", "vip", "PJSIP/1001", "Li Na", is_paused=True, pause_reason="meal"),
            {
                "Action": "QueueAdd",
                "Queue": "vip",
                "Interface": "PJSIP/1001",
                "MemberName": "Li Na",
                "Penalty": "0",
                "Paused": "true",
                "Reason": "meal",
            },
        ),
        (
            RemoveMember("pbx1", "support", "Local/1001@from-queue/n"),
            {"Action": "QueueRemove", "Queue": "support", "Interface": "Local/1001@from-queue/n"},
        ),
        (
            SetPenalty("pbx1", "support", "PJSIP/1001", 4),
            {"Action": "QueuePenalty", "Queue": "support", "Interface": "PJSIP/1001", "Penalty": "4"},
        ),
        (
            PauseMember("pbx1", "PJSIP/1001", "meal"),
            {"Action": "QueuePause", "Interface": "PJSIP/1001", "Paused": "true", "Reason": "meal"},
        ),
        (
            UnpauseMember("pbx1", "PJSIP/1001", "support"),
            {"Action": "QueuePause", "Interface": "PJSIP/1001", "Queue": "support", "Paused": "false"},
        ),
        (
            EndWrapUp("pbx1", "PJSIP/1001"),
            {"Action": "UserEvent", "UserEvent": "WrapUpDone", "Interface": "PJSIP/1001"},
        ),
        (
            AskForHelp("pbx1", "PJSIP/1001"),
            {"Action": "UserEvent", "UserEvent": "HelpAsked", "Interface": "PJSIP/1001"},
        ),
        (
            TakeHelp("pbx1", "PJSIP/1001", "Wang, Lei|“O’Neil”"),
            {"Action": "UserEvent", "UserEvent": "HelpTaken", "Interface": "PJSIP/1001", "By": "Wang, Lei|“O’Neil”"},
        ),
        (TellDesk("pbx1", "801", "1001"), {"Action": "Setvar", "Variable": "CC_SITS_801", "Value": "1001"}),
        (EndHelp("pbx1", "PJSIP/1001"), {"Action": "UserEvent", "UserEvent": "HelpEnded", "Interface": "PJSIP/1001"}),
        (HangUp("pbx1", ChannelId("pbx1-1700000000.12")), {"Action": "Hangup", "Channel": "pbx1-1700000000.12"}),
        (
            PressKey("pbx1", ChannelId("17.1"), "#"),
            {"Action": "PlayDTMF", "Channel": "17.1", "Digit": "#", "Receive": "true"},
        ),
        (
            Transfer("pbx1", ChannelId("17.1"), "1002"),
            {"Action": "BlindTransfer", "Channel": "17.1", "Context": "callcenter-agents", "Exten": "1002"},
        ),
        (
            Consult("pbx1", ChannelId("17.1"), "1002"),
            {"Action": "Atxfer", "Channel": "17.1", "Context": "callcenter-agents", "Exten": "1002#"},
        ),
        (CancelConsult("pbx1", ChannelId("17.1")), {"Action": "CancelAtxfer", "Channel": "17.1"}),
        (
            MoveToFront("pbx1", "support", "Local/4000@queues-00000001;2", 9),
            {
                "Action": "QueueChangePriorityCaller",
                "Queue": "support",
                "Caller": "Local/4000@queues-00000001;2",
                "Priority": "9",
                "Immediate": "yes",
            },
        ),
        (
            MoveToQueue("pbx1", ChannelId("17.1"), "sales-2"),
            {
                "Action": "Redirect",
                "Channel": "17.1",
                "Context": "callcenter-queue",
                "Exten": "q-sales-2",
                "Priority": "1",
            },
        ),
        (
            MoveToAgent("pbx1", ChannelId("17.1"), "1002"),
            {
                "Action": "Redirect",
                "Channel": "17.1",
                "Context": "callcenter-pulled",
                "Exten": "1002",
                "Priority": "1",
            },
        ),
        (
            PauseRecording("pbx1", ChannelId("pbx1-1700000000.12")),
            {"Action": "MixMonitorMute", "Channel": "pbx1-1700000000.12", "Direction": "both", "State": "1"},
        ),
        (
            ResumeRecording("pbx1", ChannelId("pbx1-1700000000.12")),
            {"Action": "MixMonitorMute", "Channel": "pbx1-1700000000.12", "Direction": "both", "State": "0"},
        ),
        (
            place(caller_id='"Centre" <4000>'),
            {
                "Action": "Originate",
                "ActionID": "callcenter-attempt:01J-a.7",
                "Async": "true",
                "ChannelId": "01J-a.7",
                "Channel": "PJSIP/+8613912345678@trunk",
                "Context": "callcenter-callback",
                "Exten": "s",
                "Priority": "1",
                "Timeout": "30500",
                "CallerID": '"Centre" <4000>',
                "Variable": ("CC_QUEUE=support", "CC_ATTEMPT=01J-a.7", "CC_AMD=1", "CC_PATIENCE=0"),
            },
        ),
    ],
)
def test_each_command_is_one_action(command: AnyCommand, headers: dict[str, object]) -> None:
    assert action(command) == headers


BREAKS = ("\r", "\n", "\0", "\r\n\r\nAction: Originate")
SEPARATORS = ("|", ",", ";", "&", '"', "\\", "$", "`", "{", "<")


@pytest.mark.parametrize("bad", [*BREAKS, *SEPARATORS, "\x1b", "\u2028"])
@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda bad: AddMember("pbx1", f"a{bad}b", "PJSIP/1", "n"), "queue"),
        (lambda bad: SetPenalty("pbx1", f"a{bad}b", "PJSIP/1", 1), "queue"),
        (lambda bad: SetPenalty("pbx1", "q", f"PJSIP/1{bad}", 1), "interface"),
        (lambda bad: AddMember("pbx1", "q", f"PJSIP/1{bad}", "n"), "interface"),
        (lambda bad: AddMember("pbx1", "q", "PJSIP/1", f"a{bad}b"), "name"),
        (lambda bad: AddMember("pbx1", "q", "PJSIP/1", "n", is_paused=True, pause_reason=f"a{bad}b"), "pause_reason"),
        (lambda bad: RemoveMember("pbx1", f"a{bad}b", "PJSIP/1"), "queue"),
        (lambda bad: RemoveMember("pbx1", "q", f"PJSIP/1{bad}"), "interface"),
        (lambda bad: PauseMember("pbx1", "PJSIP/1", f"a{bad}b"), "reason"),
        (lambda bad: PauseMember("pbx1", f"PJSIP/1{bad}", "meal"), "interface"),
        (lambda bad: PauseMember("pbx1", "PJSIP/1", "meal", f"a{bad}b"), "queue"),
        (lambda bad: UnpauseMember("pbx1", f"PJSIP/1{bad}"), "interface"),
        (lambda bad: UnpauseMember("pbx1", "PJSIP/1", f"a{bad}b"), "queue"),
        (lambda bad: TellDesk("pbx1", f"801{bad}", "1001"), "desk"),
        (lambda bad: TellDesk("pbx1", "801", f"1001{bad}"), "agent_number"),
        (lambda bad: EndWrapUp("pbx1", f"PJSIP/1{bad}"), "interface"),
        (lambda bad: place(f"1391234{bad}"), "number"),
        (lambda bad: place(dial_string=f"PJSIP/{{number}}{bad}@trunk"), "dial_string"),
        (lambda bad: place(queue=f"a{bad}b"), "queue"),
        (lambda bad: place(attempt=f"a{bad.replace(';', '|')}b"), "attempt_id"),
        (lambda bad: place(caller_id=f"4000{bad}"), "caller_id"),
        (lambda bad: HangUp("pbx1", ChannelId(f"17.1{bad.replace(';', '|')}")), "channel_id"),
        (lambda bad: PressKey("pbx1", ChannelId("17.1"), f"1{bad}"), "key"),
        (lambda bad: Transfer("pbx1", ChannelId("17.1"), f"1002{bad}"), "extension"),
        (lambda bad: Consult("pbx1", ChannelId("17.1"), f"1002{bad}"), "extension"),
        (lambda bad: MoveToFront("pbx1", "support", f"PJSIP/trunk-1{bad.replace(';', '|')}", 1), "channel_name"),
        (lambda bad: MoveToFront("pbx1", f"support{bad}", "PJSIP/trunk-1", 1), "queue"),
        (lambda bad: MoveToQueue("pbx1", ChannelId(f"17.1{bad.replace(';', '|')}"), "sales"), "channel_id"),
        (lambda bad: MoveToQueue("pbx1", ChannelId("17.1"), f"sales{bad}"), "queue"),
        (lambda bad: MoveToAgent("pbx1", ChannelId("17.1"), f"1002{bad}"), "agent_number"),
    ],
)
def test_no_value_can_become_something_else(make: Callable[[str], AnyCommand], field: str, bad: str) -> None:
    with pytest.raises(BadInput) as caught:
        action(make(bad))
    assert caught.value.field == field


@pytest.mark.parametrize("number", ["", "12", "1" * 21, "++123", "139 1234", "١٢٣٤", "123\n", "s", "*70"])
def test_a_number_is_digits(number: str) -> None:
    with pytest.raises(BadInput):
        action(place(number))


@pytest.mark.parametrize(
    "dial_string",
    ["PJSIP/123@trunk", "{number}", "PJSIP/{number}@{number}", "PJSIP/{number}@{x}", "PJSIP/{number}&SIP/1"],
)
def test_a_dial_string_dials_the_number_and_nothing_else(dial_string: str) -> None:
    with pytest.raises(BadInput) as caught:
        action(place(dial_string=dial_string))
    assert caught.value.field == "dial_string"


def test_hang_up_takes_no_pattern() -> None:
    with pytest.raises(BadInput):
        action(HangUp("pbx1", ChannelId("/.*/")))


@pytest.mark.parametrize("empty", ["", "  "])
def test_a_text_is_not_empty(empty: str) -> None:
    with pytest.raises(BadInput):
        action(PauseMember("pbx1", "PJSIP/1", empty))


def test_an_action_is_lines_and_a_blank_line() -> None:
    assert (
        encode({"Action": "X", "Variable": ("a=1", "b=王")})
        == "Action: X\r\nVariable: a=1\r\nVariable: b=王\r\n\r\n".encode()
    )


@pytest.mark.parametrize(
    "headers",
    [
        *({"Reason": f"a{bad}"} for bad in BREAKS),
        *({f"Rea{bad}son": "a"} for bad in BREAKS),
        {"Variable": ("a=1", "b=\r\nAction: X")},
        {"Reason": "x" * 993},
        {"Reason": "王" * 331},
    ],
)
def test_the_encoder_is_the_last_door(headers: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        encode(headers)


def test_the_longest_line_that_asterisk_takes_for_sure() -> None:
    assert len(encode({"Reason": "x" * 992})) == 1000 + 4


@pytest.mark.parametrize(
    ("listener_id", "interface", "channel_id", "field"),
    [
        ("1.2", "PJSIP/1002", "1.1", "listener_id"),
        ("listen.a.1.1|x", "PJSIP/1002", "1.1", "listener_id"),
        ("listen.a.1.1", "PJSIP/1002&PJSIP/1003", "1.1", "interface"),
        ("listen.a.1.1", "PJSIP/1002", "1.1,qw", "channel_id"),
        ("listen.a.1.1", "PJSIP/1002", "PJSIP/1001", "channel_id"),
        ("listen.a.1.1", "PJSIP/1002", "${SHELL(x)}", "channel_id"),
    ],
)
def test_a_listener_hears_one_channel_by_its_id(listener_id: str, interface: str, channel_id: str, field: str) -> None:
    mode = ListeningMode.WHISPER
    with pytest.raises(BadInput) as refused:
        action(Listen("pbx1", ChannelId(listener_id), interface, ChannelId(channel_id), mode))
    assert refused.value.field == field


def test_a_listener_is_called_and_switched_by_the_extension_of_the_mode() -> None:
    listener = ChannelId("listen.a.1.1")
    called = action(Listen("pbx1", listener, "PJSIP/1002", ChannelId("1.1"), ListeningMode.WHISPER))
    assert (called["Channel"], called["Context"], called["Exten"], called["Variable"]) == (
        "PJSIP/1002", "callcenter-listen", "5", "CC_LISTENED=1.1",
    )  # fmt: skip
    switched = action(SwitchListening("pbx1", listener, ListeningMode.BARGE))
    assert (switched["Action"], switched["Channel"], switched["Exten"]) == ("Redirect", listener, "6")
