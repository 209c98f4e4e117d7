"""Roles made in the centre: of what their maker may do, in force at once, and not deleted from under anybody."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from callcenter.accounts import service
from callcenter.accounts.key_api import key_routes
from callcenter.accounts.role_api import role_routes
from callcenter.accounts.roles import delete_role
from callcenter.accounts.rules import PERMISSIONS, Role
from callcenter.accounts.service import Access, NewUser
from callcenter.accounts.user_api import user_routes
from callcenter.errors import BadInput, Conflict
from tests.accounts.browsers import browser, stranger
from tests.accounts.conftest import SECRET

TRAINER = {"name": "Trainer", "permissions": ["see_calls", "hear_clips"]}
CLERK = {"name": "Clerk", "permissions": ["manage_users", "see_floor", "hear_clips", "see_calls"]}


@pytest.fixture
async def web(web: FastAPI, access: Access) -> FastAPI:
    """Besides, the routes of users, roles and keys, and `root`, an administrator; `ada` is a supervisor."""
    for routes in (user_routes, role_routes, key_routes):
        web.include_router(routes(access))
    await service.add_user(access, NewUser("root", SECRET, (Role.ADMIN,)))
    return web


@pytest.fixture
async def root(web: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The administrator's browser."""
    async with browser(web, "root") as panel:
        yield panel


async def _made(root: httpx.AsyncClient, role: dict[str, Any]) -> int:
    answer = await root.post("/api/roles", json=role)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


