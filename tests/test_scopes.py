"""What an account of a limited scope is told, over the whole server: each route that applies it, inside and outside."""

import asyncio
import io
import json
import re
import socket
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, get_args

import httpx
import openpyxl
import pytest
from websockets.asyncio.client import connect

from callcenter.accounts.rules import OF_THE_CENTRE, Permission, Role
from callcenter.accounts.scope import scope_of
from callcenter.agents import callers
from callcenter.app import App
from callcenter.description import rules_of
from callcenter.errors import NotWaiting
from callcenter.floor.events import CallerJoined
from callcenter.floor.floor import Floor
from callcenter.floor.terms import CallId, ChannelId, PbxName
from callcenter.serving import served
from tests.databases import SqliteFiles
from tests.facts import NOON
from tests.scoping import PBX, ROLES, SCOPES, SPAN, WHO, centre, cookie_of, looking, told


@pytest.fixture
async def app(sqlite: SqliteFiles, tmp_path: Path) -> AsyncIterator[App]:
    async with centre(await sqlite.new_database(), tmp_path) as app:
        yield app


def _ids(answer: Any, key: str, of: str) -> list[str]:
    return sorted(str(each[of]) for each in answer[key])


LISTS: Mapping[str, tuple[str, str, tuple[str, str]]] = {
    "/calls": ("calls", "call_id", ("1.0", "2.0")),
    "/alerts": ("alerts", "alert_id", ("1", "2")),
    "/reviews": ("reviews", "id", ("1", "2")),
    "/messages": ("messages", "id", ("1", "2")),
    "/tickets": ("tickets", "id", ("1", "2")),
    "/ticket-backlog": ("teams", "team", ("Team A", "Team B")),
    "/shifts?from=2025-11-22&to=2025-11-22": ("agents", "agent_number", ("1001", "1002")),
    f"/reports/agents?{SPAN}&figures=answered,paused_seconds": ("rows", "id", ("1001", "1002")),
    f"/reports/teams?{SPAN}&figures=answered": ("rows", "id", ("Team A", "Team B")),
    f"/reports/queues?{SPAN}&figures=answered": ("rows", "name", ("sales", "support")),
    f"/reports/tickets?{SPAN}": ("rows", "id", ("Team A", "Team B")),
    f"/reports/tickets/counted?{SPAN}&figure=tickets_opened": ("tickets", "id", ("1", "2")),
    f"/reports/rows/answered?{SPAN}": ("rows", "call_id", ("1.0", "2.0")),
    f"/reports/rows/paused_seconds?{SPAN}": ("rows", "agent_number", ("1001", "1002")),
}
"""Lists that are told: where, the key of the list and of what names a row, and the row inside and outside."""

BY_QUEUE_ONLY = f"/reports/queues?{SPAN}&figures=answered"
BY_TEAM_ONLY = ("/reviews", "/messages", f"/reports/rows/paused_seconds?{SPAN}")


async def test_a_list_holds_what_is_inside(app: App) -> None:
    for name in SCOPES:
        async with looking(app, name) as client:
            for path, (key, of, both) in LISTS.items():
                assert _ids(await told(client, path), key, of) == _seen(name, path, both), (name, path)


def _seen(name: str, path: str, both: tuple[str, str]) -> list[str]:
    """Which of the two is seen: all, nothing, or the one inside."""
    if name in ("all", "other"):
        return sorted(both) if name == "all" else []
    is_blind = (name == "team" and path == BY_QUEUE_ONLY) or (name == "queue" and path in BY_TEAM_ONLY)
    return [] if is_blind else [both[0]]


