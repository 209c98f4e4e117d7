"""The routes of the rules that fill a list (docs/api.md, Rules of a list)."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from callcenter.accounts.api import requires
from callcenter.accounts.service import Account
from callcenter.dialer import answers as dialer_answers
from callcenter.dialer.importing.rows import PRIORITIES
from callcenter.dialer.once import once
from callcenter.dialer.shapes import ListId, Shape
from callcenter.errors import BadInput
from callcenter.filling import answers, service
from callcenter.filling.rules import FillKind
from callcenter.filling.service import Context
from callcenter.filling.tables import FillRule
from callcenter.settings import Settings

Runner = Annotated[Account, requires("run_lists")]
LONGEST_DELAY_SECONDS = 86_400


class OptionsShape(Shape):
    """What may be said of a rule; each kind reads its own."""

    queue: str = ""
    priority: Annotated[int, Field(ge=PRIORITIES[0], le=PRIORITIES[-1])] = 5
    wait_seconds: Annotated[float, Field(ge=0, le=3600)] = 5.0
    after_seconds: Annotated[float, Field(ge=0, le=LONGEST_DELAY_SECONDS)] = 600.0
    source_list_id: ListId | None = None
    attribute: Annotated[str, Field(max_length=200)] = ""
    days: Annotated[int, Field(ge=0, le=3650)] = 0


class NewRule(Shape):
    """A rule to make."""

    kind: FillKind
    options: OptionsShape = OptionsShape()


class RuleChanges(Shape):
    """What may be changed; absent fields stay, options are given whole."""

    options: OptionsShape | None = None
    is_enabled: bool | None = None


def filling_routes(context: Context, settings: Settings) -> APIRouter:
    """The routes; each says which permission it needs."""
    routes = APIRouter(prefix="/api", route_class=once(context.sessions, context.clock))

    @routes.get("/lists/{list_id}/fill-rules", response_model=answers.FillRules, dependencies=[requires("see_lists")])
    async def rules(list_id: ListId) -> dict[str, Any]:
        return {"rules": [_rule(row) for row in await service.rules_of(context.sessions, list_id)]}

    @routes.post("/lists/{list_id}/fill-rules", response_model=answers.FillRule, status_code=201)
    async def add(list_id: ListId, new: NewRule, account: Runner) -> dict[str, Any]:
        _check_queue(new.options, settings)
        row = await service.add_rule(context, list_id, new.kind, new.options.model_dump(), account.username)
        await context.flush()
        await service.fill(context, row.id)
        return _rule(await service.one_rule(context.sessions, row.id))

    @routes.patch("/fill-rules/{rule_id}", response_model=answers.FillRule, dependencies=[requires("run_lists")])
    async def change(rule_id: ListId, changes: RuleChanges) -> dict[str, Any]:
        if changes.options is not None:
            _check_queue(changes.options, settings)
        return _rule(await service.change_rule(context, rule_id, changes.model_dump(exclude_none=True)))

    @routes.delete("/fill-rules/{rule_id}", status_code=204, dependencies=[requires("run_lists")])
    async def delete(rule_id: ListId) -> None:
        await service.delete_rule(context.sessions, rule_id)

    @routes.post("/fill-rules/{rule_id}/run", response_model=dialer_answers.Added, dependencies=[requires("run_lists")])
    async def run(rule_id: ListId) -> dict[str, int]:
        await context.flush()
        return {"added": await service.fill(context, rule_id)}

    return routes


def _check_queue(options: OptionsShape, settings: Settings) -> None:
    if options.queue and options.queue not in settings.queues:
        raise BadInput(f"There is no queue {options.queue!r}", field="options.queue")


def _rule(row: FillRule) -> dict[str, Any]:
    names = ("id", "kind", "options", "is_enabled", "created_at", "created_by", "looked_at", "added", "refused")
    return {name: getattr(row, name) for name in names} | {"list_id": str(row.list_id)}
