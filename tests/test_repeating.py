"""`Idempotency-Key` over the whole server: what is made twice by accident is made once, on both databases."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from callcenter.accounts.once import HEADER, LEFT_OUT, OnceRoute, paths_with_key
from callcenter.accounts.rules import Role
from callcenter.accounts.service import NewUser, add_user
from callcenter.accounts.tables import IdempotencyKey, User
from callcenter.app import App, running
from callcenter.description import rules_of
from callcenter.settings import AgentSettings, QueueSettings, Settings
from callcenter.store.engine import make_sessions
from tests.scoping import SCOPES, looking
from tests.serving import PASSWORD

KEY = {HEADER: "key-1"}
TICKET = {"ticket": {"type": "repair", "subject": "Lamp", "team": "Team A"}, "is_new": True}
MESSAGE = {"text": "Meeting at noon", "to": "everybody"}
CUSTOMER = {"record": {"name": "Li Wei", "numbers": [{"number": "13800138000"}]}}
ROLE = {"name": "Trainer", "permissions": ["see_calls"]}
MADE: Mapping[str, dict[str, Any]] = {"/tickets": TICKET, "/messages": MESSAGE, "/customers": CUSTOMER, "/roles": ROLE}
WEBHOOK = {"url": "https://93.184.216.34/hook", "kinds": []}
SHEET = b"agent,date,kind,start,end\n1001,2026-12-01,on_post,09:00,17:00\n"


@pytest.fixture
async def app(storage_url: str, tmp_path: Path) -> AsyncIterator[App]:
    """An administrator `all`, and a supervisor of one team and queue."""
    settings = Settings(
        database_url=storage_url,
        data_folder=tmp_path,
        queues={"sales": QueueSettings()},
        agents=(AgentSettings(number="1001", name="Li", team="Team A", queues=("sales",)),),
    )
    async with running(settings) as app:
        await add_user(app.access, NewUser("all", PASSWORD, (Role.ADMIN,)))
        await add_user(app.access, NewUser("supervisor", PASSWORD, (Role.SUPERVISOR,), scope=SCOPES["both"]))
        yield app


async def _posted(client: httpx.AsyncClient, path: str, body: dict[str, Any], headers: Any = KEY) -> httpx.Response:
    return await client.post(f"/api{path}", json=body, headers=headers)


async def _count(client: httpx.AsyncClient, path: str, name: str) -> int:
    return len((await client.get(f"/api{path}")).json()[name])


# --- which routes -----------------------------------------------------------------------------------------------


async def test_whatever_creates_takes_the_key_or_says_why_not(app: App) -> None:
    described = {path: one["post"] for path, one in app.web.openapi()["paths"].items() if "post" in one}
    taking = {path.replace(":path}", "}") for path in paths_with_key(app.web.routes)}
    creating = {path for path, operation in described.items() if "201" in operation["responses"]}
    assert creating - taking - LEFT_OUT.keys() == set()
    assert LEFT_OUT.keys() <= described.keys()
    assert not taking & LEFT_OUT.keys()


async def test_the_description_tells_the_header_where_it_is_taken_and_nowhere_else(app: App) -> None:
    """What is remembered is somebody's, and can be given again as it was: JSON, or nothing."""
    doors, told = {route for route, _rule in rules_of(app.web.routes)}, set()
    for path, operations in app.web.openapi()["paths"].items():
        for method, operation in operations.items():
            if all(one["name"] != HEADER for one in operation.get("parameters", ())):
                continue
            told.add((method.upper(), path))
            assert {"409", "422"} <= operation["responses"].keys(), path
            success = [answer for code, answer in operation["responses"].items() if code[0] == "2"]
            assert {kind for answer in success for kind in answer.get("content", {})} <= {"application/json"}, path
    assert told == {("POST", path.replace(":path}", "}")) for path in paths_with_key(app.web.routes)} <= doors


async def test_no_answer_that_has_a_secret_is_remembered(app: App) -> None:
    async with looking(app, "all") as client:
        hook = await _posted(client, "/webhooks", WEBHOOK | {"name": "crm"})
        key = await _posted(client, "/keys", {"name": "sync", "permissions": ["see_calls"]})
    assert [len(answer.json()["secret"]) > 0 for answer in (hook, key)] == [True, True]
    async with make_sessions(app.engine)() as session:
        assert (await session.scalars(select(IdempotencyKey))).all() == []


