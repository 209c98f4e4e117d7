"""Coaching over its routes, on both databases: given for a review, seen, closed, and the next conversation drawn."""

from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.quality import assignments, plans
from callcenter.quality.assignment_tables import ReviewAssignment
from callcenter.quality.candidates import Whom
from callcenter.quality.coaching.api import coaching_routes
from callcenter.quality.plan_rules import Rules
from callcenter.quality.plans import Context, Plan, Target
from callcenter.store.engine import Sessions
from callcenter.store.recorder import Recorder
from tests.facts import NOON, a_call, a_conversation, a_recording
from tests.quality.test_reviews import EVIL, PART, Centre, _done, _draft, _published, agent, centre, leader, reviewer

__all__ = ["agent", "centre", "leader", "reviewer"]

DAY = 86_400.0
LOST = {"greets": False, "listens": 5}


@pytest.fixture(autouse=True)
def routes(centre: Centre, sessions: Sessions) -> None:
    centre.web.include_router(coaching_routes(sessions, lambda: centre.now))


@pytest.fixture
def context(centre: Centre, sessions: Sessions) -> Context:
    async def nothing() -> None:
        """Facts are written at once here."""

    return Context(
        sessions, ZoneInfo("Asia/Shanghai"), lambda: centre.now, nothing, frozenset({"service"}), frozenset()
    )


async def _plan(context: Context, form_id: int = 1) -> int:
    """A plan at work that draws nothing but what coaching asks for."""
    plan = Plan(
        name="Long ones",
        form_id=form_id,
        whom=Whom(),
        period="month",
        per_agent=0,
        min_talk_seconds=30.0,
        rules=Rules(long_seconds=10_000.0),
        reviewers=(Target("qa", 50),),
        claim_hours=24,
    )
    made = await plans.add_plan(context, plan, by="qa")
    await plans.switch_on(context, made.id)
    return made.id


async def _talk(engine: AsyncEngine, at: float, agent: str = "1001") -> str:
    call, end = f"{agent}-{at}", at + 60
    recorder = Recorder(engine)
    recorder.note(
        [
            a_call(call_id=call, started_at=at, answered_at=at, ended_at=end),
            a_conversation(
                call_id=call,
                leg_id=f"{call}.2",
                agent_number=agent,
                began_at=at,
                ended_at=end,
                completed_at=end,
                talk_seconds=60.0,
                hold_seconds=0.0,
            ),
            a_recording(path=f"/{call}.wav", call_id=call, began_at=at, ended_at=end),
        ]
    )
    await recorder.flush()
    return call


async def _drawn(sessions: Sessions) -> list[ReviewAssignment]:
    async with sessions() as session:
        return list(await session.scalars(select(ReviewAssignment).order_by(ReviewAssignment.id)))


def _task(centre: Centre, **change: Any) -> dict[str, Any]:
    return {"items": ["listens"], "note": EVIL, "owner": "boss", "due_at": centre.now + DAY} | change


async def _given(centre: Centre, reviewer: httpx.AsyncClient, leader: httpx.AsyncClient) -> dict[str, Any]:
    review = await _published(reviewer, answers=LOST)
    return await _done(leader.post(f"/reviews/{review['id']}/coaching", json=_task(centre)))


async def _closed(leader: httpx.AsyncClient, task: dict[str, Any]) -> dict[str, Any]:
    step = {"version": task["version"], "comment": "listened to it together"}
    return await _done(leader.post(f"/coaching/{task['id']}/close", json=step))


