"""Erasures asked for, carried out, and told. What broke off goes on where it was: each step can be done again."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, structs
from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.calls.service import Key
from callcenter.dialer.tables import DoNotCall
from callcenter.erasure.around import Around, NotYet
from callcenter.erasure.person import Person, calls_of, dialect_of
from callcenter.erasure.rules import (
    LONGEST_REASON,
    LONGEST_REFERENCE,
    check_confirmation,
    checked_words,
    journal_is_gone_at,
)
from callcenter.erasure.steps import STEPS
from callcenter.erasure.tables import Erasure, ErasureLine
from callcenter.erasure.targets import is_dialled, other_numbers
from callcenter.errors import Conflict, NotFound
from callcenter.floor.terms import Instant
from callcenter.lines import read_lines
from callcenter.retention.holds import held_among
from callcenter.store.engine import Sessions
from callcenter.store.erased import new_letters
from callcenter.store.tables import erased_numbers

ASKED, RUNNING, DONE = "asked", "running", "done"
ROUNDS = 3
"""What came while an erasure ran is found by looking again."""
MOST_HELD_TOLD = 200
IN_CALL = "One of these numbers is in a call now; erase it when the call has ended"


class Wanted(Struct, frozen=True, kw_only=True):
    """Whom to erase, and why: as it was typed."""

    numbers: Sequence[str]
    reason: str
    reference: str
    confirmation: str
    removes_bans: bool = False


# --- what there is ----------------------------------------------------------------------------------------------


async def look(around: Around, typed: Sequence[str]) -> dict[str, Any]:
    """What is held of a person, by kind, and what an erasure would keep (docs/api.md). Raises BadInput."""
    lines = read_lines(typed, around.erased.region)
    async with around.sessions() as session:
        person = await _with_calls(session, Person(lines, around.erased.region))
        return {
            "numbers": [line.e164 for line in lines],
            "counts": await _counts(session, person),
            "kept": await _kept(session, around, person, around.clock(), removes_bans=False),
            "other_numbers": await other_numbers(session, person),
            "in_call": around.in_call(lines) or await is_dialled(session, person),
            "erased": await _earlier(session, around, person),
        }


async def _counts(session: AsyncSession, person: Person) -> dict[str, int]:
    return {step.kind: await step.count(session, person) for step in STEPS}


async def _with_calls(session: AsyncSession, person: Person, known: frozenset[Key] = frozenset()) -> Person:
    """The person with all calls, those that a legal hold keeps apart."""
    # Those that are held are passed over by the search: they must be remembered.
    keys = known | person.keys | person.held | await calls_of(session, person)
    held = await _held(session, keys)
    return structs.replace(person, keys=keys - held, held=frozenset(held))


async def _held(session: AsyncSession, keys: frozenset[Key]) -> set[Key]:
    ordered, held = sorted(keys), set[Key]()
    for start in range(0, len(ordered), 500):
        held |= await held_among(session, ordered[start : start + 500])
    return held


async def _kept(
    session: AsyncSession, around: Around, person: Person, at: Instant, *, removes_bans: bool
) -> list[dict[str, Any]]:
    """What an erasure leaves, and why: a word of the panel each."""
    kept: list[dict[str, Any]] = []
    if person.held:
        told = [{"pbx": pbx, "call_id": call_id} for pbx, call_id in sorted(person.held)[:MOST_HELD_TOLD]]
        kept.append({"kind": "held", "count": len(person.held), "calls": told})
    bans = await _bans(session, person)
    if bans and not removes_bans:
        kept.append({"kind": "do_not_call", "count": len(bans)})
    kept.append({"kind": "journal", "until": journal_is_gone_at(at, around.journal_days)})
    kept.append({"kind": "queue_log"})
    return kept


async def _bans(session: AsyncSession, person: Person) -> list[int]:
    entries = select(DoNotCall).where(
        DoNotCall.is_prefix.is_(False), person.may_name([DoNotCall.number], dialect_of(session))
    )
    return [row.id for row in await session.scalars(entries) if person.line_of(row.number)]


async def _earlier(session: AsyncSession, around: Around, person: Person) -> list[dict[str, Any]]:
    if not await session.scalar(select(func.count()).select_from(erased_numbers)):
        return []
    digests = [around.erased.digest(line) for line in person.lines]
    of_them = select(ErasureLine.erasure_id).where(ErasureLine.digest.in_(digests))
    rows = await session.scalars(select(Erasure).where(Erasure.id.in_(of_them)).order_by(Erasure.id.desc()))
    return [{"id": row.id, "at": row.at, "reference": row.reference, "state": row.state} for row in rows]


async def was_erased(around: Around, typed: Sequence[str]) -> list[dict[str, Any]]:
    """The erasures of these numbers, newest first. Raises BadInput."""
    person = Person(read_lines(typed, around.erased.region), around.erased.region)
    async with around.sessions() as session:
        return await _earlier(session, around, person)


# --- asking for it ----------------------------------------------------------------------------------------------


async def ask(around: Around, wanted: Wanted, *, by: str) -> int:
    """Has a person erased from now on; the number of the erasure. Raises BadInput, Conflict while they talk."""
    lines = read_lines(wanted.numbers, around.erased.region)
    reference = checked_words(wanted.reference, "reference", LONGEST_REFERENCE, lines)
    reason = checked_words(wanted.reason, "reason", LONGEST_REASON, lines)
    check_confirmation(wanted.confirmation, reference)
    person = Person(lines, around.erased.region)
    around.erased.make_key()
    async with around.sessions.begin() as session:
        if around.in_call(lines) or await is_dialled(session, person):
            raise Conflict(IN_CALL, field="numbers")
        row = Erasure(
            at=around.clock(), by=by, reference=reference, reason=reason, removes_bans=wanted.removes_bans,
            state=ASKED, numbers=[line.e164 for line in lines], ends=[line.end for line in lines],
        )  # fmt: skip
        session.add(row)
        await session.flush()
        digests = {around.erased.digest(line) for line in lines}
        session.add_all([ErasureLine(erasure_id=row.id, digest=digest) for digest in sorted(digests)])
        return row.id


async def unfinished(sessions: Sessions) -> list[int]:
    """The erasures that are to be carried out, oldest first."""
    async with sessions() as session:
        return [*await session.scalars(select(Erasure.id).where(Erasure.state != DONE).order_by(Erasure.id))]


# --- carrying it out --------------------------------------------------------------------------------------------


async def carry_out(around: Around, erasure_id: int) -> None:
    """Erases, or goes on. Raises NotYet for what must end first, OSError and the database's errors: then it stays to be
    carried out."""
    row = await _row(around.sessions, erasure_id)
    if row.state == DONE or row.numbers is None:
        return
    person = await _begin(around, row)
    for _ in range(ROUNDS):
        for place, step in enumerate(STEPS):
            await _note(around.sessions, erasure_id, step=step.kind, steps_done=place, state=RUNNING, said="")
            await step.erase(around, person, row.reference)
        async with around.sessions() as session:
            person = await _with_calls(session, person)
            if not any((await _counts(session, person)).values()):
                break
    else:
        raise NotYet("Data of the person comes while it is erased")
    await _finish(around, row, person)


async def _row(sessions: Sessions, erasure_id: int) -> Erasure:
    async with sessions() as session:
        row = await session.get(Erasure, erasure_id)
    if row is None:
        raise NotFound(f"there is no erasure {erasure_id}")
    return row


async def _begin(around: Around, row: Erasure) -> Person:
    """Whom it is about. From this commit on the recorder writes nothing of them that began before."""
    lines = read_lines(row.numbers or (), around.erased.region)
    if around.in_call(lines):
        raise NotYet("One of the numbers is in a call now")
    known = frozenset((pbx, call_id) for pbx, call_id in row.calls or ())
    async with around.sessions() as session:
        person = await _with_calls(session, Person(lines, around.erased.region), known)
        counts = row.counts if row.counts is not None else await _counts(session, person)
    async with around.sessions.begin() as session:
        letters = {line: await _registered(session, around, row, person, place) for place, line in enumerate(lines)}
        stored = await session.get_one(Erasure, row.id)
        stored.counts, stored.calls = counts, [list(key) for key in sorted(person.keys | person.held)]
    return structs.replace(person, letters=letters)


async def _registered(session: AsyncSession, around: Around, row: Erasure, person: Person, place: int) -> str:
    """The letters of a line: those that it has from an earlier erasure, or new ones."""
    line = person.lines[place]
    digest = around.erased.digest(line)
    insert = (sqlite.insert if dialect_of(session) == "sqlite" else postgresql.insert)(erased_numbers)
    held = [list(key) for key in sorted(person.held)]
    new = {"digest": digest, "end": line.end, "stand_in": new_letters(len(line.national)), "before": row.at}
    again = {"before": row.at, "held": held}
    statement = insert.values(**new, held=held).on_conflict_do_update(index_elements=["digest"], set_=again)
    return str(await session.scalar(statement.returning(erased_numbers.c.stand_in)))


async def _note(sessions: Sessions, erasure_id: int, **values: Any) -> None:
    async with sessions.begin() as session:
        row = await session.get_one(Erasure, erasure_id)
        for name, value in values.items():
            setattr(row, name, value)


async def say_why(sessions: Sessions, erasure_id: int, said: str) -> None:
    """Why an erasure waits, for people."""
    await _note(sessions, erasure_id, said=said[:500])


async def _finish(around: Around, row: Erasure, person: Person) -> None:
    """Forgets whom it was about, and keeps what came of it."""
    async with around.sessions.begin() as session:
        bans = await _bans(session, person)
        counts = dict((await session.get_one(Erasure, row.id)).counts or {})
        if row.removes_bans and bans:
            await session.execute(delete(DoNotCall).where(DoNotCall.id.in_(bans)))
            counts["do_not_call"] = len(bans)
        kept = await _kept(session, around, person, row.at, removes_bans=row.removes_bans)
        stored = await session.get_one(Erasure, row.id)
        stored.counts, stored.kept, stored.numbers, stored.calls = counts, kept, None, None
        stored.state, stored.step, stored.steps_done, stored.said = DONE, "", len(STEPS), ""
        stored.ended_at = around.clock()


# --- telling ----------------------------------------------------------------------------------------------------


async def told_erasure(sessions: Sessions, erasure_id: int) -> dict[str, Any]:
    """One erasure with the digests of its lines (docs/api.md). Raises NotFound."""
    row = await _row(sessions, erasure_id)
    digests = select(ErasureLine.digest).where(ErasureLine.erasure_id == erasure_id).order_by(ErasureLine.digest)
    async with sessions() as session:
        return _told(row) | {"digests": [*await session.scalars(digests)]}


async def erasures_page(sessions: Sessions, *, before: int | None, limit: int) -> list[dict[str, Any]]:
    """Erasures, newest first, those before that one."""
    query = select(Erasure).order_by(Erasure.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Erasure.id < before)
    async with sessions() as session:
        return [_told(row) for row in await session.scalars(query)]


def _told(row: Erasure) -> dict[str, Any]:
    same = ("id", "at", "by", "reference", "reason", "state", "step", "steps_done", "said", "ends", "kept", "ended_at")
    counts: Mapping[str, int] = row.counts or {}
    return {name: getattr(row, name) for name in same} | {
        "counts": counts,
        "steps": len(STEPS),
        "removes_do_not_call": row.removes_bans,
    }
