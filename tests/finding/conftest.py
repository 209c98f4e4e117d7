"""A centre whose calls differ in everything that can be searched for, as rows and as plain records of what is there."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.dialer.tables import Attempt, CallbackList, Target
from callcenter.floor.facts import AnyFact, Direction, EndedBy, VisitOutcome
from callcenter.forms.rules import Result
from callcenter.forms.tables import FormRecord
from callcenter.quality.tables import Review, ReviewForm
from callcenter.recordings.processing import blank
from callcenter.recordings.tables import RecordingSound
from callcenter.retention.tables import CallTag
from callcenter.store.engine import Sessions
from callcenter.store.recorder import Recorder
from callcenter.store.tables import recording_files
from callcenter.wrap_up.tables import WrapUpChoice, WrapUpRecord
from tests.facts import NOON, a_call, a_conversation, a_recording, a_visit

CALLS = 60
AGENTS = {"1001": "Li Na", "1002": "Wang Fang", "1003": "Lina 50%"}
TAGS = ("complaint", "vip", "赞")
REASONS = {101: None, 102: 101, 103: 101, 104: None}
"""Of wrap-up forms, each with the one above it."""
STATES = ("draft", "published", "discarded", "acknowledged")
Record = dict[str, Any]
"""What is true of one call, in the words of a search."""


@pytest.fixture
async def centre(engine: AsyncEngine, sessions: Sessions) -> list[Record]:
    """The records of the calls that are in the database, newest first."""
    lot = Random(41)
    records = [_record(lot, number) for number in range(CALLS)]
    recorder = Recorder(engine)
    recorder.note([fact for record in records for fact in _facts(record)])
    await recorder.flush()
    await _lists(sessions)
    async with sessions.begin() as session:
        for reason, above in REASONS.items():
            session.add(
                WrapUpChoice(id=reason, kind="reason", parent_id=above, label_en=f"{reason}", label_zh="", place=0)
            )
            await session.flush()
    async with sessions.begin() as session:
        session.add_all([row for record in records for row in _rows(record)])
        for record in records:
            if record["attempt"]:
                await _attempt(session, record)
        files = recording_files.c
        ids = {
            path: row_id
            for row_id, path in await session.execute(recording_files.select().with_only_columns(files.id, files.path))
        }
        for record in records:
            for nth, seconds in enumerate(record["talk_over"]):
                heard = blank(ids[f"/{record['call_id']}.{nth}"]) | {"talk_over_seconds": seconds, "heard_at": NOON}
                session.add(RecordingSound(**heard))
    return sorted(records, key=lambda record: record["started_at"], reverse=True)


def _record(lot: Random, number: int) -> Record:
    agents = lot.sample([*AGENTS], lot.choice([0, 1, 1, 2]))
    is_dialled = lot.random() < 0.4
    return {
        "call_id": f"c{number:02}",
        "started_at": NOON + number * 60,
        "number": f"{lot.choice(['+86 ', '0086-', ''])}138{lot.randrange(3):08}",
        "direction": lot.choice([*Direction]),
        "visits": [(lot.choice(["sales", "service"]), lot.choice([*VisitOutcome])) for _ in range(lot.randrange(3))],
        "answered": lot.random() < 0.7,
        "talks": [
            {
                "agent": agent,
                "team": lot.choice(["east", "west"]),
                "talk": float(lot.choice([5, 60, 600])),
                "hold": float(lot.choice([0, 0, 30, 180])),
                "ended_by": lot.choice([*EndedBy]),
            }
            for agent in agents
        ],
        "talk_over": [float(lot.choice([0, 5, 20])) for _ in range(lot.randrange(3))],
        "tags": {tag: lot.random() < 0.8 for tag in TAGS if lot.random() < 0.4},
        "reviews": [(lot.choice(STATES), float(lot.choice([50, 59.5, 60, 90, 100]))) for _ in range(lot.randrange(2))],
        "reasons": [lot.choice([102, 103, 104]) for _ in agents if lot.random() < 0.6],
        "attempt": lot.choice([1, 2]) if is_dialled else None,
        "result": lot.choice([*Result, None]) if is_dialled else None,
    }


def _facts(record: Record) -> Iterator[AnyFact]:
    at, call = record["started_at"], {"call_id": record["call_id"]}
    told = {"number": record["number"], "direction": record["direction"]}
    attempt = f"a.{record['call_id']}" if record["attempt"] else None
    yield a_call(
        **call,
        **told,
        started_at=at,
        answered_at=at + 1 if record["answered"] else None,
        ended_at=at + 50,
        attempt_id=attempt,
    )
    for nth, (queue, outcome) in enumerate(record["visits"]):
        channel = f"{record['call_id']}.v"
        yield a_visit(**call, channel_id=channel, join=nth, queue=queue, outcome=outcome, joined_at=at + nth)
    for nth, talk in enumerate(record["talks"]):
        agent = {"agent_number": talk["agent"], "agent_name": AGENTS[talk["agent"]], "team": talk["team"]}
        lengths = {"talk_seconds": talk["talk"], "hold_seconds": talk["hold"], "ended_by": talk["ended_by"]}
        yield a_conversation(**call, leg_id=f"{record['call_id']}.l{nth}", began_at=at + 2, **agent, **lengths)
    for nth, _ in enumerate(record["talk_over"]):
        yield a_recording(**call, path=f"/{record['call_id']}.{nth}", began_at=at, ended_at=at + 50)


def _rows(record: Record) -> Iterator[Any]:
    of_call = {"pbx": "pbx1", "call_id": record["call_id"]}
    for tag, is_on in record["tags"].items():
        taken_off = {} if is_on else {"removed_at": NOON, "removed_by": "qa"}
        yield CallTag(**of_call, tag=tag, added_at=NOON, added_by="qa", **taken_off)
    for nth, reason in enumerate(record["reasons"]):
        written = {"written_at": record["started_at"] + 60, "changed_at": NOON, "written_by": "li", "changed_by": "li"}
        agent = {"agent_number": f"100{nth}", "agent_name": ""}
        yield WrapUpRecord(**of_call, **agent, reason_id=reason, result_id=reason, **written)
    for state, score in record["reviews"]:
        yield Review(
            **of_call, agent_number="1001", agent_name="", talked_at=NOON, form_id=1, form_version=1, reviewer_id=1,
            reviewer="qa", state=state, score=score, created_at=NOON, changed_at=NOON,
        )  # fmt: skip


async def _lists(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        session.add(ReviewForm(id=1))
        for number in (1, 2):
            session.add(
                CallbackList(
                    id=number, name=f"List {number}", pbx="pbx1", queue="out", windows=[], rules={}, max_attempts=3,
                    region="CN", created_at=NOON,
                )
            )  # fmt: skip
            await session.flush()
            session.add(
                Target(
                    id=number, list_id=number, number=f"{number}", dial_number=f"{number}", name="", attributes={},
                    due_at=None,
                )
            )  # fmt: skip


async def _attempt(session: Any, record: Record) -> None:
    of_list = record["attempt"]
    attempt = Attempt(attempt_id=f"a.{record['call_id']}", list_id=of_list, target_id=of_list, pbx="pbx1", queue="out")
    attempt.number, attempt.placed_at, attempt.ended_at = record["call_id"], NOON, NOON
    session.add(attempt)
    await session.flush()
    if record["result"]:
        session.add(
            FormRecord(
                list_id=of_list, target_id=of_list, attempt_id=attempt.id, form_id=None, result=record["result"],
                filled_at=NOON, changed_at=NOON, filled_by="1001",
            )
        )  # fmt: skip
