"""Forms and records over their routes: who may, versions, promises, and what is refused."""

from typing import Any

import httpx
import pytest
from sqlalchemy import update

from callcenter.accounts.rules import Role
from callcenter.accounts.scope import scope_of
from callcenter.dialer.seats import Desk
from callcenter.dialer.tables import Attempt, Offer, Target
from callcenter.dialer.tester import may_call
from callcenter.floor.call import Attempt as Dial
from callcenter.floor.floor import Floor
from callcenter.floor.site import Site
from callcenter.floor.terms import AttemptId, CallId, PbxName
from callcenter.forms.service import IN_HAND_SECONDS
from tests.dialer.conftest import MONDAY_NOON, Centre, numbers, result
from tests.dialer.test_api import Panel

QUESTIONS: list[dict[str, Any]] = [
    {"id": "pleased", "kind": "scale", "label": "How pleased?", "minimum": 1, "maximum": 5, "is_required": True},
    {
        "id": "why", "kind": "text", "label": "Why not more?", "is_required": True,
        "shown_if": {"question": "pleased", "any_of": ["1", "2"]},
    },
    {
        "id": "uses", "kind": "choices", "label": "What is used?",
        "options": [{"id": "web", "label": "Web"}, {"id": "app", "label": "App"}],
    },
]  # fmt: skip
DONE = {"form_id": 1, "result": "completed", "answers": {"pleased": 5, "uses": ["app", "web"], "why": "hidden"}}
RUN = {Role.SUPERVISOR, Role.ADMIN}
SEE, WORK = RUN | {Role.TEAM_LEADER}, RUN | {Role.AGENT, Role.TEAM_LEADER}
ROUTES = [
    ("GET", "/lists/1/form", SEE),
    ("PUT", "/lists/1/form", RUN),
    ("GET", "/attempts/1/sheet", WORK),
    ("GET", "/targets/1/sheet", WORK),
    ("GET", "/callbacks/mine?agent=1001", WORK),
    ("GET", "/callbacks/mine/due?agent=1001", WORK),
    ("POST", "/callbacks/mine/1/call", WORK),
    ("PUT", "/attempts/1/record", WORK),
]


class Talk:
    """A callback under way: its customer talks with agent 1001."""

    def __init__(self, centre: Centre, attempt_id: AttemptId) -> None:
        self._centre, self.attempt_id = centre, attempt_id

    async def end(self, **how: Any) -> None:
        worker = next(iter(self._centre.workers))
        worker.on_facts([result(self.attempt_id, **{"at": self._centre.clock(), "is_reached": True} | how)])
        await self._centre.until_told(1, in_air=0)

    async def attempt(self) -> Attempt:
        return next(row for row in await self._centre.attempts() if row.attempt_id == self.attempt_id)


@pytest.fixture
async def supervisor(panel: Panel) -> httpx.AsyncClient:
    return await panel.of(Role.SUPERVISOR)


@pytest.fixture
async def agent(panel: Panel) -> httpx.AsyncClient:
    return await panel.of(Role.AGENT)


@pytest.fixture
async def talk(centre: Centre, supervisor: httpx.AsyncClient, floor: Floor) -> Talk:
    await centre.list_with(1)
    saved = await supervisor.put("/lists/1/form", json={"version": 0, "questions": QUESTIONS})
    assert saved.status_code == 200, saved.text
    centre.seats.free = 1
    await supervisor.post("/lists/1/start")
    [call] = await centre.until_placed(1)
    await centre.until_told(1, in_air=1)  # or `end` would take what was told before for the end
    site = floor.sites[PbxName("pbx1")] = Site(PbxName("pbx1"))
    site.attempts[call.attempt_id] = Dial(call.attempt_id, CallId(call.attempt_id), agent_number="1001")
    return Talk(centre, call.attempt_id)


async def test_who_may_do_what(panel: Panel, centre: Centre) -> None:
    stranger = await panel.of(None)
    for method, path, _ in ROUTES:
        assert (await stranger.request(method, path)).status_code == 401, path
    for role in Role:
        client = await panel.of(role)
        for method, path, may in ROUTES:
            status = (await client.request(method, path)).status_code
            assert (status == 403) is (role not in may), (role, path, status)


