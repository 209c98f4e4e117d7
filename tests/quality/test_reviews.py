"""Reviews over their routes, on both databases: drafts, publishing, appeals, who may, and what is heard."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.api import COOKIE
from callcenter.accounts.passwords import Passwords
from callcenter.accounts.rules import Role
from callcenter.accounts.service import Access, NewUser, add_user
from callcenter.accounts.signing_in import sign_in
from callcenter.problems import tell_problems
from callcenter.quality.plan_rules import DAY_SECONDS
from callcenter.quality.reading import was_reviewed_for
from callcenter.quality.review_api import review_routes
from callcenter.quality.reviews import Terms
from callcenter.quality.rules import Item, ItemKind, Section, Words
from callcenter.quality.service import Content, add_form, change_form
from callcenter.recordings.access_api import access_routes
from callcenter.recordings.api import recording_routes
from callcenter.recordings.library import Library
from callcenter.recordings.service import recordings_of
from callcenter.store.engine import Sessions
from callcenter.store.recorder import Recorder
from tests.facts import NOON, a_call, a_conversation, a_recording
from tests.recordings.sounds import tone, write_wav

PASSWORD = "a long password"
PART = {"pbx": "pbx1", "call_id": a_call().call_id, "agent_number": "1001", "form_id": 1}
ITEMS = (
    Item(id="greets", kind=ItemKind.YES_NO, label=Words("Greets"), points=30),
    Item(id="listens", kind=ItemKind.SCALE, label=Words("Listens"), points=70, steps=10),
)
CONTENT = Content(Words("Short"), (Section(id="all", label=Words("All"), items=ITEMS),))
GOOD = {"greets": True, "listens": 5}
EVIL = '<img src=x onerror="alert(1)">'
OTHER_CALL = "1763812900.9"


@dataclass
class Centre:
    """The routes of reviews and recordings, a clock that can be turned, and who signs in."""

    web: FastAPI
    access: Access
    now: float
    clients: list[httpx.AsyncClient]

    async def of(self, username: str, *roles: Role, agent_number: str | None = None) -> httpx.AsyncClient:
        await add_user(self.access, NewUser(username, PASSWORD, roles, agent_number=agent_number))
        token, _ = await sign_in(self.access, username, PASSWORD, "192.0.2.1")
        return self._client({COOKIE: token})

    def stranger(self) -> httpx.AsyncClient:
        return self._client({})

    def _client(self, cookies: dict[str, str]) -> httpx.AsyncClient:
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.web),
            base_url="http://centre/api",
            headers={"X-Requested-With": "callcenter"},
            cookies=cookies,
        )
        self.clients.append(client)
        return client


@pytest.fixture
async def centre(engine: AsyncEngine, sessions: Sessions, tmp_path: Path) -> AsyncIterator[Centre]:
    write_wav(tmp_path / Path(a_recording().path).name, tone(2.0), modified_at=a_recording().ended_at)
    recorder = Recorder(engine)
    other = {"call_id": OTHER_CALL, "agent_number": "1002"}
    elsewhere = a_recording(call_id=OTHER_CALL, path=f"{a_recording().path}.other.wav")
    recorder.note([a_call(), a_conversation(), a_recording(), elsewhere])
    recorder.note([a_conversation(leg_id="1763812905.3", **other), a_call(call_id=OTHER_CALL)])
    await recorder.flush()
    await add_form(sessions, CONTENT, by="ada", now=NOON)
    web = FastAPI()
    made: list[Centre] = []
    access = Access(sessions, lambda: made[0].now, Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
    made.append(Centre(web, access, NOON + 100, []))
    web.state.access = access
    tell_problems(web)
    library = Library({"pbx1": tmp_path}, tmp_path / "copies", lambda: made[0].now)
    may_hear = partial(was_reviewed_for, sessions)
    web.include_router(
        review_routes(
            sessions, partial(recordings_of, sessions, library), Terms(80, 3 * DAY_SECONDS), lambda: made[0].now
        )
    )
    web.include_router(recording_routes(sessions, library, may_hear))
    web.include_router(access_routes(sessions, library, may_hear))
    yield made[0]
    for client in made[0].clients:
        await client.aclose()


@pytest.fixture
async def reviewer(centre: Centre) -> httpx.AsyncClient:
    return await centre.of("qa", Role.QA)


@pytest.fixture
async def agent(centre: Centre) -> httpx.AsyncClient:
    return await centre.of("li", Role.AGENT, agent_number="1001")


@pytest.fixture
async def leader(centre: Centre) -> httpx.AsyncClient:
    return await centre.of("boss", Role.SUPERVISOR)


def _draft(version: int, **given: Any) -> dict[str, Any]:
    return {"version": version, "answers": GOOD, "notes": {}, "comments": [], **given}


async def _done(asked: Any) -> dict[str, Any]:
    answer = await asked
    assert answer.status_code in (200, 201), answer.text
    told: dict[str, Any] = answer.json()
    return told


async def _published(reviewer: httpx.AsyncClient, **draft: Any) -> dict[str, Any]:
    made = await _done(reviewer.post("/reviews", json=PART))
    path = f"/reviews/{made['id']}"
    saved = await _done(reviewer.put(path, json=_draft(1, **draft)))
    return await _done(reviewer.post(f"{path}/publish", json={"version": saved["version"]}))


async def test_from_draft_to_a_changed_score(
    centre: Centre, reviewer: httpx.AsyncClient, agent: httpx.AsyncClient, leader: httpx.AsyncClient
) -> None:
    note = {"text": EVIL, "at": 1.5, "recording_id": 1}
    published = await _published(reviewer, notes={"listens": note}, comments=[note])
    assert (published["state"], published["total"], published["has_passed"]) == ("published", 65, False)
    assert published["score"]["items"]["listens"] == {"points": 35, "weight": 70}
    assert published["appeal_until"] == centre.now + 3 * DAY_SECONDS
    path = f"/reviews/{published['id']}"
    read = await _done(agent.get(path))
    assert (read["notes"]["listens"], read["comments"], read["may"]) == (note, [note], ["acknowledge", "appeal"])
    appealed = await _done(agent.post(f"{path}/appeal", json={"version": read["version"], "comment": "I listened"}))
    (line,) = (await _done(leader.get("/reviews", params={"state": "appealed"})))["reviews"]
    assert (line["id"], line["agent_name"], line["form_name"]["en"]) == (read["id"], "Li Na", "Short")
    decision = {"version": appealed["version"], "decision": "changed", "comment": "True"}
    same = await leader.post(f"{path}/decision", json=decision | {"answers": GOOD})
    assert (same.status_code, same.json()["field"]) == (422, "answers")
    unfinished = await leader.post(f"{path}/decision", json=decision | {"answers": {"greets": True}})
    assert (unfinished.status_code, unfinished.json()["field"]) == (422, "answers.listens")
    changed = await _done(leader.post(f"{path}/decision", json=decision | {"answers": GOOD | {"listens": 10}}))
    assert (changed["state"], changed["total"], changed["has_passed"]) == ("changed", 100, True)
    last = changed["steps"][-1]
    assert (last["step"], last["username"], last["answers"], last["score"]) == ("change", "boss", GOOD, 65)
    closed = await _done(agent.post(f"{path}/acknowledge", json={"version": changed["version"]}))
    assert closed["state"] == "closed"
    assert [step["step"] for step in closed["steps"]] == ["begin", "publish", "appeal", "change", "acknowledge"]
    assert closed["may"] == []


async def test_of_two_tabs_one_is_refused_and_nothing_is_lost(reviewer: httpx.AsyncClient) -> None:
    path = f"/reviews/{(await _done(reviewer.post('/reviews', json=PART)))['id']}"
    saves = [reviewer.put(path, json=_draft(1, comments=[{"text": f"tab {n}"}])) for n in range(2)]
    answers = await asyncio.gather(*saves)
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert (await _done(reviewer.get(path)))["comments"] == won["comments"]
    stale = await reviewer.post(f"{path}/publish", json={"version": 1})
    assert (stale.status_code, (await _done(reviewer.get(path)))["state"]) == (409, "draft")


async def test_one_reviewer_has_one_review_of_a_part_two_reviewers_two(
    centre: Centre, reviewer: httpx.AsyncClient
) -> None:
    begun = await asyncio.gather(*(reviewer.post("/reviews", json=PART) for _ in range(2)))
    assert [answer.status_code for answer in begun] == [201, 201]
    assert begun[0].json()["id"] == begun[1].json()["id"]
    other = await centre.of("qa2", Role.QA)
    theirs = await _done(other.post("/reviews", json=PART | {"assignment_id": 7}))
    assert theirs["assignment_id"] == 7
    (mine,) = (await _done(reviewer.get("/reviews")))["reviews"]
    assert (await other.get(f"/reviews/{mine['id']}")).status_code == 404
    assert (await other.put(f"/reviews/{mine['id']}", json=_draft(1))).status_code == 404


async def test_a_discarded_draft_is_gone_and_the_part_can_be_reviewed_again(reviewer: httpx.AsyncClient) -> None:
    made = await _done(reviewer.post("/reviews", json=PART))
    path = f"/reviews/{made['id']}"
    assert (await reviewer.delete(path, params={"version": 2})).status_code == 409
    assert (await reviewer.delete(path, params={"version": 1})).status_code == 204
    assert (await reviewer.get(path)).status_code == 404
    assert (await _done(reviewer.get("/reviews")))["reviews"] == []
    assert (await _done(reviewer.get("/reviews", params={"state": "discarded"})))["reviews"] == []
    again = await _done(reviewer.post("/reviews", json=PART))
    assert [step["step"] for step in again["steps"]] == ["begin"]


async def test_a_published_review_is_never_edited_otherwise(reviewer: httpx.AsyncClient) -> None:
    published = await _published(reviewer)
    path = f"/reviews/{published['id']}"
    for refused in (
        await reviewer.put(path, json=_draft(published["version"])),
        await reviewer.post(f"{path}/publish", json={"version": published["version"]}),
        await reviewer.delete(path, params={"version": published["version"]}),
        await reviewer.post("/reviews", json=PART),
    ):
        assert refused.status_code == 409, refused.text
    assert await _done(reviewer.get(path)) == published


async def test_an_appeal_after_the_limit_is_refused_and_the_review_closes(
    centre: Centre, reviewer: httpx.AsyncClient, agent: httpx.AsyncClient
) -> None:
    published = await _published(reviewer)
    path = f"/reviews/{published['id']}"
    known = await _done(agent.post(f"{path}/acknowledge", json={"version": published["version"]}))
    assert (known["state"], known["may"]) == ("acknowledged", ["appeal"])
    centre.now += 3 * DAY_SECONDS
    agent = await _again(centre, "li")
    late = await agent.post(f"{path}/appeal", json={"version": known["version"], "comment": "but"})
    assert late.status_code == 409
    assert (await _done(agent.get(path)))["state"] == "closed"
    for state, count in (("closed", 1), ("acknowledged", 0)):
        found = (await _done(agent.get("/reviews", params={"state": state})))["reviews"]
        assert len(found) == count, state


async def _again(centre: Centre, username: str) -> httpx.AsyncClient:
    """Somebody whose session ended meanwhile signs in again."""
    token, _ = await sign_in(centre.access, username, PASSWORD, "192.0.2.1")
    return centre._client({COOKIE: token})


async def test_an_agent_reads_and_hears_nothing_of_others(
    centre: Centre, reviewer: httpx.AsyncClient, agent: httpx.AsyncClient
) -> None:
    other, nobody = await centre.of("wang", Role.AGENT, agent_number="1002"), await centre.of("new", Role.AGENT)
    made = await _done(reviewer.post("/reviews", json=PART))
    path = f"/reviews/{made['id']}"
    heard = ("/recordings/1/audio", "/recordings/1/sound")
    for client in (agent, other, nobody):
        assert (await client.get(path)).status_code == 404
        assert (await _done(client.get("/reviews")))["reviews"] == []
        assert [(await client.get(one)).status_code for one in heard] == [403, 403]
    saved = await _done(reviewer.put(path, json=_draft(1)))
    published = await _done(reviewer.post(f"{path}/publish", json={"version": saved["version"]}))
    step = {"version": published["version"], "comment": "mine"}
    for client in (other, nobody):
        assert (await client.get(path)).status_code == 404
        assert (await client.get(f"{path}/call")).status_code == 404
        assert (await client.post(f"{path}/acknowledge", json=step)).status_code == 404
        assert (await _done(client.get("/reviews", params={"agent": "1001"})))["reviews"] == []
        assert [(await client.get(one)).status_code for one in heard] == [403, 403]
    assert [(await agent.get(one)).status_code for one in heard] == [200, 200]
    assert (await agent.get("/recordings/2/sound")).status_code == 403
    assert (await agent.post("/recordings/2/plays/play-number-1", json={"spans": [[0, 1]]})).status_code == 403
    told = await _done(agent.get(f"{path}/call"))
    assert [one["agent_number"] for one in told["conversations"]] == ["1001"]
    assert [one["id"] for one in told["recordings"]] == [1]


async def test_that_the_agent_listened_is_written_down(reviewer: httpx.AsyncClient, agent: httpx.AsyncClient) -> None:
    await _published(reviewer)
    assert (await agent.get("/recordings/1/audio", params={"play": "play-number-1"})).status_code == 200
    assert (await agent.post("/recordings/1/plays/play-number-1", json={"spans": [[0, 1]]})).status_code == 204
    (entry,) = (await _done(reviewer.get("/recordings/1/accesses")))["accesses"]
    assert (entry["username"], entry["kind"], entry["seconds"]) == ("li", "heard", 1)


async def test_nobody_decides_an_appeal_of_their_own_review_or_call(centre: Centre, agent: httpx.AsyncClient) -> None:
    admin = await centre.of("admin", Role.ADMIN)
    both = await centre.of("both", Role.SUPERVISOR, Role.AGENT, agent_number="1003")
    published = await _published(admin)
    path = f"/reviews/{published['id']}"
    step = {"version": published["version"], "comment": "no"}
    appealed = await _done(agent.post(f"{path}/appeal", json=step))
    decision = {"version": appealed["version"], "decision": "upheld", "comment": "so be it"}
    assert (await admin.post(f"{path}/decision", json=decision)).status_code == 403
    assert (await agent.post(f"{path}/decision", json=decision)).status_code == 403
    assert (await both.post(f"{path}/decision", json=decision | {"comment": ""})).json()["field"] == "comment"
    assert (await both.post(f"{path}/decision", json=decision | {"answers": GOOD})).json()["field"] == "answers"
    assert (await _done(both.post(f"{path}/decision", json=decision)))["state"] == "upheld"


async def test_nobody_reviews_their_own_calls(centre: Centre) -> None:
    own = await centre.of("own", Role.QA, Role.AGENT, agent_number="1001")
    assert (await own.post("/reviews", json=PART)).status_code == 403


ROUTES = [
    ("GET", "/reviews", set(Role)),
    ("POST", "/reviews", {Role.QA, Role.ADMIN}),
    ("GET", "/reviews/1", set(Role)),
    ("GET", "/reviews/1/call", set(Role)),
    ("PUT", "/reviews/1", {Role.QA, Role.ADMIN}),
    ("DELETE", "/reviews/1?version=1", {Role.QA, Role.ADMIN}),
    ("POST", "/reviews/1/publish", {Role.QA, Role.ADMIN}),
    ("POST", "/reviews/1/acknowledge", {Role.AGENT, Role.ADMIN}),
    ("POST", "/reviews/1/appeal", {Role.AGENT, Role.ADMIN}),
    ("POST", "/reviews/1/decision", {Role.TEAM_LEADER, Role.SUPERVISOR, Role.ADMIN}),
]


async def test_who_may_call_which_route(centre: Centre) -> None:
    clients = {role: await centre.of(role.value, role) for role in Role}
    for method, path, may in ROUTES:
        assert (await centre.stranger().request(method, path, json={})).status_code == 401, path
        for role, client in clients.items():
            answer = await client.request(method, path, json={})
            assert (answer.status_code == 403) == (role not in may), (role, method, path, answer.text)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"call_id": "1.1"}, "agent_number"),
        ({"agent_number": "1002"}, "agent_number"),
        ({"agent_number": "x"}, "agent_number"),
        ({"form_id": 9}, "form_id"),
        ({"pbx": "a\x00"}, "pbx"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_what_cannot_be_reviewed_is_refused_by_field(
    reviewer: httpx.AsyncClient, change: dict[str, Any], field: str
) -> None:
    refused = await reviewer.post("/reviews", json=PART | change)
    assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert (await _done(reviewer.get("/reviews")))["reviews"] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"answers": {"greets": "yes"}}, "answers.greets"),
        ({"answers": {"other": True}}, "answers.other"),
        ({"notes": {"other": {"text": "x"}}}, "notes.other"),
        ({"comments": [{"text": "x", "at": -1}]}, "comments.0.at"),
        ({"comments": [{"text": "x", "at": 1, "recording_id": 2}]}, "recording_id"),
        ({"comments": [{"text": "x" * 4001}]}, "comments.0.text"),
    ],
)
async def test_a_bad_draft_is_refused_by_field_and_the_saved_one_stays(
    reviewer: httpx.AsyncClient, change: dict[str, Any], field: str
) -> None:
    path = f"/reviews/{(await _done(reviewer.post('/reviews', json=PART)))['id']}"
    saved = await _done(reviewer.put(path, json=_draft(1)))
    refused = await reviewer.put(path, json=_draft(2, **change))
    assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert await _done(reviewer.get(path)) == saved


async def test_an_unfinished_draft_is_not_published(reviewer: httpx.AsyncClient) -> None:
    path = f"/reviews/{(await _done(reviewer.post('/reviews', json=PART)))['id']}"
    saved = await _done(reviewer.put(path, json=_draft(1, answers={"greets": False})))
    refused = await reviewer.post(f"{path}/publish", json={"version": saved["version"]})
    assert (refused.status_code, refused.json()["field"]) == (422, "answers.listens")
    nothing = {"greets": "not_applicable", "listens": "not_applicable"}
    saved = await _done(reviewer.put(path, json=_draft(saved["version"], answers=nothing)))
    refused = await reviewer.post(f"{path}/publish", json={"version": saved["version"]})
    assert (refused.status_code, refused.json()["field"]) == (422, "answers")
    assert (await _done(reviewer.get(path)))["state"] == "draft"


async def test_pages_and_filters(centre: Centre, reviewer: httpx.AsyncClient) -> None:
    first = await _published(reviewer)
    other = await centre.of("qa2", Role.QA)
    second = await _published(other)
    page = await _done(reviewer.get("/reviews", params={"limit": 1}))
    assert ([one["id"] for one in page["reviews"]], page["next"]) == ([second["id"]], second["id"])
    rest = await _done(reviewer.get("/reviews", params={"limit": 1, "cursor": page["next"]}))
    assert ([one["id"] for one in rest["reviews"]], rest["next"]) == ([first["id"]], None)
    for query, count in (
        ({"reviewer": "qa2"}, 1),
        ({"agent": "1002"}, 0),
        ({"form": 1}, 2),
        ({"form": 2}, 0),
        ({"from": centre.now + 1}, 0),
        ({"to": centre.now + 1}, 2),
        ({"state": "published"}, 2),
    ):
        assert len((await _done(reviewer.get("/reviews", params=query)))["reviews"]) == count, query
    assert (await reviewer.get("/reviews", params={"state": "lost"})).status_code == 422


async def test_a_review_keeps_the_form_it_was_begun_with(centre: Centre, reviewer: httpx.AsyncClient) -> None:
    made = await _done(reviewer.post("/reviews", json=PART))
    longer = Content(Words("Longer"), CONTENT.sections)
    await change_form(centre.access.sessions, 1, longer, version=1, by="ada", now=NOON)
    read = await _done(reviewer.get(f"/reviews/{made['id']}"))
    assert (read["form_version"], read["form_name"]["en"]) == (1, "Short")


@pytest.mark.parametrize("statement", ["UPDATE review_steps SET comment = 'x'", "DELETE FROM review_steps"])
async def test_steps_are_kept_by_the_database(reviewer: httpx.AsyncClient, engine: AsyncEngine, statement: str) -> None:
    await _published(reviewer)
    with pytest.raises(DBAPIError, match="never changed"):
        async with engine.begin() as connection:
            await connection.execute(text(statement))
