"""What an erasure does, one entry a kind of data, in this order. A room that keeps something else adds its entry.

Each step counts what it would erase and erases it; doing so again does nothing. What hangs on the calls of the person
comes before the numbers by which these calls are found.
"""

from collections.abc import Awaitable, Callable

from msgspec import Struct
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.schema import Table

from callcenter.erasure import audio, copies, customers, spoken, sweeping, targets, tickets
from callcenter.erasure.around import Around
from callcenter.erasure.person import Person, changed_facts
from callcenter.store.batches import in_batches
from callcenter.store.tables import (
    caller_surveys,
    calls,
    conversations,
    queue_visits,
    recording_files,
    recording_pauses,
)

ROWS_AT_ONCE = 500

Count = Callable[[AsyncSession, Person], Awaitable[int]]
Erase = Callable[[Around, Person, str], Awaitable[None]]
"""Erases; the text is the reference of the erasure. Raises NotYet for what must end first, OSError."""


class Step(Struct, frozen=True):
    """One kind of data: how much of it there is of a person, and how it is erased. `kind` is a word of the panel."""

    kind: str
    count: Count
    erase: Erase


def _facts(kind: str, *tables: Table) -> Step:
    """Numbers, names and paths in the rows of fact tables."""

    async def count(session: AsyncSession, person: Person) -> int:
        return sum([1 for table in tables async for _ in changed_facts(session, table, person)])

    async def erase(around: Around, person: Person, _reference: str) -> None:
        for table in tables:
            async with around.sessions() as session:
                found = [(row["id"], changed) async for row, changed in changed_facts(session, table, person)]
            for some in in_batches(found, ROWS_AT_ONCE):
                async with around.sessions.begin() as session:
                    for row_id, changed in some:
                        await session.execute(update(table).where(table.c.id == row_id).values(**changed))

    return Step(kind, count, erase)


STEPS: tuple[Step, ...] = (
    Step("exports", copies.count_exports, copies.erase_exports),
    Step("clips", copies.count_clips, copies.erase_clips),
    Step("recordings", audio.count_recordings, audio.erase_recordings),
    Step("tickets", tickets.count_tickets, tickets.erase_tickets),
    Step("customers", customers.count_customers, customers.erase_customers),
    Step("reviews", spoken.count_reviews, spoken.erase_reviews),
    Step("hold_reasons", spoken.count_reasons, spoken.erase_reasons),
    Step("records", spoken.count_records, spoken.erase_records),
    Step("wrap_ups", spoken.count_wrap_ups, spoken.erase_wrap_ups),
    Step("attempts", targets.count_attempts, targets.erase_attempts),
    Step("targets", targets.count_targets, targets.erase_targets),
    Step("deliveries", sweeping.count_deliveries, sweeping.erase_deliveries),
    Step("imports", sweeping.count_imports, sweeping.erase_imports),
    Step("requests", sweeping.count_requests, sweeping.erase_requests),
    Step("audit", sweeping.count_audit, sweeping.erase_audit),
    Step("others", sweeping.count_others, sweeping.erase_others),
    _facts("recording_names", recording_files, recording_pauses),
    _facts("surveys", caller_surveys),
    _facts("conversations", conversations),
    _facts("visits", queue_visits),
    _facts("calls", calls),
)
