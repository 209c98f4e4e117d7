"""Calls that are over: the search, and all that is known of one call."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Double,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    Table,
    and_,
    case,
    func,
    literal,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.scope import EVERYTHING, Scope
from callcenter.accounts.scoped import call_in_scope
from callcenter.calls.rules import NUMBER_END_SIGNS, number_end, plain_number, read_cursor, shorter_forms, write_cursor
from callcenter.calls.tables import stored_number, stored_number_end
from callcenter.errors import NotFound
from callcenter.floor.facts import CallerSurvey, CallRecord, Conversation, Hold, QueueVisit, Ring, VisitOutcome
from callcenter.floor.terms import Instant, Seconds
from callcenter.store.engine import Sessions
from callcenter.store.tables import (
    AFact,
    RowId,
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

SLACK_SECONDS: Seconds = 3600.0
"""A part of a call may be known to begin so long before its call: after a gap both are told by different sources."""

FEW_ROWS = 10_000
"""Of a facet: so many are looked through in a moment, and all of them at once."""

LONGEST_CALL_SECONDS: Seconds = 7 * 86_400.0
"""No part of a call is sought later than so long after the beginning of the call."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """Which calls are wanted; None: any. `since` and `until` bound the start; `number` may be its last digits.

    `agent`, `team`, `talk_from` ≤ talk < `talk_to`, `hold_from` ≤ hold < `hold_to` (seconds) and `ended_by` are met by
    one and the same conversation of the call. Of `forms`, each a way in which a customer's number may stand there, the
    number is one. What is known of a call above this room (its list, the `result` that an agent wrote down, a tag, the
    reason in a wrap-up form, talk-over, the score of a review) a `Beyond` turns into conditions. Only calls of `scope`
    are found.
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
    hold_to: Seconds | None = None
    ended_by: str | None = None
    has_recording: bool | None = None
    list_id: int | None = None
    result: str | None = None
    tag: str | None = None
    wrap_up_reason: int | None = None
    talk_over_from: Seconds | None = None
    score_from: float | None = None
    score_to: float | None = None
    forms: Collection[str] | None = None
    scope: Scope = EVERYTHING

    def while_it_lasts(self, began_at: SQLColumnExpression[float]) -> Iterator[ColumnElement[bool]]:
        """That a part of a call begins while the calls wanted may last: follows from them, and spares a look at all
        the others."""
        if self.since is not None:
            yield began_at >= self.since - SLACK_SECONDS
        if self.until is not None:
            yield began_at < self.until + LONGEST_CALL_SECONDS


class Facet(NamedTuple):
    """What a room above knows of calls: the condition on `calls`, and those `rows` of the room that can meet it, where
    they may all be of one time (a campaign's) and are soon counted."""

    condition: ColumnElement[bool]
    rows: Select[Any] | None = None


Beyond = Callable[[AsyncSession, Search], Awaitable[Sequence[Facet]]]
"""What of a search the rooms above know. Raises BadInput."""


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
    sessions: Sessions, search: Search, beyond: Beyond, *, cursor: str | None = None, limit: int = 50
) -> tuple[list[CallSummary], str | None]:
    """A page of calls, newest first, and the cursor of the next one. Raises BadInput for a bad cursor or condition."""
    before = () if cursor is None else _before(*read_cursor(cursor))
    async with sessions() as session:
        facets = await beyond(session, search)
        wanted = await found_by(session, search, facets)
        if wanted is None:
            return [], None
        are_few = [await _are_few(session, facet) for facet in facets]
        rows = (await session.execute(_page((*wanted, *before), limit + 1, any(are_few)))).mappings().all()
        page = [_summary(row) for row in rows[:limit]]
        await _fill(session, page)
    last = rows[limit - 1] if len(rows) > limit else None
    return page, write_cursor(last["started_at"], last["id"]) if last else None


async def found_by(
    session: AsyncSession, search: Search, facets: Iterable[Facet]
) -> Sequence[ColumnElement[bool]] | None:
    """What a search with its `facets` asks of `calls`; None: nothing is found. Raises BadInput for a bad condition."""
    wanted = (*_conditions(search), *(facet.condition for facet in facets))
    names = await _names_like(session, search.agent) if search.agent else ()
    if search.agent and not names and not await _is_agent(session, search.agent):
        return None  # without a look through all calls for somebody who is in none
    talk = _of_conversation(search, names)
    return (*wanted, _has(conversations, *talk)) if talk else wanted


async def summaries_of(session: AsyncSession, keys: Sequence[Key]) -> dict[Key, CallSummary]:
    """These calls as lines of the list, by their key; one that has no row is left out."""
    rows = (await session.execute(_summaries().where(_is_of(calls, keys)))).mappings()
    page = [_summary(row) for row in rows]
    await _fill(session, page)
    return {(one.call.pbx, str(one.call.call_id)): one for one in page}


async def tell_call(sessions: Sessions, pbx: str, call_id: str, scope: Scope = EVERYTHING) -> CallStory:
    """The story of one call. Raises NotFound, also for one outside the scope."""
    key = (pbx, call_id)
    async with sessions() as session:
        wanted = _summaries().where(_is_of(calls, [key]), call_in_scope(scope, calls.c.pbx, calls.c.call_id))
        row = (await session.execute(wanted)).mappings().one_or_none()
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


