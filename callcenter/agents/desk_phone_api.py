"""The routes by which an agent finds a free desk phone and signs in there (decision 63)."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from callcenter.accounts.api import note, requires
from callcenter.accounts.rules import own_agent
from callcenter.accounts.service import Account
from callcenter.agents import rules
from callcenter.agents.seat_api import SeatAnswer, SignInShape, told
from callcenter.agents.service import SeatDesk, carry_out
from callcenter.errors import NotFound, PhoneIsTaken
from callcenter.floor.seat import UNREACHABLE_DEVICES, Seat
from callcenter.settings import AgentSettings

OwnAccount = Annotated[Account, requires(rules.OWN, reach="own")]


class DeskPhoneShape(BaseModel):
    """One desk phone. `agent_name` is who sits there, "" for somebody outside one's scope or for nobody.

    It can be taken where `is_free` and `is_registered`. `is_last`: one signed in there last.
    """

    pbx: str
    number: str
    label: str
    interface: str
    is_free: bool
    is_mine: bool
    is_registered: bool
    is_last: bool
    agent_name: str


class DeskPhonesAnswer(BaseModel):
    """The desk phones of all PBXs; none where the settings give none."""

    phones: list[DeskPhoneShape]


def desk_phone_routes(desk: SeatDesk) -> APIRouter:
    """`/api/agents/mine/desks`, for the agent who one is."""
    routes = APIRouter(prefix="/api/agents/mine/desks")

    @routes.get("")
    async def phones(account: OwnAccount) -> DeskPhonesAnswer:
        agent = _agent(desk, account)
        return DeskPhonesAnswer(phones=[_shape(desk, seat, agent, account) for seat in _desk_seats(desk)])

    @routes.post("/{pbx}/{number}/sign-in")
    async def sign_in(
        pbx: str, number: str, shape: SignInShape, account: OwnAccount, request: Request, response: Response
    ) -> SeatAnswer:
        agent = _agent(desk, account)
        note(request, agent_number=agent.number, agent_name=agent.name)
        queues = rules.queues_to_join(account.permissions, agent.queues, shape.queues)
        site = desk.site(pbx)
        desk.check_queues(pbx, queues, account.scope, agent.queues)
        seat = next((one for one in site.desk_seats() if one.desk and one.desk.number == number), None)
        if seat is None:
            raise NotFound(f"there is no desk phone {number[:64]} at {pbx}")
        if not (seat.is_vacant or seat.agent_number == agent.number or _sees(account, seat)):
            raise PhoneIsTaken("somebody else is signed in there; take another phone")
        return told(desk, await carry_out(desk, seat, rules.sit_down(site, seat, agent, queues)), response)

    return routes


def _agent(desk: SeatDesk, account: Account) -> AgentSettings:
    number = own_agent(account.agent_number)
    agent = desk.agents.get(number)
    if agent is None:
        raise NotFound(f"there is no agent {number} in the settings")
    return agent


def _desk_seats(desk: SeatDesk) -> list[Seat]:
    seats = (seat for site in desk.floor.sites.values() for seat in site.desk_seats())
    labelled = ((seat.pbx, seat.desk.label, seat.interface, seat) for seat in seats if seat.desk)
    return [seat for *_, seat in sorted(labelled, key=lambda one: one[:3])]


def _sees(account: Account, seat: Seat) -> bool:
    return account.scope.sees_agent(seat.team, seat.members)


def _shape(desk: SeatDesk, seat: Seat, agent: AgentSettings, account: Account) -> DeskPhoneShape:
    is_mine = seat.agent_number == agent.number
    last = desk.floor.sites[seat.pbx].sat_last.get(agent.name)
    return DeskPhoneShape(
        pbx=seat.pbx,
        number=seat.desk.number if seat.desk else "",
        label=seat.desk.label if seat.desk else "",
        interface=seat.interface,
        is_free=seat.is_vacant,
        is_mine=is_mine,
        is_registered=seat.device not in UNREACHABLE_DEVICES,
        is_last=last == seat.interface,
        agent_name=seat.agent_name if is_mine or _sees(account, seat) else "",
    )
