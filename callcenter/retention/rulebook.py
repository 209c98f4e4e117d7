"""The rules in the database: made, changed, taken away, told."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.dialer.tables import CallbackList
from callcenter.errors import BadInput, Conflict, NotFound
from callcenter.floor.terms import Instant
from callcenter.retention.rules import MOST_DAYS, Rule, Scope, checked_subject
from callcenter.retention.tables import RetentionRule
from callcenter.store.engine import Sessions


async def rules_in(session: AsyncSession) -> list[Rule]:
    """The rules in force."""
    return [_rule(row) for row in await session.scalars(select(RetentionRule))]


def _rule(row: RetentionRule) -> Rule:
    return Rule(row.id, Scope(row.scope), row.subject, row.days)


async def labelled(session: AsyncSession, rules: Sequence[Rule]) -> dict[int, str]:
    """What each rule is about as people call it, by the rule's number: a list by its name, while it is there."""
    numbers = [int(rule.subject) for rule in rules if rule.scope is Scope.LIST]
    query = select(CallbackList.id, CallbackList.name).where(CallbackList.id.in_(numbers))
    names = {str(list_id): name for list_id, name in await session.execute(query)} if numbers else {}
    return {rule.id: names.get(rule.subject, rule.subject) for rule in rules}


async def told_rules(sessions: Sessions) -> list[dict[str, Any]]:
    """The rules as docs/api.md shapes them, in the order in which kinds decide."""
    order = list(Scope)
    async with sessions() as session:
        rows = (await session.scalars(select(RetentionRule))).all()
        labels = await labelled(session, [_rule(row) for row in rows])
    rows = sorted(rows, key=lambda row: (order.index(Scope(row.scope)), labels[row.id]))
    return [_told(row, labels[row.id]) for row in rows]


def _told(row: RetentionRule, label: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "scope": row.scope,
        "subject": row.subject,
        "label": label,
        "days": row.days,
        "created_at": row.created_at,
        "created_by": row.created_by,
    }


async def add_rule(sessions: Sessions, scope: Scope, typed: str, days: int, *, by: str, now: Instant) -> int:
    """Makes a rule; its number. Raises BadInput, Conflict where there is one for the same."""
    subject = checked_subject(scope, typed)
    check_days(days)
    try:
        async with sessions.begin() as session:
            if scope is Scope.LIST:
                await _check_list(session, subject)
            row = RetentionRule(scope=scope, subject=subject, days=days, created_at=now, created_by=by)
            session.add(row)
            await session.flush()
            return row.id
    except IntegrityError as error:
        raise Conflict("There is a rule for the same already; change its days") from error


async def _check_list(session: AsyncSession, subject: str) -> None:
    if len(subject) > 18 or await session.get(CallbackList, int(subject)) is None:
        raise BadInput(f"there is no list {subject}", field="subject")


def check_days(days: int) -> None:
    """Raises BadInput for days that nobody can mean."""
    if not 1 <= days <= MOST_DAYS:
        raise BadInput(f"recordings are kept for 1 to {MOST_DAYS} days; without any rule for ever", field="days")


async def change_rule(sessions: Sessions, rule_id: int, days: int) -> None:
    """Gives a rule other days. Raises BadInput, NotFound."""
    check_days(days)
    async with sessions.begin() as session:
        row = await session.get(RetentionRule, rule_id)
        if row is None:
            raise NotFound(f"there is no retention rule {rule_id}")
        row.days = days


async def delete_rule(sessions: Sessions, rule_id: int) -> None:
    """Takes a rule away: what it decided is decided by others, or kept for ever. Raises NotFound."""
    async with sessions.begin() as session:
        row = await session.get(RetentionRule, rule_id)
        if row is None:
            raise NotFound(f"there is no retention rule {rule_id}")
        await session.delete(row)
