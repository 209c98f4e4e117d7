"""Review forms in the database: shipped, listed, changed by new versions, retired. Each function is one transaction."""

from collections.abc import Sequence
from importlib.resources import files

from msgspec import Struct, convert, json, to_builtins
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.errors import Conflict, NotFound
from callcenter.floor.terms import Instant
from callcenter.quality.rules import Section, Words, check_form
from callcenter.quality.tables import ReviewForm, ReviewFormVersion
from callcenter.store.engine import Sessions

SHIPPED = ("incoming", "callback", "complaint")


class Content(Struct, frozen=True):
    """What a version of a form asks."""

    name: Words
    sections: tuple[Section, ...]


class Versioned(Struct, frozen=True):
    """A form with one of its versions."""

    form: ReviewForm
    version: ReviewFormVersion


def shipped(name: str) -> Content:
    """One of the forms that come with the package."""
    text = files("callcenter.quality").joinpath("shipped", f"{name}.json").read_bytes()
    return json.decode(text, type=Content)


async def ship_forms(sessions: Sessions, now: Instant) -> None:
    """Puts in the shipped forms that were never there; those that were changed or retired stay so."""
    for name in SHIPPED:
        async with sessions() as session:
            is_there = await session.scalar(select(ReviewForm.id).where(ReviewForm.shipped_as == name)) is not None
        if is_there:
            continue
        try:
            await _make(sessions, shipped(name), "", now, shipped_as=name)
        except IntegrityError:
            continue  # Another server on this database was faster.


async def review_forms(sessions: Sessions) -> list[Versioned]:
    """All forms with their newest versions, in the order in which they were made."""
    later = select(ReviewFormVersion.form_id, ReviewFormVersion.version).subquery()
    newer = select(later).where(
        later.c.form_id == ReviewFormVersion.form_id, later.c.version > ReviewFormVersion.version
    )
    query = select(ReviewForm, ReviewFormVersion).join_from(
        ReviewForm, ReviewFormVersion, ReviewFormVersion.form_id == ReviewForm.id
    )
    async with sessions() as session:
        rows = await session.execute(query.where(~newer.exists()).order_by(ReviewForm.id))
        return [Versioned(form, version) for form, version in rows]


async def review_form(sessions: Sessions, form_id: int, number: int | None = None) -> Versioned:
    """A form with that version, else its newest. Raises NotFound."""
    async with sessions() as session:
        form = await session.get(ReviewForm, form_id)
        version = await _version(session, form_id, number) if form else None
        if form is None or version is None:
            raise NotFound(f"There is no review form {form_id}" + (f" version {number}" if number else ""))
        return Versioned(form, version)


async def add_form(sessions: Sessions, content: Content, *, by: str, now: Instant) -> Versioned:
    """Makes a form. Raises BadInput."""
    check_form(content.name, content.sections)
    return await _make(sessions, content, by, now)


async def change_form(
    sessions: Sessions, form_id: int, content: Content, *, version: int, by: str, now: Instant
) -> Versioned:
    """Makes the next version; without a difference the present one stays.

    `version` is the one that was changed. Raises NotFound, BadInput, Conflict if somebody else was faster or the form
    is retired.
    """
    check_form(content.name, content.sections)
    async with sessions.begin() as session:
        form = await _locked(session, form_id)
        newest = await _version(session, form_id)
        if newest is None or newest.version != version:
            raise Conflict("Somebody else has changed the form meanwhile; load it again")
        if form.retired_at is not None:
            raise Conflict("The form is retired; take it back before changing it")
        if content_of(newest) == content:
            return Versioned(form, newest)
        row = _row(form_id, version + 1, content, by, now)
        session.add(row)
        await session.flush()
        return Versioned(form, row)


async def retire(sessions: Sessions, form_id: int, *, by: str, now: Instant) -> Versioned:
    """Offers the form to nobody any more; who retired it first, and when, stays. Raises NotFound."""
    async with sessions.begin() as session:
        form = await _locked(session, form_id)
        if form.retired_at is None:
            form.retired_at, form.retired_by = now, by
    return await review_form(sessions, form_id)


async def take_back(sessions: Sessions, form_id: int) -> Versioned:
    """Offers a retired form again. Raises NotFound."""
    async with sessions.begin() as session:
        form = await _locked(session, form_id)
        form.retired_at, form.retired_by = None, ""
    return await review_form(sessions, form_id)


def content_of(version: ReviewFormVersion) -> Content:
    """What a version asks."""
    return Content(convert(version.name, Words), convert(version.sections, tuple[Section, ...]))


async def _make(
    sessions: Sessions, content: Content, by: str, now: Instant, *, shipped_as: str | None = None
) -> Versioned:
    async with sessions.begin() as session:
        form = ReviewForm(shipped_as=shipped_as)
        session.add(form)
        await session.flush()
        version = _row(form.id, 1, content, by, now)
        session.add(version)
        await session.flush()
        return Versioned(form, version)


def _row(form_id: int, number: int, content: Content, by: str, now: Instant) -> ReviewFormVersion:
    sections: Sequence[dict[str, object]] = to_builtins(content.sections)
    return ReviewFormVersion(
        form_id=form_id,
        version=number,
        name=to_builtins(content.name),
        sections=list(sections),
        created_at=now,
        created_by=by,
    )


async def _version(session: AsyncSession, form_id: int, number: int | None = None) -> ReviewFormVersion | None:
    query = select(ReviewFormVersion).where(ReviewFormVersion.form_id == form_id)
    if number is not None:
        query = query.where(ReviewFormVersion.version == number)
    return await session.scalar(query.order_by(ReviewFormVersion.version.desc()).limit(1))


async def _locked(session: AsyncSession, form_id: int) -> ReviewForm:
    """The form, which nobody else changes until this transaction is over."""
    locking = update(ReviewForm).where(ReviewForm.id == form_id).values(retired_by=ReviewForm.retired_by)
    form: ReviewForm | None = await session.scalar(locking.returning(ReviewForm))
    if form is None:
        raise NotFound(f"There is no review form {form_id}")
    return form
