"""The routes of tickets, over HTTP, on both databases."""

from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from callcenter.accounts.rules import Role
from callcenter.accounts.scope import Scope, scope_of
from callcenter.accounts.service import account_named
from callcenter.customers import merging, service
from callcenter.customers.service import Context as Customers
from callcenter.tickets import finding
from callcenter.tickets.escalating import escalate, escalated
from callcenter.tickets.feed import PLACES
from callcenter.tickets.rules import DAY_SECONDS
from callcenter.tickets.tables import TicketChange
from tests import events
from tests.customers.conftest import a_record
from tests.facts import NOON, a_conversation
from tests.tickets.conftest import CALL, LI, NORTH, WANG, Centre, opened, subjects, told

EVIL = "<img src=x onerror=alert(1)> '; DROP TABLE tickets; -- 你好"
DONE = {"outcome": "solved", "result": "A new lamp was sent"}


def _what(ticket: dict[str, Any]) -> list[str]:
    return [one["what"] for one in reversed(ticket["changes"])]


async def test_a_ticket_from_opening_to_closing(centre: Centre, li: AsyncClient) -> None:
    made = await opened(li, CALL, subject=EVIL, owner_agent="1001")
    assert (made["ticket"], made["subject"], made["version"], made["state"]) == ("T-1", EVIL, 1, "open")
    assert (made["caller_number"], made["queue"], made["team"]) == (LI, "sales", "Team A")
    assert (made["is_complaint"], made["due_at"]) == (True, NOON + 3 * DAY_SECONDS)
    path = f"/api/tickets/{made['id']}"
    step = {"text": "Ask the shop", "agent_number": "1003", "due_at": NOON + 3600}
    added = (await li.post(f"{path}/steps", json=step)).json()
    assert (await told(li, made))["next_due_at"] == NOON + 3600
    centre.now += 60
    done = (await li.put(f"{path}/steps/{added['id']}", json=step | {"is_done": True})).json()
    assert (done["done_at"], done["done_by"]) == (NOON + 60, "agent")
    assert (await told(li, made))["next_due_at"] == NOON + 3 * DAY_SECONDS
    for wrong in ({"outcome": "solved"}, DONE | {"result": " \n"}, DONE | {"outcome": "gone"}):
        assert (await li.post(f"{path}/close", json={"version": 1} | wrong)).status_code == 422
    closed = (await li.post(f"{path}/close", json={"version": 1} | DONE)).json()
    assert (closed["state"], closed["closed_at"], closed["closed_by"]) == ("closed", NOON + 60, "agent")
    assert (closed["outcome"], closed["result"], closed["next_due_at"]) == ("solved", DONE["result"], None)
    for late in (f"{path}/steps", f"{path}/calls", f"{path}/close"):
        body = {"steps": step, "calls": CALL, "close": {"version": 2} | DONE}[late.rsplit("/", 1)[1]]
        assert (await li.post(late, json=body)).status_code == 409, late
    assert (await li.post(f"{path}/reopen", json={"version": 2, "why": ""})).status_code == 422
    again = (await li.post(f"{path}/reopen", json={"version": 2, "why": "It broke again"})).json()
    assert (again["state"], again["outcome"], again["closed_at"], again["version"]) == ("open", "", None, 3)
    assert (await li.post(f"{path}/reopen", json={"version": 3, "why": "once more"})).status_code == 409
    assert _what(again) == ["opened", "call_added", "step_added", "step_changed", "closed", "reopened"]
    assert again["changes"][0]["details"] == {"why": "It broke again"}
    assert again["changes"][1]["details"] == DONE
    assert centre.looks == 5


