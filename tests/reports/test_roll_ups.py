"""Any span's figures from roll-ups are those of the facts themselves, whatever was told twice or corrected."""

import random
from collections import defaultdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.floor.facts import (
    AnyFact,
    CallerSurvey,
    Conversation,
    Direction,
    EndedBy,
    QueueVisit,
    Ring,
    RingOutcome,
    SeatSpell,
    SeatState,
    VisitOutcome,
)
from callcenter.floor.terms import CallId, ChannelId
from callcenter.reports.figures.measures import merge
from callcenter.reports.names import Names
from callcenter.reports.roll_ups import rebuild, roll_up_ended_days, roll_up_newest
from callcenter.reports.service import Asked, Sources, chosen_figures, report
from callcenter.reports.spans import INTERVALS, QUARTER, IntervalKind, Span, pieces_of
from callcenter.reports.sums import Only
from callcenter.reports.tables import agent_roll_ups, queue_roll_ups, rolled_days
from callcenter.settings import ServiceLevelVariant
from callcenter.store.imported import import_facts
from callcenter.store.recorder import Recorder
from callcenter.store.tables import FACT_TABLES, fact_of, touched_quarters
from tests.facts import a_conversation, a_ring, a_spell, a_survey, a_visit
from tests.reports.counting import Sums, counted

# Days of 25, 23 and 24 hours, and the days around them.
BEGINNINGS = {
    "Europe/Berlin": datetime(2026, 10, 24, tzinfo=ZoneInfo("Europe/Berlin")),
    "America/New_York": datetime(2026, 3, 7, tzinfo=ZoneInfo("America/New_York")),
    "Asia/Shanghai": datetime(2026, 11, 1, tzinfo=ZoneInfo("Asia/Shanghai")),
    "Asia/Kathmandu": datetime(2026, 5, 31, tzinfo=ZoneInfo("Asia/Kathmandu")),
}
DAYS = 3
SECONDS = DAYS * 86_400
VARIANTS = ServiceLevelVariant.__args__  # type: ignore[attr-defined]


def some_facts(dice: random.Random, begin: float, count: int) -> list[AnyFact]:
    """Days of traffic of every kind: in the night, on the edges of quarters, over midnight."""
    facts: list[AnyFact] = []
    for number in range(count):
        at = begin + dice.choice((dice.uniform(0, SECONDS), dice.randrange(0, SECONDS, QUARTER)))
        agent = dice.choice(("1001", "1002", "1003"))
        name, team = {"1001": ("Li Na", "early"), "1002": ("Wang", "late")}.get(agent, ("", ""))
        person = {"agent_number": agent, "agent_name": name, "team": team, "interface": f"PJSIP/{agent}"}
        if agent == "1003":
            person["agent_number"] = ""
        call = CallId(f"c{dice.randrange(count)}")
        queue = dice.choice(("service", "sales"))
        outcome = dice.choice((*VisitOutcome, VisitOutcome.ANSWERED, VisitOutcome.ABANDONED))
        nobody = {"agent_number": "", "agent_name": "", "team": "", "interface": ""}
        facts += (
            a_visit(
                channel_id=ChannelId(str(number)),
                call_id=call,
                queue=queue,
                number=dice.choice(("", "138", "139", "137")),
                joined_at=at,
                outcome=outcome,
                is_certain=dice.random() < 0.9,
                wait_seconds=dice.choice((0.0, 1.0, 4.9, 5.0, 15.0, 15.1, 90.0, 5000.0)),
                service_level_variant=dice.choice(VARIANTS),
                **(person if outcome is VisitOutcome.ANSWERED else nobody),
            ),
            a_ring(
                ring_id=ChannelId(str(number)),
                queue=queue,
                began_at=at + 1,
                outcome=dice.choice(list(RingOutcome)),
                **person,
            ),
            a_conversation(
                leg_id=ChannelId(str(number)),
                call_id=call,
                queue=dice.choice((queue, "")),
                direction=dice.choice(list(Direction)),
                completed_at=at + 60,
                talk_seconds=dice.uniform(0, 300),
                hold_seconds=dice.uniform(0, 60),
                holds=dice.randrange(3),
                wrap_up_seconds=dice.uniform(0, 30),
                ended_by=dice.choice(list(EndedBy)),
                **person,
            ),
            a_spell(
                since=at + number / 1000,
                until=at + number / 1000 + dice.choice((60.0, 900.0, 4000.0, 21_600.0, 30_000.0, 100_000.0)),
                state=dice.choice(list(SeatState)[1:]),
                is_away=dice.random() < 0.5,
                limit_seconds=dice.choice((0.0, 900.0)),
                **person,
            ),
            a_survey(
                channel_id=ChannelId(str(number)),
                call_id=call,
                queue=queue,
                asked_at=at + 70,
                score=dice.randrange(6),
                is_certain=dice.random() < 0.7,
                **person,
            ),
        )
    return facts


