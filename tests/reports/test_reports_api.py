"""Reports over HTTP, on both databases: who may see them, what they say, and the rows behind every number."""

import random
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncEngine

from callcenter.accounts.rules import Role
from callcenter.floor.facts import AnyFact, SeatSpell, SeatState, VisitOutcome
from callcenter.reports.api import report_routes
from callcenter.reports.figures import FIGURES
from callcenter.reports.figures.entry import Figure, Subject
from callcenter.reports.figures.measures import MEASURES, OF_QUALITY, OF_TICKETS, Source
from callcenter.reports.names import Names
from callcenter.reports.roll_ups import roll_up_newest
from callcenter.reports.service import Asked, Sources, chosen_figures, report
from callcenter.reports.spans import read_span
from callcenter.reports.sums import Only
from callcenter.store.engine import Sessions
from callcenter.store.recorder import Recorder
from scripts.figures_page import PAGE, page
from tests.facts import NOON, a_conversation, a_spell, a_visit
from tests.reports.test_roll_ups import some_facts
from tests.web import Site

ZONE = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2025, 11, 20, tzinfo=ZONE).timestamp()
SPAN = {"from": "2025-11-20", "to": "2025-11-22"}
NAMES = Names({"service": "客服"}, {"1001": ("李娜", "早班")})


class Floor:
    """What seats are doing, and whether everything was asked to be written."""

    def __init__(self) -> None:
        self.spells: list[SeatSpell] = []
        self.asked = 0

    async def write_down(self) -> None:
        self.asked += 1


@pytest.fixture
def floor() -> Floor:
    return Floor()


@pytest.fixture
def site(engine: AsyncEngine, sessions: Sessions, floor: Floor) -> Site:
    sources = Sources(engine, ZONE, NAMES, lambda: floor.spells)
    return Site(sessions, report_routes(sources, floor.write_down, lambda: NOON))


@pytest.fixture
async def supervisor(site: Site) -> AsyncIterator[AsyncClient]:
    async with await site.client(Role.SUPERVISOR) as client:
        yield client


async def record(engine: AsyncEngine, facts: Iterable[AnyFact]) -> None:
    recorder = Recorder(engine)
    recorder.note(facts)
    await recorder.flush()


async def told(client: AsyncClient, path: str, **query: Any) -> Any:
    answer = await client.get(f"/api/reports/{path}", params=SPAN | query)
    assert answer.status_code == 200, answer.text
    return answer.json()


PATHS = ("queues", "agents", "teams", "heatmap", "rows/offered")


async def test_agents_see_a_few_figures_of_their_own_day(site: Site, engine: AsyncEngine, floor: Floor) -> None:
    own = {"agent_number": "1001", "agent_name": "Li Na"}
    other = {"agent_number": "1002", "agent_name": "Wang Wei"}
    await record(engine, [a_visit(join=join, **who) for join, who in enumerate((own, own, other), 1)])
    assert (await site.stranger().get("/api/reports/mine")).status_code == 401
    async with await site.client(Role.AGENT, "1001") as agent:
        told = (await agent.get("/api/reports/mine")).json()
        assert told["figures"]["answered"] == 2
        assert told["figures"]["aht_seconds"] is None
        assert told["to"] - told["from"] == 86_400
        assert floor.asked == 1
    for role in (Role.QA, Role.SUPERVISOR):
        async with await site.client(role) as client:
            assert (await client.get("/api/reports/mine")).status_code == 403
    async with await site.client(Role.ADMIN) as nobody:
        answer = await nobody.get("/api/reports/mine")
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize("shows_rank", [True, False])
async def test_agents_see_their_place_in_the_team_where_the_centre_shows_it(
    engine: AsyncEngine, sessions: Sessions, floor: Floor, shows_rank: bool
) -> None:
    """The other one of the early shift is faster; who is faster still, is of another team."""
    names = Names({}, {"1001": ("Li Na", "early"), "1002": ("Wang Wei", "early"), "1003": ("Zhao Min", "late")})
    sources = Sources(engine, ZONE, names, lambda: floor.spells)
    site = Site(sessions, report_routes(sources, floor.write_down, lambda: NOON, shows_rank=shows_rank))
    talks = {"1001": 30, "1002": 20, "1003": 10}
    await record(
        engine,
        [
            a_conversation(leg_id=number, talk_seconds=seconds, agent_number=number, agent_name=number)
            for number, seconds in talks.items()
        ],
    )
    async with await site.client(Role.AGENT, "1001") as agent:
        seen = (await agent.get("/api/reports/mine")).json()["ranks"]
    assert seen == ({"aht_seconds": {"place": 2, "of": 2}} if shows_rank else {})


