"""The report of tickets over HTTP, on both databases, beside a count that the test makes by itself."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from random import Random
from statistics import fmean
from typing import Any

import pytest
from httpx import AsyncClient
from openpyxl import load_workbook
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import PERMISSIONS, Role
from callcenter.accounts.scope import EVERYTHING, Scope, scope_of
from callcenter.accounts.service import Account
from callcenter.dialer.tables import CallbackList, Target
from callcenter.floor.facts import VisitOutcome
from callcenter.floor.terms import CallId, ChannelId
from callcenter.reports.names import Names
from callcenter.reports.patterns import Limits
from callcenter.reports.people_api import Room
from callcenter.reports.service import Sources
from callcenter.reports.tickets import TICKET_FIGURES
from callcenter.reports.tickets_api import ticket_report_routes
from callcenter.store.engine import make_sessions
from callcenter.tickets import merging, service
from callcenter.tickets.escalating import escalate
from callcenter.tickets.rules import DAY_SECONDS, Content, Outcome
from callcenter.tickets.service import Context
from callcenter.tickets.tables import Ticket, TicketCallback
from tests.dialer.conftest import FIELDS
from tests.facts import a_visit
from tests.reports.test_abandoned import record
from tests.reports.test_people_api import ZONE
from tests.web import Site

SPAN = {"from": "2025-11-03", "to": "2025-11-16"}
FIRST = datetime(2025, 11, 3, tzinfo=ZONE).timestamp()
END = datetime(2025, 11, 17, tzinfo=ZONE).timestamp()
NOW = END + 2 * DAY_SECONDS
HOUR = 3600.0
TYPES = {"complaint": {"en": "Complaint", "zh": "投诉"}, "repair": {"en": "Repair", "zh": "报修"}}
BOSS = Account(1, "boss", "Boss", (Role.SUPERVISOR,), PERMISSIONS[Role.SUPERVISOR], "en")
ADDRESSES = [f"{path}{ending}" for path in ("", "/counted") for ending in ("", ".csv", ".xlsx")]


class Desk:
    """Tickets as they stand `NOW`, two days after the span."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine, self.sessions, self.now = engine, make_sessions(engine), NOW
        names = Names({"sales": "Sales"}, {"1001": ("Li Na", "A")}, {}, TYPES)
        self.sources = Sources(engine, ZONE, names, complaints=frozenset({"complaint"}))
        room = Room(self.sources, self.sessions, Limits(), self._write, lambda _: None, lambda: self.now)
        self.site = Site(self.sessions, ticket_report_routes(room))
        self.rows: list[dict[str, Any]] = []

    async def _write(self) -> None:
        pass

    async def add(self, opened: float, closed: float | None = None, **fields: Any) -> int:
        """A ticket that was opened and closed so many hours after the span began; its id."""
        row: dict[str, Any] = {
            "type": "repair", "team": "A", "queue": "sales", "owner_agent": "1001", "owner_user": "", "due_at": None,
            "highest_level": 0, "merged_into": None, "reached_at": None,
            "created_at": FIRST + opened * HOUR, "closed_at": None if closed is None else FIRST + closed * HOUR,
        }  # fmt: skip
        row |= fields
        kept = {name: value for name, value in row.items() if name != "reached_at"}
        state = "open" if closed is None else "closed"
        stamps = {"contact_at": row["created_at"], "changed_at": row["created_at"], "changed_by": "a"}
        outcome = {} if closed is None else {"outcome": "solved", "result": "done", "closed_by": "a"}
        async with self.sessions.begin() as session:
            ticket = Ticket(subject=f"Lamp {len(self.rows)}", created_by="a", state=state, **stamps, **outcome, **kept)
            session.add(ticket)
            await session.flush()
            if row["reached_at"] is not None:
                session.add(TicketCallback(ticket_id=ticket.id, raised_at=0, reached_at=row["reached_at"]))
        self.rows.append(row | {"id": ticket.id, "owner": row["owner_agent"] or row["owner_user"]})
        return ticket.id

    async def fill(self, count: int = 250) -> None:
        """Some in the span, before it and after it, by a seeded lot."""
        lot = Random(11)
        ids: list[int] = []
        for _ in range(count):
            opened = lot.uniform(-200, 380)
            closed = opened + lot.choice([0.1, 3, 30, 90, 400]) * lot.random() if lot.random() < 0.7 else None
            closed = None if closed is None or FIRST + closed * HOUR > NOW else closed
            kind, owner = lot.choice(["complaint", "repair", "repair"]), lot.choice(["1001", "1002", "", "", "ann"])
            closed_at = None if closed is None else FIRST + closed * HOUR
            was_reached = kind == "complaint" and closed_at is not None and lot.random() < 0.6
            team = lot.choice(["A", "B", ""])
            fields = {
                "type": kind, "team": team, "queue": lot.choice(["sales", "care", ""]),
                "owner_agent": owner if owner.isdigit() else "", "owner_user": "" if owner.isdigit() else owner,
                "due_at": FIRST + (opened + lot.choice([1, 50])) * HOUR if lot.random() < 0.8 else None,
                "highest_level": lot.choice([0, 0, 1, 2]),
                "merged_into": lot.choice(ids) if ids and lot.random() < 0.1 else None,
                "reached_at": (closed_at or 0) + lot.choice([-HOUR, HOUR, 8 * DAY_SECONDS]) if was_reached else None,
            }  # fmt: skip
            ids.append(await self.add(opened, closed, **fields))

    def expected(self, since: float = FIRST, until: float = END, **only: Any) -> dict[str, float | None]:
        """The figures of a span, counted one by one."""
        mine = [r for r in self.rows if all(r[name] == value for name, value in only.items())]
        whole = [r for r in mine if r["merged_into"] is None]
        raised = [r for r in mine if since <= r["created_at"] < until]
        repeats = [r for r in raised if r["merged_into"] is not None]
        opened = [r for r in raised if r["merged_into"] is None]
        closed = [r for r in whole if r["closed_at"] is not None and since <= r["closed_at"] < until]
        still = [r for r in whole if r["created_at"] < until and (r["closed_at"] is None or r["closed_at"] >= until)]
        with_due = [r for r in closed if r["due_at"] is not None]
        complaints = [r for r in closed if r["type"] == "complaint"]
        called = [
            r
            for r in complaints
            if r["reached_at"] is not None and 0 <= r["reached_at"] - r["closed_at"] <= 7 * DAY_SECONDS
        ]
        to_call = [r for r in complaints if r in called or r["closed_at"] + 7 * DAY_SECONDS <= self.now]
        took = [r["closed_at"] - r["created_at"] for r in closed]
        return {
            "tickets_opened": len(opened),
            "complaints_opened": sum(r["type"] == "complaint" for r in opened),
            "tickets_closed": len(closed),
            "complaints_closed": len(complaints),
            "tickets_open": len(still),
            "complaints_open": sum(r["type"] == "complaint" for r in still),
            "tickets_overdue": sum(r["due_at"] is not None and r["due_at"] < until for r in still),
            "tickets_in_time_rate": _share(sum(r["closed_at"] <= r["due_at"] for r in with_due), len(with_due)),
            "tickets_escalated_rate": _share(sum(r["highest_level"] > 0 for r in closed), len(closed)),
            "ticket_average_seconds": fmean(took) if took else None,
            "tickets_repeated": len(repeats),
            "tickets_repeated_rate": _share(len(repeats), len(raised)),
            "complaints_called_back_rate": _share(len(called), len(to_call)),
        }


