"""API keys: what a program may do for a user, how it is let in, and how that ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from callcenter.accounts import keys, service
from callcenter.accounts.key_api import key_routes
from callcenter.accounts.rules import Role
from callcenter.accounts.service import Access, NewUser
from callcenter.accounts.tables import ApiKey, User
from callcenter.serving import listen, served
from callcenter.settings import HttpSettings
from tests.accounts.clock import Clock
from tests.accounts.conftest import SECRET
from tests.serving import PANEL

DAY = 86_400


@pytest.fixture
async def web(web: FastAPI, access: Access) -> FastAPI:
    """Besides, the routes of keys; `ada` is a supervisor, `bob` an agent, `root` an administrator."""
    web.include_router(key_routes(access))
    for name, role in (("bob", Role.AGENT), ("root", Role.ADMIN)):
        await service.add_user(access, NewUser(name, SECRET, (role,)))
    return web


def _client(web: FastAPI, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(web, client=("192.0.2.1", 5060))
    return httpx.AsyncClient(transport=transport, base_url="http://centre", headers=headers)


@asynccontextmanager
async def _panel(web: FastAPI, username: str) -> AsyncIterator[httpx.AsyncClient]:
    async with _client(web, **PANEL) as panel:
        answer = await panel.post("/api/session", json={"username": username, "password": SECRET})
        assert answer.status_code == 200
        yield panel


@pytest.fixture
async def ada(web: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A supervisor's browser."""
    async with _panel(web, "ada") as panel:
        yield panel


async def _made(panel: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    given = {"name": "CRM", "permissions": ["run_lists"]} | fields
    answer = await panel.post("/api/keys", json=given)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def _program(web: FastAPI, secret: str) -> httpx.AsyncClient:
    return _client(web, Authorization=f"Bearer {secret}")


async def test_a_key_opens_what_it_names_and_nothing_else(web: FastAPI, ada: httpx.AsyncClient) -> None:
    made = await _made(ada)
    assert made["secret"].startswith(keys.PREFIX)
    async with _program(web, made["secret"]) as program:
        assert (await program.get("/run_lists")).status_code == 204
        assert (await program.post("/run_lists")).status_code == 204  # without the header of the panel
        assert (await program.get("/see_reports")).status_code == 403


async def test_only_a_hash_is_kept_and_the_secret_is_told_once(
    access: Access, ada: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    made = await _made(ada)
    async with access.sessions() as db:
        row = (await db.scalars(select(ApiKey))).one()
    assert made["secret"] not in {str(value) for value in vars(row).values()}
    assert made["secret"] not in caplog.text
    [listed] = (await ada.get("/api/keys")).json()["keys"]
    assert "secret" not in listed
    assert listed["permissions"] == ["run_lists"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"permissions": []}, "permissions"),
        ({"permissions": ["manage_users"]}, "permissions"),  # which a supervisor has not
        ({"permissions": ["fly"]}, "permissions.0"),
        ({"name": ""}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"expires_at": 1.0}, "expires_at"),
    ],
)
async def test_what_cannot_be_a_key(ada: httpx.AsyncClient, fields: dict[str, Any], field: str) -> None:
    answer = await ada.post("/api/keys", json={"name": "CRM", "permissions": ["run_lists"]} | fields)
    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert (await ada.get("/api/keys")).json()["keys"] == []


async def test_a_name_is_given_once_by_each_user(web: FastAPI, ada: httpx.AsyncClient) -> None:
    await _made(ada)
    answer = await ada.post("/api/keys", json={"name": "CRM", "permissions": ["run_lists"]})
    assert (answer.status_code, answer.json()["field"]) == (409, "name")
    async with _panel(web, "root") as root:
        await _made(root)


async def test_a_key_does_no_more_than_its_user_may_now(web: FastAPI, access: Access, ada: httpx.AsyncClient) -> None:
    made = await _made(ada, permissions=["run_lists", "see_reports"])
    async with _program(web, made["secret"]) as program:
        await _set(access, "ada", roles=[Role.QA])
        assert (await program.get("/see_reports")).status_code == 204
        assert (await program.get("/run_lists")).status_code == 403
        await _set(access, "ada", is_disabled=True)
        assert (await program.get("/see_reports")).status_code == 401
        await service.remove_user(access, "ada")
        assert (await program.get("/see_reports")).status_code == 401
    async with access.sessions() as db:
        assert (await db.scalars(select(ApiKey))).all() == []


