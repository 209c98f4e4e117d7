"""The door of every route: sign-in, cookies, roles on REST and on websockets, revocation."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, WebSocket
from sqlalchemy import text, update
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from callcenter.accounts import service
from callcenter.accounts.api import Guarded
from callcenter.accounts.rules import PERMISSIONS, Role, permissions_of
from callcenter.accounts.service import Access, NewUser
from callcenter.accounts.session_api import Centre, session_routes
from callcenter.accounts.signing_in import sign_in
from callcenter.accounts.tables import User
from callcenter.serving import listen, served
from callcenter.settings import HttpSettings
from tests.accounts.clock import Clock
from tests.accounts.conftest import PERMISSION_NAMES, SECRET
from tests.serving import PANEL


@pytest.fixture
async def panel(web: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with the panel open, not signed in."""
    transport = httpx.ASGITransport(web, client=("192.0.2.1", 5060))
    async with httpx.AsyncClient(transport=transport, base_url="http://centre", headers=PANEL) as client:
        yield client


async def _sign_in(panel: httpx.AsyncClient, password: str = SECRET, username: str = "ada") -> httpx.Response:
    return await panel.post("/api/session", json={"username": username, "password": password})


async def test_signing_in_says_who_one_is_and_asking_again_adds_the_centre(
    panel: httpx.AsyncClient, clock: Clock
) -> None:
    user = {
        "username": "ada",
        "name": "Ada Lovelace",
        "roles": ["supervisor"],
        "permissions": sorted(permissions_of([Role.SUPERVISOR])),
        "language": "zh",
        "agent_number": None,
        "scope": None,
        "must_change_password": False,
        "must_set_up_second_factor": False,
        "must_type_code": False,
    }
    assert (await _sign_in(panel)).json() == {"user": user}
    centre = {"timezone": "Asia/Shanghai", "now": clock.now, "demo": False}
    assert (await panel.get("/api/session")).json() == {"user": user, "centre": centre}


async def test_cookie_is_out_of_reach_of_scripts_and_of_other_sites(panel: httpx.AsyncClient) -> None:
    cookie = (await _sign_in(panel)).headers["set-cookie"]
    assert {part.strip().lower() for part in cookie.split(";")[1:]} == {"httponly", "path=/", "samesite=strict"}


async def test_cookie_is_sent_over_https_alone_where_that_is_set(access: Access, web: FastAPI) -> None:
    secure = FastAPI()
    secure.include_router(session_routes(access, Centre("UTC", is_demo=False, secure_cookie=True)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(secure), base_url="https://c", headers=PANEL) as panel:
        assert "; Secure" in (await _sign_in(panel)).headers["set-cookie"]


@pytest.mark.parametrize(("username", "password"), [("ada", "wrong horse"), ("bob", SECRET)])
async def test_wrong_credentials_are_a_problem(panel: httpx.AsyncClient, username: str, password: str) -> None:
    answer = await _sign_in(panel, password, username)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not_signed_in"
    assert "set-cookie" not in answer.headers


async def test_throttle_says_when_to_come_back(panel: httpx.AsyncClient, clock: Clock) -> None:
    statuses = [(await _sign_in(panel, "wrong horse")).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    answer = await _sign_in(panel)
    assert (answer.status_code, answer.headers["retry-after"], answer.json()["code"]) == (429, "30", "too_many")
    clock.now += 30
    assert (await _sign_in(panel)).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"username": "ada"}, "password"),
        ({"username": "ada", "password": "x" * 1025}, "password"),
        ({"username": "", "password": SECRET}, "username"),
        ({"username": ["ada"], "password": SECRET}, "username"),
        ({"username": "ada", "password": SECRET, "roles": "admin"}, "roles"),
    ],
)
async def test_malformed_sign_in_names_the_field_and_repeats_no_password(
    panel: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    answer = await panel.post("/api/session", json=body)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "bad_input", field)
    assert SECRET not in answer.text
    assert "xxx" not in answer.text


async def test_changing_request_without_the_panels_header_is_refused(panel: httpx.AsyncClient) -> None:
    del panel.headers["X-Requested-With"]
    assert (await _sign_in(panel)).status_code == 403
    panel.headers.update(PANEL)
    await _sign_in(panel)
    del panel.headers["X-Requested-With"]
    assert (await panel.post("/see_calls")).status_code == 403
    assert (await panel.delete("/api/session")).status_code == 403
    assert (await panel.get("/see_calls")).status_code == 204


@pytest.mark.parametrize("role", list(Role))
async def test_roles_open_the_routes_they_should_and_no_other(
    access: Access, panel: httpx.AsyncClient, role: Role
) -> None:
    await service.add_user(access, NewUser("eve", SECRET, (role,)))
    await _sign_in(panel, username="eve")
    for permission in PERMISSION_NAMES:
        expected = 204 if permission in PERMISSIONS[role] else 403
        assert (await panel.get(f"/{permission}")).status_code == expected
        assert (await panel.post(f"/{permission}")).status_code == expected


