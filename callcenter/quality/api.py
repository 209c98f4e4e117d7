"""The routes of review forms (docs/api.md, Review forms)."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query

from callcenter.accounts.api import requires
from callcenter.accounts.once import OnceRoute
from callcenter.accounts.service import Account
from callcenter.errors import BadInput
from callcenter.floor.terms import Instant
from callcenter.quality import answers, service
from callcenter.quality.rules import asked, check_form, faults
from callcenter.quality.scoring import score
from callcenter.quality.shapes import AnswersShape, FormShape, NewFormShape, Row, form_shape, score_shape
from callcenter.store.engine import Sessions

Builder = Annotated[Account, requires("manage_review_forms")]
Version = Annotated[int | None, Query(ge=1, le=1_000_000)]


def quality_routes(sessions: Sessions, clock: Callable[[], Instant]) -> APIRouter:
    """The routes; each says which permission it needs."""
    routes = APIRouter(prefix="/api/review-forms", route_class=OnceRoute)
    _reading_routes(routes, sessions)
    _building_routes(routes, sessions, clock)
    return routes


def _reading_routes(routes: APIRouter, sessions: Sessions) -> None:
    @routes.get("", response_model=answers.ReviewForms, dependencies=[requires("review_calls", reach="shared")])
    async def forms() -> dict[str, Any]:
        return {"forms": [form_shape(one) for one in await service.review_forms(sessions)]}

    @routes.get(
        "/{form_id}", response_model=answers.ReviewForm, dependencies=[requires("review_calls", reach="shared")]
    )
    async def form(form_id: Row, version: Version = None) -> dict[str, Any]:
        return form_shape(await service.review_form(sessions, form_id, version))

    @routes.post("/score", response_model=answers.TriedScore, dependencies=[requires("review_calls", reach="shared")])
    async def try_out(shape: AnswersShape) -> dict[str, Any]:
        content = shape.content()
        check_form(content.name, content.sections)
        for item, fault in faults(content.sections, shape.answers, is_complete=False).items():
            raise BadInput(fault.value.replace("_", " "), field=f"answers.{item}")
        told = score_shape(score(content.sections, shape.answers))
        return told | {"asked": [item.id for item in asked(content.sections, shape.answers)]}


def _building_routes(routes: APIRouter, sessions: Sessions, clock: Callable[[], Instant]) -> None:
    @routes.post("", response_model=answers.ReviewForm, status_code=201)
    async def add(shape: NewFormShape, account: Builder) -> dict[str, Any]:
        return form_shape(await service.add_form(sessions, shape.content(), by=account.username, now=clock()))

    @routes.put("/{form_id}", response_model=answers.ReviewForm)
    async def change(form_id: Row, shape: FormShape, account: Builder) -> dict[str, Any]:
        return form_shape(
            await service.change_form(
                sessions, form_id, shape.content(), version=shape.version, by=account.username, now=clock()
            )
        )

    @routes.post("/{form_id}/retire", response_model=answers.ReviewForm)
    async def retire(form_id: Row, account: Builder) -> dict[str, Any]:
        return form_shape(await service.retire(sessions, form_id, by=account.username, now=clock()))

    @routes.delete(
        "/{form_id}/retire", response_model=answers.ReviewForm, dependencies=[requires("manage_review_forms")]
    )
    async def take_back(form_id: Row) -> dict[str, Any]:
        return form_shape(await service.take_back(sessions, form_id))
