"""The route by which an agent's desk learns how the phone in the browser signs in to each PBX (decision 59)."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from callcenter.accounts.api import requires
from callcenter.accounts.rules import own_agent
from callcenter.accounts.service import Account
from callcenter.agents.rules import OWN
from callcenter.errors import Conflict, NotAllowed
from callcenter.phone_passwords import password_of
from callcenter.settings import AgentSettings, PbxSettings, Settings


class BrowserPhoneShape(BaseModel):
    """One phone in the browser: the seat it is, where it registers, as whom."""

    pbx: str
    interface: str
    url: str
    username: str
    password: str


class BrowserPhonesAnswer(BaseModel):
    """The agent's phones in the browser, one for each PBX that has them; none where the settings give none."""

    phones: list[BrowserPhoneShape]


def browser_phone_routes(settings: Settings) -> APIRouter:
    """`/api/agents/mine/phones`, for the agent who one is, in person: what it tells makes calls in that name."""
    routes = APIRouter()
    agents = {agent.number: agent for agent in settings.agents}

    @routes.get("/api/agents/mine/phones")
    async def phones(account: Annotated[Account, requires(OWN, reach="own")]) -> BrowserPhonesAnswer:
        if account.key_id is not None:
            raise NotAllowed("how an agent's phone signs in is told to the agent at the desk, not to a key")
        agent = agents.get(own_agent(account.agent_number))
        found = [] if agent is None else [_phone(settings, pbx, agent) for pbx in settings.pbxs]
        return BrowserPhonesAnswer(phones=[phone for phone in found if phone.username])

    return routes


def _phone(settings: Settings, pbx: PbxSettings, agent: AgentSettings) -> BrowserPhoneShape:
    endpoint = agent.browser_endpoint(pbx)
    secret = settings.browser_phone.secret.get_secret_value()
    if endpoint and not secret:
        raise Conflict("the settings have no browser_phone.secret, from which the passwords of these phones follow")
    return BrowserPhoneShape(
        pbx=pbx.name,
        interface=f"PJSIP/{endpoint}",
        url=pbx.browser_phone_url,
        username=endpoint,
        password=password_of(secret, pbx.name, endpoint),
    )
