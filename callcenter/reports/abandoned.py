"""Callers who gave up waiting: each with what came of it since, and their way into a callback list."""

import csv
import io
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.accounts.scope import EVERYTHING, Scope
from callcenter.accounts.scoped import in_scope
from callcenter.calls.rules import PUNCTUATION, SHORTEST_WHOLE_NUMBER, read_cursor, write_cursor
from callcenter.dialer.importing.rows import MAX_NAME_LENGTH
from callcenter.dialer.rules import Outcome
from callcenter.dialer.service import import_targets
from callcenter.dialer.tables import Attempt
from callcenter.floor.facts import Direction, QueueVisit, VisitOutcome
from callcenter.floor.terms import Instant, Seconds
from callcenter.reports.calling_back import Contact, by_key, called_back, key_of, without_whom
from callcenter.store.batches import in_batches
from callcenter.store.engine import Sessions
from callcenter.store.tables import conversations, fact_of, queue_visits

LOOK_AHEAD_SECONDS: Seconds = 30 * 86_400
"""What came of a caller is looked for until so long after the span."""

KEYS_AT_ONCE = 5_000
"""Databases limit the parameters of a statement to 32,766."""

State = Literal["open", "called_back"]


class Caller(Struct, frozen=True):
    """A visit that ended by giving up, the number of its row, and what came of it since."""

    row: int
    visit: QueueVisit
    contact: Contact | None

    @property
    def is_short(self) -> bool:
        """Whether it was a short abandon by the threshold of its time."""
        return self.visit.wait_seconds < self.visit.short_abandon_seconds


class Wanted(Struct, frozen=True, kw_only=True):
    """Which callers: those who joined in the span, of one queue or PBX, called back or not, and waited in the scope."""

    since: Instant
    until: Instant
    queue: str | None = None
    pbx: str | None = None
    state: State | None = None
    scope: Scope = EVERYTHING


async def abandoned_callers(sessions: Sessions, wanted: Wanted) -> list[Caller]:
    """All of them, newest first, whatever `state` is wanted: the totals need them.

    That somebody was called back is told, however it was; by whom and in which call only inside the scope.
    """
    visits = queue_visits.c
    query = select(queue_visits).where(
        visits.joined_at >= wanted.since,
        visits.joined_at < wanted.until,
        visits.outcome == VisitOutcome.ABANDONED,
        in_scope(wanted.scope, queue=visits.queue),
    )
    for column, value in ((visits.queue, wanted.queue), (visits.pbx, wanted.pbx)):
        query = query if value is None else query.where(column == value)
    async with sessions() as session:
        rows = (await session.execute(query.order_by(visits.joined_at.desc(), visits.id.desc()))).mappings().all()
        numbers = {row["number"] for row in rows if row["number"]}
        contacts = by_key(await _contacts(session, numbers, wanted))
    return [
        Caller(row["id"], fact_of(QueueVisit, row), called_back(row["number"], row["ended_at"], contacts))
        for row in rows
    ]


def page_of(
    callers: Sequence[Caller], state: State | None, cursor: str | None, limit: int
) -> tuple[list[Caller], str | None]:
    """A page of those in that state, and the cursor of the next. Raises BadInput for a cursor of another list."""
    of_state = [caller for caller in callers if state is None or (caller.contact is not None) == (state != "open")]
    if cursor is not None:
        joined_at, row = read_cursor(cursor)
        of_state = [caller for caller in of_state if (caller.visit.joined_at, caller.row) < (joined_at, row)]
    page = of_state[:limit]
    return page, write_cursor(page[-1].visit.joined_at, page[-1].row) if len(of_state) > limit else None


async def _contacts(session: AsyncSession, numbers: Collection[str], wanted: Wanted) -> list[Contact]:
    since, until = wanted.since, wanted.until + LOOK_AHEAD_SECONDS
    keys = sorted({key_of(number) for number in numbers})
    found: list[Contact] = []
    for some in in_batches(keys, KEYS_AT_ONCE):
        for query, contact in (
            (_answered(some, since, until), _visit_contact),
            (_talks(some, since, until), _talk_contact),
            (_attempts(some, since, until), _attempt_contact),
        ):
            found += [
                contact(row) if wanted.scope.sees(row.get("team", ""), row["queue"]) else without_whom(contact(row))
                for row in (await session.execute(query)).mappings()
            ]
    return found


def _answered(keys: Sequence[str], since: Instant, until: Instant) -> Select[Any]:
    visits = queue_visits.c
    return select(queue_visits).where(
        visits.joined_at >= since,
        visits.joined_at < until,
        visits.outcome == VisitOutcome.ANSWERED,
        _key(visits.number).in_(keys),
    )