async def test_two_who_change_a_ticket_at_once_lose_nothing(li: AsyncClient, boss: AsyncClient) -> None:
    made = await opened(li)
    path, ticket = f"/api/tickets/{made['id']}", {"type": "complaint", "subject": "Lamp broken"}
    first = await boss.put(path, json={"version": 1, "ticket": ticket | {"owner_agent": "1002", "note": "by boss"}})
    second = await li.put(path, json={"version": 1, "ticket": ticket | {"note": "by Li"}})
    assert (first.status_code, second.status_code) == (200, 409)
    kept = await told(li, made)
    assert (kept["note"], kept["owner_agent"], kept["team"], kept["version"]) == ("by boss", "1002", "Team B", 2)
    changed = kept["changes"][0]
    assert (changed["what"], changed["by"]) == ("changed", "supervisor")
    assert changed["details"] == {
        "note": ["", "by boss"], "owner_agent": ["", "1002"], "team": ["", "Team B"], "due_at": [made["due_at"], None],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"type": "gift"}, "type"),
        ({"subject": "\u3000 "}, "ticket.subject"),
        ({"subject": "a\0b"}, "ticket.subject"),
        ({"caller_number": "12"}, "ticket.caller_number"),
        ({"customer_id": 999}, "customer_id"),
        ({"owner_agent": "1009"}, "owner_agent"),
        ({"owner_user": "nobody"}, "owner_user"),
        ({"team": "Team Z"}, "team"),
        ({"due_at": 1e308}, "ticket.due_at"),
        ({"state": "closed"}, "ticket.state"),
        ({"shoe": "44"}, "ticket.shoe"),
    ],
)
async def test_what_is_wrong_is_told_by_its_field(li: AsyncClient, fields: dict[str, Any], field: str) -> None:
    answer = await li.post("/api/tickets", json={"ticket": {"type": "repair", "subject": "Lamp"} | fields})
    assert answer.status_code == 422
    named = answer.json()
    assert field in (named.get("field"), *(error["field"] for error in named.get("errors", ())))
    assert await subjects(li) == []


async def test_what_has_not_its_form_tells_the_rule_and_its_numbers(li: AsyncClient) -> None:
    sent = {"ticket": {"type": "repair", "subject": "x" * 201}}
    told = (await li.post("/api/tickets", json=sent)).json()
    assert (told["field"], told["reason"], told["limits"]) == ("ticket.subject", "string_too_long", {"max_length": 200})
    told = (await li.post("/api/tickets", json={"ticket": {"subject": "x"}})).json()
    assert (told["field"], told["reason"]) == ("ticket.type", "missing")
    assert "limits" not in told
    told = (await li.post("/api/tickets", json={"ticket": {"type": "none", "subject": "x"}})).json()
    assert (told["field"], told.get("reason")) == ("type", None)  # no rule of its form


async def test_who_calls_again_is_offered_the_open_ticket(centre: Centre, li: AsyncClient, boss: AsyncClient) -> None:
    customers = Customers(centre.context.sessions, lambda: centre.now)
    known = await service.create(customers, a_record(numbers=(LI, WANG)), "supervisor")
    first = await opened(li, customer_id=known.row.id, caller_number=WANG)
    body = {"ticket": {"type": "enquiry", "subject": "Lamp?"}, "call": CALL}
    asked = await li.post("/api/tickets", json=body)
    assert (asked.status_code, asked.json()["ticket"]) == (200, None)
    assert [one["ticket"] for one in asked.json()["repeats"]] == [first["ticket"]]
    assert await subjects(li) == ["Lamp broken"]
    pop = (await li.get("/api/ticket-pop", params=CALL)).json()
    assert (pop["number"], [one["customer"]["name"] for one in pop["tickets"]]) == (LI, ["Li Wei"])
    centre.now += 6 * DAY_SECONDS
    for _again in range(2):
        added = await li.post(f"/api/tickets/{first['id']}/calls", json=CALL)
        assert (added.status_code, len(added.json()["calls"])) == (201, 1)
    centre.now += 6 * DAY_SECONDS  # 12 days after it was opened, 6 after the last call
    assert (await li.post("/api/tickets", json=body)).status_code == 200
    centre.now += 2 * DAY_SECONDS
    assert (await li.post("/api/tickets", json=body)).status_code == 201
    repeats = (await boss.get("/api/ticket-repeats", params={"customer_id": known.row.id})).json()
    assert [one["subject"] for one in repeats["tickets"]] == ["Lamp?"]


