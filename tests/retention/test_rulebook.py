"""Rules are made, changed and taken away by administrators, and say beside a call until when it is kept."""

from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import delete

from callcenter.dialer.tables import Attempt, CallbackList, Target
from callcenter.retention.rules import DAY_SECONDS
from callcenter.store.engine import Sessions
from callcenter.store.recorder import Recorder
from tests.facts import NOON, a_call, a_recording
from tests.retention.conftest import CALL
from tests.serving import PANEL

RULES = "/api/retention/rules"
ENDED = a_recording().ended_at


async def add(client: AsyncClient, scope: str, subject: str, days: Any) -> Any:
    return await client.post(RULES, json={"scope": scope, "subject": subject, "days": days}, headers=PANEL)


async def _beside(client: AsyncClient, call: str = CALL) -> tuple[Any, Any]:
    told = (await client.get(f"{call}/retention")).json()
    return told["rule"] and (told["rule"]["scope"], told["rule"]["label"]), told["until"]


async def test_the_most_specific_rule_stands_beside_the_call(admin: AsyncClient) -> None:
    assert await _beside(admin) == (None, None)
    await add(admin, "all", "", 90)
    assert await _beside(admin) == (("all", ""), ENDED + 90 * DAY_SECONDS)
    await add(admin, "queue", "service", 30)
    assert await _beside(admin) == (("queue", "service"), ENDED + 30 * DAY_SECONDS)
    await add(admin, "tag", "Complaint", 365)
    await admin.post(f"{CALL}/tags", json={"tag": "complaint"}, headers=PANEL)
    assert await _beside(admin) == (("tag", "complaint"), ENDED + 365 * DAY_SECONDS)
    await admin.delete(f"{CALL}/tags/complaint", headers=PANEL)
    assert await _beside(admin) == (("queue", "service"), ENDED + 30 * DAY_SECONDS)


async def test_a_rule_is_changed_and_taken_away(admin: AsyncClient) -> None:
    number = (await add(admin, "queue", "service", 30)).json()["id"]
    assert (await admin.patch(f"{RULES}/{number}", json={"days": 31}, headers=PANEL)).status_code == 204
    (rule,) = (await admin.get(RULES)).json()["rules"]
    assert (rule["scope"], rule["subject"], rule["days"], rule["created_by"]) == ("queue", "service", 31, "admin")
    assert (await admin.delete(f"{RULES}/{number}", headers=PANEL)).status_code == 204
    assert (await admin.get(RULES)).json() == {"rules": []}
    assert (await admin.delete(f"{RULES}/{number}", headers=PANEL)).status_code == 404
    assert (await admin.patch(f"{RULES}/{number}", json={"days": 31}, headers=PANEL)).status_code == 404


async def test_there_is_one_rule_for_the_same(admin: AsyncClient) -> None:
    await add(admin, "tag", "vip", 30)
    assert (await add(admin, "tag", "ＶＩＰ", 60)).status_code == 409
    assert [rule["days"] for rule in (await admin.get(RULES)).json()["rules"]] == [30]


@pytest.mark.parametrize(
    ("scope", "subject", "days", "field"),
    [
        ("all", "x", 30, "subject"),
        ("tag", "", 30, "subject"),
        ("queue", " ", 30, "subject"),
        ("list", "7", 30, "subject"),
        ("list", "9" * 19, 30, "subject"),
        ("list", "name", 30, "subject"),
        ("team", "x", 30, "scope"),
        ("all", "", 0, "days"),
        ("all", "", 36_501, "days"),
        ("all", "", "soon", "days"),
    ],
)
async def test_a_rule_that_cannot_be_names_its_field(
    admin: AsyncClient, scope: str, subject: str, days: Any, field: str
) -> None:
    answer = await add(admin, scope, subject, days)
    assert answer.status_code == 422
    assert field in answer.text
    assert (await admin.get(RULES)).json() == {"rules": []}


async def test_rules_are_not_for_everybody(reviewer: AsyncClient) -> None:
    assert (await add(reviewer, "all", "", 30)).status_code == 403
    assert (await reviewer.patch(f"{RULES}/1", json={"days": 31}, headers=PANEL)).status_code == 403
    assert (await reviewer.delete(f"{RULES}/1", headers=PANEL)).status_code == 403
    for address in (RULES, "/api/retention/due", "/api/retention/due/recordings", "/api/retention/deletions"):
        assert (await reviewer.get(address)).status_code == 403


async def dialled(sessions: Sessions, recorder: Recorder) -> None:
    """A recorded call that the dialer placed from list 1, and one of list 2 without a record of the call."""
    of_list: dict[str, Any] = {"pbx": "pbx1", "queue": "out", "windows": [], "rules": {}, "max_attempts": 3}
    async with sessions.begin() as session:
        for number in (1, 2):
            session.add(CallbackList(id=number, name=f"List {number}", region="CN", created_at=NOON, **of_list))
            await session.flush()
            phone = f"+8613800138{number}"
            target = Target(
                id=number, list_id=number, number=phone, dial_number=phone, name="", due_at=NOON, attributes={}
            )
            session.add(target)
            await session.flush()
            attempt = Attempt(attempt_id=f"a.{number}", list_id=number, target_id=number, pbx="pbx1", queue="out")
            attempt.number, attempt.placed_at, attempt.ended_at = phone, NOON, NOON + 60
            session.add(attempt)
    recorder.note([a_call(call_id="a.1", attempt_id="a.1"), a_recording(call_id="a.1", path="/a1.wav")])
    recorder.note([a_recording(call_id="a.2", path="/a2.wav")])
    await recorder.flush()


async def test_the_list_that_placed_a_call_is_known_and_one_that_is_gone_may_have_been_any(
    admin: AsyncClient, sessions: Sessions, engine: Any
) -> None:
    await dialled(sessions, Recorder(engine))
    for scope, subject, days in (("all", "", 1), ("list", "1", 10), ("list", "2", 20)):
        assert (await add(admin, scope, subject, days)).status_code == 201
    first, second = "/api/calls/pbx1/a.1", "/api/calls/pbx1/a.2"
    assert await _beside(admin, first) == (("list", "List 1"), ENDED + 10 * DAY_SECONDS)
    assert await _beside(admin, second) == (("list", "List 2"), ENDED + 20 * DAY_SECONDS)
    assert await _beside(admin) == (("all", ""), ENDED + DAY_SECONDS)
    async with sessions.begin() as session:
        await session.execute(delete(CallbackList).where(CallbackList.id == 1))
    assert await _beside(admin, first) == (("list", "List 2"), ENDED + 20 * DAY_SECONDS)
