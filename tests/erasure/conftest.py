"""A centre that knows one person from every side, and another one beside."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.accounts.tables import IdempotencyKey
from callcenter.audit.tables import AuditEntry
from callcenter.customers.tables import Customer, CustomerNumber
from callcenter.delivery.tables import Delivery
from callcenter.dialer.tables import Attempt, CallbackList, DoNotCall, Import, Target
from callcenter.erasure.api import erasure_routes
from callcenter.erasure.around import Around
from callcenter.erasure.running import Eraser
from callcenter.erasure.service import Wanted
from callcenter.exports.tables import ExportPart, RecordingExport
from callcenter.floor.terms import CallId
from callcenter.forms.tables import Form, FormAnswer, FormRecord
from callcenter.quality.clip_tables import Clip
from callcenter.quality.tables import Review, ReviewForm, ReviewFormVersion, ReviewStep
from callcenter.recordings.library import Library
from callcenter.retention.tables import CallHold
from callcenter.store.engine import Sessions
from callcenter.store.erased import Erased
from callcenter.store.recorder import Recorder
from callcenter.store.tables import Base
from callcenter.tickets.tables import Ticket, TicketCallback, TicketChange, TicketStep
from callcenter.wrap_up.tables import WrapUpRecord
from tests.dialer.conftest import FIELDS
from tests.facts import NOON, a_call, a_conversation, a_recording, a_survey, a_visit
from tests.recordings.sounds import tone, write_wav
from tests.web import Site

NUMBER = "+86 138 0013 8000"
PLAIN = "13800138000"
OTHER = "13900139000"
BAD_ROW = {"line": 2, "column": "number", "value": PLAIN, "code": "invalid_number", "reason": "no valid number"}
LATER = NOON + 86_400
"""The day after: when somebody asks for the erasure."""

NAME = {"en": "Form", "zh": ""}


class Calls:
    """Whether the person is in a call, as a test says."""

    def __init__(self) -> None:
        self.is_on = False

    def __call__(self, _lines: object) -> bool:
        return self.is_on


@pytest.fixture
def in_call() -> Calls:
    return Calls()


@pytest.fixture
def erased(tmp_path: Path) -> Erased:
    return Erased(tmp_path / "var", "CN")


@pytest.fixture
def around(sessions: Sessions, erased: Erased, tmp_path: Path, in_call: Calls) -> Around:
    library = Library({"pbx1": tmp_path / "monitor"}, tmp_path / "copies", lambda: LATER)
    return Around(sessions, library, tmp_path / "exports", erased, 90, in_call, lambda: LATER, is_alone=True)


def facts_of_person() -> list[Any]:
    """Four calls of the person, spelled three ways; the second is a repeated call of the same spelling."""
    told: list[Any] = []
    for place, (number, queue) in enumerate(
        [(PLAIN, "service"), (PLAIN, "service"), ("+8613800138000", "sales"), ("913800138000", "sales")]
    ):
        at = NOON + 600 * place
        same = {"call_id": f"{at:.0f}.1", "number": number}
        path = f"/var/spool/asterisk/monitor/in-{number.lstrip('+')}-{place}.wav"
        ids = {"channel_id": same["call_id"], "queue": queue}
        told += [
            a_call(**same, started_at=at, answered_at=at, ended_at=at + 73),
            a_visit(**same, **ids, joined_at=at, ended_at=at + 12.5),
            a_conversation(
                **same,
                queue=queue,
                leg_id=f"{at:.0f}.2",
                began_at=at + 12.5,
                ended_at=at + 72.5,
                completed_at=at + 82.5,
            ),
            a_survey(**same, **ids, asked_at=at + 73, ended_at=at + 78),
            a_recording(call_id=same["call_id"], channel_id=same["call_id"], path=path, began_at=at, ended_at=at + 72),
        ]
    return told


def facts_of_other() -> list[Any]:
    same = {"call_id": "9.1", "number": OTHER, "caller_name": "Other"}
    return [a_call(**same), a_visit(**same, channel_id="9.1")]


async def write_facts(engine: AsyncEngine, erased: Erased | None = None) -> None:
    recorder = Recorder(engine, erased=erased)
    recorder.note([*facts_of_person(), *facts_of_other()])
    await recorder.flush()


def _made_of(call_id: CallId) -> list[Base]:
    """A clip, an archive, the customer record and a ticket of the person."""
    clip = Clip(
        id=1, recording_id=1, pbx="pbx1", call_id=call_id, agent_number="1001", agent_name="Li Na", recorded_at=NOON,
        from_seconds=1, to_seconds=3, kind="problem", title_en="Mr Wang", title_zh="", note_en="138 0013 8000",
        note_zh="", language="zh", audience="all", hides_agent=True, kept_until=LATER + 1, made_at=NOON, made_by="qa",
        file="c.opus", duration_seconds=2, sides=[], talk_over=[], talk_over_seconds=0, peaks=b"",
    )  # fmt: skip
    export = RecordingExport(
        id=1, state="done", search={"number": PLAIN}, reason="for court", language="en", user_id=1, username="qa",
        address="", key_id=None, asked_at=NOON, ended_at=NOON, calls=1, recordings=1, expected_bytes=5, bytes=5,
    )  # fmt: skip
    part = ExportPart(export_id=1, place=0, recording_id=1, state="packed", name="a.wav")
    customer = Customer(
        id=1, name="王小明", name_key="王小明", note="calls from 138 0013 8000", created_at=NOON, created_by="a",
        changed_at=NOON, changed_by="a",
    )  # fmt: skip
    number = CustomerNumber(customer_id=1, number=f"+86{PLAIN}", place=0)
    return [clip, export, part, customer, number, *_ticket()]


def kept_callback(number: str, note: str) -> dict[str, Any]:
    """What a ticket keeps of its callback whose list was deleted."""
    tried = {
        "placed_at": NOON, "outcome": "reached", "agent_number": "1001", "pbx": "pbx1", "call_id": a_call().call_id,
        "result": None, "note": note,
    }  # fmt: skip
    return {
        "list": {"id": None, "name": "Autumn"}, "number": number, "raised_at": NOON, "due_at": NOON + 40,
        "state": "reached", "attempts": [tried],
    }  # fmt: skip


def _ticket() -> list[Base]:
    made = {"created_at": NOON, "created_by": "a"}
    ticket = Ticket(
        **made, id=1, type="complaint", subject="王小明 complains", note=f"calls from {PLAIN}", customer_id=1,
        caller_number=f"+86{PLAIN}", contact_at=NOON, changed_at=NOON, changed_by="a", result="told 王小明",
        state="closed", closed_at=NOON + 30, due_at=NOON + 40, highest_level=1,
    )  # fmt: skip
    step = TicketStep(**made, ticket_id=1, text="Call 王小明")
    changes = [
        TicketChange(ticket_id=1, what="changed", details={"note": ["", f"calls from {PLAIN}"]}, at=NOON, by="a"),
        TicketChange(
            ticket_id=1, what="closed", details={"outcome": "solved", "result": "told 王小明"}, at=NOON, by="a"
        ),
    ]
    callback = TicketCallback(
        ticket_id=1, raised_at=NOON, reached_at=NOON + 60, kept=kept_callback(f"+86{PLAIN}", "talked with 王小明")
    )
    return [ticket, step, *changes, callback]


@pytest.fixture
async def known(engine: AsyncEngine, sessions: Sessions, around: Around) -> None:
    """The person in everything that is kept."""
    await write_facts(engine)
    for fact in facts_of_person():
        if "path" in fact.__struct_fields__:
            write_wav(around.library.folders["pbx1"] / Path(fact.path).name, tone(0.2), modified_at=NOON)
    for kept in (around.exports / "export-1.zip", around.library.copies / "clips" / "c.opus"):
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(b"sound")
    await write_rows(sessions)


async def write_rows(sessions: Sessions) -> None:
    """What the rooms above the facts hold of the person."""
    call_id = a_call().call_id
    async with sessions.begin() as session:
        for row in _made_of(call_id):
            session.add(row)
            await session.flush()
        session.add(CallbackList(**FIELDS, id=1, created_at=NOON))
        form = ReviewForm(id=101)
        session.add_all([form, Form(id=1, list_id=1, version=1, questions=[], created_at=NOON, created_by="a")])
        await session.flush()
        session.add_all(
            [
                ReviewFormVersion(form_id=101, version=1, name=NAME, sections=[], created_at=NOON, created_by="a"),
                Target(
                    id=1, list_id=1, number="+8613800138000", other_numbers=["+8613700137000"],
                    dial_number="+8613800138000", name="王小明", attributes={"order": "17"}, due_at=NOON,
                ),
                Target(
                    id=2, list_id=1, number=f"+86{OTHER}", dial_number=f"+86{OTHER}", name="Other",
                    attributes={"friend": "138-0013-8000"}, due_at=NOON,
                ),
                DoNotCall(number="+8613800138000", note="asked on 138 0013 8000", created_at=NOON, created_by="a"),
                AuditEntry(
                    at=NOON, user_id=1, username="a", address="", act="do_not_call.add", subject_kind="do_not_call",
                    subject_id="1", details={"number": "+86 138-0013-8000"},
                ),
                Delivery(
                    delivery_id="d1", channel="webhook", kind="callback.result", destination="http://x",
                    content=b'{"number":"+8613800138000","name":"W"}', state="waiting", created_at=NOON, due_at=NOON,
                    sent_at=None,
                ),
                IdempotencyKey(
                    username="a", route="r", key="k", digest="d", body=b'["+8613800138000"]', created_at=NOON
                ),
                Import(
                    kind="targets", list_id=1, file_name="autumn.csv", state="draft", columns=["number"],
                    created_at=NOON, created_by="a", content=b"number\n138 0013 8000\n",
                    report={"errors": [BAD_ROW]},
                ),
                Review(
                    id=1, pbx="pbx1", call_id=call_id, agent_number="1001", agent_name="Li Na", talked_at=NOON,
                    form_id=101, form_version=1, reviewer_id=1, reviewer="qa", state="published", answers={"a": 1},
                    notes={"a": "calls herself Wang"}, comments=[{"text": "Wang"}], score=90.0, created_at=NOON,
                    changed_at=NOON, published_at=NOON,
                ),
                WrapUpRecord(
                    pbx="pbx1", call_id=call_id, agent_number="1001", agent_name="Li Na", reason_id=1, result_id=1,
                    note="Mr Wang", customer_id=1, written_at=NOON, written_by="a", changed_at=NOON, changed_by="a",
                    earlier=[
                        {"reason_id": 1, "result_id": 1, "note": "Wang", "next_at": None, "next_agent": "",
                         "target_id": None, "changed_at": NOON, "changed_by": "a"},
                    ],
                ),
                ReviewStep(review_id=1, at=NOON, step="appeal", username="a", comment="Mr Wang", state="published"),
            ]
        )  # fmt: skip
        await session.flush()
        session.add(
            Attempt(
                id=1, attempt_id="a1", list_id=1, target_id=1, pbx="pbx1", queue="support", number="+8613800138000",
                state="ended", outcome="reached", placed_at=NOON + 5, ended_at=NOON + 60, agent_number="1001",
            )
        )  # fmt: skip
        await session.flush()
        session.add(
            FormRecord(
                id=1, list_id=1, target_id=1, attempt_id=1, form_id=1, result="completed", note="Wang moved",
                filled_at=NOON, changed_at=NOON, filled_by="a",
            )
        )  # fmt: skip
        await session.flush()
        session.add_all(
            [
                FormAnswer(record_id=1, question="q1", kind="text", value="Wang"),
                FormAnswer(record_id=1, question="q2", kind="choice", value="yes"),
            ]
        )


async def hold(sessions: Sessions, call_id: str) -> None:
    async with sessions.begin() as session:
        await session.execute(
            insert(CallHold).values(pbx="pbx1", call_id=call_id, at=NOON, username="a", reason="case 17")
        )


def wanted(**given: Any) -> Wanted:
    fields = {"numbers": [NUMBER], "reason": "asked by letter", "reference": "DSR-17", "confirmation": "DSR-17"}
    return Wanted(**{**fields, **given})


@pytest.fixture
def site(sessions: Sessions, around: Around) -> Site:
    return Site(sessions, erasure_routes(Eraser(replace(around, is_alone=True))))


@pytest.fixture
async def admin(site: Site) -> AsyncIterator[AsyncClient]:
    async with await site.client(Role.ADMIN) as client:
        yield client
