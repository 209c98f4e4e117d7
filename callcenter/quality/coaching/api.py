"""The routes of coaching (docs/api.md, Coaching)."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from msgspec import to_builtins
from pydantic import Field

from callcenter.accounts.api import requires
from callcenter.accounts.once import OnceRoute
from callcenter.accounts.rules import USERNAME_LENGTH
from callcenter.accounts.service import Account
from callcenter.errors import NotAllowed
from callcenter.floor.terms import Instant
from callcenter.forms.shapes import Identity, Row, Shape, Text
from callcenter.quality.coaching import answers, service
from callcenter.quality.coaching.rules import COACHING, standing, steps_for
from callcenter.quality.coaching.service import Coaching, Task, Wanted
from callcenter.quality.review_api import StepShape
from callcenter.quality.rules import MOST_ITEMS, items_of
from callcenter.store.engine import Sessions

Anybody = Annotated[Account, requires(reach="scoped")]
Agent = Annotated[Account, requires("see_own_reviews", reach="own")]
Name = Annotated[str, Field(min_length=1, max_length=USERNAME_LENGTH, pattern=r"^[^\x00]*$")]


async def _coach(account: Anybody) -> Account:
    if account.permissions.isdisjoint(COACHING):
        raise NotAllowed("this needs the permission review_calls or decide_appeals")
    return account


async def _reader(account: Anybody) -> Account:
    if account.permissions.isdisjoint(COACHING | {"see_own_reviews"}):
        raise NotAllowed("this needs the permission see_own_reviews")
    return account


Coach = Annotated[Account, Depends(_coach)]
Reader = Annotated[Account, Depends(_reader)]


class TaskQuery(Shape):
    """Which tasks; `cursor` is `next` of the page before."""

    agent: Name | None = None
    review: Row | None = None
    state: Literal["open", "closed"] | None = None
    cursor: Row | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class TaskShape(Shape):
    """What an agent is to work on."""

    items: Annotated[list[Identity], Field(max_length=MOST_ITEMS)]
    note: Text = ""
    owner: Name
    due_at: Annotated[float, Field(allow_inf_nan=False)]


def coaching_routes(sessions: Sessions, clock: Callable[[], Instant]) -> APIRouter:
    """Tasks are given for reviews and closed by who reviews or leads, and acknowledged by the agent."""
    routes = APIRouter(prefix="/api", route_class=OnceRoute)
    _reading_routes(routes, sessions)
    _changing_routes(routes, sessions, clock)
    return routes


def _reading_routes(routes: APIRouter, sessions: Sessions) -> None:
    @routes.get("/coaching", response_model=answers.CoachingPage)
    async def page(query: Annotated[TaskQuery, Query()], account: Reader) -> dict[str, Any]:
        is_open = None if query.state is None else query.state == "open"
        wanted = Wanted(agent=query.agent, review_id=query.review, is_open=is_open)
        found = await service.tasks(sessions, wanted, account, before=query.cursor, limit=query.limit + 1)
        shown = found[: query.limit]
        following = shown[-1].task.id if len(found) > query.limit else None
        return {"tasks": [_shape(one) for one in shown], "next": following}

    @routes.get("/coaching/owners", response_model=answers.CoachingOwners)
    async def owners(account: Coach) -> dict[str, Any]:
        people = await service.owners(sessions, account.scope)
        return {"owners": [{"username": user.username, "name": user.name} for user in people]}


def _changing_routes(routes: APIRouter, sessions: Sessions, clock: Callable[[], Instant]) -> None:
    @routes.post("/reviews/{review_id}/coaching", response_model=answers.CoachingTask, status_code=201)
    async def give(review_id: Row, shape: TaskShape, account: Coach) -> dict[str, Any]:
        return _shape(await service.give(sessions, review_id, Task(**shape.model_dump()), account, clock()))

    @routes.post("/coaching/{task_id}/acknowledge", response_model=answers.CoachingTask)
    async def acknowledge(task_id: Row, shape: StepShape, account: Agent) -> dict[str, Any]:
        return _shape(await service.acknowledge(sessions, task_id, shape.act(account, clock())))

    @routes.post("/coaching/{task_id}/close", response_model=answers.CoachingTask)
    async def close(task_id: Row, shape: StepShape, account: Coach) -> dict[str, Any]:
        return _shape(await service.close(sessions, task_id, shape.act(account, clock())))


TOLD = (
    *("id", "review_id", "agent_number", "note", "owner", "due_at", "given_at", "given_by"),
    *("version", "seen_at", "closed_at", "closed_by", "outcome"),
)


def _shape(seen: Coaching) -> dict[str, Any]:
    task, after = seen.task, seen.after
    state = standing(task.seen_at, task.closed_at)
    labels = {item.id: to_builtins(item.label) for item in items_of(seen.content.sections)}
    return {name: getattr(task, name) for name in TOLD} | {
        "agent_name": seen.review.agent_name,
        "talked_at": seen.review.talked_at,
        "form_name": to_builtins(seen.content.name),
        "state": state,
        "items": [
            {
                "id": item,
                "label": labels[item],
                "before": to_builtins(seen.before.get(item)),
                "after": to_builtins(after.items.get(item)) if after else None,
            }
            for item in task.items
        ],
        "is_drawn": task.assignment_id is not None,
        "next_review_id": after.review.id if after else None,
        "may": [step.value for step in steps_for(seen.person, state)],
    }
