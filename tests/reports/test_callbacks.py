"""The callback report and what forms were answered, over HTTP, on both databases."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import AsyncClient
from openpyxl import load_workbook
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.dialer.tables import Attempt, CallbackList, Target
from callcenter.floor.facts import Direction
from callcenter.floor.terms import CallId, ChannelId
from callcenter.forms.tables import Form, FormAnswer, FormRecord
from callcenter.reports.callback_api import callback_report_routes
from callcenter.reports.callbacks import CALLBACK_FIGURES, Line, best_hours
from callcenter.reports.names import Names
from callcenter.reports.patterns import Limits
from callcenter.reports.people_api import Room
from callcenter.reports.service import Sources
from callcenter.store.engine import make_sessions
from tests.dialer.conftest import FIELDS
from tests.facts import NOON, a_conversation
from tests.reports.test_abandoned import record
from tests.reports.test_people_api import DAY as SPAN
from tests.reports.test_people_api import ZONE
from tests.web import Site

HOUR = 3600
DAY: dict[str, Any] = dict(SPAN)
QUESTIONS: list[dict[str, Any]] = [
    {"id": "pleased", "kind": "scale", "label": "How pleased?", "minimum": 1, "maximum": 3},
    {
        "id": "uses",
        "kind": "choices",
        "label": "=Uses",
        "options": [{"id": "w", "label": "Web"}, {"id": "a", "label": "App"}],
    },
    {"id": "again", "kind": "yes_no", "label": "Again?"},
    {"id": "why", "kind": "text", "label": "Why?"},
]
ROUTES = [
    "/api/reports/callbacks", "/api/reports/callbacks.csv", "/api/reports/callbacks.xlsx",
    "/api/reports/callbacks/targets?figure=callbacks_due", "/api/reports/callbacks/targets.csv?figure=callbacks_due",
    "/api/reports/callbacks/targets.xlsx?figure=callbacks_due", "/api/reports/forms?list=1",
    "/api/reports/forms.csv?list=1", "/api/reports/forms.xlsx?list=1",
]  # fmt: skip


class Callbacks:
    """Two lists and what was dialled for them, put into the tables row by row."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine, self.sessions = engine, make_sessions(engine)
        names = Names({}, {"1001": ("Li Na", "A"), "1002": ("Wang Wei", "B")})
        room = Room(
            Sources(engine, ZONE, names), self.sessions, Limits(), self._write, lambda _: None, lambda: NOON + HOUR
        )
        self.site = Site(self.sessions, callback_report_routes(room))
        self._attempts = 0

    async def _write(self) -> None:
        pass

    async def new_list(self, name: str) -> int:
        return await self._add(CallbackList(**FIELDS | {"name": name}, created_at=NOON - 9 * HOUR))

    async def target(self, list_id: int, number: str, state: str, **given: Any) -> int:
        fields: dict[str, Any] = {
            "name": "Ann",
            "attributes": {},
            "due_at": None,
            "dial_number": number,
            "number": number,
        }
        return await self._add(Target(list_id=list_id, state=state, **fields | given))

    async def dialled(self, list_id: int, target: int, hours_ago: float, outcome: str, agent: str = "") -> int:
        """An attempt; one that an agent got has a talk of 60 seconds."""
        self._attempts += 1
        channel, at = f"dial-{self._attempts}", NOON - hours_ago * HOUR
        if agent:
            talk = a_conversation(
                leg_id=ChannelId(f"leg-{channel}"), call_id=CallId(channel), direction=Direction.OUTBOUND,
                agent_number=agent, team="A" if agent == "1001" else "B", began_at=at, ended_at=at + 60,
                completed_at=at + 70,
            )  # fmt: skip
            await record(self.engine, talk)
        return await self._add(
            Attempt(
                attempt_id=channel,
                list_id=list_id,
                target_id=target,
                pbx="pbx1",
                queue="support",
                number="+861",
                state="ended",
                outcome=outcome,
                placed_at=at,
                ended_at=at + 70,
                agent_number=agent,
                call_id=channel,
            )
        )

    async def filled(self, list_id: int, target: int, attempt: int, result: str, **given: Any) -> int:
        return await self._add(
            FormRecord(
                list_id=list_id,
                target_id=target,
                attempt_id=attempt,
                result=result,
                filled_at=NOON,
                changed_at=NOON,
                filled_by="li",
                **{"form_id": None, "note": "", "next_step": "", "next_agent": ""} | given,
            )
        )

    async def answered(self, record_id: int, *answers: tuple[str, str, str, float | None]) -> None:
        for question, kind, value, number in answers:
            await self._add(FormAnswer(record_id=record_id, question=question, kind=kind, value=value, number=number))

    async def form(self, list_id: int, version: int, questions: list[dict[str, Any]]) -> int:
        return await self._add(
            Form(list_id=list_id, version=version, questions=questions, created_at=NOON, created_by="li")
        )

    async def _add(self, row: Any) -> int:
        async with self.sessions.begin() as session:
            session.add(row)
            await session.flush()
            return int(row.id)


