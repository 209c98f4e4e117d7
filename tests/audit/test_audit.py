"""Acts of the composed server are in the audit log, which can be read, filtered, exported and not changed."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from callcenter.accounts import service
from callcenter.accounts.rules import Role
from callcenter.accounts.service import NewUser
from callcenter.agents.directory import directory
from callcenter.app import App, running
from callcenter.audit.rules import ACTS, NO_ACTS
from callcenter.floor.events import LinkChanged, LinkState
from callcenter.floor.terms import PbxName
from callcenter.settings import AgentSettings, PbxSettings, QueueSettings, Settings
from tests.facts import NOON
from tests.serving import PANEL

SECRET = "correct horse"
CHANGING = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
async def app(storage_url: str, tmp_path: Path) -> AsyncIterator[App]:
    """The server on an empty database, with an administrator, a supervisor, a reviewer and an agent."""
    settings = Settings(
        database_url=storage_url,
        data_folder=tmp_path,
        timezone="Asia/Shanghai",
        queues={"sales": QueueSettings(label="Sales", service_level_seconds=20)},
    )
    async with running(settings) as app:
        for role in Role:
            await service.add_user(app.access, NewUser(f"the-{role}", SECRET, (role,)))
        yield app


async def _signed_in(app: App, role: Role) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app.web, raise_app_exceptions=False, client=("192.0.2.1", 5060))
    panel = httpx.AsyncClient(transport=transport, base_url="http://centre", headers=PANEL)
    answer = await panel.post("/api/session", json={"username": f"the-{role}", "password": SECRET})
    assert answer.status_code == 200
    return panel


@pytest.fixture
async def admin(app: App) -> AsyncIterator[httpx.AsyncClient]:
    """The administrator's browser."""
    panel = await _signed_in(app, Role.ADMIN)
    yield panel
    await panel.aclose()


