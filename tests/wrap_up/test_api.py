"""Wrap-up forms over their routes, on both databases: what is at hand, written, changed, promised; and by whom."""

from typing import Any

import httpx
import pytest
from sqlalchemy import delete, select

from callcenter.accounts.rules import Role
from callcenter.accounts.scope import scope_of
from callcenter.customers import service as customers
from callcenter.dialer.rules import ListState, TargetState
from callcenter.dialer.tables import Target
from callcenter.floor.facts import Direction
from callcenter.forms.service import IN_HAND_SECONDS
from tests import events
from tests.customers.conftest import a_record
from tests.wrap_up.conftest import LI, WrapUps

EVIL = "<img src=x onerror=alert(1)> '; DROP TABLE wrap_up_records; --\nsecond line 你好"
ROLES = {Role.AGENT: "1001", Role.SUPERVISOR: "2001", Role.QA: "3001"}
DOORS = [
    ("GET", "/wrap-up-choices", {"agent", "supervisor", "qa"}),
    ("PUT", "/wrap-up-choices", {"supervisor"}),
    ("GET", "/wrap-ups/mine", {"agent"}),
    ("PUT", "/wrap-ups/pbx1/1.0", {"agent"}),
    ("GET", "/calls/pbx1/1.0/wrap-ups", {"supervisor", "qa"}),
    ("PUT", "/calls/pbx1/1.0/wrap-ups", {"supervisor"}),
]


