"""Users as administrators manage them: made with a temporary password, changed, disabled, never all locked out."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from callcenter.accounts import keys, service, users
from callcenter.accounts.api import Guarded
from callcenter.accounts.key_api import key_routes
from callcenter.accounts.profile_api import profile_routes
from callcenter.accounts.rules import TEMPORARY_PASSWORD_SECONDS, Role
from callcenter.accounts.service import Access, NewUser, find_session
from callcenter.accounts.signing_in import sign_in
from callcenter.accounts.tokens import readable_token
from callcenter.accounts.user_api import user_routes
from callcenter.errors import Conflict
from callcenter.serving import listen, served
from callcenter.settings import HttpSettings
from tests.accounts.browsers import browser, stranger
from tests.accounts.clock import Clock
from tests.accounts.conftest import SECRET, _echo

BOB = {"username": "bob", "name": "Bob <b>", "roles": ["agent"], "language": "zh"}


@pytest.fixture
async def web(web: FastAPI, access: Access) -> FastAPI:
    """Besides, the routes of users, profiles and keys, and `root`, an administrator; `ada` is a supervisor."""
    for routes in (user_routes, profile_routes, key_routes):
        web.include_router(routes(access))
    web.add_api_websocket_route("/live", Guarded("see_floor", _echo))
    await service.add_user(access, NewUser("root", SECRET, (Role.ADMIN,)))
    return web


@pytest.fixture
async def root(web: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The administrator's browser."""
    async with browser(web, "root") as panel:
        yield panel