ONES: Mapping[str, Any] = {
    "GET /calls/north/{0}.0": None,
    "GET /calls/north/{0}.0/customers": None,
    "GET /calls/north/{0}.0/retention": None,
    "GET /calls/north/{0}.0/wrap-ups": None,
    "PUT /calls/north/{0}.0/wrap-ups": {"agent_number": "1001", "record": {"reason_id": 1, "result_id": 1}},
    "GET /calls/north/{0}.0/line-quality": None,
    "POST /calls/north/{0}.0/tags": {"tag": "complaint"},
    "DELETE /calls/north/{0}.0/tags/complaint": None,
    "POST /calls/north/{0}.0/holds": {"reason": "asked by court"},
    "GET /recordings/{0}/audio": None,
    "GET /recordings/{0}/sound": None,
    "GET /recordings/{0}/accesses": None,
    "POST /recordings/{0}/plays/12345678": {"spans": [[0, 1]]},
    "POST /alerts/{0}/acknowledge": {"note": ""},
    "GET /messages/{0}": None,
    "GET /tickets/{0}": None,
    "GET /tickets/{0}/callback": None,
    "PUT /tickets/{0}": {"version": 9, "ticket": {"type": "repair", "subject": "Lamp"}},
    "POST /tickets/{0}/steps": {"text": "Look"},
    "PUT /tickets/{0}/steps/99": {"text": "Look"},
    "POST /tickets/{0}/close": {"version": 9, "outcome": "solved", "result": "Done"},
    "POST /tickets/{0}/reopen": {"version": 9, "why": "Broken"},
    "POST /tickets/{0}/merges": {"version": 9, "other_id": 99, "other_version": 1},
    "POST /tickets/{0}/unmerge": None,
    "GET /shifts/adherence/100{0}/2025-11-22": None,
    "PUT /shifts/100{0}/2025-11-22": {
        "version": 0,
        "parts": [{"kind": "on_post", "start_minute": 540, "end_minute": 600}],
    },
    "DELETE /shifts/100{0}/2025-11-22?version=1": None,
    "GET /reviews/{0}": None,
    "GET /reviews/{0}/call": None,
    "PUT /reviews/{0}": {"version": 1, "answers": {}, "notes": {}, "comments": []},
    "DELETE /reviews/{0}?version=1": None,
    "POST /reviews/{0}/publish": {"version": 1},
    "POST /reviews/{0}/decision": {"version": 1, "comment": "no", "decision": "upheld"},
    **{
        f"POST /seats/north/PJSIP/100{{0}}/{act}": body
        for act, body in {
            "end-wrap-up": None,
            "extend-wrap-up": None,
            "hang-up": {"call_id": "1"},
            "join-queue": {"queue": "sales"},
            "leave-queue": {"queue": "sales"},
            "penalty": {"queue": "sales", "penalty": 1},
            "listen": {"call_id": "1"},
            "listen-mode": {"mode": "listen"},
            "pause": {"reason": "meal"},
            "pause-recording": {"call_id": "1"},
            "ready": None,
            "resume-recording": {"call_id": "1"},
            "sign-in": {},
            "sign-out": None,
            "stop-listening": None,
            "ask-for-help": None,
            "end-help": None,
            "take-help": None,
            "hold": {"call_id": "1"},
            "resume": {"call_id": "1"},
            "transfer": {"call_id": "1", "number": "138"},
            "consult": {"call_id": "1", "number": "138"},
            "complete-transfer": {"call_id": "1"},
            "cancel-transfer": {"call_id": "1"},
        }.items()
    },
}
"""Things that are seen or acted upon one by one: 1 is inside, 2 outside."""


async def _is_there(client: httpx.AsyncClient, asked: str, number: int) -> bool:
    answer = await _answered(client, asked, number, ONES[asked])
    assert answer.status_code not in (401, 403, 422), (asked, answer.text)
    missing = f"there is no {MISSING[asked.split('/')[1]]}"
    return answer.status_code != 404 or missing not in answer.text.lower()


MISSING = {
    "calls": "",
    "recordings": "recording",
    "alerts": "alert",
    "reviews": "review",
    "seats": "seat",
    "messages": "message",
    "tickets": "ticket",
    "shifts": "agent",
}


