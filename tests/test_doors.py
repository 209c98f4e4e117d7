"""Who may do what, over the whole server: every route × every role, every kind of the live feed × every role."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from callcenter.accounts.api import COOKIE, Requires
from callcenter.accounts.rules import PERMISSIONS, Role
from callcenter.accounts.service import NewUser, account_named, add_user, open_session
from callcenter.app import App, running
from callcenter.description import rules_of
from callcenter.floor.floor import VIEWS
from callcenter.serving import served
from callcenter.settings import AgentSettings, PbxSettings, QueueSettings, Settings
from callcenter.wallboards.service import add_wallboard
from tests.databases import SqliteFiles
from tests.serving import PANEL, PASSWORD

WHO = ("nobody", *Role)
GOLDEN = Path(__file__).with_name("doors.txt")
DOCS = Path(__file__).parents[1] / "docs" / "api.md"
REFUSED = {401: "401", 403: "403"}
LET_IN = "yes"
REACHES = ("", "own", "shared", "scoped", "centre")
HEAD = """Who is let in where: each route and each kind of the live feed, for each role. tests/test_doors.py says how.
reach: what an account of a limited scope may do with it: nothing (centre: it is about all of it), within the scope
(scoped), or the same as others, since it is the caller's own (own) or common knowledge (shared).
yes: past the door; the answer then depends on what is asked. 401, 403: refused. 4401, 4403: the socket is closed.
all, 2 of 5, -: so many fields of the entity are told, or nothing of it."""
PATH_VALUES = {
    "pbx": "north",
    "interface": "PJSIP/1001",
    "call_id": "1.0",
    "tag": "complaint",
    "figure": "offered",
    "play": "12345678",
}
"""What stands in a path in place of a name; every other is a number of a row that is not there."""

Table = dict[str, tuple[str, ...]]


@pytest.fixture
async def app(sqlite: SqliteFiles, tmp_path: Path) -> AsyncIterator[App]:
    """The whole server with one user of each role; each is an agent, so that only what the role permits matters."""
    settings = Settings(
        database_url=await sqlite.new_database(),
        data_folder=tmp_path,
        pbxs=(PbxSettings(name="north"),),
        queues={"sales": QueueSettings()},
        agents=tuple(AgentSettings(number=str(1001 + place), name=role) for place, role in enumerate(Role)),
    )
    async with running(settings) as app:
        for place, role in enumerate(Role):
            await add_user(app.access, NewUser(role, PASSWORD, (role,), agent_number=str(1001 + place)))
        yield app


async def _cookie_of(app: App, who: str) -> str:
    account = await account_named(app.access, who)
    assert account is not None
    return f"{COOKIE}={await open_session(app.access, account, 'here')}"


async def _headers_of(app: App, who: str) -> dict[str, str]:
    return PANEL if who == "nobody" else PANEL | {"Cookie": await _cookie_of(app, who)}


# --- routes -----------------------------------------------------------------------------------------------------


def _routes(web: FastAPI) -> Iterator[tuple[str, str]]:
    for route in iter_route_contexts(web.routes):
        path = (route.path or "").replace(":path}", "}")
        if path.startswith("/api/") and path != "/api/{path}":
            yield from ((method, path) for method in sorted(route.methods or ()))


def _filled(path: str) -> str:
    return re.sub(r"{(\w+)}", lambda found: PATH_VALUES.get(found[1], "999"), path)


async def _is_let_in(app: App, client: httpx.AsyncClient, method: str, path: str, who: str) -> str:
    # Nothing is sent along, so that of what may be done only that is done which needs no input. A new session for
    # each request: some routes end it.
    answer = await client.request(method, _filled(path), headers=await _headers_of(app, who))
    assert answer.status_code < 500 or path.startswith("/api/seats/"), (method, path, answer.text)
    return REFUSED.get(answer.status_code, LET_IN)


async def _matrix(app: App) -> Table:
    table: Table = {}
    reaches = _reaches(app)
    transport = httpx.ASGITransport(app.web)
    async with httpx.AsyncClient(transport=transport, base_url="http://centre") as client:
        for method, path in sorted(_routes(app.web), key=lambda route: (route[1], route[0])):
            row = [await _is_let_in(app, client, method, path, who) for who in WHO]
            table[f"{method:6} {path}"] = (*row, reaches.get((method, path), "-"))
    return table


def _reaches(app: App) -> Mapping[tuple[str, str], str]:
    """How far each route goes; where several rules are in its way, the narrowest."""
    found: dict[tuple[str, str], str] = {}
    for (method, path), rule in rules_of(app.web.routes):
        found[method, path] = max(found.get((method, path), ""), rule.reach, key=REACHES.index)
    return found


def _written(routes: Table, feed: Table) -> str:
    return f"{HEAD}\n\n{_lines({'route': (*WHO, 'reach'), **routes})}\n{_lines({'live feed': (*WHO, *BOARDS), **feed})}"


def _lines(rows: Table) -> str:
    width = max(len(name) for name in rows) + 2
    lines = (f"{name:{width}}{''.join(f'{cell:12}' for cell in row)}" for name, row in rows.items())
    return "".join(f"{line.rstrip()}\n" for line in lines)


async def test_who_is_let_in_is_what_the_table_says(app: App, tmp_path: Path) -> None:
    made = tmp_path / GOLDEN.name
    made.write_text(_written(await _matrix(app), await _feed_matrix(app)), encoding="utf-8")
    message = f"who is let in has changed; look at every difference, and if it is meant: cp {made} {GOLDEN}"
    assert made.read_text(encoding="utf-8") == GOLDEN.read_text(encoding="utf-8"), message


async def test_a_route_lets_in_exactly_the_roles_that_have_its_permission(app: App) -> None:
    rules: dict[str, set[Requires]] = {}
    for (method, path), rule in rules_of(app.web.routes):
        rules.setdefault(f"{method:6} {path}", set()).add(rule)
    table = await _matrix(app)
    for route, asked in rules.items():
        nobody, *cells, _ = table[route]
        assert nobody == "401", route
        named = {rule.permission for rule in asked if rule.permission is not None}
        for role, cell in zip(Role, cells, strict=True):
            if named:
                assert cell == (LET_IN if named <= PERMISSIONS[role] else "403"), (route, role)
            else:
                assert cell in (LET_IN, "403"), (route, role)


# --- the live feed ----------------------------------------------------------------------------------------------

NORTH = {"pbx": "north"}
SEAT = NORTH | {"interface": "PJSIP/1001"}
ALERT = {
    **dict.fromkeys(("alert_id", "kind", "severity", "since", "raised_at", "threshold", "value", "is_lasting"), "1"),
    **dict.fromkeys(("acknowledged_at", "acknowledged_by", "rule_id", "sound", "note"), "1"),
}
ENTITIES: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("links", "north"): NORTH | {"state": "live", "since": 1.0, "detail": "", "unheard_since": None},
    ("seats", "north/PJSIP/1001"): SEAT | {"state": "talking", "number": "138", "queues": ["sales"]},
    ("queues", "north/sales"): NORTH | {"queue": "sales", "waiting": 1},
    ("listenings", "north/1.0"): SEAT | {"mode": "listen", "listener": "PJSIP/1002", "listener_name": "Min"},
    ("visits", "north/1.0"): NORTH | {"queue": "sales", "number": "138"},
    ("gauges", "*"): {"waiting": 1},
    ("figures", "north/sales"): {"offered": 1},
    ("lists", "1"): {"id": "1", "name": "Autumn", "state": "stopped"},
    ("journals", "north"): NORTH | {"since": 1.0, "reason": "full"},
    ("messages", "written"): {"changed_at": 1.0},
    ("tickets", "0"): {"id": 1, "teams": ["Team A"], "queue": "sales", "changed_at": 1.0},
    ("alerts", "1"): ALERT | {"subject_kind": "queues", "subject_id": "north/sales", "who": NORTH | {"queue": "sales"}},
    ("alerts", "2"): ALERT | {"subject_kind": "seats", "subject_id": "north/PJSIP/1001", "who": SEAT},
}
"""One entity of each kind of the feed; of alerts one on a queue and one on a seat."""

BOARDS: Mapping[str, Mapping[str, Any]] = {
    "board": {"queues": []},
    "its queue": {"queues": ["north/sales"]},
    "other queue": {"queues": ["north/support"]},
}
"""Wallboards, which are opened by a link and not by an account: of the whole centre, and of one queue."""


async def _feed_matrix(app: App) -> Table:
    for (kind, identity), fields in ENTITIES.items():
        app.hub.put(kind, identity, dict(fields))
    app.hub.flush()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        async with served(app.web, listener):
            shown = [await _shown_to(app, port, who) for who in WHO]
            shown += [await _shown_on(app, port, name) for name in BOARDS]
    return {
        f"{kind} {identity}": tuple(
            seen if isinstance(seen, str) else _part(seen.get(kind, {}).get(identity), fields) for seen in shown
        )
        for (kind, identity), fields in ENTITIES.items()
    }


def _part(seen: Mapping[str, Any] | None, fields: Mapping[str, Any]) -> str:
    if seen is None:
        return "-"
    return "all" if seen == fields else f"{len(seen)} of {len(fields)}"


Seen = Mapping[str, Mapping[str, Mapping[str, Any]]] | str
"""The entities of a snapshot, or the code with which the socket was closed."""


async def _shown_to(app: App, port: int, who: str) -> Seen:
    headers = {} if who == "nobody" else {"Cookie": await _cookie_of(app, who)}
    return await _snapshot(f"ws://127.0.0.1:{port}/api/live", headers)


async def _shown_on(app: App, port: int, name: str) -> Seen:
    board = {"name": name, "shows_agents": False, "expires_at": None, **BOARDS[name]}
    _, token = await add_wallboard(app.access.sessions, board, "Ada", app.access.clock())
    return await _snapshot(f"ws://127.0.0.1:{port}/api/wallboard/live", {}, json.dumps({"token": token}))


async def _snapshot(address: str, headers: Mapping[str, str], hello: str | None = None) -> Seen:
    async with asyncio.timeout(30), connect(address, additional_headers=headers) as client:
        try:
            if hello is not None:
                await client.send(hello)
            entities: Seen = json.loads(await client.recv())["entities"]
        except ConnectionClosed as closed:
            return str(closed.rcvd.code if closed.rcvd else "closed")
        return entities


def test_every_kind_of_the_feed_is_in_the_table() -> None:
    section = DOCS.read_text(encoding="utf-8").partition("### The live feed")[2].partition("\n## ")[0]
    told = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert told == {kind for kind, _ in ENTITIES} >= VIEWS.keys()
