"""The routes of wrap-up forms (docs/api.md, Wrap-up forms)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter

from callcenter.accounts.api import requires
from callcenter.accounts.rules import own_agent
from callcenter.accounts.scoped import check_call
from callcenter.accounts.service import Account
from callcenter.calls.api import Word
from callcenter.customers.service import Context as Customers
from callcenter.customers.service import known_callers
from callcenter.dialer.worker import Worker
from callcenter.floor.floor import Floor
from callcenter.floor.terms import Instant
from callcenter.store.engine import Sessions
from callcenter.wrap_up.at_hand import Talked, check_in_hand, last_of, of_floor, talked_in
from callcenter.wrap_up.choices import all_choices, save_choices
from callcenter.wrap_up.records import Writing, open_lists, record_of, records_of, write
from callcenter.wrap_up.shapes import (
    ChangeShape,
    ChoicesAnswer,
    ChoicesShape,
    MineAnswer,
    RecordAnswer,
    RecordsAnswer,
    RecordShape,
    call_answer,
    choices_answer,
    lists_answer,
    record_answer,
)

Agent = Annotated[Account, requires("work_seat", reach="own")]
Author = Annotated[Account, requires("work_seat", takes_masks=True, reach="own")]
Reader = Annotated[Account, requires("see_calls", reach="scoped")]
Changer = Annotated[Account, requires("manage_wrap_ups", takes_masks=True, reach="scoped")]

OF_CALL = "/api/calls/{pbx}/{call_id}/wrap-ups"


@dataclass(frozen=True)
class Desk:
    """What wrap-up forms work with; `write_down` has the conversations that ended a moment ago in the database.

    `told` says that something waits in the outbox.
    """

    floor: Floor
    worker: Worker
    customers: Customers
    write_down: Callable[[], Awaitable[None]]
    told: Callable[[], None] = lambda: None

    @property
    def sessions(self) -> Sessions:
        """The database."""
        return self.customers.sessions

    def now(self) -> Instant:
        """This moment."""
        return self.worker.clock()


def wrap_up_routes(desk: Desk) -> APIRouter:
    """The routes; each says which permission it needs."""
    routes = APIRouter()
    _choice_routes(routes, desk)
    _own_routes(routes, desk)
    _call_routes(routes, desk)
    return routes


def _choice_routes(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/api/wrap-up-choices", dependencies=[requires(reach="shared")])
    async def choices() -> ChoicesAnswer:
        return choices_answer(await all_choices(desk.sessions))

    @routes.put("/api/wrap-up-choices", dependencies=[requires("manage_wrap_ups")])
    async def save(shape: ChoicesShape) -> ChoicesAnswer:
        reasons, results = shape.entries("reasons"), shape.entries("results")
        saved = await save_choices(desk.sessions, reasons, results, version=shape.version, now=desk.now())
        return choices_answer(saved)


def _own_routes(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/api/wrap-ups/mine")
    async def mine(account: Agent) -> MineAnswer:
        found = await _at_hand(desk, own_agent(account.agent_number))
        calls = [
            call_answer(one, await record_of(desk.sessions, one.pbx, one.call_id, one.agent_number)) for one in found
        ]
        return MineAnswer(calls=calls, lists=lists_answer(await open_lists(desk.sessions)))

    @routes.put("/api/wrap-ups/{pbx}/{call_id}")
    async def write_own(pbx: Word, call_id: Word, shape: RecordShape, account: Author) -> RecordAnswer:
        await desk.write_down()
        talked = await talked_in(desk.sessions, desk.floor, pbx, call_id, own_agent(account.agent_number))
        check_in_hand(talked, desk.now())
        return await _write(desk, talked, shape, account)


def _call_routes(routes: APIRouter, desk: Desk) -> None:
    @routes.get(OF_CALL)
    async def of_call(pbx: Word, call_id: Word, account: Reader) -> RecordsAnswer:
        await check_call(desk.sessions, account.scope, pbx, call_id)
        found = await records_of(desk.sessions, pbx, call_id)
        return RecordsAnswer(records=[record_answer(one) for one in found])

    @routes.put(OF_CALL)
    async def change(pbx: Word, call_id: Word, shape: ChangeShape, account: Changer) -> RecordAnswer:
        await check_call(desk.sessions, account.scope, pbx, call_id)
        talked = await talked_in(desk.sessions, desk.floor, pbx, call_id, shape.agent_number)
        return await _write(desk, talked, shape, account, is_change=True)


async def _at_hand(desk: Desk, agent: str) -> list[Talked]:
    """What the agent talks in or works on; with the last one before, which may have no record yet."""
    await desk.write_down()
    last = await last_of(desk.sessions, desk.floor, agent, desk.now())
    found: dict[tuple[str, str], Talked] = {}
    for one in (*of_floor(desk.floor, agent), *([last] if last else [])):
        found.setdefault((one.pbx, one.call_id), one)
    return [one for one in found.values() if not one.is_callback]


async def _write(
    desk: Desk, talked: Talked, shape: RecordShape, account: Account, *, is_change: bool = False
) -> RecordAnswer:
    key = (talked.pbx, talked.call_id, talked.agent_number)
    filled = shape.filled(await record_of(desk.sessions, *key), sees_numbers=account.sees_numbers)
    writing = Writing(
        talked=talked,
        by=account.username,
        now=desk.now(),
        rulebook=desk.worker.outlook.rulebook,
        customer_id=await _whose(desk, talked),
        is_change=is_change,
    )
    list_id = await write(desk.sessions, writing, filled)
    desk.told()
    if list_id is not None:
        desk.worker.wake(list_id)
    [written] = [one for one in await records_of(desk.sessions, *key[:2]) if one.record.agent_number == key[2]]
    return record_answer(written)


async def _whose(desk: Desk, talked: Talked) -> int | None:
    """The customer whose number it is; None where nobody has it, or several."""
    _number, found = await known_callers(desk.customers, talked.number)
    return found[0].row.id if len(found) == 1 else None
