"""The routes of record forms (docs/api.md, Record forms)."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter

from callcenter.accounts.api import requires
from callcenter.accounts.service import Account
from callcenter.accounts.user_api import AgentNumber
from callcenter.dialer import banning
from callcenter.dialer.banning import NewBan
from callcenter.dialer.offers import open_offer
from callcenter.dialer.promises import promises_of
from callcenter.dialer.rules import ListState
from callcenter.dialer.scoped import of_list
from callcenter.dialer.tables import CallbackList, Target
from callcenter.dialer.worker import Worker
from callcenter.floor.floor import Floor
from callcenter.floor.terms import Instant
from callcenter.forms import answers, records, service
from callcenter.forms.offers_api import WorkerAccount, offer_shape
from callcenter.forms.own import check_is_for, check_own_call, check_own_target, dial_of
from callcenter.forms.records import Filling
from callcenter.forms.service import IN_HAND_SECONDS, Sheet
from callcenter.forms.shapes import FormShape, RecordShape, Row, form_shape, sheet_shape
from callcenter.store.engine import Sessions

AFTER_CALL_SECONDS = 900
"""For so long after a callback its sheet stays before the agent, unless the next one comes."""

HOUR_SECONDS = 3600

Filler = Annotated[Account, requires("work_callbacks", takes_masks=True, reach="own")]


def form_routes(sessions: Sessions, worker: Worker, floor: Floor) -> APIRouter:
    """The routes; each says which permission it needs."""
    routes = APIRouter(prefix="/api")
    _building_routes(routes, sessions, worker.clock)
    _sheet_routes(routes, sessions, worker.clock, floor)
    _filling_routes(routes, sessions, worker, floor)
    return routes


def _building_routes(routes: APIRouter, sessions: Sessions, clock: Callable[[], Instant]) -> None:
    @routes.get(
        "/lists/{list_id}/form", response_model=answers.RecordForm, dependencies=[of_list(sessions, "see_lists")]
    )
    async def form(list_id: Row) -> dict[str, Any]:
        return form_shape(await service.newest_form(sessions, list_id))

    @routes.put("/lists/{list_id}/form", response_model=answers.RecordForm)
    async def save(
        list_id: Row, shape: FormShape, account: Annotated[Account, of_list(sessions, "run_lists")]
    ) -> dict[str, Any]:
        form = await service.save_form(
            sessions, list_id, shape.asked(), version=shape.version, by=account.username, now=clock()
        )
        return form_shape(form)


def _sheet_routes(routes: APIRouter, sessions: Sessions, clock: Callable[[], Instant], floor: Floor) -> None:
    @routes.get("/attempts/{attempt_id}/sheet", response_model=answers.Sheet)
    async def of_attempt(attempt_id: Row, account: WorkerAccount) -> dict[str, Any]:
        return _told(await _sheet_of_call(sessions, floor, account, attempt_id, clock()), floor)

    @routes.get("/targets/{target_id}/sheet", response_model=answers.Sheet)
    async def of_target(target_id: Row, account: WorkerAccount) -> dict[str, Any]:
        now = clock()
        sheet = await service.sheet_of_target(sessions, target_id, since=_since(account, now))
        await check_own_target(sessions, floor, account, sheet, now)
        return _told(sheet, floor)

    @routes.get("/callbacks/mine", response_model=answers.OwnCallbacks)
    async def mine(agent: AgentNumber, account: WorkerAccount) -> dict[str, Any]:
        check_is_for(account, agent)
        now = clock()
        sheet = await service.sheet_of_agent(sessions, agent, talking_to(floor, agent), since=now - AFTER_CALL_SECONDS)
        list_id = sheet.callback_list.id if sheet else None
        stands = await records.standing(sessions, agent, list_id, now - now % HOUR_SECONDS)
        told = {name: getattr(stands, name) for name in stands.__struct_fields__}
        return {
            "sheet": _told(sheet, floor) if sheet else None,
            "offer": await offer_shape(sessions, await open_offer(sessions, agent, now)),
            "standing": told,
        }

    @routes.get("/callbacks/mine/due", response_model=answers.PromisedCallbacks)
    async def due(agent: AgentNumber, account: WorkerAccount) -> dict[str, Any]:
        check_is_for(account, agent)
        return {"callbacks": [_promised(*one) for one in await promises_of(sessions, agent)]}


def _promised(target: Target, callback_list: CallbackList) -> dict[str, Any]:
    return {
        "id": target.id,
        "number": target.dial_number,
        "name": target.name,
        "due_at": target.due_at,
        "attempts": target.attempts,
        "list": {"id": str(callback_list.id), "name": callback_list.name},
        "is_running": callback_list.state == ListState.RUNNING,
    }


def _filling_routes(routes: APIRouter, sessions: Sessions, worker: Worker, floor: Floor) -> None:
    @routes.put("/attempts/{attempt_id}/record", response_model=answers.Sheet)
    async def fill_in(attempt_id: Row, shape: RecordShape, account: Filler) -> dict[str, Any]:
        now = worker.clock()
        sheet = await _sheet_of_call(sessions, floor, account, attempt_id, now)
        if not account.sees_numbers:
            shape = shape.as_kept(sheet)
        rulebook = worker.outlook.rulebook(sheet.callback_list)
        since = _since(account, now)
        filling = Filling(attempt_id=attempt_id, by=account.username, now=now, since=since)
        list_id = await records.fill_in(sessions, filling, shape.filled(), rulebook)
        if shape.is_do_not_call:
            await _ban(sessions, sheet, account.username, now)
        worker.wake(list_id)
        return _told(await service.sheet_of_attempt(sessions, attempt_id, since=since), floor)


async def _sheet_of_call(sessions: Sessions, floor: Floor, account: Account, attempt_id: int, now: Instant) -> Sheet:
    """Raises NotFound, also for the call of another agent where the account has its own alone."""
    sheet = await service.sheet_of_attempt(sessions, attempt_id, since=_since(account, now))
    if sheet.attempt is not None:
        check_own_call(floor, account, sheet.attempt)
    return sheet


def _since(account: Account, now: Instant) -> Instant:
    return 0.0 if "see_lists" in account.permissions else now - IN_HAND_SECONDS


async def _ban(sessions: Sessions, sheet: Sheet, by: str, now: Instant) -> None:
    numbers = {sheet.target.number, *sheet.target.other_numbers}
    entries = [NewBan(number, source="record form", note=sheet.callback_list.name) for number in sorted(numbers)]
    await banning.ban(sessions, entries, now=now, by=by)


def _told(sheet: Sheet, floor: Floor) -> dict[str, Any]:
    """A sheet; who talks is known to the floor before the end of the call tells it."""
    told = sheet_shape(sheet)
    dial = dial_of(floor, sheet.attempt) if sheet.attempt else None
    if dial is not None:
        told["attempt"]["agent_number"] = dial.agent_number
    return told


def talking_to(floor: Floor, agent: str) -> str | None:
    """The attempt whose customer this agent talks with now."""
    found = (
        attempt.attempt_id
        for site in floor.sites.values()
        for attempt in site.attempts.values()
        if attempt.agent_number == agent
    )
    return next(found, None)
