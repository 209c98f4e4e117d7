"""The routes by which other systems make targets and follow what comes of them (docs/api.md, Targets and results)."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from msgspec import to_builtins
from pydantic import Field, model_validator

from callcenter.accounts.once import OnceRoute
from callcenter.dialer import answers, results, targets
from callcenter.dialer.adding import Policies
from callcenter.dialer.calendar import all_zones
from callcenter.dialer.importing.rows import MAX_VALUE_LENGTH, PRIORITIES, Policy
from callcenter.dialer.importing.sheets import MAX_COLUMNS
from callcenter.dialer.scoped import of_list
from callcenter.dialer.shapes import ListId, Shape
from callcenter.dialer.targets import MAX_TARGETS, NewTarget
from callcenter.dialer.worker import Worker
from callcenter.plain_text import PlainText
from callcenter.settings import Settings
from callcenter.store.engine import Sessions

Text = Annotated[PlainText, Field(max_length=200)]
Number = Annotated[PlainText, Field(min_length=1, max_length=40)]
Moment = Annotated[float, Field(gt=0, le=4e9)]
Attributes = Annotated[
    dict[
        Annotated[PlainText, Field(min_length=1, max_length=200)],
        Annotated[PlainText, Field(max_length=MAX_VALUE_LENGTH)],
    ],
    Field(max_length=MAX_COLUMNS, default_factory=dict),
]


class TargetShape(Shape):
    """Somebody to call."""

    number: Number
    other_numbers: Annotated[list[Number], Field(max_length=9, default_factory=list)]
    name: Text = ""
    attributes: Attributes
    priority: Annotated[int, Field(ge=PRIORITIES[0], le=PRIORITIES[-1])] | None = None
    owner_agent: Annotated[PlainText, Field(max_length=64)] = ""
    time_zone: Annotated[str, Field(max_length=64)] = ""
    due_at: Moment | None = None

    @model_validator(mode="after")
    def _known_zone(self) -> "TargetShape":
        if self.time_zone and self.time_zone not in all_zones():
            raise ValueError(f"time_zone: there is no {self.time_zone!r}; write one such as Asia/Shanghai")
        return self

    def target(self) -> NewTarget:
        """As the service knows it."""
        return NewTarget(**self.model_dump())


class TargetsShape(Shape):
    """Targets to add, all or none unless `skip_bad`."""

    targets: Annotated[list[TargetShape], Field(min_length=1, max_length=MAX_TARGETS)]
    duplicates: Policy = Policy.SKIP
    other_lists: Policy = Policy.ALLOW
    skip_bad: bool = False

    @model_validator(mode="after")
    def _possible(self) -> "TargetsShape":
        if self.duplicates is Policy.ALLOW:
            raise ValueError("duplicates: skip, merge or refuse")
        if self.other_lists is Policy.MERGE:
            raise ValueError("other_lists: allow, skip or refuse")
        return self


class PromiseShape(Shape):
    """A callback that an agent promised a customer at a time."""

    number: Number
    agent_number: Annotated[PlainText, Field(min_length=1, max_length=64)]
    due_at: Moment
    name: Text = ""
    attributes: Attributes


def target_routes(sessions: Sessions, worker: Worker, settings: Settings) -> APIRouter:
    """The routes; each says which permission it needs."""
    routes = APIRouter(prefix="/api/lists", route_class=OnceRoute)
    agents = frozenset(agent.number for agent in settings.agents)

    @routes.post(
        "/{list_id}/targets",
        response_model=answers.TargetsAdded,
        status_code=201,
        dependencies=[of_list(sessions, "run_lists")],
    )
    async def add(list_id: ListId, shape: TargetsShape) -> JSONResponse:
        wanted = [one.target() for one in shape.targets]
        policies = Policies(shape.duplicates, shape.other_lists, shape.skip_bad)
        added = await targets.add_targets(sessions, list_id, wanted, policies, agents=agents, now=worker.clock())
        worker.wake(list_id)
        return JSONResponse(to_builtins(added), 201 if added.is_done else 422)

    @routes.post(
        "/{list_id}/promises",
        response_model=answers.Promised,
        status_code=201,
        dependencies=[of_list(sessions, "run_lists")],
    )
    async def promise(list_id: ListId, shape: PromiseShape) -> dict[str, int]:
        wanted = NewTarget(
            number=shape.number, name=shape.name, attributes=shape.attributes, owner_agent=shape.agent_number,
            due_at=shape.due_at,
        )  # fmt: skip
        target_id = await targets.promise(sessions, list_id, wanted, agents=agents, now=worker.clock())
        worker.wake(list_id)
        return {"target_id": target_id}

    @routes.get("/{list_id}/results", response_model=answers.ResultsPage, dependencies=[of_list(sessions, "see_lists")])
    async def results_(
        list_id: ListId,
        cursor: Annotated[int, Query(ge=0, le=2**53)] = 0,
        since: Annotated[float, Query(ge=0, le=4e9)] | None = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> dict[str, Any]:
        page, after = await results.results_page(sessions, list_id, after=cursor, since=since, limit=limit)
        return {"results": page, "next": after}

    return routes