async def test_from_a_review_to_the_next_one(
    centre: Centre,
    engine: AsyncEngine,
    sessions: Sessions,
    context: Context,
    reviewer: httpx.AsyncClient,
    agent: httpx.AsyncClient,
    leader: httpx.AsyncClient,
) -> None:
    plan = await _plan(context)
    given = await _given(centre, reviewer, leader)
    assert (given["state"], given["owner"], given["given_by"], given["may"]) == ("given", "boss", "boss", ["close"])
    assert given["items"] == [
        {
            "id": "listens",
            "label": {"en": "Listens", "zh": ""},
            "before": {"points": 35, "weight": 70},
            "after": None,
        }
    ]
    (mine,) = (await _done(agent.get("/coaching")))["tasks"]
    assert (mine["note"], mine["may"]) == (EVIL, ["acknowledge"])
    path = f"/coaching/{given['id']}"
    seen = await _done(agent.post(f"{path}/acknowledge", json={"version": 1}))
    assert (seen["state"], seen["seen_at"], seen["may"]) == ("seen", centre.now, [])
    await _talk(engine, centre.now - 50)
    assert await assignments.fill(context, plan) == 0  # nothing is drawn while it is open
    closed = await _closed(leader, seen)
    assert (closed["state"], closed["closed_by"], closed["outcome"], closed["is_drawn"]) == (
        "closed",
        "boss",
        "listened to it together",
        False,
    )
    assert await assignments.fill(context, plan) == 0  # what was before does not show whether it helped
    await _talk(engine, centre.now + 10, agent="1002")
    later = await _talk(engine, centre.now + 300)
    first = await _talk(engine, centre.now + 200)
    centre.now += 1000
    assert [await assignments.fill(context, plan) for _ in range(2)] == [1, 0]
    (drawn,) = await _drawn(sessions)
    assert (drawn.call_id, drawn.why, drawn.reviewer) == (first, "coaching", "qa")
    assert later != first
    assert (await _done(leader.get("/coaching")))["tasks"][0]["is_drawn"] is True
    part = PART | {"call_id": first, "assignment_id": drawn.id}
    begun = await _done(reviewer.post("/reviews", json=part))
    saved = await _done(reviewer.put(f"/reviews/{begun['id']}", json=_draft(1, answers=LOST | {"listens": 9})))
    (unseen,) = (await _done(agent.get("/coaching")))["tasks"]
    assert (unseen["next_review_id"], unseen["items"][0]["after"]) == (None, None)
    await _done(reviewer.post(f"/reviews/{begun['id']}/publish", json={"version": saved["version"]}))
    (told,) = (await _done(agent.get("/coaching")))["tasks"]
    assert told["next_review_id"] == begun["id"]
    assert told["items"][0]["after"] == {"points": 63, "weight": 70}


async def test_two_plans_of_the_form_draw_one_conversation_and_others_none(
    centre: Centre,
    engine: AsyncEngine,
    sessions: Sessions,
    context: Context,
    reviewer: httpx.AsyncClient,
    leader: httpx.AsyncClient,
) -> None:
    content = (await _done(reviewer.post("/reviews", json=PART)))["sections"]
    assert content
    ids = [await _plan(context) for _ in range(2)]
    task = await _given(centre, reviewer, leader)
    await _closed(leader, task)
    for nth in range(3):
        await _talk(engine, centre.now + 100 * nth)
    centre.now += 1000
    await assignments.fill_all(context)
    await assignments.fill_all(context)
    assert [(one.plan_id, one.call_id) for one in await _drawn(sessions)] == [(ids[0], f"1001-{NOON + 100}")]


async def test_a_paused_plan_draws_nothing_and_the_task_waits(
    centre: Centre,
    engine: AsyncEngine,
    sessions: Sessions,
    context: Context,
    reviewer: httpx.AsyncClient,
    leader: httpx.AsyncClient,
) -> None:
    plan = await _plan(context)
    await plans.pause(context, plan)
    await _closed(leader, await _given(centre, reviewer, leader))
    await _talk(engine, centre.now + 10)
    centre.now += 1000
    assert await assignments.fill(context, plan) == 0
    await plans.switch_on(context, plan)
    assert await assignments.fill(context, plan) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"items": []}, "items"),
        ({"items": ["sings"]}, "items.0"),
        ({"owner": "nobody"}, "owner"),
        ({"owner": "li"}, "owner"),
        ({"due_at": 5.0}, "due_at"),
        ({"note": "a\x00"}, "note"),
        ({"extra": 1}, "extra"),
    ],
)
async def test_what_cannot_be_given(
    centre: Centre,
    reviewer: httpx.AsyncClient,
    agent: httpx.AsyncClient,
    leader: httpx.AsyncClient,
    change: dict[str, Any],
    field: str,
) -> None:
    review = await _published(reviewer, answers=LOST)
    refused = await leader.post(f"/reviews/{review['id']}/coaching", json=_task(centre, **change))
    assert (refused.status_code, refused.json()["field"]) == (422, field), refused.text
    assert (await _done(leader.get("/coaching")))["tasks"] == []


