"""The routes of customers, over HTTP, on both databases."""

from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.accounts.scope import Scope, scope_of
from callcenter.customers.service import Context
from callcenter.dialer import service as lists
from callcenter.dialer.tables import Attempt, Target
from callcenter.floor.facts import AnyFact
from callcenter.forms.tables import FormRecord
from callcenter.store.recorder import Recorder
from tests.customers.conftest import LI, WANG
from tests.dialer.conftest import FIELDS
from tests.facts import NOON, a_call, a_conversation, a_visit
from tests.serving import PANEL
from tests.web import Site


async def _make(client: AsyncClient, **record: Any) -> dict[str, Any]:
    record = {"name": "Li Wei", "numbers": [{"number": "138 0013 8000", "label": "mobile"}]} | record
    answer = await client.post("/api/customers", json={"record": record})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_customer_is_made_read_and_changed(supervisor: AsyncClient) -> None:
    made = await _make(supervisor, level="important", attributes={"company": "ACME"})
    assert made["numbers"] == [
        {"number": LI, "label": "mobile", "do_not_call": False, "do_not_call_until": None},
    ]
    assert (made["version"], made["created_by"], made["created_at"]) == (1, "supervisor", NOON)
    path = f"/api/customers/{made['id']}"
    assert (await supervisor.get(path)).json() == made
    body = {"version": 1, "record": {"name": "Li Wei 2"}}
    assert (await supervisor.put(path, json=body)).json()["name"] == "Li Wei 2"
    assert (await supervisor.put(path, json=body)).status_code == 409
    assert (await supervisor.post(f"{path}/do-not-call", json={})).status_code == 409  # without numbers
    assert (await supervisor.delete(path)).status_code == 204
    assert (await supervisor.get(path)).status_code == 404


async def test_who_sees_numbers_masked_changes_the_rest_of_a_record(site: Site) -> None:
    site.mask(Role.AGENT)
    async with await site.client(Role.SUPERVISOR) as supervisor, await site.client(Role.AGENT) as agent:
        for client in (supervisor, agent):
            client.headers.update(PANEL)
        numbers = [{"number": LI, "label": "mobile"}, {"number": "+8613877778000"}, {"number": WANG}]
        made = await _make(supervisor, numbers=numbers, note=f"or {WANG}")
        path = f"/api/customers/{made['id']}"
        shown = (await agent.get(path)).json()
        assert [one["number"] for one in shown["numbers"]] == ["+86138****8000", "+86138****8000", "+86138****8001"]
        told = ("name", "note", "level", "attributes", "consent", "consent_at", "consent_how", "reference")
        record = {name: shown[name] for name in told} | {"name": "Li Wei 2"}
        back = [{"number": one["number"], "label": one["label"]} for one in shown["numbers"]]
        for version, some, kept in ((1, back, [LI, "+8613877778000", WANG]), (2, back[1:], [LI, WANG])):
            body = {"version": version, "record": record | {"numbers": some}}
            assert (await agent.put(path, json=body)).status_code == 200
            assert [one["number"] for one in (await supervisor.get(path)).json()["numbers"]] == kept
        changed = (await supervisor.get(path)).json()
        assert (changed["name"], changed["note"]) == ("Li Wei 2", f"or {WANG}")
        wrong = {"numbers": [{"number": "+86139****8000"}]}, "record.numbers.0.number"
        for fields, field in (wrong, ({"note": "now +86139****8000"}, "record.note")):
            body = {"version": changed["version"], "record": record | fields}
            answer = await agent.put(path, json=body)
            assert (answer.status_code, answer.json()["field"]) == (422, field)
        assert (await supervisor.get(path)).json() == changed


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ({}, "name"),
        ({"name": "a\0b"}, "record.name"),
        ({"name": "Li", "level": "royal"}, "level"),
        ({"name": "Li", "shoe": "44"}, "record.shoe"),
        ({"name": "Li", "numbers": [{"number": "12"}]}, "record.numbers.0.number"),
        ({"name": "Li", "numbers": [{"number": "13800138000"}, {"number": LI}]}, "numbers.1"),
        ({"name": "Li", "consent": "given"}, "consent_at"),
        ({"name": "Li", "consent_at": 1e308}, "record.consent_at"),
        ({"name": "Li", "attributes": {"shoe": "44"}}, "attributes"),
    ],
)
async def test_what_is_wrong_is_told_by_its_field(supervisor: AsyncClient, record: dict[str, Any], field: str) -> None:
    answer = await supervisor.post("/api/customers", json={"record": record})
    assert answer.status_code == 422
    told = answer.json()
    assert field in (told.get("field"), *(error["field"] for error in told.get("errors", ())))


