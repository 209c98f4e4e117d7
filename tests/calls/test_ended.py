"""Webhooks hear of each call once, when its record is written, with everything that is known of it by then."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.calls.ended import CallsEnded
from callcenter.floor.facts import AnyFact, Direction, VisitOutcome
from callcenter.floor.floor import Floor
from callcenter.floor.seat import Seat
from callcenter.floor.site import Site
from callcenter.floor.terms import AttemptId, CallId, ChannelId, PbxName
from callcenter.store.engine import Sessions
from callcenter.store.recorder import Recorder
from callcenter.store.tables import calls
from tests import events
from tests.facts import NOON, a_call, a_conversation, a_visit

PBX = PbxName("pbx1")
KIND = "call.ended"


def _recorder(engine: AsyncEngine, floor: Floor | None = None) -> Recorder:
    return Recorder(engine, beside=CallsEnded(floor or Floor()).tell)


async def _write(recorder: Recorder, *facts: AnyFact) -> None:
    recorder.note(facts)
    await recorder.flush()


async def test_a_call_is_told_with_its_last_stay_and_all_its_talks(engine: AsyncEngine, sessions: Sessions) -> None:
    """The first stay and talk were written before, the second talk comes with the call."""
    await events.want(sessions, KIND)
    recorder = _recorder(engine)
    first = a_visit(queue="sales", wait_seconds=3.0, joined_at=NOON - 60, agent_number="1002")
    talk = a_conversation(began_at=NOON - 50, talk_seconds=20.0, hold_seconds=1.0, agent_number="1002", part=1)
    await _write(recorder, first, talk)
    again = a_conversation(began_at=NOON + 13, talk_seconds=30.0, hold_seconds=2.0, part=2)
    await _write(recorder, a_visit(), again, a_call())
    [event] = await events.told(sessions, KIND)
    assert event == {
        "type": KIND,
        "at": NOON + 73,
        "data": {
            "pbx": "pbx1",
            "call_id": "1763812800.1",
            "direction": "inbound",
            "number": "13800138000",
            "caller_name": "王小明",
            "dialled": "4001",
            "started_at": NOON - 0.25,
            "answered_at": NOON,
            "ended_at": NOON + 73,
            "is_certain": True,
            "queue": "service",
            "outcome": "answered",
            "agent_number": "1001",
            "agent_name": "Li Na",
            "wait_seconds": 15.5,
            "talk_seconds": 50.0,
            "hold_seconds": 3.0,
            "attempt_id": None,
        },
    }


async def test_a_call_that_is_told_again_after_a_gap_is_news_once(engine: AsyncEngine, sessions: Sessions) -> None:
    await events.want(sessions, KIND)
    recorder = _recorder(engine)
    guessed = a_call(is_certain=False, ended_at=NOON + 60)
    lost = a_visit(outcome=VisitOutcome.LOST, is_certain=False, agent_number="", agent_name="")
    await _write(recorder, guessed, lost, guessed)
    await _write(recorder, a_call(), a_call(call_id=CallId("2.0")))
    await _write(_recorder(engine), guessed, a_call(call_id=CallId("2.0")))
    told = [one["data"] for one in await events.told(sessions, KIND)]
    assert [(one["call_id"], one["outcome"], one["is_certain"]) for one in told] == [
        ("1763812800.1", "lost", False),
        ("2.0", None, True),
    ]


async def test_the_talk_whose_wrap_up_goes_on_counts(engine: AsyncEngine, sessions: Sessions) -> None:
    await events.want(sessions, KIND)
    floor, talk = Floor(), a_conversation(talk_seconds=42.0)
    seat = Seat(PBX, "PJSIP/1001", unfinished=talk)
    floor.sites[PBX] = Site(PBX, seats={"pjsip/1001": seat})
    outside = a_call(call_id=CallId("3.0"), direction=Direction.OUTBOUND, attempt_id=AttemptId("attempt-1"))
    await _write(_recorder(engine, floor), a_visit(), a_call(), outside)
    told = [one["data"] for one in await events.told(sessions, KIND)]
    assert [(one["agent_number"], one["talk_seconds"], one["attempt_id"]) for one in told] == [
        ("1001", 42.0, None),
        ("", 0.0, "attempt-1"),
    ]


async def test_the_talk_that_became_a_fact_meanwhile_counts(engine: AsyncEngine, sessions: Sessions) -> None:
    await events.want(sessions, KIND)
    floor = Floor()
    async with engine.begin() as connection:
        waiting = (a_call(), a_conversation(talk_seconds=42.0), a_conversation(call_id=CallId("4.0")))
        await CallsEnded(floor).tell(connection, waiting[:1], waiting)
    [event] = await events.told(sessions, KIND)
    assert event["data"]["talk_seconds"] == 42.0


async def test_nothing_is_told_of_what_is_not_written(engine: AsyncEngine, sessions: Sessions) -> None:
    """What cannot be a row takes its event with it, and the others of its batch are told once."""
    await events.want(sessions, KIND)
    recorder = _recorder(engine)
    await _write(recorder, a_call(), a_call(call_id=CallId("5.0"), caller_name="\ud800"))
    assert recorder.refused == 1
    assert [one["data"]["call_id"] for one in await events.told(sessions, KIND)] == ["1763812800.1"]
    async with engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(calls)) == 1


async def test_where_nobody_wants_to_know_nothing_is_told(engine: AsyncEngine, sessions: Sessions) -> None:
    await events.want(sessions, "alert.raised")
    talked = a_conversation(leg_id=ChannelId("9.9"))
    await _write(_recorder(engine), a_call(), talked)
    assert await events.told(sessions, KIND) == []