async def test_what_is_outside_does_not_exist(app: App) -> None:
    for name in ("team", "both", "other", "all"):
        async with looking(app, name) as client:
            for asked in ONES:
                inside, outside = [await _is_there(client, asked, number) for number in (1, 2)]
                assert (inside, outside) == (name != "other", name == "all"), (name, asked)


@pytest.mark.parametrize("role", ROLES)
async def test_what_is_outside_does_not_exist_whatever_ones_role(app: App, role: Role) -> None:
    opened = 0
    async with looking(app, str(role)) as client:
        for asked, body in ONES.items():
            inside, outside = [await _answered(client, asked, number, body) for number in (1, 2)]
            opened += inside.status_code not in (403, 404)
            if outside.status_code == 403:
                assert outside.json() == inside.json(), asked
            else:
                assert outside.status_code == 404, (asked, outside.text)
                assert f"there is no {MISSING[asked.split('/')[1]]}" in outside.text.lower(), asked
    assert opened > 0


async def _answered(client: httpx.AsyncClient, asked: str, number: int, body: Any) -> httpx.Response:
    method, path = asked.format(number).split(" ")
    return await client.request(method, f"/api{path}", json=body)


NOT_ONE_BY_ONE = {
    "GET /customers/{customer_id}/history", "GET /customers/{customer_id}/callbacks",
    "GET /calls", "GET /alerts", "GET /messages", "GET /reviews", "GET /reports/heatmap", "GET /reports/rows/{figure}",
    "HEAD /recordings/{0}/audio",
    "GET /tickets", "GET /ticket-backlog", "GET /ticket-owners", "GET /ticket-repeats",
    "POST /tickets", "POST /tickets/{0}/calls",
    "POST /messages", "POST /reviews", "POST /reports/saved/{report_id}/send",
    *(
        f"GET /reports/{of}{ending}"
        for of in ("queues", "agents", "teams", "tickets", "tickets/counted")
        for ending in ("", ".csv", ".xlsx")
    ),
    *(f"GET /shifts/adherence{end}" for end in ("", "/totals", ".csv", ".xlsx")),
    "GET /shifts", "GET /shifts/briefings", "GET /shifts/gaps", "GET /shifts/team-gaps",
    "POST /shifts/copy-week", "POST /shifts/copy-week/check", "POST /shifts/undo",
    *(f"POST /shifts/import{end}" for end in ("", "/check", "/errors.csv")), "GET /shift-log", "POST /shift-log",
    *(f"POST /waiting/{{visit}}/{act}" for act in ("hang-up", "to-front", "to-queue", "to-seat")),
    *(
        f"GET /reports/{of}{ending}"
        for of in (
            "abandoned", "actions", "callbacks", "callbacks/targets", "forms", "quality", "quality/lost-points",
            "quality/reviews", "staffing",
        )
        for ending in ("", ".csv", ".xlsx")
    ),
    "GET /reports/patterns", "POST /reports/abandoned/callbacks",
    "GET /recording-exports", "GET /recording-exports/{export_id}", "DELETE /recording-exports/{export_id}",
    "POST /recording-exports", "GET /recording-exports/estimate",
    "POST /recording-exports/{export_id}/cancel", "GET /recording-exports/{export_id}/file",
    "GET /wallboards", "POST /wallboards", "POST /wallboards/{board_id}/link", "DELETE /wallboards/{board_id}",
    "GET /coaching", "GET /coaching/owners", "POST /reviews/{0}/coaching", "POST /coaching/{task_id}/close",
}  # fmt: skip
"""Lists, files and acts that the other tests here are about; of shifts those of tests/shifts/test_api.py, of reports
those of tests/test_scoped_reports.py, of coaching those of
tests/test_scoped_quality.py, of exports and wallboards those of tests/test_scoped_exports.py."""


