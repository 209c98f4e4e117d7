"""The routes of users (docs/api.md, Users), for people who manage them; a program's key manages nobody."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from callcenter.accounts import users
from callcenter.accounts.api import in_person, note, requires
from callcenter.accounts.rules import LONGEST_AGENT_NUMBER, NAME_LENGTH, ROLE_LENGTH, USERNAME_LENGTH, Language
from callcenter.accounts.scope import EVERYTHING, MOST_NAMES, Scope, ScopeTold, scope_of
from callcenter.accounts.service import Access, Account, NewUser, kept_scope
from callcenter.accounts.tables import User
from callcenter.accounts.users import Presence
from callcenter.plain_text import VISIBLE, PlainText

UserId = Annotated[int, Field(ge=1, le=2**53)]
Name = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH, pattern=VISIBLE)]
AgentNumber = Annotated[str, Field(min_length=1, max_length=LONGEST_AGENT_NUMBER, pattern=r"^[0-9]+$")]
RoleName = Annotated[str, Field(min_length=1, max_length=ROLE_LENGTH, pattern=VISIBLE)]
Roles = Annotated[list[RoleName], Field(max_length=20)]
Named = Annotated[str, Field(min_length=1, max_length=128, pattern=VISIBLE)]
Manager = Annotated[Account, requires("manage_users")]


class PageQuery(BaseModel):
    """Which users; `text` is a part of username, name or agent's number, `cursor` is `next` of the page before."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[PlainText, Field(min_length=1, max_length=NAME_LENGTH)] | None = None
    cursor: Annotated[PlainText, Field(min_length=1, max_length=USERNAME_LENGTH)] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class ScopeShape(BaseModel):
    """What a user sees: the agents of these teams, and what reaches these queues."""

    model_config = ConfigDict(extra="forbid")

    teams: Annotated[list[Named], Field(max_length=MOST_NAMES)] = []
    queues: Annotated[list[Named], Field(max_length=MOST_NAMES)] = []

    def named(self) -> Scope:
        """The scope. Raises BadInput where it sees nothing."""
        return scope_of(self.teams, self.queues)


class UserToAdd(BaseModel):
    """A user to add; no name means the username, no language the browser's, no scope everything."""

    model_config = ConfigDict(extra="forbid")

    username: Annotated[str, Field(min_length=1, max_length=USERNAME_LENGTH)]
    name: Name | None = None
    roles: Roles
    language: Language = ""
    agent_number: AgentNumber | None = None
    scope: ScopeShape | None = None


class UserChanges(BaseModel):
    """What of a user changes; what is not named stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name = ""
    roles: Roles = []
    language: Language = ""
    agent_number: AgentNumber | None = None
    scope: ScopeShape | None = None
    is_disabled: bool = False

    def told(self) -> dict[str, Any]:
        """What was sent, by field."""
        changes = self.model_dump(exclude_unset=True)
        if self.scope is not None:
            changes["scope"] = kept_scope(self.scope.named())
        return changes


class UserAnswer(BaseModel):
    """A user; `scope` null: sees everything; `password_expires_at` is that of a temporary password."""

    id: int
    username: str
    name: str
    roles: list[str]
    language: Language
    agent_number: str | None
    scope: ScopeTold | None
    is_disabled: bool
    password_expires_at: float | None
    created_at: float


class NewPasswordAnswer(UserAnswer):
    """A user, and the temporary password, which is told only here."""

    password: str


class PresenceAnswer(UserAnswer):
    """A user, how sign-in goes, and where they are signed in."""

    has_second_factor: bool
    must_set_up_second_factor: bool
    is_at_provider: bool
    session_count: int
    last_seen_at: float | None


class UsersAnswer(BaseModel):
    """A page of users, by username; `next` is the cursor of the following one."""

    users: list[PresenceAnswer]
    next: str | None


def user_routes(access: Access) -> APIRouter:
    """`/api/users`."""
    routes = APIRouter()

    @routes.get("/api/users")
    async def page(query: Annotated[PageQuery, Query()], account: Manager) -> UsersAnswer:
        in_person(account)
        found = await users.page(access, text=query.text, after=query.cursor, limit=query.limit + 1)
        shown = found[: query.limit]
        following = shown[-1].user.username if len(found) > query.limit else None
        return UsersAnswer(users=[_presence(one) for one in shown], next=following)

    @routes.post("/api/users", status_code=201)
    async def create(new: UserToAdd, account: Manager) -> NewPasswordAnswer:
        name = (new.name or "").strip()
        scope = new.scope.named() if new.scope else EVERYTHING
        asked = NewUser(new.username, "", tuple(new.roles), name, new.language, new.agent_number, scope=scope)
        user, password = await users.create_user(access, in_person(account), asked)
        return NewPasswordAnswer(**_shape(user), password=password)

    @routes.patch("/api/users/{user_id}")
    async def change(user_id: UserId, changes: UserChanges, account: Manager, request: Request) -> UserAnswer:
        user, was = await users.change_user(access, in_person(account), user_id, changes.told())
        note(request, user=user.username, was=was)
        return UserAnswer(**_shape(user))

    @routes.post("/api/users/{user_id}/password")
    async def reset(user_id: UserId, account: Manager, request: Request) -> NewPasswordAnswer:
        user, password = await users.reset_password(access, in_person(account), user_id)
        note(request, user=user.username)
        return NewPasswordAnswer(**_shape(user), password=password)

    @routes.delete("/api/users/{user_id}/sessions", status_code=204)
    async def end_sessions(user_id: UserId, account: Manager, request: Request) -> None:
        note(request, user=await users.end_sessions_of(access, in_person(account), user_id))

    @routes.delete("/api/users/{user_id}/second-factor", status_code=204)
    async def forget_second_factor(user_id: UserId, account: Manager, request: Request) -> None:
        note(request, user=await users.forget_second_factor(access, in_person(account), user_id))

    return routes


def _presence(one: Presence) -> PresenceAnswer:
    return PresenceAnswer(
        **_shape(one.user),
        has_second_factor=one.has_second_factor,
        must_set_up_second_factor=one.must_set_up_second_factor,
        is_at_provider=one.is_at_provider,
        session_count=one.session_count,
        last_seen_at=one.last_seen_at,
    )


def _shape(user: User) -> dict[str, Any]:
    return {name: getattr(user, name) for name in UserAnswer.model_fields}
