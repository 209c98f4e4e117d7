"""The audit log is written and read; nothing here changes what is written."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select

from callcenter.audit.tables import AuditEntry
from callcenter.floor.terms import Instant
from callcenter.store.engine import Sessions

EXPORTED_AT_ONCE = 1_000
WHOM = ("agent_number", "user", "username", "call_id")
"""The details that say to whom or what something was done where the path says something else."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which entries: of one username, of one act or all acts on one kind of subject, on one subject, of a span."""

    who: str | None = None
    act: str | None = None
    subject: str | None = None
    since: Instant | None = None
    until: Instant | None = None


async def write_entry(sessions: Sessions, entry: AuditEntry) -> None:
    """Adds an entry."""
    async with sessions.begin() as db:
        db.add(entry)


async def entries(sessions: Sessions, wanted: Wanted, *, before: int | None, limit: int) -> Sequence[AuditEntry]:
    """A page, newest first: those written before the entry `before`."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    if wanted.who is not None:
        query = query.where(func.lower(AuditEntry.username) == wanted.who.lower())
    if wanted.act is not None:
        one = AuditEntry.act if "." in wanted.act else AuditEntry.subject_kind
        query = query.where(one == wanted.act)
    if wanted.subject is not None:
        query = query.where(_is_about(wanted.subject))
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEntry.at < wanted.until)
    async with sessions() as db:
        return (await db.scalars(query)).all()


def _is_about(subject: str) -> ColumnElement[bool]:
    """That an act was done to what begins so, or to the agent, user or call of this name."""
    named = (AuditEntry.details[name].as_string() == subject for name in WHOM)
    return or_(AuditEntry.subject_id.startswith(subject, autoescape=True), *named)


async def every_entry(sessions: Sessions, wanted: Wanted) -> AsyncIterator[AuditEntry]:
    """All of them, newest first, read piece by piece."""
    before: int | None = None
    while page := await entries(sessions, wanted, before=before, limit=EXPORTED_AT_ONCE):
        for entry in page:
            yield entry
        before = page[-1].id