def _talks(keys: Sequence[str], since: Instant, until: Instant) -> Select[Any]:
    """Those of no visit: an agent called, or was called directly."""
    talks = conversations.c
    is_direct = (talks.queue == "") | (talks.direction != Direction.INBOUND)
    return select(conversations).where(
        talks.began_at >= since, talks.began_at < until, is_direct, _key(talks.number).in_(keys)
    )


def _attempts(keys: Sequence[str], since: Instant, until: Instant) -> Select[Any]:
    return select(Attempt.__table__).where(
        Attempt.placed_at >= since, Attempt.placed_at < until, Attempt.is_counted, _key(Attempt.number).in_(keys)
    )


def _key(number: Any) -> ColumnElement[str]:
    """`key_of` in SQL."""
    plain: ColumnElement[str] = number
    for sign in PUNCTUATION:
        plain = func.replace(plain, sign, "")
    length = func.length(plain)
    last: ColumnElement[str] = func.substr(plain, length - SHORTEST_WHOLE_NUMBER + 1)
    return case((length > SHORTEST_WHOLE_NUMBER, last), else_=plain)


def _visit_contact(row: Any) -> Contact:
    return _contact("visit", row, row["ended_at"], is_reached=True)


def _talk_contact(row: Any) -> Contact:
    return _contact("conversation", row, row["began_at"], is_reached=True)


def _attempt_contact(row: Any) -> Contact:
    return _contact("attempt", row, row["placed_at"], is_reached=row["outcome"] == Outcome.REACHED)


def _contact(kind: Any, row: Any, at: Instant, *, is_reached: bool) -> Contact:
    return Contact(
        kind=kind,
        number=row["number"],
        at=at,
        is_reached=is_reached,
        pbx=row["pbx"],
        call_id=row["call_id"],
        agent_number=row["agent_number"],
        agent_name=row.get("agent_name", ""),
    )


# --- into a callback list ---------------------------------------------------------------------------------------


class Added(Struct, frozen=True):
    """A caller who is a target now."""

    visit: int
    number: str


class Refused(Struct, frozen=True):
    """A caller who is not, and why: a word that never changes, and the reason in English."""

    visit: int
    number: str
    code: str
    reason: str


NOT_FOUND = "not_found"
REASONS = {
    "from_list": "the list has this number already",
    "from_file": "this number was chosen twice",
    NOT_FOUND: "there is no such caller who gave up",
}


async def add_to_list(
    sessions: Sessions,
    list_id: int,
    chosen: Sequence[int],
    *,
    now: Instant,
    told: Callable[[Instant], str],
    scope: Scope = EVERYTHING,
) -> tuple[list[Added], list[Refused]]:
    """Makes targets of callers, as an import does: with the same checks, and its answer for each of them.

    `told` writes an instant for people: it is kept with the target, beside the queue. Who waited outside the scope is
    no such caller. Raises NotFound for the list.
    """
    visits = queue_visits.c
    is_one = (visits.outcome == VisitOutcome.ABANDONED, in_scope(scope, queue=visits.queue))
    query = select(queue_visits).where(visits.id.in_(chosen), *is_one)
    async with sessions() as session:
        rows = {row["id"]: row for row in (await session.execute(query)).mappings()}
    found = [rows[row] for row in dict.fromkeys(chosen) if row in rows]
    refused = [Refused(row, "", NOT_FOUND, REASONS[NOT_FOUND]) for row in dict.fromkeys(chosen) if row not in rows]
    sheet = (await import_targets(sessions, list_id, _file(found, told), now=now, dry_run=False, skip_bad=True)).sheet
    at = dict(enumerate(found, FIRST_LINE))
    refused += [_refused(at[error.line], error.code, error.reason) for error in sheet.errors]
    refused += [_refused(at[each.line], each.code, REASONS[each.code]) for each in sheet.duplicates]
    return [Added(at[row.line]["id"], row.number) for row in sheet.rows], refused


FIRST_LINE = 2
"""Of a file: the header stands before it."""


def _file(visits: Iterable[Any], told: Callable[[Instant], str]) -> bytes:
    """The callers as a file that the dialer reads; one line each, whatever a caller's name holds."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(("number", "name", "queue", "abandoned_at"))
    for visit in visits:
        texts = (visit["number"], visit["caller_name"][:MAX_NAME_LENGTH], visit["queue"], told(visit["ended_at"]))
        writer.writerow("".join(sign if sign.isprintable() else " " for sign in text) for text in texts)
    return text.getvalue().encode()


def _refused(visit: Any, code: str, reason: str) -> Refused:
    return Refused(visit["id"], visit["number"], str(code), reason)
