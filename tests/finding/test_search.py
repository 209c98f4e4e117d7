"""Each facet of a search, alone and with others, against a plain look through the same calls; on both databases."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from random import Random
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.calls.api import call_routes
from callcenter.calls.rules import plain_number
from callcenter.calls.service import FEW_ROWS, Search, search_calls
from callcenter.finding import beyond_calls
from callcenter.store.engine import Sessions
from tests.customers.nobody import no_customer
from tests.facts import NOON
from tests.finding.conftest import AGENTS, CALLS, REASONS, Record
from tests.web import Site

COMBINATIONS = 200

VALUES: Mapping[str, Sequence[Any]] = {
    "from": [NOON + 600, NOON + 1800.5],
    "to": [NOON + 600, NOON + 2400],
    "number": ["1", "01", "0001", "13800000001", "+86 138 0000 0002", "00002", "9"],
    "agent": ["1001", "1003", "li", "Fang", "50%", "0%", "nobody"],
    "queue": ["sales", "service", "none"],
    "outcome": ["answered", "abandoned", "refused_full", "lost", "not_answered"],
    "direction": ["inbound", "outbound"],
    "team": ["east", "west", "north"],
    "talk_from": [0, 60, 60.5],
    "talk_to": [5, 60, 601],
    "hold_from": [1, 180],
    "hold_to": [30, 31],
    "ended_by": ["caller", "agent", "transfer"],
    "has_recording": [True, False],
    "list": [1, 2, 3],
    "result": ["completed", "refused", "not_reached"],
    "tag": ["complaint", " VIP ", "赞", "unknown"],
    "wrap_up_reason": [101, 102, 103, 104, 999],
    "talk_over_from": [0, 5, 20.5],
    "score_from": [0, 59.5, 100],
    "score_to": [0, 60, 100],
}


def _is_talk_of(search: Mapping[str, Any], talk: Mapping[str, Any]) -> bool:
    typed = search.get("agent")
    return (
        (typed is None or typed == talk["agent"] or typed.lower() in AGENTS[talk["agent"]].lower())
        and search.get("team") in (None, talk["team"])
        and search.get("ended_by") in (None, talk["ended_by"])
        and search.get("talk_from", 0) <= talk["talk"] < search.get("talk_to", 1e9)
        and search.get("hold_from", 0) <= talk["hold"] < search.get("hold_to", 1e9)
    )


def _outcome(record: Record) -> str:
    return str(record["visits"][-1][1]) if record["visits"] else "answered" if record["answered"] else "not_answered"


def _has_recording(record: Record) -> bool:
    return bool(record["talk_over"]) and (bool(record["talks"]) or _outcome(record) == "answered")


OF_TALK = {"agent", "team", "talk_from", "talk_to", "hold_from", "hold_to", "ended_by"}
MEETS: Mapping[str, Callable[[Any, Record], bool]] = {
    "from": lambda value, record: record["started_at"] >= value,
    "to": lambda value, record: record["started_at"] < value,
    "number": lambda value, record: plain_number(record["number"]).endswith(plain_number(value).removeprefix("86")),
    "queue": lambda value, record: value in [queue for queue, _ in record["visits"]],
    "outcome": lambda value, record: _outcome(record) == value,
    "direction": lambda value, record: record["direction"] == value,
    "has_recording": lambda value, record: _has_recording(record) is value,
    "list": lambda value, record: record["attempt"] == value,
    "result": lambda value, record: record["result"] == value,
    "tag": lambda value, record: record["tags"].get(value.strip().lower(), False),
    "wrap_up_reason": lambda value, record: any(value in (reason, REASONS[reason]) for reason in record["reasons"]),
    "talk_over_from": lambda value, record: any(seconds >= value for seconds in record["talk_over"]),
}


def _meets(search: Mapping[str, Any], record: Record) -> bool:
    if not all(MEETS[name](value, record) for name, value in search.items() if name in MEETS):
        return False
    if OF_TALK & search.keys() and not any(_is_talk_of(search, talk) for talk in record["talks"]):
        return False
    if not {"score_from", "score_to"} & search.keys():
        return True
    told = [score for state, score in record["reviews"] if state in ("published", "acknowledged")]
    return any(search.get("score_from", 0) <= score < search.get("score_to", 101) for score in told)


def _plainly(search: Mapping[str, Any], centre: Sequence[Record]) -> list[str]:
    return [record["call_id"] for record in centre if _meets(search, record)]


@pytest.fixture
def site(sessions: Sessions) -> Site:
    """The routes of calls."""

    async def nothing(*_: Any) -> list[dict[str, Any]]:
        return []

    return Site(sessions, call_routes(sessions, nothing, beyond_calls, no_customer))


@pytest.fixture
async def reviewer(site: Site) -> AsyncIterator[AsyncClient]:
    """Somebody who may see calls and read reviews."""
    async with await site.client(Role.QA) as client:
        yield client


async def _found(client: AsyncClient, search: Mapping[str, Any]) -> list[str]:
    params = {name: str(value).lower() if isinstance(value, bool) else value for name, value in search.items()}
    answer = await client.get("/api/calls", params={**params, "limit": 200})
    assert answer.status_code == 200, answer.text
    return [call["call_id"] for call in answer.json()["calls"]]


@pytest.fixture(params=[0, FEW_ROWS], ids=["by time", "by facet"])
def few_rows(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls are sought from the newest on, or from the rows of a facet."""
    monkeypatch.setattr("callcenter.calls.service.FEW_ROWS", request.param)


