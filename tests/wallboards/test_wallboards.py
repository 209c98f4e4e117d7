"""Wallboards: what their links open, what they show, and how they are lost."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import uvicorn
from httpx import AsyncClient
from websockets.asyncio.client import ClientConnection, connect

from callcenter.accounts.rules import Role
from callcenter.floor.changes import Changes
from callcenter.floor.facts import VisitOutcome
from callcenter.floor.floor import Floor
from callcenter.live.hub import Hub
from callcenter.live.keeper import Keeper
from callcenter.live.socket import FeedProtocol
from callcenter.reports.today import Today
from callcenter.store.engine import Sessions
from callcenter.wallboards import service
from callcenter.wallboards.api import Boards, BoardSocket, wallboard_routes
from callcenter.wallboards.rules import Scope
from tests.facts import NOON, a_visit
from tests.floor.stories import Diary
from tests.serving import PANEL
from tests.web import Site

BOARD = {"name": "Hall", "queues": ["pbx1/support"]}

SETTING = {"timezone": "UTC", "demo": False, "figures": [], "kinds": [], "pause_reasons": []}


class Wall:
    """A floor with wallboards, served at a port."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        self.now = NOON
        self.keeper = Keeper(Floor())
        self.hub = Hub(self.keeper.floor)
        self.keeper.listen(self.hub.on_changes)
        known = lambda: self.hub.published["queues"]  # noqa: E731 - what there is now
        self.today = Today(ZoneInfo("UTC"), self.hub.touch, NOON)
        self.hub.show("figures", self.today.view)
        self.keeper.listen(self.today.on_changes)
        together = self.today.view_of
        self.boards = Boards(sessions, self.hub, lambda: self.now, known, together, SETTING)
        self.site = Site(sessions, wallboard_routes(self.boards))
        self.site.app.add_api_websocket_route("/api/wallboard/live", BoardSocket(self.boards, recheck_seconds=0.05))
        self.port = 0
        day = (
            Diary()
            .directory("1001", "1002")
            .signs_in("1001")
            .signs_in("1002", "sales")
            .joins("138")
            .joins("139", "sales")
        )
        for event in day.events:
            self.keeper.tell(event)
        self.hub.flush()

    async def supervisor(self) -> AsyncClient:
        client = await self.site.client(Role.SUPERVISOR)
        client.headers.update(PANEL)
        return client

    def live(self) -> Any:
        return connect(f"ws://127.0.0.1:{self.port}/api/wallboard/live")


@asynccontextmanager
async def served(wall: Wall) -> AsyncIterator[None]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        wall.port = listening.getsockname()[1]
        config = uvicorn.Config(
            wall.site.app, ws=FeedProtocol, ws_per_message_deflate=False, log_config=None, lifespan="off"
        )
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield
        finally:
            server.should_exit = True
            await running


@pytest.fixture
async def wall(sessions: Sessions) -> AsyncIterator[Wall]:
    wall = Wall(sessions)
    async with served(wall):
        yield wall