@pytest.mark.parametrize("cookie", [None, "", "made-up", "' OR 1=1 --", "é".encode().decode("latin-1")])
async def test_without_a_session_every_route_is_closed(panel: httpx.AsyncClient, cookie: str | None) -> None:
    headers = {} if cookie is None else {b"Cookie": f"callcenter_session={cookie}".encode("latin-1")}
    for path in ("/api/session", "/see_floor", "/manage_users"):
        answer = await panel.get(path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


async def test_signing_out_ends_the_session_itself(panel: httpx.AsyncClient) -> None:
    await _sign_in(panel)
    cookie = {"Cookie": f"callcenter_session={panel.cookies['callcenter_session']}"}
    assert (await panel.delete("/api/session")).status_code == 204
    assert "callcenter_session" not in panel.cookies
    assert (await panel.get("/see_floor", headers=cookie)).status_code == 401


async def test_signing_in_again_ends_the_session_before(panel: httpx.AsyncClient) -> None:
    await _sign_in(panel)
    before = {"Cookie": f"callcenter_session={panel.cookies['callcenter_session']}"}
    await _sign_in(panel)
    assert (await panel.get("/see_floor")).status_code == 204
    panel.cookies.clear()
    assert (await panel.get("/see_floor", headers=before)).status_code == 401


async def test_session_expires(panel: httpx.AsyncClient, clock: Clock) -> None:
    await _sign_in(panel)
    clock.now += 12 * 3600
    assert (await panel.get("/see_floor")).status_code == 401


async def test_roles_taken_away_are_gone_at_once(panel: httpx.AsyncClient, access: Access) -> None:
    await _sign_in(panel)
    await _change(access, roles=["agent"])
    assert (await panel.get("/see_calls")).status_code == 403
    assert (await panel.get("/see_floor")).status_code == 204


# --- websockets -------------------------------------------------------------------------------------------------


@pytest.fixture
async def place(web: FastAPI) -> AsyncIterator[str]:
    """Host and port of a real server of `web`."""
    with listen(HttpSettings(port=0)) as listener:
        async with served(web, listener):
            yield "{}:{}".format(*listener.getsockname())


async def _token(access: Access, username: str = "ada") -> str:
    return (await sign_in(access, username, SECRET, ""))[0]


async def _open(place: str, permission: str, token: str | None, origin: str | None = None) -> ClientConnection:
    cookie = {"Cookie": f"callcenter_session={token}"} if token else {}
    headers = cookie | ({"Origin": origin} if origin else {})
    return await connect(f"ws://{place}/live/{permission}", additional_headers=headers, proxy=None)


async def _close_code(socket: ClientConnection) -> int | None:
    async with asyncio.timeout(5), socket:
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        return socket.close_code


@pytest.mark.parametrize("role", list(Role))
async def test_roles_open_the_websockets_they_should_and_no_other(access: Access, place: str, role: Role) -> None:
    await service.add_user(access, NewUser("eve", SECRET, (role,)))
    token = await _token(access, "eve")
    for permission in PERMISSION_NAMES:
        socket = await _open(place, permission, token)
        if permission not in PERMISSIONS[role]:
            assert await _close_code(socket) == 4403
            continue
        async with socket:
            await socket.send("here")
            assert await socket.recv() == "here"


@pytest.mark.parametrize("token", [None, "made-up"])
async def test_websocket_without_a_session_is_closed(place: str, token: str | None) -> None:
    assert await _close_code(await _open(place, "see_floor", token)) == 4401


async def test_websocket_of_another_sites_page_is_closed(access: Access, place: str) -> None:
    token = await _token(access)
    for origin in ("http://evil.example", f"http://{place}.evil.example", "null", "http://127.0.0.1:1"):
        assert await _close_code(await _open(place, "see_floor", token, origin)) == 4403
    async with await _open(place, "see_floor", token, f"http://{place}") as socket:
        await socket.send("here")
        assert await socket.recv() == "here"


async def test_open_websocket_ends_with_the_session(access: Access, place: str) -> None:
    token = await _token(access)
    socket = await _open(place, "see_floor", token)
    await service.close_session(access, token)
    assert await _close_code(socket) == 4401


async def test_open_websocket_ends_with_the_permission(access: Access, place: str) -> None:
    socket = await _open(place, "see_calls", await _token(access))
    await _change(access, roles=["agent"])
    assert await _close_code(socket) == 4403


async def test_open_websocket_outlives_a_database_that_is_away(
    access: Access, place: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with await _open(place, "see_floor", await _token(access)) as socket:
        async with access.sessions.begin() as db:
            await db.execute(text("DROP TABLE sessions"))
        async with asyncio.timeout(10):
            while "sessions cannot be checked" not in caplog.text:
                await socket.send("here")
                assert await socket.recv() == "here"
        await socket.send("still here")
        assert await socket.recv() == "still here"


async def test_failure_of_the_serving_is_not_hidden(access: Access, web: FastAPI, place: str) -> None:
    async def fails(_websocket: WebSocket) -> None:
        raise LookupError("a fault of ours")

    web.add_api_websocket_route("/live-fails", Guarded("see_floor", fails))
    headers = {"Cookie": f"callcenter_session={await _token(access)}"}
    with pytest.raises(InvalidStatus, match="500"):
        await connect(f"ws://{place}/live-fails", additional_headers=headers, proxy=None)


async def _change(access: Access, **values: object) -> None:
    async with access.sessions.begin() as db:
        await db.execute(update(User).where(User.username == "ada").values(**values))
