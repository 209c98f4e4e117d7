"""A browser's view of some routes: an application with real accounts, and clients that signed in to it."""

from dataclasses import replace

from argon2 import PasswordHasher
from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient

from callcenter.accounts.api import COOKIE
from callcenter.accounts.passwords import Passwords
from callcenter.accounts.rules import Role
from callcenter.accounts.scope import EVERYTHING, Scope
from callcenter.accounts.service import Access, NewUser, add_user
from callcenter.accounts.signing_in import sign_in
from callcenter.masking import MasksNumbers
from callcenter.problems import tell_problems
from callcenter.store.engine import Sessions
from tests.facts import NOON


class Site:
    """Some routes behind the door of the accounts."""

    def __init__(self, sessions: Sessions, *routes: APIRouter) -> None:
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self.access = Access(sessions, lambda: NOON, Passwords(hasher))
        self.app = FastAPI()
        self.app.state.access = self.access
        tell_problems(self.app)
        for router in routes:
            self.app.include_router(router)

    def mask(self, *roles: Role) -> None:
        """Has users of these roles see numbers masked; said before the first request."""
        self.app.state.access = replace(self.access, masked_for=roles)
        self.app.add_middleware(MasksNumbers)

    def stranger(self) -> AsyncClient:
        """A client that did not sign in."""
        return AsyncClient(transport=ASGITransport(self.app), base_url="http://centre")

    async def client(self, role: Role, agent_number: str | None = None, scope: Scope = EVERYTHING) -> AsyncClient:
        """A client that signed in as somebody with this role, who is that agent and sees that."""
        new = NewUser(role, "correct horse battery", (role,), agent_number=agent_number, scope=scope)
        await add_user(self.access, new)
        token, _account = await sign_in(self.access, role, "correct horse battery", "127.0.0.1")
        client = self.stranger()
        client.cookies.set(COOKIE, token)
        return client
