"""Targets from other systems, promises, results to be followed, webhooks, and requests that are sent twice."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from callcenter.accounts.api import COOKIE
from callcenter.accounts.passwords import Passwords
from callcenter.accounts.rules import Role
from callcenter.accounts.service import Access, NewUser, add_user
from callcenter.accounts.signing_in import sign_in
from callcenter.delivery.service import add_webhook
from callcenter.dialer import attempts, service
from callcenter.dialer.api import callback_routes
from callcenter.dialer.targets import NewTarget, days_after
from callcenter.dialer.targets_api import target_routes
from callcenter.problems import tell_problems
from callcenter.settings import AgentSettings, QueueSettings, Settings
from tests import events
from tests.dialer.conftest import ALWAYS, MONDAY_NOON, Centre, numbers, result

PASSWORD = "a long password"
GOOD = {"name": "Autumn", "queue": "support", "windows": ALWAYS}


@pytest.fixture
async def browsers(centre: Centre) -> AsyncIterator[dict[Role, httpx.AsyncClient]]:
    access = Access(centre.sessions, centre.clock, Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
    web = FastAPI()
    web.state.access = access
    tell_problems(web)
    settings = Settings(queues={"support": QueueSettings()}, agents=(AgentSettings(number="1001", name="Li"),))
    worker = centre.worker()
    web.include_router(callback_routes(centre.sessions, worker, settings))
    web.include_router(target_routes(centre.sessions, worker, settings))
    clients = {}
    for role in Role:
        await add_user(access, NewUser(role.value, PASSWORD, (role,)))
        token, _ = await sign_in(access, role.value, PASSWORD, "192.0.2.1")
        transport, headers = httpx.ASGITransport(web), {"X-Requested-With": "callcenter"}
        clients[role] = httpx.AsyncClient(transport=transport, base_url="http://centre/api", headers=headers)
        clients[role].cookies.set(COOKIE, token)
    yield clients
    for client in clients.values():
        await client.aclose()


@pytest.fixture
async def client(browsers: dict[Role, httpx.AsyncClient], centre: Centre) -> httpx.AsyncClient:
    await centre.list_with(0)
    return browsers[Role.SUPERVISOR]


async def post(client: httpx.AsyncClient, path: str, body: Any, key: str | None = None) -> httpx.Response:
    return await client.post(path, json=body, headers={"Idempotency-Key": key} if key else {})


async def test_who_may_do_what(browsers: dict[Role, httpx.AsyncClient]) -> None:
    for role in (Role.AGENT, Role.QA):
        for method, path in (("POST", "targets"), ("POST", "promises"), ("GET", "results")):
            answer = await browsers[role].request(method, f"/lists/1/{path}", json={})
            assert answer.status_code == 403, (role, path)


async def test_a_batch_is_added_all_or_none(client: httpx.AsyncClient, centre: Centre) -> None:
    wanted = [
        {"number": "138 0013 8000", "name": "Li", "attributes": {"contract": "C-1"}, "priority": 1},
        {"number": "nobody"},
        {"number": "13800138000"},
    ]
    refused = await post(client, "/lists/1/targets", {"targets": wanted})
    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {"index": 1, "field": "number", "code": "not_a_number", "reason": "not a phone number"}
    ]
    assert await centre.targets() == []
    done = (await post(client, "/lists/1/targets", {"targets": wanted, "skip_bad": True})).json()
    [target] = await centre.targets()
    assert done["added"] == [{"index": 0, "number": "+8613800138000", "target_id": target.id}]
    assert done["duplicates"] == [{"index": 2, "number": "+8613800138000", "code": "from_file"}]
    assert (target.priority, target.attributes, target.time_zones) == (1, {"contract": "C-1"}, "Asia/Shanghai")
    again = {"targets": [{"number": "13800138000", "attributes": {"city": "Xi'an"}}], "duplicates": "merge"}
    merged = (await post(client, "/lists/1/targets", again)).json()
    assert [one["target_id"] for one in merged["merged"]] == [target.id]
    assert (await centre.targets())[0].attributes == {"contract": "C-1", "city": "Xi'an"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"targets": []}, "targets"),
        ({"targets": [{"number": ""}]}, "targets.0.number"),
        ({"targets": [{"number": "13800138000", "priority": 10}]}, "targets.0.priority"),
        ({"targets": [{"number": "13800138000", "time_zone": "Mars/Base"}]}, "targets.0"),
        ({"targets": [{"number": "13800138000", "colour": "red"}]}, "targets.0.colour"),
        ({"targets": [{"number": "13800138000"}], "duplicates": "allow"}, ""),
    ],
)
async def test_what_a_target_must_not_be(client: httpx.AsyncClient, wrong: Any, field: str) -> None:
    answer = await post(client, "/lists/1/targets", wrong)
    assert (answer.status_code, answer.json().get("field", "")) == (422, field)
    assert (await post(client, "/lists/9/targets", {"targets": [{"number": "13800138000"}]})).status_code == 404


async def test_a_promise_is_its_agents_and_opens_a_closed_target_again(
    client: httpx.AsyncClient, centre: Centre
) -> None:
    due_at = MONDAY_NOON + 3600
    body = {"number": "13800138000", "agent_number": "1001", "due_at": due_at, "attributes": {"about": "the invoice"}}
    target_id = (await post(client, "/lists/1/promises", body)).json()["target_id"]
    [target] = await centre.targets()
    assert (target.owner_agent, target.due_at, target.owner_until) == ("1001", due_at, due_at + 14_400)
    async with centre.sessions.begin() as session:
        closed = await session.merge(target)
        closed.state, closed.attempts, closed.due_at, closed.closed_at = "closed", 3, None, MONDAY_NOON
    later = due_at + 86_400
    assert (await post(client, "/lists/1/promises", body | {"due_at": later})).json()["target_id"] == target_id
    [target] = await centre.targets()
    assert (target.state, target.attempts, target.due_at, target.closed_at) == ("open", 0, later, None)
    unknown = await post(client, "/lists/1/promises", body | {"agent_number": "1009"})
    assert (unknown.status_code, unknown.json()["field"]) == (422, "owner_agent")


def test_days_after_a_date_begin_at_the_centres_midnight() -> None:
    """Over a change of the clock, too: 30 October + 3 days is 2 November, whatever the hours between."""
    wanted = days_after(date(2026, 10, 30), 3, ZoneInfo("America/New_York"), NewTarget(number="+8613800138000"))
    assert wanted.due_at == 1_793_595_600.0  # 2026-11-02 00:00 -05:00


async def test_results_are_followed_and_told_to_webhooks_once(client: httpx.AsyncClient, centre: Centre) -> None:
    await add_webhook(
        centre.sessions,
        {"name": "crm", "url": "https://crm.example/hook", "kinds": ["callback.result"], "is_enabled": True},
        centre.clock(),
    )
    await post(client, "/lists/1/targets", {"targets": [{"number": number} for number in numbers(2)]})
    await centre.close()
    await service.start_list(centre.sessions, 1)
    first, second = [await centre.reserve(1, free_seats=2) for _ in range(2)]
    assert first is not None
    assert second is not None
    for _ in range(2):
        await attempts.settle(centre.sessions, result(first.attempt_id, 17, at=MONDAY_NOON + 5))
    page = (await client.get("/lists/1/results")).json()
    [told] = page["results"]
    assert (told["attempt"]["outcome"], told["target"]["state"], told["list"]["name"]) == ("busy", "open", "Autumn")
    await attempts.settle(centre.sessions, result(second.attempt_id, is_reached=True, at=MONDAY_NOON + 9))
    after = (await client.get(f"/lists/1/results?cursor={page['next']}")).json()
    assert [one["attempt"]["outcome"] for one in after["results"]] == ["reached"]
    assert (await client.get(f"/lists/1/results?cursor={after['next']}")).json() == {
        "results": [],
        "next": after["next"],
    }
    since = (await client.get(f"/lists/1/results?since={MONDAY_NOON + 9}")).json()["results"]
    assert [one["attempt"]["outcome"] for one in since] == ["reached"]
    sent = await events.told(centre.sessions, "callback.result")
    assert len(sent) == 2
    assert sent[0]["data"] == {key: value for key, value in told.items() if key != "id"}
    assert (await client.get("/lists/9/results")).status_code == 404


async def test_a_request_that_is_sent_again_is_carried_out_once(client: httpx.AsyncClient, centre: Centre) -> None:
    body = {"targets": [{"number": "13800138000"}]}
    first, again = [await post(client, "/lists/1/targets", body, "key-1") for _ in range(2)]
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    other = await post(client, "/lists/1/targets", {"targets": [{"number": "13800138001"}]}, "key-1")
    assert (other.status_code, other.json()["field"]) == (422, "Idempotency-Key")
    made = [await post(client, "/lists", GOOD | {"name": "Winter"}, "key-2") for _ in range(2)]
    assert [one.status_code for one in made] == [201, 201]
    assert made[0].json()["id"] == made[1].json()["id"]
    assert len(await centre.targets()) == 1


async def test_what_failed_may_be_tried_again_under_its_key(client: httpx.AsyncClient) -> None:
    bad = await post(client, "/lists/1/targets", {"targets": [{"number": "nobody"}]}, "key-1")
    good = await post(client, "/lists/1/targets", {"targets": [{"number": "13800138000"}]}, "key-1")
    assert (bad.status_code, good.status_code) == (422, 201)


async def test_a_key_is_its_accounts_and_says_nothing_to_others(
    client: httpx.AsyncClient, browsers: dict[Role, httpx.AsyncClient]
) -> None:
    body = {"targets": [{"number": "13800138000"}]}
    await post(client, "/lists/1/targets", body, "key-1")
    assert (await post(browsers[Role.QA], "/lists/1/targets", body, "key-1")).status_code == 403
    admin = await post(browsers[Role.ADMIN], "/lists/1/targets", body, "key-1")
    assert "idempotency-replayed" not in admin.headers
    for key in ("k" * 201, "a\tb"):
        assert (await post(client, "/lists/1/targets", body, key)).status_code == 422


async def test_two_at_the_same_time_are_one(client: httpx.AsyncClient, centre: Centre) -> None:
    body = {"targets": [{"number": number} for number in numbers(50)]}
    answers = await asyncio.gather(*(post(client, "/lists/1/targets", body, "key-1") for _ in range(4)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert any(answer.status_code == 201 for answer in answers)
    assert len(await centre.targets()) == 50