async def test_who_is_an_agent_has_no_callbacks_of_another(panel: Panel, centre: Centre) -> None:
    await centre.list_with(2)
    now = centre.clock()
    async with centre.sessions.begin() as session:
        for target, number in ((1, "1001"), (2, "1002")):
            offer = {"list_id": 1, "target_id": target, "agent_number": number, "offered_at": now, "until": now + 60}
            session.add(Offer(**offer))
    agent = await panel.of(Role.AGENT, "1001")
    asked: list[tuple[str, str, object]] = [
        ("GET", "/callbacks/mine?agent=1002", None),
        ("GET", "/callbacks/mine/due?agent=1002", None),
        ("POST", "/callbacks/mine/2/call", {"agent_number": "1002"}),
        ("POST", "/offers", {"agent_number": "1002"}),
        ("POST", "/offers/2/accept", None),
        ("POST", "/offers/2/skip", {"reason": "not now"}),
    ]
    for method, path, body in asked:
        answer = await agent.request(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed"), path
    assert (await agent.get("/callbacks/mine?agent=1001")).json()["offer"]["id"] == 1
    assert (await agent.post("/offers/1/skip", json={"reason": "not now"})).status_code == 204
    shared = await panel.of(Role.AGENT)
    supervisor = await panel.of(Role.SUPERVISOR, "1003")
    for client in (shared, supervisor):
        assert (await client.get("/callbacks/mine?agent=1002")).json()["offer"]["id"] == 2
    assert (await agent.post("/offers/9/skip", json={"reason": "not now"})).status_code == 404


async def test_an_agent_sees_what_they_promised_in_order_of_time_and_calls_one(
    panel: Panel, supervisor: httpx.AsyncClient, centre: Centre
) -> None:
    await centre.list_with(4)
    now = centre.clock()
    async with centre.sessions.begin() as session:
        rows: dict[int, dict[str, Any]] = {
            1: {"owner_agent": "1001", "due_at": now + 3600, "name": "Afternoon"},
            2: {"owner_agent": "1001", "due_at": now - 60, "name": "Overdue"},
            3: {"owner_agent": "1002"},
            4: {"owner_agent": "1001", "due_at": now, "state": "reached"},
        }
        for target, values in rows.items():
            await session.execute(update(Target).where(Target.id == target).values(**values))
    mine = await panel.of(Role.AGENT, "1001")
    told = (await mine.get("/callbacks/mine/due?agent=1001")).json()["callbacks"]
    assert [(one["id"], one["name"], one["due_at"]) for one in told] == [
        (2, "Overdue", now - 60), (1, "Afternoon", now + 3600),
    ]  # fmt: skip
    assert (told[1]["number"], told[1]["list"], told[1]["is_running"]) == (
        numbers(1)[0], {"id": "1", "name": "Autumn"}, False,
    )  # fmt: skip
    centre.seats.desks["1001"] = Desk("pbx1", "PJSIP/1001", frozenset({"support"}), True)
    refused = await mine.post("/callbacks/mine/1/call", json={"agent_number": "1001"})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert "Autumn is stopped" in refused.json()["detail"]
    await supervisor.post("/lists/1/start")
    assert (await mine.get("/callbacks/mine/due?agent=1001")).json()["callbacks"][1]["is_running"]
    called = await mine.post("/callbacks/mine/1/call", json={"agent_number": "1001"})
    assert called.status_code == 200, called.text
    [call] = await centre.until_placed(1)
    assert (call.number, call.agent_interface) == (numbers(1)[0], "PJSIP/1001")
    assert [one["id"] for one in (await mine.get("/callbacks/mine/due?agent=1001")).json()["callbacks"]] == [2]
    assert (await mine.post("/callbacks/mine/3/call", json={"agent_number": "1001"})).status_code == 404


@pytest.mark.parametrize("role", [Role.AGENT, Role.TEAM_LEADER])
async def test_who_sees_a_part_has_their_own_callbacks_alone(
    panel: Panel, talk: Talk, floor: Floor, role: Role
) -> None:
    scope = scope_of(["Team A"], [])
    mine = await panel.of(role, "1001", scope)
    for client, inside in (
        (mine, True),
        (await panel.of(role, "1002", scope), False),
        (await panel.of(role, None, scope), False),
        (await panel.of(role, "1003"), True),  # sees everything
    ):
        for path in ("/attempts/1/sheet", "/targets/1/sheet"):
            assert (await client.get(path)).status_code == (200 if inside else 404), path
        assert (await client.put("/attempts/1/record", json=DONE)).status_code == (200 if inside else 404)
    assert (await mine.get("/callbacks/mine?agent=1001")).json()["sheet"]["attempt"]["id"] == 1
    await talk.end()
    floor.sites.clear()
    assert (await mine.get("/attempts/1/sheet")).status_code == 200, "also after the talk"


@pytest.mark.parametrize("role", [Role.AGENT, Role.TEAM_LEADER])
async def test_who_sees_a_part_is_shown_their_own_offers_alone(panel: Panel, centre: Centre, role: Role) -> None:
    await centre.list_with(2)
    now = centre.clock()
    async with centre.sessions.begin() as session:
        for target, number in ((1, "1001"), (2, "1002")):
            offer = {"list_id": 1, "target_id": target, "agent_number": number, "offered_at": now, "until": now + 60}
            session.add(Offer(**offer))
        await session.execute(update(Target).values(state="offered"))
    scope = scope_of(["Team A"], [])
    mine, nobody = await panel.of(role, "1001", scope), await panel.of(role, None, scope)
    for client in (mine, nobody):
        for method, path, body in (
            ("GET", "/callbacks/mine?agent=1002", None),
            ("POST", "/offers", {"agent_number": "1002"}),
            ("POST", "/offers/2/accept", None),
            ("POST", "/offers/2/skip", {"reason": "not now"}),
        ):
            assert (await client.request(method, path, json=body)).status_code == 403, path
        assert (await client.get("/targets/2/sheet")).status_code == 404
    assert (await nobody.get("/targets/1/sheet")).status_code == 404
    assert (await mine.get("/targets/1/sheet")).status_code == 200
    assert (await mine.get("/callbacks/mine?agent=1001")).json()["offer"]["id"] == 1
    assert (await mine.post("/offers/1/skip", json={"reason": "not now"})).status_code == 204


async def test_a_change_that_does_not_come_from_the_panel_is_refused(supervisor: httpx.AsyncClient, talk: Talk) -> None:
    for path, body in (("/lists/1/form", {"version": 1, "questions": []}), ("/attempts/1/record", DONE)):
        answer = await supervisor.put(path, json=body, headers={"X-Requested-With": "evil"})
        assert answer.status_code == 403


async def test_versions(supervisor: httpx.AsyncClient, centre: Centre) -> None:
    await centre.list_with(0)
    assert (await supervisor.get("/lists/1/form")).json()["version"] == 0
    first = (await supervisor.put("/lists/1/form", json={"version": 0, "questions": QUESTIONS})).json()
    assert (first["version"], first["created_by"], first["questions"][0]["label"]) == (1, "supervisor", "How pleased?")
    same = (await supervisor.put("/lists/1/form", json={"version": 1, "questions": QUESTIONS})).json()
    assert same["version"] == 1
    late = await supervisor.put("/lists/1/form", json={"version": 0, "questions": []})
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    assert (await supervisor.put("/lists/1/form", json={"version": 1, "questions": []})).json()["version"] == 2
    assert (await supervisor.get("/lists/1/form")).json()["questions"] == []
    assert (await supervisor.get("/lists/2/form")).status_code == 404
    assert (await supervisor.put("/lists/2/form", json={"version": 0, "questions": []})).status_code == 404


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({"id": "A b", "kind": "text", "label": "?"}, "questions.0.id"),
        ({"id": "a", "kind": "poem", "label": "?"}, "questions.0.kind"),
        ({"id": "a", "kind": "text", "label": " "}, "questions.0.label"),
        ({"id": "a", "kind": "text", "label": "two\nlines"}, "questions.0.label"),
        ({"id": "a", "kind": "text", "label": "?", "color": "red"}, "questions.0.color"),
        ({"id": "a", "kind": "choice", "label": "?"}, "questions.0.options"),
    ],
)
async def test_a_form_that_cannot_be(
    supervisor: httpx.AsyncClient, centre: Centre, question: dict[str, Any], field: str
) -> None:
    await centre.list_with(0)
    answer = await supervisor.put("/lists/1/form", json={"version": 0, "questions": [question]})
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert (await supervisor.get("/lists/1/form")).json()["version"] == 0