async def _log(admin: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = await admin.get("/api/audit", params=query)
    assert answer.status_code == 200, answer.text
    entries: list[dict[str, Any]] = answer.json()["entries"]
    return entries


async def _make_list(panel: httpx.AsyncClient, name: str) -> httpx.Response:
    return await panel.post("/api/lists", json={"name": name, "queue": "sales"})


def _changing(web: FastAPI) -> set[tuple[str, str]]:
    routes = ((method, route.path or "") for route in iter_route_contexts(web.routes) for method in route.methods or ())
    return {(method, path) for method, path in routes if method in CHANGING and path != "/api/{path:path}"}


async def test_every_changing_route_is_an_act(app: App) -> None:
    assert _changing(app.web) - NO_ACTS == {(method, path) for method, path in ACTS if method in CHANGING}


async def test_what_was_done_is_written_down_with_who_when_where_and_to_what(admin: httpx.AsyncClient) -> None:
    made = await _make_list(admin, "Spring")
    assert made.status_code == 201, made.text
    list_id = str(made.json()["id"])
    assert (await admin.patch(f"/api/lists/{list_id}", json={"name": "Summer"})).status_code == 200
    changed, created, opened = await _log(admin)
    assert (changed["act"], changed["subject_kind"], changed["subject_id"]) == ("list.change", "list", list_id)
    assert (created["act"], created["subject_id"]) == ("list.create", list_id)
    assert created["details"] == {"name": "Spring", "queue": "sales"}
    assert (created["username"], created["address"]) == ("the-admin", "192.0.2.1")
    assert opened["at"] <= created["at"] <= changed["at"]
    assert opened["act"] == "session.open"
    assert SECRET not in str(opened)


async def test_what_a_program_does_is_told_with_its_key(app: App, admin: httpx.AsyncClient) -> None:
    made = (await admin.post("/api/keys", json={"name": "CRM", "permissions": ["run_lists"]})).json()
    transport = httpx.ASGITransport(app.web, client=("192.0.2.9", 5060))
    bearer = {"Authorization": f"Bearer {made['secret']}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://centre", headers=bearer) as program:
        assert (await _make_list(program, "Spring")).status_code == 201
    by_program, key_made, _ = await _log(admin)
    assert (by_program["username"], by_program["address"]) == ("the-admin", "192.0.2.9")
    assert by_program["details"]["api_key"] == made["id"]
    assert (key_made["act"], key_made["subject_id"]) == ("api_key.create", str(made["id"]))
    assert made["secret"] not in str(key_made)


async def test_what_failed_is_no_act(app: App, admin: httpx.AsyncClient) -> None:
    assert (await _make_list(admin, "")).status_code == 422
    assert (await admin.delete("/api/lists/77")).status_code == 404
    agent = await _signed_in(app, Role.AGENT)
    assert (await _make_list(agent, "Not mine")).status_code == 403
    assert [entry["act"] for entry in await _log(admin)] == ["session.open", "session.open"]


async def test_a_request_sent_again_is_one_act(admin: httpx.AsyncClient) -> None:
    made = await _make_list(admin, "Spring")
    bodies = {"targets": [{"number": "+8613800138000"}]}
    for _ in range(2):
        path = f"/api/lists/{made.json()['id']}/targets"
        answer = await admin.post(path, json=bodies, headers={"Idempotency-Key": "one"})
        assert answer.status_code < 300, answer.text
    (entry,) = await _log(admin, act="list.add_targets")
    assert entry["details"] == {"targets": {"count": 1}}


async def test_filters_and_pages(app: App, admin: httpx.AsyncClient) -> None:
    supervisor = await _signed_in(app, Role.SUPERVISOR)
    for name in ("A", "B", "C"):
        await _make_list(supervisor, name)
    assert len(await _log(admin, who="THE-supervisor")) == 4
    assert [entry["details"]["name"] for entry in await _log(admin, act="list")] == ["C", "B", "A"]
    first = (await admin.get("/api/audit", params={"act": "list.create", "limit": 2})).json()
    rest = (await admin.get("/api/audit", params={"act": "list.create", "cursor": first["next"]})).json()
    assert [entry["details"]["name"] for entry in first["entries"] + rest["entries"]] == ["C", "B", "A"]
    assert rest["next"] is None
    b_at = first["entries"][1]["at"]
    assert [entry["details"]["name"] for entry in await _log(admin, act="list", to=b_at)] == ["A"]
    assert [entry["details"]["name"] for entry in await _log(admin, act="list", **{"from": b_at})] == ["C", "B"]


async def test_what_was_given_to_whom_and_what_was_before_is_told_and_found(admin: httpx.AsyncClient) -> None:
    person = {"username": "anna", "roles": ["agent"], "scope": {"teams": ["Team A"], "queues": []}}
    user_id = (await admin.post("/api/users", json=person)).json()["id"]
    given = {"roles": ["admin"], "scope": None}
    assert (await admin.patch(f"/api/users/{user_id}", json=given)).status_code == 200
    assert (await admin.delete(f"/api/users/{user_id}/sessions")).status_code == 204
    ended, changed, created = await _log(admin, subject="anna")
    assert (ended["act"], ended["subject_id"], ended["details"]) == (
        "user.end_sessions",
        str(user_id),
        {"user": "anna"},
    )
    was = {"roles": ["agent"], "scope": {"teams": ["Team A"], "queues": []}}
    assert changed["details"] == given | {"user": "anna", "was": was}
    assert created["details"] == person
    role = {"name": "Listeners", "permissions": ["listen_in"]}
    role_id = (await admin.post("/api/roles", json=role)).json()["id"]
    assert (await admin.put(f"/api/roles/{role_id}", json=role | {"permissions": ["see_audit"]})).status_code == 200
    assert (await admin.delete(f"/api/roles/{role_id}")).status_code == 204
    deleted, changed, created = await _log(admin, act="role")
    assert deleted["details"] == {"name": "Listeners"}
    assert changed["details"] == role | {"permissions": ["see_audit"], "was": {"permissions": ["listen_in"]}}
    assert created["details"] == role


async def test_whose_seat_it_was_is_told_and_found(app: App, admin: httpx.AsyncClient) -> None:
    pbx, agent = PbxName("pbx1"), AgentSettings(number="1001", name="Li")
    for event in directory(Settings(pbxs=(PbxSettings(name=pbx),), agents=(agent,)), NOON):
        app.keeper.tell(event)
    app.keeper.tell(LinkChanged(pbx, NOON, LinkState.LIVE))
    answer = await admin.post("/api/seats/pbx1/PJSIP/1001/leave-queue", json={"queue": "support"})
    assert answer.status_code == 422, answer.text
    assert (await admin.post("/api/seats/pbx1/PJSIP/1001/end-wrap-up")).status_code == 200
    (ended,) = await _log(admin, subject="PJSIP/10")
    who = {"pbx": "pbx1", "interface": "PJSIP/1001", "agent_number": "1001", "agent_name": "Li"}
    assert (ended["act"], ended["subject_id"], ended["details"]) == ("seat.end_wrap_up", "PJSIP/1001", who)
    assert [one["id"] for one in await _log(admin, subject="1001")] == [ended["id"]]
    assert await _log(admin, subject="JSIP%") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [({"act": "x' OR 1=1"}, "act"), ({"limit": 0}, "limit"), ({"from": "nan"}, "from"), ({"cursor": "a"}, "cursor")],
)
async def test_bad_filters_are_named(admin: httpx.AsyncClient, query: dict[str, Any], field: str) -> None:
    answer = await admin.get("/api/audit", params=query)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_the_file_says_the_same_without_formulas(app: App, admin: httpx.AsyncClient) -> None:
    await service.add_user(app.access, NewUser("=cmd|calc", SECRET, (Role.SUPERVISOR,)))
    answer = await admin.post("/api/session", json={"username": "=cmd|calc", "password": SECRET})
    assert answer.status_code == 200
    await admin.post("/api/session", json={"username": "the-admin", "password": SECRET})
    file = await admin.get("/api/audit.csv", params={"act": "session.open"})
    assert file.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert [row["username"] for row in rows] == ["the-admin", "'=cmd|calc", "the-admin"]
    assert (await _log(admin))[0]["act"] == "audit.export"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
async def test_only_administrators_read_it(app: App, role: Role) -> None:
    panel = await _signed_in(app, role)
    for path in ("/api/audit", "/api/audit.csv"):
        assert (await panel.get(path)).status_code == 403
    panel.cookies.clear()
    for path in ("/api/audit", "/api/audit.csv"):
        assert (await panel.get(path)).status_code == 401


@pytest.mark.parametrize("method", sorted(CHANGING))
async def test_no_route_changes_it(admin: httpx.AsyncClient, method: str) -> None:
    for path in ("/api/audit", "/api/audit/1"):
        assert (await admin.request(method, path)).status_code in {404, 405}


@pytest.mark.parametrize("statement", ["UPDATE audit_entries SET username = 'eve'", "DELETE FROM audit_entries"])
async def test_the_database_refuses_to_change_it(app: App, admin: httpx.AsyncClient, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        async with app.engine.begin() as connection:
            await connection.execute(text(statement))
    assert len(await _log(admin)) == 1
