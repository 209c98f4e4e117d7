"""Facts of queue_log beside live ones: nothing twice, nothing certain replaced, on SQLite and PostgreSQL."""

from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.floor.facts import AnyFact, Conversation, Fact, QueueVisit, Ring, SeatSpell, SeatState, VisitOutcome
from callcenter.store.imported import import_facts
from callcenter.store.recorder import Recorder
from callcenter.store.tables import FACT_TABLES, fact_of
from tests.facts import NOON, a_conversation, a_ring, a_spell, a_visit

OWN = "queue_log:"


async def record(engine: AsyncEngine, *facts: AnyFact) -> None:
    recorder = Recorder(engine)
    recorder.note(facts)
    await recorder.flush()


async def imported(engine: AsyncEngine, *facts: AnyFact) -> None:
    await import_facts(engine, "pbx1", facts, OWN)


async def stored(engine: AsyncEngine, kinds: Iterable[type[Fact]] = (QueueVisit, Ring, Conversation, SeatSpell)) -> Any:
    found: list[Fact] = []
    async with engine.connect() as connection:
        for kind in kinds:
            table = FACT_TABLES[kind]
            rows = await connection.execute(select(table).order_by(*(table.c[name] for name in kind.key)))
            found += [fact_of(kind, row) for row in rows.mappings()]
    return found


LIVE = (
    a_visit(joined_at=NOON + 0.7, ended_at=NOON + 12.9, call_id="linked"),
    a_ring(ring_id="leg1", call_id="linked", ended_at=NOON + 5.9),
    a_ring(ring_id="leg2", call_id="linked", ended_at=NOON + 12.9),
    a_conversation(leg_id="phone", call_id="linked", began_at=NOON + 12.9),
    a_spell(since=NOON + 100.5, until=NOON + 300.5),
)
LOGGED = (
    a_visit(number="", caller_name=""),
    a_ring(ring_id=f"{OWN}1", ended_at=NOON + 5),
    a_ring(ring_id="leg2"),
    a_conversation(leg_id="leg2", talk_seconds=60.0, hold_seconds=0.0, holds=0),
    a_spell(since=NOON + 100, until=NOON + 300),
)


async def test_what_was_seen_live_stays_as_it_is(engine: AsyncEngine) -> None:
    await record(engine, *LIVE)
    before = await stored(engine)
    await imported(engine, *LOGGED)
    assert await stored(engine) == before


async def test_what_was_not_seen_is_imported_and_twice_is_once(engine: AsyncEngine) -> None:
    await imported(engine, *LOGGED)
    assert set(await stored(engine)) == set(LOGGED)
    await imported(engine, *LOGGED)
    assert len(await stored(engine)) == len(LOGGED)


async def test_live_facts_replace_imported_ones_of_the_same_key(engine: AsyncEngine) -> None:
    await imported(engine, a_visit(number=""))
    await record(engine, LIVE[0])
    assert await stored(engine) == [LIVE[0]]


async def test_a_lost_visit_is_told_by_the_log_even_where_its_beginning_is_not_there(engine: AsyncEngine) -> None:
    lost = a_visit(outcome=VisitOutcome.LOST, is_certain=False, joined_at=NOON + 0.4)
    known = a_visit(is_certain=False, joined_at=NOON - 1)
    await record(engine, lost)
    await imported(engine, known)
    assert await stored(engine) == [known]
    await imported(engine, a_visit(outcome=VisitOutcome.LOST, is_certain=False))
    assert await stored(engine) == [known]
    await imported(engine, a_visit())
    assert await stored(engine) == [a_visit()]


async def test_a_join_that_live_counted_and_the_log_could_not(engine: AsyncEngine) -> None:
    refused = a_visit(join=1, outcome=VisitOutcome.REFUSED_FULL, joined_at=NOON - 1.5, ended_at=NOON - 1.5)
    second = a_visit(join=2, joined_at=NOON + 0.2)
    await record(engine, refused, second)
    await imported(engine, a_visit(join=1), a_visit(join=2, joined_at=NOON + 500, ended_at=NOON + 512))
    found = await stored(engine)
    assert found == [refused, second, a_visit(join=3, joined_at=NOON + 500, ended_at=NOON + 512)]
    await imported(engine, a_visit(join=1), a_visit(join=2, joined_at=NOON + 500, ended_at=NOON + 512))
    assert await stored(engine) == found


async def test_two_stays_of_one_channel_within_a_second(engine: AsyncEngine) -> None:
    stays = a_visit(join=1), a_visit(join=2, joined_at=NOON + 1)
    await record(engine, *(a_visit(join=stay.join, joined_at=stay.joined_at + 0.4) for stay in stays))
    before = await stored(engine)
    await imported(engine, *stays)
    assert await stored(engine) == before


async def test_an_agents_live_time_has_no_room_for_another_pause(engine: AsyncEngine) -> None:
    live = a_spell(state=SeatState.TALKING, reason="", since=NOON + 10.5, until=NOON + 20.5)
    other = a_spell(interface="PJSIP/1002", agent_name="Wang", since=NOON, until=NOON + 15)
    later = a_spell(since=NOON + 30, until=NOON + 50)
    await record(engine, live)
    await imported(engine, a_spell(since=NOON, until=NOON + 15), other, later)
    assert set(await stored(engine)) == {live, other, later}


async def test_another_pbx_is_another_account(engine: AsyncEngine) -> None:
    await record(engine, *(fact for fact in LIVE if not isinstance(fact, SeatSpell)))
    others = [type(fact)(**{**{f: getattr(fact, f) for f in fact.__struct_fields__}, "pbx": "pbx2"}) for fact in LOGGED]
    await import_facts(engine, "pbx2", others, OWN)
    assert len(await stored(engine)) == 4 + 5


async def test_a_batch_is_written_whole_or_not_at_all(engine: AsyncEngine) -> None:
    with pytest.raises(Exception, match=r"(?i)int|overflow"):
        await imported(engine, a_visit(), a_conversation(holds=2**80))
    assert await stored(engine) == []
