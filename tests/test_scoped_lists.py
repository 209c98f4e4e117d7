"""Callback lists as each scope sees and runs them: those of its queues, by every route that names one."""

import re
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from callcenter.app import App
from callcenter.description import rules_of
from callcenter.dialer.importing.columns import Kind
from callcenter.dialer.importing.jobs import ImportState
from callcenter.dialer.tables import CallbackList, Import
from callcenter.filling.tables import FillRule
from callcenter.store.engine import make_sessions
from tests.databases import SqliteFiles
from tests.dialer.conftest import FIELDS
from tests.facts import NOON
from tests.scoping import PBX, centre, looking, told

FILE = {"file": ("numbers.csv", b"number\n13800138000\n")}
TARGET = {"number": "13800138001"}
OPTIONS = {
    "priority": 5, "wait_seconds": 5.0, "after_seconds": 600.0, "source_list_id": None, "attribute": "", "days": 0,
}  # fmt: skip


@pytest.fixture
async def app(sqlite: SqliteFiles, tmp_path: Path) -> AsyncIterator[App]:
    """List 1 calls through sales, list 2 through support; each has a rule and an import of its number."""
    async with centre(await sqlite.new_database(), tmp_path) as app:
        async with make_sessions(app.engine).begin() as session:
            for number, queue in enumerate(("sales", "support"), 1):
                fields = FIELDS | {"id": number, "name": f"List {queue}", "pbx": PBX, "queue": queue}
                session.add(CallbackList(**fields, created_at=NOON))
                await session.flush()
                session.add(
                    FillRule(id=number, list_id=number, kind="abandoned", options=OPTIONS | {"queue": queue}, **_made())
                )
                session.add(_import(number, Kind.TARGETS, number))
            session.add(_import(3, Kind.DO_NOT_CALL, None))
        yield app


def _made() -> dict[str, Any]:
    return {"created_at": time.time(), "created_by": "ada"}


def _import(number: int, kind: Kind, list_id: int | None) -> Import:
    return Import(
        id=number, kind=kind, list_id=list_id, file_name="numbers.csv", content=FILE["file"][1],
        state=ImportState.DRAFT, columns=["number"], options={}, **_made(),
    )  # fmt: skip


ROUTES: Mapping[str, Any] = {
    "GET /lists/{0}": None,
    "PATCH /lists/{0}": {"hourly_goal": 3},
    "POST /lists/{0}/start": None,
    "POST /lists/{0}/pause": None,
    "POST /lists/{0}/stop": None,
    "POST /lists/{0}/import": FILE,
    "GET /lists/{0}/targets": None,
    "POST /lists/{0}/targets": {"targets": [TARGET]},
    "POST /lists/{0}/promises": {"number": TARGET["number"], "agent_number": "1001", "due_at": NOON},
    "POST /lists/{0}/targets/99/decision": {"decision": "close"},
    "GET /lists/{0}/attempts": None,
    "GET /lists/{0}/results": None,
    "GET /lists/{0}/may-call?number=13800138000": None,
    "GET /lists/{0}/days?from=2025-11-22": None,
    "GET /lists/{0}/form": None,
    "PUT /lists/{0}/form": {"version": 0, "questions": []},
    "GET /lists/{0}/fill-rules": None,
    "POST /lists/{0}/fill-rules": {"kind": "abandoned", "options": {"queue": "sales"}},
    "PATCH /fill-rules/{0}": {"is_enabled": False},
    "POST /fill-rules/{0}/run": None,
    "DELETE /fill-rules/{0}": None,
    "GET /lists/{0}/imports": None,
    "POST /lists/{0}/imports": FILE,
    "GET /imports/{0}": None,
    "POST /imports/{0}/preview": {},
    "POST /imports/{0}/start": {},
    "GET /imports/{0}/errors.csv": None,
    "DELETE /imports/{0}": None,
    "DELETE /lists/{0}": None,
}
"""What is asked of a list, a rule or an import, in an order in which each finds what it needs."""

INSIDE = {"queue": {1}, "both": {1}, "team": set[int](), "other": set[int](), "all": {1, 2}}


async def _asked(client: httpx.AsyncClient, asked: str, number: int) -> httpx.Response:
    method, path = asked.format(number).split(" ")
    body = {"files": FILE} if ROUTES[asked] is FILE else {"json": ROUTES[asked]}
    return await client.request(method, f"/api{path}", **body)