async def test_the_number_of_several_customers_offers_nobodys_ticket(centre: Centre, li: AsyncClient) -> None:
    customers = Customers(centre.context.sessions, lambda: centre.now)
    ids = [(await service.create(customers, a_record(name=name), "boss")).row.id for name in ("Li", "Wu")]
    await opened(li, customer_id=ids[0], caller_number=LI)
    body: dict[str, Any] = {"ticket": {"type": "enquiry", "subject": "Lamp?"}, "call": CALL}
    assert (await li.post("/api/tickets", json=body)).status_code == 201
    body["ticket"]["customer_id"] = ids[0]
    assert (await li.post("/api/tickets", json=body)).status_code == 200


async def test_a_call_is_ones_own_or_seen(centre: Centre, li: AsyncClient, boss: AsyncClient) -> None:
    made = await opened(li)
    for client, call in ((li, CALL | {"call_id": "2.0"}), (li, CALL | {"pbx": "south"}), (boss, CALL)):
        assert (await client.post(f"/api/tickets/{made['id']}/calls", json=call)).status_code == 404
        body = {"ticket": {"type": "repair", "subject": "Lamp"}, "call": call}
        assert (await client.post("/api/tickets", json=body)).status_code == 404
    assert (await boss.get("/api/ticket-pop", params=CALL)).status_code == 403


async def test_the_call_is_still_ones_own_in_the_work_after_it(centre: Centre, li: AsyncClient) -> None:
    made = await opened(li)
    seat = next(iter(centre.floor.sites[NORTH].seats.values()))
    seat.call_id, seat.unfinished = None, a_conversation(pbx="north", call_id="1.0", number="13800138000")
    assert (await li.get("/api/ticket-pop", params=CALL)).json()["number"] == LI
    added = await li.post(f"/api/tickets/{made['id']}/calls", json=CALL)
    assert [one["call_id"] for one in added.json()["calls"]] == ["1.0"]
    seat.unfinished = None
    assert (await li.get("/api/ticket-pop", params=CALL)).status_code == 404


async def test_repeats_are_merged_with_everything_they_have(li: AsyncClient, boss: AsyncClient) -> None:
    kept, gone = await opened(li, subject="Lamp"), await opened(li, CALL, subject="Lamp again")
    step = {"text": "Call the shop", "due_at": NOON + 60}
    await li.post(f"/api/tickets/{gone['id']}/steps", json=step)
    body = {"version": 1, "other_id": gone["id"], "other_version": 1}
    path = f"/api/tickets/{kept['id']}"
    assert (await li.post(f"{path}/merges", json=body)).status_code == 403
    assert (await boss.post(f"{path}/merges", json=body | {"other_id": kept["id"]})).status_code == 422
    assert (await boss.post(f"{path}/merges", json=body | {"other_version": 2})).status_code == 409
    merged = (await boss.post(f"{path}/merges", json=body)).json()
    assert [one["ticket"] for one in merged["merged"]] == [gone["ticket"]]
    assert [(one["text"], one["of"]) for one in merged["steps"]] == [("Call the shop", gone["ticket"])]
    assert [one["call_id"] for one in merged["calls"]] == [CALL["call_id"]]
    assert merged["next_due_at"] == NOON + 60
    assert (await told(li, gone))["merged_into"] == {"id": kept["id"], "ticket": kept["ticket"]}
    assert await subjects(li) == ["Lamp"]
    assert await subjects(li, ticket=gone["ticket"]) == ["Lamp again"]
    for act, lost in (("steps", step), ("close", {"version": 2} | DONE)):
        assert (await li.post(f"/api/tickets/{gone['id']}/{act}", json=lost)).status_code == 409
    done = step | {"is_done": True}
    assert (await li.put(f"{path}/steps/{merged['steps'][0]['id']}", json=done)).status_code == 200
    assert (await li.post(f"/api/tickets/{gone['id']}/unmerge")).status_code == 403
    apart = (await boss.post(f"/api/tickets/{gone['id']}/unmerge")).json()
    assert (apart["merged_into"], len(apart["steps"]), len(apart["calls"])) == (None, 1, 1)
    alone = await told(li, kept)
    assert (alone["merged"], alone["steps"], alone["calls"]) == ([], [], [])
    assert _what(alone) == ["opened", "merged", "step_changed", "unmerged"]
    assert (await boss.post(f"/api/tickets/{gone['id']}/unmerge")).status_code == 409