PLACES = {
    "/north/PJSIP/100{0}": "/{pbx}/{interface}",
    "/100{0}/2025-11-22": "/{agent}/{day}",
    "/north/{0}.0": "/{pbx}/{call_id}",
    "/tags/complaint": "/tags/{tag}",
    "/plays/12345678": "/plays/{play}",
    "/steps/99": "/steps/{step_id}",
    "?version=1": "",
}


def _as_route(asked: str) -> str:
    for given, place in PLACES.items():
        asked = asked.replace(given, place)
    return asked


OF_LISTS = ("/api/lists", "/api/fill-rules", "/api/imports")
"""All routes below these are tried by tests/test_scoped_lists.py."""


def test_each_route_that_applies_a_scope_is_tried(app: App) -> None:
    rules = [each for each in rules_of(app.web.routes) if not each[0][1].startswith(OF_LISTS)]
    scoped = {f"{method} {path.removeprefix('/api')}" for (method, path), rule in rules if rule.reach == "scoped"}
    named = {re.sub(r"{(recording|alert|review|message|ticket)_id}", "{0}", one) for one in scoped} - NOT_ONE_BY_ONE
    assert named == {_as_route(asked) for asked in ONES}


def test_permissions_of_the_centre_are_those_that_only_such_routes_ask_for(app: App) -> None:
    reaches: dict[str, set[str]] = {}
    for _, rule in rules_of(app.web.routes):
        reaches.setdefault(str(rule.permission), set()).add(rule.reach)
    assert {*OF_THE_CENTRE} == {permission for permission, found in reaches.items() if found == {"centre"}}


async def test_who_one_is_names_what_opens_something(app: App) -> None:
    for name in SCOPES:
        async with looking(app, name) as client:
            found = {*(await told(client, "/session"))["user"]["permissions"]}
            assert found == {*get_args(Permission)} - (OF_THE_CENTRE if name != "all" else set()), name


@pytest.mark.parametrize("what", ["join-queue", "leave-queue", "penalty", "sign-in"])
async def test_nobody_is_put_into_a_queue_outside_nor_taken_out(app: App, what: str) -> None:
    for name, status in {"team": 503, "both": 422, "all": 503}.items():
        async with looking(app, name) as client:
            bodies: Mapping[str, Any] = {
                "sign-in": {"queues": ["support"]},
                "penalty": {"queue": "support", "penalty": 1},
            }
            answer = await client.post(
                f"/api/seats/{PBX}/PJSIP/1001/{what}", json=bodies.get(what, {"queue": "support"})
            )
            wanted = 409 if (what, status) == ("penalty", 503) else status
            assert answer.status_code == wanted, (name, answer.text)


async def test_a_review_is_begun_of_calls_inside_only(app: App) -> None:
    async with looking(app, "team") as client:
        for number, status in ((1, 201), (2, 404)):
            part = {"pbx": PBX, "call_id": f"{number}.0", "agent_number": f"100{number}", "form_id": 1}
            assert (await client.post("/api/reviews", json=part)).status_code == status


async def test_a_message_reaches_agents_inside_only(app: App) -> None:
    for name, reached in {"team": 1, "queue": None, "both": 1, "other": None, "all": 2}.items():
        async with looking(app, name) as client:
            answer = await client.post("/api/messages", json={"text": "Meeting", "to": "everybody"})
            assert answer.json().get("recipients") == reached, (name, answer.text)
            answer = await client.post("/api/messages", json={"text": "Meeting", "to": "agents", "agents": ["1002"]})
            assert answer.status_code == (201 if name == "all" else 422), (name, answer.text)


