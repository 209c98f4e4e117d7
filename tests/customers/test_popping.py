"""Whose call rings at one's own seat, and nobody else's; over HTTP, on both databases."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from httpx import AsyncClient
from pydantic import ValidationError

from callcenter.accounts.rules import Role
from callcenter.accounts.scope import scope_of
from callcenter.customers import service
from callcenter.customers.crm import crm_of
from callcenter.customers.pop_api import pop_routes
from callcenter.customers.service import Context
from callcenter.dialer import service as lists
from callcenter.dialer.tables import Offer, Target
from callcenter.floor.floor import Floor
from callcenter.floor.seat import Seat
from callcenter.floor.site import Site as Pbx
from callcenter.floor.terms import CallId, PbxName
from callcenter.settings import CrmSettings, CustomerSettings, PopSettings
from tests.customers.conftest import LI, WANG, a_record
from tests.dialer.conftest import FIELDS
from tests.facts import a_conversation
from tests.web import Site

NORTH = PbxName("north")
CALL: dict[str, Any] = {"pbx": "north", "call_id": "1.0"}


@pytest.fixture
def floor() -> Floor:
    """A call from Li is at the phone of agent 1001, one that says no number at that of 1002."""
    floor = Floor()
    pbx = floor.sites[NORTH] = Pbx(NORTH)
    for agent, call_id, number in (("1001", "1.0", "13800138000"), ("1002", "2.0", "")):
        seat = Seat(NORTH, f"PJSIP/{agent}", agent_number=agent, call_id=CallId(call_id), number=number)
        pbx.seats[seat.interface.lower()] = seat
    return floor


@pytest.fixture
async def site(context: Context, floor: Floor) -> AsyncIterator[Site]:
    async with crm_of(CrmSettings()) as crm:
        yield Site(context.sessions, pop_routes(context, crm, floor))


async def _asked(client: AsyncClient, **params: Any) -> tuple[int, Any]:
    answer = await client.get("/api/customer-pop", params=params)
    return answer.status_code, answer.json()


async def test_the_own_call_pops_and_no_other(context: Context, site: Site) -> None:
    await service.create(context, a_record(), "supervisor")
    async with await site.client(Role.AGENT, "1001") as agent:
        status, told = await _asked(agent, **CALL)
        assert (status, told["number"], [one["name"] for one in told["customers"]]) == (200, LI, ["Li Wei"])
        for other in (CALL | {"call_id": "2.0"}, CALL | {"pbx": "south"}, CALL | {"call_id": "1.0' OR 1=1"}):
            assert (await _asked(agent, **other))[0] == 404
        assert (await _asked(agent, pbx="north"))[0] == 422


async def test_the_own_call_pops_to_the_end_of_the_work_after_it(context: Context, site: Site, floor: Floor) -> None:
    await service.create(context, a_record(), "supervisor")
    seat = floor.sites[NORTH].seats["pjsip/1001"]
    seat.call_id, seat.number = None, ""
    seat.unfinished = a_conversation(pbx="north", call_id="1.0", number="13800138000")
    async with await site.client(Role.AGENT, "1001") as agent:
        status, told = await _asked(agent, **CALL)
        assert (status, told["number"], [one["name"] for one in told["customers"]]) == (200, LI, ["Li Wei"])
        assert (await agent.get("/api/customer-pop/crm", params=CALL)).status_code == 200
        assert (await _asked(agent, **CALL | {"call_id": "2.0"}))[0] == 404
        seat.unfinished = None
        assert (await _asked(agent, **CALL))[0] == 404


async def test_a_call_without_a_number_is_nobodys(site: Site) -> None:
    async with await site.client(Role.AGENT, "1002") as agent:
        assert await _asked(agent, pbx="north", call_id="2.0") == (
            200,
            {"number": "", "customers": [], "address": "", "opens_by_itself": False},
        )


@pytest.mark.parametrize(("role", "agent_number"), [(Role.AGENT, None), (Role.SUPERVISOR, "1001"), (Role.QA, "1001")])
async def test_who_works_at_no_seat_is_told_nothing(site: Site, role: Role, agent_number: str | None) -> None:
    async with await site.client(role, agent_number) as client:
        assert (await _asked(client, **CALL))[0] == 403


async def test_whom_a_callback_is_for_is_told_while_it_is_before_an_agent(context: Context, site: Site) -> None:
    await service.create(context, a_record(numbers=(WANG,)), "supervisor")
    list_id = await lists.create_list(context.sessions, FIELDS, now=context.clock())
    shared = {"list_id": list_id, "attributes": {}, "name": "", "due_at": None}
    async with context.sessions.begin() as session:
        offered = Target(**shared, number=WANG, dial_number=WANG, state="offered")
        waiting = Target(**shared, number=LI, dial_number=LI, state="open")
        session.add_all([offered, waiting])
        await session.flush()
        now = context.clock()
        offer = {"list_id": list_id, "target_id": offered.id, "offered_at": now, "until": now + 60}
        session.add(Offer(**offer, agent_number="1002"))
    for agent_number, status in (("1002", 200), ("1003", 404)):
        role = Role.SUPERVISOR if status == 200 else Role.TEAM_LEADER
        async with await site.client(role, agent_number, scope_of(["Team A"], [])) as part:
            assert (await part.get(f"/api/targets/{offered.id}/customers")).status_code == status
    async with await site.client(Role.AGENT, "1001") as agent:
        told = (await agent.get(f"/api/targets/{offered.id}/customers")).json()
        assert (told["number"], [one["name"] for one in told["customers"]]) == (WANG, ["Li Wei"])
        for hidden in (waiting.id, 999):
            assert (await agent.get(f"/api/targets/{hidden}/customers")).status_code == 404


async def test_the_other_systems_page_is_told_with_what_it_needs(context: Context, floor: Floor) -> None:
    template = "https://crm.example/of/{number}?id={customer_id}&call={call_id}&queue={queue}&by={agent}"
    pop = PopSettings(url=template, opens="ring")
    context = replace(context, settings=CustomerSettings(pop=pop))
    floor.sites[NORTH].seats["pjsip/1001"].queue = "a&b=c d/.."
    async with crm_of(CrmSettings()) as crm:
        site = Site(context.sessions, pop_routes(context, crm, floor))
        async with await site.client(Role.AGENT, "1001") as agent:
            _, unknown = await _asked(agent, **CALL)
            made = await service.create(context, a_record(), "supervisor")
            _, known = await _asked(agent, **CALL)
            crm_says = await agent.get("/api/customer-pop/crm", params=CALL)
    rest = "&call=1.0&queue=a%26b%3Dc%20d%2F..&by=1001"
    assert unknown["address"] == f"https://crm.example/of/%2B8613800138000?id={rest}"
    assert known["address"] == f"https://crm.example/of/%2B8613800138000?id={made.row.id}{rest}"
    assert known["opens_by_itself"] is True
    assert crm_says.json() == {"found": None}


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "file:///etc/passwd", "//crm.example", "https://{number}.example/", "https://a@b.example/",
     "https://crm.example/{password}", "https:///x"],
)  # fmt: skip
def test_only_pages_of_one_host_are_opened_or_asked(url: str) -> None:
    for settings in (PopSettings, CrmSettings):
        with pytest.raises(ValidationError, match="url"):
            settings(url=url)