def _share(above: float, below: float) -> float | None:
    return above / below if below else None


def check(found: dict[str, Any], expected: dict[str, Any], *missing: str) -> None:
    """All figures but the median, which is not counted one by one."""
    left = {name: value for name, value in found.items() if name not in ("ticket_median_seconds", *missing)}
    assert left == {name: pytest.approx(value) for name, value in expected.items() if name not in missing}


@pytest.fixture
def desk(engine: AsyncEngine) -> Desk:
    return Desk(engine)


@pytest.fixture
async def lead(desk: Desk) -> AsyncIterator[AsyncClient]:
    async with await desk.site.client(Role.SUPERVISOR) as client:
        yield client


async def told(client: AsyncClient, path: str = "", **query: Any) -> dict[str, Any]:
    answer = await client.get(f"/api/reports/tickets{path}", params=SPAN | query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


# --- doors ------------------------------------------------------------------------------------------------------


async def test_figures_are_for_who_sees_reports_and_tickets_for_who_works_on_them(desk: Desk) -> None:
    who = [(desk.site.stranger(), 401, 401), (await desk.site.client(Role.AGENT, "1001"), 403, 403)]
    who += [(await desk.site.client(Role.QA), 200, 403), (await desk.site.client(Role.TEAM_LEADER), 200, 200)]
    for client, of_figures, of_tickets in who:
        async with client:
            for path in ADDRESSES:
                is_counted = path.startswith("/counted")
                query = SPAN | ({"figure": "tickets_opened"} if is_counted else {})
                answer = await client.get(f"/api/reports/tickets{path}", params=query)
                assert answer.status_code == (of_tickets if is_counted else of_figures), (path, answer.text)


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("", {"by": "colour"}, "by"),
        ("", {"interval": "minute"}, "interval"),
        ("", {"to": "2025-10-01"}, "to"),
        ("", {"to": "2027-01-01"}, "to"),
        ("", {"team": "a\0b"}, "team"),
        ("", {"colour": "red"}, "colour"),
        ("/counted", {"figure": "offered"}, "figure"),
        ("/counted", {"figure": "tickets_opened", "part": "denominator"}, "part"),
        ("/counted", {"figure": "complaints_per_answered", "part": "denominator"}, "part"),
    ],
)
async def test_what_cannot_be_asked_names_the_field(
    lead: AsyncClient, path: str, query: dict[str, str], field: str
) -> None:
    answer = await lead.get(f"/api/reports/tickets{path}", params=SPAN | query)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


