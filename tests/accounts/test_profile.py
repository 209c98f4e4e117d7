"""One's own account: name, language, password, and where one is signed in."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from callcenter.accounts import service
from callcenter.accounts.key_api import key_routes
from callcenter.accounts.profile_api import profile_routes
from callcenter.accounts.rules import Role
from callcenter.accounts.service import Access, NewUser
from tests.accounts.browsers import browser, stranger
from tests.accounts.clock import Clock
from tests.accounts.conftest import SECRET

NEW = "other words"


@pytest.fixture
async def web(web: FastAPI, access: Access) -> FastAPI:
    """Besides, the routes of profiles and keys; `ada` is a supervisor, `bob` an agent."""
    web.include_router(profile_routes(access))
    web.include_router(key_routes(access))
    await service.add_user(access, NewUser("bob", SECRET, (Role.AGENT,)))
    return web


@pytest.fixture
async def ada(web: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A supervisor's browser."""
    async with browser(web, "ada", agent="Firefox <b>" + "x" * 300) as panel:
        yield panel


async def _sessions(panel: httpx.AsyncClient) -> list[dict[str, Any]]:
    return list((await panel.get("/api/profile/sessions")).json()["sessions"])


async def test_name_and_language_are_ones_own_and_nothing_else_is(ada: httpx.AsyncClient) -> None:
    assert (await ada.patch("/api/profile", json={"name": "Countess", "language": "en"})).status_code == 204
    user = (await ada.get("/api/session")).json()["user"]
    assert (user["name"], user["language"]) == ("Countess", "en")
    for field, value in (("roles", ["admin"]), ("is_disabled", False), ("username", "eve"), ("name", "")):
        answer = await ada.patch("/api/profile", json={field: value})
        assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_the_password_changes_with_the_old_one_and_ends_the_other_sessions(
    web: FastAPI, ada: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    async with browser(web, "ada") as other, browser(web, "bob") as bob:
        change = {"old_password": SECRET, "password": NEW}
        assert (await ada.post("/api/profile/password", json=change)).status_code == 204
        assert (await ada.get("/see_floor")).status_code == 204
        assert (await other.get("/see_floor")).status_code == 401
        assert (await bob.get("/see_floor")).status_code == 204
    async with browser(web, "ada", NEW), stranger(web) as late:
        assert (await late.post("/api/session", json={"username": "ada", "password": SECRET})).status_code == 401
    assert NEW not in caplog.text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"old_password": "wrong horse", "password": NEW}, "old_password"),
        ({"old_password": SECRET, "password": "short"}, "password"),
        ({"old_password": SECRET, "password": "x" * 1025}, "password"),
        ({"old_password": SECRET, "password": SECRET}, "password"),
        ({"password": NEW}, "old_password"),
    ],
)
async def test_what_does_not_change_a_password(
    web: FastAPI, ada: httpx.AsyncClient, change: dict[str, str], field: str
) -> None:
    answer = await ada.post("/api/profile/password", json=change)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert all(secret not in answer.text for secret in change.values())
    async with browser(web, "ada") as again:
        assert (await again.get("/see_floor")).status_code == 204


async def test_an_open_browser_is_no_place_to_guess_the_password_at(ada: httpx.AsyncClient, clock: Clock) -> None:
    guess = {"old_password": "wrong horse", "password": NEW}
    statuses = [(await ada.post("/api/profile/password", json=guess)).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    right = guess | {"old_password": SECRET}
    assert (await ada.post("/api/profile/password", json=right)).status_code == 429
    clock.now += 30
    assert (await ada.post("/api/profile/password", json=right)).status_code == 204


async def test_sessions_are_listed_with_address_browser_and_last_use(
    web: FastAPI, ada: httpx.AsyncClient, clock: Clock
) -> None:
    began = clock.now
    async with browser(web, "ada", agent="Chrome") as other, browser(web, "bob"):
        clock.now += 90
        await other.get("/see_floor")
        newest, mine = await _sessions(other)
    assert (newest["browser"], newest["is_this"], newest["last_seen_at"]) == ("Chrome", True, clock.now)
    assert (mine["browser"], mine["is_this"], mine["last_seen_at"]) == (("Firefox <b>" + "x" * 300)[:200], False, began)
    assert (mine["address"], mine["created_at"]) == ("192.0.2.1", began)
    assert ada.cookies["callcenter_session"] not in str(mine)


async def test_the_name_of_a_session_opens_nothing(web: FastAPI, ada: httpx.AsyncClient) -> None:
    [mine] = await _sessions(ada)
    async with stranger(web) as thief:
        answer = await thief.get("/see_floor", headers={"Cookie": f"callcenter_session={mine['id']}"})
    assert answer.status_code == 401


async def test_one_session_is_ended_and_the_others_go_on(web: FastAPI, ada: httpx.AsyncClient) -> None:
    async with browser(web, "ada") as other, browser(web, "ada") as third:
        [theirs] = [one["id"] for one in await _sessions(other) if one["is_this"]]
        assert (await ada.delete(f"/api/profile/sessions/{theirs}")).status_code == 204
        assert (await ada.delete(f"/api/profile/sessions/{theirs}")).status_code == 404
        assert (await other.get("/see_floor")).status_code == 401
        assert (await third.get("/see_floor")).status_code == 204


async def test_all_others_are_ended_at_once(web: FastAPI, ada: httpx.AsyncClient) -> None:
    async with browser(web, "ada") as other, browser(web, "bob") as bob:
        assert (await ada.delete("/api/profile/sessions")).status_code == 204
        assert (await other.get("/see_floor")).status_code == 401
        assert (await bob.get("/see_floor")).status_code == 204
    assert [one["is_this"] for one in await _sessions(ada)] == [True]


async def test_sessions_of_others_are_out_of_reach(web: FastAPI, ada: httpx.AsyncClient) -> None:
    async with browser(web, "bob") as bob:
        [theirs] = await _sessions(bob)
        assert (await ada.delete(f"/api/profile/sessions/{theirs['id']}")).status_code == 404
        for name in ("%", "%25", "_" * 16, "0" * 15, "A" * 16):
            assert (await ada.delete(f"/api/profile/sessions/{name}")).status_code in (404, 422)
        assert (await bob.get("/see_floor")).status_code == 204
    assert len(await _sessions(ada)) == 1


async def test_a_key_has_no_profile(web: FastAPI, ada: httpx.AsyncClient) -> None:
    secret = (await ada.post("/api/keys", json={"name": "k", "permissions": ["run_lists"]})).json()["secret"]
    change = {"old_password": SECRET, "password": NEW}
    async with stranger(web) as program:
        program.headers["Authorization"] = f"Bearer {secret}"
        assert (await program.patch("/api/profile", json={"name": "x"})).status_code == 403
        assert (await program.post("/api/profile/password", json=change)).status_code == 403
        assert (await program.get("/api/profile/sessions")).status_code == 403
        assert (await program.delete("/api/profile/sessions")).status_code == 403
        assert (await program.delete(f"/api/profile/sessions/{'0' * 16}")).status_code == 403