async def test_webhooks_are_told_of_each_change(centre: Centre, li: AsyncClient, boss: AsyncClient) -> None:
    await events.want(centre.context.sessions, "ticket.changed")
    kept, gone = await opened(li, CALL, caller_number=LI), await opened(li, subject="Lamp again")
    path = f"/api/tickets/{kept['id']}"
    assert (await li.post(f"{path}/steps", json={"text": "Call the shop"})).status_code == 201
    body = {"version": 1, "other_id": gone["id"], "other_version": 1}
    assert (await boss.post(f"{path}/merges", json=body)).status_code == 201
    assert (await li.post(f"{path}/close", json={"version": 2} | DONE)).status_code == 200
    assert (await li.post(f"{path}/reopen", json={"version": 3, "why": "Broken again"})).status_code == 200
    assert (await li.post(f"{path}/close", json={"version": 3} | DONE)).status_code == 409
    told = [one["data"] for one in await events.told(centre.context.sessions, "ticket.changed")]
    assert [(one["ticket"]["ticket"], one["what"], one["ticket"]["state"]) for one in told] == [
        ("T-1", "opened", "open"),
        ("T-1", "call_added", "open"),
        ("T-2", "opened", "open"),
        ("T-1", "step_added", "open"),
        ("T-1", "merged", "open"),
        ("T-2", "merged", "open"),
        ("T-1", "closed", "closed"),
        ("T-1", "reopened", "open"),
    ]
    assert told[0]["ticket"]["caller_number"] == LI
    assert told[3]["details"]["text"] == "Call the shop"
    assert told[5]["ticket"]["merged_into"] == {"id": kept["id"], "ticket": "T-1"}
    assert (told[6]["ticket"]["outcome"], told[7]["ticket"]["outcome"]) == (DONE["outcome"], "")
    assert told[7]["details"] == {"why": "Broken again"}


async def test_a_complaint_is_not_merged_into_what_is_none(li: AsyncClient, boss: AsyncClient) -> None:
    """The other direction is offered, and the earlier promise holds; taken apart each has its own again."""
    enquiry = await opened(li, type="enquiry", subject="Opening hours", due_at=NOON + 60)
    complaint = await opened(li, due_at=NOON + 3600)
    body = {"version": 1, "other_id": complaint["id"], "other_version": 1}
    refused = await boss.post(f"/api/tickets/{enquiry['id']}/merges", json=body)
    assert (refused.status_code, refused.json()["field"]) == (422, "other_id")
    assert "merge T-1 into T-2" in refused.json()["detail"]
    merged = await boss.post(f"/api/tickets/{complaint['id']}/merges", json=body | {"other_id": enquiry["id"]})
    kept = merged.json()
    assert (merged.status_code, kept["due_at"], kept["next_due_at"]) == (201, NOON + 3600, NOON + 60)
    await boss.post(f"/api/tickets/{enquiry['id']}/unmerge")
    assert [(await told(li, one))["next_due_at"] for one in (enquiry, complaint)] == [NOON + 60, NOON + 3600]


async def test_what_was_promised_of_a_closed_repeat_is_over(li: AsyncClient, boss: AsyncClient) -> None:
    kept, gone = await opened(li, due_at=NOON + 3600), await opened(li, due_at=NOON + 60)
    assert (await li.post(f"/api/tickets/{gone['id']}/close", json={"version": 1} | DONE)).status_code == 200
    body = {"version": 1, "other_id": gone["id"], "other_version": 2}
    merged = (await boss.post(f"/api/tickets/{kept['id']}/merges", json=body)).json()
    assert merged["next_due_at"] == NOON + 3600


