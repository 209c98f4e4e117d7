"""Plans at work on both databases: what is drawn from the facts, dealt, claimed, given back, finished."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.passwords import Passwords
from callcenter.accounts.rules import Role
from callcenter.accounts.service import Access, NewUser, add_user
from callcenter.accounts.tables import User
from callcenter.dialer.tables import Attempt, CallbackList, Target
from callcenter.errors import Conflict, NotAllowed, NotFound
from callcenter.floor.terms import AttemptId
from callcenter.problems import tell_problems
from callcenter.quality import assignments
from callcenter.quality.assignment_tables import ReviewAssignment
from callcenter.quality.inbox_filling import inbox_filling
from callcenter.quality.plan_api import plan_routes
from callcenter.quality.plan_rules import period_at
from callcenter.quality.plans import Context
from callcenter.quality.service import retire, ship_forms
from callcenter.quality.tables import Review
from callcenter.recordings.tables import RecordingAudio, RecordingSound
from callcenter.store.engine import Sessions
from callcenter.store.recorder import Recorder
from callcenter.store.tables import recording_files
from callcenter.tickets.tables import Ticket, TicketCall
from tests.dialer.test_api import PASSWORD, Panel
from tests.facts import a_call, a_conversation, a_recording, a_survey

ZONE = ZoneInfo("Asia/Shanghai")
MONTH = period_at(1_763_800_000.0, "month", ZONE)
DAY = 86_400.0
WHO = [("r1", None), ("r2", None), ("r3", "1003")]
PLAN: dict[str, Any] = {
    "name": "Every agent",
    "form_id": 1,
    "per_agent": 4,
    "reviewers": [{"username": name, "target": 50} for name, _ in WHO],
}
CALLBACK_LIST: dict[str, Any] = {"windows": [], "rules": {}, "max_attempts": 3, "region": "CN"}
ROUTES = [
    ("GET", "/review-plans", "manage"),
    ("GET", "/review-plans/1", "manage"),
    ("GET", "/review-plans/1/preview", "manage"),
    ("POST", "/review-plans", "manage"),
    ("PUT", "/review-plans/1", "manage"),
    ("POST", "/review-plans/1/start", "manage"),
    ("POST", "/review-plans/1/pause", "manage"),
    ("GET", "/review-inbox", "review"),
    ("POST", "/review-inbox/claim", "review"),
    ("POST", "/review-inbox/1/claim", "review"),
    ("DELETE", "/review-inbox/1/claim", "review"),
]

QUEUES, COMPLAINTS = frozenset({"service", "sales"}), frozenset({"complaint"})


class Centre:
    """A centre with three reviewers, one of whom is agent 1003, and a clock that is set."""

    def __init__(self, engine: AsyncEngine, sessions: Sessions) -> None:
        self.engine, self.sessions, self.now = engine, sessions, MONTH.since
        self.access = Access(
            sessions, lambda: MONTH.since, Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        )
        self.context = Context(sessions, ZONE, lambda: self.now, self._nothing, QUEUES, COMPLAINTS)
        self._calls = 0

    async def _nothing(self) -> None:
        """Facts are written at once here."""

    async def talk(self, agent: str, at: float, *, is_recorded: bool = True, **given: Any) -> str:
        """A call of that agent; its id."""
        self._calls += 1
        call = str(self._calls)
        end = at + given.get("talk_seconds", 60.0)
        facts: list[Any] = [
            a_call(call_id=call, started_at=at, answered_at=at, ended_at=end),
            a_conversation(
                **{
                    "call_id": call,
                    "leg_id": f"{call}.2",
                    "agent_number": agent,
                    "agent_name": f"Agent {agent}",
                    "began_at": at,
                    "ended_at": end,
                    "completed_at": end,
                    "talk_seconds": 60.0,
                    "hold_seconds": 0.0,
                    **given,
                }
            ),
        ]
        if is_recorded:
            facts.append(a_recording(path=f"/{call}.wav", call_id=call, began_at=at, ended_at=end))
        await self.write(*facts)
        return call

    async def write(self, *facts: Any) -> None:
        recorder = Recorder(self.engine)
        recorder.start()
        recorder.note(facts)
        await recorder.flush()
        await recorder.close()

    async def recording_id(self, call: str) -> int:
        async with self.sessions() as session:
            found = await session.scalar(select(recording_files.c.id).where(recording_files.c.call_id == call))
            assert found is not None
            return int(found)

    async def rows(self) -> list[ReviewAssignment]:
        async with self.sessions() as session:
            return list(await session.scalars(select(ReviewAssignment).order_by(ReviewAssignment.began_at)))

    async def fill(self, plan: int = 1) -> int:
        return await assignments.fill(self.context, plan)


@pytest.fixture
async def centre(engine: AsyncEngine, sessions: Sessions) -> Centre:
    centre = Centre(engine, sessions)
    await ship_forms(sessions, 0.0)
    for name, agent in WHO:
        await add_user(centre.access, NewUser(name, PASSWORD, (Role.QA,), agent_number=agent))
    return centre


@pytest.fixture
async def panel(centre: Centre) -> AsyncIterator[Panel]:
    web = FastAPI()
    web.state.access = centre.access
    tell_problems(web)
    web.include_router(plan_routes(centre.context))
    panel = Panel(web, centre.access)
    yield panel
    await panel.close()


@pytest.fixture
async def manager(panel: Panel) -> httpx.AsyncClient:
    return await panel.of(Role.ADMIN)


async def begin(manager: httpx.AsyncClient, **given: Any) -> None:
    made = await manager.post("/review-plans", json=PLAN | given)
    assert made.status_code == 201, made.text
    assert (await manager.post(f"/review-plans/{made.json()['id']}/start")).status_code == 200


# --- who may, and what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path", "right"), ROUTES)
async def test_only_quality_and_administrators_may(panel: Panel, method: str, path: str, right: str) -> None:
    for role in Role:
        answer = await (await panel.of(role)).request(method, path, json=PLAN)
        assert (answer.status_code == 403) == (role not in {Role.QA, Role.ADMIN}), (role, answer.text)
    assert (await (await panel.of(None)).request(method, path, json=PLAN)).status_code == 401


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"form_id": 99}, "form_id"),
        ({"form_id": 3}, "form_id"),
        ({"per_agent": 0}, "per_agent"),
        ({"per_agent": 101}, "per_agent"),
        ({"period": "year"}, "period"),
        ({"queues": ["nowhere"]}, "queues"),
        ({"lists": [7]}, "lists"),
        ({"agents": ["Li Na"]}, "agents.0"),
        ({"reviewers": []}, "reviewers"),
        ({"reviewers": [{"username": "nobody", "target": 5}]}, "reviewers.0.username"),
        ({"reviewers": [{"username": "agent", "target": 5}]}, "reviewers.0.username"),
        ({"reviewers": [{"username": "r1", "target": 5}, {"username": "r1", "target": 5}]}, "reviewers.1.username"),
        ({"reviewers": [{"username": "r1", "target": 0}]}, "reviewers.0.target"),
        ({"rules": {"share": 101}}, "rules.share"),
        ({"rules": {"new_agents": {"days": 0, "calls": 1}}}, "rules.new_agents.days"),
        ({"rules": {"complaint": True}}, "rules.complaint"),
        ({"claim_hours": 0}, "claim_hours"),
        ({"min_talk_seconds": -1}, "min_talk_seconds"),
    ],
)
async def test_a_bad_plan_is_refused_by_field_and_nothing_is_made(
    panel: Panel, manager: httpx.AsyncClient, centre: Centre, change: dict[str, Any], field: str
) -> None:
    await panel.of(Role.AGENT)
    await retire(centre.sessions, 3, by="admin", now=0.0)
    refused = await manager.post("/review-plans", json=PLAN | change)
    assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert (await manager.get("/review-plans")).json()["plans"] == []


async def test_plans_that_are_not_there(manager: httpx.AsyncClient) -> None:
    for method, path, right in ROUTES:
        if right == "manage" and "/1" in path:
            assert (await manager.request(method, path, json=PLAN)).status_code == 404
    assert (await manager.post("/review-inbox/claim")).status_code == 404
    assert (await manager.post("/review-inbox/1/claim")).status_code == 404
    assert (await manager.delete("/review-inbox/1/claim")).status_code == 404


async def test_a_plan_keeps_what_it_named_when_that_has_gone_meanwhile(
    manager: httpx.AsyncClient, centre: Centre
) -> None:
    made = (await manager.post("/review-plans", json=PLAN)).json()
    await retire(centre.sessions, 1, by="admin", now=0.0)
    async with centre.sessions.begin() as session:
        await session.execute(update(User).where(User.username == "r2").values(is_disabled=True))
    changed = await manager.put("/review-plans/1", json=PLAN | {"name": "Each agent"})
    assert (changed.status_code, changed.json()["name"], changed.json()["seed"]) == (200, "Each agent", made["seed"])
    assert (await manager.post("/review-plans", json=PLAN)).json()["field"] == "form_id"


# --- what is drawn ----------------------------------------------------------------------------------------------


async def test_a_month_gives_each_agent_its_number_and_a_second_run_nothing(
    manager: httpx.AsyncClient, centre: Centre
) -> None:
    await begin(manager)
    for day in range(30):
        for agent in ("1001", "1002"):
            await centre.talk(agent, MONTH.since + day * DAY + 3600)
    counts = []
    for week in (1, 2, 3, 4):
        centre.now = MONTH.since + week * 7.5 * DAY
        counts.append(await centre.fill())
        assert await centre.fill() == 0
    assert counts == [2, 2, 2, 2]
    rows = await centre.rows()
    assert Counter((row.agent_number, row.why) for row in rows) == {("1001", "random"): 4, ("1002", "random"): 4}
    assert {row.period for row in rows} == {"2025-11"}
    told = (await manager.get("/review-plans/1")).json()["progress"]
    assert (told["period"], told["drawn"]) == ("2025-12", 0)


async def test_processes_at_once_draw_and_deal_once(manager: httpx.AsyncClient, centre: Centre) -> None:
    await begin(manager)
    for nth in range(12):
        await centre.talk("1001", MONTH.since + nth * 2 * DAY)
    centre.now = MONTH.until
    await asyncio.gather(*(centre.fill() for _ in range(4)))
    rows = await centre.rows()
    assert len(rows) == 4
    assert None not in {row.reviewer for row in rows}


async def test_only_what_can_be_heard_and_is_long_enough(manager: httpx.AsyncClient, centre: Centre) -> None:
    at = MONTH.since + 60
    heard = {await centre.talk("1001", at), await centre.talk("1001", at + 100)}
    await centre.talk("1001", at, is_recorded=False)
    await centre.talk("1001", at, talk_seconds=29.0)
    missing, silent = await centre.talk("1001", at), await centre.talk("1001", at)
    async with centre.sessions.begin() as session:
        for call, state, has_audio in (
            (missing, "missing", False),
            (silent, "ready", False),
            (min(heard), "ready", True),
        ):
            values = {"duration_seconds": 1.0, "size": 1, "has_customer_leg": False, "has_agent_leg": False}
            row = {"recording_id": await centre.recording_id(call), "state": state, "has_audio": has_audio}
            session.add(RecordingAudio(**row, **values, checked_at=at))
    await begin(manager, per_agent=9)
    centre.now = MONTH.until
    await centre.fill()
    assert {row.call_id for row in await centre.rows()} == heard


async def test_a_call_of_two_conversations_is_one_review_of_the_longer(
    manager: httpx.AsyncClient, centre: Centre
) -> None:
    at = MONTH.since + 60
    call = await centre.talk("1001", at)
    longer = {"talk_seconds": 90.0, "ended_at": at + 160, "completed_at": at + 160}
    await centre.write(
        a_conversation(call_id=call, leg_id="other", part=2, began_at=at + 70, queue="sales", **longer),
        a_recording(path="/other.wav", call_id=call, began_at=at + 70, ended_at=at + 160),
    )
    await begin(manager)
    centre.now = MONTH.until
    await centre.fill()
    assert [(row.queue, row.talk_seconds, row.began_at) for row in await centre.rows()] == [("sales", 90.0, at + 70)]


@pytest.mark.parametrize(
    ("whom", "agents"),
    [
        ({}, {"1001", "1002", "1003", "1004"}),
        ({"agents": ["1001"], "teams": ["B"]}, {"1001", "1002"}),
        ({"queues": ["sales"]}, {"1003"}),
        ({"teams": ["A"], "queues": ["sales"]}, {"1003"}),
        ({"lists": [1]}, {"1004"}),
        ({"lists": [1], "queues": ["sales"]}, {"1003", "1004"}),
        ({"agents": ["1001"], "queues": ["sales"]}, set()),
    ],
)
async def test_whom_a_plan_is_for(
    manager: httpx.AsyncClient, centre: Centre, whom: dict[str, Any], agents: set[str]
) -> None:
    at = MONTH.since + 60
    async with centre.sessions.begin() as session:
        session.add(CallbackList(id=1, name="Autumn", queue="service", pbx="pbx1", **CALLBACK_LIST, created_at=at))
        session.add(Target(id=1, list_id=1, number="1", dial_number="1", name="", attributes={}))
        await session.flush()
        session.add(Attempt(attempt_id="a1", list_id=1, target_id=1, pbx="pbx1", queue="", number="1", placed_at=at))
    await centre.talk("1001", at, team="A", queue="service")
    await centre.talk("1002", at, team="B", queue="service")
    await centre.talk("1003", at, team="A", queue="sales")
    call = await centre.talk("1004", at, team="C", queue="")
    await centre.write(a_call(call_id=call, started_at=at, ended_at=at + 61, attempt_id=AttemptId("a1")))
    await begin(manager, **whom)
    centre.now = MONTH.until
    await centre.fill()
    assert {row.agent_number for row in await centre.rows()} == agents


async def test_rules_add_long_calls_talk_over_and_more_of_new_agents(
    manager: httpx.AsyncClient, centre: Centre
) -> None:
    await centre.talk("1001", MONTH.since - 40 * DAY)
    await centre.talk("1002", MONTH.since - 20 * DAY)
    long = await centre.talk("1001", MONTH.since + 60, talk_seconds=700.0)
    rude = await centre.talk("1001", MONTH.since + 90)
    for agent in ("1001", "1002"):
        for nth in range(10):
            await centre.talk(agent, MONTH.since + DAY * nth)
    async with centre.sessions.begin() as session:
        sound = {"heard_at": 0.0, "duration_seconds": 60.0, "is_repaired": False, "sides": [], "talk_over": []}
        more = {"talk_over_seconds": 11.0, "peaks": b"", "sha256": "", "copy": "", "failure": ""}
        await session.execute(
            insert(RecordingSound).values(recording_id=await centre.recording_id(rude), **sound, **more)
        )
    rules = {"long_seconds": 600, "talk_over_seconds": 10, "new_agents": {"days": 30, "calls": 3}}
    await begin(manager, per_agent=2, rules=rules)
    assert {(row.call_id, row.why) for row in await centre.rows()} == {(long, "long"), (rude, "talk_over")}
    centre.now = MONTH.until
    await centre.fill()
    counts = Counter((row.agent_number, row.why) for row in await centre.rows())
    assert counts["1001", "random"] == counts["1002", "random"] == 2
    assert (counts["1001", "new_agent"], counts["1002", "new_agent"]) == (0, 3)


async def test_low_answers_are_drawn_of_the_agent_whom_they_are_about(
    manager: httpx.AsyncClient, centre: Centre
) -> None:
    low, fine, silent = [await centre.talk("1001", MONTH.since + 60 * nth) for nth in (1, 2, 3)]
    both = await centre.talk("1001", MONTH.since + 300)
    second = {"began_at": MONTH.since + 310, "ended_at": MONTH.since + 350, "completed_at": MONTH.since + 350}
    await centre.write(a_conversation(call_id=both, leg_id="second", agent_number="1002", **second))
    for call, agent, score in ((low, "1001", 2), (fine, "1001", 3), (silent, "1001", 0), (both, "1002", 1)):
        survey = a_survey(channel_id=call, call_id=call, agent_number=agent, score=score, asked_at=MONTH.since + 500)
        await centre.write(survey)
    await begin(manager, per_agent=0, rules={"survey_score": 2})
    drawn = {(row.call_id, row.agent_number, row.why) for row in await centre.rows()}
    assert drawn == {(low, "1001", "low_survey"), (both, "1002", "low_survey")}
    inbox = (await manager.get("/review-plans")).json()["plans"][0]
    assert inbox["rules"]["survey_score"] == 2


async def test_the_calls_of_complaints_are_drawn_those_of_other_tickets_are_not(
    manager: httpx.AsyncClient, centre: Centre
) -> None:
    angry, again, curious, _ = [await centre.talk("1001", MONTH.since + 60 * nth) for nth in (1, 2, 3, 4)]
    tickets = {"complaint": (angry, again), "enquiry": (curious,)}
    async with centre.sessions.begin() as session:
        for kind, told in tickets.items():
            ticket = Ticket(
                **dict.fromkeys(("contact_at", "created_at", "changed_at"), MONTH.since),
                type=kind,
                subject="Lamp",
                created_by="1001",
                changed_by="1001",
            )
            session.add(ticket)
            await session.flush()
            session.add_all(
                TicketCall(ticket_id=ticket.id, pbx="pbx1", call_id=call, added_at=MONTH.since, added_by="1001")
                for call in told
            )
    await begin(manager, per_agent=0, rules={"complaints": True})
    assert {(row.call_id, row.why) for row in await centre.rows()} == {(angry, "complaint"), (again, "complaint")}
    centre.now += 1
    await centre.fill()
    assert len(await centre.rows()) == 2


async def test_a_preview_tells_what_would_be_drawn_and_draws_nothing(
    manager: httpx.AsyncClient, centre: Centre
) -> None:
    for nth in range(8):
        await centre.talk("1001", MONTH.since + nth * 3 * DAY, talk_seconds=700.0 if nth == 0 else 60.0)
    made = (await manager.post("/review-plans", json=PLAN | {"rules": {"long_seconds": 600}})).json()
    assert made["active_since"] is None
    centre.now = MONTH.since + 16 * DAY
    told = (await manager.get("/review-plans/1/preview")).json()
    assert (told["period"], told["since"], told["drawn"]) == ("2025-11", MONTH.since, 3)
    agent = {"agent_number": "1001", "agent_name": "Agent 1001", "conversations": 8, "assigned": 0, "drawn": 3}
    assert told["agents"] == [agent | {"why": {"long": 1, "random": 2}}]
    assert await centre.fill() == 0
    assert await centre.rows() == []
    centre.now = MONTH.until + DAY
    last = (await manager.get("/review-plans/1/preview?period=last")).json()
    assert (last["period"], last["drawn"]) == ("2025-11", 5)
    centre.now = MONTH.since + 16 * DAY
    await manager.post("/review-plans/1/start")
    assert Counter(row.why for row in await centre.rows()) == told["agents"][0]["why"]
    again = (await manager.get("/review-plans/1/preview")).json()["agents"][0]
    assert (again["assigned"], again["drawn"]) == (3, 0)


async def test_a_paused_plan_draws_nothing_and_what_was_over_when_it_went_on_is_left(
    manager: httpx.AsyncClient, centre: Centre
) -> None:
    await begin(manager)
    await manager.post("/review-plans/1/pause")
    await centre.talk("1001", MONTH.since + DAY)
    centre.now = MONTH.until + DAY
    await assignments.fill_all(centre.context)
    assert (await manager.post("/review-plans/1/start")).json()["active_since"] == centre.now
    assert await centre.rows() == []


async def test_the_inbox_fills_itself_from_the_start(manager: httpx.AsyncClient, centre: Centre) -> None:
    await begin(manager)
    await centre.talk("1001", MONTH.since + DAY)
    centre.now = MONTH.until
    async with inbox_filling(centre.context), asyncio.timeout(20):
        while not await centre.rows():  # noqa: ASYNC110 - the scheduler tells nobody
            await asyncio.sleep(0.05)


# --- dealt, claimed, given back, finished -----------------------------------------------------------------------


async def filled(manager: httpx.AsyncClient, centre: Centre, agents: int = 6, **given: Any) -> list[ReviewAssignment]:
    await begin(manager, per_agent=1, **given)
    for nth in range(agents):
        await centre.talk(f"100{nth}", MONTH.since + nth * DAY)
    centre.now = MONTH.until
    await centre.fill()
    return await centre.rows()


async def test_work_is_dealt_evenly_and_nobody_reviews_themself(manager: httpx.AsyncClient, centre: Centre) -> None:
    rows = await filled(manager, centre)
    assert Counter(row.reviewer for row in rows) == {"r1": 2, "r2": 2, "r3": 2}
    assert {row.reviewer for row in rows if row.agent_number == "1003"} <= {"r1", "r2"}
    own = next(row for row in rows if row.agent_number == "1003")
    async with centre.sessions.begin() as session:
        await assignments.give_back(session, own.id, str(own.reviewer))
    assert own.id not in {row.id for row, _ in (await assignments.inbox(centre.sessions, "r3", centre.now)).pool}
    with pytest.raises(NotAllowed):
        await claim(centre, own.id, "r3")
    with pytest.raises(NotAllowed):
        await finish(centre, own.id, "r3")
    assert next(row for row in await centre.rows() if row.id == own.id).reviewer is None


async def claim(centre: Centre, assignment_id: int, reviewer: str) -> ReviewAssignment:
    async with centre.sessions.begin() as session:
        return await assignments.claim(session, assignment_id, reviewer, centre.now)


async def finish(centre: Centre, assignment_id: int, reviewer: str, review_id: int = 7) -> ReviewAssignment:
    async with centre.sessions.begin() as session:
        return await assignments.finish(session, assignment_id, review_id, reviewer, centre.now)


async def test_targets_leave_the_rest_in_the_pool(manager: httpx.AsyncClient, centre: Centre) -> None:
    rows = await filled(manager, centre, reviewers=[{"username": "r1", "target": 2}, {"username": "r2", "target": 1}])
    assert Counter(row.reviewer for row in rows) == {"r1": 2, "r2": 1, None: 3}
    pool = (await assignments.inbox(centre.sessions, "r1", centre.now)).pool
    assert len(pool) == 3
    assert (await assignments.inbox(centre.sessions, "r3", centre.now)).pool == []
    with pytest.raises(NotAllowed):
        async with centre.sessions.begin() as session:
            await assignments.claim(session, pool[0][0].id, "r3", centre.now)


async def test_a_claim_lasts_its_hours_and_then_is_for_another(manager: httpx.AsyncClient, centre: Centre) -> None:
    rows = await filled(manager, centre, claim_hours=2)
    row = next(one for one in rows if one.reviewer == "r1")
    async with centre.sessions.begin() as session:
        claimed = await assignments.claim(session, row.id, "r1", centre.now)
    assert (claimed.claimed_at, claimed.expires_at) == (centre.now, centre.now + 7200)
    for name, moment in (("r2", 0.0), ("r3", 7199.0)):
        with pytest.raises(Conflict):
            async with centre.sessions.begin() as session:
                await assignments.claim(session, row.id, name, centre.now + moment)
    centre.now += 7200
    assert row.id in {one.id for one, _ in (await assignments.inbox(centre.sessions, "r2", centre.now)).pool}
    await centre.fill()
    again = next(one for one in await centre.rows() if one.id == row.id)
    assert again.reviewer in {"r2", "r3"}
    assert (again.given_back_by, again.claimed_at) == ("r1", None)
    with pytest.raises(Conflict):
        await finish(centre, row.id, "r1")


async def test_a_late_review_counts_while_nobody_else_has_it(manager: httpx.AsyncClient, centre: Centre) -> None:
    row = (await filled(manager, centre, claim_hours=1))[0]
    async with centre.sessions.begin() as session:
        await assignments.claim(session, row.id, str(row.reviewer), centre.now)
    centre.now += 9000
    done = await finish(centre, row.id, str(row.reviewer))
    assert (done.done_at, done.review_id, done.reviewer) == (centre.now, 7, row.reviewer)
    assert (await finish(centre, row.id, str(row.reviewer))).done_at == centre.now
    with pytest.raises(Conflict):
        await finish(centre, row.id, str(row.reviewer), review_id=8)
    with pytest.raises(NotFound):
        await finish(centre, 99, "r1")
    centre.now += 9000
    await centre.fill()
    assert next(one for one in await centre.rows() if one.id == row.id).done_at == done.done_at


async def test_who_reviews_no_more_leaves_their_work_to_the_others(manager: httpx.AsyncClient, centre: Centre) -> None:
    rows = await filled(manager, centre)
    done = next(row for row in rows if row.reviewer == "r2")
    await finish(centre, done.id, "r2")
    async with centre.sessions.begin() as session:
        await session.execute(update(User).where(User.username == "r2").values(is_disabled=True))
    await centre.fill()
    held = Counter(row.reviewer for row in await centre.rows() if row.done_at is None)
    assert held.total() == 5
    assert set(held) == {"r1", "r3"}
    assert next(row for row in await centre.rows() if row.id == done.id).reviewer == "r2"


async def test_of_two_who_claim_the_same_one_gets_it(manager: httpx.AsyncClient, centre: Centre) -> None:
    await filled(manager, centre, agents=1, reviewers=[{"username": name, "target": 1} for name in ("r1", "r2")])
    row = (await centre.rows())[0]
    async with centre.sessions.begin() as session:
        await assignments.give_back(session, row.id, str(row.reviewer))
    claims = [assignments.claim_next(centre.sessions, name, centre.now) for name in ("r1", "r2")]
    results = await asyncio.gather(*claims, return_exceptions=True)
    assert Counter(type(one) for one in results) == {ReviewAssignment: 1, NotFound: 1}


async def test_the_inbox_over_its_routes(panel: Panel, manager: httpx.AsyncClient, centre: Centre) -> None:
    qa = await panel.of(Role.QA)
    await filled(
        manager, centre, agents=2, reviewers=[{"username": "qa", "target": 1}, {"username": "r1", "target": 1}]
    )
    inbox = (await qa.get("/review-inbox")).json()
    assert [len(inbox["mine"]), inbox["pool"]] == [1, []]
    mine = inbox["mine"][0]
    told = ("plan", "form_id", "why", "queue", "talk_seconds", "agent_name", "expires_at")
    assert [mine[name] for name in told] == ["Every agent", 1, "random", "service", 60.0, "Agent 1000", None]
    claimed = (await qa.post("/review-inbox/claim")).json()
    assert (claimed["id"], claimed["expires_at"]) == (mine["id"], centre.now + 24 * 3600)
    assert (await qa.post("/review-inbox/claim")).status_code == 404
    other = next(row.id for row in await centre.rows() if row.id != mine["id"])
    assert (await qa.post(f"/review-inbox/{other}/claim")).status_code == 409
    assert (await qa.delete(f"/review-inbox/{other}/claim")).status_code == 409
    assert (await qa.delete(f"/review-inbox/{mine['id']}/claim")).status_code == 204
    pooled = (await qa.get("/review-inbox")).json()
    assert (pooled["mine"], [one["id"] for one in pooled["pool"]]) == ([], [mine["id"]])
    assert (await qa.post(f"/review-inbox/{mine['id']}/claim")).json()["claimed_at"] == centre.now
    await finish(centre, mine["id"], "qa")
    centre.now = MONTH.until - 1
    progress = (await manager.get("/review-plans/1")).json()["progress"]
    assert {name: progress[name] for name in ("drawn", "done", "pool")} == {"drawn": 2, "done": 1, "pool": 0}
    assert progress["reviewers"] == [
        {"username": "qa", "target": 1, "open": 0, "done": 1},
        {"username": "r1", "target": 1, "open": 1, "done": 0},
    ]


async def test_a_plan_is_offered_reviewers_and_lists(manager: httpx.AsyncClient) -> None:
    told = (await manager.get("/review-plans")).json()
    assert [one["username"] for one in told["reviewers"]] == ["admin", "r1", "r2", "r3"]
    assert told["lists"] == []


def review_of(row: ReviewAssignment, centre: Centre, **other: Any) -> Review:
    """A review of what was assigned, as it is when it is published."""
    return Review(
        **{
            "pbx": row.pbx,
            "call_id": row.call_id,
            "agent_number": row.agent_number,
            "agent_name": row.agent_name,
            "talked_at": row.began_at,
            "form_id": 1,
            "form_version": 1,
            "assignment_id": row.id,
            "reviewer_id": 5,
            "reviewer": row.reviewer,
            "state": "published",
            "created_at": centre.now,
            "changed_at": centre.now,
            "answers": {},
            "notes": {},
            "comments": [],
            **other,
        }
    )


async def concluded(centre: Centre, review: Review) -> ReviewAssignment:
    async with centre.sessions.begin() as session:
        session.add(review)
        await session.flush()
        await assignments.conclude(session, review, centre.now)
    return next(row for row in await centre.rows() if row.id == review.assignment_id)


async def test_a_published_review_finishes_its_assignment(manager: httpx.AsyncClient, centre: Centre) -> None:
    row = (await filled(manager, centre))[0]
    review = review_of(row, centre)
    done = await concluded(centre, review)
    assert (done.done_at, done.review_id) == (centre.now, review.id)


@pytest.mark.parametrize("other", [{"call_id": "another"}, {"agent_number": "9"}, {"reviewer": "r9", "reviewer_id": 9}])
async def test_a_review_of_something_else_finishes_nothing_and_stands(
    manager: httpx.AsyncClient, centre: Centre, other: dict[str, Any]
) -> None:
    row = (await filled(manager, centre))[0]
    assert (await concluded(centre, review_of(row, centre, **other))).done_at is None
    async with centre.sessions() as session:
        assert (await session.scalar(select(Review.reviewer))) == other.get("reviewer", row.reviewer)
