"""Templates of shifts in the database: patterns with a name, which whoever plans picks and changes."""

from collections import defaultdict
from collections.abc import Iterable

from msgspec import Struct
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.errors import BadInput, Conflict, NotFound
from callcenter.floor.terms import Instant
from callcenter.shifts.rules import Part, checked_parts
from callcenter.shifts.service import Planning, part_of, values_of
from callcenter.shifts.tables import ShiftTemplate, ShiftTemplatePart

MOST_TEMPLATES = 50


class Pattern(Struct, frozen=True, kw_only=True):
    """What a template is called, in one language at least, and its parts on the centre's clock."""

    label_en: str
    label_zh: str
    parts: tuple[Part, ...]


class Template(Pattern, frozen=True, kw_only=True):
    """A template as it is kept."""

    id: int
    version: int
    changed_at: Instant
    changed_by: str


async def templates(planning: Planning) -> list[Template]:
    """All templates, by the time at which they begin."""
    async with planning.sessions() as session:
        rows = (await session.scalars(select(ShiftTemplate))).all()
        parts: defaultdict[int, list[Part]] = defaultdict(list)
        for part in await session.scalars(select(ShiftTemplatePart).order_by(ShiftTemplatePart.start_minute)):
            parts[part.template_id].append(part_of(part))
    return sorted((_template(row, parts[row.id]) for row in rows), key=lambda one: (one.parts, one.id))


def _template(row: ShiftTemplate, parts: Iterable[Part]) -> Template:
    told = ("id", "label_en", "label_zh", "version", "changed_at", "changed_by")
    return Template(**{name: getattr(row, name) for name in told}, parts=tuple(parts))


async def make(planning: Planning, wanted: Pattern, by: str) -> Template:
    """A new template. Raises BadInput, Conflict where the name is taken or there are as many as there may be."""
    parts = _checked(wanted)
    async with planning.sessions.begin() as session:
        if (await session.scalar(select(func.count()).select_from(ShiftTemplate)) or 0) >= MOST_TEMPLATES:
            raise Conflict(f"there are {MOST_TEMPLATES} templates; delete one first")
        await _check_name(session, wanted, None)
        row = ShiftTemplate(version=1, changed_at=planning.clock(), changed_by=by)
        row.label_en, row.label_zh = wanted.label_en.strip(), wanted.label_zh.strip()
        session.add(row)
        await session.flush()
        await _write_parts(session, row.id, parts)
        return _template(row, parts)


async def change(planning: Planning, template_id: int, wanted: Pattern, version: int, by: str) -> Template:
    """Another name or pattern; shifts that were planned by it stay as they are.

    Raises BadInput, NotFound, Conflict where the name is taken or the template is of another version by now.
    """
    parts = _checked(wanted)
    async with planning.sessions.begin() as session:
        values = {"changed_at": planning.clock(), "changed_by": by, "version": ShiftTemplate.version + 1}
        await _claim(session, template_id, version, values)
        await _check_name(session, wanted, template_id)
        row = await session.get_one(ShiftTemplate, template_id, populate_existing=True)
        row.label_en, row.label_zh = wanted.label_en.strip(), wanted.label_zh.strip()
        await session.execute(delete(ShiftTemplatePart).where(ShiftTemplatePart.template_id == template_id))
        await _write_parts(session, template_id, parts)
        await session.flush()
        return _template(row, parts)


async def remove(planning: Planning, template_id: int, version: int) -> None:
    """Takes a template away. Raises NotFound, Conflict where it is of another version by now."""
    async with planning.sessions.begin() as session:
        await _claim(session, template_id, version, {"version": ShiftTemplate.version + 1})
        await session.execute(delete(ShiftTemplatePart).where(ShiftTemplatePart.template_id == template_id))
        await session.execute(delete(ShiftTemplate).where(ShiftTemplate.id == template_id))


def _checked(wanted: Pattern) -> tuple[Part, ...]:
    if not wanted.label_en.strip() and not wanted.label_zh.strip():
        raise BadInput("a name is needed, in one language at least", field="label_en")
    return checked_parts(wanted.parts)


async def _check_name(session: AsyncSession, wanted: Pattern, of: int | None) -> None:
    """Raises Conflict where another template is called so, in the same language."""
    for name in ("label_en", "label_zh"):
        label = getattr(wanted, name).strip()
        column = getattr(ShiftTemplate, name)
        if label and await session.scalar(
            select(ShiftTemplate.id).where(column == label, ShiftTemplate.id != (of or 0)).limit(1)
        ):
            raise Conflict(f"there is a template {label!r} already", field=name)


async def _claim(session: AsyncSession, template_id: int, version: int, values: dict[str, object]) -> None:
    """The template is ours until the end of the transaction: asked by the statement that changes it."""
    ours = update(ShiftTemplate).where(ShiftTemplate.id == template_id, ShiftTemplate.version == version)
    if (await session.execute(ours.values(values).returning(ShiftTemplate.id))).scalar() is None:
        if await session.get(ShiftTemplate, template_id) is None:
            raise NotFound(f"there is no shift template {template_id}")
        raise Conflict("Somebody has changed this template meanwhile; load it again", field="version")


async def _write_parts(session: AsyncSession, template_id: int, parts: Iterable[Part]) -> None:
    rows = [{"template_id": template_id, **values_of(part)} for part in parts]
    await session.execute(insert(ShiftTemplatePart), rows)