@pytest.mark.parametrize("path", PATHS)
async def test_only_who_may_see_reports_sees_them(site: Site, path: str) -> None:
    async with site.stranger() as stranger:
        assert (await stranger.get(f"/api/reports/{path}", params=SPAN)).status_code == 401
    async with await site.client(Role.AGENT) as agent:
        assert (await agent.get(f"/api/reports/{path}", params=SPAN)).status_code == 403
        assert (await agent.get("/api/figures")).status_code == 200
    async with await site.client(Role.QA) as reviewer:
        assert (await reviewer.get(f"/api/reports/{path}", params=SPAN)).status_code == 200


async def test_the_catalogue_has_all_that_a_page_needs(supervisor: AsyncClient) -> None:
    figures = (await supervisor.get("/api/figures")).json()["figures"]
    assert [figure["id"] for figure in figures] == [figure.id for figure in FIGURES]
    level = next(figure for figure in figures if figure["id"] == "service_level")
    assert (level["unit"], level["decimals"], level["direction"], level["target"]) == ("share", 1, "up", 0.8)
    assert (level["group"], level["subjects"], level["opens"]) == ("level", ["queues"], "visits")
    assert level["is_live"]


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("queues", {"from": "yesterday"}, "from"),
        ("queues", {"to": "2025-11-19"}, "to"),
        ("queues", {"to": "2025-13-01"}, "to"),
        ("queues", {"to": "9999-12-30"}, "to"),
        ("queues", {"to": str(2**63), "compare": "previous"}, "to"),
        ("queues", {"interval": "year"}, "interval"),
        ("queues", {"interval": "15m", "to": "2026-03-22"}, "interval"),
        ("queues", {"agent": "1001"}, "agent"),
        ("queues", {"team": "x"}, "team"),
        ("queues", {"figures": "offered,nonsense"}, "figures"),
        ("queues", {"figures": "occupancy"}, "figures"),
        ("queues", {"compare": "always"}, "compare"),
        ("queues", {"queue": "a\0b"}, "queue"),
        ("queues", {"ordered": "1"}, "ordered"),
        ("rows/offered", {"part": "denominator"}, "part"),
        ("rows/offered", {"cursor": "nonsense"}, "cursor"),
        ("rows/offered", {"hour": "24"}, "hour"),
        ("heatmap", {"figure": "occupancy"}, "figures"),
    ],
)
async def test_what_cannot_be_asked_names_the_field(
    supervisor: AsyncClient, path: str, query: dict[str, str], field: str
) -> None:
    answer = await supervisor.get(f"/api/reports/{path}", params=SPAN | query)
    assert answer.status_code == 422
    assert answer.json()["field"] == field


async def test_an_unknown_figure_is_not_found(supervisor: AsyncClient) -> None:
    assert (await supervisor.get("/api/reports/rows/nonsense", params=SPAN)).status_code == 404


async def test_a_name_is_no_sql(engine: AsyncEngine, supervisor: AsyncClient) -> None:
    await record(engine, [a_visit(joined_at=BEGIN)])
    assert (await told(supervisor, "queues", queue="x' OR '1'='1"))["rows"] == []


