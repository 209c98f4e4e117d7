"""How the phone in the browser signs in: told to its own agent, in person, and to nobody else."""

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from pydantic import SecretStr

from callcenter.accounts.api import COOKIE
from callcenter.accounts.keys import make_key
from callcenter.accounts.passwords import Passwords
from callcenter.accounts.rules import Role
from callcenter.accounts.service import Access, Account, NewUser, account_named, add_user, open_session
from callcenter.agents.browser_phone_api import browser_phone_routes
from callcenter.headers import content_security_policy
from callcenter.phone_passwords import password_of
from callcenter.problems import tell_problems
from callcenter.settings import AgentSettings, BrowserPhoneSettings, PbxSettings, Settings
from callcenter.store.engine import Sessions
from tests.facts import NOON
from tests.serving import PASSWORD

SECRET = "a-secret-of-the-centre"
URL = "wss://pbx.example.org:8089/ws"
SETTINGS = Settings(
    pbxs=(PbxSettings(name="north", browser_phone_url=URL), PbxSettings(name="south")),
    agents=(
        AgentSettings(number="1001", name="Li Na", has_browser_phone=True),
        AgentSettings(number="1002", name="Wang Wei", has_browser_phone=True),
        AgentSettings(number="1003", name="Zhang Min"),
    ),
    browser_phone=BrowserPhoneSettings(secret=SecretStr(SECRET)),
)
WHERE = "/api/agents/mine/phones"


class Door:
    """The route, and people before it."""

    def __init__(self, sessions: Sessions, settings: Settings) -> None:
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self.access = Access(sessions, lambda: NOON, Passwords(hasher))
        self.web = FastAPI()
        self.web.state.access = self.access
        tell_problems(self.web)
        self.web.include_router(browser_phone_routes(settings))

    def anybody(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.web), base_url="http://centre")

    async def account(self, role: Role, agent_number: str | None = None) -> Account:
        name = f"{role}-{agent_number}"
        await add_user(self.access, NewUser(name, PASSWORD, (role,), agent_number=agent_number))
        account = await account_named(self.access, name)
        assert account is not None
        return account

    async def of(self, role: Role, agent_number: str | None = None) -> httpx.AsyncClient:
        client = self.anybody()
        client.cookies.set(COOKIE, await open_session(self.access, await self.account(role, agent_number), "here"))
        return client


@pytest.fixture
def door(sessions: Sessions) -> Door:
    return Door(sessions, SETTINGS)


async def test_an_agent_is_told_of_the_own_phones_alone(door: Door) -> None:
    async with await door.of(Role.AGENT, "1001") as client:
        answer = await client.get(WHERE)
    assert answer.json() == {
        "phones": [
            {
                "pbx": "north",
                "interface": "PJSIP/1001-browser",
                "url": URL,
                "username": "1001-browser",
                "password": password_of(SECRET, "north", "1001-browser"),
            }
        ]
    }
    assert SECRET not in answer.text


async def test_an_agent_without_such_a_phone_or_of_no_settings_has_none(door: Door) -> None:
    for number in ("1003", "1999"):
        async with await door.of(Role.AGENT, number) as client:
            assert (await client.get(WHERE)).json() == {"phones": []}


async def test_nobody_else_is_told_and_no_key_is(door: Door) -> None:
    async with door.anybody() as client:
        assert (await client.get(WHERE)).status_code == 401
    for role, number in ((Role.SUPERVISOR, "1001"), (Role.ADMIN, None), (Role.QA, None), (Role.AGENT, None)):
        async with await door.of(role, number) as client:
            answer = await client.get(WHERE)
            assert (answer.status_code, "password" in answer.text) == (403, False), role
    _, secret = await make_key(door.access, await door.account(Role.AGENT, "1002"), "mine", ["work_seat"], None)
    async with door.anybody() as client:
        answer = await client.get(WHERE, headers={"Authorization": f"Bearer {secret}"})
        assert (answer.status_code, answer.json()["detail"]) == (
            403, "how an agent's phone signs in is told to the agent at the desk, not to a key",
        )  # fmt: skip


async def test_without_a_secret_there_is_no_password_that_anybody_could_work_out(sessions: Sessions) -> None:
    door = Door(sessions, SETTINGS.model_copy(update={"browser_phone": BrowserPhoneSettings()}))
    async with await door.of(Role.AGENT, "1001") as client:
        answer = await client.get(WHERE)
    assert (answer.status_code, "password" in answer.json()) == (409, False)


def test_pages_may_reach_the_pbx_of_a_phone_and_nothing_more() -> None:
    assert "; connect-src 'self'; " in content_security_policy()
    assert f"; connect-src 'self' {URL}; " in content_security_policy(SETTINGS.browser_phone_urls)
    assert SETTINGS.model_copy(update={"agents": SETTINGS.agents[2:]}).browser_phone_urls == ()
