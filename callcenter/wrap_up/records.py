"""What agents wrote down of their conversations: read, kept, changed. Each function is one transaction."""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.delivery.kinds import EventKind
from callcenter.delivery.service import post_webhooks
from callcenter.dialer.importing.rows import Row, RowError
from callcenter.dialer.locking import lock_list
from callcenter.dialer.permit import Rulebook
from callcenter.dialer.promises import promise, withdraw_promise
from callcenter.dialer.rules import ListState
from callcenter.dialer.tables import CallbackList, Target
from callcenter.dialer.targets import NewTarget, ask_for, row_of_target
from callcenter.errors import BadInput, Conflict, NotFound
from callcenter.floor.terms import Instant
from callcenter.store.engine import Sessions
from callcenter.wrap_up.answers import ChosenTold, WrapUpTold
from callcenter.wrap_up.at_hand import Talked
from callcenter.wrap_up.choices import known
from callcenter.wrap_up.rules import MOST_EARLIER, NOTHING_SAID, Filled, Said, check_filled, check_promised
from callcenter.wrap_up.tables import WrapUpChoice, WrapUpRecord

WRITTEN = EventKind("wrap_up.written", WrapUpTold)

KEPT = ("reason_id", "result_id", "note", "next_at", "next_agent", "target_id")
"""What an earlier version of a record is kept with, beside who wrote it and when."""


class Written(Struct, frozen=True):
    """A record, and the list that keeps its promise."""

    record: WrapUpRecord
    list_id: int | None = None
    list_name: str = ""


class Writing(Struct, frozen=True, kw_only=True):
    """Who writes about which conversation, and when; `customer_id` whose number it is, where one customer has it.

    `is_change`: of somebody else's record, which must be there. `rulebook` says when a list may call.
    """

    talked: Talked
    by: str
    now: Instant
    rulebook: Callable[[CallbackList], Rulebook]
    customer_id: int | None = None
    is_change: bool = False


class OpenList(Struct, frozen=True):
    """A callback list that takes promises, and the queue that its customers reach."""

    id: int
    name: str
    queue: str


async def open_lists(sessions: Sessions) -> list[OpenList]:
    """The lists that keep what is promised: those that nobody has stopped, by name."""
    query = select(CallbackList).where(CallbackList.state != ListState.STOPPED).order_by(CallbackList.name)
    async with sessions() as session:
        return [OpenList(row.id, row.name, row.queue) for row in await session.scalars(query)]


async def record_of(sessions: Sessions, pbx: str, call_id: str, agent: str) -> Written | None:
    """What an agent wrote down of a call."""
    found = await _written(sessions, pbx, call_id, WrapUpRecord.agent_number == agent)
    return found[0] if found else None


async def records_of(sessions: Sessions, pbx: str, call_id: str) -> list[Written]:
    """What each agent wrote down of a call, in the order in which they first did."""
    return await _written(sessions, pbx, call_id)


async def _written(sessions: Sessions, pbx: str, call_id: str, *wanted: Any) -> list[Written]:
    query = (
        select(WrapUpRecord, CallbackList.id, CallbackList.name)
        .outerjoin(Target, Target.id == WrapUpRecord.target_id)
        .outerjoin(CallbackList, CallbackList.id == Target.list_id)
        .where(WrapUpRecord.pbx == pbx, WrapUpRecord.call_id == call_id, *wanted)
        .order_by(WrapUpRecord.written_at, WrapUpRecord.id)
    )
    async with sessions() as session:
        return [Written(record, list_id, name or "") for record, list_id, name in await session.execute(query)]


async def write(sessions: Sessions, writing: Writing, filled: Filled) -> int | None:
    """Keeps what is filled in, in place of what stood there, which is kept beside it; the list that promises a call.

    What was not there before is told to webhooks, too.

    Raises BadInput naming the field, NotFound where there is no record to change, Conflict where the same was written
    at the same moment.
    """
    try:
        async with sessions.begin() as session:
            record = await _record_to_write(session, writing)
            choices: Sequence[WrapUpChoice] = (await session.scalars(select(WrapUpChoice))).all()
            check_filled(filled, known(choices), Said(record.reason_id, record.result_id) if record else NOTHING_SAID)
            before = {name: getattr(record, name) for name in KEPT} if record else {}
            record = record or _new_record(writing)
            list_id = await _promise(session, record, filled, writing)
            record.reason_id, record.result_id, record.note = filled.reason_id, filled.result_id, filled.note
            is_other = before != {name: getattr(record, name) for name in KEPT}
            if before and is_other:
                # A new list: JSON that is changed in place is not noticed.
                record.earlier = [*record.earlier, before | _told_by(record)][-MOST_EARLIER:]
            record.changed_at, record.changed_by = writing.now, writing.by
            record.customer_id = record.customer_id or writing.customer_id
            session.add(record)
            if is_other:
                said = {row.id: row for row in choices}
                told = _told(record, writing.talked, said[record.reason_id], said[record.result_id])
                await post_webhooks(session, WRITTEN, told, writing.now)
            return list_id
    except IntegrityError as error:
        raise Conflict("This form was saved at the same moment elsewhere; save it again") from error


