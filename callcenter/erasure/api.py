"""The routes of erasures (docs/api.md, Erasure). Numbers come in bodies: addresses are written into logs."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import Field

from callcenter.accounts.api import requires
from callcenter.accounts.service import Account
from callcenter.erasure import answers
from callcenter.erasure.rules import MOST_NUMBERS
from callcenter.erasure.running import Eraser
from callcenter.erasure.service import Wanted, ask, erasures_page, look, told_erasure, was_erased
from callcenter.forms.shapes import Shape

Row = Annotated[int, Path(ge=1, lt=2**63)]
Number = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
Words = Annotated[str, Field(max_length=1_000, pattern=r"^[^\x00]*$")]
Numbers = Annotated[list[Number], Field(min_length=1, max_length=MOST_NUMBERS)]
ERASES = requires("erase_customers")


class NumbersShape(Shape):
    """The numbers of one person."""

    numbers: Numbers


class ErasureShape(NumbersShape):
    """An erasure to be carried out; `confirmation` is the reference once more."""

    reason: Words
    reference: Words
    confirmation: Words
    removes_do_not_call: bool = False


class ErasureQuery(Shape):
    """A page of erasures; `cursor` is `next` of the page before."""

    cursor: Annotated[int | None, Field(ge=1, lt=2**63)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


def erasure_routes(eraser: Eraser) -> APIRouter:
    """`/api/erasures`: what is held of a person, the erasure, and what came of it."""
    routes = APIRouter(prefix="/api/erasures")
    around = eraser.around

    @routes.post("/dry-run", response_model=answers.ErasureDryRun, dependencies=[ERASES])
    async def dry_run(shape: NumbersShape) -> dict[str, Any]:
        return await look(around, shape.numbers)

    @routes.post("/lookup", response_model=answers.EarlierErasures, dependencies=[ERASES])
    async def lookup(shape: NumbersShape) -> dict[str, Any]:
        return {"erasures": await was_erased(around, shape.numbers)}

    @routes.post("", response_model=answers.ErasureAsked, status_code=201)
    async def erase(shape: ErasureShape, account: Annotated[Account, ERASES]) -> dict[str, Any]:
        fields = shape.model_dump()
        wanted = Wanted(removes_bans=fields.pop("removes_do_not_call"), **fields)
        erasure_id = await ask(around, wanted, by=account.username)
        eraser.wake()
        return {"id": erasure_id}

    @routes.get("", response_model=answers.ErasuresPage, dependencies=[ERASES])
    async def page(query: Annotated[ErasureQuery, Query()]) -> dict[str, Any]:
        found = await erasures_page(around.sessions, before=query.cursor, limit=query.limit + 1)
        shown = found[: query.limit]
        return {"erasures": shown, "next": shown[-1]["id"] if len(found) > query.limit else None}

    @routes.get("/{erasure_id}", response_model=answers.WholeErasure, dependencies=[ERASES])
    async def one(erasure_id: Row) -> dict[str, Any]:
        return await told_erasure(around.sessions, erasure_id)

    return routes
