"""Calibrations over their routes, on both databases: opened, scored blind, closed, and who sees what when."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from callcenter.accounts.keys import make_key
from callcenter.accounts.rules import Role
from callcenter.accounts.signing_in import sign_in
from callcenter.quality.assignment_tables import ReviewAssignment
from callcenter.quality.calibration.api import calibration_routes
from callcenter.quality.rules import Section
from callcenter.quality.service import Content, change_form, retire
from callcenter.quality.tables import Review, ReviewLoss
from callcenter.recordings.library import Library
from callcenter.recordings.service import recordings_of
from callcenter.store.engine import Sessions
from tests.quality.test_reviews import CONTENT, EVIL, GOOD, ITEMS, PART, PASSWORD, Centre, _done, _draft, centre

__all__ = ["centre"]

HOUR = 3600.0
NAMES = ("qa1", "qa2")
EVERY_READ = ("", "/call")


@pytest.fixture(autouse=True)
def routes(centre: Centre, sessions: Sessions, tmp_path: Path) -> None:
    library = Library({"pbx1": tmp_path}, tmp_path / "copies", lambda: centre.now)
    heard = partial(recordings_of, sessions, library)
    centre.web.include_router(calibration_routes(sessions, heard, lambda: centre.now))


@pytest.fixture
async def lead(centre: Centre) -> httpx.AsyncClient:
    return await centre.of("lead", Role.QA)


@pytest.fixture
async def pair(centre: Centre) -> tuple[httpx.AsyncClient, httpx.AsyncClient]:
    first, second = [await centre.of(name, Role.QA) for name in NAMES]
    return first, second


Pair = tuple[httpx.AsyncClient, httpx.AsyncClient]


def _wanted(centre: Centre, **change: Any) -> dict[str, Any]:
    return PART | {"reviewers": list(NAMES), "due_at": centre.now + HOUR} | change


async def _opened(centre: Centre, lead: httpx.AsyncClient) -> str:
    made = await _done(lead.post("/calibrations", json=_wanted(centre)))
    return f"/calibrations/{made['id']}"


async def _scored(client: httpx.AsyncClient, path: str, **draft: Any) -> dict[str, Any]:
    saved = await _done(client.put(f"{path}/scoring", json=_draft(1, **draft)))
    return await _done(client.post(f"{path}/scoring/finish", json={"version": saved["scoring"]["version"]}))


async def _lines(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await _done(client.get("/calibrations", params=query)))["calibrations"]
    return found


async def test_from_opening_to_a_result_that_all_see(centre: Centre, lead: httpx.AsyncClient, pair: Pair) -> None:
    first, second = pair
    made = await _done(lead.post("/calibrations", json=_wanted(centre)))
    path = f"/calibrations/{made['id']}"
    assert (made["agent_name"], made["form_version"], made["opened_by"]) == ("Li Na", 1, "lead")
    assert made["reviewers"] == [{"username": name, "has_scored": False} for name in NAMES]
    assert (made["scoring"], made["result"], made["is_mine_to_score"], made["may_close"]) == (None, None, False, True)
    note = {"text": EVIL, "at": 1.5, "recording_id": 1}
    one = await _scored(first, path, notes={"listens": note})
    assert (one["scoring"]["score"]["total"], one["closed_at"], one["is_mine_to_score"]) == (65, None, False)
    centre.now += 60
    last = await _scored(second, path, answers={"greets": False, "listens": 10}, comments=[note])
    assert (last["closed_at"], last["closed_by"], last["may_close"]) == (centre.now, "", False)
    for client in (first, second, lead):
        result = (await _done(client.get(path)))["result"]
        assert [(who["username"], who["total"]) for who in result["reviewers"]] == [("qa1", 65), ("qa2", 70)]
        assert [who["beside_others"] for who in result["reviewers"]] == [25, -25]
        items = {item["item"]: item for item in result["items"]}
        assert items["listens"]["given"] == {
            "qa1": {"answer": 5, "points": 35},
            "qa2": {"answer": 10, "points": 70},
        }
        assert [(name, item["spread"], item["is_widest"]) for name, item in items.items()] == [
            ("greets", 15, False),
            ("listens", 17.5, True),
        ]
        assert (result["mean"], result["spread"]) == (67.5, 2.5)
        assert result["said"]["qa1"] == {"notes": {"listens": note}, "comments": []}
        assert result["said"]["qa2"] == {"notes": {}, "comments": [note]}
        assert result["alpha_points"] == pytest.approx(1 - (2.5 / 4) / (5.5 / 12))
        assert result["alpha_yes_no"] == 0


async def test_nobody_is_told_what_others_gave_before_it_is_closed(
    centre: Centre, lead: httpx.AsyncClient, pair: Pair
) -> None:
    first, second = pair
    path = await _opened(centre, lead)
    secret = {"text": "only mine"}
    await _scored(first, path, notes={"greets": secret}, comments=[secret])
    admin = await centre.of("admin", Role.ADMIN)
    for client in (second, lead, admin):
        for place in (path, f"{path}/call", "/calibrations", "/reviews"):
            told = (await client.get(place)).text
            assert "only mine" not in told
            assert '"total":65' not in told.replace(" ", "")
        seen = await _done(client.get(path))
        assert seen["result"] is None
        assert [who["has_scored"] for who in seen["reviewers"]] == [True, False]
        assert set(seen["reviewers"][0]) == {"username", "has_scored"}
    assert (await _done(second.get(path)))["scoring"]["answers"] == {}
    # A draft of one's own shows nothing of others either, and what is not finished never counts.
    drafted = await _done(second.put(f"{path}/scoring", json=_draft(1, answers={"greets": False})))
    assert (drafted["result"], drafted["scoring"]["asked"]) == (None, ["greets", "listens"])
    closed = await _done(lead.post(f"{path}/close"))
    assert [who["username"] for who in closed["result"]["reviewers"]] == ["qa1"]
    assert list(closed["result"]["said"]) == ["qa1"]
    assert closed["closed_by"] == "lead"


async def test_what_was_given_stands_and_a_closed_one_is_not_scored(
    centre: Centre, lead: httpx.AsyncClient, pair: Pair
) -> None:
    first, second = pair
    path = await _opened(centre, lead)
    done = await _scored(first, path)
    version = done["scoring"]["version"]
    assert (await first.put(f"{path}/scoring", json=_draft(version))).status_code == 409
    assert (await first.post(f"{path}/scoring/finish", json={"version": version})).status_code == 409
    await _done(lead.post(f"{path}/close"))
    assert (await lead.post(f"{path}/close")).status_code == 409
    assert (await second.put(f"{path}/scoring", json=_draft(1))).status_code == 409
    assert (await second.post(f"{path}/scoring/finish", json={"version": 1})).status_code == 409
    (line,) = await _lines(second, state="closed")
    assert (line["is_mine_to_score"], line["may_close"]) == (False, False)
    assert await _lines(second, state="open") == []


async def test_who_is_not_invited_scores_nothing_and_without_leading_sees_nothing(
    centre: Centre, sessions: Sessions, lead: httpx.AsyncClient, pair: Pair
) -> None:
    path = await _opened(centre, lead)
    assert (await lead.put(f"{path}/scoring", json=_draft(1))).status_code == 403
    assert (await lead.post(f"{path}/scoring/finish", json={"version": 1})).status_code == 403
    other = await centre.of("qa3", Role.QA)
    only_reviews = await _reviewing_key(centre, "qa3")
    for closed in (False, True):
        assert [(await only_reviews.get(f"{path}{read}")).status_code for read in EVERY_READ] == [404, 404]
        assert await _lines(only_reviews) == []
        assert (await only_reviews.put(f"{path}/scoring", json=_draft(1))).status_code == 404
        assert (await only_reviews.post(f"{path}/scoring/finish", json={"version": 1})).status_code == 404
        assert (await only_reviews.post(f"{path}/close")).status_code == 403
        if not closed:
            assert (await other.post(f"{path}/close")).status_code == 403
            await _done(lead.post(f"{path}/close"))
    assert (await _done(other.get(path)))["result"] is not None


async def _reviewing_key(centre: Centre, username: str) -> httpx.AsyncClient:
    """A program that may review calls for somebody, but leads nothing."""
    _, account = await sign_in(centre.access, username, PASSWORD, "192.0.2.1")
    _, secret = await make_key(centre.access, account, "CRM", ["review_calls"], None)
    client = centre.stranger()
    client.headers["Authorization"] = f"Bearer {secret}"
    return client


async def test_once_it_is_due_whoever_leads_closes_it(centre: Centre, lead: httpx.AsyncClient, pair: Pair) -> None:
    path = await _opened(centre, lead)
    other = await centre.of("qa3", Role.QA)
    assert (await _done(other.get(path)))["may_close"] is False
    assert (await other.post(f"{path}/close")).status_code == 403
    centre.now += HOUR
    assert (await _done(other.get(path)))["may_close"] is True
    late = await _scored(pair[0], path)
    assert late["scoring"]["done_at"] == centre.now
    assert (await _done(other.post(f"{path}/close")))["closed_by"] == "qa3"


async def test_the_agent_sees_nothing_of_it_not_even_as_a_lead(
    centre: Centre, lead: httpx.AsyncClient, pair: Pair
) -> None:
    path = await _opened(centre, lead)
    agent = await centre.of("li", Role.AGENT, agent_number="1001")
    for _ in range(2):
        assert [(await agent.get(f"{path}{read}")).status_code for read in EVERY_READ] == [403, 403]
        assert (await agent.get("/calibrations")).status_code == 403
        assert (await _done(agent.get("/reviews")))["reviews"] == []
        assert (await agent.get("/recordings/1/audio")).status_code == 403
        if (await _done(lead.get(path)))["closed_at"] is None:
            for client in pair:
                await _scored(client, path)


async def test_who_talked_in_the_call_neither_opens_nor_scores_nor_leads_it(
    centre: Centre, lead: httpx.AsyncClient, pair: Pair
) -> None:
    path = await _opened(centre, lead)
    own = await centre.of("own", Role.ADMIN, agent_number="1001")
    assert (await own.post("/calibrations", json=_wanted(centre))).status_code == 403
    refused = await lead.post("/calibrations", json=_wanted(centre, reviewers=["qa1", "own"]))
    assert (refused.status_code, refused.json()["field"]) == (422, "reviewers.1")
    assert await _lines(own) == []
    centre.now += HOUR
    assert [(await own.get(f"{path}{read}")).status_code for read in EVERY_READ] == [404, 404]
    assert (await own.post(f"{path}/close")).status_code == 404


async def test_it_counts_in_no_review_sample_or_report(
    centre: Centre, sessions: Sessions, lead: httpx.AsyncClient, pair: Pair
) -> None:
    path = await _opened(centre, lead)
    for client in pair:
        await _scored(client, path)
    async with sessions() as session:
        for table in (Review, ReviewLoss, ReviewAssignment):
            assert await session.scalar(select(func.count()).select_from(table)) == 0
    # The same reviewer may review the same part, and the other way round.
    await _done(pair[0].post("/reviews", json=PART))


async def test_the_last_two_at_once_close_it_once(centre: Centre, lead: httpx.AsyncClient, pair: Pair) -> None:
    path = await _opened(centre, lead)
    for client in pair:
        await _done(client.put(f"{path}/scoring", json=_draft(1)))
    ends = await asyncio.gather(*(client.post(f"{path}/scoring/finish", json={"version": 2}) for client in pair))
    assert [answer.status_code for answer in ends] == [200, 200]
    assert sum(answer.json()["closed_at"] is not None for answer in ends) == 1
    result = (await _done(lead.get(path)))["result"]
    assert [who["total"] for who in result["reviewers"]] == [65, 65]
    assert (result["alpha_points"], result["alpha_yes_no"]) == (1, 1)


async def test_of_two_tabs_one_is_refused(centre: Centre, lead: httpx.AsyncClient, pair: Pair) -> None:
    path = await _opened(centre, lead)
    saves = [pair[0].put(f"{path}/scoring", json=_draft(1, comments=[{"text": f"tab {n}"}])) for n in range(2)]
    assert sorted(answer.status_code for answer in await asyncio.gather(*saves)) == [200, 409]
    assert (await pair[0].post(f"{path}/scoring/finish", json={"version": 1})).status_code == 409


async def test_the_version_of_the_form_is_kept(
    centre: Centre, sessions: Sessions, lead: httpx.AsyncClient, pair: Pair
) -> None:
    path = await _opened(centre, lead)
    fewer = Content(CONTENT.name, (Section(id="all", label=CONTENT.name, items=ITEMS[:1]),))
    await change_form(sessions, 1, fewer, version=1, by="ada", now=centre.now)
    await retire(sessions, 1, by="ada", now=centre.now)
    assert (await _scored(pair[0], path))["scoring"]["answers"] == GOOD
    refused = await lead.post("/calibrations", json=_wanted(centre))
    assert (refused.status_code, refused.json()["field"]) == (422, "form_id")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"call_id": "1.1"}, "agent_number"),
        ({"agent_number": "1002"}, "agent_number"),
        ({"form_id": 9}, "form_id"),
        ({"reviewers": ["qa1"]}, "reviewers"),
        ({"reviewers": ["qa1", "qa1"]}, "reviewers.1"),
        ({"reviewers": ["qa1", "nobody"]}, "reviewers.1"),
        ({"reviewers": ["qa1", "boss"]}, "reviewers.1"),
        ({"due_at": 5.0}, "due_at"),
        ({"due_at": "soon"}, "due_at"),
        ({"extra": 1}, "extra"),
    ],
)
async def test_what_cannot_be_opened(
    centre: Centre, lead: httpx.AsyncClient, pair: Pair, change: dict[str, Any], field: str
) -> None:
    await centre.of("boss", Role.SUPERVISOR)
    refused = await lead.post("/calibrations", json=_wanted(centre, **change))
    assert (refused.status_code, refused.json()["field"]) == (422, field), refused.text
    assert await _lines(lead) == []


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        ({"answers": {"greets": "yes"}}, "answers.greets"),
        ({"answers": {"sings": True}}, "answers.sings"),
        ({"notes": {"sings": {"text": "la"}}}, "notes.sings"),
        ({"comments": [{"text": "", "at": 1.0, "recording_id": 2}]}, "recording_id"),
    ],
)
async def test_what_cannot_be_given(
    centre: Centre, lead: httpx.AsyncClient, pair: Pair, draft: dict[str, Any], field: str
) -> None:
    path = await _opened(centre, lead)
    refused = await pair[0].put(f"{path}/scoring", json=_draft(1, **draft))
    assert (refused.status_code, refused.json()["field"]) == (422, field), refused.text


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"greets": True}, "answers.listens"),
        ({"greets": "not_applicable", "listens": "not_applicable"}, "answers"),
    ],
)
async def test_what_is_not_finished_cannot_stand(
    centre: Centre, lead: httpx.AsyncClient, pair: Pair, answers: dict[str, Any], field: str
) -> None:
    path = await _opened(centre, lead)
    await _done(pair[0].put(f"{path}/scoring", json=_draft(1, answers=answers)))
    refused = await pair[0].post(f"{path}/scoring/finish", json={"version": 2})
    assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert (await _done(pair[0].get(path)))["is_mine_to_score"] is True


async def test_pages_of_the_list(centre: Centre, lead: httpx.AsyncClient, pair: Pair) -> None:
    made = [(await _done(lead.post("/calibrations", json=_wanted(centre))))["id"] for _ in range(3)]
    page = await _done(pair[0].get("/calibrations", params={"limit": 2}))
    assert [one["id"] for one in page["calibrations"]] == [made[2], made[1]]
    assert all(one["is_mine_to_score"] for one in page["calibrations"])
    rest = await _done(pair[0].get("/calibrations", params={"cursor": page["next"]}))
    assert ([one["id"] for one in rest["calibrations"]], rest["next"]) == ([made[0]], None)


QA = {Role.QA, Role.ADMIN}
ROUTES = [
    ("GET", "/calibrations"),
    ("GET", "/calibrations/reviewers"),
    ("POST", "/calibrations"),
    ("GET", "/calibrations/1"),
    ("GET", "/calibrations/1/call"),
    ("PUT", "/calibrations/1/scoring"),
    ("POST", "/calibrations/1/scoring/finish"),
    ("POST", "/calibrations/1/close"),
]


async def test_who_may_call_which_route(centre: Centre) -> None:
    clients = {role: await centre.of(role.value, role) for role in Role}
    for method, path in ROUTES:
        assert (await centre.stranger().request(method, path, json={})).status_code == 401, path
        for role, client in clients.items():
            answer = await client.request(method, path, json={})
            assert (answer.status_code == 403) == (role not in QA), (role, method, path, answer.text)
    told = await _done(clients[Role.QA].get("/calibrations/reviewers"))
    assert [one["username"] for one in told["reviewers"]] == ["admin", "qa"]