def test_a_route_of_another_method_takes_none() -> None:
    async def nothing() -> None:
        return None

    assert OnceRoute("/api/anything", nothing, methods=["POST"]).takes_key
    assert not OnceRoute("/api/anything", nothing, methods=["PUT"]).takes_key


# --- what comes of a key ----------------------------------------------------------------------------------------


async def test_a_repeat_has_the_first_answer(app: App) -> None:
    async with looking(app, "all") as client:
        for path, body in MADE.items():
            listed = path.removeprefix("/")
            before = await _count(client, path, listed)
            first, again = [await _posted(client, path, body) for _ in range(2)]
            assert (first.status_code, again.status_code) == (201, 201), first.text
            assert again.content == first.content
            assert again.headers["content-type"] == first.headers["content-type"]
            assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
            assert await _count(client, path, listed) == before + 1
            entries = (await client.get("/api/audit")).json()["entries"]
            assert len([one for one in entries if one["act"].startswith(listed.removesuffix("s") + ".")]) == 1


async def test_another_request_under_the_key_is_refused(app: App) -> None:
    async with looking(app, "all") as client:
        await _posted(client, "/tickets", TICKET)
        other = await _posted(client, "/tickets", TICKET | {"is_new": False})
        assert (other.status_code, other.json()["code"], other.json()["field"]) == (422, "bad_input", HEADER)
        assert (await _posted(client, "/messages", MESSAGE)).status_code == 201  # elsewhere it is another key


async def test_of_a_form_the_file_is_compared_and_not_its_boundary(app: App) -> None:
    def sent(content: bytes) -> dict[str, Any]:
        return {"files": {"file": ("shifts.csv", content, "text/csv")}, "headers": KEY}

    async with looking(app, "all") as client:
        first, again = [await client.post("/api/shifts/import", **sent(SHEET)) for _ in range(2)]
        assert first.status_code == 200, first.text
        assert first.request.headers["content-type"] != again.request.headers["content-type"]
        assert again.headers["idempotency-replayed"] == "true"
        other = await client.post("/api/shifts/import", **sent(SHEET.replace(b"17:00", b"18:00")))
        assert (other.status_code, other.json()["field"]) == (422, HEADER)


async def test_a_key_is_its_users(app: App) -> None:
    async with looking(app, "all") as one, looking(app, "supervisor") as other:
        made = [await _posted(client, "/tickets", TICKET) for client in (one, other)]
        assert [answer.status_code for answer in made] == [201, 201]
        assert made[0].json()["ticket"]["id"] != made[1].json()["ticket"]["id"]


async def test_some_at_the_same_time_are_one(app: App) -> None:
    async with looking(app, "all") as client:
        for path, body in MADE.items():
            listed = path.removeprefix("/")
            before = await _count(client, path, listed)
            answers = await asyncio.gather(*(_posted(client, path, body) for _ in range(6)))
            assert {answer.status_code for answer in answers} <= {201, 409}, path
            assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
            assert await _count(client, path, listed) == before + 1
            assert (await _posted(client, path, body)).headers["idempotency-replayed"] == "true"


async def test_who_may_no_more_is_not_told_the_answer_again(app: App) -> None:
    """The permission has gone; then it is there, and the scope is another one."""
    sessions = make_sessions(app.engine)
    of_user = update(User).where(User.username == "supervisor")
    async with looking(app, "supervisor") as client:
        assert (await _posted(client, "/tickets", TICKET)).status_code == 201
        for change in ({"roles": ["qa"]}, {"roles": ["supervisor"], "scope": {"teams": ["Team C"], "queues": []}}):
            async with sessions.begin() as session:
                await session.execute(of_user.values(change))
            refused = await _posted(client, "/tickets", TICKET)
            assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed"), change
        async with sessions.begin() as session:
            await session.execute(of_user.values(scope={"teams": ["Team A"], "queues": ["sales"]}))
        assert (await _posted(client, "/tickets", TICKET)).headers["idempotency-replayed"] == "true"


async def test_an_api_key_is_not_told_what_its_person_was(app: App) -> None:
    """Roles are made in person: no key is let in, and none by an answer that is remembered either."""
    async with looking(app, "all") as client:
        assert (await _posted(client, "/roles", ROLE)).status_code == 201
        permissions = (await client.get("/api/session")).json()["user"]["permissions"]
        secret = (await _posted(client, "/keys", {"name": "sync", "permissions": permissions})).json()["secret"]
        client.headers.pop("Cookie")
        refused = await _posted(client, "/roles", ROLE, KEY | {"Authorization": f"Bearer {secret}"})
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