# --- figures ----------------------------------------------------------------------------------------------------


async def test_two_weeks_counted_by_hand(desk: Desk, lead: AsyncClient) -> None:
    """Four closed, two of three in time; two repeats beside five opened; one of two complaints called back."""
    late, soon = {"due_at": FIRST + 20 * HOUR}, {"due_at": FIRST + 500 * HOUR}
    first = await desk.add(1, 11, type="complaint", **soon, reached_at=FIRST + 12 * HOUR)
    await desk.add(2, 32, highest_level=2, **late)
    await desk.add(3, 53, type="complaint", team="B", reached_at=FIRST + 53 * HOUR + 8 * DAY_SECONDS)
    await desk.add(-10, 80, team="B", **soon)
    await desk.add(5, type="complaint", **late)
    await desk.add(6, 400, **soon)  # closed after the span: open at its end
    await desk.add(7, merged_into=first)
    await desk.add(8, 9, merged_into=first)
    await desk.add(-30, -20)
    await desk.add(400)
    report = await told(lead)
    assert report["totals"] == {
        "tickets_opened": 5,
        "complaints_opened": 3,
        "tickets_closed": 4,
        "complaints_closed": 2,
        "tickets_open": 2,
        "complaints_open": 1,
        "tickets_overdue": 1,
        "tickets_in_time_rate": pytest.approx(2 / 3),
        "tickets_escalated_rate": 1 / 4,
        "ticket_average_seconds": (10 + 30 + 50 + 90) * HOUR / 4,
        "ticket_median_seconds": 36 * HOUR,  # two of four in at most a day and a half
        "tickets_repeated": 2,
        "tickets_repeated_rate": pytest.approx(2 / 7),
        "complaints_called_back_rate": 1 / 2,
    }
    assert [(row["id"], row["figures"]["tickets_closed"]) for row in report["rows"]] == [("A", 2), ("B", 2)]
    desk.now = FIRST + 60 * HOUR  # the 7 days of the second complaint are not over; nobody is to blame yet
    assert (await told(lead))["totals"]["complaints_called_back_rate"] == 1