async def _choices(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/wrap-up-choices")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def _chosen(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    """A record: the first reason below the first one, the first result."""
    told = await _choices(client)
    reason = told["reasons"][0]["choices"][0]["id"]
    return {"record": {"reason_id": reason, "result_id": told["results"][0]["id"], "note": "asks for a price"} | fields}


async def _written(client: httpx.AsyncClient, call_id: str = "1.0", **fields: Any) -> dict[str, Any]:
    answer = await client.put(f"/wrap-ups/pbx1/{call_id}", json=await _chosen(client, **fields))
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def _refused(client: httpx.AsyncClient, call_id: str = "1.0", **fields: Any) -> tuple[int, str | None]:
    answer = await client.put(f"/wrap-ups/pbx1/{call_id}", json=await _chosen(client, **fields))
    return answer.status_code, answer.json().get("field")


async def _mine(client: httpx.AsyncClient) -> list[tuple[str, bool]]:
    """The calls at hand, and whether something is written down of each."""
    answer = await client.get("/wrap-ups/mine")
    assert answer.status_code == 200, answer.text
    return [(one["call_id"], one["record"] is not None) for one in answer.json()["calls"]]


async def test_what_is_written_in_the_talk_is_told_with_the_call(
    desk: WrapUps, li: httpx.AsyncClient, boss: httpx.AsyncClient
) -> None:
    known = await customers.create(desk.customers, a_record(), "ada")
    desk.talk("1001", "1.0")
    [at_hand] = (await li.get("/wrap-ups/mine")).json()["calls"]
    assert (at_hand["number"], at_hand["queue"], at_hand["ended_at"], at_hand["record"]) == (
        "13800138000", "support", None, None,
    )  # fmt: skip
    first = await _written(li, note=EVIL)
    desk.clock.now += 30
    again = await _written(li, note="asks for a price")
    assert (first["note"], first["earlier"], first["customer_id"]) == (EVIL, [], known.row.id)
    assert [one["note"] for one in again["earlier"]] == [EVIL]
    assert (again["written_at"], again["changed_at"] - again["written_at"], again["written_by"]) == (
        first["written_at"], 30, "agent-1001",
    )  # fmt: skip
    assert (await _written(li, note="asks for a price"))["earlier"] == again["earlier"]  # nothing was changed
    assert await _mine(li) == [("1.0", True)]
    desk.end("1001")
    await desk.over("1001", "1.0")
    [told] = (await boss.get("/calls/pbx1/1.0/wrap-ups")).json()["records"]
    assert (told["agent_number"], told["agent_name"], told["note"]) == ("1001", "Li Na 1001", "asks for a price")
    assert (await boss.get("/calls/pbx1/2.0/wrap-ups")).json() == {"records": []}
    assert desk.written_down > 0


async def test_what_is_written_is_told_once_for_each_change(desk: WrapUps, li: httpx.AsyncClient) -> None:
    await events.want(desk.sessions, "wrap_up.written")
    desk.talk("1001", "1.0")
    first = await _written(li)
    await _written(li)
    desk.clock.now += 5
    await _written(li, note="wants two")
    once, again = await events.told(desk.sessions, "wrap_up.written")
    data = once["data"]
    assert (data["call_id"], data["agent_number"], data["number"], data["queue"], data["note"]) == (
        "1.0",
        "1001",
        "13800138000",
        "support",
        "asks for a price",
    )
    assert (data["reason"]["id"], data["result"]["id"]) == (first["reason_id"], first["result_id"])
    assert data["reason"]["label_en"]
    assert again["at"] == again["data"]["changed_at"] == data["written_at"] + 5
    assert again["data"]["note"] == "wants two"
    assert desk.told == 3


async def test_the_last_call_waits_for_its_form_and_is_the_authors_for_a_shift(
    desk: WrapUps, li: httpx.AsyncClient
) -> None:
    await desk.over("1001", "1.0", ago=3600)
    await desk.over("1002", "2.0", ago=60)
    assert await _mine(li) == [("1.0", False)]
    await _written(li)
    desk.talk("1001", "3.0")
    assert await _mine(li) == [("3.0", False), ("1.0", True)]
    assert await _refused(li, "2.0") == (404, None)  # a colleague's
    assert await _refused(li, "9.0") == (404, None)
    await desk.over("1002", "8.0", ago=IN_HAND_SECONDS + 1)
    wang = await desk.panel.of(Role.AGENT, "1002")
    assert await _mine(wang) == [("2.0", False)]
    assert await _refused(wang, "8.0") == (409, None)


async def test_callbacks_and_calls_within_the_house_have_no_such_form(desk: WrapUps, li: httpx.AsyncClient) -> None:
    desk.talk("1001", "1.0")
    desk.dialled("1.0")
    assert await _mine(li) == []
    assert await _refused(li) == (409, None)
    desk.end("1001")
    await desk.over("1001", "0.5", ago=20)
    await desk.over("1001", "2.0", attempt_id="a.2.0", ago=10)
    await desk.over("1001", "3.0", direction=Direction.INTERNAL, ago=5)
    assert await _mine(li) == [("0.5", False)]
    assert [await _refused(li, call_id) for call_id in ("2.0", "3.0")] == [(409, None), (404, None)]
    desk.talk("1001", "4.0", direction=Direction.OUTBOUND)
    assert await _mine(li) == [("4.0", False), ("0.5", False)]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"reason_id": 999}, "reason_id"),
        ({"result_id": 1}, "result_id"),
        ({"note": "x" * 4001}, "record.note"),
        ({"note": "\x00"}, "record.note"),
        ({"next_at": 1.0}, "list_id"),
        ({"next_at": "soon"}, "record.next_at"),
        ({"mood": "good"}, "record.mood"),
    ],
)
async def test_what_cannot_be_kept_is_refused_by_its_field(
    desk: WrapUps, li: httpx.AsyncClient, fields: dict[str, Any], field: str
) -> None:
    desk.talk("1001", "1.0")
    assert await _refused(li, **fields) == (422, field)
    assert await _mine(li) == [("1.0", False)]


# --- promises ---------------------------------------------------------------------------------------------------


async def _targets(desk: WrapUps) -> list[tuple[str, str, float | None, str]]:
    async with desk.sessions() as session:
        rows = await session.scalars(select(Target).order_by(Target.id))
        return [(row.number, row.state, row.due_at, row.owner_agent) for row in rows]


async def test_a_promised_call_is_made_by_a_list_and_taken_back(desk: WrapUps, li: httpx.AsyncClient) -> None:
    list_id = await desk.a_list()
    stopped = await desk.a_list(ListState.STOPPED, name="Stopped")
    desk.talk("1001", "1.0")
    assert (await li.get("/wrap-ups/mine")).json()["lists"] == [{"id": list_id, "name": "Autumn", "queue": "support"}]
    at = desk.clock.now + 3600
    promised = await _written(li, next_at=at, list_id=list_id, is_mine=True)
    assert (promised["next_at"], promised["list_id"], promised["next_agent"]) == (at, list_id, "1001")
    assert await _targets(desk) == [(LI, TargetState.OPEN, at, "1001")]
    desk.clock.now += 7200  # the call was due meanwhile: to change the note takes nothing back
    await _written(li, next_at=at, list_id=list_id, is_mine=True, note="has been called")
    assert await _targets(desk) == [(LI, TargetState.OPEN, at, "1001")]
    later = desk.clock.now + 60
    await _written(li, next_at=later, list_id=list_id)
    assert await _targets(desk) == [(LI, TargetState.OPEN, later, "")]
    taken_back = await _written(li)
    assert (taken_back["next_at"], taken_back["list_id"], len(taken_back["earlier"])) == (None, None, 3)
    assert await _targets(desk) == [(LI, TargetState.REACHED, None, "")]
    refused: list[tuple[dict[str, Any], str]] = [
        ({"next_at": later, "list_id": stopped}, "list_id"),
        ({"next_at": later, "list_id": 999}, "list_id"),
        ({"next_at": desk.clock.now - 1, "list_id": list_id}, "next_at"),
    ]
    for fields, field in refused:
        assert await _refused(li, **fields) == (422, field)
    assert (await li.get("/wrap-ups/mine")).json()["calls"][0]["record"]["note"] == "asks for a price"


async def test_nobody_is_promised_a_call_that_could_not_be_made(desk: WrapUps, li: httpx.AsyncClient) -> None:
    windows = [{"weekdays": [1], "from": "00:00", "until": "24:00"}]
    list_id = await desk.a_list(name="Mondays", windows=windows)
    desk.talk("1001", "1.0", number="")
    promise: dict[str, Any] = {"next_at": desk.clock.now + 3600, "list_id": list_id}
    assert await _refused(li, **promise) == (422, "next_at")  # the number was withheld
    desk.end("1001")
    desk.talk("1001", "2.0")
    assert await _refused(li, "2.0", next_at=desk.clock.now + 2 * 86_400, list_id=list_id) == (422, "next_at")
    assert await _targets(desk) == []
    assert (await _written(li, "2.0"))["next_at"] is None


async def test_a_deleted_list_takes_the_promise_with_it_and_not_the_record(
    desk: WrapUps, li: httpx.AsyncClient
) -> None:
    list_id = await desk.a_list()
    desk.talk("1001", "1.0")
    at = desk.clock.now + 3600
    await _written(li, next_at=at, list_id=list_id)
    async with desk.sessions.begin() as session:
        await session.execute(delete(Target))
    told = await _written(li, next_at=at, list_id=list_id, note="still knows")
    assert (told["note"], told["next_at"], told["list_id"]) == ("still knows", at, None)
    assert await _targets(desk) == []


# --- who may ----------------------------------------------------------------------------------------------------


async def test_doors(desk: WrapUps) -> None:
    clients = {role: await desk.panel.of(role, number) for role, number in ROLES.items()}
    stranger = await desk.panel.of(None)
    for method, path, let_in in DOORS:
        assert (await stranger.request(method, path)).status_code == 401
        for role, client in clients.items():
            answer = await client.request(method, path, json={} if method == "PUT" else None)
            assert (answer.status_code == 403) is (role not in let_in), (role, path, answer.text)


async def test_who_is_no_agent_has_no_conversations(desk: WrapUps) -> None:
    nobody = await desk.panel.of(Role.AGENT)
    assert (await nobody.get("/wrap-ups/mine")).status_code == 403
    assert await _refused(nobody) == (403, None)


async def test_a_supervisor_changes_what_is_there_within_the_scope(
    desk: WrapUps, li: httpx.AsyncClient, boss: httpx.AsyncClient
) -> None:
    await desk.over("1001", "1.0")
    filled = {"agent_number": "1001"} | await _chosen(boss, note="a complaint, not a question")
    path = "/calls/pbx1/1.0/wrap-ups"
    assert (await boss.put(path, json=filled)).status_code == 404  # there is nothing to change
    await _written(li)
    desk.clock.now += 30 * 86_400
    outside = await desk.panel.of(Role.SUPERVISOR, "2001", scope_of(["Team B"], []))
    assert (await outside.put(path, json=filled)).status_code == 404
    assert (await outside.get("/calls/pbx1/1.0/wrap-ups")).status_code == 404
    inside = await desk.panel.of(Role.SUPERVISOR, "2002", scope_of(["Team A"], []))
    changed = (await inside.put(path, json=filled)).json()
    assert (changed["note"], changed["changed_by"], changed["written_by"]) == (
        "a complaint, not a question", "supervisor-2002", "agent-1001",
    )  # fmt: skip
    assert [(one["note"], one["changed_by"]) for one in changed["earlier"]] == [("asks for a price", "agent-1001")]


async def test_who_is_told_numbers_masked_changes_none(desk: WrapUps, li: httpx.AsyncClient) -> None:
    await desk.over("1001", "1.0")
    await _written(li, note="call 13800138000")
    desk.mask(Role.AGENT)
    at_hand = (await li.get("/wrap-ups/mine")).json()["calls"][0]
    assert (at_hand["number"], at_hand["record"]["note"]) == ("138****8000", "call 138****8000")
    result = (await _choices(li))["results"][1]["id"]
    assert (await _written(li, note="call 138****8000", result_id=result))["note"] == "call 138****8000"
    assert await _refused(li, note="call 139****9000") == (422, "note")
    reader = await desk.panel.of(Role.SUPERVISOR)
    [told] = (await reader.get("/calls/pbx1/1.0/wrap-ups")).json()["records"]
    assert (told["note"], told["result_id"]) == ("call 13800138000", result)


# --- reasons and results ----------------------------------------------------------------------------------------


def _sent(told: dict[str, Any]) -> dict[str, Any]:
    """The choices as they are sent back."""

    def entry(one: dict[str, Any]) -> dict[str, Any]:
        sent = {name: one[name] for name in ("id", "label_en", "label_zh", "queues") if name in one}
        below = [entry(each) for each in one.get("choices", []) if not each["is_retired"]]
        return sent | ({"choices": below} if "choices" in one else {})

    lists = {name: [entry(one) for one in told[name] if not one["is_retired"]] for name in ("reasons", "results")}
    return {"version": told["version"], **lists}


async def test_a_centre_begins_with_reasons_and_results(boss: httpx.AsyncClient) -> None:
    told = await _choices(boss)
    assert len(told["reasons"]) >= 5
    assert len(told["results"]) >= 4
    every = [*told["reasons"], *told["results"], *(low for one in told["reasons"] for low in one["choices"])]
    assert all(one["label_en"] and one["label_zh"] and not one["is_retired"] for one in every)
    same = await boss.put("/wrap-up-choices", json=_sent(told))
    assert (same.status_code, same.json()) == (200, told)


async def test_reasons_are_added_renamed_put_in_order_retired_and_taken_back(
    desk: WrapUps, li: httpx.AsyncClient, boss: httpx.AsyncClient
) -> None:
    desk.talk("1001", "1.0")
    old = await _written(li)
    before = await _choices(boss)
    sent = _sent(before)
    gone = sent["reasons"].pop(0)
    sent["reasons"].reverse()
    sent["reasons"][0]["label_en"] = "Everything else"
    sent["reasons"].insert(0, {"label_zh": "新原因", "queues": ["support"], "choices": [{"label_en": EVIL[:40]}]})
    after = (await boss.put("/wrap-up-choices", json=sent)).json()
    assert [one["label_en"] or one["label_zh"] for one in after["reasons"][:2]] == ["新原因", "Everything else"]
    assert (after["reasons"][0]["queues"], after["reasons"][0]["choices"][0]["label_en"]) == (["support"], EVIL[:40])
    retired = after["reasons"][-1]
    assert (retired["id"], retired["is_retired"], {low["is_retired"] for low in retired["choices"]}) == (
        gone["id"], True, {True},
    )  # fmt: skip
    assert await _refused(li, reason_id=retired["id"]) == (422, "reason_id")
    kept = await li.put(
        "/wrap-ups/pbx1/1.0", json={"record": {"reason_id": old["reason_id"], "result_id": old["result_id"]}}
    )
    assert kept.json()["reason_id"] == old["reason_id"]  # the old record keeps its own
    assert (await boss.put("/wrap-up-choices", json=sent)).status_code == 409  # somebody was faster
    again = _sent(after)
    again["reasons"].append(gone)
    back = (await boss.put("/wrap-up-choices", json=again)).json()
    assert (back["reasons"][-1]["id"], back["reasons"][-1]["is_retired"]) == (gone["id"], False)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"results": []}, "results"),
        ({"reasons": [{"label_en": " "}]}, "reasons.0.label_en"),
        ({"reasons": [{"label_en": "a\nb"}]}, "reasons.0.label_en"),
        ({"reasons": [{"id": 999, "label_en": "Other"}]}, "reasons.0.id"),
        ({"reasons": [{"label_en": str(nth)} for nth in range(51)]}, "reasons"),
    ],
)
async def test_choices_that_cannot_be_are_refused_and_nothing_changes(
    boss: httpx.AsyncClient, change: dict[str, Any], field: str
) -> None:
    before = await _choices(boss)
    answer = await boss.put("/wrap-up-choices", json=_sent(before) | change)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert await _choices(boss) == before