async def test_what_is_late_goes_up_and_comes_down(centre: Centre, li: AsyncClient) -> None:
    made = await opened(li, team="Team A", due_at=NOON + 60)
    await opened(li, subject="In time", due_at=NOON + 10 * DAY_SECONDS)
    assert (await escalate(centre.context), await escalated(centre.context)) == ([], {})
    centre.now += 60
    assert [await escalate(centre.context) for _ in range(2)] == [[1], []]
    [late] = (await escalated(centre.context)).values()
    assert (late["ticket"], late["level"], late["to"], late["team"]) == ("T-1", 1, "team_leader", "Team A")
    assert await subjects(li, is_overdue=True) == await subjects(li, is_escalated=True) == ["Lamp broken"]
    centre.now += DAY_SECONDS
    assert await escalate(centre.context) == [1]
    shown = await told(li, made)
    assert (shown["escalation_level"], shown["escalated_to"], shown["escalated_at"]) == (2, "supervisor", centre.now)
    assert (shown["changes"][0]["what"], shown["changes"][0]["by"]) == ("escalated", "callcenter")
    backlog = (await li.get("/api/ticket-backlog")).json()["teams"]
    assert backlog == [
        {"team": "", "open": 1, "waiting": 0, "overdue": 0, "escalated": 0, "oldest_at": NOON},
        {"team": "Team A", "open": 1, "waiting": 0, "overdue": 1, "escalated": 1, "oldest_at": NOON},
    ]
    ticket = {"type": "complaint", "subject": "Lamp broken", "team": "Team A", "state": "waiting"}
    body = {"version": 1, "ticket": ticket | {"due_at": centre.now + 60}}
    moved = (await li.put(f"/api/tickets/{made['id']}", json=body)).json()
    assert (moved["escalation_level"], moved["escalated_to"], moved["escalated_at"]) == (0, "", None)
    assert (await escalated(centre.context), await subjects(li, state="waiting")) == ({}, ["Lamp broken"])


async def test_the_history_cannot_be_changed(centre: Centre, li: AsyncClient) -> None:
    await opened(li)
    for statement in (update(TicketChange).values(by="nobody"), delete(TicketChange)):
        with pytest.raises(DBAPIError, match="history"):
            async with centre.context.sessions.begin() as session:
                await session.execute(statement)


async def test_tickets_go_with_their_customer_when_records_are_merged(centre: Centre, boss: AsyncClient) -> None:
    customers = Customers(centre.context.sessions, lambda: centre.now)
    kept = (await service.create(customers, a_record(name="Li Wei"), "boss")).row.id
    gone = (await service.create(customers, a_record(name="Lee", numbers=(WANG,)), "boss")).row.id
    await opened(boss, customer_id=gone)
    await merging.merge(customers, (kept, 1), (gone, 1), "boss")
    [found] = (await boss.get("/api/tickets", params={"customer_id": kept})).json()["tickets"]
    assert found["customer"]["name"] == "Li Wei"
    await merging.undo(customers, 1, "boss")
    assert await subjects(boss, customer_id=kept) == []
    assert await subjects(boss, customer_id=gone) == ["Lamp broken"]
    await service.remove(customers, gone)
    [left] = (await boss.get("/api/tickets")).json()["tickets"]
    assert (left["customer"], left["customer_id"]) == (None, None)


@pytest.mark.parametrize(
    ("scope", "agent_number", "expected"),
    [
        (scope_of(["Team A"], []), None, ["of team"]),
        (scope_of([], ["sales"]), None, ["of queue"]),
        (scope_of(["Team C"], []), "1002", ["of agent"]),
        (scope_of(["Team C"], []), None, []),
    ],
)
async def test_a_limited_account_is_told_of_its_part(
    centre: Centre, li: AsyncClient, scope: Scope, agent_number: str | None, expected: list[str]
) -> None:
    made = [
        await opened(li, subject="of team", team="Team A"),
        await opened(li, CALL, subject="of queue"),
        await opened(li, subject="of agent", owner_agent="1002"),
    ]
    async with await centre.client(Role.SUPERVISOR, agent_number, scope) as client:
        assert await subjects(client) == expected
        for one in made:
            path, status = f"/api/tickets/{one['id']}", 200 if one["subject"] in expected else 404
            assert (await client.get(path)).status_code == status
            if status == 404:
                body = {"version": 1} | DONE
                assert (await client.post(f"{path}/close", json=body)).status_code == 404
                assert (await client.post(f"{path}/steps", json={"text": "Look"})).status_code == 404
                assert (
                    await client.put(path, json={"version": 1, "ticket": {"type": "repair", "subject": "x"}})
                ).status_code == 404
                assert (await client.post(f"{path}/unmerge")).status_code == 404
                assert (await client.post(f"{path}/calls", json=CALL | {"call_id": "2.0"})).status_code == 404
        assert sum(row["open"] for row in (await client.get("/api/ticket-backlog")).json()["teams"]) == len(expected)
        outside = {"ticket": {"type": "repair", "subject": "Lamp", "team": "Team D"}}
        assert (await client.post("/api/tickets", json=outside)).status_code == 422


