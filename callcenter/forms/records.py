"""Records: what an agent writes down about an attempt, and how agents stand. Each function is one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, convert
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.dialer.permit import Rulebook
from callcenter.dialer.promises import promise, withdraw_promise
from callcenter.dialer.rules import Outcome
from callcenter.dialer.tables import Attempt, CallbackList, Target
from callcenter.errors import BadInput, Conflict, NotFound
from callcenter.floor.terms import Instant, Seconds
from callcenter.forms.rules import Kind, Question, Result, faults, kept, keys_of
from callcenter.forms.service import is_in_hand, newest_of, record_of
from callcenter.forms.tables import Form, FormAnswer, FormRecord
from callcenter.store.engine import Sessions

LONGEST_PROMISE_SECONDS: Seconds = 366 * 86_400

TALKED = (Outcome.REACHED, Outcome.ABANDONED, Outcome.MACHINE, Outcome.UNKNOWN)
"""Outcomes after which there may be something to write down."""


class Filled(Struct, frozen=True, kw_only=True):
    """What an agent sends. `form_id` is the version that was before the agent's eyes; `next_at` a promised call;
    with `is_do_not_call` the customer must never be called again."""

    form_id: int | None
    result: Result
    answers: dict[str, Any]
    note: str = ""
    next_step: str = ""
    next_at: Instant | None = None
    next_agent: str = ""
    is_do_not_call: bool = False


class Filling(Struct, frozen=True, kw_only=True):
    """Who fills in which sheet, and when; `since` as in `sheet_of_attempt`."""

    attempt_id: int
    by: str
    now: Instant
    since: Instant


async def fill_in(sessions: Sessions, filling: Filling, filled: Filled, rulebook: Rulebook) -> int:
    """Keeps what came of an attempt, in place of what was kept of it before; the id of its list.

    Raises NotFound, Conflict where nobody answered, BadInput naming the field (`answers.why`).
    """
    async with sessions.begin() as session:
        attempt = await _attempt_to_fill(session, filling)
        target = await session.get_one(Target, attempt.target_id)
        form = await _form_of(session, attempt.list_id, filled.form_id)
        questions = convert(form.questions, list[Question]) if form else []
        _check(questions, filled)
        record = await record_of(session, attempt.id)
        if filled.next_at != (record.next_at if record else None) and filled.next_at is not None:
            _check_promise(rulebook, target, filled.next_at, filling.now)
        await _promise(session, target, record, filled, filling.now)
        record = record or FormRecord(
            list_id=attempt.list_id, target_id=target.id, attempt_id=attempt.id, filled_at=filling.now
        )
        for field in ("form_id", "result", "note", "next_step", "next_at", "next_agent"):
            setattr(record, field, getattr(filled, field))
        record.changed_at, record.filled_by = filling.now, filling.by
        session.add(record)
        await session.flush()
        await _keep_answers(session, record.id, questions, filled.answers)
        return attempt.list_id


async def _attempt_to_fill(session: AsyncSession, filling: Filling) -> Attempt:
    """The attempt, whose end waits until this transaction is over."""
    locking = update(Attempt).where(Attempt.id == filling.attempt_id).values(state=Attempt.state)
    attempt: Attempt | None = await session.scalar(locking.returning(Attempt))
    if attempt is None or not is_in_hand(attempt, filling.since):
        raise NotFound(f"There is no call {filling.attempt_id} to fill in a form for")
    if attempt.ended_at is not None and attempt.outcome not in TALKED:
        raise Conflict("Nobody answered this call: there is nothing to write down")
    return attempt


async def _form_of(session: AsyncSession, list_id: int, form_id: int | None) -> Form | None:
    if form_id is None:
        if await newest_of(session, list_id) is not None:
            raise BadInput("The list has a form; load it and fill it in", field="form_id")
        return None
    form = await session.get(Form, form_id)
    if form is None or form.list_id != list_id:
        raise BadInput("This is no form of the list; load it again", field="form_id")
    return form


def _check(questions: Sequence[Question], filled: Filled) -> None:
    wrong = faults(questions, filled.answers, is_complete=filled.result is Result.COMPLETED)
    for question, fault in wrong.items():
        label = next(one.label for one in questions if one.id == question)
        raise BadInput(f"{label}: {fault.value.replace('_', ' ')}", field=f"answers.{question}")
    if filled.result is Result.LATER and filled.next_at is None:
        raise BadInput("Say when the customer wants to be called", field="next_at")
    if filled.is_do_not_call and filled.next_at is not None:
        raise BadInput("Who must not be called again cannot be promised a call", field="next_at")


def _check_promise(rulebook: Rulebook, target: Target, at: Instant, now: Instant) -> None:
    if not now < at < now + LONGEST_PROMISE_SECONDS:
        raise BadInput("The next call must lie ahead, within a year", field="next_at")
    closed = rulebook.almanac.why_closed(target.time_zones, at)
    if closed is not None:
        raise BadInput(
            f"The list may not call this customer at that time ({closed.replace('_', ' ')})", field="next_at"
        )


async def _promise(
    session: AsyncSession, target: Target, record: FormRecord | None, filled: Filled, now: Instant
) -> None:
    before = (record.next_at, record.next_agent) if record else (None, "")
    if before == (filled.next_at, filled.next_agent):
        return
    if before[0] is not None:
        withdraw_promise(target, before[0], now)
    if filled.next_at is not None:
        await promise(session, target, filled.next_at, filled.next_agent)


async def _keep_answers(
    session: AsyncSession, record_id: int, questions: Sequence[Question], answers: Mapping[str, Any]
) -> None:
    await session.execute(delete(FormAnswer).where(FormAnswer.record_id == record_id))
    kinds = {question.id: question.kind for question in questions}
    for question, answer in kept(questions, answers).items():
        is_number = kinds[question] in (Kind.SCALE, Kind.NUMBER)
        for value in keys_of(answer):
            session.add(
                FormAnswer(
                    record_id=record_id,
                    question=question,
                    kind=kinds[question],
                    value=value,
                    number=float(answer) if is_number else None,
                )
            )


# --- how an agent stands ----------------------------------------------------------------------------------------


class Standing(Struct, frozen=True):
    """Callbacks completed since the hour began by an agent, the list's goal, and the agent's rank among `agents`."""

    completed: int
    goal: int
    rank: int | None
    agents: int


async def standing(sessions: Sessions, agent: str, list_id: int | None, since: Instant) -> Standing:
    """How an agent stands in this hour; the goal is that of the list before the agent."""
    done = func.count().label("done")
    query = select(Attempt.agent_number, done).join(FormRecord, FormRecord.attempt_id == Attempt.id)
    query = query.where(
        FormRecord.result == Result.COMPLETED, FormRecord.filled_at >= since, Attempt.agent_number != ""
    ).group_by(Attempt.agent_number)
    async with sessions() as session:
        counts = {row.agent_number: row.done for row in await session.execute(query)}
        callback_list = await session.get(CallbackList, list_id) if list_id else None
    mine = counts.get(agent, 0)
    rank = 1 + sum(count > mine for count in counts.values()) if mine else None
    return Standing(mine, callback_list.hourly_goal if callback_list else 0, rank, len(counts))
