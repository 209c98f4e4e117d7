"""Forms and sheets: build a list's form, open the sheet of an attempt. Each function is one transaction."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, convert, to_builtins
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.dialer.attempts import attempt_row
from callcenter.dialer.rules import TargetState
from callcenter.dialer.tables import Attempt, CallbackList, Target
from callcenter.errors import Conflict, NotFound
from callcenter.floor.terms import Instant, Seconds
from callcenter.forms.rules import Kind, Question, check_form
from callcenter.forms.tables import Form, FormAnswer, FormRecord
from callcenter.store.engine import Sessions

IN_HAND_SECONDS: Seconds = 12 * 3600
"""For so long after a call, a shift, whoever works callbacks may open its sheet; earlier ones need `see_lists`."""


class Sheet(Struct, frozen=True):
    """What is before an agent: whom the callback is for, the call if there is one, the form, what is filled in."""

    callback_list: CallbackList
    target: Target
    attempt: Attempt | None
    form: Form | None
    record: FormRecord | None
    answers: dict[str, Any]


# --- forms ------------------------------------------------------------------------------------------------------


async def newest_form(sessions: Sessions, list_id: int) -> Form | None:
    """The form in force, None if the list never had one. Raises NotFound for the list."""
    async with sessions() as session:
        if await session.get(CallbackList, list_id) is None:
            raise NotFound(f"There is no list {list_id}")
        return await newest_of(session, list_id)


async def save_form(
    sessions: Sessions, list_id: int, questions: Sequence[Question], *, version: int, by: str, now: Instant
) -> Form:
    """Makes the next version; without a difference the present one stays.

    `version` is the one that was changed (0: none). Raises NotFound, BadInput, Conflict if somebody else was faster.
    """
    check_form(questions)
    async with sessions.begin() as session:
        await _lock_list(session, list_id)
        newest = await newest_of(session, list_id)
        if version != (newest.version if newest else 0):
            raise Conflict("Somebody else has changed the form meanwhile; load it again")
        if newest is not None and convert(newest.questions, list[Question]) == list(questions):
            return newest
        fields = {"version": version + 1, "questions": to_builtins(questions), "created_at": now, "created_by": by}
        form = Form(list_id=list_id, **fields)
        session.add(form)
        await session.flush()
        return form


async def newest_of(session: AsyncSession, list_id: int) -> Form | None:
    return await session.scalar(
        select(Form).where(Form.list_id == list_id).order_by(Form.version.desc()).limit(1)
    )  # fmt: skip


async def _lock_list(session: AsyncSession, list_id: int) -> None:
    locking = update(CallbackList).where(CallbackList.id == list_id).values(name=CallbackList.name)
    if await session.scalar(locking.returning(CallbackList.id)) is None:
        raise NotFound(f"There is no list {list_id}")


# --- sheets -----------------------------------------------------------------------------------------------------


async def sheet_of_attempt(sessions: Sessions, attempt_id: int, *, since: Instant) -> Sheet:
    """The sheet of an attempt that ended after `since`. Raises NotFound."""
    async with sessions() as session:
        attempt = await session.get(Attempt, attempt_id)
        if attempt is None or not is_in_hand(attempt, since):
            raise NotFound(f"There is no call {attempt_id} to fill in a form for")
        return await _sheet(session, await session.get_one(Target, attempt.target_id), attempt)


async def sheet_of_target(sessions: Sessions, target_id: int, *, since: Instant) -> Sheet:
    """The sheet of a target with its last attempt; without one it can be read, not filled in. Raises NotFound.

    Before `since` only targets that are shown to somebody or in the air have one.
    """
    last = select(Attempt).where(Attempt.target_id == target_id).order_by(Attempt.id.desc()).limit(1)
    async with sessions() as session:
        target, attempt = await session.get(Target, target_id), await session.scalar(last)
        is_now = target is not None and target.state in (TargetState.OFFERED, TargetState.IN_AIR)
        if target is None or not (is_now or since <= 0 or (attempt and is_in_hand(attempt, since))):
            raise NotFound(f"There is no target {target_id} to fill in a form for")
        is_offered = target.state == TargetState.OFFERED
        return await _sheet(session, target, None if is_offered else attempt)


async def sheet_of_agent(sessions: Sessions, agent: str, talking: str | None, *, since: Instant) -> Sheet | None:
    """The sheet of the attempt (`talking`) whose customer the agent talks with; else of the agent's last one since."""
    last = select(Attempt).where(Attempt.agent_number == agent, Attempt.ended_at >= since)
    async with sessions() as session:
        attempt = await attempt_row(session, talking) if talking else None
        attempt = attempt or await session.scalar(last.order_by(Attempt.ended_at.desc()).limit(1))
        if attempt is None:
            return None
        return await _sheet(session, await session.get_one(Target, attempt.target_id), attempt)


def is_in_hand(attempt: Attempt, since: Instant) -> bool:
    return attempt.ended_at is None or attempt.ended_at >= since


async def _sheet(session: AsyncSession, target: Target, attempt: Attempt | None) -> Sheet:
    """A record has the form that it was filled in with, everything else the newest."""
    record = await record_of(session, attempt.id) if attempt else None
    if record is None:
        form, answers = await newest_of(session, target.list_id), {}
    else:
        form = await session.get(Form, record.form_id) if record.form_id else None
        answers = await _answers_of(session, record, form)
    callback_list = await session.get_one(CallbackList, target.list_id)
    return Sheet(callback_list, target, attempt, form, record, answers)


async def record_of(session: AsyncSession, attempt_id: int) -> FormRecord | None:
    return await session.scalar(select(FormRecord).where(FormRecord.attempt_id == attempt_id))


async def _answers_of(session: AsyncSession, record: FormRecord, form: Form | None) -> dict[str, Any]:
    query = select(FormAnswer).where(FormAnswer.record_id == record.id).order_by(FormAnswer.id)
    rows = (await session.scalars(query)).all()
    return answers_from([(row.question, row.kind, row.value, row.number) for row in rows]) if form else {}


Stored = tuple[str, str, str, float | None]
"""An answer as it is kept: question, kind, value, number."""


def answers_from(rows: Sequence[Stored]) -> dict[str, Any]:
    """Answers by question, as they were given."""
    found: dict[str, Any] = {}
    for question, kind, value, number in rows:
        if kind == Kind.CHOICES:
            found.setdefault(question, []).append(value)
        elif kind == Kind.YES_NO:
            found[question] = value == "yes"
        else:
            found[question] = value if number is None else number
    return found