async def test_who_is_given_a_step_works_on_the_ticket_and_finds_it(centre: Centre, boss: AsyncClient) -> None:
    made = await opened(boss, subject="of another team", team="Team A")
    gone = await opened(boss, subject="merged away", team="Team A")
    await opened(boss, subject="of nobody", team="Team A")
    async with await centre.client(Role.AGENT, "1003", scope_of(["Team B"], [])) as agent:
        assert await subjects(agent) == []
        step = {"text": "Ask the shop", "agent_number": "1003"}
        given = (await boss.post(f"/api/tickets/{gone['id']}/steps", json=step)).json()
        assert await subjects(agent, is_mine=True) == ["merged away"]
        merge = {"version": 1, "other_id": gone["id"], "other_version": 1}
        assert (await boss.post(f"/api/tickets/{made['id']}/merges", json=merge)).status_code == 201
        assert await subjects(agent, is_mine=True) == await subjects(agent) == ["of another team"]
        path = f"/api/tickets/{gone['id']}/steps/{given['id']}"
        assert (await agent.put(path, json=step | {"is_done": True})).status_code == 409  # it goes on in the other
        path = f"/api/tickets/{made['id']}/steps/{given['id']}"
        assert (await agent.put(path, json=step | {"is_done": True})).status_code == 200
        assert await subjects(agent, is_mine=True) == []
        assert await subjects(agent) == ["of another team"]  # what was done stays in sight
    assert await subjects(boss, is_mine=True) == []
    mine = await opened(boss, subject="my own", owner_user=Role.SUPERVISOR)
    assert await subjects(boss, is_mine=True) == [mine["subject"]]


async def test_who_sees_numbers_masked_changes_the_rest(centre: Centre, boss: AsyncClient) -> None:
    centre.site.mask(Role.AGENT)
    made = await opened(boss, caller_number=LI, note=f"call {LI}", subject="Lamp")
    async with await centre.client(Role.AGENT) as agent:
        shown = await told(agent, made)
        assert (shown["caller_number"], shown["note"], shown["ticket"]) == (
            "+86138****8000",
            "call +86138****8000",
            "T-1",
        )
        names = ("type", "note", "state", "caller_number", "due_at")
        ticket = {name: shown[name] for name in names} | {"subject": "Lamp post"}
        path = f"/api/tickets/{made['id']}"
        assert (await agent.put(path, json={"version": 1, "ticket": ticket})).status_code == 200
        wrong = await agent.put(path, json={"version": 2, "ticket": ticket | {"caller_number": "+86139****8000"}})
        assert (wrong.status_code, wrong.json()["field"]) == (422, "ticket.caller_number")
        kept = await told(boss, made)
        assert (kept["subject"], kept["caller_number"], kept["note"]) == ("Lamp post", LI, f"call {LI}")
        assert (await agent.get("/api/tickets", params={"number": "138"})).status_code == 422


async def test_a_customers_history_tells_of_tickets(centre: Centre, boss: AsyncClient) -> None:
    customers = Customers(centre.context.sessions, lambda: centre.now)
    known = (await service.create(customers, a_record(), "boss")).row.id
    await opened(boss, customer_id=known)
    access = centre.site.access
    account = await account_named(access, "supervisor")
    assert account is not None
    [(at, ticket)] = await finding.of_customer(centre.context, account, known, None, 5)
    assert (at, ticket["ticket"], ticket["state"]) == (NOON, "T-1", "open")
    assert await finding.of_customer(centre.context, account, known, NOON, 5) == []