async def test_filled_in_while_talking(agent: httpx.AsyncClient, supervisor: httpx.AsyncClient, talk: Talk) -> None:
    mine = (await agent.get("/callbacks/mine?agent=1001")).json()
    sheet = mine["sheet"]
    assert (sheet["list"]["name"], sheet["target"]["number"], sheet["form"]["version"], sheet["record"]) == (
        "Autumn", numbers(1)[0], 1, None,
    )  # fmt: skip
    assert sheet["attempt"]["agent_number"] == "1001"
    assert mine["standing"] == {"completed": 0, "goal": 0, "rank": None, "agents": 0}
    assert (await agent.get("/callbacks/mine?agent=1002")).json()["sheet"] is None
    path = f"/attempts/{sheet['attempt']['id']}/record"
    filled = await agent.put(path, json=DONE | {"note": "a nice talk"})
    assert filled.status_code == 200, filled.text
    record = filled.json()["record"]
    # What was typed before the question disappeared does not count.
    assert record["answers"] == {"pleased": 5, "uses": ["app", "web"]}
    assert (record["result"], record["note"], record["filled_by"]) == ("completed", "a nice talk", "agent")
    await supervisor.patch("/lists/1", json={"hourly_goal": 6})
    await talk.end()
    assert (await agent.get("/callbacks/mine?agent=1001")).json()["standing"] == {
        "completed": 1, "goal": 6, "rank": 1, "agents": 1,
    }  # fmt: skip