def _page(wanted: Iterable[ColumnElement[bool]], most: int, from_facet: bool) -> Select[Any]:
    newest_first = (calls.c.started_at.desc(), calls.c.id.desc())
    if not from_facet:
        return _summaries().where(*wanted).order_by(*newest_first).limit(most)
    # Found before they are put in order: with an order to keep, PostgreSQL takes the calls of a facet to be spread over
    # all years, and goes through these from the newest on, however long ago they are.
    found = select(calls.c.id, calls.c.started_at).where(*wanted).cte("found").prefix_with("MATERIALIZED")
    page = select(found.c.id).order_by(found.c.started_at.desc(), found.c.id.desc()).limit(most)
    return _summaries().where(calls.c.id.in_(page)).order_by(*newest_first)


async def _are_few(session: AsyncSession, facet: Facet) -> bool:
    if facet.rows is None:
        return False
    some = facet.rows.limit(FEW_ROWS + 1).subquery()
    count = await session.scalar(select(func.count()).select_from(some))
    return count is not None and count <= FEW_ROWS


def _before(started_at: Instant, row: int) -> tuple[ColumnElement[bool], ...]:
    """The calls behind the last one of a page, in the order of the list."""
    return (tuple_(calls.c.started_at, calls.c.id) < tuple_(literal(started_at, Double()), literal(row, RowId)),)


def _conditions(search: Search) -> Iterator[ColumnElement[bool]]:
    if search.since is not None:
        yield calls.c.started_at >= search.since
    if search.until is not None:
        yield calls.c.started_at < search.until
    yield from _of_number(search)
    if not search.scope.is_everything:
        yield call_in_scope(search.scope, calls.c.pbx, calls.c.call_id)
    if search.direction is not None:
        yield calls.c.direction == search.direction
    if search.queue is not None:
        yield _has(queue_visits, queue_visits.c.queue == search.queue, *search.while_it_lasts(queue_visits.c.joined_at))
    if search.outcome is not None:
        yield from _outcome_is(search, search.outcome)
    if search.has_recording is not None:
        yield _has_recording() if search.has_recording else not_(_has_recording())


def _of_number(search: Search) -> Iterator[ColumnElement[bool]]:
    if search.number is not None:
        yield from _number_matches(search.number)
    if search.forms is not None:
        yield stored_number.in_(sorted(search.forms))
        # Follows from the former, and has an index.
        yield stored_number_end.in_(sorted({number_end(form) for form in search.forms}))


def _outcome_is(search: Search, outcome: str) -> Iterator[ColumnElement[bool]]:
    # PostgreSQL takes an expression that equals something for rare, and then looks at all calls of the time at once.
    # Of this it thinks that it may be so or not, and goes from the newest call to the older ones.
    yield case((_outcome() == outcome, True), else_=False)
    if outcome not in (VisitOutcome.ANSWERED, NOT_ANSWERED):
        # Follows from the former, and has an index: rare outcomes are found by their visits.
        visits = queue_visits.c
        yield _has(queue_visits, visits.outcome == outcome, *search.while_it_lasts(visits.joined_at))


def _of_conversation(search: Search, names: Sequence[str]) -> list[ColumnElement[bool]]:
    """What one conversation has to meet; `names` are those that what was typed for an agent is a part of."""
    of = conversations.c
    asked = [*_lengths(search)]
    if search.agent is not None:
        asked.append(
            or_(of.agent_number == search.agent, of.agent_name.in_(names)) if names else of.agent_number == search.agent
        )
    if search.team is not None:
        asked.append(of.team == search.team)
    if search.ended_by is not None:
        asked.append(of.ended_by == search.ended_by)
    return [*asked, *search.while_it_lasts(of.began_at)] if asked else []


def _lengths(search: Search) -> Iterator[ColumnElement[bool]]:
    of = conversations.c
    if search.talk_from is not None:
        yield of.talk_seconds >= search.talk_from
    if search.talk_to is not None:
        yield of.talk_seconds < search.talk_to
    if search.hold_from is not None:
        yield of.hold_seconds >= search.hold_from
    if search.hold_to is not None:
        yield of.hold_seconds < search.hold_to


def _number_matches(typed: str) -> Iterator[ColumnElement[bool]]:
    plain = plain_number(typed)
    yield or_(stored_number.endswith(plain, autoescape=True), stored_number.in_(shorter_forms(plain)))
    if len(plain) >= NUMBER_END_SIGNS:
        end = plain[-NUMBER_END_SIGNS:]
        yield stored_number_end == end  # follows from the former, and has an index


async def _names_like(session: AsyncSession, typed: str) -> Sequence[str]:
    """The names of agents that contain this: sought among the few names that there are, not in millions of rows."""
    of = conversations.c
    first = select(func.min(of.agent_name).label("name")).cte("names", recursive=True)
    following = select(func.min(of.agent_name)).where(of.agent_name > first.c.name).scalar_subquery()
    names = first.union_all(select(following).where(first.c.name.is_not(None)))
    like = func.lower(names.c.name).contains(typed.lower(), autoescape=True)
    return (await session.scalars(select(names.c.name).where(like))).all()


async def _is_agent(session: AsyncSession, number: str) -> bool:
    # The smallest, since an index answers that at once. Whether there is any, PostgreSQL may seek in all rows.
    first = select(func.min(conversations.c.began_at)).where(conversations.c.agent_number == number)
    return await session.scalar(first) is not None


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