async def test_a_history_has_tickets_from_before_the_record(centre: Centre, boss: AsyncClient) -> None:
    customers = Customers(centre.context.sessions, lambda: centre.now)
    account = await account_named(centre.site.access, "supervisor")
    assert account is not None

    async def history(customer_id: int) -> list[str]:
        return [one["ticket"] for _, one in await finding.of_customer(centre.context, account, customer_id, None, 9)]

    unknown = await opened(boss, caller_number="138 0013 8000")
    other = await opened(boss, caller_number=WANG)
    late = (await service.create(customers, a_record(numbers=(LI,)), "boss")).row.id
    assert (unknown["customer_id"], await history(late)) == (None, [unknown["ticket"]])

    # The same number, but somebody else's ticket; and one of each number after a merge.
    twin = (await service.create(customers, a_record(name="Twin", numbers=(LI, WANG)), "boss")).row.id
    theirs = await opened(boss, customer_id=twin, caller_number=LI)
    assert await history(late) == [unknown["ticket"]]
    assert await history(twin) == [theirs["ticket"], other["ticket"], unknown["ticket"]]
    await merging.merge(customers, (late, 1), (twin, 1), "boss")
    assert await history(late) == [theirs["ticket"], other["ticket"], unknown["ticket"]]


@pytest.mark.parametrize("role", [None, Role.QA])
async def test_who_does_not_work_on_tickets_is_told_nothing(centre: Centre, role: Role | None) -> None:
    client = centre.site.stranger() if role is None else await centre.client(role)
    doors = [
        ("GET", "/api/tickets"), ("POST", "/api/tickets"), ("GET", "/api/tickets/1"), ("PUT", "/api/tickets/1"),
        ("POST", "/api/tickets/1/calls"), ("POST", "/api/tickets/1/steps"), ("PUT", "/api/tickets/1/steps/1"),
        ("POST", "/api/tickets/1/close"), ("POST", "/api/tickets/1/reopen"), ("POST", "/api/tickets/1/merges"),
        ("POST", "/api/tickets/1/unmerge"), ("GET", "/api/ticket-backlog"), ("GET", "/api/ticket-repeats"),
        ("GET", "/api/ticket-pop"),
    ]  # fmt: skip
    async with client:
        client.headers.update({"X-Requested-With": "callcenter"})
        for method, path in doors:
            answer = await client.request(method, path, json={} if method != "GET" else None)
            assert answer.status_code == (401 if role is None else 403), (method, path)


async def test_open_pages_are_told_which_tickets_were_changed_and_for_whom(
    centre: Centre, li: AsyncClient, boss: AsyncClient
) -> None:
    """Both teams when a ticket goes from one to the other, both tickets of a merge; what was done is not told."""
    made = await opened(li, CALL, owner_agent="1001")
    assert centre.told == [(0, {"id": 1, "teams": ["Team A"], "queue": "sales", "changed_at": NOON})]
    other = await opened(boss, team="Team B")
    centre.told.clear()
    ticket = {"type": "complaint", "subject": "Lamp", "owner_agent": "1002"}
    await boss.put(f"/api/tickets/{made['id']}", json={"version": 1, "ticket": ticket})
    await boss.post(f"/api/tickets/{made['id']}/steps", json={"text": "Ask"})
    merge = {"version": 2, "other_id": other["id"], "other_version": 1}
    assert (await boss.post(f"/api/tickets/{made['id']}/merges", json=merge)).status_code == 201
    assert (await boss.post(f"/api/tickets/{other['id']}/unmerge")).status_code == 200
    told = [(place, fields["id"], fields["teams"]) for place, fields in centre.told]
    assert told[:2] == [(2, 1, ["Team A", "Team B"]), (3, 1, ["Team B"])]
    assert told[2:] == [(place, 1 + place % 2, ["Team B"]) for place in (4, 5, 6, 7)]
    for _ in range(PLACES):
        await centre.teller.tell([made["id"]])
    assert {place for place, _ in centre.told} == {*range(PLACES)}


async def test_a_ticket_is_given_to_who_works_on_tickets(centre: Centre, boss: AsyncClient) -> None:
    """A limited account is told of users who see something that it sees."""
    scope, other = Scope(frozenset({"Team A"})), Scope(frozenset({"Team B"}))
    async with await centre.client(Role.TEAM_LEADER, scope=scope) as leader:
        await centre.client(Role.QA)
        await centre.client(Role.ADMIN, scope=other)
        users = [(await one.get("/api/ticket-owners")).json()["users"] for one in (boss, leader)]
    assert [[one["username"] for one in told] for told in users] == [
        ["admin", "supervisor", "team_leader"], ["supervisor", "team_leader"],
    ]  # fmt: skip