async def _roles(root: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    return {role["name"]: role for role in (await root.get("/api/roles")).json()["roles"]}


async def _id(root: httpx.AsyncClient, username: str) -> int:
    listed = (await root.get("/api/users")).json()["users"]
    return int(next(user["id"] for user in listed if user["username"] == username))


async def test_shipped_roles_are_told_with_who_has_them_and_stay_as_they_are(root: httpx.AsyncClient) -> None:
    told = await _roles(root)
    assert list(told) == list(Role)
    assert told["supervisor"] == {
        "id": None,
        "name": "supervisor",
        "permissions": sorted(PERMISSIONS[Role.SUPERVISOR]),
        "users": ["ada"],
    }
    for name in ("admin", "ADMIN", "Ｑa"):
        answer = await root.post("/api/roles", json=TRAINER | {"name": name})
        assert (answer.status_code, answer.json()["field"]) == (422, "name")


async def test_an_own_role_permits_what_it_names_and_a_change_counts_at_once(
    web: FastAPI, access: Access, root: httpx.AsyncClient
) -> None:
    role_id = await _made(root, TRAINER)
    await service.add_user(access, NewUser("bob", SECRET, ("Trainer", Role.AGENT)))
    async with browser(web, "bob") as bob:
        user = (await bob.get("/api/session")).json()["user"]
        assert user["roles"] == ["Trainer", "agent"]
        assert set(user["permissions"]) == {"see_calls", "hear_clips"} | PERMISSIONS[Role.AGENT]
        secret = (await bob.post("/api/keys", json={"name": "k", "permissions": ["see_calls"]})).json()["secret"]
        word = access.revocations.next()
        changed = {"name": "Coach", "permissions": ["manage_clips"]}
        answer = await root.put(f"/api/roles/{role_id}", json=changed)
        assert answer.json() == changed | {"id": role_id, "users": ["bob"]}
        assert word.is_set()
        assert (await bob.get("/see_calls")).status_code == 403
        assert (await bob.get("/manage_clips")).status_code == 204
        assert (await bob.get("/api/session")).json()["user"]["roles"] == ["Coach", "agent"]
        async with stranger(web) as program:
            bearer = {"Authorization": f"Bearer {secret}"}
            assert (await program.get("/see_calls", headers=bearer)).status_code == 403
    assert "Trainer" not in await _roles(root)


async def test_a_role_in_use_is_not_deleted_and_it_is_said_who_has_it(access: Access, root: httpx.AsyncClient) -> None:
    role_id = await _made(root, TRAINER)
    await service.add_user(access, NewUser("bob", SECRET, ("Trainer",)))
    await service.add_user(access, NewUser("eve", SECRET, ("Trainer", Role.QA)))
    answer = await root.delete(f"/api/roles/{role_id}")
    assert answer.status_code == 409
    assert "bob, eve" in answer.json()["detail"]
    for name, roles in (("bob", ["agent"]), ("eve", ["qa"])):
        assert (await root.patch(f"/api/users/{await _id(root, name)}", json={"roles": roles})).status_code == 200
    assert (await root.delete(f"/api/roles/{role_id}")).status_code == 204
    assert (await root.delete(f"/api/roles/{role_id}")).status_code == 404
    assert (await root.put(f"/api/roles/{role_id}", json=TRAINER)).status_code == 404
    answer = await root.patch(f"/api/users/{await _id(root, 'bob')}", json={"roles": ["Trainer"]})
    assert (answer.status_code, answer.json()["field"]) == (422, "roles")


async def test_a_role_is_either_given_or_deleted(access: Access, root: httpx.AsyncClient) -> None:
    role_id = await _made(root, TRAINER)
    adding = service.add_user(access, NewUser("bob", SECRET, ("Trainer",)))
    results = await asyncio.gather(adding, delete_role(access, role_id), return_exceptions=True)
    assert sum(isinstance(result, BadInput | Conflict) for result in results) == 1


@pytest.mark.parametrize(
    ("role", "status", "field"),
    [
        ({"name": "", "permissions": ["see_calls"]}, 422, "name"),
        ({"name": "  ", "permissions": ["see_calls"]}, 422, "name"),
        ({"name": "a\u200bb", "permissions": ["see_calls"]}, 422, "name"),
        ({"name": "x" * 65, "permissions": ["see_calls"]}, 422, "name"),
        ({"name": "TRAINER", "permissions": ["see_calls"]}, 409, "name"),
        ({"name": "Empty", "permissions": []}, 422, "permissions"),
        ({"name": "King", "permissions": ["rule"]}, 422, "permissions.0"),
    ],
)
async def test_what_can_be_no_role(root: httpx.AsyncClient, role: dict[str, Any], status: int, field: str) -> None:
    await _made(root, TRAINER)
    other = await _made(root, {"name": "Other", "permissions": ["see_calls"]})
    for answer in (await root.post("/api/roles", json=role), await root.put(f"/api/roles/{other}", json=role)):
        assert (answer.status_code, answer.json()["field"]) == (status, field)


async def test_nobody_gives_what_they_lack_nor_changes_who_may_do_more(
    web: FastAPI, access: Access, root: httpx.AsyncClient
) -> None:
    await _made(root, CLERK)
    wide = await _made(root, {"name": "Wide", "permissions": ["erase_customers", "see_floor"]})
    trainer = await _made(root, TRAINER)
    await service.add_user(access, NewUser("clerk", SECRET, ("Clerk",)))
    await service.add_user(access, NewUser("bob", SECRET, ("Trainer",)))
    root_id, bob_id, clerk_id = [await _id(root, name) for name in ("root", "bob", "clerk")]
    new = {"username": "eve", "roles": ["Trainer"]}
    async with browser(web, "clerk") as clerk:
        for method, path, body, field in [
            ("POST", "/api/users", new | {"roles": ["admin"]}, "roles"),
            ("PATCH", f"/api/users/{clerk_id}", {"roles": ["Clerk", "admin"]}, "roles"),
            ("PATCH", f"/api/users/{bob_id}", {"roles": ["Wide"]}, "roles"),
            ("POST", "/api/roles", {"name": "More", "permissions": ["see_audit"]}, "permissions"),
            ("PUT", f"/api/roles/{trainer}", TRAINER | {"permissions": ["see_audit"]}, "permissions"),
            ("PUT", f"/api/roles/{wide}", {"name": "Wide", "permissions": ["see_floor"]}, "permissions"),
        ]:
            answer = await clerk.request(method, path, json=body)
            assert (answer.status_code, answer.json()["field"]) == (422, field), (path, answer.text)
        for method, path, body in [
            ("PATCH", f"/api/users/{root_id}", {"name": "Fool"}),
            ("POST", f"/api/users/{root_id}/password", None),
            ("DELETE", f"/api/users/{root_id}/sessions", None),
            ("DELETE", f"/api/users/{root_id}/second-factor", None),
        ]:
            assert (await clerk.request(method, path, json=body)).status_code == 403, path
        assert (await clerk.post("/api/users", json=new)).status_code == 201
        assert (await clerk.post(f"/api/users/{bob_id}/password")).status_code == 200
    assert (await root.get("/manage_users")).status_code == 204


async def test_an_own_role_of_all_permissions_is_no_last_administrator(access: Access, root: httpx.AsyncClient) -> None:
    await _made(root, {"name": "Deputy", "permissions": sorted(PERMISSIONS[Role.ADMIN])})
    own = f"/api/users/{await _id(root, 'root')}"
    await service.add_user(access, NewUser("bob", SECRET, ("Deputy",)))
    assert (await root.patch(own, json={"roles": ["Deputy"]})).status_code == 409


async def test_who_manages_no_users_and_a_key_see_and_make_no_roles(web: FastAPI, root: httpx.AsyncClient) -> None:
    role_id = await _made(root, TRAINER)
    secret = (await root.post("/api/keys", json={"name": "k", "permissions": ["manage_users"]})).json()["secret"]
    asked = [
        ("GET", "/api/roles", None),
        ("POST", "/api/roles", CLERK),
        ("PUT", f"/api/roles/{role_id}", CLERK),
        ("DELETE", f"/api/roles/{role_id}", None),
    ]
    async with browser(web, "ada") as ada, stranger(web) as program:
        for method, path, body in asked:
            assert (await ada.request(method, path, json=body)).status_code == 403
            bearer = {"Authorization": f"Bearer {secret}"}
            assert (await program.request(method, path, json=body, headers=bearer)).status_code == 403
            assert (await program.request(method, path, json=body)).status_code == 401
    assert "Trainer" in await _roles(root)