async def test_nothing_recorded_is_no_row_and_no_ratio(supervisor: AsyncClient) -> None:
    empty = await told(supervisor, "queues", interval="day", compare="previous")
    assert (empty["rows"], len(empty["intervals"])) == ([], 3)
    assert (empty["totals"]["offered"], empty["totals"]["answer_rate"]) == (0, None)
    assert empty["previous"]["to"] == empty["from"] == BEGIN
    assert empty["previous"]["from"] == BEGIN - 3 * 86_400


async def test_two_days_of_two_queues(engine: AsyncEngine, supervisor: AsyncClient, floor: Floor) -> None:
    visits = [
        a_visit(join=1, joined_at=BEGIN + 10, wait_seconds=4.0),
        a_visit(join=2, joined_at=BEGIN + 20, wait_seconds=40.0),
        a_visit(join=3, joined_at=BEGIN + 86_400, outcome=VisitOutcome.ABANDONED, wait_seconds=9.0),
        a_visit(join=1, queue="sales", joined_at=BEGIN + 30),
        a_visit(join=4, joined_at=BEGIN - 86_400),
    ]
    await record(engine, visits)
    found = await told(
        supervisor, "queues", interval="day", compare="previous", figures="offered,answer_rate,asa_seconds"
    )
    assert floor.asked == 1
    rows = [(row["name"], row["queue"], row["start"], row["figures"]["offered"]) for row in found["rows"]]
    assert rows == [
        ("sales", "sales", BEGIN, 1),
        ("客服", "service", BEGIN, 2),
        ("客服", "service", BEGIN + 86_400, 1),
    ]
    assert found["totals"] == {"offered": 4, "answer_rate": 0.75, "asa_seconds": pytest.approx(56.5 / 3)}
    assert found["interval_totals"][0]["figures"]["offered"] == 3
    assert [row["figures"]["offered"] for row in found["previous"]["rows"]] == [1]
    assert found["is_running"]
    assert not (await told(supervisor, "queues", to="2025-11-20"))["is_running"]


async def test_an_agent_is_one_line_and_a_team_is_that_of_then(engine: AsyncEngine, supervisor: AsyncClient) -> None:
    early, late = {"team": "early"}, {"team": "late"}
    handled = [
        a_conversation(part=number, completed_at=BEGIN + number, **team)
        for number, team in enumerate([early, early, late])
    ]
    spells = [a_spell(since=BEGIN, until=BEGIN + 360, state=SeatState.READY, reason="", **early)]
    spells.append(a_spell(since=BEGIN + 360, until=BEGIN + 720, state=SeatState.PAUSED, **late))
    await record(engine, [*handled, *spells])
    (agent,) = (await told(supervisor, "agents", reasons=1))["rows"]
    assert (agent["id"], agent["name"], agent["team"]) == ("1001", "李娜", "早班")
    assert agent["figures"]["handled"] == 3
    assert agent["figures"]["handled_per_hour"] == 15
    assert agent["reasons"] == {"meal": 360}
    teams = await told(supervisor, "teams")
    assert {row["id"]: row["figures"]["handled"] for row in teams["rows"]} == {"early": 2, "late": 1}
    rates = {row["id"]: row["figures"]["agents_over_target_rate"] for row in teams["rows"]}
    assert (rates, teams["totals"]["agents_over_target_rate"]) == ({"early": 1, "late": 0}, 0)
    over = await told(supervisor, "rows/agents_over_target_rate", team="early")
    assert [(row["id"], row["handled"]) for row in over["rows"]] == [("1001", 2)]


async def test_seats_of_no_queue_are_left_out_where_a_queue_is_asked_for(
    engine: AsyncEngine, supervisor: AsyncClient
) -> None:
    await record(engine, [a_conversation(completed_at=BEGIN), a_spell(since=BEGIN, until=BEGIN + 60)])
    found = await told(supervisor, "agents", queue="service")
    assert "handled" in found["figures"]
    assert not {"occupancy", "signed_in_seconds", "handled_per_hour"} & {*found["figures"]}


