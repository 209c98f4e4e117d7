"""Facts for tests, complete but for what the test is about."""

from typing import Any

from callcenter.floor.facts import (
    AnyFact,
    AttemptResult,
    CallerSurvey,
    CallRecord,
    Conversation,
    Direction,
    EndedBy,
    Hold,
    QueueVisit,
    RecordingFile,
    RecordingPause,
    Ring,
    RingOutcome,
    SeatSpell,
    SeatState,
    VisitOutcome,
)
from callcenter.floor.terms import AttemptId, CallId, ChannelId

NOON = 1_763_812_800.0


def a_visit(**given: Any) -> QueueVisit:
    return QueueVisit(
        **{
            "pbx": "pbx1",
            "channel_id": ChannelId("1763812800.1"),
            "queue": "service",
            "join": 1,
            "call_id": CallId("1763812800.1"),
            "number": "13800138000",
            "caller_name": "王小明",
            "joined_at": NOON,
            "ended_at": NOON + 12.5,
            "outcome": VisitOutcome.ANSWERED,
            "wait_seconds": 12.5,
            "position": 1,
            "agent_number": "1001",
            "agent_name": "Li Na",
            "interface": "PJSIP/1001",
            "service_level_seconds": 15.0,
            "service_level_variant": "offered",
            "short_abandon_seconds": 5.0,
            **given,
        }
    )


def a_ring(**given: Any) -> Ring:
    return Ring(
        **{
            "pbx": "pbx1",
            "ring_id": ChannelId("1763812805.2"),
            "channel_id": ChannelId("1763812800.1"),
            "call_id": CallId("1763812800.1"),
            "queue": "service",
            "interface": "PJSIP/1001",
            "agent_number": "1001",
            "agent_name": "Li Na",
            "began_at": NOON + 5,
            "ended_at": NOON + 12.5,
            "outcome": RingOutcome.ANSWERED,
            "ring_seconds": 7.5,
            **given,
        }
    )


def a_conversation(**given: Any) -> Conversation:
    return Conversation(
        **{
            "pbx": "pbx1",
            "leg_id": ChannelId("1763812805.2"),
            "part": 1,
            "call_id": CallId("1763812800.1"),
            "queue": "service",
            "direction": Direction.INBOUND,
            "number": "13800138000",
            "interface": "PJSIP/1001",
            "agent_number": "1001",
            "agent_name": "Li Na",
            "began_at": NOON + 12.5,
            "ended_at": NOON + 72.5,
            "completed_at": NOON + 82.5,
            "talk_seconds": 50.0,
            "hold_seconds": 10.0,
            "holds": 1,
            "wrap_up_seconds": 10.0,
            "ended_by": EndedBy.CALLER,
            **given,
        }
    )


def a_hold(**given: Any) -> Hold:
    return Hold(
        **{
            "pbx": "pbx1",
            "leg_id": ChannelId("1763812805.2"),
            "part": 1,
            "call_id": CallId("1763812800.1"),
            "began_at": NOON + 30,
            "ended_at": NOON + 40,
            **given,
        }
    )


def a_spell(**given: Any) -> SeatSpell:
    return SeatSpell(
        **{
            "pbx": "pbx1",
            "interface": "PJSIP/1001",
            "agent_number": "1001",
            "agent_name": "Li Na",
            "state": SeatState.PAUSED,
            "reason": "meal",
            "since": NOON,
            "until": NOON + 1800.123456,
            **given,
        }
    )


def a_call(**given: Any) -> CallRecord:
    return CallRecord(
        **{
            "pbx": "pbx1",
            "call_id": CallId("1763812800.1"),
            "direction": Direction.INBOUND,
            "number": "13800138000",
            "caller_name": "王小明",
            "dialled": "4001",
            "started_at": NOON - 0.25,
            "answered_at": NOON,
            "ended_at": NOON + 73,
            **given,
        }
    )


def a_recording(**given: Any) -> RecordingFile:
    return RecordingFile(
        **{
            "pbx": "pbx1",
            "path": "/var/spool/asterisk/monitor/pbx1-1763812800.1-1.wav",
            "channel_id": ChannelId("1763812800.1"),
            "call_id": CallId("1763812800.1"),
            "began_at": NOON,
            "ended_at": NOON + 72.5,
            **given,
        }
    )


def a_recording_pause(**given: Any) -> RecordingPause:
    return RecordingPause(
        **{
            "pbx": "pbx1",
            "path": "/var/spool/asterisk/monitor/pbx1-1763812800.1-1.wav",
            "channel_id": ChannelId("1763812800.1"),
            "call_id": CallId("1763812800.1"),
            "began_at": NOON + 20,
            "ended_at": NOON + 25,
            **given,
        }
    )


def a_survey(**given: Any) -> CallerSurvey:
    return CallerSurvey(
        **{
            "pbx": "pbx1",
            "channel_id": ChannelId("1763812800.1"),
            "queue": "service",
            "join": 1,
            "call_id": CallId("1763812800.1"),
            "number": "13800138000",
            "interface": "PJSIP/1001",
            "agent_number": "1001",
            "agent_name": "Li Na",
            "asked_at": NOON + 73,
            "ended_at": NOON + 78,
            "score": 4,
            **given,
        }
    )


def an_attempt_result(**given: Any) -> AttemptResult:
    return AttemptResult(
        **{
            "pbx": "pbx1",
            "attempt_id": AttemptId("a1"),
            "call_id": CallId("1763812800.1"),
            "was_placed": True,
            "answered_at": NOON,
            "reached_at": None,
            "ended_at": NOON + 9,
            "cause": 16,
            "tech_cause": "",
            "is_machine": False,
            **given,
        }
    )


def one_of_each() -> list[AnyFact]:
    told: list[AnyFact] = [a_visit(), a_ring(), a_conversation(), a_hold(), a_spell(), a_call(), a_recording()]
    return [*told, a_recording_pause(), a_survey(), an_attempt_result()]
