"""A second factor that a role asks for: nothing else is open without it, and it cannot be switched off."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest
from fastapi import FastAPI
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from callcenter.accounts import service, totp
from callcenter.accounts.api import COOKIE, Guarded
from callcenter.accounts.first_run import FirstRun
from callcenter.accounts.first_run_api import first_run_routes
from callcenter.accounts.key_api import key_routes
from callcenter.accounts.profile_api import profile_routes
from callcenter.accounts.role_api import role_routes
from callcenter.accounts.roles import roles_to_come
from callcenter.accounts.rules import Role, owes_second_factor
from callcenter.accounts.second_factor_api import second_factor_routes
from callcenter.accounts.second_factors import forget
from callcenter.accounts.service import Access, NewUser
from callcenter.accounts.user_api import user_routes
from callcenter.serving import listen, served
from callcenter.settings import HttpSettings
from tests.accounts.browsers import browser, stranger
from tests.accounts.clock import Clock
from tests.accounts.conftest import SECRET, _echo

PLACE = "/api/profile/second-factor"
RIGHT = {"password": SECRET}
MISSING = (403, "second_factor_is_missing")


ASKS = {"asks_password": True}


@pytest.fixture
def access(access: Access) -> Access:
    """Administrators, supervisors and trainers must have a second factor."""
    return replace(access, second_factor_for=(Role.ADMIN, Role.SUPERVISOR, "Trainer"))


@pytest.fixture
async def web(web: FastAPI, access: Access) -> FastAPI:
    """Besides, all routes of accounts, and `bob`, an agent; `ada` is a supervisor."""
    for routes in (second_factor_routes, user_routes, role_routes, profile_routes, key_routes):
        web.include_router(routes(access))
    web.add_api_websocket_route("/live", Guarded("see_floor", _echo))
    await service.add_user(access, NewUser("bob", SECRET, (Role.AGENT,)))
    return web


@pytest.fixture
async def ada(web: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of a supervisor, who has no second factor as yet."""
    async with browser(web, "ada") as panel:
        yield panel


async def _set_up(panel: httpx.AsyncClient, clock: Clock) -> pyotp.TOTP:
    begun = await panel.post(PLACE, json=RIGHT)
    assert begun.status_code == 200, begun.text
    app = pyotp.TOTP(begun.json()["secret"])
    assert (await panel.put(PLACE, json={"code": app.at(clock.now)})).status_code == 200
    clock.now += totp.STEP_SECONDS  # the code that confirmed is used
    return app