async def test_pages_and_the_look_up_of_a_caller(supervisor: AsyncClient) -> None:
    for nth in range(3):
        await _make(supervisor, name=f"Li {nth}")
    first = (await supervisor.get("/api/customers", params={"limit": 2})).json()
    assert [one["name"] for one in first["customers"]] == ["Li 2", "Li 1"]
    second = (await supervisor.get("/api/customers", params={"limit": 2, "cursor": first["next"]})).json()
    assert ([one["name"] for one in second["customers"]], second["next"]) == (["Li 0"], None)
    found = (await supervisor.get("/api/customer-lookup", params={"number": "13800138000"})).json()
    assert (found["number"], len(found["customers"])) == (LI, 3)
    nobody = (await supervisor.get("/api/customer-lookup", params={"number": "anonymous"})).json()
    assert nobody == {"number": "", "customers": []}


async def test_whose_call_it_was(engine: AsyncEngine, site: Site, supervisor: AsyncClient) -> None:
    made = await _make(supervisor)
    await _record(engine, a_call(), a_call(call_id="hidden", number=""))
    path = f"/api/calls/pbx1/{a_call().call_id}/customers"
    assert (await supervisor.get(path)).json() == {"number": LI, "customers": [made]}
    hidden = await supervisor.get("/api/calls/pbx1/hidden/customers")
    assert hidden.json() == {"number": "", "customers": []}
    assert (await supervisor.get("/api/calls/pbx1/other/customers")).status_code == 404
    async with await site.client(Role.AGENT) as agent:
        assert (await agent.get(path)).status_code == 403


async def test_what_a_merge_would_change_is_told_before_it_does(supervisor: AsyncClient) -> None:
    kept = await _make(supervisor)
    gone = await _make(supervisor, name="Wei", note="likes tea", numbers=[{"number": WANG}])
    path = f"/api/customers/{kept['id']}"
    preview = await supervisor.get(f"{path}/merge-preview", params={"other": gone["id"]})
    assert preview.json() == {
        "changed": {"note": ["", "likes tea"]},
        "added": [WANG],
        "stays": {"name": "Wei"},
    }
    assert (await supervisor.get(path)).json() == kept  # nothing was done
    for other, status in ((kept["id"], 422), (999, 404)):
        refused = await supervisor.get(f"{path}/merge-preview", params={"other": other})
        assert refused.status_code == status


async def test_an_agent_writes_records_and_merges_none(site: Site, supervisor: AsyncClient) -> None:
    async with await site.client(Role.AGENT, "1001") as agent, await site.client(Role.QA) as qa:
        agent.headers.update(PANEL)
        qa.headers.update(PANEL)
        made = await _make(agent)
        other = await _make(agent)
        body = {"other_id": other["id"], "other_version": 1, "version": 1}
        path = f"/api/customers/{made['id']}"
        for client in (agent, qa):
            assert (await client.post(f"{path}/merges", json=body)).status_code == 403
            assert (await client.delete(path)).status_code == 403
            assert (await client.get(path)).status_code == 200
        assert (await qa.put(path, json={"version": 1, "record": {"name": "Q"}})).status_code == 403
    merged = await supervisor.post(f"{path}/merges", json=body)
    assert merged.status_code == 201
    [merge] = (await supervisor.get(f"{path}/merges")).json()["merges"]
    assert (merge["gone_id"], merge["can_be_undone"]) == (other["id"], True)
    assert (await supervisor.post(f"/api/customer-merges/{merge['id']}/undo")).status_code == 200
    assert (await supervisor.get(f"/api/customers/{other['id']}")).status_code == 200
    assert (await supervisor.post(f"{path}/merges", json=body | {"other_id": made["id"]})).status_code == 422


# --- history ----------------------------------------------------------------------------------------------------


async def _record(engine: AsyncEngine, *facts: AnyFact) -> None:
    recorder = Recorder(engine)
    recorder.note(facts)
    await recorder.flush()


async def _called_back(context: Context) -> None:
    """One attempt with what was written down of it, and one callback still to be made."""
    list_id = await lists.create_list(context.sessions, FIELDS | {"name": "Winter"}, NOON)
    shared = {"list_id": list_id, "attributes": {}, "name": "Li Wei"}
    async with context.sessions.begin() as session:
        reached = Target(**shared, number=LI, dial_number=LI, due_at=None, state="reached")
        due = Target(**shared, number=WANG, dial_number=WANG, due_at=NOON + 60)
        session.add_all([reached, due])
        await session.flush()
        attempt = Attempt(
            attempt_id="a-1", list_id=list_id, target_id=reached.id, pbx="pbx1", queue="support", number=LI,
            outcome="reached", placed_at=NOON + 500, ended_at=NOON + 560, agent_number="1001", call_id="back.1",
        )  # fmt: skip
        session.add(attempt)
        await session.flush()
        session.add(
            FormRecord(
                list_id=list_id,
                target_id=reached.id,
                attempt_id=attempt.id,
                result="done",
                note="wants a new one",
                filled_at=NOON + 570,
                changed_at=NOON + 570,
                filled_by="1001",
            )
        )