async def _record_to_write(session: AsyncSession, writing: Writing) -> WrapUpRecord | None:
    talked = writing.talked
    query = select(WrapUpRecord).where(
        WrapUpRecord.pbx == talked.pbx,
        WrapUpRecord.call_id == talked.call_id,
        WrapUpRecord.agent_number == talked.agent_number,
    )
    record = await session.scalar(query.with_for_update())
    if record is None and writing.is_change:
        raise NotFound(f"agent {talked.agent_number} has written nothing down of call {talked.call_id}")
    return record


def _new_record(writing: Writing) -> WrapUpRecord:
    talked = writing.talked
    return WrapUpRecord(
        pbx=talked.pbx,
        call_id=talked.call_id,
        agent_number=talked.agent_number,
        agent_name=talked.agent_name,
        next_agent="",
        written_at=writing.now,
        written_by=writing.by,
        earlier=[],
    )


def _told(record: WrapUpRecord, talked: Talked, reason: WrapUpChoice, result: WrapUpChoice) -> WrapUpTold:
    return WrapUpTold(
        pbx=record.pbx,
        call_id=record.call_id,
        agent_number=record.agent_number,
        agent_name=record.agent_name,
        queue=talked.queue,
        direction=talked.direction,
        number=talked.number,
        customer_id=record.customer_id,
        reason=_choice(reason),
        result=_choice(result),
        note=record.note,
        next_at=record.next_at,
        next_agent=record.next_agent,
        written_at=record.written_at,
        written_by=record.written_by,
        changed_at=record.changed_at,
        changed_by=record.changed_by,
    )


def _choice(row: WrapUpChoice) -> ChosenTold:
    return ChosenTold(id=row.id, label_en=row.label_en, label_zh=row.label_zh)


def _told_by(record: WrapUpRecord) -> dict[str, Any]:
    return {"changed_at": record.changed_at, "changed_by": record.changed_by}


# --- what is promised -------------------------------------------------------------------------------------------


async def _promise(session: AsyncSession, record: WrapUpRecord, filled: Filled, writing: Writing) -> int | None:
    """The list of a call that is promised now; one that was promised before is kept as it is, or taken back."""
    target = await session.get(Target, record.target_id) if record.target_id else None
    next_agent = writing.talked.agent_number if filled.is_mine and filled.next_at is not None else ""
    if filled.next_at == record.next_at and (filled.next_at is None or _is_same(target, record, filled, next_agent)):
        return None
    if record.next_at is not None and target is not None:
        withdraw_promise(target, record.next_at, writing.now)
    record.next_at, record.next_agent, record.target_id = filled.next_at, next_agent, None
    if filled.next_at is None or filled.list_id is None:
        return target.list_id if target else None
    record.target_id = await _promised(session, filled.list_id, filled.next_at, next_agent, writing)
    return filled.list_id


def _is_same(target: Target | None, record: WrapUpRecord, filled: Filled, next_agent: str) -> bool:
    """A list that was deleted took its promises with it: what was promised there stands as it was written."""
    return target is None or (target.list_id, record.next_agent) == (filled.list_id, next_agent)


async def _promised(session: AsyncSession, list_id: int, at: Instant, agent: str, writing: Writing) -> int:
    check_promised(at, writing.now)
    callback_list = await _open_list(session, list_id)
    wanted = NewTarget(number=writing.talked.number, owner_agent=agent, due_at=at)
    row: Row | RowError = row_of_target(0, wanted, callback_list.region)
    if isinstance(row, RowError):
        raise BadInput(f"The number of this call cannot be called back: {row.reason}", field="next_at")
    target = await ask_for(session, list_id, row, now=writing.now)
    closed = writing.rulebook(callback_list).almanac.why_closed(target.time_zones, at)
    if closed is not None:
        reason = closed.replace("_", " ")
        raise BadInput(f"The list may not call this customer at that time ({reason})", field="next_at")
    await promise(session, target, at, agent)
    await session.flush()
    return target.id


async def _open_list(session: AsyncSession, list_id: int) -> CallbackList:
    try:
        state = await lock_list(session, list_id)
    except NotFound as error:
        raise BadInput(error.message, field="list_id") from None
    if state == ListState.STOPPED:
        raise BadInput("This list is stopped: nobody would call", field="list_id")
    return await session.get_one(CallbackList, list_id)