@asynccontextmanager
async def _administrator(web: FastAPI, access: Access, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    await service.add_user(access, NewUser("root", SECRET, (Role.ADMIN,)))
    async with browser(web, "root") as root:
        await _set_up(root, clock)
        yield root


async def _id(root: httpx.AsyncClient, username: str) -> int:
    listed = (await root.get("/api/users")).json()["users"]
    return int(next(user["id"] for user in listed if user["username"] == username))


async def _is_missing(panel: httpx.AsyncClient) -> bool:
    user = (await panel.get("/api/session")).json()["user"]
    return bool(user["must_set_up_second_factor"])


def _told(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json().get("code")


async def test_nothing_is_open_before_it_is_set_up(web: FastAPI, ada: httpx.AsyncClient, clock: Clock) -> None:
    assert await _is_missing(ada)
    for answer in [
        await ada.get("/see_floor"),
        await ada.post("/see_calls"),
        await ada.get("/api/keys"),
        await ada.post("/api/keys", json={"name": "crm", "permissions": ["see_calls"], "expires_at": None}),
        await ada.patch("/api/profile", json={}),
        await ada.get("/api/profile/sessions"),
        await ada.post(f"{PLACE}/recovery-codes", json=RIGHT),
        await ada.post(f"{PLACE}/off", json=RIGHT),
        await ada.get("/manage_users"),
    ]:
        assert _told(answer) == MISSING, answer.url
    assert (await ada.get(PLACE)).json() == {"is_on": False, "is_obligatory": True, "recovery_codes_left": 0} | ASKS
    begun = (await ada.post(PLACE, json=RIGHT)).json()
    assert (await ada.put(PLACE, json={"code": "000000"})).status_code == 422
    assert _told(await ada.get("/see_floor")) == MISSING, "what was begun and not confirmed opens nothing"
    code = pyotp.TOTP(begun["secret"]).at(clock.now)
    assert (await ada.put(PLACE, json={"code": code})).status_code == 200
    assert (await ada.get("/see_floor")).status_code == 204
    assert not await _is_missing(ada)
    assert (await ada.get("/manage_users")).status_code == 403


async def test_who_lacks_it_changes_the_password_and_signs_out(web: FastAPI, ada: httpx.AsyncClient) -> None:
    change = {"old_password": SECRET, "password": "words of my own"}
    assert (await ada.post("/api/profile/password", json=change)).status_code == 204
    assert (await ada.delete("/api/session")).status_code == 204
    assert (await ada.get("/api/session")).status_code == 401


async def test_others_are_not_asked_and_set_it_up_as_they_like(web: FastAPI, clock: Clock) -> None:
    async with browser(web, "bob") as bob:
        assert not await _is_missing(bob)
        assert (await bob.get("/see_floor")).status_code == 204
        await _set_up(bob, clock)
        assert (await bob.post(f"{PLACE}/off", json=RIGHT)).status_code == 204


async def test_it_cannot_be_switched_off(ada: httpx.AsyncClient, clock: Clock) -> None:
    await _set_up(ada, clock)
    assert _told(await ada.post(f"{PLACE}/off", json=RIGHT)) == (403, "not_allowed")
    assert (await ada.get(PLACE)).json() == {"is_on": True, "is_obligatory": True, "recovery_codes_left": 10} | ASKS
    assert (await ada.post(f"{PLACE}/recovery-codes", json=RIGHT)).status_code == 200


async def test_a_temporary_password_is_changed_first(web: FastAPI, access: Access, clock: Clock) -> None:
    async with _administrator(web, access, clock) as root:
        made = (await root.post("/api/users", json={"username": "eve", "roles": ["supervisor"]})).json()
    async with browser(web, "eve", made["password"]) as eve:
        assert _told(await eve.post(PLACE, json={"password": made["password"]})) == (403, "password_is_temporary")
        change = {"old_password": made["password"], "password": SECRET}
        assert (await eve.post("/api/profile/password", json=change)).status_code == 204
        assert _told(await eve.get("/see_floor")) == MISSING
        await _set_up(eve, clock)
        assert (await eve.get("/see_floor")).status_code == 204


async def test_who_loses_it_sets_up_another(web: FastAPI, access: Access, ada: httpx.AsyncClient, clock: Clock) -> None:
    old = await _set_up(ada, clock)
    async with _administrator(web, access, clock) as root:
        place = f"/api/users/{await _id(root, 'ada')}/second-factor"
        assert (await root.delete(place)).status_code == 204
    assert _told(await ada.get("/see_floor")) == MISSING, "also where they are signed in"
    async with browser(web, "ada") as again:
        assert await _is_missing(again)
        new = await _set_up(again, clock)
        assert new.secret != old.secret
        assert (await again.get("/see_floor")).status_code == 204


async def test_a_key_goes_on_with_the_second_factor_of_its_user(
    web: FastAPI, access: Access, ada: httpx.AsyncClient, clock: Clock
) -> None:
    await _set_up(ada, clock)
    made = await ada.post("/api/keys", json={"name": "crm", "permissions": ["see_floor"], "expires_at": None})
    headers = {"Authorization": f"Bearer {made.json()['secret']}"}
    async with stranger(web) as program:
        assert (await program.get("/see_floor", headers=headers)).status_code == 204
        account = await service.account_named(access, "ada")
        assert account is not None
        await forget(access, account.id)
        assert _told(await program.get("/see_floor", headers=headers)) == MISSING
        assert _told(await program.post(PLACE, json=RIGHT, headers=headers)) == (403, "not_allowed")
        await _set_up(ada, clock)
        assert (await program.get("/see_floor", headers=headers)).status_code == 204


async def test_users_are_told_apart_by_who_owes_one_and_who_has_one(
    web: FastAPI, access: Access, ada: httpx.AsyncClient, clock: Clock
) -> None:
    async with _administrator(web, access, clock) as root, browser(web, "bob") as bob:

        async def told() -> dict[str, tuple[bool, bool]]:
            listed = (await root.get("/api/users")).json()["users"]
            return {one["username"]: (one["must_set_up_second_factor"], one["has_second_factor"]) for one in listed}

        assert await told() == {"ada": (True, False), "bob": (False, False), "root": (False, True)}
        await _set_up(ada, clock)
        await _set_up(bob, clock)
        assert await told() == {"ada": (False, True), "bob": (False, True), "root": (False, True)}


async def test_an_agent_who_becomes_a_supervisor_is_asked_at_once(web: FastAPI, access: Access, clock: Clock) -> None:
    async with browser(web, "bob") as bob, _administrator(web, access, clock) as root:
        place = f"/api/users/{await _id(root, 'bob')}"
        assert (await root.patch(place, json={"roles": ["agent", "supervisor"]})).status_code == 200
        assert _told(await bob.get("/see_floor")) == MISSING
        assert (await root.patch(place, json={"roles": ["agent"]})).status_code == 200
        assert (await bob.get("/see_floor")).status_code == 204


async def test_an_own_role_of_the_settings_asks_for_it_and_keeps_its_name(
    web: FastAPI, access: Access, clock: Clock
) -> None:
    assert await roles_to_come(access) == ["Trainer"]
    trainer = {"name": "Trainer", "permissions": ["see_floor"]}
    async with _administrator(web, access, clock) as root:
        role_id = (await root.post("/api/roles", json=trainer)).json()["id"]
        assert await roles_to_come(access) == []
        await root.patch(f"/api/users/{await _id(root, 'bob')}", json={"roles": ["Trainer"]})
        async with browser(web, "bob") as bob:
            assert _told(await bob.get("/see_floor")) == MISSING
        answer = await root.put(f"/api/roles/{role_id}", json=trainer | {"name": "Coach"})
        assert (answer.status_code, answer.json()["field"]) == (409, "name"), "a new name would ask nobody"
        changed = trainer | {"permissions": ["see_floor", "see_calls"]}
        assert (await root.put(f"/api/roles/{role_id}", json=changed)).status_code == 200


async def test_the_first_administrator_is_asked_too(web: FastAPI, access: Access, clock: Clock, tmp_path: Path) -> None:
    door = FirstRun(access, tmp_path)
    web.include_router(first_run_routes(door))
    await door.open()
    async with stranger(web) as panel:
        first = {"word": door.file.read_text().strip(), "username": "root", "password": SECRET}
        assert (await panel.post("/api/first-run", json=first)).status_code == 204
    async with browser(web, "root") as root:
        assert _told(await root.get("/api/users")) == MISSING
        await _set_up(root, clock)
        assert (await root.get("/api/users")).status_code == 200


async def test_a_live_feed_needs_it_and_ends_with_it(
    web: FastAPI, access: Access, ada: httpx.AsyncClient, clock: Clock
) -> None:
    headers = {"Cookie": f"{COOKIE}={ada.cookies[COOKIE]}"}
    with listen(HttpSettings(port=0)) as listener:
        port = listener.getsockname()[1]
        async with served(web, listener):
            async with connect(f"ws://127.0.0.1:{port}/live", additional_headers=headers) as socket:
                with pytest.raises(ConnectionClosed) as closed:
                    await socket.recv()
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 4403
            await _set_up(ada, clock)
            async with connect(f"ws://127.0.0.1:{port}/live", additional_headers=headers) as socket:
                await socket.send("here")
                assert await socket.recv() == "here"
                account = await service.account_named(access, "ada")
                assert account is not None
                await forget(access, account.id)
                with pytest.raises(ConnectionClosed) as closed:
                    await socket.recv()
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 4403


def test_one_of_several_roles_is_enough() -> None:
    assert owes_second_factor(["agent", "admin"], ("admin",))
    assert not owes_second_factor(["agent"], ("admin", "Trainer"))
    assert not owes_second_factor(["trainer"], ("Trainer",))
    assert not owes_second_factor(["admin"], ())
