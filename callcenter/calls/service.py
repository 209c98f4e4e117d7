"""Calls that are over: the search, and all that is known of one call."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, Table, and_, case, func, not_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.calls.rules import PUNCTUATION, plain_number, read_cursor, shorter_forms, write_cursor
from callcenter.errors import NotFound
from callcenter.floor.facts import CallerSurvey, CallRecord, Conversation, Hold, QueueVisit, Ring
from callcenter.floor.terms import Instant, Seconds
from callcenter.store.engine import Sessions
from callcenter.store.tables import (
    AFact,
    caller_surveys,
    calls,
    conversations,
    fact_of,
    holds,
    queue_visits,
    recording_files,
    rings,
)

Key = tuple[str, str]
"""A call: (pbx, call_id)."""

NOT_ANSWERED = "not_answered"
"""The outcome of a call without a queue visit that nobody answered; answered ones are called as visits are."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """Which calls are wanted; None: any. `since` and `until` bound the start; `number` may be its last digits.

    `agent`, `team`, `talk_from` ≤ talk < `talk_to`, `hold_from` ≤ hold (seconds) and `ended_by` are met by one and the
    same conversation of the call.
    """

    since: Instant | None = None
    until: Instant | None = None
    number: str | None = None
    agent: str | None = None
    queue: str | None = None
    outcome: str | None = None
    direction: str | None = None
    team: str | None = None
    talk_from: Seconds | None = None
    talk_to: Seconds | None = None
    hold_from: Seconds | None = None
    ended_by: str | None = None
    has_recording: bool | None = None


@dataclass(kw_only=True)
class CallSummary:
    """One call as a line of the list. `outcome` is that of its last visit; seconds are sums over all its parts."""

    call: CallRecord
    outcome: str
    has_recording: bool
    queues: list[str] = field(default_factory=list)
    agents: dict[str, str] = field(default_factory=dict)
    wait_seconds: Seconds = 0.0
    talk_seconds: Seconds = 0.0
    hold_seconds: Seconds = 0.0

    def add_visit(self, visit: QueueVisit) -> None:
        """Counts a visit in; they come in their order."""
        self.wait_seconds += visit.wait_seconds
        if visit.queue and visit.queue not in self.queues:
            self.queues.append(visit.queue)
        if visit.interface:  # who answered is known at once, the conversation only when its wrap-up has ended
            self.agents.setdefault(visit.agent_number or visit.interface, visit.agent_name)

    def add_conversation(self, conversation: Conversation) -> None:
        """Counts a conversation in; they come in their order."""
        self.talk_seconds += conversation.talk_seconds
        self.hold_seconds += conversation.hold_seconds
        self.agents.setdefault(conversation.agent_number or conversation.interface, conversation.agent_name)


@dataclass(frozen=True, kw_only=True)
class CallStory:
    """One call and everything that is known of it, each part in its order."""

    summary: CallSummary
    visits: Sequence[QueueVisit]
    rings: Sequence[Ring]
    conversations: Sequence[Conversation]
    holds: Sequence[Hold]
    surveys: Sequence[CallerSurvey]


async def search_calls(
    sessions: Sessions, search: Search, *, cursor: str | None = None, limit: int = 50
) -> tuple[list[CallSummary], str | None]:
    """A page of calls, newest first, and the cursor of the next one. Raises BadInput for a bad cursor or number."""
    wanted = _summaries().where(*_conditions(search)).order_by(calls.c.started_at.desc(), calls.c.id.desc())
    if cursor is not None:
        started_at, row = read_cursor(cursor)
        wanted = wanted.where(
            or_(calls.c.started_at < started_at, and_(calls.c.started_at == started_at, calls.c.id < row))
        )
    async with sessions() as session:
        rows = (await session.execute(wanted.limit(limit + 1))).mappings().all()
        page = [_summary(row) for row in rows[:limit]]
        await _fill(session, page)
    last = rows[limit - 1] if len(rows) > limit else None
    return page, write_cursor(last["started_at"], last["id"]) if last else None


async def tell_call(sessions: Sessions, pbx: str, call_id: str) -> CallStory:
    """The story of one call. Raises NotFound."""
    key = (pbx, call_id)
    async with sessions() as session:
        row = (await session.execute(_summaries().where(_is_of(calls, [key])))).mappings().one_or_none()
        if row is None:
            raise NotFound(f"there is no finished call {call_id} at {pbx}")
        summary = _summary(row)
        visits = await _facts(session, QueueVisit, queue_visits, queue_visits.c.joined_at, [key])
        tried = await _facts(session, Ring, rings, rings.c.began_at, [key])
        talked = await _facts(session, Conversation, conversations, conversations.c.began_at, [key])
        held = await _facts(session, Hold, holds, holds.c.began_at, [key])
        asked = await _facts(session, CallerSurvey, caller_surveys, caller_surveys.c.asked_at, [key])
    _count_in({key: summary}, visits, talked)
    return CallStory(summary=summary, visits=visits, rings=tried, conversations=talked, holds=held, surveys=asked)


# --- the statement ----------------------------------------------------------------------------------------------


def _summaries() -> Select[Any]:
    return select(calls, _outcome().label("outcome"), _has_recording().label("has_recording"))


def _has_recording() -> ColumnElement[bool]:
    # The dialplan begins a file for everybody who waits, and leaves it empty when nobody talks to them. A conversation
    # is recorded when its wrap-up ended, which may be long after the call.
    return and_(_has(recording_files), or_(_outcome() == "answered", _has(conversations)))


def _outcome() -> ColumnElement[str]:
    """The outcome of the call's last visit; without a visit, whether anybody answered."""
    last: ScalarSelect[str] = (
        select(queue_visits.c.outcome)
        .where(queue_visits.c.pbx == calls.c.pbx, queue_visits.c.call_id == calls.c.call_id)
        .order_by(queue_visits.c.joined_at.desc(), queue_visits.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(last, case((calls.c.answered_at.is_not(None), "answered"), else_=NOT_ANSWERED))


def _has(table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the call has a row there that meets the conditions."""
    of_call = (table.c.pbx == calls.c.pbx, table.c.call_id == calls.c.call_id)
    return select(table.c.id).where(*of_call, *conditions).exists()


def _conditions(search: Search) -> Iterator[ColumnElement[bool]]:
    yield from _of_call(search)
    if search.queue is not None:
        yield _has(queue_visits, queue_visits.c.queue == search.queue)
    if search.has_recording is not None:
        yield _has_recording() if search.has_recording else not_(_has_recording())
    if of_conversation := [*_of_conversation(search)]:
        yield _has(conversations, *of_conversation)


def _of_call(search: Search) -> Iterator[ColumnElement[bool]]:
    if search.since is not None:
        yield calls.c.started_at >= search.since
    if search.until is not None:
        yield calls.c.started_at < search.until
    if search.number is not None:
        yield _number_matches(search.number)
    if search.outcome is not None:
        yield _outcome() == search.outcome
    if search.direction is not None:
        yield calls.c.direction == search.direction


def _of_conversation(search: Search) -> Iterator[ColumnElement[bool]]:
    of = conversations.c
    if search.agent is not None:
        yield _agent_matches(search.agent)
    if search.team is not None:
        yield of.team == search.team
    if search.talk_from is not None:
        yield of.talk_seconds >= search.talk_from
    if search.talk_to is not None:
        yield of.talk_seconds < search.talk_to
    if search.hold_from is not None:
        yield of.hold_seconds >= search.hold_from
    if search.ended_by is not None:
        yield of.ended_by == search.ended_by


def _number_matches(typed: str) -> ColumnElement[bool]:
    plain = plain_number(typed)
    stored: ColumnElement[str] = func.lower(calls.c.number)
    for sign in PUNCTUATION:
        stored = func.replace(stored, sign, "")
    return or_(stored.endswith(plain, autoescape=True), stored.in_(shorter_forms(plain)))


def _agent_matches(typed: str) -> ColumnElement[bool]:
    """By the whole number, or by a part of the name."""
    name = func.lower(conversations.c.agent_name).contains(typed.lower(), autoescape=True)
    return or_(conversations.c.agent_number == typed, name)


# --- rows into summaries ----------------------------------------------------------------------------------------


def _summary(row: Mapping[Any, Any]) -> CallSummary:
    return CallSummary(call=fact_of(CallRecord, row), outcome=row["outcome"], has_recording=bool(row["has_recording"]))


async def _fill(session: AsyncSession, page: Sequence[CallSummary]) -> None:
    summaries = {(one.call.pbx, str(one.call.call_id)): one for one in page}
    keys = [*summaries]
    visits = await _facts(session, QueueVisit, queue_visits, queue_visits.c.joined_at, keys)
    talked = await _facts(session, Conversation, conversations, conversations.c.began_at, keys)
    _count_in(summaries, visits, talked)


def _count_in(
    summaries: Mapping[Key, CallSummary], visits: Iterable[QueueVisit], talked: Iterable[Conversation]
) -> None:
    for visit in visits:
        summaries[visit.pbx, visit.call_id].add_visit(visit)
    for conversation in talked:
        summaries[conversation.pbx, conversation.call_id].add_conversation(conversation)


async def _facts(
    session: AsyncSession, fact: type[AFact], table: Table, order: ColumnElement[Any], keys: Sequence[Key]
) -> list[AFact]:
    rows = await session.execute(select(table).where(_is_of(table, keys)).order_by(order, table.c.id))
    return [fact_of(fact, row) for row in rows.mappings()]


def _is_of(table: Table, keys: Sequence[Key]) -> ColumnElement[bool]:
    return tuple_(table.c.pbx, table.c.call_id).in_(keys)