async def _made(root: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await root.post("/api/users", json=BOB | fields)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def _id(root: httpx.AsyncClient, username: str) -> int:
    listed = (await root.get("/api/users")).json()["users"]
    return int(next(user["id"] for user in listed if user["username"] == username))


async def test_a_new_user_chooses_a_password_before_anything_else(
    web: FastAPI, root: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    made = await _made(root)
    async with browser(web, "bob", made["password"]) as bob:
        assert (await bob.get("/api/session")).json()["user"]["must_change_password"] is True
        for answer in [
            await bob.get("/see_floor"),
            await bob.get("/api/keys"),
            await bob.patch("/api/profile", json={}),
        ]:
            assert (answer.status_code, answer.json()["code"]) == (403, "password_is_temporary")
        change = {"old_password": made["password"], "password": made["password"]}
        answer = await bob.post("/api/profile/password", json=change)
        assert (answer.status_code, answer.json()["field"]) == (422, "password")
        answer = await bob.post("/api/profile/password", json=change | {"password": "my own words"})
        assert answer.status_code == 204
        assert (await bob.get("/see_floor")).status_code == 204
        assert (await bob.get("/api/session")).json()["user"]["must_change_password"] is False
    assert made["password"] not in caplog.text


async def test_a_temporary_password_runs_out(web: FastAPI, root: httpx.AsyncClient, clock: Clock) -> None:
    made = await _made(root)
    clock.now += TEMPORARY_PASSWORD_SECONDS
    async with stranger(web) as bob:
        answer = await bob.post("/api/session", json={"username": "bob", "password": made["password"]})
        assert answer.status_code == 401


async def test_users_are_listed_with_where_they_are_and_without_secrets(
    web: FastAPI, root: httpx.AsyncClient, clock: Clock
) -> None:
    await _made(root)
    async with browser(web, "ada"), browser(web, "ada"):
        answer = await root.get("/api/users")
    ada, bob, _root = answer.json()["users"]
    assert (ada["session_count"], ada["last_seen_at"], ada["password_expires_at"]) == (2, clock.now, None)
    assert (bob["session_count"], bob["last_seen_at"], bob["name"]) == (0, None, "Bob <b>")
    assert bob["password_expires_at"] == clock.now + TEMPORARY_PASSWORD_SECONDS
    assert not {"password", "password_hash"} & bob.keys()


async def test_users_come_in_pages(root: httpx.AsyncClient) -> None:
    for name in ("Bob", "carol", "\uff24an"):
        await _made(root, username=name)
    pages: list[list[str]] = []
    query: dict[str, str | int] = {"limit": 2}
    while query.get("cursor", "first"):
        found = (await root.get("/api/users", params=query)).json()
        pages.append([user["username"] for user in found["users"]])
        query["cursor"] = found["next"] or ""
    assert pages == [["ada", "Bob"], ["carol", "\uff24an"], ["root"]]
    found = (await root.get("/api/users", params={"limit": 5})).json()
    assert (len(found["users"]), found["next"]) == (5, None)


async def test_a_page_goes_on_behind_somebody_who_is_removed_meanwhile(access: Access, root: httpx.AsyncClient) -> None:
    cursor = (await root.get("/api/users", params={"limit": 1})).json()["next"]
    await service.remove_user(access, cursor)
    found = (await root.get("/api/users", params={"cursor": cursor})).json()
    assert [user["username"] for user in found["users"]] == ["root"]


@pytest.mark.parametrize(
    ("text", "usernames"),
    [
        ("LOVE", ["ada"]),
        ("oB", ["bob", "b_b"]),
        ("001", ["bob"]),
        ("%", ["b_b"]),
        ("_", ["b_b"]),
        ("\\", []),
        ("ROO", ["root"]),
        ("100%", ["b_b"]),
    ],
)
async def test_users_are_found_by_a_part_of_what_they_are_called(
    root: httpx.AsyncClient, text: str, usernames: list[str]
) -> None:
    await _made(root, agent_number="1001")
    await _made(root, username="b_b", name="Bob 100%", agent_number="2")
    listed = (await root.get("/api/users", params={"text": text})).json()["users"]
    assert {user["username"] for user in listed} == set(usernames)


async def test_what_is_found_comes_in_pages_too(root: httpx.AsyncClient) -> None:
    await _made(root, agent_number="1001")
    await _made(root, username="rob", agent_number="2001")
    first = (await root.get("/api/users", params={"text": "001", "limit": 1})).json()
    second = (await root.get("/api/users", params={"text": "001", "limit": 1, "cursor": first["next"]})).json()
    assert [user["username"] for page in (first, second) for user in page["users"]] == ["bob", "rob"]
    assert second["next"] is None


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "text=", "text=a%00", "cursor=", "cursor=a%00", "name=a"])
async def test_what_cannot_be_asked_of_users(root: httpx.AsyncClient, query: str) -> None:
    answer = await root.get(f"/api/users?{query}")
    assert (answer.status_code, answer.json()["field"]) == (422, query.partition("=")[0])


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"username": "a b"}, "username"),
        ({"username": ""}, "username"),
        ({"username": "x" * 65}, "username"),
        ({"name": "   "}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"roles": []}, "roles"),
        ({"roles": ["king"]}, "roles"),
        ({"language": "fr"}, "language"),
        ({"password": "of my choice"}, "password"),
        ({"is_disabled": True}, "is_disabled"),
    ],
)
async def test_what_cannot_be_a_user(root: httpx.AsyncClient, fields: dict[str, Any], field: str) -> None:
    answer = await root.post("/api/users", json=BOB | fields)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert len((await root.get("/api/users")).json()["users"]) == 2


async def test_a_username_is_taken_whatever_its_case(root: httpx.AsyncClient) -> None:
    answer = await root.post("/api/users", json=BOB | {"username": "ADA"})
    assert (answer.status_code, answer.json()["field"]) == (409, "username")


async def test_name_roles_and_language_change_and_count_at_once(web: FastAPI, root: httpx.AsyncClient) -> None:
    async with browser(web, "ada") as ada:
        ada_id = await _id(root, "ada")
        changes = {"name": "Ada", "roles": ["qa", "agent", "qa"], "language": "en"}
        answer = await root.patch(f"/api/users/{ada_id}", json=changes)
        assert answer.json()["roles"] == ["agent", "qa"]
        assert (await ada.get("/run_lists")).status_code == 403
        user = (await ada.get("/api/session")).json()["user"]
        assert (user["name"], user["language"], user["roles"]) == ("Ada", "en", ["agent", "qa"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"roles": []}, "roles"),
        ({"name": ""}, "name"),
        ({"username": "eve"}, "username"),
        ({"is_disabled": 7}, "is_disabled"),
    ],
)
async def test_changes_that_cannot_be(root: httpx.AsyncClient, changes: dict[str, Any], field: str) -> None:
    answer = await root.patch(f"/api/users/{await _id(root, 'ada')}", json={"language": "en"} | changes)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    with_language = (await root.get("/api/users")).json()["users"][0]["language"]
    assert with_language == "zh"