@pytest.mark.usefixtures("few_rows")
async def test_each_facet_alone_finds_what_a_plain_look_finds(centre: list[Record], reviewer: AsyncClient) -> None:
    for name, values in VALUES.items():
        found = [await _found(reviewer, {name: value}) for value in values]
        assert found == [_plainly({name: value}, centre) for value in values], name
        assert any(0 < len(one) < CALLS for one in found), f"{name} tells nothing apart here"


@pytest.mark.usefixtures("few_rows")
async def test_facets_together_find_what_a_plain_look_finds(centre: list[Record], reviewer: AsyncClient) -> None:
    lot = Random(2025)
    hits = 0
    for _ in range(COMBINATIONS):
        names = lot.sample([*VALUES], lot.choice([2, 2, 3, 4]))
        search = {name: lot.choice(VALUES[name]) for name in names}
        found = await _found(reviewer, search)
        assert found == _plainly(search, centre), search
        hits += bool(found)
    assert hits > COMBINATIONS / 4


@pytest.mark.usefixtures("few_rows")
@pytest.mark.parametrize("search", [{"talk_over_from": 5}, {"score_to": 80}])
async def test_pages_of_a_narrow_search_follow_each_other(
    centre: list[Record], sessions: Sessions, search: dict[str, Any]
) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        page, cursor = await search_calls(sessions, Search(**search), beyond_calls, cursor=cursor, limit=3)
        seen += [one.call.call_id for one in page]
        if cursor is None:
            break
    assert seen == _plainly(search, centre)
    assert len(seen) > 3


@pytest.mark.parametrize(
    ("search", "field"),
    [
        ({"list": "0"}, "list"),
        ({"list": "autumn"}, "list"),
        ({"list": str(2**63)}, "list"),
        ({"result": "lucky"}, "result"),
        ({"result": "completed' OR 1=1 --"}, "result"),
        ({"tag": ""}, "tag"),
        ({"tag": "a/b"}, "tag"),
        ({"tag": "x" * 41}, "tag"),
        ({"tag": "1\0"}, "tag"),
        ({"wrap_up_reason": "0"}, "wrap_up_reason"),
        ({"wrap_up_reason": "1 OR 1=1"}, "wrap_up_reason"),
        ({"talk_over_from": "-1"}, "talk_over_from"),
        ({"talk_over_from": "nan"}, "talk_over_from"),
        ({"hold_to": "long"}, "hold_to"),
        ({"score_from": "-0.5"}, "score_from"),
        ({"score_from": "nan"}, "score_from"),
        ({"score_to": "100.5"}, "score_to"),
        ({"score_to": "good"}, "score_to"),
    ],
)
async def test_a_bad_facet_is_refused_by_name(reviewer: AsyncClient, search: dict[str, str], field: str) -> None:
    answer = await reviewer.get("/api/calls", params=search)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize("typed", ["' OR 1=1 --", "%", "_", "\\", "vip'; DROP TABLE calls; --"])
@pytest.mark.parametrize("field", ["tag", "team", "queue", "agent"])
async def test_signs_of_the_query_language_find_nothing_and_harm_nothing(
    centre: list[Record], reviewer: AsyncClient, field: str, typed: str
) -> None:
    expected = _plainly({field: typed}, centre) if field == "agent" else []
    assert await _found(reviewer, {field: typed}) == expected
    assert len(await _found(reviewer, {})) == CALLS


@pytest.mark.parametrize("search", [{"tag": "vip"}, {"score_from": 50}, {"list": 1}])
async def test_a_search_is_for_those_who_may_see_calls(site: Site, search: dict[str, Any]) -> None:
    async with site.stranger() as stranger:
        assert (await stranger.get("/api/calls", params=search)).status_code == 401
    async with await site.client(Role.AGENT) as agent:
        assert (await agent.get("/api/calls", params=search)).status_code == 403


async def test_the_end_of_a_number_is_found_by_its_index(engine: AsyncEngine, sessions: Sessions) -> None:
    said: list[tuple[str, Any]] = []
    event.listen(
        engine.sync_engine, "before_cursor_execute", lambda _c, _cursor, sql, given, *_: said.append((sql, given))
    )
    await search_calls(sessions, Search(number="138 0013 8000"), beyond_calls)
    sql, given = next(one for one in said if "ORDER BY calls.started_at" in one[0])
    async with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given)
        else:
            await connection.execute(text("SET enable_seqscan = off"))
            plan = await connection.exec_driver_sql(f"EXPLAIN {sql}", given)
        assert "ix_calls_number_end" in str(plan.all())
