"""The reports of callers who gave up, actions, callbacks, quality and staffing, as each scope is told them."""

import io
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest

from callcenter.app import App
from callcenter.dialer.tables import Attempt, CallbackList, Target
from callcenter.floor.facts import Direction, VisitOutcome
from callcenter.floor.terms import CallId, ChannelId
from callcenter.forms.tables import FormRecord
from callcenter.quality.tables import Review, ReviewLoss
from callcenter.reports.names import Names
from callcenter.reports.recurrence import Dates
from callcenter.reports.report_files import grid_maker
from callcenter.reports.saved import Parameters
from callcenter.reports.service import Sources
from callcenter.store.engine import make_sessions
from tests.databases import SqliteFiles
from tests.dialer.conftest import FIELDS
from tests.facts import NOON, a_conversation, a_visit
from tests.reports.test_people_api import ZONE
from tests.scoping import PBX, SCOPES, centre, looking, told

DAY = "from=2025-11-22&to=2025-11-22"
QUALITY = "/reports/quality"
CALLBACKS = "/reports/callbacks"

IN, OUT = "800138001", "800138002"
"""In the numbers of whoever called in sales and in support, and of whom lists of these queues call."""


@pytest.fixture
async def app(sqlite: SqliteFiles, tmp_path: Path) -> AsyncIterator[App]:
    """Beside what happened: callers who gave up, callbacks dialled in both queues, and points lost in both teams."""
    async with centre(await sqlite.new_database(), tmp_path) as app:
        app.recorder.note([_gave_up("3.0", "sales", IN), _gave_up("4.0", "support", OUT), _called_back(IN)])
        app.recorder.note([_talk("d1", "1001", "Team A", "sales"), _talk("d2", "1002", "Team B", "support")])
        await app.recorder.flush()
        async with make_sessions(app.engine).begin() as session:
            for number, queue in enumerate(("sales", "support"), 1):
                session.add_all(_list(number, queue))
                await session.flush()
                session.add_all(_dialled(number, queue))
                await session.flush()
                session.add(_record(number))
                session.add(ReviewLoss(review_id=number, item=f"item{number}", points=5, is_fatal=False))
                review = await session.get(Review, number)
                assert review is not None
                review.published_at = NOON
        yield app


def _gave_up(call: str, queue: str, number: str) -> Any:
    return a_visit(
        pbx=PBX, call_id=CallId(call), channel_id=ChannelId(call), queue=queue, number=f"13{number}",
        caller_name=f"Caller {number}", outcome=VisitOutcome.ABANDONED, agent_number="", agent_name="", interface="",
    )  # fmt: skip


def _called_back(number: str) -> Any:
    """The one who gave up in sales, by an agent of the other team."""
    return a_conversation(
        pbx=PBX, call_id=CallId("5.0"), leg_id=ChannelId("5.0"), queue="", number=f"13{number}", agent_number="1002",
        agent_name="Wang", team="Team B", direction=Direction.OUTBOUND, began_at=NOON + 600, completed_at=NOON + 700,
    )  # fmt: skip


def _talk(call: str, agent: str, team: str, queue: str) -> Any:
    return a_conversation(
        pbx=PBX, call_id=CallId(call), leg_id=ChannelId(call), queue=queue, agent_number=agent, team=team,
        direction=Direction.OUTBOUND,
    )  # fmt: skip


def _list(number: int, queue: str) -> list[Any]:
    waits = {"due_at": NOON, "attributes": {}, "list_id": number, "name": "", "state": "open"}
    dialled, waiting = f"+861380000000{number}", f"+861380000001{number}"
    return [
        CallbackList(**FIELDS | {"id": number, "name": f"List {queue}", "pbx": PBX, "queue": queue}, created_at=NOON),
        Target(id=number, number=dialled, dial_number=dialled, **waits),
        Target(id=number + 10, number=waiting, dial_number=waiting, **waits),
    ]


def _dialled(number: int, queue: str) -> list[Any]:
    return [
        Attempt(
            id=number, attempt_id=f"a{number}", list_id=number, target_id=number, pbx=PBX, queue=queue,
            number=f"+861380000000{number}", state="ended", outcome="reached", placed_at=NOON, ended_at=NOON + 60,
            agent_number=f"100{number}", call_id=f"d{number}",
        )
    ]  # fmt: skip


def _record(number: int) -> FormRecord:
    return FormRecord(
        list_id=number, target_id=number, attempt_id=number, form_id=None, result="completed", note=f"Note {number}",
        filled_at=NOON, changed_at=NOON, filled_by="ada",
    )  # fmt: skip


def _rows(key: str, of: str) -> Any:
    return lambda answer: sorted(str(row[of]) for row in answer[key])


