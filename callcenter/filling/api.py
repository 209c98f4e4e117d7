"""The routes of the rules that fill a list (docs/api.md, Rules of a list)."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import Field

from callcenter.accounts.api import requires
from callcenter.accounts.once import OnceRoute
from callcenter.accounts.scope import Scope
from callcenter.accounts.service import Account
from callcenter.dialer import answers as dialer_answers
from callcenter.dialer.importing.rows import PRIORITIES
from callcenter.dialer.scoped import check_queue, of_list, sees_list
from callcenter.dialer.shapes import ListId, Shape
from callcenter.errors import BadInput, NotFound
from callcenter.filling import answers, service
from callcenter.filling.complaints import expected
from callcenter.filling.rules import FillKind
from callcenter.filling.service import Context
from callcenter.filling.tables import FillRule
from callcenter.settings import Settings
from callcenter.store.engine import Sessions

Runner = Annotated[Account, requires("run_lists", reach="scoped")]
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
    routes = APIRouter(prefix="/api", route_class=OnceRoute)

    sessions = context.sessions

    @routes.get(
        "/lists/{list_id}/fill-rules", response_model=answers.FillRules, dependencies=[of_list(sessions, "see_lists")]
    )
    async def rules(list_id: ListId) -> dict[str, Any]:
        return {"rules": [_rule(row) for row in await service.rules_of(sessions, list_id)]}

    @routes.post("/lists/{list_id}/fill-rules", response_model=answers.FillRule, status_code=201)
    async def add(
        list_id: ListId, new: NewRule, account: Annotated[Account, of_list(sessions, "run_lists")]
    ) -> dict[str, Any]:
        _check_queue(new.options, settings)
        await _check_scope(new.kind, new.options, sessions, account.scope)
        row = await service.add_rule(context, list_id, new.kind, new.options.model_dump(), account.username)
        await context.flush()
        await service.fill(context, row.id)
        return _rule(await service.one_rule(sessions, row.id))

    @routes.patch("/fill-rules/{rule_id}", response_model=answers.FillRule)
    async def change(
        rule_id: ListId, changes: RuleChanges, account: Annotated[Account, _of_rule(sessions)]
    ) -> dict[str, Any]:
        if changes.options is not None:
            _check_queue(changes.options, settings)
            kind = FillKind((await service.one_rule(sessions, rule_id)).kind)
            await _check_scope(kind, changes.options, sessions, account.scope)
        return _rule(await service.change_rule(context, rule_id, changes.model_dump(exclude_none=True)))

    @routes.delete("/fill-rules/{rule_id}", status_code=204, dependencies=[_of_rule(sessions)])
    async def delete(rule_id: ListId) -> None:
        await service.delete_rule(sessions, rule_id)

    @routes.post("/fill-rules/{rule_id}/run", response_model=dialer_answers.Added, dependencies=[_of_rule(sessions)])
    async def run(rule_id: ListId) -> dict[str, int]:
        await context.flush()
        return {"added": await service.fill(context, rule_id)}

    @routes.get("/tickets/{ticket_id}/callback", response_model=answers.ExpectedCallback)
    async def callback(
        ticket_id: ListId, account: Annotated[Account, requires("work_tickets", reach="scoped")]
    ) -> dict[str, Any]:
        found = await expected(sessions, context.complaints, account, ticket_id)
        named = {"id": str(found.list_id), "name": found.list_name, "state": found.list_state}
        return {"why_none": found.why_none, "list": named if found.list_id else None, "days": found.days}

    return routes


def _of_rule(sessions: Sessions) -> Any:
    """For a route of `rule_id`: the rule of a list in the caller's scope; any other is not there."""

    async def check(rule_id: ListId, account: Runner) -> Account:
        row = await service.one_rule(sessions, rule_id)
        if not await sees_list(sessions, account.scope, row.list_id):
            raise NotFound(f"There is no rule {rule_id}")
        return account

    return Depends(check)


def _check_queue(options: OptionsShape, settings: Settings) -> None:
    if options.queue and options.queue not in settings.queues:
        raise BadInput(f"There is no queue {options.queue!r}", field="options.queue")


async def _check_scope(kind: FillKind, options: OptionsShape, sessions: Sessions, scope: Scope) -> None:
    """Raises BadInput for a rule that takes from a list outside the scope, from a queue outside, or from all."""
    source = options.source_list_id
    if source is not None and not await sees_list(sessions, scope, source):
        raise BadInput("Say of which list the targets are", field="options.source_list_id")
    if kind is not FillKind.DAYS_AFTER:
        check_queue(scope, options.queue, "options.queue")


def _rule(row: FillRule) -> dict[str, Any]:
    names = ("id", "kind", "options", "is_enabled", "created_at", "created_by", "looked_at", "added", "refused")
    return {name: getattr(row, name) for name in names} | {"list_id": str(row.list_id)}
