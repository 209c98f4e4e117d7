"""The routes of one's own account (docs/api.md, One's own account); a program's key has none."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict

from callcenter.accounts import profile
from callcenter.accounts.api import address_of, in_person, requires
from callcenter.accounts.rules import Language
from callcenter.accounts.service import Access, Account, session_id_of
from callcenter.accounts.tables import WebSession
from callcenter.accounts.typed import TypedPassword
from callcenter.accounts.user_api import Name

SessionId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
Person = Annotated[Account, requires(reach="own")]


class ProfileChanges(BaseModel):
    """What of one's own account changes; what is not named stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name = ""
    language: Language = ""


class PasswordChange(BaseModel):
    """The password one has, and the one to have."""

    model_config = ConfigDict(extra="forbid")

    old_password: TypedPassword
    password: TypedPassword


class SessionAnswer(BaseModel):
    """Where one is signed in; the `id` opens nothing."""

    id: str
    address: str
    browser: str
    created_at: float
    last_seen_at: float
    is_this: bool


class SessionsAnswer(BaseModel):
    """One's own sessions, the last used first."""

    sessions: list[SessionAnswer]


def profile_routes(access: Access) -> APIRouter:
    """`/api/profile`."""
    routes = APIRouter()
    changes_password = requires(may_be_temporary=True, may_lack_factor=True, reach="own")

    @routes.patch("/api/profile", status_code=204)
    async def change(changes: ProfileChanges, account: Person) -> None:
        await profile.change_profile(access, in_person(account), changes.model_dump(exclude_unset=True))

    @routes.post("/api/profile/password", status_code=204)
    async def change_password(
        new: PasswordChange, request: Request, account: Annotated[Account, changes_password]
    ) -> None:
        old, password = new.old_password.get_secret_value(), new.password.get_secret_value()
        await profile.change_password(access, in_person(account), old, password, address_of(request))

    @routes.get("/api/profile/sessions")
    async def list_sessions(account: Person) -> SessionsAnswer:
        sessions = await profile.sessions_of(access, in_person(account))
        return SessionsAnswer(sessions=[_shape(session, account) for session in sessions])

    @routes.delete("/api/profile/sessions/{session_id}", status_code=204)
    async def end(session_id: SessionId, account: Person) -> None:
        await profile.end_session(access, in_person(account), session_id)

    @routes.delete("/api/profile/sessions", status_code=204)
    async def end_others(account: Person) -> None:
        await profile.end_other_sessions(access, in_person(account))

    return routes


def _shape(session: WebSession, account: Account) -> SessionAnswer:
    session_id = session_id_of(session.token_sha256)
    return SessionAnswer(
        id=session_id,
        address=session.address,
        browser=session.browser,
        created_at=session.created_at,
        last_seen_at=session.last_seen_at,
        is_this=session_id == account.session_id,
    )