def moved(fact: AnyFact, dice: random.Random) -> AnyFact:
    """The same thing, told again as having been at another time."""
    field = {"QueueVisit": "joined_at", "Conversation": "completed_at", "Ring": "began_at", "SeatSpell": "until"}
    name = (field | {"CallerSurvey": "asked_at"})[type(fact).__name__]
    shift = dice.uniform(60, 50_000)
    return replace(fact, **{name: getattr(fact, name) + shift})


async def stored(engine: AsyncEngine) -> list[Any]:
    facts: list[Any] = []
    kinds: tuple[Any, ...] = (QueueVisit, Ring, Conversation, SeatSpell, CallerSurvey)
    async with engine.connect() as connection:
        for kind in kinds:
            rows = await connection.execute(select(FACT_TABLES[kind]))
            facts += [fact_of(kind, row) for row in rows.mappings()]
    return facts


async def clear(engine: AsyncEngine) -> None:
    """Empties what facts and roll-ups are kept in; the database refuses to empty some other tables."""
    async with engine.begin() as connection:
        for table in (*FACT_TABLES.values(), touched_quarters, rolled_days, queue_roll_ups, agent_roll_ups):
            await connection.execute(delete(table))


async def write(engine: AsyncEngine, facts: list[AnyFact]) -> None:
    recorder = Recorder(engine)
    recorder.note(facts)
    await recorder.flush()
    assert recorder.refused == 0


async def compare(
    engine: AsyncEngine, facts: list[AnyFact], zone: ZoneInfo, span: Span, interval: IntervalKind
) -> None:
    """Every sum of every queue and agent in every interval is that of the facts."""
    sources = Sources(engine, zone, Names())
    each = counted(facts, pieces_of(span, interval, zone))
    for subject in ("queues", "agents", "teams"):
        figures = chosen_figures(subject, Only())
        told = await report(sources, Asked(subject=subject, span=span, interval=interval, figures=figures))
        expected: dict[tuple[int, tuple[str, ...]], Sums] = defaultdict(dict)
        for (group, fact), sums in each.items():
            key = _key(subject, fact)
            if key is not None:
                merge(expected[group, key], sums)
        measures = {measure for figure in figures for measure in figure.measures} - {
            "agents_signed_in",
            "agents_over_target",
        }
        found = {(row.group, row.keys): row.sums for row in told.part.rows}
        for identity, sums in expected.items():
            wanted = {name: value for name, value in sums.items() if name in measures and value}
            if subject != "queues":
                wanted.pop("repeat_calls", None)
            row = {name: value for name, value in found.pop(identity, {}).items() if name in measures}
            assert row == pytest.approx(wanted), (subject, identity)
        assert not found


def _key(subject: str, fact: Any) -> tuple[str, ...] | None:
    if subject == "queues":
        return (fact.pbx, fact.queue) if hasattr(fact, "queue") else None
    if not getattr(fact, "interface", ""):
        return None
    agent = fact.agent_number or f"{fact.pbx}/{fact.interface}"
    return (agent,) if subject == "agents" else (fact.team,)


async def roll_up_everything(engine: AsyncEngine, zone: ZoneInfo, now: float) -> None:
    while await roll_up_newest(engine, zone, now):
        pass


async def count_of(engine: AsyncEngine, table: object) -> int:
    async with engine.connect() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())  # type: ignore[arg-type]


