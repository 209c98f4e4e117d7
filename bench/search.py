"""Searches among five million recordings on PostgreSQL, beside a tenth of them.

BENCH_RECORDINGS (5,000,000) is the number of calls over two years, each with a recording: 200 agents in 14 teams, 20
queues, a million customers; every 25th call is one of a callback list, every 50th has a tag or was reviewed. Lists and
tags of campaigns lie within one month: what is found in the past only. The database takes about 8 GB in the folder for
temporary files and is gone afterwards. The sound of a recording has no waveform here, which no search reads.
"""

import asyncio
import os
import random
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.calls.service import Search, search_calls
from callcenter.dialer.tables import Attempt
from callcenter.finding import beyond_calls
from callcenter.forms.tables import FormRecord
from callcenter.quality.tables import Review
from callcenter.recordings.tables import RecordingSound
from callcenter.retention.tables import CallTag
from callcenter.serving import spare_the_collector
from callcenter.store.engine import Sessions, make_engine, make_sessions, migrate
from callcenter.store.tables import Base, calls, conversations, queue_visits, recording_files
from callcenter.wrap_up.tables import WrapUpRecord
from tests.databases import PostgresServer

RECORDINGS = int(os.environ.get("BENCH_RECORDINGS", "5000000"))
DAYS = 730
DAY = 86_400.0
START = 1_700_006_400.0  # a midnight
END = START + DAYS * DAY
TURNS = 40
LIMIT_MS = 300

Asked = Callable[[random.Random], dict[str, object]]


def measure() -> list[dict[str, object]]:
    """Rows of the result: each kind of search, then all of them mixed."""
    return asyncio.run(_measure())


def holds(rows: list[dict[str, object]]) -> bool:
    """Whether nineteen of twenty searches of the mix are answered in time."""
    return float(str(rows[-1]["p95 ms"])) <= LIMIT_MS


# --- the searches -----------------------------------------------------------------------------------------------


def _lately(dice: random.Random, days: int) -> dict[str, object]:
    since = START + dice.randrange(DAYS - days) * DAY
    return {"since": since, "until": since + days * DAY}


def _number(dice: random.Random) -> str:
    return f"138{dice.randrange(1_000_003):08}"


def _agent(dice: random.Random) -> str:
    return f"{1000 + dice.randrange(200)}"


SEARCHES: dict[str, Asked] = {
    "a day": lambda dice: _lately(dice, 1),
    "queue, week": lambda dice: {**_lately(dice, 7), "queue": f"q{dice.randrange(20)}"},
    "agent, month": lambda dice: {**_lately(dice, 30), "agent": _agent(dice)},
    "agent, ever": lambda dice: {"agent": _agent(dice)},
    "agent's name, month": lambda dice: {**_lately(dice, 30), "agent": f"gent {dice.randrange(200)}"},
    "unknown name, ever": lambda dice: {"agent": f"nobody {dice.randrange(200)}"},
    "team and talk >= 5 min, month": lambda dice: {
        **_lately(dice, 30),
        "team": f"team{dice.randrange(13)}",
        "talk_from": 300,
    },
    "whole number, ever": lambda dice: {"number": _number(dice)},
    "last 6 digits, ever": lambda dice: {"number": _number(dice)[-6:]},
    "last 4 digits, ever": lambda dice: {"number": _number(dice)[-4:]},
    "last 3 digits, month": lambda dice: {**_lately(dice, 30), "number": _number(dice)[-3:]},
    "abandoned, month": lambda dice: {**_lately(dice, 30), "outcome": "abandoned"},
    "rare outcome, ever": lambda _: {"outcome": "refused_full"},
    "hold >= 3 min, month": lambda dice: {**_lately(dice, 30), "hold_from": 180},
    "hold >= 9 min (rare), ever": lambda _: {"hold_from": 540},
    "talk-over >= 20 s, week": lambda dice: {**_lately(dice, 7), "talk_over_from": 20},
    "talk-over >= 58 s (rare), ever": lambda _: {"talk_over_from": 58},
    "agent and talk-over, month": lambda dice: {**_lately(dice, 30), "agent": _agent(dice), "talk_over_from": 30},
    "list of one month, ever": lambda dice: {"list_id": 1 + dice.randrange(24)},
    "list and result, ever": lambda dice: {"list_id": 1 + dice.randrange(24), "result": "refused"},
    "result, month": lambda dice: {**_lately(dice, 30), "result": "refused"},
    "tag of one month, ever": lambda dice: {"tag": f"campaign {dice.randrange(24)}"},
    "tag, month": lambda dice: {**_lately(dice, 30), "tag": "complaint"},
    "score < 60, ever": lambda _: {"score_to": 60},
    "score < 60 and agent, ever": lambda dice: {"score_to": 60, "agent": _agent(dice)},
    "wrap-up reason, month": lambda dice: {**_lately(dice, 30), "wrap_up_reason": 3 + dice.randrange(10)},
    "wrap-up reason, ever": lambda dice: {"wrap_up_reason": 3 + dice.randrange(10)},
    "rare wrap-up reason, ever": lambda _: {"wrap_up_reason": 2},
    "unrecorded, week": lambda dice: {**_lately(dice, 7), "has_recording": False},
    "ended by transfer, queue, hold, month": lambda dice: {
        **_lately(dice, 30),
        "ended_by": "transfer",
        "queue": f"q{dice.randrange(20)}",
        "hold_from": 30,
    },
}


