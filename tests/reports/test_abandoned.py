"""Callers who gave up: what came of them since, and their way into a list, on both databases."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.dialer import service
from callcenter.dialer.rules import Outcome
from callcenter.dialer.tables import Attempt, Target
from callcenter.errors import BadInput, NotFound
from callcenter.floor.facts import AnyFact, Direction, VisitOutcome
from callcenter.floor.terms import CallId, ChannelId
from callcenter.reports.abandoned import Caller, Wanted, abandoned_callers, add_to_list, page_of
from callcenter.reports.calling_back import is_same
from callcenter.store.engine import Sessions
from callcenter.store.recorder import Recorder
from tests.dialer.conftest import FIELDS
from tests.facts import NOON, a_conversation, a_visit

ABANDONED = VisitOutcome.ABANDONED
DAY = Wanted(since=NOON - 43_200, until=NOON + 43_200)


def gave_up(minute: float, number: str, **given: Any) -> AnyFact:
    at = NOON + minute * 60
    channel = ChannelId(f"{number}.{minute}")
    return a_visit(
        **{
            "channel_id": channel,
            "call_id": CallId(channel),
            "number": number,
            "joined_at": at - 30,
            "ended_at": at,
            "wait_seconds": 30.0,
            "outcome": ABANDONED,
            "agent_number": "",
            "agent_name": "",
            **given,
        }
    )


def answered(minute: float, number: str, **given: Any) -> AnyFact:
    return gave_up(minute, number, outcome=VisitOutcome.ANSWERED, agent_number="1001", agent_name="Li Na", **given)


def called(minute: float, number: str, **given: Any) -> AnyFact:
    at = NOON + minute * 60
    return a_conversation(
        **{
            "leg_id": ChannelId(f"leg {number}.{minute}"),
            "call_id": CallId(f"out {number}.{minute}"),
            "number": number,
            "direction": Direction.OUTBOUND,
            "queue": "",
            "began_at": at,
            "ended_at": at + 60,
            "completed_at": at + 60,
            **given,
        }
    )


async def record(engine: AsyncEngine, *facts: AnyFact) -> None:
    recorder = Recorder(engine)
    recorder.note(facts)
    await recorder.flush()


def told(callers: list[Caller]) -> list[tuple[str, str | None]]:
    return [(caller.visit.number, caller.contact.kind if caller.contact else None) for caller in callers]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("13800138000", "+8613800138000", True),
        ("010 6552-9988", "+86 10 6552 9988", True),
        ("008613800138000", "13800138000", True),
        ("65529988", "01065529988", True),
        ("13800138000", "13900138000", False),
        ("2001", "2001", True),
        ("2001", "13800132001", False),
        ("", "13800138000", False),
        ("", "", False),
    ],
)
def test_spellings_of_one_number(one: str, other: str, same: bool) -> None:
    assert is_same(one, other) is same
    assert is_same(other, one) is same


async def test_each_caller_with_what_came_of_them(engine: AsyncEngine, sessions: Sessions) -> None:
    await record(
        engine,
        gave_up(1, "13800138001"),
        gave_up(2, "13800138002"),
        answered(9, "13800138002"),
        gave_up(3, "13800138003"),
        called(20, "+8613800138003"),
        answered(1, "13800138004"),
        gave_up(4, "13800138004"),
        gave_up(5, ""),
        answered(6, ""),
        gave_up(6, "13800138006", outcome=VisitOutcome.TIMED_OUT),
        gave_up(7, "13800138007", joined_at=DAY.until),
    )
    callers = await abandoned_callers(sessions, DAY)
    assert told(callers) == [
        ("", None),
        ("13800138004", None),
        ("13800138003", "conversation"),
        ("13800138002", "visit"),
        ("13800138001", None),
    ]
    contact = callers[2].contact
    assert contact is not None
    assert (contact.at, contact.agent_number, contact.agent_name) == (NOON + 1200, "1001", "Li Na")
    assert contact.call_id == "out +8613800138003.20"


async def test_an_attempt_that_reached_nobody_is_told_until_somebody_is_reached(
    engine: AsyncEngine, sessions: Sessions
) -> None:
    list_id = await service.create_list(sessions, FIELDS, NOON)
    await service.import_targets(
        sessions, list_id, b"number\n13800138001\n13800138002\n", now=NOON, dry_run=False, skip_bad=False
    )
    await record(engine, gave_up(1, "13800138001"), gave_up(2, "13800138002"), called(50, "13800138002"))
    async with sessions.begin() as session:
        for target in await session.scalars(select(Target).where(Target.list_id == list_id)):
            session.add(
                Attempt(
                    attempt_id=f"a{target.id}",
                    list_id=list_id,
                    target_id=target.id,
                    pbx="pbx1",
                    queue="service",
                    number=target.number,
                    outcome=Outcome.BUSY,
                    placed_at=NOON + 600,
                    ended_at=NOON + 610,
                )
            )
    second, first = await abandoned_callers(sessions, DAY)
    assert first.contact is not None
    assert (first.contact.kind, first.contact.is_reached) == ("attempt", False)
    assert second.contact is not None
    assert (second.contact.kind, second.contact.is_reached) == ("conversation", True)


async def test_one_queue_only_and_short_ones_are_marked(engine: AsyncEngine, sessions: Sessions) -> None:
    await record(
        engine,
        gave_up(1, "13800138001", wait_seconds=4.0),
        gave_up(2, "13800138002", queue="sales"),
        gave_up(3, "13800138003", pbx="pbx2"),
    )
    one_queue = Wanted(since=DAY.since, until=DAY.until, queue="service", pbx="pbx1")
    [caller] = await abandoned_callers(sessions, one_queue)
    assert (caller.visit.number, caller.is_short) == ("13800138001", True)


async def test_pages_go_through_all_of_a_state_once(engine: AsyncEngine, sessions: Sessions) -> None:
    await record(engine, *(gave_up(minute, f"1380013800{minute}") for minute in range(7)), answered(30, "13800138003"))
    callers = await abandoned_callers(sessions, DAY)
    seen: list[str] = []
    cursor = None
    while True:
        page, cursor = page_of(callers, "open", cursor, 2)
        seen += [caller.visit.number for caller in page]
        if cursor is None:
            break
    assert seen == [f"1380013800{minute}" for minute in (6, 5, 4, 2, 1, 0)]
    assert [caller.visit.number for caller in page_of(callers, "called_back", None, 9)[0]] == ["13800138003"]
    with pytest.raises(BadInput) as failure:
        page_of(callers, None, "nonsense", 2)
    assert failure.value.field == "cursor"


def on_clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M")


async def test_chosen_callers_become_targets(engine: AsyncEngine, sessions: Sessions) -> None:
    list_id = await service.create_list(sessions, FIELDS, NOON)
    await service.import_targets(sessions, list_id, b"number\n13800138001\n", now=NOON, dry_run=False, skip_bad=False)
    await record(
        engine,
        gave_up(1, "13800138001"),
        gave_up(2, "13800138002", caller_name='=evil\r\n"name"'),
        gave_up(3, "+86 138 0013 8002"),
        gave_up(4, "12"),
        gave_up(5, ""),
        answered(6, "13800138006"),
    )
    callers = {caller.visit.number: caller.row for caller in await abandoned_callers(sessions, DAY)}
    chosen = [*callers.values(), 10_000]
    added, refused = await add_to_list(sessions, list_id, chosen, now=NOON, told=on_clock)
    assert {(each.visit, each.number) for each in added} == {(callers["+86 138 0013 8002"], "+8613800138002")}
    assert {(each.visit, each.code) for each in refused} == {
        (callers["13800138001"], "from_list"),
        (callers["13800138002"], "from_file"),
        (callers["12"], "invalid_number"),
        (callers[""], "no_number"),
        (10_000, "not_found"),
    }
    assert all(each.reason for each in refused)
    again, refused_again = await add_to_list(sessions, list_id, [callers["13800138002"]], now=NOON, told=on_clock)
    assert (again, [each.code for each in refused_again]) == ([], ["from_list"])
    page = await service.targets_page(sessions, list_id, state=None, after=0, limit=10)
    assert [(target.number, target.attributes) for target in page] == [
        ("+8613800138001", {}),
        ("+8613800138002", {"queue": "service", "abandoned_at": "12:03"}),
    ]


async def test_a_list_that_is_not_there(sessions: Sessions) -> None:
    with pytest.raises(NotFound):
        await add_to_list(sessions, 7, [1], now=NOON, told=on_clock)