@pytest.mark.parametrize("name", INSIDE)
async def test_a_list_outside_is_not_there(app: App, name: str) -> None:
    async with looking(app, name) as client:
        for number in (2, 1):
            for asked in ROUTES:
                answer = await _asked(client, asked, number)
                thing = asked.split("/")[1].replace("fill-rules", "rule").removesuffix("s")
                is_missing = answer.status_code == 404 and f"no {thing} {number}" in answer.text
                assert is_missing is (number not in INSIDE[name]), (asked, number, answer.text)
                assert answer.status_code not in (401, 403), (asked, answer.text)


async def test_what_is_outside_answers_as_what_is_nowhere(app: App) -> None:
    async with looking(app, "queue") as client:
        for asked in ROUTES:
            outside, nowhere = [(await _asked(client, asked, number)).json() for number in (2, 99)]
            assert str(outside).replace("2", "99") == str(nowhere).replace("2", "99"), asked


async def test_each_route_of_a_list_is_tried(app: App) -> None:
    about = ("/lists/", "/fill-rules/", "/imports/")
    paths = [(method, path.removeprefix("/api")) for (method, path), _ in rules_of(app.web.routes)]
    of_one = [f"{method} {path}" for method, path in paths if path.startswith(about)]
    found = {re.sub("{(list|rule|import)_id}", "{0}", one) for one in of_one}
    assert found == {asked.partition("?")[0].replace("/99/", "/{target_id}/") for asked in ROUTES}


async def test_the_lists_are_those_of_ones_queues(app: App) -> None:
    for name, numbers in INSIDE.items():
        async with looking(app, name) as client:
            assert {int(each["id"]) for each in (await told(client, "/lists"))["lists"]} == numbers, name


async def test_a_list_is_made_for_ones_queues(app: App) -> None:
    async with looking(app, "queue") as client:
        answer = await client.post("/api/lists", json={"name": "Mine", "queue": "support"})
        assert (answer.status_code, answer.json()["field"]) == (422, "queue")
        answer = await client.post("/api/lists", json={"name": "Mine", "queue": "sales"})
        assert answer.status_code == 201, answer.text
        moved = await client.patch("/api/lists/1", json={"queue": "support"})
        assert (moved.status_code, moved.json()["field"]) == (422, "queue")


async def test_targets_go_on_to_lists_inside_only(app: App) -> None:
    async with looking(app, "queue") as client:
        answer = await client.patch("/api/lists/1", json={"escalation_list_id": 2})
        assert (answer.status_code, answer.json()["field"]) == (422, "escalation_list_id")
    async with looking(app, "all") as client:
        assert (await client.patch("/api/lists/1", json={"escalation_list_id": 2})).status_code == 200
    async with looking(app, "queue") as client:
        answer = await client.patch("/api/lists/1", json={"escalation_list_id": 2, "hourly_goal": 3})
        assert answer.status_code == 200, answer.text


async def test_a_rule_takes_from_what_is_inside_only(app: App) -> None:
    made: dict[str, list[tuple[str, dict[str, Any]]]] = {
        "options.queue": [
            ("abandoned", {}),
            ("closed_complaint", {"source_list_id": 1}),
            ("callback_requested", {"queue": "support"}),
        ],
        "options.source_list_id": [("days_after", {"source_list_id": 2, "attribute": "on"})],
    }
    async with looking(app, "queue") as client:
        for field, rules in made.items():
            for kind, options in rules:
                answer = await client.post("/api/lists/1/fill-rules", json={"kind": kind, "options": options})
                assert (answer.status_code, answer.json()["field"]) == (422, field), (kind, answer.text)
        answer = await client.patch("/api/fill-rules/1", json={"options": {"queue": "support"}})
        assert (answer.status_code, answer.json()["field"]) == (422, "options.queue")


async def test_whom_nobody_calls_and_the_stop_of_all_dialling_are_of_the_whole_centre(app: App) -> None:
    async with looking(app, "both") as client:
        assert (await client.get("/api/emergency-stop")).status_code == 200
        for path in ("/do-not-call", "/do-not-call/imports"):
            assert (await client.get(f"/api{path}")).status_code == 403, path
        assert (await client.post("/api/emergency-stop", json={})).status_code == 403
        assert (await client.get("/api/imports/3")).status_code == 404


async def test_what_is_sent_again_passes_the_door_again(app: App) -> None:
    """An answer that is remembered for a key is no way round the permission."""
    key = {"Idempotency-Key": "once"}
    async with looking(app, "queue") as client:
        assert (await client.post("/api/lists/1/stop", headers=key)).status_code == 200
        client.headers.pop("Cookie")
        assert (await client.post("/api/lists/1/stop", headers=key)).status_code == 401