@pytest.mark.parametrize("by", ["team", "owner", "type", "queue"])
async def test_each_line_is_what_counting_one_by_one_gives(desk: Desk, lead: AsyncClient, by: str) -> None:
    await desk.fill()
    report = await told(lead, by=by)
    keys = {row[by] for row in desk.rows}
    assert {row["id"] for row in report["rows"]} == keys
    for row in report["rows"]:
        check(row["figures"], desk.expected(**{by: row["id"]}), "complaints_per_answered")
    check(report["totals"], desk.expected(), "complaints_per_answered")
    names = {row["id"]: (row["name_en"], row["name_zh"]) for row in report["rows"]}
    expected = {"owner": ("1001", "Li Na"), "type": ("complaint", "投诉"), "queue": ("sales", "Sales")}
    key, name = expected.get(by, ("A", "A"))
    assert names[key][1] == name


@pytest.mark.parametrize("only", [{"team": "A"}, {"owner": "ann"}, {"type": "complaint"}, {"queue": ""}, {"team": ""}])
async def test_filters_narrow_lines_and_totals(desk: Desk, lead: AsyncClient, only: dict[str, str]) -> None:
    await desk.fill()
    check((await told(lead, **only))["totals"], desk.expected(FIRST, END, **only))


@pytest.mark.parametrize(("interval", "count"), [("hour", 336), ("day", 14), ("week", 2), ("month", 1)])
async def test_the_trend_is_the_centres_clock_and_carries_the_backlog(
    desk: Desk, lead: AsyncClient, interval: str, count: int
) -> None:
    await desk.fill()
    report = await told(lead, interval=interval)
    assert len(report["intervals"]) == count
    assert (report["intervals"][0]["start"], report["intervals"][-1]["end"]) == (FIRST, END)
    for each in report["intervals"]:
        check(each["figures"], desk.expected(each["start"], each["end"]), "tickets_overdue")
    assert report["intervals"][-1]["figures"]["tickets_open"] == report["totals"]["tickets_open"]


async def test_hours_of_the_day_gather_what_happened_and_have_no_backlog(desk: Desk, lead: AsyncClient) -> None:
    await desk.fill()
    report = await told(lead, interval="hour_of_day")
    assert [each["index"] for each in report["intervals"]] == [*range(24)]
    assert {each["start"] for each in report["intervals"]} == {None}
    for each in report["intervals"]:
        at = [datetime.fromtimestamp(r["created_at"], ZONE) for r in desk.rows if r["merged_into"] is None]
        begun = [one for one in at if one.hour == each["index"] and FIRST <= one.timestamp() < END]
        assert each["figures"]["tickets_opened"] == len(begun)
        assert "tickets_open" not in each["figures"]


async def test_a_span_that_is_not_over_ends_now(desk: Desk, lead: AsyncClient) -> None:
    await desk.add(1, due_at=FIRST + 50 * HOUR)
    await desk.add(2, 30)
    desk.now = FIRST + 40 * HOUR
    report = await told(lead, interval="day")
    assert (report["totals"]["tickets_open"], report["totals"]["tickets_overdue"]) == (1, 0)
    assert [each["figures"]["tickets_open"] for each in report["intervals"]] == [2, 1]
    assert (await told(lead, **{"from": "2025-12-01", "to": "2025-12-02"}))["intervals"] == []


