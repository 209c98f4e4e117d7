"""Today in memory equals today in SQL, at any moment, and begins anew at the centre's midnight."""

import random
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.floor.facts import AnyFact, VisitOutcome
from callcenter.floor.terms import ChannelId, PbxName
from callcenter.reports.figures.measures import Sums
from callcenter.reports.service import sums_by_queue
from callcenter.reports.spans import Span, day_of
from callcenter.reports.today import Today
from callcenter.settings import ServiceLevelVariant
from callcenter.store.imported import import_facts
from callcenter.store.recorder import Recorder
from tests.facts import NOON, a_conversation, a_survey, a_visit
from tests.reports.days import UTC, told

BERLIN = ZoneInfo("Europe/Berlin")


def hours(zone: ZoneInfo, *day: int) -> float:
    since, until = day_of(datetime(*day, 12, tzinfo=zone).timestamp(), zone)  # type: ignore[arg-type,misc]
    return (until - since) / 3600


def test_days_of_23_24_and_25_hours() -> None:
    assert hours(BERLIN, 2026, 3, 29) == 23
    assert hours(BERLIN, 2026, 6, 1) == 24
    assert hours(BERLIN, 2026, 10, 25) == 25


def test_a_day_is_half_open() -> None:
    since, until = day_of(NOON, UTC)
    assert day_of(since, UTC) == (since, until)
    assert day_of(until, UTC)[0] == until


def a_busy_day(seed: int, count: int = 300) -> list[AnyFact]:
    """Visits and conversations of every kind, some of them yesterday's."""
    dice = random.Random(seed)
    variants = ServiceLevelVariant.__args__  # type: ignore[attr-defined]
    facts: list[AnyFact] = []
    for number in range(count):
        at = NOON + dice.uniform(-14 * 3600, 11 * 3600)
        queue = dice.choice(("service", "sales"))
        facts.append(
            a_visit(
                channel_id=ChannelId(str(number)),
                queue=queue,
                joined_at=at,
                outcome=dice.choice(list(VisitOutcome)),
                wait_seconds=dice.choice((0.0, 4.9, 5.0, 15.0, 15.1, 90.0)),
                service_level_variant=dice.choice(variants),
            )
        )
        facts.append(
            a_conversation(
                leg_id=ChannelId(str(number)),
                queue=dice.choice((queue, "")),
                completed_at=at + 60,
                talk_seconds=dice.uniform(0, 300),
                hold_seconds=dice.uniform(0, 60),
                wrap_up_seconds=dice.uniform(0, 30),
            )
        )
        facts.append(
            a_survey(
                channel_id=ChannelId(str(number)),
                queue=queue,
                asked_at=at + 70,
                score=dice.randrange(6),
                is_certain=dice.random() < 0.7,
            )
        )
    return facts


@pytest.mark.parametrize("seed", range(3))
async def test_memory_and_sql_agree_on_every_figure(engine: AsyncEngine, seed: int) -> None:
    facts = a_busy_day(seed)
    live = Today(UTC, lambda keys: None, NOON)
    told(live, *facts)
    recorder = Recorder(engine)
    recorder.note(facts)
    await recorder.flush()
    stored = Today(UTC, lambda keys: None, NOON)
    stored.load(await sums_by_queue(engine, Span(stored.since, stored.until)))
    for name in ("*", "pbx1/service", "pbx1/sales"):
        in_memory, in_sql = live.view(name), stored.view(name)
        assert in_memory is not None
        assert in_sql == pytest.approx(in_memory)
        assert in_memory["offered"] > 50


async def test_a_restart_goes_on_where_the_day_was(engine: AsyncEngine) -> None:
    facts = a_busy_day(7)
    recorder = Recorder(engine)
    recorder.note(facts[:200])
    await recorder.flush()
    today = Today(UTC, lambda keys: None, NOON)
    today.load(await sums_by_queue(engine, Span(today.since, today.until)))
    told(today, *facts[200:])
    never_stopped = Today(UTC, lambda keys: None, NOON)
    told(never_stopped, *facts)
    assert today.view("*") == pytest.approx(never_stopped.view("*"))


async def test_an_import_into_the_running_day_is_seen_and_nothing_is_counted_twice(engine: AsyncEngine) -> None:
    facts = a_busy_day(8)
    touched: set[tuple[str, str]] = set()
    today, recorder = Today(UTC, touched.update, NOON), Recorder(engine)
    recorder.note(facts[:200])
    told(today, *facts[:200])
    await import_facts(engine, PbxName("pbx1"), facts[400:500], "imported-")

    async def stored(span: Span) -> Mapping[tuple[str, str], Sums]:
        found = await sums_by_queue(engine, span)
        recorder.note(facts[200:400])  # they end while the database counts
        told(today, *facts[200:400])
        return found

    touched.clear()
    await today.count_again(recorder, stored)
    assert touched == {("figures", name) for name in ("*", "pbx1/service", "pbx1/sales")}
    await recorder.flush()
    never_stopped = Today(UTC, lambda keys: None, NOON)
    told(never_stopped, *facts[:500])
    for name in ("*", "pbx1/service", "pbx1/sales"):
        assert today.view(name) == pytest.approx(never_stopped.view(name))
    touched.clear()
    await today.count_again(recorder, partial(sums_by_queue, engine))
    assert touched == set()


def test_what_is_shown_is_worked_out_once_until_it_changes() -> None:
    today = Today(UTC, lambda keys: None, NOON)
    told(today, a_visit(queue="service"), a_visit(queue="sales"))
    service, everything = today.view("pbx1/service"), today.view("*")
    told(today, a_visit(queue="sales"))
    assert today.view("pbx1/service") is service
    assert everything is not None
    assert everything["offered"] == 2
    assert (today.view("pbx1/sales") or {})["offered"] == 2
    assert (today.view("*") or {})["offered"] == 3


def test_midnight_begins_at_zero_and_says_so() -> None:
    touched: set[tuple[str, str]] = set()
    today = Today(UTC, touched.update, NOON)
    told(today, a_visit(joined_at=NOON))
    touched.clear()
    today.roll(today.until - 1)
    assert not touched
    today.roll(today.until)
    figures = today.view("pbx1/service")
    assert figures is not None
    assert figures["offered"] == 0
    assert touched == {("figures", "*"), ("figures", "pbx1/service")}


def test_a_fact_of_yesterday_that_ends_today_is_not_counted() -> None:
    today = Today(UTC, lambda keys: None, NOON)
    told(today, a_visit(joined_at=today.since - 1), a_conversation(completed_at=today.since))
    figures = today.view("*")
    assert figures is not None
    assert (figures["offered"], figures["handled"]) == (0, 1)