TOLD = {
    f"/reports/abandoned?{DAY}": (_rows("callers", "queue"), ("sales", "support")),
    f"/reports/actions?agent={{0}}&{DAY}": (lambda answer: [answer["agent"]["name"]], ("Li", "Wang")),
    f"{CALLBACKS}?{DAY}": (_rows("rows", "name"), ("List sales", "List support")),
    f"{CALLBACKS}?by=team&{DAY}": (_rows("rows", "name"), ("Team A", "Team B")),
    f"{CALLBACKS}?by=agent&{DAY}": (_rows("rows", "name"), ("Li", "Wang")),
    f"{CALLBACKS}/targets?figure=callbacks_reached&{DAY}": (_rows("targets", "id"), ("1", "2")),
    f"{CALLBACKS}/targets?figure=callbacks_due&{DAY}": (_rows("targets", "id"), ("1,11", "2,12")),
    f"{QUALITY}?{DAY}": (_rows("rows", "id"), ("1001", "1002")),
    f"{QUALITY}?by=team&{DAY}": (_rows("rows", "id"), ("Team A", "Team B")),
    f"{QUALITY}/lost-points?{DAY}": (_rows("items", "item"), ("item1", "item2")),
    f"{QUALITY}/reviews?figure=reviews_done&{DAY}": (_rows("reviews", "id"), ("1", "2")),
}
"""What is told: where, what of it is looked at, and what of that is inside and outside."""

BY_QUEUE = ("/reports/abandoned",)
BY_TEAM = (QUALITY,)


def _seen(name: str, path: str, both: tuple[str, str]) -> list[str]:
    """Which of the two is seen: all, nothing, or the one inside."""
    if name in ("all", "other"):
        return [each for one in both for each in one.split(",")] if name == "all" else []
    is_blind = (name == "team" and path.startswith(BY_QUEUE)) or (name == "queue" and path.startswith(BY_TEAM))
    inside = both[0].split(",")
    if name == "team" and "callbacks_due" in path:
        inside = inside[:1]  # what waits is of a queue, and of no team yet
    return [] if is_blind else inside


async def test_a_report_holds_what_is_inside(app: App) -> None:
    for name in SCOPES:
        async with looking(app, name) as client:
            for path, (look, both) in TOLD.items():
                if "{0}" in path:
                    found = [
                        each for agent in ("1001", "1002") for each in look(await told(client, path.format(agent)))
                    ]
                    found = [each for each in found if each]
                else:
                    found = look(await told(client, path))
                assert sorted(found) == sorted(_seen(name, path, both)), (name, path)


async def test_totals_count_what_is_inside(app: App) -> None:
    expected = {"team": (0, 1), "queue": (1, 0), "both": (1, 1), "other": (0, 0), "all": (2, 2)}
    for name, (callers, reviews) in expected.items():
        async with looking(app, name) as client:
            assert (await told(client, f"/reports/abandoned?{DAY}"))["totals"]["callers"] == callers, name
            assert ((await told(client, f"{QUALITY}?{DAY}"))["totals"]["reviews_done"] or 0) == reviews, name
            by_hour = await told(client, f"{CALLBACKS}?by=hour&{DAY}")
            reached = {"all": 2, "other": 0}.get(name, 1)
            assert (by_hour["totals"]["callbacks_reached"] or 0) == reached, name


async def test_that_somebody_was_called_back_is_told_but_not_by_whom(app: App) -> None:
    for name, agent in (("queue", ""), ("all", "1002")):
        async with looking(app, name) as client:
            callers = (await told(client, f"/reports/abandoned?{DAY}"))["callers"]
            [back] = [caller["called_back"] for caller in callers if caller["queue"] == "sales"]
            assert back["is_reached"] is True
            assert (back["agent_number"], back["call_id"]) == (agent, "5.0" if agent else None)


FILES = {
    f"/reports/abandoned.{{0}}?{DAY}": ("queue", f"13{IN}", f"13{OUT}"),
    f"/reports/actions.{{0}}?agent=1001&{DAY}": ("team", "1001 Li", "1002"),
    f"{CALLBACKS}.{{0}}?{DAY}": ("queue", "List sales", "List support"),
    f"{CALLBACKS}/targets.{{0}}?figure=callbacks_due&{DAY}": ("queue", "List sales", "List support"),
    f"/reports/forms.{{0}}?list=1&{DAY}": ("queue", "Note 1", "Note 2"),
    f"{QUALITY}.{{0}}?{DAY}": ("team", "1001", "1002"),
    f"{QUALITY}/lost-points.{{0}}?{DAY}": ("team", "item1", "item2"),
    f"{QUALITY}/reviews.{{0}}?figure=reviews_done&{DAY}": ("team", "1001", "1002"),
    f"/reports/staffing.{{0}}?queue=sales&{DAY}": ("queue", "sales", "support"),
}
"""Files: where, whose scope is asked, what stands in it, and what does not."""