async def test_an_unknown_user_is_said(root: httpx.AsyncClient) -> None:
    assert (await root.patch("/api/users/999", json={"name": "x"})).status_code == 404
    assert (await root.post("/api/users/999/password")).status_code == 404
    assert (await root.delete("/api/users/999/sessions")).status_code == 404
    assert (await root.patch("/api/users/0", json={"name": "x"})).status_code == 422


async def test_who_is_disabled_is_out_at_once_and_comes_back_when_enabled(
    web: FastAPI, root: httpx.AsyncClient
) -> None:
    ada_id = await _id(root, "ada")
    async with browser(web, "ada") as ada:
        assert (await root.patch(f"/api/users/{ada_id}", json={"is_disabled": True})).json()["is_disabled"] is True
        assert (await ada.get("/see_floor")).status_code == 401
        await root.patch(f"/api/users/{ada_id}", json={"is_disabled": False})
        assert (await ada.get("/see_floor")).status_code == 401  # the session is over, not asleep
    async with browser(web, "ada") as ada:
        assert (await ada.get("/see_floor")).status_code == 204


async def test_a_reset_ends_all_sessions_and_keeps_keys(web: FastAPI, access: Access, root: httpx.AsyncClient) -> None:
    async with browser(web, "ada") as ada:
        key = (await ada.post("/api/keys", json={"name": "CRM", "permissions": ["run_lists"]})).json()["secret"]
        answer = await root.post(f"/api/users/{await _id(root, 'ada')}/password")
        assert (await ada.get("/see_floor")).status_code == 401
    async with stranger(web) as ada:
        assert (await ada.post("/api/session", json={"username": "ada", "password": SECRET})).status_code == 401
        assert (await ada.get("/run_lists", headers={"Authorization": f"Bearer {key}"})).status_code == 204
    async with browser(web, "ada", answer.json()["password"]) as ada:
        assert (await ada.get("/see_floor")).status_code == 403


# --- the last administrator ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("changes", [{"roles": ["supervisor"]}, {"is_disabled": True}])
async def test_the_last_administrator_stays(root: httpx.AsyncClient, changes: dict[str, Any]) -> None:
    own = f"/api/users/{await _id(root, 'root')}"
    assert (await root.patch(own, json=changes)).status_code == 409
    await _made(root, roles=["admin"])  # has not signed in yet, and may never do
    assert (await root.patch(own, json=changes)).status_code == 409
    assert (await root.get("/manage_users")).status_code == 204


async def test_an_administrator_steps_down_where_another_is_left(
    web: FastAPI, access: Access, root: httpx.AsyncClient
) -> None:
    await service.add_user(access, NewUser("eve", SECRET, (Role.ADMIN,)))
    assert (await root.patch(f"/api/users/{await _id(root, 'root')}", json={"roles": ["agent"]})).status_code == 200
    assert (await root.get("/manage_users")).status_code == 403


async def test_nobody_resets_their_own_password(root: httpx.AsyncClient) -> None:
    assert (await root.post(f"/api/users/{await _id(root, 'root')}/password")).status_code == 409


async def test_two_administrators_cannot_both_step_down(access: Access, root: httpx.AsyncClient) -> None:
    await service.add_user(access, NewUser("eve", SECRET, (Role.ADMIN,)))
    pair = [await service.account_named(access, name) for name in ("root", "eve")]
    tries = [users.change_user(access, one, one.id, {"roles": [Role.AGENT]}) for one in pair if one]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "tuple"]
    assert await service.has_admin(access)


async def test_somebody_without_the_permission_and_a_key_with_it_manage_nobody(
    web: FastAPI, access: Access, root: httpx.AsyncClient
) -> None:
    ada_id = await _id(root, "ada")
    secret = (await root.post("/api/keys", json={"name": "k", "permissions": ["manage_users"]})).json()["secret"]
    asked = [
        ("GET", "/api/users", None),
        ("POST", "/api/users", BOB),
        ("PATCH", f"/api/users/{ada_id}", {"roles": ["admin"]}),
        ("POST", f"/api/users/{ada_id}/password", None),
        ("DELETE", f"/api/users/{ada_id}/sessions", None),
    ]
    async with browser(web, "ada") as ada, stranger(web) as program:
        for method, path, body in asked:
            assert (await ada.request(method, path, json=body)).status_code == 403
            bearer = {"Authorization": f"Bearer {secret}"}
            assert (await program.request(method, path, json=body, headers=bearer)).status_code == 403
            assert (await program.request(method, path, json=body)).status_code == 401
        assert (await ada.get("/run_lists")).status_code == 204
    assert keys.PREFIX in secret


