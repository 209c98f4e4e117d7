"""What a scope sees, as a value and as a condition of SQL; and how users get one."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, literal, select

from callcenter.accounts import service
from callcenter.accounts.api import requires
from callcenter.accounts.key_api import key_routes
from callcenter.accounts.rules import Role
from callcenter.accounts.scope import EVERYTHING, Scope, scope_of
from callcenter.accounts.scoped import in_scope
from callcenter.accounts.service import Access, Account, NewUser
from callcenter.accounts.user_api import user_routes
from callcenter.errors import BadInput, NotFound
from tests.accounts.browsers import browser, stranger
from tests.accounts.conftest import SECRET

SALES = {"teams": ["Team A"], "queues": ["sales"]}
DATABASE = create_engine("sqlite://")
names = st.sampled_from(["", "a", "b"])


def test_a_scope_sees_the_agents_of_its_teams_and_what_reaches_its_queues() -> None:
    scope = scope_of(["Team A"], ["sales"])
    assert scope.sees_agent("Team A")
    assert scope.sees_agent("Team B", ["support", "sales"])
    assert not scope.sees_agent("Team B", ["support"])
    assert not scope.sees_agent("")
    assert scope.sees_queue("sales")
    assert not scope.sees_queue("")
    assert scope.names() == ["Team A", "sales"]
    with pytest.raises(NotFound):
        scope.check(False, "seat")


def test_what_names_nothing_is_no_scope_and_sees_nothing() -> None:
    with pytest.raises(BadInput):
        scope_of([], [])
    with pytest.raises(BadInput):
        scope_of([str(number) for number in range(201)], [])
    assert not Scope().sees("", "")
    assert EVERYTHING.sees("", "")


@given(st.frozensets(names), st.frozensets(names), st.booleans(), names, names)
def test_the_condition_says_what_the_value_says(
    teams: frozenset[str], queues: frozenset[str], is_everything: bool, team: str, queue: str
) -> None:
    scope = Scope(teams, queues, is_everything)
    condition = in_scope(scope, team=literal(team), queue=literal(queue))
    with DATABASE.connect() as connection:
        assert bool(connection.scalar(select(condition))) == scope.sees(team, queue)


# --- users ---------------------------------------------------------------------------------------------------------


@pytest.fixture
async def web(web: FastAPI, access: Access) -> FastAPI:
    """Besides, the routes of users and keys, a route that applies the scope, and `root`, an administrator."""
    for routes in (user_routes, key_routes):
        web.include_router(routes(access))

    @web.get("/scoped")
    async def scoped(account: Annotated[Account, requires("see_floor", reach="scoped")]) -> list[str]:
        return account.scope.names()

    await service.add_user(access, NewUser("root", SECRET, (Role.ADMIN,)))
    return web


@pytest.fixture
async def root(web: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The administrator's browser."""
    async with browser(web, "root") as panel:
        yield panel


async def _ids(root: httpx.AsyncClient) -> dict[str, int]:
    return {user["username"]: user["id"] for user in (await root.get("/api/users")).json()["users"]}


async def test_a_user_has_the_scope_that_was_chosen_at_once_and_keys_follow(
    web: FastAPI, access: Access, root: httpx.AsyncClient
) -> None:
    ada = f"/api/users/{(await _ids(root))['ada']}"
    async with browser(web, "ada") as panel, stranger(web) as program:
        key = {"name": "k", "permissions": ["see_floor"]}
        bearer = {"Authorization": f"Bearer {(await panel.post('/api/keys', json=key)).json()['secret']}"}
        assert (await panel.get("/see_floor")).status_code == 204
        assert (await panel.get("/api/session")).json()["user"]["scope"] is None
        word = access.revocations.next()
        assert (await root.patch(ada, json={"scope": SALES})).json()["scope"] == SALES
        assert word.is_set()
        assert (await panel.get("/api/session")).json()["user"]["scope"] == SALES
        for answer in (await panel.get("/scoped"), await program.get("/scoped", headers=bearer)):
            assert answer.json() == ["Team A", "sales"]
        for answer in (await panel.get("/see_floor"), await program.get("/see_floor", headers=bearer)):
            assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
            assert "whole centre" in answer.json()["detail"]
        assert (await root.patch(ada, json={"name": "Ada"})).json()["scope"] == SALES
        assert (await root.patch(ada, json={"scope": None})).json()["scope"] is None
        assert (await panel.get("/see_floor")).status_code == 204


async def test_a_new_user_has_a_scope(root: httpx.AsyncClient) -> None:
    new = {"username": "bob", "roles": ["team_leader"], "scope": {"teams": ["Team B", "Team A"]}}
    made = (await root.post("/api/users", json=new)).json()
    assert made["scope"] == {"teams": ["Team A", "Team B"], "queues": []}


@pytest.mark.parametrize(
    ("scope", "field"),
    [
        ({}, "scope"),
        ({"teams": [], "queues": []}, "scope"),
        ({"teams": [""]}, "scope.teams.0"),
        ({"queues": ["a\x00b"]}, "scope.queues.0"),
        ({"queues": ["x" * 129]}, "scope.queues.0"),
        ({"teams": [str(number) for number in range(201)]}, "scope.teams"),
        ({"teams": "Team A"}, "scope.teams"),
        ({"lists": ["1"]}, "scope.lists"),
    ],
)
async def test_what_can_be_no_scope(root: httpx.AsyncClient, scope: dict[str, Any], field: str) -> None:
    ada = f"/api/users/{(await _ids(root))['ada']}"
    new = {"username": "bob", "roles": ["agent"], "scope": scope}
    for answer in (await root.patch(ada, json={"scope": scope}), await root.post("/api/users", json=new)):
        assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_an_administrator_of_a_part_manages_nobody_and_is_no_last_one(
    access: Access, web: FastAPI, root: httpx.AsyncClient
) -> None:
    await service.add_user(access, NewUser("eve", SECRET, (Role.ADMIN,), scope=scope_of(["Team A"], [])))
    ids = await _ids(root)
    for changes in ({"scope": SALES}, {"roles": ["agent"]}):
        assert (await root.patch(f"/api/users/{ids['root']}", json=changes)).status_code == 409
    async with browser(web, "eve") as eve:
        assert (await eve.get("/api/users")).status_code == 403
        assert (await eve.patch(f"/api/users/{ids['eve']}", json={"scope": None})).status_code == 403
        await root.post("/api/keys", json={"name": "k", "permissions": ["see_floor"]})
        assert (await eve.get("/api/keys")).json()["keys"] == []