async def test_a_file_says_what_it_covers_and_holds_no_more(app: App) -> None:
    async with looking(app, "both") as client:
        answer = await client.get(f"/api/reports/agents.xlsx?{SPAN}&figures=answered&language=en")
        assert answer.status_code == 200, answer.text
        sheets = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets
        cells = {str(value) for sheet in sheets for row in sheet.iter_rows(values_only=True) for value in row}
        assert {"Covers only", "Team A, sales", "1001"} <= cells
        assert "1002" not in cells
        heat = await told(client, f"/reports/heatmap?{SPAN}&figure=answered")
        assert sum(cell["value"] or 0 for cell in heat["cells"]) == 1


@pytest.mark.parametrize("what", ["/users", "/audit", "/webhooks", "/alert-rules", "/do-not-call", "/deliveries"])
async def test_what_is_about_the_whole_centre_is_closed(app: App, what: str) -> None:
    async with looking(app, "both") as part, looking(app, "all") as whole:
        assert (await part.get(f"/api{what}")).status_code == 403
        assert (await whole.get(f"/api{what}")).status_code == 200


def test_a_waiting_caller_outside_does_not_wait() -> None:
    floor = Floor()
    floor.apply(
        CallerJoined(
            pbx=PbxName(PBX), at=NOON, queue="support", channel_id=ChannelId("7.0"), call_id=CallId("7.0"),
            number="138", caller_name="", position=1,
        )
    )  # fmt: skip
    site = floor.sites[PbxName("north")]
    (visit,) = site.queues["support"].waiting.values()
    assert callers.waiting(site, visit.key[1]) is visit
    with pytest.raises(NotWaiting):
        callers.waiting(site, visit.key[1], scope_of(["Team A"], ["sales"]))


# --- the live feed ------------------------------------------------------------------------------------------------

ENTITIES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "links": ("north", {"pbx": PBX, "state": "live"}),
    "visits": ("north/7.0/support/1", {"pbx": PBX, "queue": "support", "number": "138"}),
    "messages": ("written", {"changed_at": 1.0}),
    "journals": ("north", {"pbx": PBX, "trouble": "no space"}),
    "figures": ("north/support", {"offered": 1}),
    "lists": ("1", {"id": "1", "name": "Spring", "state": "stopped", "queue": "support"}),
    "alerts": ("9", {"subject_kind": "seats", "who": {"team": "Team B", "queue": "support"}}),
    "listenings": ("north/l", {"pbx": PBX, "interface": "PJSIP/1002", "mode": "listen"}),
}


async def test_the_feed_tells_what_is_inside(app: App) -> None:
    for kind, (identity, fields) in ENTITIES.items():
        app.hub.put(kind, identity, dict(fields))
    app.hub.flush()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        async with served(app.web, listener):
            seen = {name: await _snapshot(port, await cookie_of(app, name)) for name in WHO if name in SEATS}
    for name, entities in seen.items():
        assert {*entities["seats"]} == {f"{PBX}/PJSIP/{agent}" for agent in SEATS[name]}, name
        assert {*entities["queues"]} == {f"{PBX}/{queue}" for queue in QUEUES[name]}, name
        outside = {kind for kind, (identity, _) in ENTITIES.items() if identity in entities.get(kind, {})}
        assert outside == ({*ENTITIES} if name == "all" else {"links", "messages", "journals"}), name
        assert entities["gauges"]["*"]["seats"]["signed_out"] == len(SEATS[name]), name


SEATS = {"team": ["1001"], "queue": [], "both": ["1001"], "other": [], "all": ["1001", "1002"]}
QUEUES = {"team": [], "queue": ["sales"], "both": ["sales"], "other": [], "all": ["sales", "support"]}
for _role in ("agent", "team_leader", "supervisor"):
    # The roles that see the floor.
    SEATS[_role], QUEUES[_role] = SEATS["both"], QUEUES["both"]


async def _snapshot(port: int, cookie: str) -> dict[str, dict[str, Any]]:
    address = f"ws://127.0.0.1:{port}/api/live"
    async with asyncio.timeout(30), connect(address, additional_headers={"Cookie": cookie}) as client:
        return dict(json.loads(await client.recv())["entities"])