async def test_every_number_opens_what_it_counts(desk: Desk, lead: AsyncClient) -> None:
    await desk.fill()
    figures = (await told(lead, team="A"))["totals"]
    for figure in TICKET_FIGURES:
        if figure.id == "complaints_per_answered":
            continue
        above = await told(lead, "/counted", figure=figure.id, team="A")
        if figure.unit == "count":
            assert above["count"] == figures[figure.id], figure.id
        if figure.unit == "share":
            below = await told(lead, "/counted", figure=figure.id, part="denominator", team="A")
            assert figures[figure.id] == _share(above["count"], below["count"]), figure.id
    shown = (await told(lead, "/counted", figure="tickets_open", owner="ann"))["tickets"]
    assert {each["owner"] for each in shown} == {"ann"}
    assert [each["ticket"] for each in shown] == [f"T-{each['id']}" for each in shown]


async def test_complaints_are_a_share_of_the_calls_that_queues_answered(desk: Desk, lead: AsyncClient) -> None:
    calls = [
        a_visit(
            channel_id=ChannelId(f"1.{n}"), call_id=CallId(f"1.{n}"), queue=queue, outcome=outcome,
            joined_at=FIRST + hour * HOUR, ended_at=FIRST + hour * HOUR + 9,
        )
        for n, (queue, outcome, hour) in enumerate(
            [("sales", VisitOutcome.ANSWERED, 1)] * 4
            + [("care", VisitOutcome.ANSWERED, 30)] * 2
            + [("sales", VisitOutcome.ABANDONED, 2), ("sales", VisitOutcome.ANSWERED, -5)]
        )
    ]  # fmt: skip
    await record(desk.engine, *calls)
    for kind, queue in (("complaint", "sales"), ("repair", "sales"), ("complaint", "")):
        await desk.add(3, type=kind, queue=queue)
    report = await told(lead, by="queue", interval="day")
    rates = {row["id"]: row["figures"]["complaints_per_answered"] for row in report["rows"]}
    assert rates == {"sales": 1 / 4, "care": 0, "": None}
    assert report["totals"]["complaints_per_answered"] == 2 / 6
    days = [each["figures"]["complaints_per_answered"] for each in report["intervals"]]
    assert days[:3] == [2 / 4, 0, None]
    for query in ({"by": "team"}, {"by": "queue", "team": "A"}, {"by": "queue", "owner": "1001"}):
        assert "complaints_per_answered" not in (await told(lead, **query))["figures"]


# --- what changes afterwards ------------------------------------------------------------------------------------


async def test_merging_reopening_and_undoing_count_a_matter_once(desk: Desk, lead: AsyncClient) -> None:
    desk.now = FIRST + HOUR
    tickets = Context(desk.sessions, lambda: desk.now - 1, agents={"1001": "A"})
    content = Content(type="complaint", subject="Lamp", owner_agent="1001", due_at=FIRST + 2 * HOUR)
    one = await service.open_ticket(tickets, BOSS, content, None)
    other = await service.open_ticket(tickets, BOSS, content, None)
    names = ("tickets_opened", "tickets_repeated", "tickets_closed", "tickets_open", "tickets_escalated_rate")

    async def now() -> list[float | None]:
        totals = (await told(lead))["totals"]
        return [totals[name] for name in names]

    assert await now() == [2, 0, 0, 2, None]
    await merging.merge(tickets, BOSS, (one.id, 1), (other.id, 1))
    assert await now() == [1, 1, 0, 1, None]
    desk.now = FIRST + 5 * HOUR
    assert await escalate(tickets) == [one.id]
    await service.close(tickets, BOSS, (one.id, 2), Outcome.SOLVED, "done")
    assert await now() == [1, 1, 1, 0, 1]  # what it had been escalated to stays known
    desk.now = FIRST + 30 * HOUR
    before = (await told(lead, interval="day"))["intervals"][0]["figures"]["tickets_open"]
    await service.reopen(tickets, BOSS, (one.id, 3), "Broken again")
    assert await now() == [1, 1, 0, 1, None]
    after = (await told(lead, interval="day"))["intervals"][0]["figures"]["tickets_open"]
    assert (before, after) == (0, 1)  # it turned out not to have been over
    await merging.undo(tickets, BOSS, other.id)
    assert await now() == [2, 0, 0, 2, None]


