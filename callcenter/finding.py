"""What a search for calls asks of the rooms above them: lists, record forms, wrap-up
forms, tags, the sound of recordings, reviews.

Each part is met by one row of its room, found by an index of that room (docs/decisions/0041).
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.calls.service import Facet, Search
from callcenter.dialer.tables import Attempt
from callcenter.errors import BadInput
from callcenter.floor.terms import Seconds
from callcenter.forms.rules import Result
from callcenter.forms.tables import FormRecord
from callcenter.quality.reviewing import HIDDEN
from callcenter.quality.tables import Review
from callcenter.recordings.tables import RecordingSound
from callcenter.retention.rules import checked_tag
from callcenter.retention.tables import CallTag
from callcenter.store.tables import calls, recording_files
from callcenter.wrap_up.tables import WrapUpChoice, WrapUpRecord


async def beyond_calls(session: AsyncSession, search: Search) -> list[Facet]:
    """The facets that need more than calls and conversations. Raises BadInput for a tag or result that none is."""
    meant = search.wrap_up_reason
    return [*_beyond_calls(search, [] if meant is None else await _reasons(session, meant))]


def _beyond_calls(search: Search, reasons: Sequence[int]) -> Iterator[Facet]:
    if of_attempt := [*_of_attempt(search)]:
        attempts = select(Attempt.attempt_id).outerjoin(FormRecord, FormRecord.attempt_id == Attempt.id)
        rows = attempts.where(*of_attempt, *search.while_it_lasts(Attempt.placed_at))
        yield Facet(calls.c.attempt_id.in_(rows), rows)
    if search.tag is not None:
        yield _of_call(CallTag, CallTag.tag == checked_tag(search.tag), CallTag.removed_at.is_(None))
    if search.wrap_up_reason is not None:
        written = search.while_it_lasts(WrapUpRecord.written_at)
        yield _of_call(WrapUpRecord, WrapUpRecord.reason_id.in_(reasons), *written)
    if search.talk_over_from is not None:
        yield Facet(_is_talked_over(search, search.talk_over_from))
    if search.score_from is not None or search.score_to is not None:
        talked = search.while_it_lasts(Review.talked_at)
        yield _of_call(Review, Review.state.not_in(HIDDEN), *talked, *_scored(search))


def _of_call(table: type[CallTag | Review | WrapUpRecord], *conditions: ColumnElement[bool]) -> Facet:
    of_call = (table.pbx == calls.c.pbx, table.call_id == calls.c.call_id)
    return Facet(exists().where(*of_call, *conditions), select(table.call_id).where(*conditions))


async def _reasons(session: AsyncSession, reason: int) -> Sequence[int]:
    """This reason and those below it: told one by one, the database knows which of them are rare."""
    meant = select(WrapUpChoice.id).where(or_(WrapUpChoice.id == reason, WrapUpChoice.parent_id == reason))
    return (await session.scalars(meant)).all()


def _of_attempt(search: Search) -> Iterator[ColumnElement[bool]]:
    if search.list_id is not None:
        yield Attempt.list_id == search.list_id
    if search.result is not None:
        if search.result not in [*Result]:
            raise BadInput(f"is one of {', '.join(Result)}", field="result")
        yield FormRecord.result == search.result


def _is_talked_over(search: Search, seconds: Seconds) -> ColumnElement[bool]:
    """Whether both sides talk at once for so long in one recording of the call."""
    files = recording_files.c
    return exists().where(
        files.pbx == calls.c.pbx,
        files.call_id == calls.c.call_id,
        *search.while_it_lasts(files.began_at),
        RecordingSound.recording_id == files.id,
        RecordingSound.talk_over_seconds >= seconds,
    )


def _scored(search: Search) -> Iterator[ColumnElement[bool]]:
    if search.score_from is not None:
        yield Review.score >= search.score_from
    if search.score_to is not None:
        yield Review.score < search.score_to
