"""The report of quality over HTTP, on both databases, beside a count that the test makes by itself."""

import csv
import io
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import datetime
from random import Random
from typing import Any

import pytest
from httpx import AsyncClient
from openpyxl import load_workbook
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.floor.terms import CallId, ChannelId
from callcenter.quality.assignment_tables import ReviewAssignment, ReviewPlan
from callcenter.quality.losses import note_losses
from callcenter.quality.reviewing import HIDDEN, State, Step
from callcenter.quality.rules import Item, ItemKind, Section, Words
from callcenter.quality.service import Content, add_form, change_form
from callcenter.quality.tables import Review, ReviewStep
from callcenter.reports.names import Names
from callcenter.reports.patterns import Limits
from callcenter.reports.people_api import Room
from callcenter.reports.quality import LOSS_FIGURES, QUALITY_FIGURES
from callcenter.reports.quality_api import quality_report_routes
from callcenter.reports.service import Sources
from callcenter.store.engine import make_sessions
from tests.facts import a_conversation
from tests.reports.test_abandoned import record
from tests.reports.test_people_api import ZONE
from tests.web import Site

DAYS = 40
SPAN = {"from": "2025-11-01", "to": "2025-11-22"}
FIRST = datetime(2025, 11, 1, tzinfo=ZONE).timestamp()
END = datetime(2025, 11, 23, tzinfo=ZONE).timestamp()
AGENTS = {"1001": "A", "1002": "A", "1003": "B"}
REVIEWERS = ("qian", "sun", "zhou")
PASS = 80.0
ITEMS = (
    Item(id="greets", kind=ItemKind.YES_NO, label=Words("Greets", "问候"), points=30),
    Item(id="listens", kind=ItemKind.SCALE, label=Words("=Listens"), points=70, steps=10),
    Item(id="polite", kind=ItemKind.YES_NO, label=Words("Polite", "礼貌"), points=0, is_fatal=True),
)
STATES = [*State]
ADDRESSES = ["", ".csv", ".xlsx", "/lost-points", "/lost-points.csv", "/lost-points.xlsx"]
ADDRESSES += [f"/reviews{ending}?figure=reviews_done" for ending in ("", ".csv", ".xlsx")]