# --- open websockets ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["disabled", "reset", "ended", "revoked by oneself", "roles", "changed password"])
async def test_an_open_websocket_ends_within_a_second(
    web: FastAPI, access: Access, root: httpx.AsyncClient, how: str
) -> None:
    ada_id = await _id(root, "ada")
    with listen(HttpSettings(port=0)) as listener:
        async with served(web, listener), browser(web, "ada") as ada:
            token, account = await sign_in(access, "ada", SECRET, "")
            live = f"ws://127.0.0.1:{listener.getsockname()[1]}/live"
            async with connect(live, additional_headers={"Cookie": f"callcenter_session={token}"}) as feed:
                await feed.send("hello")
                assert await feed.recv() == "hello"
                match how:
                    case "disabled":
                        await root.patch(f"/api/users/{ada_id}", json={"is_disabled": True})
                    case "reset":
                        await root.post(f"/api/users/{ada_id}/password")
                    case "ended":
                        await root.delete(f"/api/users/{ada_id}/sessions")
                    case "revoked by oneself":
                        await ada.delete(f"/api/profile/sessions/{account.session_id}")
                    case "roles":
                        await root.patch(f"/api/users/{ada_id}", json={"roles": ["qa"]})
                    case _:
                        new = {"old_password": SECRET, "password": "other words"}
                        await ada.post("/api/profile/password", json=new)
                async with asyncio.timeout(1):
                    with pytest.raises(ConnectionClosed) as closed:
                        await feed.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == (4403 if how == "roles" else 4401)
    assert (await find_session(access, token) is None) == (how != "roles")


def test_temporary_passwords_are_random_and_easy_to_read() -> None:
    made = {readable_token() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        assert len(password) == 19
        assert not set(password) & set("il1o0 ")


async def test_an_administrator_with_a_temporary_password_is_no_last_one(access: Access, web: FastAPI) -> None:
    await service.add_user(access, NewUser("eve", SECRET, (Role.ADMIN,)))
    root, eve = [await service.account_named(access, name) for name in ("root", "eve")]
    assert root
    assert eve
    await users.reset_password(access, root, eve.id)
    with pytest.raises(Conflict):
        await users.reset_password(access, eve, root.id)


async def test_one_agent_is_one_user(web: FastAPI, root: httpx.AsyncClient) -> None:
    made = await _made(root, agent_number="1001")
    assert made["agent_number"] == "1001"
    answer = await root.post("/api/users", json=BOB | {"username": "eve", "agent_number": "1001"})
    assert (answer.status_code, answer.json()["field"]) == (409, "agent_number")
    ada = await _id(root, "ada")
    answer = await root.patch(f"/api/users/{ada}", json={"agent_number": "1001"})
    assert (answer.status_code, answer.json()["field"]) == (409, "agent_number")
    answer = await root.patch(f"/api/users/{made['id']}", json={"agent_number": "1001", "name": "Bob"})
    assert (answer.status_code, answer.json()["agent_number"]) == (200, "1001")
    assert (await root.patch(f"/api/users/{made['id']}", json={"agent_number": None})).json()["agent_number"] is None
    answer = await root.patch(f"/api/users/{ada}", json={"agent_number": "1001"})
    assert answer.json()["agent_number"] == "1001"
    async with browser(web, "ada") as panel:
        assert (await panel.get("/api/session")).json()["user"]["agent_number"] == "1001"


@pytest.mark.parametrize("number", ["", "10 01", "12a", "\u0661", "1" * 65])
async def test_what_cannot_be_an_agents_number(root: httpx.AsyncClient, number: str) -> None:
    answer = await root.post("/api/users", json=BOB | {"agent_number": number})
    assert (answer.status_code, answer.json()["field"]) == (422, "agent_number")
