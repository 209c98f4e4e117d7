"""The routes of users (docs/api.md, Users), for people who manage them; a program's key manages nobody."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from callcenter.accounts import second_factors, users
from callcenter.accounts.api import in_person, requires
from callcenter.accounts.rules import LONGEST_AGENT_NUMBER, NAME_LENGTH, USERNAME_LENGTH, Language, Role
from callcenter.accounts.service import Access, Account
from callcenter.accounts.tables import User
from callcenter.accounts.users import Presence

VISIBLE = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
"""A line in which something can be seen."""

UserId = Annotated[int, Field(ge=1, le=2**53)]
Name = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH, pattern=VISIBLE)]
AgentNumber = Annotated[str, Field(min_length=1, max_length=LONGEST_AGENT_NUMBER, pattern=r"^[0-9]+$")]
Roles = Annotated[list[Role], Field(max_length=20)]
Manager = Annotated[Account, requires("manage_users")]


class UserToAdd(BaseModel):
    """A user to add; no name means the username, no language the browser's."""

    model_config = ConfigDict(extra="forbid")

    username: Annotated[str, Field(min_length=1, max_length=USERNAME_LENGTH)]
    name: Name | None = None
    roles: Roles
    language: Language = ""
    agent_number: AgentNumber | None = None


class UserChanges(BaseModel):
    """What of a user changes; what is not named stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name = ""
    roles: Roles = []
    language: Language = ""
    agent_number: AgentNumber | None = None
    is_disabled: bool = False


def user_routes(access: Access) -> APIRouter:
    """`/api/users`."""
    routes = APIRouter()

    @routes.get("/api/users")
    async def list_users(account: Manager) -> dict[str, Any]:
        in_person(account)
        return {"users": [_presence(one) for one in await users.presences(access)]}

    @routes.post("/api/users", status_code=201)
    async def create(new: UserToAdd, account: Manager) -> dict[str, Any]:
        in_person(account)
        name = (new.name or "").strip()
        user, password = await users.create_user(access, new.username, name, new.roles, new.language, new.agent_number)
        return _shape(user) | {"password": password}

    @routes.patch("/api/users/{user_id}")
    async def change(user_id: UserId, changes: UserChanges, account: Manager) -> dict[str, Any]:
        return _shape(
            await users.change_user(access, in_person(account), user_id, changes.model_dump(exclude_unset=True))
        )

    @routes.post("/api/users/{user_id}/password")
    async def reset(user_id: UserId, account: Manager) -> dict[str, Any]:
        user, password = await users.reset_password(access, in_person(account), user_id)
        return _shape(user) | {"password": password}

    @routes.delete("/api/users/{user_id}/sessions", status_code=204)
    async def end_sessions(user_id: UserId, account: Manager) -> None:
        in_person(account)
        await users.end_sessions_of(access, user_id)

    @routes.delete("/api/users/{user_id}/second-factor", status_code=204)
    async def forget_second_factor(user_id: UserId, account: Manager) -> None:
        in_person(account)
        await second_factors.forget(access, user_id)

    return routes


def _presence(one: Presence) -> dict[str, Any]:
    told = ("has_second_factor", "session_count", "last_seen_at")
    return _shape(one.user) | {name: getattr(one, name) for name in told}


def _shape(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "username": user.username,
        "name": user.name,
        "roles": user.roles,
        "language": user.language,
        "agent_number": user.agent_number,
        "is_disabled": user.is_disabled,
        "password_expires_at": user.password_expires_at,
        "created_at": user.created_at,
    }
