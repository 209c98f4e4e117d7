"""The routes of the first run (docs/api.md, First run), for whoever knows the word in a file of the server."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from callcenter.accounts.api import from_panel, leave_word
from callcenter.accounts.first_run import FILE, FirstRun, first_administrator
from callcenter.accounts.rules import NAME_LENGTH, USERNAME_LENGTH
from callcenter.accounts.typed import Secret, TypedPassword


class Administrator(BaseModel):
    """The first administrator, and the word that lets them in."""

    model_config = ConfigDict(extra="forbid")

    word: Annotated[Secret, Field(min_length=1, max_length=64)]
    username: Annotated[str, Field(min_length=1, max_length=USERNAME_LENGTH)]
    name: Annotated[str, Field(max_length=NAME_LENGTH)] = ""
    password: TypedPassword


class Needed(BaseModel):
    """Whether an administrator is to be made, and how the file is called that has the word."""

    is_needed: bool
    file: str


def first_run_routes(first_run: FirstRun) -> APIRouter:
    """`/api/first-run`."""
    routes = APIRouter(prefix="/api/first-run")

    @routes.get("")
    async def show() -> Needed:
        return Needed(is_needed=first_run.is_open, file=FILE)

    @routes.post("", status_code=204, dependencies=[Depends(from_panel)])
    async def enter(new: Administrator, request: Request) -> None:
        administrator = first_administrator(new.username, new.name.strip(), new.password.get_secret_value())
        leave_word(request, await first_run.enter(new.word.get_secret_value(), administrator))

    return routes
