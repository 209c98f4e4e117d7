"""The routes of the rules, of what they would delete, and of what was deleted (docs/api.md, Retention)."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from callcenter.accounts.api import requires
from callcenter.accounts.once import OnceRoute
from callcenter.calls.api import When, Word
from callcenter.forms.shapes import Shape
from callcenter.recordings.library import Library
from callcenter.retention import answers
from callcenter.retention.call_api import Keeper, Row
from callcenter.retention.deletions import WantedDeletions, deletions
from callcenter.retention.dry_run import page_due, sum_due
from callcenter.retention.rulebook import add_rule, change_rule, delete_rule, told_rules
from callcenter.retention.rules import MOST_DAYS, Scope
from callcenter.store.engine import Sessions

Days = Annotated[int, Field(ge=1, le=MOST_DAYS)]
Limit = Annotated[int, Field(ge=1, le=200)]
MANAGES = requires("manage_retention")


class RuleShape(Shape):
    """A rule to be made."""

    scope: Scope
    subject: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""
    days: Days


class DaysShape(Shape):
    """Other days for a rule."""

    days: Days


class DueQuery(Shape):
    """A page of what would be deleted now."""

    rule: Annotated[int | None, Field(ge=1, lt=2**63)] = None
    cursor: Annotated[int, Field(ge=0, lt=2**63)] = 0
    limit: Limit = 50


class DeletionQuery(Shape):
    """A page of what was deleted; `cursor` is `next` of the page before."""

    number: Word | None = None
    scope: Scope | None = None
    subject: Word | None = None
    since: Annotated[When | None, Field(alias="from")] = None
    until: Annotated[When | None, Field(alias="to")] = None
    cursor: Annotated[int | None, Field(ge=1, lt=2**63)] = None
    limit: Limit = 50

    def wanted(self) -> WantedDeletions:
        """The same for the service."""
        return WantedDeletions(**self.model_dump(exclude={"cursor", "limit"}))


def retention_routes(sessions: Sessions, library: Library) -> APIRouter:
    """`/api/retention`: rules, the dry run, the log; all for who manages retention."""
    routes = APIRouter(prefix="/api/retention", route_class=OnceRoute)
    _rule_routes(routes, sessions, library)

    @routes.get("/due", response_model=answers.DueSum, dependencies=[MANAGES])
    async def due() -> dict[str, Any]:
        return await sum_due(sessions, library)

    @routes.get("/due/recordings", response_model=answers.DueRecordings, dependencies=[MANAGES])
    async def due_recordings(query: Annotated[DueQuery, Query()]) -> dict[str, Any]:
        page, following = await page_due(sessions, library, rule=query.rule, after=query.cursor, limit=query.limit)
        return {"recordings": page, "next": following}

    @routes.get("/deletions", response_model=answers.DeletionsPage, dependencies=[MANAGES])
    async def log(query: Annotated[DeletionQuery, Query()]) -> dict[str, Any]:
        found = await deletions(sessions, query.wanted(), before=query.cursor, limit=query.limit + 1)
        shown = found[: query.limit]
        return {"deletions": shown, "next": shown[-1]["id"] if len(found) > query.limit else None}

    return routes


def _rule_routes(routes: APIRouter, sessions: Sessions, library: Library) -> None:
    @routes.get("/rules", response_model=answers.RetentionRules, dependencies=[MANAGES])
    async def rules() -> dict[str, Any]:
        return {"rules": await told_rules(sessions)}

    @routes.post("/rules", response_model=answers.RuleMade, status_code=201)
    async def add(shape: RuleShape, account: Keeper) -> dict[str, Any]:
        by, now = account.username, library.clock()
        return {"id": await add_rule(sessions, shape.scope, shape.subject, shape.days, by=by, now=now)}

    @routes.patch("/rules/{rule_id}", status_code=204, dependencies=[MANAGES])
    async def change(rule_id: Row, shape: DaysShape) -> None:
        await change_rule(sessions, rule_id, shape.days)

    @routes.delete("/rules/{rule_id}", status_code=204, dependencies=[MANAGES])
    async def delete(rule_id: Row) -> None:
        await delete_rule(sessions, rule_id)