@pytest.fixture
async def callbacks(engine: AsyncEngine) -> Callbacks:
    """Spring: one completed at the second attempt, one refused, one closed unreached, one waits, one is due tomorrow.
    Autumn: one target that both agents talked with; one whose number is nobody's."""
    c = Callbacks(engine)
    spring, autumn = await c.new_list("Spring"), await c.new_list("Autumn")
    done = await c.target(spring, "+8613900000001", "reached")
    await c.dialled(spring, done, 6, "no_answer")
    await c.filled(spring, done, await c.dialled(spring, done, 2, "reached", "1001"), "completed")
    refused = await c.target(spring, "+8613900000002", "reached")
    await c.filled(spring, refused, await c.dialled(spring, refused, 2, "reached", "1002"), "refused")
    gone = await c.target(spring, "+8613900000003", "closed", name="=cmd()", last_outcome="no_answer",
                          attributes={"branch": "@North"})  # fmt: skip
    await c.dialled(spring, gone, 6, "no_answer")
    await c.dialled(spring, gone, 5, "busy")
    await c.target(spring, "+8613900000004", "open", due_at=NOON - 1)
    await c.target(spring, "+8613900000005", "open", due_at=NOON + 30 * HOUR)
    both = await c.target(autumn, "+8613900000006", "reached")
    await c.dialled(autumn, both, 6, "reached", "1001")
    await c.filled(autumn, both, await c.dialled(autumn, both, 1, "reached", "1002"), "completed")
    nobody = await c.target(autumn, "+8613900000007", "closed")
    await c.dialled(autumn, nobody, 1, "invalid_number")
    # Long before the span.
    await c.dialled(autumn, nobody, 100, "no_answer")
    return c


@pytest.fixture
async def lead(callbacks: Callbacks) -> AsyncIterator[AsyncClient]:
    async with await callbacks.site.client(Role.SUPERVISOR) as client:
        yield client