async def test_a_record_keeps_its_version_and_may_be_corrected(
    agent: httpx.AsyncClient, supervisor: httpx.AsyncClient, talk: Talk
) -> None:
    await agent.put("/attempts/1/record", json=DONE)
    await supervisor.put("/lists/1/form", json={"version": 1, "questions": QUESTIONS[:1]})
    sheet = (await agent.get("/attempts/1/sheet")).json()
    assert (sheet["form"]["version"], len(sheet["form"]["questions"])) == (1, 3)
    again = await agent.put("/attempts/1/record", json=DONE | {"answers": {"pleased": 1, "why": "slow"}})
    assert again.json()["record"]["answers"] == {"pleased": 1, "why": "slow"}
    assert (await agent.get("/targets/1/sheet")).json()["record"]["answers"] == {"pleased": 1, "why": "slow"}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"answers": {}}, "answers.pleased"),
        ({"answers": {"pleased": 2}}, "answers.why"),
        ({"answers": {"pleased": 9}}, "answers.pleased"),
        ({"answers": {"pleased": 5, "uses": ["fax"]}}, "answers.uses"),
        ({"answers": {"pleased": 2, "why": "a\x00b"}}, "answers.why"),
        ({"form_id": None}, "form_id"),
        ({"form_id": 7}, "form_id"),
        ({"result": "perhaps"}, "result"),
        ({"result": "later"}, "next_at"),
        ({"next_at": MONDAY_NOON - 1}, "next_at"),
        ({"next_at": MONDAY_NOON + 800 * 86_400}, "next_at"),
        ({"next_at": MONDAY_NOON + 60, "is_do_not_call": True}, "next_at"),
        ({"next_agent": "1001\r\nAction: x"}, "next_agent"),
        ({"note": "x" * 4001}, "note"),
    ],
)
async def test_a_record_that_cannot_be(
    agent: httpx.AsyncClient, talk: Talk, changed: dict[str, Any], field: str
) -> None:
    answer = await agent.put("/attempts/1/record", json=DONE | changed)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert (await agent.get("/attempts/1/sheet")).json()["record"] is None