async def test_all_that_happened_is_told_page_by_page(
    context: Context, engine: AsyncEngine, supervisor: AsyncClient
) -> None:
    made = await _make(supervisor, numbers=[{"number": LI}, {"number": WANG}])
    await _record(engine, a_call(), a_visit(), a_conversation())
    later = {"started_at": NOON + 100, "answered_at": None, "ended_at": NOON + 110}
    await _record(engine, a_call(call_id="foreign", number="+86 138 0013 8001", **later))
    await _record(engine, a_call(call_id="other", number="13800138009", **later))
    await _record(engine, a_call(call_id="back.1", attempt_id="a-1", started_at=NOON + 500, answered_at=NOON + 510))
    await _called_back(context)

    path = f"/api/customers/{made['id']}"
    first = (await supervisor.get(f"{path}/history", params={"limit": 2})).json()
    callback, foreign = first["events"]
    assert callback["call"] is None
    assert callback["callback"]["list"]["name"] == "Winter"
    assert callback["callback"]["record"]["note"] == "wants a new one"
    assert [(one["id"], one["agent_name"]) for one in callback["reviews"]] == [(7, "read by supervisor")]
    assert foreign["call"]["call_id"] == "foreign"
    second = (await supervisor.get(f"{path}/history", params={"limit": 2, "cursor": first["next"]})).json()
    [call] = second["events"]
    assert call["call"]["agents"] == [{"number": "1001", "name": "Li Na"}]
    assert second["next"] is None
    [due] = (await supervisor.get(f"{path}/callbacks")).json()["callbacks"]
    assert (due["number"], due["list"]["name"]) == (WANG, "Winter")


@pytest.mark.parametrize(
    ("scope", "agent", "seen"),
    [
        (scope_of([], ["support"]), None, ["Winter", "1"]),
        (scope_of(["Team B"], []), None, ["2"]),
        (scope_of(["Team B"], []), "1001", ["Winter", "2"]),
        (scope_of(["Team C"], ["billing"]), None, []),
    ],
)
async def test_of_what_happened_the_scope_is_told(
    context: Context,
    engine: AsyncEngine,
    site: Site,
    supervisor: AsyncClient,
    scope: Scope,
    agent: str | None,
    seen: list[str],
) -> None:
    made = await _make(supervisor, numbers=[{"number": LI}, {"number": WANG}])
    other = {"call_id": "2", "queue": "sales", "team": "Team B", "agent_number": "1002"}
    waited = a_visit(call_id="1", queue="support")
    await _record(engine, a_call(call_id="1"), waited, a_call(call_id="2"), a_conversation(**other))
    await _called_back(context)
    async with await site.client(Role.TEAM_LEADER, agent, scope) as leader:
        leader.headers.update(PANEL)
        path = f"/api/customers/{made['id']}"
        events = (await leader.get(f"{path}/history")).json()["events"]
        told = [
            event["callback"]["list"]["name"] if event["callback"] else event["call"]["call_id"] for event in events
        ]
        assert sorted(told, reverse=True) == seen
        assert len((await leader.get(f"{path}/callbacks")).json()["callbacks"]) == ("support" in scope.queues)
        assert (await leader.get("/api/calls/pbx1/1/customers")).status_code == (200 if "1" in seen else 404)
        for common in ("/api/customers?name=Li", f"/api/customer-lookup?number={LI[1:]}", path, f"{path}/merges"):
            assert (await leader.get(common)).status_code == 200, common
        record = {"name": "Li Wei 2", "numbers": [{"number": LI}]}
        assert (await leader.put(path, json={"version": 1, "record": record})).status_code == 200
        assert (await leader.post(f"{path}/do-not-call", json={})).status_code == 200
        assert (await leader.post("/api/customers", json={"record": {"name": "Wang"}})).status_code == 201


async def test_who_sees_a_part_merges_and_deletes_nobody(site: Site, supervisor: AsyncClient) -> None:
    made = await _make(supervisor)
    async with await site.client(Role.ADMIN, scope=scope_of(["Team A"], [])) as admin:
        admin.headers.update(PANEL)
        path = f"/api/customers/{made['id']}"
        assert (await admin.delete(path)).status_code == 403
        assert (await admin.get(f"{path}/merge-preview?other=2")).status_code == 403
        merge = {"other_id": 2, "other_version": 1, "version": 1}
        assert (await admin.post(f"{path}/merges", json=merge)).status_code == 403
        assert (await admin.post("/api/customer-merges/1/undo")).status_code == 403


async def test_a_customer_without_numbers_has_no_history(engine: AsyncEngine, supervisor: AsyncClient) -> None:
    made = await _make(supervisor, numbers=[])
    await _record(engine, a_call(number=""), a_call(call_id="2"))
    answer = await supervisor.get(f"/api/customers/{made['id']}/history")
    assert answer.json() == {"events": [], "next": None}
    assert (await supervisor.get("/api/customers/999/history")).status_code == 404