async def told(client: AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await client.get("/api/reports/callbacks", params=DAY | query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def funnel(figures: dict[str, float]) -> tuple[float, ...]:
    return tuple(figures[f"callbacks_{what}"] for what in ("due", "attempted", "reached", "completed"))


async def test_who_may_ask(callbacks: Callbacks) -> None:
    async with callbacks.site.stranger() as stranger, await callbacks.site.client(Role.AGENT) as agent:
        for path in ROUTES:
            assert (await stranger.get(path, params=DAY)).status_code == 401, path
            assert (await agent.get(path, params=DAY)).status_code == 403, path


async def test_by_list(lead: AsyncClient) -> None:
    report = await told(lead)
    rows = {row["name"]: row["figures"] for row in report["rows"]}
    assert {name: funnel(figures) for name, figures in rows.items()} == {"Spring": (4, 3, 2, 1), "Autumn": (2, 2, 1, 1)}
    assert funnel(report["totals"]) == (6, 5, 3, 2)
    spring = rows["Spring"]
    assert (spring["callbacks_refused"], spring["callbacks_unreachable"], spring["callbacks_wrong"]) == (1, 1, 0)
    assert (rows["Autumn"]["callbacks_wrong"], rows["Autumn"]["callbacks_unreachable"]) == (1, 1)
    assert spring["callbacks_attempted_rate"] == 3 / 4
    assert spring["callbacks_reach_rate"] == 2 / 3
    assert spring["callbacks_form_rate"] == 1 / 2
    assert spring["callbacks_attempts_per_reached"] == 5 / 2
    assert spring["callbacks_average_talk_seconds"] == 60.0


async def test_by_agent_and_team_a_target_may_count_for_both_and_once_in_all(lead: AsyncClient) -> None:
    for by, first, second in (("agent", "1001", "1002"), ("team", "A", "B")):
        report = await told(lead, by=by)
        assert {row["id"]: funnel(row["figures"])[1:] for row in report["rows"]} == {
            first: (2, 2, 1),
            second: (2, 2, 1),
        }
        assert funnel(report["totals"])[1:] == (5, 3, 2)
    assert [row["name"] for row in (await told(lead, by="agent"))["rows"]] == ["Li Na", "Wang Wei"]


async def test_by_hour_of_the_centres_clock(lead: AsyncClient) -> None:
    report = await told(lead, by="hour")
    hours = {row["name"]: funnel(row["figures"])[1:] for row in report["rows"]}
    assert hours == {"14:00": (3, 1, 0), "15:00": (1, 0, 0), "18:00": (2, 2, 1), "19:00": (2, 1, 1)}


async def test_restricted(lead: AsyncClient) -> None:
    assert funnel((await told(lead, list=1))["totals"]) == (4, 3, 2, 1)
    assert funnel((await told(lead, agent="1002"))["totals"])[1:] == (2, 2, 1)
    assert funnel((await told(lead, team="A"))["totals"])[1:] == (2, 2, 1)
    empty = await told(lead, **{"from": "2020-01-01", "to": "2020-01-01"})
    assert (empty["rows"], empty["totals"]["callbacks_reach_rate"]) == ([], None)


@pytest.mark.parametrize("figure", CALLBACK_FIGURES, ids=lambda figure: figure.id)
async def test_every_number_opens_what_it_counts(lead: AsyncClient, figure: Any) -> None:
    totals = (await told(lead))["totals"]
    query = DAY | {"figure": figure.id}
    found = (await lead.get("/api/reports/callbacks/targets", params=query)).json()
    if not figure.denominator:
        assert found["count"] == totals[figure.id]
    else:
        below = (await lead.get("/api/reports/callbacks/targets", params=query | {"part": "denominator"})).json()
        assert below["count"] == totals[figure.denominator[0]]


async def test_the_targets_of_an_hour(lead: AsyncClient) -> None:
    query = DAY | {"figure": "callbacks_attempted", "hour": 18}
    found = (await lead.get("/api/reports/callbacks/targets", params=query)).json()
    assert [row["number"] for row in found["targets"]] == ["+8613900000001", "+8613900000002"]


async def test_who_cannot_be_reached_is_handed_on_as_a_file(lead: AsyncClient) -> None:
    query = DAY | {"figure": "callbacks_unreachable", "list": 1, "language": "en"}
    answer = await lead.get("/api/reports/callbacks/targets.csv", params=query)
    assert "callbacks_unreachable-2025-11-22.csv" in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    # Nothing of it is a formula.
    assert rows == [
        ["List", "Number", "Name", "Attempts", "Last attempt", "Last outcome", "branch"],
        ["Spring", "'+8613900000003", "'=cmd()", "2", "2025-11-22 15:00:00", "no_answer", "'@North"],
    ]
    workbook = load_workbook(io.BytesIO((await lead.get("/api/reports/callbacks/targets.xlsx", params=query)).content))
    assert [cell.value for cell in workbook.worksheets[0][2]][:3] == ["Spring", "+8613900000003", "=cmd()"]
    assert workbook.worksheets[0]["C2"].data_type == "s"


async def test_the_report_as_a_file(lead: AsyncClient) -> None:
    answer = await lead.get("/api/reports/callbacks.csv", params=DAY | {"by": "agent", "language": "zh"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:5] == ["工号", "客服代表", "应访", "已拨打对象", "接通对象"]
    assert [row[:2] for row in rows[1:]] == [["1001", "Li Na"], ["1002", "Wang Wei"], ["合计", ""]]


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("/api/reports/callbacks", {"by": "moon"}, "by"),
        ("/api/reports/callbacks", {"to": "2020-01-01"}, "to"),
        ("/api/reports/callbacks", {"from": "2020-01-01"}, "to"),
        ("/api/reports/callbacks", {"team": "a\x00"}, "team"),
        ("/api/reports/callbacks", {"list": "1 OR 1=1"}, "list"),
        ("/api/reports/callbacks/targets", {"figure": "answer_rate"}, "figure"),
        ("/api/reports/callbacks/targets", {"figure": "callbacks_due", "part": "denominator"}, "part"),
        ("/api/reports/callbacks/targets", {"figure": "callbacks_due", "hour": 24}, "hour"),
        ("/api/reports/forms", {}, "list"),
    ],
)
async def test_what_is_refused(lead: AsyncClient, path: str, query: dict[str, Any], field: str) -> None:
    answer = await lead.get(path, params=DAY | query)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_a_list_that_is_not_there(lead: AsyncClient) -> None:
    for path in ("/api/reports/callbacks", "/api/reports/forms"):
        assert (await lead.get(path, params=DAY | {"list": 99})).status_code == 404


def test_best_hours_are_those_with_enough_dials_and_the_best_share() -> None:
    def line(hour: int, attempted: int, reached: int) -> Line:
        return Line(str(hour), "", {"callbacks_attempted": attempted, "callbacks_reached": reached})

    lines = [line(9, 100, 20), line(10, 5, 5), line(12, 40, 30), line(18, 50, 45), line(19, 20, 10)]
    assert best_hours(lines) == ("18", "12", "19")


# --- forms ------------------------------------------------------------------------------------------------------


@pytest.fixture
async def answers(callbacks: Callbacks) -> None:
    """Two records of list 1 with answers, by two versions of its form."""
    old = await callbacks.form(1, 1, [QUESTIONS[0] | {"label": "Old words"}, QUESTIONS[1]])
    new = await callbacks.form(1, 2, QUESTIONS)
    for version, answers in (
        (old, [("pleased", "scale", "3", 3.0), ("uses", "choices", "w", None), ("uses", "choices", "a", None)]),
        (new, [("pleased", "scale", "1", 1.0), ("again", "yes_no", "no", None), ("why", "text", "=1+1", None)]),
    ):
        target = await callbacks.target(1, f"+86137000000{version:02}", "reached")
        attempt = await callbacks.dialled(1, target, 0.5, "reached", "1001")
        filled = await callbacks.filled(1, target, attempt, "completed", form_id=version)
        await callbacks.answered(filled, *answers)


async def test_answers_are_counted_over_versions(lead: AsyncClient, answers: None) -> None:
    found = (await lead.get("/api/reports/forms", params=DAY | {"list": 1})).json()
    assert (found["records"], found["results"]) == (4, {"completed": 3, "refused": 1})
    told = {question["id"]: question for question in found["questions"]}
    pleased = told["pleased"]
    assert (pleased["label"], pleased["answered"], pleased["mean"]) == ("How pleased?", 2, 2.0)
    assert pleased["counts"] == [["1", "1", 1], ["2", "2", 0], ["3", "3", 1]]
    assert told["uses"]["counts"] == [["w", "Web", 1], ["a", "App", 1]]
    assert told["again"]["counts"] == [["yes", "yes", 0], ["no", "no", 1]]
    assert (told["why"]["answered"], told["why"]["counts"]) == (1, [])


async def test_records_as_a_file_are_no_formulas(lead: AsyncClient, answers: None) -> None:
    query = DAY | {"list": 1, "language": "en"}
    rows = list(
        csv.reader(io.StringIO((await lead.get("/api/reports/forms.csv", params=query)).content.decode("utf-8-sig")))
    )
    assert rows[0][5:11] == ["Result", "Version of the form", "How pleased?", "'=Uses", "Again?", "Why?"]
    assert rows[1][5:11] == ["completed", "2", "1", "", "no", "'=1+1"]
    assert rows[2][5:11] == ["completed", "1", "3", "Web, App", "", ""]
    workbook = load_workbook(io.BytesIO((await lead.get("/api/reports/forms.xlsx", params=query)).content))
    assert (workbook.worksheets[0]["K2"].value, workbook.worksheets[0]["K2"].data_type) == ("=1+1", "s")
    assert workbook.worksheets[0]["H2"].value == 1