async def test_not_a_number_is_no_answer(agent: httpx.AsyncClient, talk: Talk) -> None:
    text = '{"form_id": 1, "result": "completed", "answers": {"pleased": NaN}}'
    headers = {"Content-Type": "application/json"}
    answer = await agent.put("/attempts/1/record", content=text, headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (422, "answers.pleased")


async def test_a_form_left_open_keeps_what_was_answered(agent: httpx.AsyncClient, talk: Talk) -> None:
    answer = await agent.put("/attempts/1/record", json=DONE | {"result": "refused", "answers": {"uses": ["app"]}})
    assert answer.json()["record"]["answers"] == {"uses": ["app"]}


async def test_a_promise_while_talking_is_kept_after_the_call(
    agent: httpx.AsyncClient, talk: Talk, centre: Centre
) -> None:
    tomorrow = MONDAY_NOON + 86_400
    later = {"form_id": 1, "result": "later", "next_at": tomorrow, "next_agent": "1001", "next_step": "send the offer"}
    assert (await agent.put("/attempts/1/record", json=later)).status_code == 200
    await talk.end()
    [target] = await centre.targets()
    assert (target.state, target.due_at, target.promised_at, target.attempts) == ("open", tomorrow, None, 0)
    assert (target.owner_agent, target.owner_until) == ("1001", tomorrow + 14_400)
    assert (await centre.row(1)).state == "running"


async def test_a_promise_after_the_call_starts_a_finished_list_again(
    agent: httpx.AsyncClient, talk: Talk, centre: Centre
) -> None:
    await talk.end()
    await centre.until_told(1, state="finished")
    tomorrow = MONDAY_NOON + 86_400
    assert (await agent.put("/attempts/1/record", json=DONE | {"next_at": tomorrow})).status_code == 200
    await centre.until_told(1, state="running", open=1)
    [target] = await centre.targets()
    assert (target.due_at, target.owner_agent, target.owner_until) == (tomorrow, "", None)
    # Withdrawn by a correction, the customer is as reached as before.
    assert (await agent.put("/attempts/1/record", json=DONE)).status_code == 200
    await centre.until_told(1, reached=1, open=0)
    [target] = await centre.targets()
    assert (target.state, target.due_at) == ("reached", None)


async def test_a_promised_call_happens_and_its_record_is_another(
    agent: httpx.AsyncClient, talk: Talk, centre: Centre
) -> None:
    soon = MONDAY_NOON + 600
    await agent.put("/attempts/1/record", json={"form_id": 1, "result": "later", "next_at": soon})
    await talk.end()
    centre.phone.up.clear()
    centre.clock.now = soon + 1
    next(iter(centre.workers)).wake(1)
    calls = await centre.until_placed(2)
    assert calls[1].number == calls[0].number
    sheet = (await agent.get("/targets/1/sheet")).json()
    assert (sheet["attempt"]["id"], sheet["record"]) == (2, None)
    assert (await agent.get("/attempts/1/sheet")).json()["record"]["result"] == "later"


async def test_what_came_before_the_talk_is_not_held_against_a_promised_call(
    agent: httpx.AsyncClient, talk: Talk, centre: Centre
) -> None:
    """Twice not answered ends a target of this list; once before and once after a talk is not twice."""
    worker = next(iter(centre.workers))

    async def again(count: int, at: float) -> AttemptId:
        centre.phone.up.clear()
        centre.clock.now = at
        worker.wake(1)
        call = (await centre.until_placed(count))[-1]
        await centre.until_told(1, in_air=1)
        return call.attempt_id

    await talk.end(cause=19, is_reached=False)
    reached = await again(2, MONDAY_NOON + 601)
    soon = MONDAY_NOON + 2000
    answer = await agent.put("/attempts/2/record", json={"form_id": 1, "result": "later", "next_at": soon})
    assert answer.status_code == 200, answer.text
    worker.on_facts([result(reached, at=centre.clock(), is_reached=True)])
    await centre.until_told(1, in_air=0)
    promised = await again(3, soon + 1)
    worker.on_facts([result(promised, cause=19, at=centre.clock())])
    await centre.until_told(1, in_air=0, open=1)
    [target] = await centre.targets()
    assert (target.state, target.attempts, target.due_at) == ("open", 1, centre.clock() + 600)


async def test_outside_the_windows_nothing_is_promised(
    agent: httpx.AsyncClient, supervisor: httpx.AsyncClient, talk: Talk
) -> None:
    windows = [{"weekdays": [1, 2, 3, 4, 5], "from": "09:00", "until": "18:00"}]
    await supervisor.patch("/lists/1", json={"windows": windows})
    night = MONDAY_NOON + 10 * 3600
    answer = await agent.put("/attempts/1/record", json=DONE | {"next_at": night})
    assert (answer.status_code, answer.json()["field"]) == (422, "next_at")
    assert "outside window" in answer.json()["detail"]


async def test_who_asks_not_to_be_called_is_not(agent: httpx.AsyncClient, talk: Talk, centre: Centre) -> None:
    answer = await agent.put("/attempts/1/record", json=DONE | {"result": "refused", "is_do_not_call": True})
    assert answer.status_code == 200
    await talk.end()
    [target] = await centre.targets()
    worker = next(iter(centre.workers))
    row = await centre.row(1)
    permit = (await may_call(centre.sessions, row, worker.outlook.rulebook(row), target.number, MONDAY_NOON)).permit
    assert [one.reason for one in permit.refused] == ["do_not_call"]


async def test_nothing_is_written_about_a_call_that_nobody_answered(agent: httpx.AsyncClient, talk: Talk) -> None:
    await talk.end(cause=17, is_reached=False)
    answer = await agent.put("/attempts/1/record", json=DONE)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


async def test_agents_see_the_customers_of_their_shift_only(
    agent: httpx.AsyncClient, supervisor: httpx.AsyncClient, talk: Talk, centre: Centre
) -> None:
    await talk.end()
    paths = ("/attempts/1/sheet", "/targets/1/sheet")
    assert [(await agent.get(path)).status_code for path in paths] == [200, 200]
    async with centre.sessions.begin() as session:
        await session.execute(update(Attempt).values(ended_at=MONDAY_NOON - IN_HAND_SECONDS - 1))
    assert [(await agent.get(path)).status_code for path in paths] == [404, 404]
    assert (await agent.put("/attempts/1/record", json=DONE)).status_code == 404
    assert [(await supervisor.get(path)).status_code for path in paths] == [200, 200]
    assert (await supervisor.get("/attempts/99/sheet")).status_code == 404
    assert (await supervisor.get("/targets/99/sheet")).status_code == 404