async def test_a_callback_counts_when_its_list_is_deleted(desk: Desk, lead: AsyncClient) -> None:
    ticket_id = await desk.add(1, 11, type="complaint")
    async with desk.sessions.begin() as session:
        session.add(CallbackList(id=1, created_at=0, **FIELDS))
        await session.flush()
        session.add(
            Target(
                id=1,
                list_id=1,
                number="+8613800138000",
                dial_number="+8613800138000",
                name="",
                attributes={},
                due_at=None,
            )
        )
        await session.flush()
        session.add(TicketCallback(ticket_id=ticket_id, target_id=1, raised_at=0, reached_at=FIRST + 12 * HOUR))
    assert (await told(lead))["totals"]["complaints_called_back_rate"] == 1
    async with desk.sessions.begin() as session:
        await session.delete(await session.get_one(CallbackList, 1))
    assert (await told(lead))["totals"]["complaints_called_back_rate"] == 1


# --- scope ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "is_seen"),
    [
        (scope_of(["A"], []), lambda r: r["team"] == "A"),
        (scope_of([], ["care"]), lambda r: r["queue"] == "care"),
        (scope_of(["A"], ["care"]), lambda r: r["team"] == "A" or r["queue"] == "care"),
        (EVERYTHING, lambda r: True),
    ],
)
async def test_who_sees_a_part_is_told_of_that_part(desk: Desk, scope: Scope, is_seen: Any) -> None:
    await desk.fill()
    async with await desk.site.client(Role.TEAM_LEADER, scope=scope) as leader:
        report = await told(leader, interval="week")
        counted = await told(leader, "/counted", figure="tickets_opened")
        answer = await leader.get("/api/reports/tickets.xlsx", params=SPAN)
    everything, desk.rows = desk.rows, [row for row in desk.rows if is_seen(row)]
    check(report["totals"], desk.expected())
    check(report["intervals"][0]["figures"], desk.expected(FIRST, FIRST + 7 * DAY_SECONDS), "tickets_overdue")
    assert counted["count"] == report["totals"]["tickets_opened"]
    assert {each["id"] for each in counted["tickets"]} <= {row["id"] for row in desk.rows}
    notes = [row[0].value for row in load_workbook(io.BytesIO(answer.content))["Definitions"].rows]
    assert ("Covers only" in notes) is not scope.is_everything
    assert everything


# --- files ------------------------------------------------------------------------------------------------------


async def test_the_files_say_the_same_in_both_languages(desk: Desk, lead: AsyncClient) -> None:
    await desk.fill()
    answer = await lead.get(
        "/api/reports/tickets.csv", params=SPAN | {"interval": "week", "by": "type", "language": "zh"}
    )
    assert 'filename="tickets-2025-11-03-2025-11-16.csv"' in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["类型", "新建工单", "新增投诉"]
    assert [row[0] for row in rows[1:4]] == ["投诉", "报修", "合计"]
    assert int(rows[3][1]) == desk.expected()["tickets_opened"]
    trend = rows[rows.index(["趋势"]) + 1 :]
    assert [row[0] for row in trend] == ["开始", "2025-11-03", "2025-11-10"]
    answer = await lead.get("/api/reports/tickets.xlsx", params=SPAN | {"by": "owner", "language": "en"})
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Tickets and complaints", "Definitions"]
    meanings = {row[0].value for row in book["Definitions"].rows}
    assert {figure.label_en for figure in TICKET_FIGURES} - meanings == {"Complaints ÷ answered calls"}
    answer = await lead.get("/api/reports/tickets/counted.csv", params=SPAN | {"figure": "tickets_closed"})
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert lines[0] == ["Ticket", "Type", "Subject", "Owner", "Team", "Queue", "Opened", "Due", "Closed", "Outcome"]
    assert len(lines) == 1 + (desk.expected()["tickets_closed"] or 0)
    assert lines[1][-1] == "solved"
    assert datetime.fromisoformat(lines[1][-2]).replace(tzinfo=ZONE) > datetime(2025, 11, 3, tzinfo=ZONE) - timedelta(1)
