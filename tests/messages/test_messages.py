"""Messages over their routes, on both databases: written, seen, acknowledged, withdrawn; and who is told of them."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from callcenter.accounts.api import COOKIE
from callcenter.accounts.passwords import Passwords
from callcenter.accounts.rules import Role
from callcenter.accounts.scope import EVERYTHING, Scope, scope_of
from callcenter.accounts.service import Access, NewUser, add_user
from callcenter.accounts.signing_in import sign_in
from callcenter.agents.directory import directory
from callcenter.floor.changes import View
from callcenter.floor.floor import Floor
from callcenter.messages.api import Post, message_routes
from callcenter.problems import tell_problems
from callcenter.settings import AgentSettings, PbxSettings, Settings
from callcenter.store.engine import Sessions
from tests.facts import NOON
from tests.serving import PASSWORD

SETTINGS = Settings(
    pbxs=(PbxSettings(name="north"),),
    agents=(
        AgentSettings(number="1001", name="Li Na", team="Team A"),
        AgentSettings(number="1002", name="Wang Wei", team="Team B"),
        AgentSettings(number="1003", name="Zhao Min", team="Team B"),
    ),
)
EVIL = "<img src=x onerror=alert(1)> '; DROP TABLE messages; --\nsecond line 你好"


class Centre:
    """The routes on a floor with three agents, and people at them; the clock is moved by the tests."""

    def __init__(self, sessions: Sessions) -> None:
        self.now = NOON
        self.told: list[str] = []
        floor = Floor()
        for event in directory(SETTINGS, NOON):
            floor.apply(event)
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self.access = Access(sessions, lambda: self.now, Passwords(hasher))
        self.web = FastAPI()
        self.web.state.access = self.access
        tell_problems(self.web)
        self.web.include_router(message_routes(Post(sessions, floor, self._publish, lambda: self.now)))

    def _publish(self, kind: str, identity: str, fields: View | None) -> None:
        assert (kind, fields) == ("messages", {"changed_at": self.now})
        self.told.append(identity)

    async def of(
        self, name: str, role: Role, agent_number: str | None = None, scope: Scope = EVERYTHING
    ) -> httpx.AsyncClient:
        await add_user(self.access, NewUser(name, PASSWORD, (role,), agent_number=agent_number, scope=scope))
        token, _ = await sign_in(self.access, name, PASSWORD, "192.0.2.1")
        client = self.nobody()
        client.cookies.set(COOKIE, token)
        return client

    def nobody(self) -> httpx.AsyncClient:
        transport, headers = httpx.ASGITransport(self.web), {"X-Requested-With": "callcenter"}
        return httpx.AsyncClient(transport=transport, base_url="http://centre/api", headers=headers)


@pytest.fixture
def centre(sessions: Sessions) -> Centre:
    return Centre(sessions)


@pytest.fixture
async def boss(centre: Centre) -> AsyncIterator[httpx.AsyncClient]:
    async with await centre.of("boss", Role.SUPERVISOR) as client:
        yield client


@pytest.fixture
async def li(centre: Centre) -> AsyncIterator[httpx.AsyncClient]:
    async with await centre.of("li", Role.AGENT, "1001") as client:
        yield client


@pytest.fixture
async def wang(centre: Centre) -> AsyncIterator[httpx.AsyncClient]:
    async with await centre.of("wang", Role.AGENT, "1002") as client:
        yield client


async def _write(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    answer = await client.post("/messages", json={"text": "Team meeting at 3", "to": "everybody"} | fields)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def _texts(client: httpx.AsyncClient, path: str = "/messages/mine?is_open=true") -> list[str]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return [one["text"] for one in answer.json()["messages"]]


async def test_a_message_is_on_the_desk_until_it_is_acknowledged(
    centre: Centre, boss: httpx.AsyncClient, li: httpx.AsyncClient, wang: httpx.AsyncClient
) -> None:
    written = await _write(boss, text=EVIL, to="agents", agents=["1001", "1002"])
    assert centre.told == ["written", "acknowledged"]
    assert (written["text"], written["written_by"], written["expires_at"]) == (EVIL, "boss", NOON + 43_200)
    assert await _texts(li) == await _texts(wang) == [EVIL]
    centre.now += 2
    assert (await li.post(f"/messages/mine/{written['id']}/see")).status_code == 204
    centre.now += 2
    for _again in range(2):
        done = (await li.post(f"/messages/mine/{written['id']}/acknowledge")).json()
        assert (done["seen_at"], done["acknowledged_at"]) == (NOON + 2, NOON + 4)
        centre.now += 1
    assert [await _texts(li), await _texts(li, "/messages/mine"), await _texts(wang)] == [[], [EVIL], [EVIL]]
    told = (await boss.get(f"/messages/{written['id']}")).json()
    assert [told[name] for name in ("standing", "recipients", "seen", "acknowledged")] == ["open", 2, 1, 1]
    assert told["people"] == [
        _person("1001", "Li Na", "Team A", NOON + 2, NOON + 4),
        _person("1002", "Wang Wei", "Team B"),
    ]


def _person(
    number: str, name: str, team: str, seen_at: float | None = None, acknowledged_at: float | None = None
) -> dict[str, Any]:
    who = {"agent_number": number, "agent_name": name, "team": team}
    return who | {"seen_at": seen_at, "acknowledged_at": acknowledged_at}


async def test_acknowledging_alone_is_seeing_too(
    boss: httpx.AsyncClient, li: httpx.AsyncClient, centre: Centre
) -> None:
    number = (await _write(boss))["id"]
    await li.post(f"/messages/mine/{number}/acknowledge")
    centre.now += 5
    await li.post(f"/messages/mine/{number}/see")
    (told,) = (await li.get("/messages/mine")).json()["messages"]
    assert (told["seen_at"], told["acknowledged_at"]) == (NOON, NOON)


async def test_an_agent_looks_back_as_far_as_they_like(
    boss: httpx.AsyncClient, li: httpx.AsyncClient, centre: Centre
) -> None:
    await _write(boss)
    centre.now += 10
    later = await _write(boss)
    for since, many in ((NOON, 2), (NOON + 5, 1), (NOON + 11, 0)):
        assert len((await li.get("/messages/mine", params={"from": since})).json()["messages"]) == many
    (told,) = (await li.get("/messages/mine", params={"from": later["written_at"]})).json()["messages"]
    assert told["id"] == later["id"]
    assert (await li.get("/messages/mine", params={"from": "nan"})).status_code == 422


async def test_an_agent_is_told_only_what_was_written_to_them(
    boss: httpx.AsyncClient, li: httpx.AsyncClient, wang: httpx.AsyncClient
) -> None:
    for_all = await _write(boss, text="all")
    for_team = await _write(boss, text="team", to="team", team="Team B")
    assert (for_all["recipients"], for_team["recipients"], for_team["team"]) == (3, 2, "Team B")
    assert await _texts(li) == ["all"]
    assert await _texts(wang) == ["team", "all"]
    for act in ("see", "acknowledge"):
        refused = await li.post(f"/messages/mine/{for_team['id']}/{act}")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert (await boss.get(f"/messages/{for_team['id']}")).json()["seen"] == 0


async def test_what_has_expired_or_was_withdrawn_is_on_no_desk(
    centre: Centre, boss: httpx.AsyncClient, li: httpx.AsyncClient
) -> None:
    short, wrong = await _write(boss, text="short", lasts_seconds=60), await _write(boss, text="wrong")
    for _again in range(2):
        told = (await boss.post(f"/messages/{wrong['id']}/withdraw")).json()
        assert (told["standing"], told["withdrawn_at"]) == ("withdrawn", NOON)
        centre.now += 30
    assert await _texts(li) == []
    assert await _texts(li, "/messages/mine") == ["short"]
    for number, why in ((short["id"], "this message has expired"), (wrong["id"], "this message was withdrawn")):
        refused = await li.post(f"/messages/mine/{number}/acknowledge")
        assert (refused.status_code, refused.json()["detail"]) == (409, why)
    told = (await boss.get("/messages")).json()["messages"]
    assert [(one["text"], one["standing"]) for one in told] == [("wrong", "withdrawn"), ("short", "expired")]


async def test_only_its_writer_withdraws_it(centre: Centre, boss: httpx.AsyncClient, li: httpx.AsyncClient) -> None:
    number = (await _write(boss))["id"]
    async with await centre.of("other", Role.ADMIN) as other:
        assert (await other.get(f"/messages/{number}")).json()["is_own"] is False
        assert (await other.post(f"/messages/{number}/withdraw")).status_code == 404
    assert (await li.post(f"/messages/{number}/withdraw")).status_code == 403
    assert (await boss.post(f"/messages/{number + 1}/withdraw")).status_code == 404
    assert await _texts(li) == ["Team meeting at 3"]


async def test_lists_come_in_pages_the_newest_first(boss: httpx.AsyncClient, li: httpx.AsyncClient) -> None:
    for number in range(5):
        await _write(boss, text=f"{number}")
    for client, path in ((boss, "/messages"), (li, "/messages/mine")):
        found: list[str] = []
        following = ""
        for pages in (1, 2, 3):
            page = (await client.get(f"{path}?limit=2{following}")).json()
            found += [one["text"] for one in page["messages"]]
            assert (page["next"] is None) == (pages == 3)
            following = f"&cursor={page['next']}"
        assert found == ["4", "3", "2", "1", "0"]


async def test_a_leader_writes_to_and_is_told_of_the_own_team(centre: Centre, boss: httpx.AsyncClient) -> None:
    for_all, for_b = await _write(boss, text="all"), await _write(boss, text="b", to="team", team="Team B")
    async with await centre.of("leader", Role.TEAM_LEADER, scope=scope_of(["Team A"], [])) as leader:
        assert (await _write(leader, text="own"))["recipients"] == 1
        told = (await leader.get("/messages")).json()["messages"]
        shown = [(one["text"], one["recipients"], one["is_own"]) for one in told]
        assert shown == [("own", 1, True), ("all", 1, False)]
        people = (await leader.get(f"/messages/{for_all['id']}")).json()["people"]
        assert [one["agent_number"] for one in people] == ["1001"]
        assert (await leader.get(f"/messages/{for_b['id']}")).status_code == 404
        for field, whom in (("team", "Team B"), ("agents", ["1002"])):
            refused = await leader.post("/messages", json={"text": "x", "to": field, field: whom})
            assert (refused.status_code, refused.json()["field"]) == (422, field)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": " \n "}, "text"),
        ({"text": "x" * 501}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": "a\x1bb"}, "text"),
        ({"to": "world"}, "to"),
        ({"to": "team"}, None),
        ({"team": "Team A"}, None),
        ({"to": "agents"}, None),
        ({"to": "agents", "agents": []}, "agents"),
        ({"to": "agents", "agents": ["' OR 1=1 --"]}, "agents"),
        ({"to": "agents", "agents": ["1001"] * 201}, "agents"),
        ({"to": "team", "team": "Team\x00A"}, "team"),
        ({"lasts_seconds": 59}, "lasts_seconds"),
        ({"lasts_seconds": 2_592_001}, "lasts_seconds"),
        ({"writer_id": 7}, "writer_id"),
    ],
)
async def test_what_cannot_be_a_message_is_refused(
    centre: Centre, boss: httpx.AsyncClient, fields: dict[str, Any], field: str | None
) -> None:
    refused = await boss.post("/messages", json={"text": "x", "to": "everybody"} | fields)
    assert (refused.status_code, refused.json().get("field") or None) == (422, field)
    assert (centre.told, await _texts(boss, "/messages")) == ([], [])


ROUTES = [
    ("GET", "/messages", 403, 200),
    ("POST", "/messages", 403, 422),
    ("GET", "/messages/9", 403, 404),
    ("POST", "/messages/9/withdraw", 403, 404),
    ("GET", "/messages/mine", 200, 403),
    ("POST", "/messages/mine/9/see", 404, 403),
    ("POST", "/messages/mine/9/acknowledge", 404, 403),
]


@pytest.mark.parametrize(("method", "path", "for_agent", "for_boss"), ROUTES)
async def test_who_may(
    centre: Centre,
    boss: httpx.AsyncClient,
    li: httpx.AsyncClient,
    method: str,
    path: str,
    for_agent: int,
    for_boss: int,
) -> None:
    async with centre.nobody() as nobody, await centre.of("qa", Role.QA, "1003") as reviewer:
        people = (nobody, 401), (reviewer, 403), (li, for_agent), (boss, for_boss)
        for client, status in people:
            assert (await client.request(method, path)).status_code == status
