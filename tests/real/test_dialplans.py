"""The shipped dialplans at work: real SIP phones, real calls, real audio; what AMI and queue_log say of them."""

import time
import wave
from array import array
from pathlib import Path

import pytest

from callcenter.asterisk.event_filter import EVENTS
from tests.real.conftest import Pair

pytestmark = pytest.mark.real


def loudness(file: Path) -> float:
    """The mean amplitude of a recording, 0 to 32767."""
    with wave.open(str(file)) as audio:
        assert (audio.getnchannels(), audio.getframerate(), audio.getsampwidth()) == (1, 8000, 2)
        samples = array("h", audio.readframes(audio.getnframes()))
    return float(sum(map(abs, samples)) / max(1, len(samples)))


def seconds(file: Path) -> float:
    with wave.open(str(file)) as audio:
        return float(audio.getnframes() / audio.getframerate())


def closed(file: Path) -> Path:
    """The recording once MixMonitor has written its header, which it does after the call's last event."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with file.open("rb") as audio:
            if audio.read(44)[40:44].strip(b"\0"):
                return file
    raise AssertionError(f"{file} was not closed")


def queue_log(pair: Pair) -> list[list[str]]:
    return [line.split("|")[2:5] for line in pair.centre.queue_log.read_text().splitlines()]


def test_an_agent_signs_in_pauses_and_signs_out_with_feature_codes(pair: Pair) -> None:
    pair.dial("1001", "*70")
    added = [pair.ami.wait_for("QueueMemberAdded") for _ in range(2)]
    assert {member["Queue"] for member in added} == {"support", "sales"}
    assert {(member["MemberName"], member["Interface"], member["StateInterface"]) for member in added} == {
        ("Li Na", "PJSIP/1001", "PJSIP/1001")
    }
    for digit, reason in (("1", "break"), ("5", "paperwork")):
        pair.dial("1001", f"*72{digit}")
        paused = [pair.ami.wait_for("QueueMemberPause", Paused="1") for _ in range(2)]
        assert {(member["Queue"], member["PausedReason"]) for member in paused} == {
            ("support", reason),
            ("sales", reason),
        }
    pair.dial("1001", "*73")
    assert {pair.ami.wait_for("QueueMemberPause", Paused="0")["Queue"] for _ in range(2)} == {"support", "sales"}
    pair.dial("1001", "*74")
    assert pair.ami.wait_for("UserEvent", UserEvent="WrapUpDone")["Interface"] == "PJSIP/1001"
    pair.dial("1001", "*71")
    assert {pair.ami.wait_for("QueueMemberRemoved")["Queue"] for _ in range(2)} == {"support", "sales"}


@pytest.mark.parametrize("code", ["*721", "*73"])
def test_who_is_not_signed_in_cannot_pause(shared_pair: Pair, code: str) -> None:
    shared_pair.dial("1002", code)
    ended = shared_pair.ami.wait_for("Hangup", CallerIDNum="1002")
    assert ended["Context"] == "callcenter-refused"
    assert "QueueMemberPause" not in shared_pair.ami.names()


@pytest.mark.parametrize("number", ["*70", "*721", "1001", "13900000001", "+8613900000001"])
def test_a_customer_reaches_queues_and_nothing_else(shared_pair: Pair, number: str) -> None:
    """No feature codes, no phones directly, and never a way out again, which somebody else would pay."""
    channel = shared_pair.customer_calls(number)
    assert shared_pair.outside.next("Hangup", Uniqueid=channel)["Cause"] == "1", "no such number"
    assert "DialBegin" not in shared_pair.ami.names()


def test_a_call_is_answered_recorded_on_two_legs_and_mixed_and_written_in_both_books(pair: Pair) -> None:
    pair.sign_in("1001")
    pair.behave("1001", after=1, talk=3)
    evil = "A|B,/../;x"  # a caller's name must never get into a file's name
    pair.customer_calls("4000", name=evil)
    recording = pair.ami.wait_for("VarSet", Variable="MIXMONITOR_FILENAME")
    complete = pair.ami.wait_for("AgentComplete")
    pair.ami.wait_for("Hangup", Uniqueid=pair.ami.next("AgentConnect")["Uniqueid"])
    assert (complete["Queue"], complete["MemberName"], complete["Reason"]) == ("support", "Li Na", "agent")

    mix = closed(Path(recording["Value"]))
    assert mix.is_relative_to(pair.centre.recordings)
    assert mix.name == f"pbx1_{recording['Linkedid']}_{recording['Channel'][-8:]}.wav"
    agent, other = (closed(mix.with_name(f"{mix.stem}_{side}.wav")) for side in ("agent", "other"))
    assert 2 < seconds(mix) < 5, "the wait is not in it"
    assert abs(seconds(agent) - seconds(other)) < 0.1
    heard = {file.name: loudness(file) for file in (mix, agent, other)}
    assert min(heard.values()) > 100, heard

    assert [line for line in queue_log(pair) if line[2] in ("ENTERQUEUE", "CONNECT", "COMPLETEAGENT")] == [
        ["support", "NONE", "ENTERQUEUE"],
        ["support", "Li Na", "CONNECT"],
        ["support", "Li Na", "COMPLETEAGENT"],
    ]


def test_nobody_signed_in_refuses_and_a_full_queue_does_too(pair: Pair) -> None:
    pair.customer_calls("4000")
    assert pair.ami.wait_for("VarSet", Variable="QUEUESTATUS")["Value"] == "JOINEMPTY"
    pair.sign_in("1001")
    pair.behave("1001", do="ignore")
    pair.customer_calls("4001", caller="13800000001")
    pair.ami.wait_for("QueueCallerJoin", Queue="sales")
    pair.customer_calls("4001", caller="13800000002")
    full = pair.ami.wait_for("VarSet", Variable="QUEUESTATUS")
    assert (full["Value"], full["CallerIDNum"]) == ("FULL", "13800000002")


def test_the_exit_key_leaves_the_queue(pair: Pair) -> None:
    pair.sign_in("1001")
    pair.behave("1001", do="ignore")
    pair.place("PJSIP/4000@centre", CallerID="13800138000", Application="SendDTMF", Data="wwwwww9")
    joined = pair.ami.wait_for("QueueCallerJoin")
    pair.ami.wait_for("Hangup", Uniqueid=joined["Uniqueid"])
    assert "QueueCallerLeave" in pair.ami.names()
    assert "QueueCallerAbandon" not in pair.ami.names()
    assert ["support", "NONE", "EXITWITHKEY"] in queue_log(pair)


def test_the_callback_key_asks_for_a_callback(pair: Pair) -> None:
    pair.sign_in("1001")
    pair.behave("1001", do="ignore")
    pair.place("PJSIP/4000@centre", CallerID="13800138000", Application="SendDTMF", Data="wwwwww8")
    joined = pair.ami.wait_for("QueueCallerJoin")
    asked = pair.ami.wait_for("UserEvent", UserEvent="CallbackRequested")
    assert (asked["Uniqueid"], asked["Queue"]) == (joined["Uniqueid"], "support")
    pair.ami.wait_for("Hangup", Uniqueid=joined["Uniqueid"])
    assert "QueueCallerAbandon" not in pair.ami.names()
    assert ["support", "NONE", "EXITWITHKEY"] in queue_log(pair)


@pytest.mark.parametrize("number", ["1002", "013912345678"])
def test_an_agent_calls_a_colleague_and_the_outside_and_is_recorded(shared_pair: Pair, number: str) -> None:
    shared_pair.behave(number, after=0, talk=2)
    shared_pair.outside.action(
        "Originate", Channel=f"PJSIP/{number}@1001", Context="world-speech", Exten="s", Priority=1, Async="true"
    )
    recording = shared_pair.ami.wait_for("VarSet", Variable="MIXMONITOR_FILENAME")
    assert shared_pair.ami.wait_for("DialEnd")["DialStatus"] == "ANSWER"
    shared_pair.ami.wait_for("Hangup", Uniqueid=recording["Uniqueid"])
    mix = closed(Path(recording["Value"]))
    assert loudness(closed(mix.with_name(f"{mix.stem}_agent.wav"))) > 100
    assert loudness(closed(mix.with_name(f"{mix.stem}_other.wav"))) > 100


def call_back(pair: Pair, number: str, *variables: str) -> None:
    place = {"Context": "callcenter-callback", "Exten": "s", "Priority": 1, "Async": "true", "Timeout": 20_000}
    channel = {"Channel": f"PJSIP/{number}@trunk", "ChannelId": f"attempt-{number}"}
    answer = pair.ami.action("Originate", *variables, **channel, **place)
    assert answer["Response"] == "Success", answer


def test_a_customer_called_back_meets_an_agent(pair: Pair) -> None:
    pair.sign_in("1001")
    pair.behave("1001", talk=2)
    call_back(pair, "13900000001", "CC_QUEUE=support", "CC_ATTEMPT=attempt-13900000001", "CC_AMD=0")
    connected = pair.ami.wait_for("AgentConnect")
    assert (connected["Uniqueid"], connected["Queue"]) == ("attempt-13900000001", "support")
    recording = pair.ami.next("VarSet", Variable="MIXMONITOR_FILENAME")
    pair.ami.wait_for("Hangup", Uniqueid="attempt-13900000001")
    assert loudness(closed(Path(recording["Value"]))) > 100


def test_a_customer_for_whom_no_agent_gets_free_hears_a_message(pair: Pair) -> None:
    pair.sign_in("1001")
    pair.behave("1001", talk=0)
    pair.behave("13900000005", talk=0)
    call_back(pair, "13900000005", "CC_QUEUE=support", "CC_ATTEMPT=attempt-13900000005", "CC_PATIENCE=2")
    assert pair.ami.wait_for("AgentConnect")["Uniqueid"] == "attempt-13900000005"
    call_back(pair, "13900000006", "CC_QUEUE=support", "CC_ATTEMPT=attempt-13900000006", "CC_PATIENCE=2")
    ended = pair.ami.wait_for("Hangup", Uniqueid="attempt-13900000006")
    assert ended["Context"] == "callcenter-nobody-free"
    assert [event["Uniqueid"] for event in pair.ami.of("QueueCallerJoin")] == ["attempt-13900000005"]


def test_a_machine_is_told_and_hung_up_on(pair: Pair) -> None:
    pair.sign_in("1001")
    pair.behave("13900000002", do="machine")
    call_back(pair, "13900000002", "CC_QUEUE=support", "CC_ATTEMPT=attempt-13900000002", "CC_AMD=1")
    machine = pair.ami.wait_for("UserEvent", UserEvent="CallbackMachine")
    assert machine["Attempt"] == "attempt-13900000002"
    pair.ami.wait_for("Hangup", Uniqueid="attempt-13900000002")
    assert "QueueCallerJoin" not in pair.ami.names()
    assert "CallbackPerson" not in [event["UserEvent"] for event in pair.ami.of("UserEvent")]


def test_a_person_is_told_and_put_through(pair: Pair) -> None:
    pair.sign_in("1001")
    pair.behave("1001", talk=2)
    pair.behave("13900000007", do="greet", talk=30)
    call_back(pair, "13900000007", "CC_QUEUE=support", "CC_ATTEMPT=attempt-13900000007", "CC_AMD=1")
    person = pair.ami.wait_for("UserEvent", UserEvent="CallbackPerson")
    assert person["Attempt"] == "attempt-13900000007"
    assert pair.ami.wait_for("AgentConnect")["Uniqueid"] == "attempt-13900000007"


@pytest.mark.parametrize("queue", ["nowhere", "support,1)&x", "${SHELL(touch /)}", "s", "i"])
def test_a_callback_for_a_queue_that_is_none_is_hung_up(shared_pair: Pair, queue: str) -> None:
    call_back(shared_pair, "13900000003", f"CC_QUEUE={queue}", "CC_AMD=0")
    ended = shared_pair.ami.wait_for("Hangup", Uniqueid="attempt-13900000003")
    assert ended["Context"].startswith("callcenter-")
    assert "QueueCallerJoin" not in shared_pair.ami.names()


@pytest.mark.parametrize(
    ("behaviour", "cause"), [("busy", "17"), ("reject", "21"), ("missing", "1"), ("down", "34"), ("ignore", "19")]
)
def test_the_world_ends_calls_as_networks_do(shared_pair: Pair, behaviour: str, cause: str) -> None:
    shared_pair.behave("13900000004", do=behaviour, after=0)
    answer = shared_pair.ami.action(
        "Originate", Channel="PJSIP/13900000004@trunk", ChannelId="attempt-4", Context="callcenter-callback", Exten="s",
        Priority=1, Async="true", Timeout=3000,
    )  # fmt: skip
    assert answer["Response"] == "Success"
    ended = shared_pair.ami.wait_for("Hangup", Uniqueid="attempt-4")
    assert shared_pair.ami.next("OriginateResponse")["Response"] == "Failure"
    assert ended["Cause"] == cause


def test_the_account_sees_what_it_needs_and_may_do_nothing_else(pair: Pair) -> None:
    pair.sign_in("1001")
    pair.behave("1001", talk=1)
    pair.customer_calls("4000", name="Event: Newexten")
    pair.ami.wait_for("AgentComplete")
    assert set(pair.ami.names()) <= {*EVENTS, "VarSet"}
    assert {event["Variable"] for event in pair.ami.of("VarSet")} <= {"QUEUESTATUS", "MIXMONITOR_FILENAME"}
    for name, headers in (
        ("Command", {"Command": "core show channels"}), ("GetConfig", {"Filename": "manager.conf"}),
        ("Filter", {"Operation": "Add", "Filter": "!x"}), ("DBPut", {"Family": "a", "Key": "b", "Val": "c"}),
        ("MixMonitor", {"Channel": "x", "File": "/tmp/x"}), ("ModuleLoad", {"LoadType": "reload"}),
    ):  # fmt: skip
        assert pair.ami.action(name, **headers)["Message"].startswith(("Permission denied", "Missing")), name
    lists = {
        "QueueStatus": "QueueMember",
        "CoreShowChannels": "CoreShowChannelsComplete",
        "DeviceStateList": "DeviceStateChange",
    }
    for name, event in lists.items():
        assert event in {item["Event"] for item in pair.ami.listing(name)}, f"the answer to {name} passes the filter"
