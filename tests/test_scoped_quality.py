"""Coaching as each scope sees and gives it; and what of quality is of the whole centre, and stays so."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from callcenter.accounts.rules import Role
from callcenter.accounts.service import NewUser, add_user
from callcenter.app import App
from callcenter.quality.tables import ReviewLoss
from callcenter.store.engine import make_sessions
from tests.databases import SqliteFiles
from tests.facts import NOON
from tests.scoping import SCOPES, centre, looking, told

ITEM = "tone"
TASK: dict[str, Any] = {"items": [ITEM], "note": "Smile", "owner": "all", "due_at": NOON + 10 * 366 * 86_400}
TEAM_IS_INSIDE = ("team", "both")


@pytest.fixture
async def app(sqlite: SqliteFiles, tmp_path: Path) -> AsyncIterator[App]:
    """The review of 1001 (Team A) and that of 1002 (Team B) lost points."""
    async with centre(await sqlite.new_database(), tmp_path) as app:
        async with make_sessions(app.engine).begin() as session:
            session.add_all(ReviewLoss(review_id=each, item=ITEM, points=5, is_fatal=False) for each in (1, 2))
        yield app


async def _give(app: App, name: str, review: int, **task: Any) -> Any:
    async with looking(app, name) as client:
        return await client.post(f"/api/reviews/{review}/coaching", json=TASK | task)


async def test_coaching_is_given_to_agents_inside_only(app: App) -> None:
    for name in ("queue", "other", "team"):
        for review in (2, 1):
            status = 201 if (name, review) == ("team", 1) else 404
            assert (await _give(app, name, review)).status_code == status, (name, review)


async def test_a_coach_sees_the_agent(app: App) -> None:
    for owner, status in {"queue": 422, "other": 422, "both": 201}.items():
        answer = await _give(app, "all", 1, owner=owner)
        assert answer.status_code == status, answer.text
        assert status == 201 or answer.json()["field"] == "owner"


async def test_owners_are_those_who_see_ones_agents(app: App) -> None:
    both = {"both", *(str(role) for role in (Role.TEAM_LEADER, Role.SUPERVISOR, Role.QA))}  # who coach, with that scope
    seen = {"team": {"all", "team", *both}, "queue": {"all"}, "other": {"all", "other"}, "all": {*SCOPES, *both}}
    for name, owners in seen.items():
        async with looking(app, name) as client:
            told_owners = (await told(client, "/coaching/owners"))["owners"]
            assert {owner["username"] for owner in told_owners} == owners, name


async def test_tasks_are_told_and_closed_inside_only(app: App) -> None:
    inside, outside = [(await _give(app, "all", review)).json() for review in (1, 2)]
    for name in SCOPES:
        async with looking(app, name) as client:
            found = [task["id"] for task in (await told(client, "/coaching"))["tasks"]]
            expected = {inside["id"]} if name in TEAM_IS_INSIDE else set()
            assert {*found} == ({inside["id"], outside["id"]} if name == "all" else expected), name
            assert (await told(client, "/coaching?review=2"))["tasks"] == [] or name == "all", name
            if name != "all":
                step = {"version": 1, "comment": "Talked about it"}
                answer = await client.post(f"/api/coaching/{outside['id']}/close", json=step)
                assert answer.status_code == 404, (name, answer.text)


async def test_a_task_of_ones_own_is_seen_whatever_the_team(app: App) -> None:
    """The agent was moved to another team since, and the account sees that one alone."""
    who = NewUser("wang", "a long enough word", (Role.AGENT,), agent_number="1002", scope=SCOPES["team"])
    await add_user(app.access, who)
    inside, own = [(await _give(app, "all", review)).json() for review in (1, 2)]
    async with looking(app, "wang") as client:
        assert [task["id"] for task in (await told(client, "/coaching"))["tasks"]] == [own["id"]]
        for task, status in ((own, 200), (inside, 404)):
            answer = await client.post(f"/api/coaching/{task['id']}/acknowledge", json={"version": 1, "comment": ""})
            assert answer.status_code == status, answer.text


async def test_forms_are_read_by_all_who_review_and_built_for_the_whole_centre(app: App) -> None:
    async with looking(app, "team") as client:
        form = (await told(client, "/review-forms"))["forms"][0]
        assert (await told(client, f"/review-forms/{form['id']}"))["id"] == form["id"]
        for asked in (f"PUT /review-forms/{form['id']}", f"POST /review-forms/{form['id']}/retire"):
            method, path = asked.split(" ")
            assert (await client.request(method, f"/api{path}", json={})).status_code == 403, asked


CENTRE = ("/review-plans", "/review-plans/1", "/review-plans/1/preview", "/review-inbox", "/calibrations")


async def test_plans_their_inbox_and_calibration_are_of_the_whole_centre(app: App) -> None:
    async with looking(app, "both") as client:
        for path in CENTRE:
            assert (await client.get(f"/api{path}")).status_code == 403, path
        assert (await client.post("/api/review-inbox/claim")).status_code == 403


async def test_a_plan_deals_to_those_who_see_all_calls(app: App) -> None:
    async with looking(app, "all") as client:
        people = (await told(client, "/calibrations/reviewers"))["reviewers"]
        assert [person["username"] for person in people] == ["all"]