async def test_a_file_holds_what_is_inside_and_says_what_it_covers(app: App) -> None:
    for path, (name, inside, outside) in FILES.items():
        async with looking(app, name) as client:
            cells = _cells(await client.get(f"/api{path.format('xlsx')}&language=en"))
            assert inside in cells, path
            assert outside not in cells, path
            assert "Covers only" in cells or "staffing" in path, path
            plain = await client.get(f"/api{path.format('csv')}&language=en")
            assert plain.status_code == 200, path
            assert outside not in plain.text, path


def _cells(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 200, answer.text
    sheets = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets
    return {str(value) for sheet in sheets for row in sheet.iter_rows(values_only=True) for value in row}


async def test_the_staffing_of_a_queue_outside_is_not_there(app: App) -> None:
    for name, statuses in {"queue": (200, 404), "team": (404, 404), "all": (200, 200)}.items():
        async with looking(app, name) as client:
            for ending in ("", ".csv", ".xlsx"):
                answers = [
                    await client.get(f"/api/reports/staffing{ending}?queue={queue}&{DAY}")
                    for queue in ("sales", "support")
                ]
                assert tuple(answer.status_code for answer in answers) == statuses, (name, ending)


async def test_records_of_a_list_outside_are_not_there(app: App) -> None:
    for name, statuses in {"queue": (200, 404), "team": (404, 404), "all": (200, 200)}.items():
        async with looking(app, name) as client:
            answers = [await client.get(f"/api/reports/forms?list={number}&{DAY}") for number in (1, 2)]
            assert tuple(answer.status_code for answer in answers) == statuses, name


async def test_a_list_that_is_named_tells_no_more(app: App) -> None:
    async with looking(app, "queue") as client:
        for number in (2, 99):
            assert (await told(client, f"{CALLBACKS}?list={number}&{DAY}"))["rows"] == [], number


async def test_unusual_days_are_those_of_agents_inside(app: App) -> None:
    for path in (f"/reports/patterns?{DAY}", f"/reports/patterns?team=Team B&{DAY}"):
        async with looking(app, "team") as client:
            assert "1002" not in str((await told(client, path))["days"])


async def test_callers_are_put_into_lists_inside_only(app: App) -> None:
    async with looking(app, "all") as client:
        callers = (await told(client, f"/reports/abandoned?{DAY}"))["callers"]
        rows = {caller["queue"]: caller["id"] for caller in callers}
    chosen = [rows["sales"], rows["support"]]
    async with looking(app, "queue") as client:
        answer = await client.post("/api/reports/abandoned/callbacks", json={"list_id": 2, "visits": chosen})
        assert answer.status_code == 404, answer.text
        answer = await client.post("/api/reports/abandoned/callbacks", json={"list_id": 1, "visits": chosen})
        assert [each["visit"] for each in answer.json()["refused"]] == [rows["support"]], answer.text


async def test_reports_shared_about_what_is_outside_are_not_there(app: App) -> None:
    report = {"subject": "queues", "span": "yesterday", "is_shared": True}
    async with looking(app, "all") as client:
        for name, only in {"Sales": {"queue": "sales"}, "Support": {"queue": "support"}, "All": {}}.items():
            answer = await client.post("/api/reports/saved", json=report | {"name": name} | only)
            assert answer.status_code == 201, answer.text
    async with looking(app, "both") as client:
        found = {each["name"]: each["id"] for each in (await told(client, "/reports/saved"))["reports"]}
        assert sorted(found) == ["All", "Sales"]
        for missing in (number for number in (1, 2, 3) if number not in found.values()):
            assert (await client.get(f"/api/reports/saved/{missing}")).status_code == 404
            assert (await client.patch(f"/api/reports/saved/{missing}", json={"name": "Mine"})).status_code == 404
            assert (await client.delete(f"/api/reports/saved/{missing}")).status_code == 404
            assert (await client.get(f"/api/reports/saved/{missing}/runs")).status_code == 404
            assert (await client.post(f"/api/reports/saved/{missing}/send")).status_code == 404


async def test_a_delivered_qa_report_is_made_within_the_scope_of_its_sender(app: App) -> None:
    async def nothing() -> None:
        pass

    names = Names({}, {"1001": ("Li", "Team A"), "1002": ("Wang", "Team B")})
    make = grid_maker(Sources(app.engine, ZONE, names), nothing, lambda: NOON)
    day = Dates(date(2025, 11, 22), date(2025, 11, 22))
    parameters = Parameters(subject=QUALITY.rpartition("/")[2], span="yesterday")
    for name, people in {"team": {"Li"}, "queue": set[str](), "all": {"Li", "Wang"}}.items():
        grid = await make("QA", parameters, "en", day, SCOPES[name])
        assert {row[1] for row in grid.rows} == people, name
        assert (("Covers only", "Team A") in grid.notes) is (name == "team"), name
