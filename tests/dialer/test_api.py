"""The routes of callback lists: who may call them, what they refuse, what an import tells."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from callcenter.accounts.api import COOKIE
from callcenter.accounts.passwords import Passwords
from callcenter.accounts.rules import Role
from callcenter.accounts.scope import EVERYTHING, Scope
from callcenter.accounts.service import Access, NewUser, add_user
from callcenter.accounts.signing_in import sign_in
from callcenter.dialer.api import callback_routes
from callcenter.dialer.dialling_api import dialling_routes
from callcenter.problems import tell_problems
from callcenter.settings import DialerSettings, QueueSettings, Settings, TrunkSettings
from tests.dialer.conftest import ALWAYS, MONDAY_NOON, Centre, numbers, result

PASSWORD = "a long password"
GOOD = {"name": "Autumn", "queue": "support", "windows": ALWAYS}
ROUTES = [
    ("GET", "/lists", "see"),
    ("GET", "/lists/1", "see"),
    ("GET", "/lists/1/targets", "see"),
    ("GET", "/lists/1/attempts", "see"),
    ("POST", "/lists", "run"),
    ("PATCH", "/lists/1", "run"),
    ("DELETE", "/lists/1", "run"),
    ("POST", "/lists/1/import", "run"),
    ("POST", "/lists/1/start", "run"),
    ("POST", "/lists/1/stop", "run"),
    ("POST", "/lists/1/pause", "run"),
    ("GET", "/lists/1/may-call?number=13800138000", "see"),
    ("GET", "/lists/1/days?from=2026-10-01", "see"),
    ("POST", "/lists/1/targets/1/decision", "run"),
    ("GET", "/do-not-call", "see"),
    ("POST", "/do-not-call", "run"),
    ("DELETE", "/do-not-call/1", "run"),
    ("GET", "/emergency-stop", "see"),
    ("POST", "/emergency-stop", "run"),
    ("DELETE", "/emergency-stop", "run"),
]


class Panel:
    """Browsers of people with different roles."""

    def __init__(self, web: FastAPI, access: Access) -> None:
        self._web, self._access = web, access
        self._clients: list[httpx.AsyncClient] = []

    async def of(
        self, role: Role | None, agent_number: str | None = None, scope: Scope = EVERYTHING
    ) -> httpx.AsyncClient:
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self._web),
            base_url="http://centre/api",
            headers={"X-Requested-With": "callcenter"},
        )
        self._clients.append(client)
        if role is not None:
            name = f"{role}-{agent_number}" if agent_number else role.value
            await add_user(self._access, NewUser(name, PASSWORD, (role,), agent_number=agent_number, scope=scope))
            token, _ = await sign_in(self._access, name, PASSWORD, "192.0.2.1")
            client.cookies.set(COOKIE, token)
        return client

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()


@pytest.fixture
async def panel(centre: Centre) -> AsyncIterator[Panel]:
    access = Access(centre.sessions, centre.clock, Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
    web = FastAPI()
    web.state.access = access
    tell_problems(web)
    dialer = DialerSettings(trunks=(TrunkSettings(name="mobile", dial_string="PJSIP/{number}@gsm"),))
    settings = Settings(queues={"support": QueueSettings(), "sales": QueueSettings()}, dialer=dialer)
    worker = centre.worker()
    web.include_router(dialling_routes(centre.sessions, worker))
    web.include_router(callback_routes(centre.sessions, worker, settings))
    panel = Panel(web, access)
    yield panel
    await panel.close()


@pytest.fixture
async def supervisor(panel: Panel) -> httpx.AsyncClient:
    return await panel.of(Role.SUPERVISOR)


async def imported(client: httpx.AsyncClient, text: str, **query: int) -> httpx.Response:
    return await client.post("/lists/1/import", params=query, files={"file": ("list.csv", text.encode(), "text/csv")})


async def test_who_may_do_what(panel: Panel) -> None:
    stranger, agent, qa = await panel.of(None), await panel.of(Role.AGENT), await panel.of(Role.QA)
    for method, path, _ in ROUTES:
        assert (await stranger.request(method, path)).status_code == 401
        assert (await agent.request(method, path)).status_code == 403
        assert (await qa.request(method, path)).status_code == 403


async def test_a_change_that_does_not_come_from_the_panel_is_refused(supervisor: httpx.AsyncClient) -> None:
    for method, path, right in ROUTES:
        if right == "run":
            answer = await supervisor.request(method, path, headers={"X-Requested-With": "evil"}, json=GOOD)
            assert answer.status_code == 403


async def test_the_way_of_a_list(supervisor: httpx.AsyncClient, centre: Centre) -> None:
    made = await supervisor.post("/lists", json=GOOD)
    assert made.status_code == 201
    body = made.json()
    assert (body["id"], body["state"], body["why_idle"], body["region"], body["pbx"]) == (
        "1",
        "stopped",
        "stopped",
        "CN",
        "pbx1",
    )
    assert body["windows"] == ALWAYS
    busy = {"delay_seconds": 300.0, "max_attempts": 4, "next_number": False, "then": "close"}
    assert body["rules"]["busy"] == busy
    report = await imported(supervisor, "phone,name\n" + "\n".join(f"{number},Li" for number in numbers(3)))
    assert report.json() == {"imported": 3, "rows": 3, "errors": [], "duplicates": []}
    centre.seats.free = 1
    assert (await supervisor.post("/lists/1/start")).json()["state"] == "running"
    [call] = await centre.until_placed(1)
    await centre.until_told(1, in_air=1)
    targets = (await supervisor.get("/lists/1/targets")).json()["targets"]
    assert [(target["state"], target["attempts"]) for target in targets] == [("in_air", 1), ("open", 0), ("open", 0)]
    stopped = (await supervisor.post("/lists/1/stop")).json()
    assert (stopped["state"], stopped["why_idle"], stopped["in_air"]) == ("stopped", "stopped", 1)
    assert (await supervisor.delete("/lists/1")).status_code == 409  # a call is still in the air
    centre.phone.end(call)
    next(iter(centre.workers)).on_facts([result(call.attempt_id, is_reached=True)])
    await centre.until_told(1, in_air=0)
    attempts = (await supervisor.get("/lists/1/attempts")).json()["attempts"]
    assert [(a["number"], a["name"], a["outcome"], a["agent_number"]) for a in attempts] == [
        ("+8613800138000", "Li", "reached", "1001")
    ]
    assert (await supervisor.get("/lists")).json()["lists"][0]["outcomes"] == {"reached": 1}
    assert (await supervisor.delete("/lists/1")).status_code == 204
    assert (await supervisor.get("/lists/1")).status_code == 404


async def test_a_file_with_errors_imports_nothing_unless_they_are_skipped(supervisor: httpx.AsyncClient) -> None:
    await supervisor.post("/lists", json=GOOD)
    text = "number,name\n13800138000,A\nnobody,B\n13800138000,C\n"
    expected = {
        "imported": 0,
        "rows": 3,
        "errors": [
            {
                "line": 3,
                "column": "number",
                "value": "nobody",
                "code": "not_a_number",
                "reason": "not a phone number",
            }
        ],
        "duplicates": [{"line": 4, "number": "+8613800138000", "code": "from_file", "first_line": 2}],
    }
    tried = await imported(supervisor, text, dry_run=1)
    assert (tried.status_code, tried.json()) == (200, expected)
    refused = await imported(supervisor, text)
    assert (refused.status_code, refused.json()) == (422, expected)
    assert (await supervisor.get("/lists/1")).json()["targets"] == 0
    skipped = await imported(supervisor, text, skip_bad=1)
    assert (skipped.status_code, skipped.json()) == (200, expected | {"imported": 1})
    again = await imported(supervisor, "number\n13800138000\n")
    assert again.json()["duplicates"] == [
        {"line": 2, "number": "+8613800138000", "code": "from_list", "first_line": None}
    ]
    assert (await supervisor.get("/lists/1")).json()["targets"] == 1


async def test_a_file_that_cannot_be_read_says_why(supervisor: httpx.AsyncClient) -> None:
    await supervisor.post("/lists", json=GOOD)
    answer = await imported(supervisor, "name\nLi\n")
    assert (answer.status_code, answer.json()["field"]) == (422, "file")
    assert "'number'" in answer.json()["detail"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "a\r\nb"},
        {"queue": "nowhere"},
        {"queue": "support\r\nAction: Command"},
        {"pbx": "pbx9"},
        {"region": "XX"},
        {"max_attempts": 0},
        {"windows": [{"weekdays": [8], "from": "09:00", "until": "10:00"}]},
        {"windows": [{"weekdays": [1], "from": "25:00", "until": "26:00"}]},
        {"windows": [{"weekdays": [1], "from": "22:00", "until": "06:00"}]},
        {"rules": {"busy": {"delay_seconds": 0, "max_attempts": 2}}},
        {"rules": {"unknown": {"delay_seconds": 60, "max_attempts": 2}}},
        {"rules": {"bored": {"delay_seconds": 60, "max_attempts": 2}}},
        {"state": "running"},
        {"calendar": {"region": "XX"}},
        {"calendar": {"exceptions": [{"date": "2026-02-30"}]}},
        {"calendar": {"exceptions": [{"date": "2026-02-03", "windows": [{"from": "12:00", "until": "11:00"}]}]}},
        {"mode": "reckless"},
        {"abandon_target": 0.5},
        {"trunk": "nowhere"},
        {"escalation_list_id": 99},
        {"rules": {"rejected": {"delay_seconds": 60, "max_attempts": 2}}},
    ],
)
async def test_what_a_list_must_not_be(supervisor: httpx.AsyncClient, wrong: dict[str, Any]) -> None:
    assert (await supervisor.post("/lists", json=GOOD | wrong)).status_code == 422
    assert (await supervisor.get("/lists")).json() == {"lists": []}


async def test_changing_a_list(supervisor: httpx.AsyncClient) -> None:
    await supervisor.post("/lists", json=GOOD)
    await supervisor.post("/lists", json=GOOD | {"name": "Winter"})
    changed = await supervisor.patch("/lists/1", json={"name": "Spring", "max_attempts": 2, "windows": []})
    assert (changed.json()["name"], changed.json()["max_attempts"], changed.json()["windows"]) == ("Spring", 2, [])
    taken = await supervisor.patch("/lists/1", json={"name": "Winter"})
    assert (taken.status_code, taken.json()["field"]) == (409, "name")
    assert (await supervisor.patch("/lists/9", json={"name": "x"})).status_code == 404
    assert (await supervisor.post("/lists", json=GOOD | {"name": "Winter"})).status_code == 409


async def test_a_list_names_its_trunk_or_uses_the_dialers_own(supervisor: httpx.AsyncClient) -> None:
    assert (await supervisor.post("/lists", json=GOOD)).json()["trunk"] == ""
    assert (await supervisor.patch("/lists/1", json={"trunk": "mobile"})).json()["trunk"] == "mobile"
    wrong = await supervisor.patch("/lists/1", json={"trunk": "nowhere"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "trunk")
    assert (await supervisor.patch("/lists/1", json={"name": "Spring"})).json()["trunk"] == "mobile"
    assert (await supervisor.patch("/lists/1", json={"trunk": ""})).json()["trunk"] == ""


async def test_a_list_says_when_it_opens(supervisor: httpx.AsyncClient, centre: Centre) -> None:
    afternoon = [{"weekdays": [1], "from": "13:00", "until": "18:00"}]
    centre.clock.now = MONDAY_NOON
    made = await supervisor.post("/lists", json=GOOD | {"windows": afternoon})
    assert made.json()["opens_at"] == MONDAY_NOON + 3600
    centre.clock.now += 3600
    assert (await supervisor.get("/lists/1")).json()["opens_at"] is None
    assert (await supervisor.patch("/lists/1", json={"windows": []})).json()["opens_at"] is None


async def test_a_list_without_targets_is_not_started(supervisor: httpx.AsyncClient) -> None:
    await supervisor.post("/lists", json=GOOD)
    assert (await supervisor.post("/lists/1/start")).status_code == 409
    assert (await supervisor.post("/lists/9/start")).status_code == 404
    assert (await supervisor.post("/lists/9/stop")).status_code == 404


async def test_pages(supervisor: httpx.AsyncClient) -> None:
    await supervisor.post("/lists", json=GOOD)
    await imported(supervisor, "number\n" + "\n".join(numbers(5)))
    first = (await supervisor.get("/lists/1/targets", params={"limit": 3})).json()
    second = (await supervisor.get("/lists/1/targets", params={"limit": 3, "cursor": first["next"]})).json()
    assert [target["number"] for target in first["targets"] + second["targets"]] == numbers(5)
    assert second["next"] is None
    assert (await supervisor.get("/lists/1/targets", params={"state": "reached"})).json()["targets"] == []
    assert (await supervisor.get("/lists/1/targets", params={"state": "happy"})).status_code == 422
    assert (await supervisor.get("/lists/9/targets")).status_code == 404
    assert (await supervisor.get("/lists/9/attempts")).status_code == 404


async def test_calendar_mode_and_rules_are_kept_and_told(supervisor: httpx.AsyncClient) -> None:
    await supervisor.post("/lists", json=GOOD | {"name": "Visits"})
    calendar = {"region": "DE-BY", "uses_customer_clock": True, "exceptions": [{"date": "2026-12-24", "windows": []}]}
    rules = {"invalid_number": {"delay_seconds": 60, "max_attempts": 1, "next_number": True, "then": "escalate"}}
    fields = {"calendar": calendar, "rules": rules, "mode": "predictive", "escalation_list_id": 1, "reserved_seats": 2}
    body = (await supervisor.post("/lists", json=GOOD | fields)).json()
    assert body["calendar"]["exceptions"] == [{"date": "2026-12-24", "windows": [], "note": ""}]
    assert (body["mode"], body["escalation_list_id"], body["reserved_seats"]) == ("predictive", "1", 2)
    assert (await supervisor.patch("/lists/2", json={"escalation_list_id": 2})).json()["field"] == "escalation_list_id"
    await supervisor.delete("/lists/1")
    assert (await supervisor.get("/lists/2")).json()["escalation_list_id"] is None


async def test_a_list_to_escalate_to_is_taken_away_by_null_and_stays_where_nothing_is_said(
    supervisor: httpx.AsyncClient,
) -> None:
    await supervisor.post("/lists", json=GOOD | {"name": "Visits"})
    made = await supervisor.post("/lists", json=GOOD | {"escalation_list_id": "1", "max_attempts": None})
    assert made.json()["escalation_list_id"] == "1"
    kept = await supervisor.patch("/lists/2", json={"name": "Spring", "max_attempts": None})
    assert (kept.json()["escalation_list_id"], kept.json()["max_attempts"]) == ("1", 5)
    cleared = await supervisor.patch("/lists/2", json={"escalation_list_id": None})
    assert (cleared.status_code, cleared.json()["escalation_list_id"]) == (200, None)


async def test_may_this_number_be_called(supervisor: httpx.AsyncClient) -> None:
    await supervisor.post("/lists", json=GOOD)
    asked: dict[str, str | float] = {"number": "138 0013 8000", "at": MONDAY_NOON}
    yes = (await supervisor.get("/lists/1/may-call", params=asked)).json()
    assert (yes["number"], yes["time_zones"], yes["may_call"]) == ("+8613800138000", "Asia/Shanghai", True)
    entry = {"number": "+86138", "is_prefix": True, "source": "regulator"}
    assert (await supervisor.post("/do-not-call", json={"entries": [entry]})).json() == {"added": 1}
    no = (await supervisor.get("/lists/1/may-call", params=asked)).json()
    assert (no["may_call"], no["refused"], no["next_at"]) == (False, [{"reason": "do_not_call", "until": None}], None)
    wrong = await supervisor.get("/lists/1/may-call", params={"number": "hello"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "number")
    assert (await supervisor.get("/lists/9/may-call", params=asked)).status_code == 404


async def test_the_do_not_call_list(supervisor: httpx.AsyncClient) -> None:
    entries = [{"number": number, "note": "asked us"} for number in numbers(3)]
    await supervisor.post("/do-not-call", json={"entries": entries})
    await supervisor.post("/do-not-call", json={"entries": [entries[0] | {"expires_at": 4e9 - 1}]})
    page = (await supervisor.get("/do-not-call", params={"limit": 2})).json()
    assert (page["count"], [one["number"] for one in page["entries"]]) == (3, numbers(3)[:0:-1])
    rest = (await supervisor.get("/do-not-call", params={"cursor": page["next"]})).json()["entries"]
    assert (rest[0]["expires_at"], rest[0]["created_by"]) == (4e9 - 1, "supervisor")
    assert (await supervisor.get("/do-not-call", params={"number": "+49%"})).json()["count"] == 0
    assert (await supervisor.delete(f"/do-not-call/{rest[0]['id']}")).status_code == 204
    assert (await supervisor.delete(f"/do-not-call/{rest[0]['id']}")).status_code == 404
    for bad in ({"number": "138"}, {"number": "+86138\r\n"}, {"number": "+8", "is_prefix": True}):
        assert (await supervisor.post("/do-not-call", json={"entries": [bad]})).status_code == 422


async def test_the_emergency_stop(supervisor: httpx.AsyncClient) -> None:
    assert (await supervisor.get("/emergency-stop")).json()["is_stopped"] is False
    assert (await supervisor.post("/emergency-stop", json={"reason": "wrong list"})).status_code == 204
    stopped = (await supervisor.get("/emergency-stop")).json()
    assert (stopped["is_stopped"], stopped["stopped_by"], stopped["reason"]) == (True, "supervisor", "wrong list")
    assert (await supervisor.delete("/emergency-stop")).status_code == 204
    assert (await supervisor.get("/emergency-stop")).json()["is_stopped"] is False


async def test_the_days_of_a_list(supervisor: httpx.AsyncClient) -> None:
    windows = [
        {"weekdays": [1, 2, 3, 4, 5], "from": "12:00", "until": "13:30"},
        {"weekdays": [1, 2, 3, 4], "from": "18:00", "until": "20:00"},
    ]
    exception = {"date": "2026-10-08", "windows": [{"from": "09:00", "until": "10:00"}], "note": "fair"}
    calendar = {"region": "CN", "exceptions": [exception]}
    await supervisor.post("/lists", json=GOOD | {"windows": windows, "calendar": calendar})
    days = (await supervisor.get("/lists/1/days", params={"from": "2026-10-01", "count": 12})).json()["days"]
    told = {day["date"]: day for day in days}
    assert (len(days), told["2026-10-01"]["holiday"], told["2026-10-01"]["closed"]) == (12, "National Day", "holiday")
    assert told["2026-10-08"]["windows"] == exception["windows"]
    assert (told["2026-10-08"]["exception"]["note"], told["2026-10-09"]["exception"]) == ("fair", None)
    assert [window["from"] for window in told["2026-10-09"]["windows"]] == ["12:00"]
    # A Saturday that is worked for a day off has that weekday's windows.
    makes_up = told["2026-10-10"]
    assert makes_up["replaces_weekday"] is not None
    assert makes_up["windows"]
    assert (told["2026-10-11"]["windows"], told["2026-10-11"]["closed"]) == ([], "outside_window")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "from"),
        ({"from": "soon"}, "from"),
        ({"from": "9999-12-31"}, "from"),
        ({"from": "2026-01-01", "count": 63}, "count"),
    ],
)
async def test_days_that_cannot_be(supervisor: httpx.AsyncClient, query: dict[str, Any], field: str) -> None:
    await supervisor.post("/lists", json=GOOD)
    answer = await supervisor.get("/lists/1/days", params=query)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert (await supervisor.get("/lists/9/days?from=2026-01-01")).status_code == 404