async def test_what_seats_do_at_this_moment_counts_until_now(
    engine: AsyncEngine, supervisor: AsyncClient, floor: Floor
) -> None:
    floor.spells = [a_spell(since=BEGIN - 60, until=BEGIN + 90, state=SeatState.READY, reason="", team="t")]
    (row,) = (await told(supervisor, "agents", interval="15m"))["rows"]
    assert (row["start"], row["figures"]["ready_seconds"]) == (BEGIN, 90)


async def test_the_heat_map(engine: AsyncEngine, supervisor: AsyncClient) -> None:
    thursday_nine = BEGIN + 9 * 3600
    await record(engine, [a_visit(join=n, joined_at=thursday_nine + n * 3000) for n in range(3)])
    found = await told(supervisor, "heatmap")
    cells = [(cell["weekday"], cell["hour"], cell["value"]) for cell in found["cells"]]
    assert cells == [(4, 9, 2), (4, 10, 1)]
    rows = await told(supervisor, "rows/offered", weekday=4, hour=9)
    assert (rows["count"], rows["total"]) == (2, 2)


@pytest.fixture
async def traffic(engine: AsyncEngine) -> list[AnyFact]:
    facts = some_facts(random.Random(4), BEGIN, 60)
    await record(engine, facts)
    while await roll_up_newest(engine, ZONE, BEGIN + 2 * 86_400):
        pass
    return facts


async def test_every_figure_opens_the_rows_that_it_counts(
    engine: AsyncEngine, supervisor: AsyncClient, traffic: list[AnyFact]
) -> None:
    """Of each part, the values of the rows come to the sum that the report divides.

    Figures of targets are opened by the callback report (test_callbacks.py), those of reviews by that of quality
    (test_quality.py).
    """
    sums: dict[str, float] = {}
    subjects: tuple[Subject, ...] = ("teams", "queues")
    for subject in subjects:
        figures = chosen_figures(subject, Only())
        asked = Asked(subject=subject, span=read_span(SPAN["from"], SPAN["to"], ZONE), figures=figures)
        sums |= (await report(Sources(engine, ZONE, NAMES), asked)).part.totals
    elsewhere = (Source.TARGETS, *OF_QUALITY, *OF_TICKETS)
    for figure in (figure for figure in FIGURES if figure.opens not in elsewhere):
        for part, measures in (("numerator", figure.numerator), ("denominator", figure.denominator)):
            if measures:
                found = await told(supervisor, f"rows/{figure.id}", part=part, limit=200)
                expected = sum(sums.get(measure, 0) for measure in measures)
                assert found["total"] == pytest.approx(expected), (figure.id, part)
                assert found["count"] > 0 or not expected
                assert (len(found["rows"]), found["next"]) == (found["count"], None)
                values = [row["value"] for row in found["rows"]]
                added = max(values) if figure.id == "longest_wait_seconds" else sum(values)
                assert added == pytest.approx(expected), (figure.id, part)


async def test_pages_of_rows_have_each_once(supervisor: AsyncClient, traffic: list[AnyFact]) -> None:
    seen: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page_of_rows = await told(supervisor, "rows/offered", limit=7, **cursor)
        seen += [row["id"] for row in page_of_rows["rows"]]
        if page_of_rows["next"] is None:
            break
        cursor = {"cursor": page_of_rows["next"]}
    assert len(seen) == len(set(seen)) == page_of_rows["count"]


def test_the_page_of_figures_is_fresh() -> None:
    assert Path(PAGE).read_text(encoding="utf-8") == page(), "run make figures"


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.id)
def test_each_part_counts_rows_of_one_kind(figure: Figure) -> None:
    for part in (figure.numerator, figure.denominator):
        assert len({MEASURES[measure].source for measure in part}) <= 1
