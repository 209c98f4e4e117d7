"""The routes that sign in and out, and say who is signed in."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from callcenter.accounts.api import COOKIE, Requires, address_of, from_panel, in_person, leave_word
from callcenter.accounts.rules import USERNAME_LENGTH, Language, Permission
from callcenter.accounts.scope import ScopeTold
from callcenter.accounts.service import Access, Account, close_session, kept_scope
from callcenter.accounts.signing_in import sign_in, type_owed_code
from callcenter.accounts.typed import TypedCode, TypedPassword
from callcenter.plain_text import PlainText


@dataclass(frozen=True)
class Centre:
    """What the panel must know of the centre before anything else."""

    timezone: str
    is_demo: bool
    secure_cookie: bool


class Credentials(BaseModel):
    """What is typed to sign in."""

    model_config = ConfigDict(extra="forbid")

    username: Annotated[PlainText, Field(min_length=1, max_length=USERNAME_LENGTH)]
    password: TypedPassword
    code: TypedCode = SecretStr("")


class OwedCode(BaseModel):
    """What the authenticator app shows, or a recovery code."""

    model_config = ConfigDict(extra="forbid")

    code: TypedCode


class UserShape(BaseModel):
    """Who is signed in; `scope` names the teams and queues that they see, null: everything.

    `permissions` are those that open something to them: of a limited scope none of the whole centre.
    """

    username: str
    name: str
    roles: list[str]
    permissions: list[Permission]
    language: Language
    agent_number: str | None
    scope: ScopeTold | None
    must_change_password: bool
    must_set_up_second_factor: bool
    must_type_code: bool


class CentreShape(BaseModel):
    """The centre's time zone, its clock, and whether all this is a demonstration."""

    timezone: str
    now: float
    demo: bool


class SignedIn(BaseModel):
    """The answer to a sign-in."""

    user: UserShape


class Present(SignedIn):
    """The answer to "who am I?"."""

    centre: CentreShape


def session_routes(access: Access, centre: Centre) -> APIRouter:
    """`/api/session`: sign in, who am I, sign out."""
    routes = APIRouter()
    anybody = Depends(Requires(None, may_be_temporary=True, may_lack_factor=True, may_owe_code=True, reach="own"))

    @routes.post("/api/session", dependencies=[Depends(from_panel)])
    async def enter(credentials: Credentials, request: Request, response: Response) -> SignedIn:
        browser = request.headers.get("user-agent", "")
        password = credentials.password.get_secret_value()
        code = credentials.code.get_secret_value()
        token, account = await sign_in(
            access, credentials.username, password, address_of(request), code=code, browser=browser
        )
        leave_word(request, account)
        if earlier := request.cookies.get(COOKIE):
            await close_session(access, earlier)
        response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=centre.secure_cookie)
        return SignedIn(user=_shape(account))

    @routes.get("/api/session")
    async def present(account: Annotated[Account, anybody]) -> Present:
        now = CentreShape(timezone=centre.timezone, now=access.clock(), demo=centre.is_demo)
        return Present(user=_shape(account), centre=now)

    @routes.post("/api/session/code", status_code=204)
    async def type_code(typed: OwedCode, request: Request, account: Annotated[Account, anybody]) -> None:
        code = typed.code.get_secret_value()
        await type_owed_code(access, in_person(account), code, address_of(request))

    @routes.delete("/api/session", status_code=204, dependencies=[anybody])
    async def leave(request: Request, response: Response) -> None:
        if token := request.cookies.get(COOKIE):
            await close_session(access, token)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=centre.secure_cookie)

    return routes


def _shape(account: Account) -> UserShape:
    return UserShape(
        username=account.username,
        name=account.name,
        roles=list(account.roles),
        permissions=sorted(account.opening),
        language=account.language,
        agent_number=account.agent_number,
        scope=kept_scope(account.scope),
        must_change_password=account.must_change_password,
        must_set_up_second_factor=account.must_set_up_second_factor,
        must_type_code=account.must_type_code,
    )