@pytest.mark.parametrize("zone_name", BEGINNINGS)
@settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
async def test_any_span_is_that_of_its_facts(engine: AsyncEngine, zone_name: str, data: st.DataObject) -> None:
    zone, begin = ZoneInfo(zone_name), BEGINNINGS[zone_name].timestamp()
    dice = random.Random(data.draw(st.integers(0, 10_000), label="seed"))
    await clear(engine)
    facts = some_facts(dice, begin, 40)
    await write(engine, facts)
    now = begin + dice.uniform(0, SECONDS + 86_400)
    for _ in range(dice.randrange(4)):
        await roll_up_newest(engine, zone, now)
    corrected = dice.sample(facts, 10)
    await write(engine, [*corrected, *(moved(fact, dice) for fact in corrected[:5])])
    facts = await stored(engine)
    interval = data.draw(st.sampled_from(INTERVALS), label="interval")
    edges = data.draw(st.lists(st.integers(-QUARTER, SECONDS), min_size=2, max_size=2, unique=True), label="edges")
    whole = data.draw(st.booleans(), label="whole days")
    span = Span(begin, begin + SECONDS) if whole else Span(*(begin + edge for edge in sorted(edges)))
    await compare(engine, facts, zone, span, interval)
    await roll_up_everything(engine, zone, now)
    await compare(engine, facts, zone, span, interval)


async def some_day(engine: AsyncEngine, zone: ZoneInfo, count: int = 30) -> tuple[list[AnyFact], Span]:
    begin = BEGINNINGS[zone.key].timestamp()
    facts = some_facts(random.Random(1), begin, count)
    await write(engine, facts)
    return facts, Span(begin, begin + SECONDS)


BERLIN = ZoneInfo("Europe/Berlin")


async def test_rolling_up_twice_or_rebuilding_changes_nothing(engine: AsyncEngine) -> None:
    facts, span = await some_day(engine, BERLIN)
    await roll_up_everything(engine, BERLIN, span.until)
    rolled = await count_of(engine, queue_roll_ups)
    assert rolled > 0
    assert await count_of(engine, touched_quarters) == 0
    reached: list[float] = []
    await rebuild(engine, BERLIN, span, span.until, reached.append)
    assert (await count_of(engine, queue_roll_ups), reached[-1]) == (rolled, span.until + 3600)
    await write(engine, facts)
    assert await count_of(engine, touched_quarters) > 0
    await roll_up_everything(engine, BERLIN, span.until)
    assert await count_of(engine, queue_roll_ups) == rolled
    await compare(engine, facts, BERLIN, span, "day")


async def test_a_day_is_added_up_when_it_is_over(engine: AsyncEngine) -> None:
    _, span = await some_day(engine, BERLIN)
    await roll_up_everything(engine, BERLIN, span.since + 3600)
    assert await count_of(engine, rolled_days) == 0
    await roll_up_ended_days(engine, BERLIN, span.until + 7200)
    assert await count_of(engine, rolled_days) > 0
    rolled = await count_of(engine, rolled_days)
    await roll_up_ended_days(engine, BERLIN, span.until + 7200)
    assert await count_of(engine, rolled_days) == rolled


async def test_another_time_zone_finds_its_own_days(engine: AsyncEngine) -> None:
    facts, span = await some_day(engine, BERLIN)
    await roll_up_everything(engine, BERLIN, span.until + 200_000)
    shanghai = ZoneInfo("Asia/Shanghai")
    await compare(engine, facts, shanghai, span, "day")
    await rebuild(engine, shanghai, span, span.until + 200_000)
    await compare(engine, facts, shanghai, span, "day")
    await compare(engine, facts, BERLIN, span, "day")


async def test_an_import_that_corrects_the_past_is_counted(engine: AsyncEngine) -> None:
    begin = BEGINNINGS["Europe/Berlin"].timestamp()
    lost = a_visit(joined_at=begin + 60, outcome=VisitOutcome.LOST, is_certain=False)
    await write(engine, [lost])
    await roll_up_everything(engine, BERLIN, begin + SECONDS)
    found = a_visit(joined_at=begin + 61, outcome=VisitOutcome.ABANDONED)
    await import_facts(engine, "pbx1", [found], "queue_log:")
    await compare(engine, [found], BERLIN, Span(begin, begin + 86_400), "day")
    await roll_up_everything(engine, BERLIN, begin + SECONDS)
    await compare(engine, [found], BERLIN, Span(begin, begin + 86_400), "day")