class Desk:
    """Reviews of three agents by three reviewers with two forms, and what was planned, by a seeded lot."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine, self.sessions = engine, make_sessions(engine)
        names = Names({}, {"1001": ("Li Na", "A"), "1002": ("Wang Wei", "A")})
        room = Room(Sources(engine, ZONE, names), self.sessions, Limits(), self._write, lambda _: None, lambda: END)
        self.site = Site(self.sessions, quality_report_routes(room))
        self.reviews: list[dict[str, Any]] = []
        self.planned: list[dict[str, Any]] = []
        self.talks: list[Any] = []

    async def _write(self) -> None:
        pass

    async def fill(self) -> None:
        lot = Random(7)
        sections = (Section(id="all", label=Words("All"), items=ITEMS),)
        await add_form(self.sessions, Content(Words("Incoming"), sections), by="ada", now=FIRST)
        form = await add_form(self.sessions, Content(Words("Callback"), sections), by="ada", now=FIRST)
        renamed = Content(Words("=Callback"), sections)
        await change_form(self.sessions, form.form.id, renamed, version=1, by="ada", now=FIRST)
        for number in range(90):
            await self._review(lot, number, sections)
        async with self.sessions.begin() as session:
            plan = ReviewPlan(
                name="All", form_id=2, agents=[], teams=[], queues=[], lists=[], period="month", per_agent=1,
                min_talk_seconds=0, rules={}, reviewers=[], claim_hours=1, seed="s", created_at=1, created_by="a",
            )  # fmt: skip
            session.add(plan)
            await session.flush()
            for number in range(30):
                await self._assignment(session, lot, plan.id, number)

    async def _review(self, lot: Random, number: int, sections: tuple[Section, ...]) -> None:
        agent, state = lot.choice([*AGENTS]), lot.choice(STATES)
        is_out = state not in HIDDEN
        answers = {"greets": lot.random() < 0.7, "listens": lot.randrange(5, 11), "polite": lot.random() < 0.9}
        score = (30 * answers["greets"] + 7 * answers["listens"]) * answers["polite"]
        is_raised = state in (State.CHANGED, State.CLOSED) and lot.random() < 0.5
        row = {
            "call_id": f"c{number}",
            "agent_number": agent,
            "team": AGENTS[agent],
            "form_id": lot.choice([1, 2]),
            "reviewer": lot.choice(REVIEWERS),
            "state": state,
            "score": float(score) if is_out else None,
            "published_at": FIRST - 5 * 86_400 + lot.random() * DAYS * 86_400 if is_out else None,
        }
        async with self.sessions.begin() as session:
            review = Review(
                pbx="pbx1", agent_name=f"Agent {agent}", talked_at=FIRST, form_version=1, reviewer_id=1,
                created_at=FIRST, changed_at=FIRST, answers=answers, pass_score=PASS if is_out else None, **row,
            )  # fmt: skip
            session.add(review)
            await session.flush()
            if is_out:
                await note_losses(session, review, sections)
            if state in (State.CHANGED, State.CLOSED):
                before = score - 5 if is_raised else score + 5
                step = Step.CHANGE if state is State.CHANGED or is_raised else Step.UPHOLD
                old = before if step is Step.CHANGE else None
                session.add(
                    ReviewStep(review_id=review.id, at=1, step=step, username="w", comment="", state=state, score=old)
                )
            row["id"] = review.id
        self.reviews.append(row | {"answers": answers, "is_raised": is_raised})

    async def _assignment(self, session: Any, lot: Random, plan: int, number: int) -> None:
        agent, began_at = lot.choice([*AGENTS]), FIRST - 5 * 86_400 + lot.random() * DAYS * 86_400
        row: dict[str, Any] = {
            "agent_number": agent,
            "call_id": f"p{number}",
            "began_at": began_at,
            "done_at": began_at + 60 if lot.random() < 0.6 else None,
            "reviewer": lot.choice([*REVIEWERS, None]),
        }
        talk = a_conversation(
            call_id=CallId(row["call_id"]), leg_id=ChannelId(f"leg{number}"), agent_number=agent, team=AGENTS[agent],
            began_at=began_at, ended_at=began_at + 60, completed_at=began_at + 70,
        )  # fmt: skip
        self.talks.append(talk)
        fields = {"agent_name": "", "queue": "q", "talk_seconds": 60, "why": "drawn", "drawn_at": began_at}
        session.add(ReviewAssignment(plan_id=plan, period="2025-11", pbx="pbx1", **fields, **row))
        self.planned.append(row | {"team": AGENTS[agent], "form_id": 2})

    def expected(self, since: float = FIRST, until: float = END, **only: Any) -> dict[str, float | None]:
        """The figures of a span, counted one by one."""
        inside = [r for r in self.reviews if r["published_at"] is not None and since <= r["published_at"] < until]
        mine = [r for r in inside if all(r[name] == value for name, value in only.items())]
        planned = [p for p in self.planned if since <= p["began_at"] < until]
        planned = [p for p in planned if all(p[name] == value for name, value in only.items())]
        appealed = [r for r in mine if r["state"] in ("appealed", "upheld", "changed", "closed")]
        decided = [r for r in appealed if r["state"] != "appealed"]
        raised = [r for r in decided if r["is_raised"]]
        beside = []
        for one in mine:
            others = [o["score"] for o in inside if o["form_id"] == one["form_id"] and o["reviewer"] != one["reviewer"]]
            beside += [one["score"] - sum(others) / len(others)] if others else []
        return {
            "reviews_done": len(mine),
            "reviews_planned": len(planned),
            "reviews_done_rate": _share(sum(p["done_at"] is not None for p in planned), len(planned)),
            "qa_pass_rate": _share(sum(r["score"] >= PASS for r in mine), len(mine)),
            "qa_average_score": _share(sum(r["score"] for r in mine), len(mine)),
            "qa_fatal_rate": _share(sum(not r["answers"]["polite"] for r in mine), len(mine)),
            "appeals": len(appealed),
            "appeals_upheld": len(raised),
            "appeals_upheld_rate": _share(len(raised), len(decided)),
            "reviewer_strictness": _share(sum(beside), len(beside)),
        }


def _share(above: float, below: float) -> float | None:
    return above / below if below else None


def _same(found: dict[str, Any], expected: dict[str, Any]) -> bool:
    return found == {name: pytest.approx(expected[name]) for name in found}


@pytest.fixture
async def desk(engine: AsyncEngine) -> Desk:
    desk = Desk(engine)
    await desk.fill()
    await record(engine, *desk.talks)
    return desk


@pytest.fixture
async def qa(desk: Desk) -> AsyncIterator[AsyncClient]:
    async with await desk.site.client(Role.QA) as client:
        yield client


async def told(client: AsyncClient, path: str = "", **query: Any) -> dict[str, Any]:
    answer = await client.get(f"/api/reports/quality{path}", params=SPAN | query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


# --- doors ------------------------------------------------------------------------------------------------------


async def test_only_who_sees_reports_and_reads_reviews_of_others_sees_these(desk: Desk) -> None:
    who = [(desk.site.stranger(), 401), (await desk.site.client(Role.AGENT, "1001"), 403)]
    who += [(await desk.site.client(role), 200) for role in (Role.SUPERVISOR, Role.QA)]
    for client, status in who:
        async with client:
            for address in ADDRESSES:
                path, _, figure = address.partition("?figure=")
                query = SPAN | ({"figure": figure} if figure else {})
                answer = await client.get(f"/api/reports/quality{path}", params=query)
                assert answer.status_code == status, (address, answer.text)


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("", {"by": "queue"}, "by"),
        ("", {"interval": "hour"}, "interval"),
        ("", {"to": "2025-10-01"}, "to"),
        ("", {"to": "2027-01-01"}, "to"),
        ("", {"version": "1"}, "version"),
        ("", {"form": "0"}, "form"),
        ("", {"colour": "red"}, "colour"),
        ("/reviews", {"figure": "offered"}, "figure"),
        ("/reviews", {"figure": "appeals", "part": "denominator"}, "part"),
        ("/reviews", {"figure": "appeals", "item": "greets"}, "item"),
    ],
)
async def test_what_cannot_be_asked_names_the_field(
    qa: AsyncClient, path: str, query: dict[str, str], field: str
) -> None:
    answer = await qa.get(f"/api/reports/quality{path}", params=SPAN | query)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


# --- figures ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "column"), [("agent", "agent_number"), ("team", "team"), ("reviewer", "reviewer"), ("form", "form_id")]
)
async def test_each_line_is_what_counting_one_by_one_gives(desk: Desk, qa: AsyncClient, by: str, column: str) -> None:
    report = await told(qa, by=by)
    assert len(report["rows"]) in (2, 3)
    for row in report["rows"]:
        key = int(row["id"]) if by == "form" else row["id"]
        assert _same(row["figures"], desk.expected(**{column: key})), (row, desk.expected(**{column: key}))
    expected = desk.expected()
    report["totals"].pop("reviewer_strictness", None)
    assert _same(report["totals"], expected)
    assert ("reviewer_strictness" in report["figures"]) is (by == "reviewer")


async def test_filters_narrow_lines_and_totals_but_not_whom_a_reviewer_is_compared_with(
    desk: Desk, qa: AsyncClient
) -> None:
    team = await told(qa, team="A", by="agent")
    assert [row["id"] for row in team["rows"]] == ["1001", "1002"]
    assert _same(team["totals"], desk.expected(team="A"))
    assert {row["name_en"]: row["team"] for row in team["rows"]} == {"Li Na": "A", "Wang Wei": "A"}
    [reviewer] = (await told(qa, reviewer="sun", by="reviewer"))["rows"]
    assert _same(reviewer["figures"], desk.expected(reviewer="sun"))
    form = await told(qa, form=2, version=1, agent="1003")
    assert form["totals"]["reviews_done"] == desk.expected(form_id=2, agent_number="1003")["reviews_done"]
    assert (await told(qa, form=2, version=2))["totals"]["reviews_done"] == 0


@pytest.mark.parametrize("interval", ["day", "week", "month"])
async def test_the_trend_adds_up_to_the_whole_by_the_clock_of_the_centre(
    desk: Desk, qa: AsyncClient, interval: str
) -> None:
    report = await told(qa, interval=interval, by="team")
    counts: dict[int, int] = defaultdict(int)
    for review in desk.reviews:
        if review["published_at"] is not None and FIRST <= review["published_at"] < END:
            at = datetime.fromtimestamp(review["published_at"], ZONE)
            counts[{"day": at.day, "week": at.isocalendar().week, "month": 11}[interval]] += 1
    shown = [each["figures"]["reviews_done"] for each in report["intervals"]]
    assert len(shown) == {"day": 22, "week": 4, "month": 1}[interval]
    assert [count for count in shown if count] == [counts[key] for key in sorted(counts)]
    assert sum(shown) == report["totals"]["reviews_done"]
    assert report["intervals"][0]["start"] == FIRST
    assert report["intervals"][-1]["end"] == END


async def test_every_number_opens_what_it_counts(desk: Desk, qa: AsyncClient) -> None:
    expected = desk.expected(reviewer="qian")
    rows = (await told(qa, by="reviewer", reviewer="qian"))["rows"][0]["figures"]
    for figure in QUALITY_FIGURES:
        above = await told(qa, "/reviews", figure=figure.id, reviewer="qian")
        if figure.unit == "count":
            assert above["count"] == rows[figure.id] == expected[figure.id], figure.id
        if figure.unit == "share":
            below = await told(qa, "/reviews", figure=figure.id, part="denominator", reviewer="qian")
            assert rows[figure.id] == _share(above["count"], below["count"]), figure.id
    scores = await told(qa, "/reviews", figure="qa_average_score", reviewer="qian")
    assert {each["id"] for each in scores["reviews"]} <= {r["id"] for r in desk.reviews if r["reviewer"] == "qian"}
    mean = sum(each["score"] for each in scores["reviews"]) / scores["count"]
    assert mean == pytest.approx(expected["qa_average_score"])


async def test_a_span_without_reviews_has_no_lines_and_no_ratios(qa: AsyncClient) -> None:
    empty = await told(qa, **{"from": "2024-01-01", "to": "2024-01-07"})
    assert (empty["rows"], empty["totals"]["reviews_done"], empty["totals"]["qa_pass_rate"]) == ([], 0, None)
    assert (await told(qa, "/lost-points", **{"from": "2024-01-01", "to": "2024-01-07"}))["items"] == []


# --- lost points ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("only", [{}, {"team": "A"}, {"agent": "1003"}, {"form": 1}])
async def test_lost_points_are_what_each_answer_lost(desk: Desk, qa: AsyncClient, only: dict[str, Any]) -> None:
    names = {"team": "team", "agent": "agent_number", "form": "form_id"}
    lost: dict[tuple[int, str], list[float]] = defaultdict(list)
    zeroed: dict[tuple[int, str], int] = defaultdict(int)
    for review in desk.reviews:
        at = review["published_at"]
        if at is None or not FIRST <= at < END or any(review[names[key]] != only[key] for key in only):
            continue
        answers = review["answers"]
        each = {"greets": 0 if answers["greets"] else 30, "listens": 70 - 7 * answers["listens"]}
        for item, points in each.items():
            if points:
                lost[review["form_id"], item].append(points)
        zeroed[review["form_id"], "polite"] += not answers["polite"]
    together = sum(map(sum, lost.values()))
    found = (await told(qa, "/lost-points", **only))["items"]
    points = [each["figures"]["qa_lost_points"] for each in found]
    assert points == sorted(points, reverse=True)
    for each in found:
        key = (each["form"], each["item"])
        assert each["figures"] == {
            "qa_lost_points": pytest.approx(sum(lost[key])),
            "qa_losing_reviews": len(lost[key]),
            "qa_lost_points_share": pytest.approx(sum(lost[key]) / together),
            "qa_zeroing_reviews": zeroed[key],
        }
        opened = await told(qa, "/reviews", figure="qa_losing_reviews", item=each["item"], form=each["form"], **{
            name: value for name, value in only.items() if name != "form"
        })  # fmt: skip
        assert opened["count"] == len(lost[key])
    assert {(each["form"], each["item"]) for each in found} == {
        key for key in [*lost, *zeroed] if lost[key] or zeroed[key]
    }


async def test_items_are_called_as_they_are_worded_in_both_languages(qa: AsyncClient) -> None:
    found = {each["item"]: each for each in (await told(qa, "/lost-points", form=2))["items"]}
    assert (found["greets"]["label_en"], found["greets"]["label_zh"]) == ("Greets", "问候")
    assert (found["listens"]["label_zh"], found["listens"]["form_name_zh"]) == ("=Listens", "=Callback")


# --- files ------------------------------------------------------------------------------------------------------


async def test_the_files_say_the_same_in_both_languages(desk: Desk, qa: AsyncClient) -> None:
    answer = await qa.get("/api/reports/quality.csv", params=SPAN | {"interval": "week", "language": "zh"})
    assert 'filename="quality-2025-11-01-2025-11-22.csv"' in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:4] == ["工号", "客服代表", "班组", "质检完成数"]
    assert rows[4][0] == "合计"
    assert int(rows[4][3]) == desk.expected()["reviews_done"]
    assert ["趋势"] in rows
    assert ["扣分项"] in rows
    assert any(row and row[0] == "'=Callback" for row in rows)
    answer = await qa.get("/api/reports/quality.xlsx", params=SPAN | {"by": "reviewer", "language": "en"})
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Quality", "Points lost", "Definitions"]
    assert [cell.value for cell in book["Quality"][1]][:2] == ["Reviewer", "Reviews done"]
    meanings = {row[0].value for row in book["Definitions"].rows}
    assert {figure.label_en for figure in (*QUALITY_FIGURES, *LOSS_FIGURES)} <= meanings
    answer = await qa.get("/api/reports/quality/lost-points.csv", params=SPAN)
    assert answer.content.decode("utf-8-sig").startswith("Review form,Item,Points lost")
    answer = await qa.get("/api/reports/quality/reviews.csv", params=SPAN | {"figure": "appeals"})
    assert len(answer.content.splitlines()) == 1 + (desk.expected()["appeals"] or 0)
