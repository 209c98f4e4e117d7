"""The routes of one's own second factor (docs/api.md, One's own account); a program's key has none."""

from dataclasses import asdict
from typing import Annotated

import segno
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from callcenter.accounts import second_factors
from callcenter.accounts.api import address_of, in_person, requires
from callcenter.accounts.rules import LONGEST_PASSWORD
from callcenter.accounts.service import Access, Account
from callcenter.accounts.totp import address_of_secret
from callcenter.accounts.typed import Secret, TypedCode, TypedPassword

Person = Annotated[Account, requires(reach="own")]
Newcomer = Annotated[Account, requires(may_lack_factor=True, reach="own")]
"""Also who has yet to set up the one that the role asks for."""


class Begin(BaseModel):
    """The password of who asks; none from whom the provider sent to set one up."""

    model_config = ConfigDict(extra="forbid")

    password: Annotated[Secret, Field(max_length=LONGEST_PASSWORD)] = SecretStr("")


class Password(BaseModel):
    """The password of who asks: an open browser alone must not change how one signs in."""

    model_config = ConfigDict(extra="forbid")

    password: TypedPassword


class Code(BaseModel):
    """What the authenticator app shows."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[TypedCode, Field(min_length=1)]


class StandingAnswer(BaseModel):
    """Whether one's sign-in asks for a code, whether it has to, how many recovery codes are left, and whether
    setting one up asks for the password."""

    is_on: bool
    is_obligatory: bool
    recovery_codes_left: int
    asks_password: bool


class SecretAnswer(BaseModel):
    """What an authenticator app takes: a secret, and a picture of it as a `data:` address."""

    secret: str
    image: str


class CodesAnswer(BaseModel):
    """Recovery codes, which are told only here."""

    recovery_codes: list[str]


def second_factor_routes(access: Access) -> APIRouter:
    """`/api/profile/second-factor`."""
    routes = APIRouter(prefix="/api/profile/second-factor")

    @routes.get("")
    async def show(account: Newcomer) -> StandingAnswer:
        standing = await second_factors.standing(access, in_person(account))
        return StandingAnswer(**asdict(standing))

    @routes.post("")
    async def begin(typed: Begin, request: Request, account: Newcomer) -> SecretAnswer:
        password = typed.password.get_secret_value()
        secret = await second_factors.begin(access, in_person(account), password, address_of(request))
        code = segno.make(address_of_secret(secret, account.username), error="m")
        return SecretAnswer(secret=secret, image=code.svg_data_uri(border=2, light="#fff", scale=4))

    @routes.put("")
    async def confirm(typed: Code, account: Newcomer) -> CodesAnswer:
        codes = await second_factors.confirm(access, in_person(account), typed.code.get_secret_value())
        return CodesAnswer(recovery_codes=list(codes))

    @routes.post("/recovery-codes")
    async def renew(typed: Password, request: Request, account: Person) -> CodesAnswer:
        password = typed.password.get_secret_value()
        codes = await second_factors.renew_recovery_codes(access, in_person(account), password, address_of(request))
        return CodesAnswer(recovery_codes=list(codes))

    @routes.post("/off", status_code=204)
    async def switch_off(typed: Password, request: Request, account: Person) -> None:
        password = typed.password.get_secret_value()
        await second_factors.switch_off(access, in_person(account), password, address_of(request))

    return routes