async def test_a_draft_has_none_and_a_review_one(
    centre: Centre, reviewer: httpx.AsyncClient, leader: httpx.AsyncClient
) -> None:
    draft = await _done(reviewer.post("/reviews", json=PART))
    path = f"/reviews/{draft['id']}/coaching"
    assert (await reviewer.post(path, json=_task(centre))).status_code == 409
    assert (await leader.post(path, json=_task(centre))).status_code == 404
    review = await _published(reviewer, answers=LOST)
    assert review["id"] == draft["id"]
    await _done(reviewer.post(path, json=_task(centre)))
    assert (await leader.post(path, json=_task(centre))).status_code == 409
    assert (await leader.post("/reviews/99/coaching", json=_task(centre))).status_code == 404


async def test_steps_of_others_too_late_or_stale_are_refused(
    centre: Centre, reviewer: httpx.AsyncClient, agent: httpx.AsyncClient, leader: httpx.AsyncClient
) -> None:
    given = await _given(centre, reviewer, leader)
    path = f"/coaching/{given['id']}"
    step = {"version": 1, "comment": "done"}
    assert (await reviewer.post(f"{path}/close", json=step)).status_code == 403
    assert (await agent.post(f"{path}/close", json=step)).status_code == 403
    assert (await leader.post(f"{path}/close", json=step | {"version": 9})).status_code == 409
    assert (await leader.post(f"{path}/close", json=step | {"comment": " "})).json()["field"] == "comment"
    await _closed(leader, given)
    assert (await leader.post(f"{path}/close", json=step | {"version": 2})).status_code == 409
    assert (await agent.post(f"{path}/acknowledge", json={"version": 2})).status_code == 409


async def test_an_agent_reads_and_sees_only_what_is_for_them(
    centre: Centre, reviewer: httpx.AsyncClient, agent: httpx.AsyncClient, leader: httpx.AsyncClient
) -> None:
    given = await _given(centre, reviewer, leader)
    other = await centre.of("wang", Role.AGENT, agent_number="1002")
    nobody = await centre.of("new", Role.AGENT)
    for client in (other, nobody):
        for query in ({}, {"agent": "1001"}, {"review": given["review_id"]}):
            assert (await _done(client.get("/coaching", params=query)))["tasks"] == []
        assert (await client.post(f"/coaching/{given['id']}/acknowledge", json={"version": 1})).status_code == 404
    assert len((await _done(agent.get("/coaching", params={"state": "open"})))["tasks"]) == 1
    assert (await _done(agent.get("/coaching", params={"state": "closed"})))["tasks"] == []


async def test_nobody_coaches_themself(centre: Centre, reviewer: httpx.AsyncClient, leader: httpx.AsyncClient) -> None:
    own = await centre.of("own", Role.ADMIN, agent_number="1001")
    review = await _published(reviewer, answers=LOST)
    path = f"/reviews/{review['id']}/coaching"
    assert (await own.post(path, json=_task(centre))).status_code == 404
    assert (await leader.post(path, json=_task(centre, owner="own"))).json()["field"] == "owner"
    task = await _done(leader.post(path, json=_task(centre)))
    assert (await own.post(f"/coaching/{task['id']}/close", json={"version": 1, "comment": "x"})).status_code == 403
    assert (await _done(own.get("/coaching")))["tasks"][0]["may"] == ["acknowledge"]


COACHES = {Role.QA, Role.TEAM_LEADER, Role.SUPERVISOR, Role.ADMIN}
ROUTES = [
    ("GET", "/coaching", set(Role)),
    ("GET", "/coaching/owners", COACHES),
    ("POST", "/reviews/1/coaching", COACHES),
    ("POST", "/coaching/1/acknowledge", {Role.AGENT, Role.ADMIN}),
    ("POST", "/coaching/1/close", COACHES),
]


async def test_who_may_call_which_route(centre: Centre) -> None:
    clients = {role: await centre.of(role.value, role) for role in Role}
    body = {"items": ["a"], "owner": "qa", "due_at": 1.0}
    for method, path, may in ROUTES:
        given = body if path.startswith("/reviews") else {"version": 1}
        assert (await centre.stranger().request(method, path, json=given)).status_code == 401, path
        for role, client in clients.items():
            answer = await client.request(method, path, json=given)
            assert (answer.status_code == 403) == (role not in may), (role, method, path, answer.text)
    told = await _done(clients[Role.QA].get("/coaching/owners"))
    assert [one["username"] for one in told["owners"]] == ["admin", "qa", "supervisor", "team_leader"]
