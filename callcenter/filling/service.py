"""Rules of lists: made, changed, and carried out. What a rule takes and the targets it makes are one transaction."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import convert
from msgspec.structs import asdict
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.dialer.importing.rows import RowError
from callcenter.dialer.locking import lock_list
from callcenter.dialer.tables import CallbackList, Target
from callcenter.dialer.targets import NewTarget, ask_for, row_of_target
from callcenter.errors import BadInput, NotFound
from callcenter.filling.complaints import note_missing
from callcenter.filling.rules import (
    LOOK_BACK_SECONDS,
    Candidate,
    FillKind,
    Options,
    callers_since,
    is_to_look,
    of_complaint,
    of_date,
    of_visit,
)
from callcenter.filling.tables import Filled, FillRule
from callcenter.floor.facts import VisitOutcome
from callcenter.floor.terms import Instant
from callcenter.reports.abandoned import Wanted, abandoned_callers
from callcenter.reports.spans import local
from callcenter.store.batches import in_batches
from callcenter.store.engine import Sessions
from callcenter.store.tables import queue_visits
from callcenter.tickets.callbacks import called_back, closed_complaints, raise_callback
from callcenter.tickets.rules import CALLBACK_DAYS, DAY_SECONDS

AT_ONCE = 5000
DATES_AT_ONCE = 500


@dataclass(frozen=True)
class Context:
    """What rules need: `flush` brings what has just ended into the database, `wake` tells the dialer of a list."""

    sessions: Sessions
    zone: ZoneInfo
    clock: Callable[[], Instant]
    flush: Callable[[], Awaitable[None]]
    wake: Callable[[int], None]
    complaints: frozenset[str] = frozenset()
    """The types of tickets that are complaints."""


# --- rules ------------------------------------------------------------------------------------------------------


async def rules_of(sessions: Sessions, list_id: int) -> Sequence[FillRule]:
    """The rules of a list, oldest first. Raises NotFound."""
    async with sessions() as session:
        await _must_exist(session, list_id)
        query = select(FillRule).where(FillRule.list_id == list_id).order_by(FillRule.id)
        return (await session.scalars(query)).all()


async def one_rule(sessions: Sessions, rule_id: int) -> FillRule:
    """A rule. Raises NotFound."""
    async with sessions() as session:
        return await _rule(session, rule_id)


async def add_rule(context: Context, list_id: int, kind: FillKind, options: Mapping[str, Any], by: str) -> FillRule:
    """Gives a list a rule. Raises NotFound, BadInput."""
    row = FillRule(list_id=list_id, kind=kind, options=dict(options), created_at=context.clock(), created_by=by)
    async with context.sessions.begin() as session:
        await _must_exist(session, list_id)
        await _check(session, list_id, kind, convert(options, Options))
        session.add(row)
    return row


async def change_rule(context: Context, rule_id: int, fields: Mapping[str, Any]) -> FillRule:
    """Changes a rule's options or whether it is in force. Raises NotFound, BadInput."""
    async with context.sessions.begin() as session:
        row = await _rule(session, rule_id)
        for name, value in fields.items():
            setattr(row, name, value)
        await _check(session, row.list_id, FillKind(row.kind), convert(row.options, Options))
    return row


async def delete_rule(sessions: Sessions, rule_id: int) -> None:
    """Takes a rule away; its targets stay. Raises NotFound."""
    async with sessions.begin() as session:
        await session.delete(await _rule(session, rule_id))


async def _rule(session: AsyncSession, rule_id: int) -> FillRule:
    row = await session.get(FillRule, rule_id)
    if row is None:
        raise NotFound(f"There is no rule {rule_id}")
    return row


async def _must_exist(session: AsyncSession, list_id: int) -> None:
    if await session.get(CallbackList, list_id) is None:
        raise NotFound(f"There is no list {list_id}")


async def _check(session: AsyncSession, list_id: int, kind: FillKind, options: Options) -> None:
    if kind is FillKind.CLOSED_COMPLAINT and options.days > CALLBACK_DAYS:
        raise BadInput(f"A closed complaint is called back within {CALLBACK_DAYS} days", field="options.days")
    if kind is not FillKind.DAYS_AFTER:
        return
    if not options.attribute:
        raise BadInput("Say which attribute holds the date", field="options.attribute")
    if options.source_list_id is None or await session.get(CallbackList, options.source_list_id) is None:
        raise BadInput("Say of which list the targets are", field="options.source_list_id")
    if options.source_list_id == list_id:
        raise BadInput("A list cannot be filled from itself", field="options.source_list_id")


# --- filling ----------------------------------------------------------------------------------------------------


async def fill_all(context: Context) -> None:
    """Carries out every rule in force, and writes down for which complaints that raises no callback."""
    async with context.sessions() as session:
        rules = (await session.scalars(select(FillRule).where(FillRule.is_enabled).order_by(FillRule.id))).all()
    now = context.clock()
    due = [rule.id for rule in rules if is_to_look(FillKind(rule.kind), rule.looked_at, now)]
    if due:
        await context.flush()
    for rule_id in due:
        await fill(context, rule_id)
    await note_missing(context.sessions, context.complaints, now)


