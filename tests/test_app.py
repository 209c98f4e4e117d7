"""The composed server: every route has a rule, errors tell nothing of the inside, headers are on everything."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from pydantic import SecretStr
from sqlalchemy import text

from callcenter.accounts import service
from callcenter.accounts.api import Guarded, Requires, requires
from callcenter.accounts.rules import Role
from callcenter.accounts.service import NewUser
from callcenter.app import App, running
from callcenter.errors import SetupFailed
from callcenter.settings import (
    AgentSettings,
    CustomerAttribute,
    CustomerLevel,
    CustomerSettings,
    DialerSettings,
    PauseReason,
    PbxSettings,
    QueueSettings,
    Settings,
    TicketSettings,
    TicketType,
    TrunkSettings,
)
from callcenter.store.engine import make_engine
from tests.serving import PANEL

PUBLIC = {
    ("GET", "/api/health"): "for whoever watches that the server is up; says nothing else",
    ("POST", "/api/session"): "signing in",
    ("GET", "/api/session/ways"): "how one may sign in; nothing else",
    ("GET", "/api/session/oidc"): "leads to the provider's page",
    ("GET", "/api/session/oidc/callback"): "signing in; asks the provider who it is",
    ("GET", "/api/first-run"): "says whether an administrator is to be made; nothing else",
    ("POST", "/api/first-run"): "asks for a word that lies in a file of the server, while there is no administrator",
    ("GET", "/api/wallboard"): "asks for the token of a wallboard's link",
    ("WEBSOCKET", "/api/wallboard/live"): "asks for the token of a wallboard's link",
    ("*", "/api/{path:path}"): "no such route",
    ("GET", "/{path:path}"): "the panel's files, which hold no data",
}
SECRET = "correct horse"


@pytest.fixture
async def app(storage_url: str, tmp_path: Path) -> AsyncIterator[App]:
    """The server on an empty database, with a user `ada` who is an agent."""
    settings = Settings(
        database_url=storage_url,
        data_folder=tmp_path,
        timezone="Asia/Shanghai",
        pbxs=(PbxSettings(name="north", secret=SecretStr("ami-secret")), PbxSettings(name="south")),
        queues={"sales": QueueSettings(label="Sales", service_level_seconds=20)},
        agents=(
            AgentSettings(number="1", name="Ada", team="B", secret=SecretStr("sip-secret")),
            AgentSettings(number="2", name="Bo", team="A"),
            AgentSettings(number="3", name="Cy"),
        ),
        dialer=DialerSettings(trunks=(TrunkSettings(name="mobile", dial_string="PJSIP/{number}@gsm-secret"),)),
        pause_reasons=(PauseReason(code="meal", digit="2", label_en="Meal", label_zh="用餐", is_away=True),),
        customers=CustomerSettings(
            levels=(CustomerLevel(code="gold", label_en="Gold", label_zh="金卡", is_important=True),),
            attributes=(CustomerAttribute(code="contract", label_en="Contract", label_zh="合同号"),),
        ),
        tickets=TicketSettings(types=(TicketType(code="fault", label_en="Fault", label_zh="故障"),)),
    )
    async with running(settings) as app:
        await service.add_user(app.access, NewUser("ada", SECRET, (Role.AGENT,)))
        yield app


@pytest.fixture
async def panel(app: App) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with the panel open, not signed in."""
    transport = httpx.ASGITransport(app.web, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://centre", headers=PANEL) as client:
        yield client


def _rules(dependant: Dependant) -> Iterator[Any]:
    for dependency in dependant.dependencies:
        yield dependency.call
        yield from _rules(dependency)


def _has_rule(route: Any) -> bool:
    dependant = getattr(route, "dependant", None)
    rules = list(_rules(dependant)) if dependant else []
    return isinstance(route.endpoint, Guarded) or any(isinstance(rule, Requires) for rule in rules)


def _open_routes(web: FastAPI) -> set[tuple[str, str]]:
    """Method and path of each route that anybody may use."""
    found = set()
    for route in iter_route_contexts(web.routes):
        if not _has_rule(route):
            methods = set(route.methods or {"WEBSOCKET"}) - {"HEAD"}
            found |= {("*" if len(methods) > 4 else method, route.path or "?") for method in methods}
    return found


async def test_every_route_has_a_rule_or_is_on_the_short_list(app: App) -> None:
    assert _open_routes(app.web) == set(PUBLIC)


async def test_route_without_a_rule_is_found(app: App) -> None:
    router = APIRouter(prefix="/api")
    router.add_api_route("/ruled", list, dependencies=[requires("see_calls")])
    router.add_api_route("/forgotten", list)
    router.add_api_websocket_route("/ruled-socket", Guarded("see_floor", _never))
    router.add_api_websocket_route("/forgotten-socket", _never)
    app.web.include_router(router)
    found = _open_routes(app.web) - set(PUBLIC)
    assert found == {("GET", "/api/forgotten"), ("WEBSOCKET", "/api/forgotten-socket")}


async def _never(_websocket: Any) -> None:
    raise AssertionError("nobody connects here")


async def test_health_asks_the_database(panel: httpx.AsyncClient, app: App) -> None:
    answer = await panel.get("/api/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_unknown_api_route_is_a_problem_for_every_method(panel: httpx.AsyncClient) -> None:
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        answer = await panel.request(method, "/api/nothing/here")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json() == {
            "title": "Not Found",
            "status": 404,
            "code": "not_found",
            "detail": "there is no /api/nothing/here",
        }


async def test_version_1_is_the_same_doors_and_answers(panel: httpx.AsyncClient) -> None:
    for path in ("health", "session", "settings"):
        plain, versioned = await panel.get(f"/api/{path}"), await panel.get(f"/api/v1/{path}")
        assert (versioned.status_code, versioned.json()) == (plain.status_code, plain.json())
    assert (await panel.get("/api/v1/settings")).status_code == 401
    assert (await panel.post("/api/v1/session", json={"username": "ada", "password": SECRET})).status_code == 200
    assert (await panel.get("/api/v1/settings")).status_code == 200
    for unknown in ("/api/v1/v1/settings", "/api/v2/settings", "/api/v1"):
        assert (await panel.get(unknown)).status_code == 404


async def test_unexpected_failure_tells_nothing_of_the_inside(panel: httpx.AsyncClient, app: App) -> None:
    async with app.access.sessions.begin() as db:
        await db.execute(text("DROP TABLE sessions"))
    answer = await panel.get("/api/session", headers={"Cookie": "callcenter_session=x"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "the server failed; its log says why"
    assert "sessions" not in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/api/health", "/api/nothing", "/api/session", "/floor", "/assets/none.js"])
async def test_careful_headers_are_on_everything(panel: httpx.AsyncClient, path: str) -> None:
    headers = (await panel.get(path)).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["script-src"] == policy["default-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert not path.startswith("/api/") or headers["cache-control"] == "no-store"


async def test_settings_are_shown_to_whoever_is_signed_in(panel: httpx.AsyncClient) -> None:
    assert (await panel.get("/api/settings")).status_code == 401
    await panel.post("/api/session", json={"username": "ada", "password": SECRET})
    answer = await panel.get("/api/settings")
    queue = {
        "queue": "sales",
        "label": "Sales",
        "service_level_seconds": 20,
        "service_level_variant": "offered_without_short_abandons",
        "short_abandon_seconds": 5,
    }
    assert answer.json() == {
        "pause_reasons": [
            {"code": "meal", "label_en": "Meal", "label_zh": "用餐", "is_away": True, "limit_seconds": 0}
        ],
        "queues": [queue | {"pbx": "north"}, queue | {"pbx": "south"}],
        "teams": ["A", "B"],
        "trunks": ["mobile"],
        "customers": {
            "levels": [{"code": "gold", "label_en": "Gold", "label_zh": "金卡", "is_important": True}],
            "attributes": [{"code": "contract", "label_en": "Contract", "label_zh": "合同号"}],
        },
        "ticket_types": [{"code": "fault", "label_en": "Fault", "label_zh": "故障", "is_complaint": False}],
    }
    assert "secret" not in answer.text


async def test_present_says_whether_this_is_a_demonstration(storage_url: str, tmp_path: Path) -> None:
    async with running(Settings(database_url=storage_url, data_folder=tmp_path), is_demo=True) as app:
        await service.add_user(app.access, NewUser("ada", SECRET, (Role.AGENT,)))
        transport = httpx.ASGITransport(app.web)
        async with httpx.AsyncClient(transport=transport, base_url="http://centre", headers=PANEL) as panel:
            await panel.post("/api/session", json={"username": "ada", "password": SECRET})
            assert (await panel.get("/api/session")).json()["centre"]["demo"] is True


async def test_database_that_cannot_be_used_stops_the_start() -> None:
    with pytest.raises(SetupFailed, match="cannot be used"):
        async with running(Settings(database_url="postgresql://u:hunter2@127.0.0.1:1/centre")):
            raise AssertionError("it started")


async def test_start_brings_an_empty_database_up_to_date(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path / "var")
    async with running(settings) as app:
        assert await service.users(app.access) == []
    engine = make_engine(settings.storage_url)
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM users"))).scalar_one() == 0
    await engine.dispose()
