"""Calls are tagged and held; what was on and when stays known, and nobody without the permission changes it."""

import asyncio
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.retention.tables import CallTag
from callcenter.store.engine import Sessions
from tests.facts import NOON
from tests.retention.conftest import CALL
from tests.serving import PANEL
from tests.web import Site

NOWHERE = "/api/calls/pbx1/1.1"


async def _tag(client: AsyncClient, tag: str, call: str = CALL) -> Any:
    return await client.post(f"{call}/tags", json={"tag": tag}, headers=PANEL)


async def _hold(client: AsyncClient, reason: str, call: str = CALL) -> Any:
    return await client.post(f"{call}/holds", json={"reason": reason}, headers=PANEL)


async def test_a_tag_is_one_whatever_its_case_and_width(reviewer: AsyncClient) -> None:
    await _tag(reviewer, "Refund")
    answer = await _tag(reviewer, "  ｒｅｆｕｎｄ ")
    assert answer.status_code == 200
    assert answer.json()["tags"] == [{"tag": "refund", "at": NOON + 120, "by": "qa"}]
    await _tag(reviewer, "投诉")
    known = (await reviewer.get("/api/call-tags")).json()["tags"]
    assert sorted(known, key=lambda one: one["tag"]) == [{"tag": "refund", "calls": 1}, {"tag": "投诉", "calls": 1}]


async def test_a_tag_taken_off_stays_known_and_can_be_put_on_again(reviewer: AsyncClient, sessions: Sessions) -> None:
    await _tag(reviewer, "refund")
    answer = await reviewer.delete(f"{CALL}/tags/refund", headers=PANEL)
    assert answer.json() == {"tags": []}
    assert (await reviewer.delete(f"{CALL}/tags/refund", headers=PANEL)).status_code == 404
    assert (await reviewer.get("/api/call-tags")).json() == {"tags": []}
    await _tag(reviewer, "refund")
    async with sessions() as session:
        rows = (await session.scalars(select(CallTag).order_by(CallTag.id))).all()
    assert [(row.removed_at, row.removed_by) for row in rows] == [(NOON + 120, "qa"), (None, None)]


@pytest.mark.parametrize("tag", ["", "   ", "x" * 41, "a\x07b", "a/b"])
async def test_what_cannot_be_a_tag_is_refused(reviewer: AsyncClient, tag: str) -> None:
    answer = await _tag(reviewer, tag)
    assert answer.status_code == 422
    assert "tag" in answer.text


async def test_a_call_has_so_many_tags_at_most(reviewer: AsyncClient) -> None:
    for number in range(20):
        assert (await _tag(reviewer, f"t{number}")).status_code == 200
    assert (await _tag(reviewer, "t20")).status_code == 409
    assert (await _tag(reviewer, "t1")).status_code == 200


async def test_a_hold_begins_and_ends_once_each_with_a_reason(admin: AsyncClient) -> None:
    placed = await _hold(admin, " case 17 ")
    assert placed.status_code == 201
    number = placed.json()["id"]
    (hold,) = (await admin.get("/api/holds")).json()["holds"]
    assert (hold["reason"], hold["by"], hold["at"], hold["ended"]) == ("case 17", "admin", NOON + 120, None)
    assert hold["number"] == "13800138000"

    async def end(hold_id: int) -> int:
        answer = await admin.post(f"/api/holds/{hold_id}/end", json={"reason": "case closed"}, headers=PANEL)
        return answer.status_code

    assert (await admin.post(f"/api/holds/{number}/end", json={"reason": " "}, headers=PANEL)).status_code == 422
    assert [await end(number), await end(number), await end(number + 1)] == [204, 409, 404]
    assert (await admin.get("/api/holds")).json() == {"holds": []}
    assert (await admin.get(f"{CALL}/retention")).json()["is_held"] is False
    again = (await _hold(admin, "another case")).json()["holds"]
    assert [one["ended"] and one["ended"]["reason"] for one in again] == [None, "case closed"]


async def test_a_hold_ended_twice_at_once_ends_once(admin: AsyncClient) -> None:
    number = (await _hold(admin, "case 17")).json()["id"]
    ends = [admin.post(f"/api/holds/{number}/end", json={"reason": "over"}, headers=PANEL) for _ in range(4)]
    assert sorted(answer.status_code for answer in await asyncio.gather(*ends)) == [204, 409, 409, 409]


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
async def test_a_hold_without_a_reason_is_refused(admin: AsyncClient, reason: str) -> None:
    assert (await _hold(admin, reason)).status_code == 422
    assert (await admin.get("/api/holds")).json() == {"holds": []}


async def test_a_call_that_is_not_there_has_no_tags_and_no_holds(admin: AsyncClient) -> None:
    assert (await _tag(admin, "refund", NOWHERE)).status_code == 404
    assert (await _hold(admin, "case 17", NOWHERE)).status_code == 404


async def test_who_may_tag_and_who_may_hold(site: Site, reviewer: AsyncClient) -> None:
    assert (await _hold(reviewer, "case 17")).status_code == 403
    assert (await reviewer.post("/api/holds/1/end", json={"reason": "x"}, headers=PANEL)).status_code == 403
    assert (await reviewer.get("/api/holds")).status_code == 403
    async with await site.client(Role.SUPERVISOR) as supervisor:
        assert (await _tag(supervisor, "refund")).status_code == 200
        assert (await _hold(supervisor, "case 17")).status_code == 403
    async with await site.client(Role.AGENT) as agent:
        assert (await _tag(agent, "refund")).status_code == 403
        assert (await agent.delete(f"{CALL}/tags/refund", headers=PANEL)).status_code == 403
        for address in ("/api/call-tags", f"{CALL}/retention"):
            assert (await agent.get(address)).status_code == 403
    async with site.stranger() as stranger:
        assert (await _tag(stranger, "refund")).status_code == 401


@pytest.mark.parametrize("statement", ["UPDATE call_holds SET reason = 'x'", "DELETE FROM call_holds"])
async def test_the_database_refuses_to_change_holds(admin: AsyncClient, engine: AsyncEngine, statement: str) -> None:
    await _hold(admin, "case 17")
    with pytest.raises(DBAPIError, match="append-only"):
        async with engine.begin() as connection:
            await connection.execute(text(statement))


async def test_whoever_sees_calls_sees_that_one_is_held_but_not_why(admin: AsyncClient, reviewer: AsyncClient) -> None:
    await _hold(admin, "case 17")
    beside = (await reviewer.get(f"{CALL}/retention")).json()
    assert beside == {"tags": [], "is_held": True, "rule": None, "until": None}
    assert (await admin.get(f"{CALL}/retention")).json()["holds"][0]["reason"] == "case 17"