async def heard(tv: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(10):
        message: dict[str, Any] = json.loads(await tv.recv())
    return message


async def closed(tv: ClientConnection) -> int:
    async with asyncio.timeout(10):
        await tv.wait_closed()
    return tv.close_code or 0


async def test_link_opens_its_board_and_nothing_else(wall: Wall) -> None:
    client = await wall.supervisor()
    made = (await client.post("/api/wallboards", json=BOARD)).json()
    async with wall.live() as tv:
        await tv.send(json.dumps({"token": made["token"]}))
        snapshot = await heard(tv)
        assert list(snapshot["entities"]["queues"]) == ["pbx1/support"]
        assert snapshot["entities"]["seats"] == {"pbx1/PJSIP/1001": {"pbx": "pbx1", "state": "ready"}}
        assert not {"visits", "gauges", "lists"} & {kind for kind, rows in snapshot["entities"].items() if rows}
        assert "138" not in json.dumps(snapshot["entities"])
        day = Diary(wall.keeper.floor)
        day.now = NOON + 100
        day.joins("140", "sales").joins("141", "support")
        for event in day.events:
            wall.hub.on_changes(event, day.last)
        wall.hub.touch([("queues", "pbx1/sales"), ("queues", "pbx1/support")])
        delta = await heard(tv)
        assert list(delta["changed"]) == ["queues"]
        assert list(delta["changed"]["queues"]) == ["pbx1/support"]
        assert delta["seq"] == snapshot["seq"] + 1
    own = await wall.site.stranger().get("/api/wallboard", headers={"Authorization": f"Bearer {made['token']}"})
    assert own.json() == {"name": "Hall", "queues": ["pbx1/support"], "now": NOON, **SETTING}
    for path in ("/api/wallboards", "/api/session"):
        answer = await wall.site.stranger().get(path, headers={"Authorization": f"Bearer {made['token']}"})
        assert answer.status_code in (401, 404)


async def test_figures_of_a_group_are_those_of_its_queues_together(wall: Wall) -> None:
    client = await wall.supervisor()
    group = {"name": "Both", "queues": ["pbx1/support", "pbx1/sales"]}
    made = (await client.post("/api/wallboards", json=group)).json()
    changes = Changes()
    for number, (queue, outcome) in enumerate(
        [("support", "answered"), ("support", "abandoned"), ("sales", "answered"), ("other", "abandoned")]
    ):
        changes.facts.append(
            a_visit(
                channel_id=str(number), queue=queue, outcome=VisitOutcome(outcome), joined_at=NOON, wait_seconds=30.0
            )
        )
    wall.today.on_changes(Diary().directory("1").events[0], changes)
    wall.hub.flush()
    async with wall.live() as tv:
        await tv.send(json.dumps({"token": made["token"]}))
        figures = (await heard(tv))["entities"]["figures"]
    assert sorted(figures) == ["*", "pbx1/sales", "pbx1/support"]
    assert (figures["*"]["offered"], figures["*"]["answer_rate"]) == (3, 2 / 3)
    assert wall.hub.published["figures"]["*"]["offered"] == 4


async def test_token_is_told_once_and_kept_as_a_hash(wall: Wall) -> None:
    client = await wall.supervisor()
    made = (await client.post("/api/wallboards", json=BOARD)).json()
    shown = (await client.get("/api/wallboards")).json()["wallboards"]
    assert [row["name"] for row in shown] == ["Hall"]
    assert made["token"] not in json.dumps(shown)
    [row] = await service.wallboards(wall.sessions)
    assert row.token_sha256 != made["token"]
    await service.open_board(wall.sessions, made["token"], NOON + 5)
    assert (await client.get("/api/wallboards")).json()["wallboards"][0]["last_used_at"] == NOON + 5


async def test_revoked_board_is_lost_at_once(wall: Wall) -> None:
    client = await wall.supervisor()
    made = (await client.post("/api/wallboards", json=BOARD)).json()
    async with wall.live() as tv:
        await tv.send(json.dumps({"token": made["token"]}))
        await heard(tv)
        assert (await client.delete(f"/api/wallboards/{made['id']}")).status_code == 204
        assert await closed(tv) == 4401
    assert wall.hub._branches == {}
    own = await wall.site.stranger().get("/api/wallboard", headers={"Authorization": f"Bearer {made['token']}"})
    assert own.status_code == 401


async def test_new_link_ends_the_old_one_and_expiry_ends_any(wall: Wall) -> None:
    client = await wall.supervisor()
    made = (await client.post("/api/wallboards", json=BOARD | {"expires_at": NOON + 60})).json()
    renewed = (await client.post(f"/api/wallboards/{made['id']}/link")).json()
    async with wall.live() as old:
        await old.send(json.dumps({"token": made["token"]}))
        assert await closed(old) == 4401
    async with wall.live() as tv:
        await tv.send(json.dumps({"token": renewed["token"]}))
        await heard(tv)
        wall.now = NOON + 61
        assert await closed(tv) == 4401


@pytest.mark.parametrize("hello", ["nonsense", "[]", "{}", '{"token": "guess"}', '{"token": null}'])
async def test_nobody_gets_in_without_a_link(wall: Wall, hello: str) -> None:
    async with wall.live() as tv:
        await tv.send(hello)
        assert await closed(tv) == 4401


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"queues": ["pbx1/nowhere"]}, "queues"), ({"expires_at": NOON - 1}, "expires_at"), ({"name": "a\nb"}, "name")],
)
async def test_board_that_cannot_be_is_refused_by_name(wall: Wall, fields: dict[str, Any], field: str) -> None:
    answer = await (await wall.supervisor()).post("/api/wallboards", json=BOARD | fields)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_only_supervisors_make_links(wall: Wall) -> None:
    for role in (Role.AGENT, Role.QA):
        client = await wall.site.client(role)
        client.headers.update(PANEL)
        for method, path in (("GET", ""), ("POST", ""), ("DELETE", "/1"), ("POST", "/1/link")):
            assert (await client.request(method, f"/api/wallboards{path}", json=BOARD)).status_code == 403
    taken = await wall.supervisor()
    await taken.post("/api/wallboards", json=BOARD)
    assert (await taken.post("/api/wallboards", json=BOARD)).status_code == 409
    assert (await taken.delete("/api/wallboards/99")).status_code == 404


ALERT = {
    "alert_id": "a",
    "kind": "away_long",
    "severity": "warning",
    "since": 1,
    "raised_at": 2,
    "threshold": 3,
    "value": 4,
    "is_lasting": True,
    "acknowledged_at": None,
    "note": "private",
}
SEAT = {"pbx": "pbx1", "queue": "support", "agent_name": "Li Na", "number": "13800138000", "call_id": "1.1"}


def test_alerts_are_shown_without_who_calls_and_agents_only_where_wanted() -> None:
    alert = ALERT | {"subject_kind": "seats", "subject_id": "pbx1/PJSIP/1001", "who": SEAT}
    assert Scope([], shows_agents=False, together=lambda _: {}).sieve("alerts", "a", alert) is None
    shown = Scope([], shows_agents=True, together=lambda _: {}).sieve("alerts", "a", alert)
    assert shown is not None
    assert shown["who"] == {"pbx": "pbx1", "queue": "support", "agent_name": "Li Na"}
    assert "note" not in shown


@pytest.mark.parametrize(
    ("kind", "identity", "is_shown"),
    [
        ("queues", "pbx1/support", True),
        ("queues", "pbx1/sales", False),
        ("links", "pbx1", True),
        ("links", "pbx2", False),
        ("teams", "day", False),
        ("all", "*", False),
    ],
)
def test_board_of_a_queue_shows_the_alerts_of_that_queue(kind: str, identity: str, is_shown: bool) -> None:
    alert = ALERT | {"subject_kind": kind, "subject_id": identity, "who": {}}
    assert (
        Scope(["pbx1/support"], shows_agents=True, together=lambda _: {}).sieve("alerts", "a", alert) is not None
    ) is is_shown
    assert Scope([], shows_agents=False, together=lambda _: {}).sieve("alerts", "a", alert) is not None
