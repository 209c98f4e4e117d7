"""What people wrote about a person's calls: reviews, calibrations, reasons of holds, record forms, wrap-up forms."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.dialer.tables import Attempt
from callcenter.erasure.append_only import unguarded
from callcenter.erasure.around import Around
from callcenter.erasure.person import Person, of_these
from callcenter.erasure.targets import attempts_of, targets_of
from callcenter.forms.rules import Kind
from callcenter.forms.tables import FormAnswer, FormRecord
from callcenter.lines import ERASED
from callcenter.quality.calibration_tables import Calibration, CalibrationScoring
from callcenter.quality.tables import Review, ReviewStep
from callcenter.retention.tables import CallHold
from callcenter.store.batches import in_batches
from callcenter.wrap_up.tables import WrapUpRecord

SOME = 500


async def _reviews(session: AsyncSession, person: Person) -> list[Review]:
    found = [
        row
        for condition in of_these(Review.pbx, Review.call_id, person.keys)
        for row in await session.scalars(select(Review).where(condition))
    ]
    return [row for row in found if (row.pbx, row.call_id) in person.keys]


async def _scorings(session: AsyncSession, person: Person) -> list[CalibrationScoring]:
    found = [
        (scoring, call)
        for condition in of_these(Calibration.pbx, Calibration.call_id, person.keys)
        for scoring, call in await session.execute(
            select(CalibrationScoring, Calibration)
            .join(Calibration, Calibration.id == CalibrationScoring.calibration_id)
            .where(condition)
        )
    ]
    return [scoring for scoring, call in found if (call.pbx, call.call_id) in person.keys]


async def _commented_steps(session: AsyncSession, reviews: Sequence[int]) -> list[int]:
    return [
        step
        for some in in_batches(reviews, SOME)
        for step in await session.scalars(
            select(ReviewStep.id).where(ReviewStep.review_id.in_(some), ReviewStep.comment != "")
        )
    ]


async def count_reviews(session: AsyncSession, person: Person) -> int:
    """How many reviews and scorings have words about a call of the person."""
    reviews = await _reviews(session, person)
    worded = {row.id for row in reviews if row.notes or row.comments}
    stepped = await _commented_steps(session, [row.id for row in reviews])
    of_steps = set(await session.scalars(select(ReviewStep.review_id).where(ReviewStep.id.in_(stepped[:SOME]))))
    return len(worded | of_steps) + sum(bool(row.notes or row.comments) for row in await _scorings(session, person))


async def erase_reviews(around: Around, person: Person, _reference: str) -> None:
    """Notes and comments go; answers and scores, which are figures, stay."""
    async with around.sessions.begin() as session:
        reviews = await _reviews(session, person)
        worded: list[Review | CalibrationScoring] = [*reviews, *await _scorings(session, person)]
        for row in worded:
            if row.notes or row.comments:
                row.notes, row.comments = {}, []
    async with around.sessions() as session:
        steps = await _commented_steps(session, [row.id for row in reviews])
    if not steps:
        return
    async with around.sessions.begin() as session, unguarded(session, "review_steps"):
        for some in in_batches(steps, SOME):
            await session.execute(update(ReviewStep).where(ReviewStep.id.in_(some)).values(comment=""))


# --- holds ------------------------------------------------------------------------------------------------------


async def _reasons(session: AsyncSession, person: Person) -> list[int]:
    found = [
        row
        for condition in of_these(CallHold.pbx, CallHold.call_id, person.keys)
        for row in await session.scalars(select(CallHold).where(condition, CallHold.reason != ERASED))
    ]
    return [row.id for row in found if (row.pbx, row.call_id) in person.keys]


async def count_reasons(session: AsyncSession, person: Person) -> int:
    """How many reasons of ended holds there are; of a call that is held none is touched."""
    return len(await _reasons(session, person))


async def erase_reasons(around: Around, person: Person, _reference: str) -> None:
    """The reasons of holds that have ended; that and when somebody held the call stays."""
    async with around.sessions() as session:
        rows = await _reasons(session, person)
    if not rows:
        return
    async with around.sessions.begin() as session, unguarded(session, "call_holds"):
        for some in in_batches(rows, SOME):
            await session.execute(update(CallHold).where(CallHold.id.in_(some)).values(reason=ERASED))


# --- records of callbacks ---------------------------------------------------------------------------------------


async def _records(session: AsyncSession, person: Person) -> list[FormRecord]:
    attempts = [row.id for row in await attempts_of(session, person)]
    targets = [row.id for row in await targets_of(session, person)]
    found: dict[int, FormRecord] = {}
    for column, ids in ((FormRecord.attempt_id, attempts), (FormRecord.target_id, targets)):
        for some in in_batches(ids, SOME):
            found |= {row.id: row for row in await session.scalars(select(FormRecord).where(column.in_(some)))}
    held = await _of_held(session, person, [row.attempt_id for row in found.values()])
    return [row for row in found.values() if row.attempt_id not in held]


async def _of_held(session: AsyncSession, person: Person, attempts: Sequence[int]) -> set[int]:
    held = set()
    for some in in_batches(attempts, SOME):
        for row in await session.scalars(select(Attempt).where(Attempt.id.in_(some))):
            if (row.pbx, row.call_id) in person.held:
                held.add(row.id)
    return held


async def _told(session: AsyncSession, records: Sequence[FormRecord]) -> list[FormAnswer]:
    return [
        answer
        for some in in_batches([row.id for row in records], SOME)
        for answer in await session.scalars(
            select(FormAnswer).where(
                FormAnswer.record_id.in_(some), FormAnswer.kind == Kind.TEXT, FormAnswer.value != ""
            )
        )
    ]


async def count_records(session: AsyncSession, person: Person) -> int:
    """How many records of callbacks have words in them."""
    records = await _records(session, person)
    answered = {answer.record_id for answer in await _told(session, records)}
    return sum(bool(row.note or row.next_step or row.id in answered) for row in records)


async def erase_records(around: Around, person: Person, _reference: str) -> None:
    """Notes and answers in words go; results, choices and numbers, which are figures, stay."""
    async with around.sessions.begin() as session:
        records = await _records(session, person)
        for row in records:
            row.note = row.next_step = ""
        for answer in await _told(session, records):
            answer.value = ""


# --- wrap-up forms ----------------------------------------------------------------------------------------------


async def _wrap_ups(session: AsyncSession, person: Person) -> list[WrapUpRecord]:
    found = [
        row
        for condition in of_these(WrapUpRecord.pbx, WrapUpRecord.call_id, person.keys)
        for row in await session.scalars(select(WrapUpRecord).where(condition))
    ]
    return [row for row in found if (row.pbx, row.call_id) in person.keys and _has_words(row)]


def _has_words(row: WrapUpRecord) -> bool:
    return bool(row.note) or any(one["note"] for one in row.earlier)


async def count_wrap_ups(session: AsyncSession, person: Person) -> int:
    """How many wrap-up forms have a note about a call of the person."""
    return len(await _wrap_ups(session, person))


async def erase_wrap_ups(around: Around, person: Person, _reference: str) -> None:
    """Notes go, those before a change, too; reasons and results, which are figures, stay."""
    async with around.sessions.begin() as session:
        for row in await _wrap_ups(session, person):
            row.note = ""
            row.earlier = [one | {"note": ""} for one in row.earlier]
