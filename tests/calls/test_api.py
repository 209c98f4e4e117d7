"""The search for calls and the story of one, over HTTP, on both databases."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

import pytest
from httpx import AsyncClient
from msgspec import structs
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.accounts.service import Account
from callcenter.calls.api import Facets, call_routes
from callcenter.errors import NotAllowed
from callcenter.finding import beyond_calls
from callcenter.floor.facts import AnyFact, Conversation, Direction, EndedBy, VisitOutcome
from callcenter.store.engine import Sessions
from callcenter.store.recorder import Recorder
from tests.customers.nobody import no_customer
from tests.facts import NOON, a_call, a_conversation, a_hold, a_recording, a_ring, a_survey, a_visit
from tests.web import Site

HEARD = {
    "id": 1,
    "began_at": NOON,
    "duration_seconds": 0.0,
    "size": 0,
    "has_audio": False,
    "state": "missing",
    "legs": [],
    "pauses": [],
}


async def _told(pbx: str, call_id: str, conversations: Sequence[Conversation]) -> list[dict[str, Any]]:
    of = {"leg_id": f"{pbx}/{call_id}", "part": len(conversations)}
    return [HEARD | {"conversation": of}]


@pytest.fixture
async def site(sessions: Sessions) -> Site:
    return Site(sessions, call_routes(sessions, _told, beyond_calls, no_customer))


@pytest.fixture
async def supervisor(site: Site) -> AsyncIterator[AsyncClient]:
    async with await site.client(Role.SUPERVISOR) as client:
        yield client


async def _record(engine: AsyncEngine, facts: Iterable[AnyFact]) -> None:
    recorder = Recorder(engine)
    recorder.note(facts)
    await recorder.flush()


async def _found(client: AsyncClient, **search: Any) -> list[str]:
    answer = await client.get("/api/calls", params=search)
    assert answer.status_code == 200, answer.text
    return [call["call_id"] for call in answer.json()["calls"]]


async def test_an_answered_call_with_all_its_parts(engine: AsyncEngine, supervisor: AsyncClient) -> None:
    first = a_visit(outcome=VisitOutcome.TIMED_OUT, queue="sales", wait_seconds=30.0, joined_at=NOON - 30)
    second = a_conversation(part=2, agent_number="1002", agent_name="Wang Fang", began_at=NOON + 80, talk_seconds=5.0)
    await _record(
        engine, [a_call(), a_visit(), first, a_ring(), second, a_conversation(), a_hold(), a_survey(), a_recording()]
    )
    answer = await supervisor.get("/api/calls")
    expected = {
        "pbx": "pbx1",
        "call_id": "1763812800.1",
        "direction": "inbound",
        "number": "13800138000",
        "caller_name": "王小明",
        "started_at": NOON - 0.25,
        "answered_at": NOON,
        "ended_at": NOON + 73,
        "queues": ["sales", "service"],
        "agents": [{"number": "1001", "name": "Li Na"}, {"number": "1002", "name": "Wang Fang"}],
        "outcome": "answered",
        "wait_seconds": 42.5,
        "talk_seconds": 55.0,
        "hold_seconds": 20.0,
        "has_recording": True,
    }
    assert answer.json() == {"calls": [expected], "next": None}
    story = (await supervisor.get("/api/calls/pbx1/1763812800.1")).json()
    assert story == {
        "call": expected,
        "visits": [structs.asdict(first), structs.asdict(a_visit())],
        "rings": [structs.asdict(a_ring())],
        "conversations": [structs.asdict(a_conversation()), structs.asdict(second)],
        "holds": [structs.asdict(a_hold())],
        "surveys": [structs.asdict(a_survey())],
        "recordings": [HEARD | {"conversation": {"leg_id": "pbx1/1763812800.1", "part": 2}}],
    }


async def test_parts_of_another_pbx_with_the_same_call_id_stay_apart(
    engine: AsyncEngine, supervisor: AsyncClient
) -> None:
    await _record(engine, [a_call(), a_call(pbx="pbx2", started_at=NOON + 1), a_visit(pbx="pbx2"), a_conversation()])
    calls = (await supervisor.get("/api/calls")).json()["calls"]
    assert [(call["pbx"], call["wait_seconds"], call["talk_seconds"]) for call in calls] == [
        ("pbx2", 12.5, 0.0),
        ("pbx1", 0.0, 50.0),
    ]
    story = (await supervisor.get("/api/calls/pbx2/1763812800.1")).json()
    assert (len(story["visits"]), story["conversations"]) == (1, [])


async def test_pages_follow_each_other_without_gap_or_repetition(engine: AsyncEngine, supervisor: AsyncClient) -> None:
    # Several calls share an instant, so that the page breaks between equals too.
    await _record(engine, [a_call(call_id=f"c{n:02}", started_at=NOON + n // 4) for n in range(23)])
    seen: list[str] = []
    cursor: dict[str, str] = {}
    pages = 0
    while True:
        page = (await supervisor.get("/api/calls", params={"limit": 5, **cursor})).json()
        seen += [call["call_id"] for call in page["calls"]]
        pages += 1
        if page["next"] is None:
            break
        if pages == 1:
            await _record(engine, [a_call(call_id="newer", started_at=NOON + 100)])
        cursor = {"cursor": page["next"]}
    assert seen == [f"c{n:02}" for n in reversed(range(23))]
    assert pages == 5


async def test_the_outcome_is_that_of_the_last_visit_or_of_the_call(
    engine: AsyncEngine, supervisor: AsyncClient
) -> None:
    await _record(
        engine,
        [
            a_call(call_id="transferred", started_at=NOON + 3),
            a_visit(call_id="transferred", joined_at=NOON + 9, outcome=VisitOutcome.ABANDONED, queue="sales"),
            a_visit(call_id="transferred", joined_at=NOON + 3, outcome=VisitOutcome.ANSWERED),
            a_call(call_id="direct", started_at=NOON + 2),
            a_call(call_id="missed", started_at=NOON + 1, answered_at=None),
        ],
    )
    answer = (await supervisor.get("/api/calls")).json()
    assert [call["outcome"] for call in answer["calls"]] == ["abandoned", "answered", "not_answered"]
    assert await _found(supervisor, outcome="abandoned") == ["transferred"]
    assert await _found(supervisor, outcome="answered") == ["direct"]
    assert await _found(supervisor, outcome="not_answered") == ["missed"]


@pytest.mark.parametrize(
    ("facts", "has_recording"),
    [
        ([a_recording(), a_visit()], True),
        ([a_recording(), a_visit(outcome=VisitOutcome.TIMED_OUT), a_conversation()], True),
        ([a_recording(), a_visit(outcome=VisitOutcome.ABANDONED)], False),
        ([a_conversation(), a_visit()], False),
    ],
    ids=["in wrap-up", "talked after all", "only waited", "not recorded"],
)
async def test_a_call_has_a_recording_when_somebody_talked(
    engine: AsyncEngine, supervisor: AsyncClient, facts: list[AnyFact], has_recording: bool
) -> None:
    await _record(engine, [a_call(), *facts])
    (call,) = (await supervisor.get("/api/calls")).json()["calls"]
    assert call["has_recording"] is has_recording


async def test_search_by_time_queue_agent_and_direction(engine: AsyncEngine, supervisor: AsyncClient) -> None:
    await _record(
        engine,
        [
            a_call(call_id="early", started_at=NOON - 100),
            a_visit(call_id="early", channel_id="a", queue="sales"),
            a_call(call_id="late", started_at=NOON + 100, direction=Direction.OUTBOUND),
            a_conversation(call_id="late", agent_number="1002", agent_name="Wáng 100%"),
        ],
    )
    assert await _found(supervisor, **{"from": NOON}) == ["late"]
    assert await _found(supervisor, to=NOON) == ["early"]
    assert await _found(supervisor, **{"from": NOON - 100, "to": NOON + 100}) == ["early"]
    assert await _found(supervisor, queue="sales") == ["early"]
    assert await _found(supervisor, agent="1002") == ["late"]
    assert await _found(supervisor, agent="100%") == ["late"]
    assert await _found(supervisor, agent="NG") == ["late"]
    assert await _found(supervisor, agent="10_2") == await _found(supervisor, agent="w%0") == []
    assert await _found(supervisor, direction="outbound") == ["late"]


async def _record_talks(engine: AsyncEngine) -> None:
    short = {"call_id": "short", "leg_id": "s", "team": "east", "talk_seconds": 20.0, "hold_seconds": 0.0}
    long = {"call_id": "long", "leg_id": "l", "agent_number": "1002", "talk_seconds": 600.0, "hold_seconds": 90.0}
    then = {"call_id": "long", "leg_id": "m", "talk_seconds": 30.0, "hold_seconds": 0.0}
    await _record(
        engine,
        [
            a_call(call_id="silent", started_at=NOON + 3, answered_at=None),
            a_call(call_id="short", started_at=NOON + 2),
            a_conversation(**short, ended_by=EndedBy.AGENT),
            a_call(call_id="long", started_at=NOON + 1),
            a_conversation(**long, ended_by=EndedBy.TRANSFER),
            a_conversation(**then, ended_by=EndedBy.CALLER),
            a_recording(call_id="long"),
        ],
    )


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({"talk_from": 20}, ["short", "long"]),
        ({"talk_from": 20.5, "talk_to": 600}, ["long"]),
        ({"talk_from": 31, "talk_to": 600}, []),
        ({"talk_to": 30}, ["short"]),
        ({"hold_from": 90}, ["long"]),
        ({"hold_from": 0}, ["short", "long"]),
        ({"team": "east"}, ["short"]),
        ({"ended_by": "agent"}, ["short"]),
        ({"ended_by": "transfer", "agent": "1002"}, ["long"]),
        ({"has_recording": "true"}, ["long"]),
        ({"has_recording": "false"}, ["silent", "short"]),
    ],
)
async def test_search_by_what_was_talked(
    engine: AsyncEngine, supervisor: AsyncClient, search: dict[str, Any], found: list[str]
) -> None:
    await _record_talks(engine)
    assert await _found(supervisor, **search) == found


@pytest.mark.parametrize(
    "search",
    [{"agent": "1001", "hold_from": 90}, {"ended_by": "caller", "talk_from": 60}, {"team": "east", "talk_from": 21}],
)
async def test_what_is_asked_of_a_conversation_is_met_by_one(
    engine: AsyncEngine, supervisor: AsyncClient, search: dict[str, Any]
) -> None:
    await _record_talks(engine)
    assert await _found(supervisor, **search) == []


@pytest.mark.parametrize("typed", ["13800138000", "+86 138 0013 8000", "008613800138000", "8000", "138-0013-8000"])
@pytest.mark.parametrize("stored", ["13800138000", "+86 138 0013 8000", "+8613800138000"])
async def test_a_number_is_found_however_it_is_written(
    engine: AsyncEngine, supervisor: AsyncClient, typed: str, stored: str
) -> None:
    await _record(engine, [a_call(call_id="it", number=stored), a_call(call_id="other", number="13800138001")])
    assert await _found(supervisor, number=typed) == ["it"]


@pytest.mark.parametrize("typed", ["%", "_", "1380013800_", "%8000", "' OR 1=1 --", "\\", "/"])
async def test_signs_of_the_query_language_are_only_signs(
    engine: AsyncEngine, supervisor: AsyncClient, typed: str
) -> None:
    await _record(engine, [a_call()])
    assert await _found(supervisor, number=typed) == []


async def test_a_number_with_wildcards_in_it_is_found_by_them(engine: AsyncEngine, supervisor: AsyncClient) -> None:
    await _record(engine, [a_call(number="anna_50%")])
    assert await _found(supervisor, number="A_50%") == ["1763812800.1"]


@pytest.mark.parametrize(
    ("search", "field"),
    [
        ({"cursor": "x"}, "cursor"),
        ({"number": "+"}, "number"),
        ({"number": "1\0"}, "number"),
        ({"queue": ""}, "queue"),
        ({"agent": "a" * 129}, "agent"),
        ({"outcome": "lucky"}, "outcome"),
        ({"direction": "up"}, "direction"),
        ({"team": "1\0"}, "team"),
        ({"talk_from": "-1"}, "talk_from"),
        ({"talk_to": "inf"}, "talk_to"),
        ({"hold_from": "long"}, "hold_from"),
        ({"ended_by": "nobody"}, "ended_by"),
        ({"has_recording": "perhaps"}, "has_recording"),
        ({"from": "nan"}, "from"),
        ({"to": "noon"}, "to"),
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"nmuber": "1"}, "nmuber"),
    ],
)
async def test_bad_search_is_refused_by_name(supervisor: AsyncClient, search: dict[str, str], field: str) -> None:
    answer = await supervisor.get("/api/calls", params=search)
    assert answer.status_code == 422
    assert answer.json()["field"] == field


@pytest.mark.parametrize("address", ["/api/calls/pbx1/none", "/api/calls/pbx2/1763812800.1"])
async def test_an_unknown_call_is_not_found(engine: AsyncEngine, supervisor: AsyncClient, address: str) -> None:
    await _record(engine, [a_call()])
    assert (await supervisor.get(address)).status_code == 404


async def test_a_nul_in_an_id_is_bad_input(supervisor: AsyncClient) -> None:
    assert (await supervisor.get("/api/calls/pbx1/%00")).status_code == 422


@pytest.mark.parametrize("address", ["/api/calls", "/api/calls/pbx1/1763812800.1"])
async def test_calls_are_for_those_who_may_see_them(site: Site, address: str) -> None:
    async with site.stranger() as stranger:
        assert (await stranger.get(address)).status_code == 401
    async with await site.client(Role.AGENT) as agent:
        assert (await agent.get(address)).status_code == 403


async def test_the_calls_of_a_customer_are_those_of_their_numbers(sessions: Sessions, engine: AsyncEngine) -> None:
    async def forms_of(customer_id: int) -> frozenset[str]:
        return frozenset({"8613800138000", "13800138000"} if customer_id == 1 else ())

    numbers = ("13800138000", "+86 138-0013-8000", "8000", "913800138000", "")
    await _record(engine, [a_call(call_id=str(nth), number=number) for nth, number in enumerate(numbers)])
    site = Site(sessions, call_routes(sessions, _told, beyond_calls, forms_of))
    async with await site.client(Role.SUPERVISOR) as client:
        assert sorted(await _found(client, customer=1)) == ["0", "1"]
        assert await _found(client, customer=2) == []


async def test_who_sees_no_customers_finds_no_calls_by_them() -> None:
    account = Account(1, "program", "", (), frozenset({"see_calls", "export_recordings"}), "en")
    with pytest.raises(NotAllowed, match="see_customers"):
        await Facets(customer=1).wanted(account, no_customer)