async def _set(access: Access, username: str, **fields: Any) -> None:
    async with access.sessions.begin() as db:
        await db.execute(update(User).where(User.username == username).values(**fields))


async def test_a_key_expires_and_is_revoked(web: FastAPI, clock: Clock, ada: httpx.AsyncClient) -> None:
    short = await _made(ada, expires_at=clock() + DAY)
    lasting = await _made(ada, name="Reports", permissions=["see_reports"])
    async with _program(web, short["secret"]) as program, _program(web, lasting["secret"]) as other:
        assert (await program.get("/run_lists")).status_code == 204
        clock.now += DAY
        assert (await program.get("/run_lists")).status_code == 401
        assert (await other.get("/see_reports")).status_code == 204
    async with _program(web, lasting["secret"]) as other, _panel(web, "ada") as later:
        assert (await later.delete(f"/api/keys/{lasting['id']}")).status_code == 204
        assert (await other.get("/see_reports")).status_code == 401
        assert (await later.delete(f"/api/keys/{lasting['id']}")).status_code == 404


@pytest.mark.parametrize("given", ["", "nonsense", "callcenter_" + "A" * 43, "x" * 5_000])
async def test_a_wrong_key_is_refused_even_beside_a_good_cookie(ada: httpx.AsyncClient, given: str) -> None:
    answer = await ada.get("/run_lists", headers={"Authorization": f"Bearer {given}"})
    assert answer.status_code == 401
    assert given not in answer.text or not given


async def test_a_key_neither_makes_nor_shows_nor_revokes_keys(web: FastAPI, ada: httpx.AsyncClient) -> None:
    made = await _made(ada)
    async with _program(web, made["secret"]) as program:
        assert (await program.get("/api/keys")).status_code == 403
        assert (await program.post("/api/keys", json={"name": "b", "permissions": ["run_lists"]})).status_code == 403
        assert (await program.delete(f"/api/keys/{made['id']}")).status_code == 403


async def test_others_keys_are_seen_and_revoked_by_who_manages_users(web: FastAPI, ada: httpx.AsyncClient) -> None:
    made = await _made(ada)
    async with _panel(web, "bob") as bob:
        assert (await bob.get("/api/keys")).json() == {"keys": []}
        assert (await bob.delete(f"/api/keys/{made['id']}")).status_code == 404
    async with _panel(web, "root") as root:
        [seen] = (await root.get("/api/keys")).json()["keys"]
        assert (seen["username"], seen["name"]) == ("ada", "CRM")
        assert (await root.delete(f"/api/keys/{made['id']}")).status_code == 204
    assert (await ada.get("/api/keys")).json() == {"keys": []}


async def test_the_last_use_is_written_down_once_a_minute(web: FastAPI, clock: Clock, ada: httpx.AsyncClient) -> None:
    made = await _made(ada)
    assert made["last_used_at"] is None
    began = clock()
    async with _program(web, made["secret"]) as program:
        for _ in range(3):
            clock.now += 25
            await program.get("/run_lists")
    [seen] = (await ada.get("/api/keys")).json()["keys"]
    assert (seen["last_used_at"], seen["last_address"]) == (began + 25, "192.0.2.1")


async def test_a_program_follows_the_live_feed_until_its_key_is_revoked(web: FastAPI, ada: httpx.AsyncClient) -> None:
    made = await _made(ada, permissions=["see_floor"])
    with listen(HttpSettings(port=0)) as listener:
        async with served(web, listener):
            live = f"ws://127.0.0.1:{listener.getsockname()[1]}/live/see_floor"
            async with connect(live, additional_headers={"Authorization": f"Bearer {made['secret']}"}) as feed:
                await feed.send("hello")
                assert await feed.recv() == "hello"
                await ada.delete(f"/api/keys/{made['id']}")
                with pytest.raises(ConnectionClosed) as closed:
                    await feed.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


async def test_a_user_has_a_bounded_number_of_keys(ada: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MOST_KEYS", 2)
    for name in ("one", "two"):
        await _made(ada, name=name)
    answer = await ada.post("/api/keys", json={"name": "three", "permissions": ["run_lists"]})
    assert answer.status_code == 409