async def fill(context: Context, rule_id: int) -> int:
    """Carries out a rule; how many targets it made or opened again. Doing so again adds nothing. Raises NotFound."""
    now = context.clock()
    rule = await one_rule(context.sessions, rule_id)
    found = await SOURCES[FillKind(rule.kind)](context, rule, convert(rule.options, Options))
    async with context.sessions.begin() as session:
        await lock_list(session, rule.list_id)
        fresh = await _fresh(session, rule_id, found)
        region = (await session.get_one(CallbackList, rule.list_id)).region
        added = 0
        for candidate in fresh:
            row = row_of_target(0, candidate.target, region)
            if not isinstance(row, RowError):
                target = await ask_for(session, rule.list_id, row, now=now)
                if candidate.ticket_id is not None:
                    await raise_callback(session, candidate.ticket_id, target.id, now)
                added += 1
            session.add(Filled(rule_id=rule_id, source=candidate.source, at=now))
        counted = {"added": FillRule.added + added, "refused": FillRule.refused + len(fresh) - added}
        await session.execute(update(FillRule).where(FillRule.id == rule_id).values(looked_at=now, **counted))
    if added:
        context.wake(rule.list_id)
    return added


async def _fresh(session: AsyncSession, rule_id: int, found: Sequence[Candidate]) -> list[Candidate]:
    known: set[str] = set()
    by_source = {one.source: one for one in found}
    sources = list(by_source)
    for some in in_batches(sources, AT_ONCE):
        query = select(Filled.source).where(Filled.rule_id == rule_id, Filled.source.in_(some))
        known |= set(await session.scalars(query))
    return [one for source, one in by_source.items() if source not in known]


# --- where they come from ---------------------------------------------------------------------------------------


async def _abandoned(context: Context, rule: FillRule, options: Options) -> list[Candidate]:
    """Who gave up since the rule was made and has not been reached; who withheld the number cannot be called."""
    now = context.clock()
    since = callers_since(rule.created_at, rule.looked_at, options.after_seconds, now)
    callers = await abandoned_callers(context.sessions, Wanted(since=since, until=now, queue=options.queue or None))
    return [
        of_visit(FillKind.ABANDONED, options, asdict(caller.visit), _told(caller.visit.ended_at, context.zone))
        for caller in reversed(callers)
        if caller.visit.number
        and not caller.is_short
        and caller.visit.wait_seconds >= options.wait_seconds
        and caller.visit.ended_at <= now - options.after_seconds
        and (caller.contact is None or not caller.contact.is_reached)
    ]


async def _requested(context: Context, rule: FillRule, options: Options) -> list[Candidate]:
    """Who pressed the key since the rule was made, in the order in which they began to wait."""
    visits = queue_visits.c
    since = max(rule.created_at, context.clock() - LOOK_BACK_SECONDS)
    query = select(queue_visits).where(
        visits.outcome == VisitOutcome.CALLBACK_REQUESTED, visits.joined_at >= since, visits.number != ""
    )
    if options.queue:
        query = query.where(visits.queue == options.queue)
    async with context.sessions() as session:
        rows = (await session.execute(query.order_by(visits.joined_at))).mappings().all()
    zone = context.zone
    return [of_visit(FillKind.CALLBACK_REQUESTED, options, dict(row), _told(row["joined_at"], zone)) for row in rows]


async def _days_after(context: Context, _rule: FillRule, options: Options) -> list[Candidate]:
    """Targets of another list with a date in that attribute; some at a time, so that the floor goes on meanwhile."""
    found: list[Candidate] = []
    after = 0
    while True:
        query = select(Target).where(Target.list_id == options.source_list_id, Target.id > after)
        async with context.sessions() as session:
            targets = (await session.scalars(query.order_by(Target.id).limit(DATES_AT_ONCE))).all()
        dated = [of_date(options, target.id, _wanted(target, options), context.zone) for target in targets]
        found += [one for one in dated if one is not None]
        if len(targets) < DATES_AT_ONCE:
            return found
        after = targets[-1].id


async def _complaints(context: Context, rule: FillRule, options: Options) -> list[Candidate]:
    """Whose complaint was closed no longer ago than they may be called about it.

    Also before the rule was made, unless another one raised a callback for it: rules come when the first are missed.
    """
    since = context.clock() - CALLBACK_DAYS * DAY_SECONDS
    async with context.sessions() as session:
        known = await closed_complaints(session, context.complaints, since, options.queue)
        early = [one.ticket_id for one in known if one.closed_at < rule.created_at]
        called = await called_back(session, early)
    found = [one for one in known if called.get(one.ticket_id, -1.0) < one.closed_at]
    return [of_complaint(options, one, _told(one.closed_at, context.zone)) for one in found if one.number]


def _wanted(target: Target, options: Options) -> NewTarget:
    return NewTarget(
        number=target.number,
        other_numbers=target.other_numbers,
        name=target.name,
        attributes=target.attributes,
        priority=options.priority,
        owner_agent=target.owner_agent,
        time_zone=target.time_zones,
    )


def _told(at: Instant, zone: ZoneInfo) -> str:
    return local(at, zone).strftime("%Y-%m-%d %H:%M")


SOURCES: dict[FillKind, Callable[[Context, FillRule, Options], Awaitable[list[Candidate]]]] = {
    FillKind.ABANDONED: _abandoned,
    FillKind.CALLBACK_REQUESTED: _requested,
    FillKind.DAYS_AFTER: _days_after,
    FillKind.CLOSED_COMPLAINT: _complaints,
}
"""How each kind finds whom to call."""
