"""The routes of what no list may break: do-not-call list, emergency stop, tester; and of what a person must decide
(docs/api.md, Callbacks)."""

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from msgspec import to_builtins

from callcenter.accounts.api import requires
from callcenter.accounts.once import OnceRoute
from callcenter.accounts.service import Account
from callcenter.dialer import answers, asking, banning, leasing, service, tester
from callcenter.dialer.banning import NewBan
from callcenter.dialer.calendar import calendar_of
from callcenter.dialer.holidays import day_of
from callcenter.dialer.numbers import SHORTEST_PREFIX
from callcenter.dialer.scoped import of_list
from callcenter.dialer.shapes import Bans, DecisionShape, ListId, StopShape
from callcenter.dialer.tables import CallbackList, DoNotCall
from callcenter.dialer.windows import clock_of
from callcenter.dialer.worker import Worker
from callcenter.errors import BadInput, NotAllowed
from callcenter.plain_text import PlainText
from callcenter.store.engine import Sessions

MOST_DAYS = 62
FIRST_YEAR, LAST_YEAR = 2000, 2100

Runner = Annotated[Account, requires("run_lists")]
Stopper = Annotated[Account, requires("stop_dialling")]


def dialling_routes(sessions: Sessions, worker: Worker) -> APIRouter:
    """The routes; each says which permission it needs."""
    routes = APIRouter(prefix="/api", route_class=OnceRoute)
    _ban_routes(routes, sessions, worker)
    _stop_routes(routes, sessions, worker)

    @routes.get(
        "/lists/{list_id}/may-call", response_model=answers.MayCall, dependencies=[of_list(sessions, "see_lists")]
    )
    async def may_call(
        list_id: ListId,
        number: Annotated[str, Query(min_length=1, max_length=40)],
        at: Annotated[float, Query(gt=0, le=4e9)] | None = None,
    ) -> dict[str, Any]:
        row = await service.list_row(sessions, list_id)
        moment = worker.clock() if at is None else at
        answer = await tester.may_call(sessions, row, worker.outlook.rulebook(row), number, moment)
        return {
            "number": answer.number,
            "time_zones": answer.time_zones,
            "at": moment,
            "may_call": answer.permit.is_given,
            "refused": to_builtins(answer.permit.refused),
            "next_at": answer.permit.next_at,
        }

    @routes.get("/lists/{list_id}/days", response_model=answers.ListDays, dependencies=[of_list(sessions, "see_lists")])
    async def days(
        list_id: ListId,
        first: Annotated[date, Query(alias="from")],
        count: Annotated[int, Query(ge=1, le=MOST_DAYS)] = MOST_DAYS,
    ) -> dict[str, Any]:
        if not FIRST_YEAR <= first.year <= LAST_YEAR:
            raise BadInput(f"from: a date between {FIRST_YEAR} and {LAST_YEAR}", field="from")
        row = await service.list_row(sessions, list_id)
        return {"days": [_day(row, first + timedelta(days=ahead)) for ahead in range(count)]}

    @routes.post(
        "/lists/{list_id}/targets/{target_id}/decision", status_code=204, dependencies=[of_list(sessions, "run_lists")]
    )
    async def decide(list_id: ListId, target_id: ListId, shape: DecisionShape) -> None:
        await asking.decide(sessions, list_id, target_id, shape.decision, now=worker.clock(), due_at=shape.due_at)
        worker.wake(list_id)

    return routes


def _day(row: CallbackList, day: date) -> dict[str, Any]:
    """What a list's calendar says of a date: its windows, and what is special about it."""
    calendar, special = calendar_of(row.windows, row.calendar), day_of(row.calendar.get("region", ""), day)
    spans, closed = calendar.spans(day)
    exceptions = {each["date"]: each for each in row.calendar.get("exceptions", ())}
    return {
        "date": day.isoformat(),
        "windows": [{"from": clock_of(span.from_minute), "until": clock_of(span.until_minute)} for span in spans],
        "closed": None if spans else closed,
        "holiday": special.holiday,
        "replaces_weekday": special.replaces_weekday,
        "exception": exceptions.get(day.isoformat()),
    }


def _ban_routes(routes: APIRouter, sessions: Sessions, worker: Worker) -> None:
    @routes.get("/do-not-call", response_model=answers.DoNotCallPage)
    async def page(
        account: Annotated[Account, requires("see_lists")],
        number: Annotated[PlainText, Query(max_length=16)] = "",
        cursor: Annotated[int, Query(ge=0, le=2**53)] | None = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> dict[str, Any]:
        if number and not account.sees_numbers:
            raise NotAllowed("a search by how numbers begin needs the permission see_numbers", field="number")
        rows, count = await banning.bans_page(sessions, beginning=number, before=cursor, limit=limit)
        return {
            "entries": [_ban(row) for row in rows],
            "count": count,
            "next": rows[-1].id if len(rows) == limit else None,
        }

    @routes.post("/do-not-call", response_model=answers.Added, status_code=201)
    async def add(bans: Bans, account: Runner) -> dict[str, int]:
        for nth, one in enumerate(bans.entries):
            if one.is_prefix and len(one.number) < SHORTEST_PREFIX:
                raise BadInput("A prefix has at least two digits behind the +", field=f"entries.{nth}.number")
        entries = [NewBan(**one.model_dump()) for one in bans.entries]
        added = await banning.ban(sessions, entries, now=worker.clock(), by=account.username)
        worker.wake()
        return {"added": added}

    @routes.delete("/do-not-call/{entry_id}", status_code=204, dependencies=[requires("run_lists")])
    async def remove(entry_id: ListId) -> None:
        await banning.unban(sessions, entry_id)


def _stop_routes(routes: APIRouter, sessions: Sessions, worker: Worker) -> None:
    @routes.get(
        "/emergency-stop", response_model=answers.EmergencyStop, dependencies=[requires("see_lists", reach="shared")]
    )
    async def stopped() -> dict[str, Any]:
        stop = await leasing.stop_in_force(sessions)
        if stop is None:
            return {"is_stopped": False, "stopped_at": None, "stopped_by": "", "reason": ""}
        return {
            "is_stopped": True, "stopped_at": stop.stopped_at, "stopped_by": stop.stopped_by, "reason": stop.reason,
        }  # fmt: skip

    @routes.post("/emergency-stop", status_code=204)
    async def stop(shape: StopShape, account: Stopper) -> None:
        await worker.stop_everything(by=account.username, reason=shape.reason, hangs_up=shape.hangs_up)

    @routes.delete("/emergency-stop", status_code=204)
    async def lift(account: Stopper) -> None:
        await worker.lift_stop(by=account.username)


def _ban(row: DoNotCall) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "is_prefix": row.is_prefix,
        "expires_at": row.expires_at,
        "source": row.source,
        "note": row.note,
        "created_at": row.created_at,
        "created_by": row.created_by,
    }