class Times(NamedTuple):
    """Seconds of one kind of search: in the middle, at p95, and each."""

    middle: float
    late: float
    each: list[float]


async def _measure() -> list[dict[str, object]]:
    small, large = await _times(RECORDINGS // 10), await _times(RECORDINGS)
    rows = [_row(kind, times, small[kind]) for kind, times in large.items()]
    return [*rows, _row("all of these", _mixed(large), _mixed(small))]


def _row(kind: str, times: Times, small: Times) -> dict[str, object]:
    return {
        "search": kind,
        "recordings": f"{RECORDINGS:,}",
        "p50 ms": round(times.middle * 1000, 1),
        "p95 ms": round(times.late * 1000, 1),
        f"p95 ms of {RECORDINGS // 10:,}": round(small.late * 1000, 1),
        "growth": round(times.late / small.late, 2),
    }


def _mixed(of_kinds: dict[str, Times]) -> Times:
    return _summed([one for times in of_kinds.values() for one in times.each])


def _summed(each: list[float]) -> Times:
    return Times(statistics.median(each), statistics.quantiles(each, n=20)[-1], each)


async def _times(recordings: int) -> dict[str, Times]:
    server = PostgresServer()
    try:
        engine = make_engine(server.url(await server.new_database(migrated=False)))
        await migrate(engine)
        began = time.perf_counter()
        await _fill(engine, recordings)
        print(f"{recordings:,} recordings: filled in {time.perf_counter() - began:.0f} s", flush=True)
        spare_the_collector()  # as the server does when it has started
        sessions = make_sessions(engine)
        times = {}
        for kind in SEARCHES:
            times[kind] = await _times_of(sessions, kind)
            print(f"{kind}: p95 {times[kind].late * 1000:.0f} ms", flush=True)
        await engine.dispose()
        return times
    finally:
        server.stop()


async def _times_of(sessions: Sessions, kind: str) -> Times:
    """Each turn asks something else of its kind; none of them before."""
    dice = random.Random(kind)
    each = []
    for _ in range(TURNS):
        wanted = Search(**SEARCHES[kind](dice))  # type: ignore[arg-type]
        began = time.perf_counter()
        await search_calls(sessions, wanted, beyond_calls)
        each.append(time.perf_counter() - began)
    return _summed(each)


# --- the model --------------------------------------------------------------------------------------------------

# Two hashes of a call that have nothing to do with each other, and the month in which it lies.
MODEL = """
SELECT n, 'c' || (n + 1000000000) AS call, (n * 7919 + 104729) % 1000003 AS h, (n * 611953 + 7919) % 999983 AS g,
  {start} + (n / {per_day}) * 86400 + 28800 + (n % {per_day}) * (43200.0 / {per_day}) AS at,
  n * 24 / {count} AS month
FROM generate_series(CAST(0 AS BIGINT), {count} - 1) AS series(n)
"""
CALL = """
SELECT n, call, h, g, at, month, 15.0 + h % 41 AS wait, 20.0 + (h * 7) % 900 AS talk,
  CASE WHEN g % 7 = 0 THEN (h * 3) % 600 + 0.0 ELSE 0.0 END AS hold,
  '138' || lpad(CAST((n * 31 + h) % 1000003 AS VARCHAR), 8, '0') AS number,
  'q' || (h % 20) AS queue, CAST(1000 + g % 200 AS VARCHAR) AS agent, 'team' || (g % 200 / 15) AS team,
  CASE WHEN h % 100 < 92 THEN 'answered' WHEN h % 100 < 97 THEN 'abandoned' WHEN h % 10000 = 9999 THEN 'refused_full'
    ELSE 'timed_out' END AS outcome
FROM ({model}) model
"""

LISTS = [
    """INSERT INTO lists (name, pbx, queue, state, windows, rules, max_attempts, max_attempts_per_day, calendar, mode,
    trunk, reserved_seats, abandon_target, preview_seconds, personal_seconds, hourly_goal, detect_machine, region,
    created_at)
    SELECT 'list ' || n, 'pbx1', 'q1', 'stopped', '[]', '{{}}', 3, 3, '{{}}', 'progressive', '', 0, 0.03, 30, 14400, 0,
    false, 'CN', 0 FROM generate_series(1, 24) AS series(n)""",
    """INSERT INTO targets (list_id, number, other_numbers, number_index, dial_number, time_zones, name, attributes,
    priority, owner_agent, state, attempts)
    SELECT n, '13800000000', '[]', 0, '13800000000', '', '', '{{}}', 5, '', 'reached', 1
    FROM generate_series(1, 24) AS series(n)""",
]
FILLINGS: dict[Table, str] = {
    calls: """INSERT INTO calls (pbx, is_certain, call_id, direction, number, caller_name, dialled, started_at,
        answered_at, ended_at, attempt_id)
        SELECT 'pbx1', true, call, 'inbound', number, '', '4001', at, at + wait, at + wait + talk,
        CASE WHEN n % 25 = 0 THEN 'a' || n END FROM ({call}) call""",
    queue_visits: """INSERT INTO queue_visits (pbx, is_certain, channel_id, queue, "join", call_id, number, caller_name,
        joined_at, ended_at, outcome, wait_seconds, position, agent_number, agent_name, team, interface,
        service_level_seconds, service_level_variant, short_abandon_seconds)
        SELECT 'pbx1', true, call, queue, 1, call, number, '', at, at + wait, outcome, wait, 1, agent,
        'Agent ' || agent, team, 'PJSIP/' || agent, 15.0, 'offered_without_short_abandons', 5.0 FROM ({call}) call""",
    conversations: """INSERT INTO conversations (pbx, is_certain, leg_id, part, call_id, queue, direction, number,
        interface, agent_number, agent_name, team, began_at, ended_at, completed_at, talk_seconds, hold_seconds, holds,
        wrap_up_seconds, ended_by)
        SELECT 'pbx1', true, 'r' || call, 1, call, queue, 'inbound', number, 'PJSIP/' || agent, agent,
        'Agent ' || agent, team, at + wait, at + wait + talk, at + wait + talk + 15, talk, hold, 1, 15.0,
        CASE WHEN g % 11 = 0 THEN 'transfer' WHEN g % 2 = 0 THEN 'agent' ELSE 'caller' END
        FROM ({call}) call WHERE outcome = 'answered'""",
    recording_files: """INSERT INTO recording_files (id, pbx, is_certain, path, channel_id, call_id, began_at, ended_at)
        SELECT n + 1, 'pbx1', true, '/' || call || '.wav', call, call, at, at + wait + talk FROM ({call}) call""",
    Base.metadata.tables[RecordingSound.__tablename__]: """INSERT INTO recording_sounds (recording_id, heard_at,
        duration_seconds, is_repaired, sides, talk_over_seconds, talk_over, peaks, sha256, copy, failure)
        SELECT n + 1, at, talk, false, '[]', CASE WHEN h % 10 = 0 THEN ((g * 7) % 6000) / 100.0 ELSE 0 END, '[]', '',
        '', '', '' FROM ({call}) call""",
    Base.metadata.tables[Attempt.__tablename__]: """INSERT INTO attempts (id, attempt_id, list_id, target_id, pbx,
        queue, number, state, is_counted, placed_at, ended_at, agent_number, call_id, tech_cause, mode, interface,
        trunk)
        SELECT n + 1, 'a' || n, 1 + month, 1 + month, 'pbx1', queue, number, 'ended', true, at, at + wait + talk, agent,
        call, '', 'progressive', '', '' FROM ({call}) call WHERE n % 25 = 0""",
    Base.metadata.tables[FormRecord.__tablename__]: """INSERT INTO form_records (list_id, target_id, attempt_id, result,
        note, next_step, next_agent, filled_at, changed_at, filled_by)
        SELECT 1 + month, 1 + month, n + 1, CASE WHEN h % 8 = 0 THEN 'refused' ELSE 'completed' END, '', '', '', at, at,
        '' FROM ({call}) call WHERE n % 25 = 0""",
    Base.metadata.tables[CallTag.__tablename__]: """INSERT INTO call_tags (pbx, call_id, tag, added_at, added_by)
        SELECT 'pbx1', call, CASE WHEN h % 4 = 0 THEN 'complaint' ELSE 'campaign ' || month END, at, ''
        FROM ({call}) call WHERE n % 50 = 7""",
    Base.metadata.tables[Review.__tablename__]: """INSERT INTO reviews (pbx, call_id, agent_number, agent_name, team,
        talked_at, form_id, form_version, reviewer_id, reviewer, state, version, answers, notes, comments, score,
        created_at, changed_at)
        SELECT 'pbx1', call, agent, '', team, at, 1, 1, 1, '', 'published', 1, '{{}}', '{{}}', '[]', 50 + h % 50, at, at
        FROM ({call}) call WHERE n % 50 = 9""",
    Base.metadata.tables[WrapUpRecord.__tablename__]: """INSERT INTO wrap_up_records (pbx, call_id, agent_number,
        agent_name, reason_id, result_id, note, next_agent, written_at, written_by, changed_at, changed_by, earlier)
        SELECT 'pbx1', call, agent, 'Agent ' || agent, CASE WHEN h % 5000 = 4999 THEN 2 ELSE 3 + h % 10 END, 1, '', '',
        at + wait + talk, '', at + wait + talk, '', '[]' FROM ({call}) call WHERE outcome = 'answered'""",
}


async def _fill(engine: AsyncEngine, recordings: int) -> None:
    """Makes the two years; indexes are made afterwards, as one does for a bulk load."""
    model = MODEL.format(start=START, per_day=-(-recordings // DAYS), count=recordings)
    call = CALL.format(model=model)
    async with engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))  # what refers here is right
        for statement in LISTS:
            await connection.exec_driver_sql(statement.format())
    await asyncio.gather(*(_fill_one(engine, table, sql.format(call=call)) for table, sql in FILLINGS.items()))
    async with engine.begin() as connection:
        await connection.execute(text("ANALYZE"))


async def _fill_one(engine: AsyncEngine, table: Table, statement: str) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        for index in table.indexes:
            await connection.run_sync(index.drop)
        await connection.exec_driver_sql(statement)
        await connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        for index in table.indexes:
            await connection.run_sync(index.create)
